"""The mall's inventory: which agency brings what, and what is missing to bring the next service in."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from pendopo.catalogue.rules.shown import AgencyCard, InventoryRow, ServiceCard

PRESENT: Final = "confirmed"  # a presence status begins so when the agency was seen in the mall
NEEDED_FACETS: Final = ("requirements", "sla", "fee")
ONLINE: Final = frozenset({"online", "both"})


def missing(agency: AgencyCard, card: ServiceCard) -> tuple[str, ...]:
    """Codes of what must be settled with the agency before the service can be promised in the mall."""
    gaps = [facet for facet in NEEDED_FACETS if facet not in card.sourced]
    if card.fee_type == "formula" and not card.fee_by_rule:
        gaps.append("fee_rule")
    if card.fee_type == "by-regulation":
        gaps.append("fee_amount")
    if not agency.presence.startswith(PRESENT):
        gaps.append("presence")
    return tuple(gaps)


def inventory(agencies: Iterable[AgencyCard], cards: Iterable[ServiceCard]) -> list[InventoryRow]:
    """One row an agency. The next service is the one of which the least is missing."""
    by_agency: dict[str, list[ServiceCard]] = defaultdict(list)
    for card in cards:
        by_agency[card.agency_id].append(card)
    return [_row(agency, by_agency[agency.id]) for agency in agencies]


def _row(agency: AgencyCard, cards: list[ServiceCard]) -> InventoryRow:
    gaps = {card.id: missing(agency, card) for card in cards}
    waiting = sorted(
        (card for card in cards if gaps[card.id]), key=lambda card: (len(gaps[card.id]), card.name)
    )
    following = waiting[0] if waiting else None
    return InventoryRow(
        agency=agency,
        inventoried=len(cards),
        online=sum(card.channel in ONLINE for card in cards),
        in_mall=len(cards) if agency.presence.startswith(PRESENT) else 0,
        complete=len(cards) - len(waiting),
        next_service=following,
        missing=gaps[following.id] if following else (),
    )
