"""Hands that type for somebody else: whether they may do this service now, and what they are called."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from pendopo.applications.models import Application
from pendopo.catalogue.api import ServiceVersion, get_agency, get_version
from pendopo.identity.api import Actor, Matter, check_for_business, check_mandate, covers, name_of_ref
from pendopo.kernel.errors import NotFound


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
    if (business_id := filed_for(row)) is not None:
        check_for_business(by, (business_id, matter_of(get_version(row.version_id))))


def filed_for(row: Application) -> UUID | None:
    """The business it was filed for. One that only came of it (a first NIB) is not: whoever filed that did so for the person."""
    return None if row.made_business else row.business_id


def reaches(by: Actor, row: Application, businesses: Mapping[UUID, Sequence[str]]) -> bool:
    """The same as an answer, for lists: ``businesses`` as told by identity.business_reach."""
    business_id, matter = filed_for(row), matter_of(get_version(row.version_id))
    if business_id is not None and not covers(businesses.get(business_id, ()), matter):
        return False
    return not by.hand or covers(by.reach, matter)


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
