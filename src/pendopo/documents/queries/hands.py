"""Hands that type for somebody else: which of that person's papers and files they may touch.

A mandate speaks of services. A paper knows the service it was issued for, and for which business, if any; a file, the requirement it
was sent for: it belongs to every service that asks for that, and to the person alone.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol, TypeVar
from uuid import UUID

from pendopo.catalogue.api import asked_as, asking_services
from pendopo.identity.api import (
    Actor,
    ActorKind,
    Matter,
    business_reach,
    check_for_business,
    check_mandate,
    covers,
)


class OfService(Protocol):
    """Whatever was issued for a service."""

    @property
    def service_id(self) -> str: ...
    @property
    def business_id(self) -> UUID | None: ...


P = TypeVar("P", bound=OfService)


def check_hand_on_paper(by: Actor, paper: OfService) -> None:
    """Raise Denied("mandate_...") when somebody types for the holder who may not do this paper's service, and when the holder got it
    for a business and may no longer act for it. Staff always may.
    """
    if by.kind is not ActorKind.PERSON or not (by.hand or paper.business_id):
        return
    matter = _matters([paper])[paper.service_id]
    check_mandate(by, matter)
    check_for_business(by, (paper.business_id, matter))


def within_reach(papers: Iterable[P], by: Actor) -> list[P]:
    """Those that whoever types may touch: all the holder got for themselves, and those for businesses they still act for."""
    found = list(papers)
    for_businesses = any(paper.business_id for paper in found)
    if not (by.hand or for_businesses):
        return found
    matters, firms = _matters(found), business_reach(by) if for_businesses else {}
    return [
        paper
        for paper in found
        if (not by.hand or covers(by.reach, matters[paper.service_id]))
        and (paper.business_id is None or covers(firms.get(paper.business_id, ()), matters[paper.service_id]))
    ]


def _matters(papers: Iterable[OfService]) -> dict[str, Matter]:
    """{service: as mandates speak of it}: under the catalogue's agency, whichever issued the paper (ADR 0014)."""
    services = {paper.service_id for paper in papers}
    known = asked_as(services)
    return {service: Matter(*known.get(service, (service, "", ""))) for service in services}


def check_hand_on_file(by: Actor, requirement: str) -> None:
    """Raise Denied("mandate_...") when no service the hand may do asks for this file."""
    if by.hand:
        check_mandate(by, *_asking(requirement))


def check_hand_on_piece(by: Actor, upload_id: UUID, requirement: str) -> None:
    """The same for a piece of a file under way: the mandate is read at each piece, the catalogue searched once a file."""
    if by.hand:
        check_mandate(by, *_asking_for(upload_id, requirement))


def _asking(requirement: str) -> tuple[Matter, ...]:
    return tuple(Matter(*asking) for asking in asking_services(requirement))


@lru_cache(maxsize=512)
def _asking_for(_upload_id: UUID, requirement: str) -> tuple[Matter, ...]:
    return _asking(requirement)
