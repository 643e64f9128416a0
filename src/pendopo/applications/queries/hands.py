"""Hands that type for somebody else: whether they may do this service now, and what they are called."""

from collections.abc import Collection
from uuid import UUID

from pendopo.applications.models import Application
from pendopo.catalogue.api import ServiceVersion, get_agency, get_version
from pendopo.identity.api import Actor, Matter, check_mandate, covers, get_business, name_of_ref
from pendopo.kernel.errors import Denied, NotFound


def matter_of(version: ServiceVersion) -> Matter:
    """The service as mandates speak of it."""
    content = version.content
    return Matter(content["id"], content["category"], content["agency"]["id"])


def check_hand(by: Actor, version: ServiceVersion) -> None:
    """Raise Denied("mandate_...") when somebody types for ``by`` who may not do this service, or no longer. Oneself may always."""
    if by.hand:
        check_mandate(by, matter_of(version))


def check_hand_on(by: Actor, row: Application) -> None:
    """The same for an application that is there already; and what somebody filed for a business is closed to them when that mandate ends.

    Raises: Denied("mandate_...").
    """
    if by.hand:
        check_hand(by, get_version(row.version_id))
    if row.business_id is not None:
        try:
            get_business(row.business_id, by=by, matters=[matter_of(get_version(row.version_id))])
        except NotFound as ended:
            raise Denied("mandate_over", f"business {row.business_id}") from ended


def reaches(by: Actor, row: Application, businesses: Collection[UUID | None]) -> bool:
    """The same as an answer, for lists: ``businesses`` are those the applicant acts for today."""
    if row.business_id is not None and row.business_id not in businesses:
        return False
    return not by.hand or covers(by.reach, matter_of(get_version(row.version_id)))


def typist(row: Application) -> str:
    """Who typed the application for the applicant; empty when it was the applicant."""
    return name_of_typist(row.typed_by) if row.typed_by else ""


def name_of_typist(ref: str) -> str:
    """The name of a person, officer, business or agency that filed for somebody."""
    if not ref.startswith("agency:"):
        return name_of_ref(ref)
    try:
        return get_agency(ref.removeprefix("agency:")).name
    except NotFound:
        return ref.removeprefix("agency:")
