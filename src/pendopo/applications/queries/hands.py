"""Hands that type for somebody else: whether they may do this service now, and what they are called."""

from pendopo.applications.models import Application
from pendopo.catalogue.api import ServiceVersion, get_agency, get_version
from pendopo.identity.api import Actor, Matter, check_mandate, name_of_ref
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
    """The same for an application that is there already."""
    if by.hand:
        check_hand(by, get_version(row.version_id))


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
