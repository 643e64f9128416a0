"""Hands that type for somebody else: which of that person's papers and files they may touch.

A mandate speaks of services. A paper knows the service it was issued for; a file, the requirement it was sent for, and belongs to
every service that asks for that.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol, TypeVar
from uuid import UUID

from pendopo.catalogue.api import asking_services, categories_of
from pendopo.identity.api import Actor, Matter, check_mandate, covers


class OfService(Protocol):
    """Whatever was issued for a service."""

    @property
    def service_id(self) -> str: ...
    @property
    def agency_id(self) -> str: ...


P = TypeVar("P", bound=OfService)


def check_hand_on_paper(by: Actor, paper: OfService) -> None:
    """Raise Denied("mandate_...") when somebody types for the holder who may not do this paper's service. Holders and staff always may."""
    if by.hand:
        category = categories_of([paper.service_id]).get(paper.service_id, "")
        check_mandate(by, Matter(paper.service_id, category, paper.agency_id))


def within_reach(papers: Iterable[P], by: Actor) -> list[P]:
    """Those that the hand that types may touch; all of them for the holder."""
    found = list(papers)
    if not by.hand:
        return found
    known = categories_of({paper.service_id for paper in found})
    return [
        paper
        for paper in found
        if covers(by.reach, Matter(paper.service_id, known.get(paper.service_id, ""), paper.agency_id))
    ]


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
