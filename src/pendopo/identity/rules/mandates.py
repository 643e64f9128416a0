"""Mandates (surat kuasa): who may act for whom, in what, from when until when. Pure.

A mandate holds on every day from ``valid_from`` to ``valid_until`` inclusive, once the agent has accepted it and until somebody revokes
it. What it reaches is a tuple of words: ``all``, ``category:<id>``, ``service:<id>`` or, for officers at the counter, ``agency:<id>``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pendopo.identity.rules.actors import EVERYTHING, Actor, Role
from pendopo.kernel.errors import Denied

ONLINE: Final = "online"
AT_COUNTER: Final = "counter"
BY_REGISTER: Final = "register"
"""How a mandate came about: given by the principal here, on paper at the counter, or by the business register itself."""

OFFER_DAYS: Final = 14
"""How long a mandate given online waits for the agent's code."""
LONGEST_DAYS: Final = 731
"""A mandate given to a private person ends after two years at the latest and can be given again."""
COUNTER_MINUTES: Final = 30
"""How long an officer may act for a citizen who stands at the counter."""

_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0 O 1 I
_LETTERS: Final = 8


@dataclass(frozen=True, slots=True)
class Matter:
    """What somebody wants to do for another: a service, with its category and agency."""

    service_id: str
    category: str
    agency_id: str


@dataclass(frozen=True, slots=True)
class Mandated:
    """What decides whether a mandate holds."""

    reach: tuple[str, ...]
    valid_from: date
    valid_until: date | None
    is_accepted: bool = True
    is_revoked: bool = False


def check_mandated(mandate: Mandated, on: date) -> None:
    """Raise Denied("mandate_revoked" | "mandate_not_accepted" | "mandate_not_yet" | "mandate_over") unless it holds on ``on``.

    Source: KUHPerdata art. 1792-1793 (given and accepted), 1813-1814 (revocable at any time).
    """
    if mandate.is_revoked:
        raise Denied("mandate_revoked")
    if not mandate.is_accepted:
        raise Denied("mandate_not_accepted")
    if on < mandate.valid_from:
        raise Denied("mandate_not_yet")
    if mandate.valid_until is not None and on > mandate.valid_until:
        raise Denied("mandate_over")


def covers(reach: Sequence[str], *matters: Matter) -> bool:
    """True when one of the words of ``reach`` names one of these services, its category, its agency, or is everything."""
    named = {EVERYTHING}
    for matter in matters:
        named |= {f"service:{matter.service_id}", f"category:{matter.category}", f"agency:{matter.agency_id}"}
    return not named.isdisjoint(reach)


def check_reach(actor: Actor, *matters: Matter) -> None:
    """Raise Denied("mandate_scope") when the hand that types may do none of these for the actor. Source: KUHPerdata art. 1797."""
    if actor.hand and not covers(actor.reach, *matters):
        raise Denied("mandate_scope", f"{actor.hand} {', '.join(matter.service_id for matter in matters)}")


def check_terms(
    *, reach: Sequence[str], valid_from: date, valid_until: date | None, today: date, lasting: bool
) -> None:
    """Raise Denied("mandate_empty" | "mandate_reversed" | "mandate_past" | "mandate_too_long") for terms nobody should sign.

    ``lasting``: it may be without an end (those who represent a business).
    """
    if not reach:
        raise Denied("mandate_empty")
    if valid_until is None:
        if not lasting:
            raise Denied("mandate_too_long")
        return
    if valid_until < valid_from:
        raise Denied("mandate_reversed")
    if valid_until < today:
        raise Denied("mandate_past")
    if not lasting and (valid_until - valid_from).days > LONGEST_DAYS:
        raise Denied("mandate_too_long")


def counter_reach(duties: Mapping[str, frozenset[Role]]) -> tuple[str, ...]:
    """What an officer may file for a citizen at the counter: their agencies' services; the mall's operator, every service."""
    if any(Role.MALL_OPERATOR in roles for roles in duties.values()):
        return (EVERYTHING,)
    return tuple(
        f"agency:{agency}" for agency, roles in sorted(duties.items()) if Role.FRONT_OFFICER in roles
    )


def spelled(secret: bytes) -> str:
    """A code people can read to each other: ``K7QM-4TXP`` (40 bits)."""
    number = int.from_bytes(secret[:_LETTERS], "big")
    letters = "".join(_ALPHABET[(number >> (5 * place)) & 31] for place in range(_LETTERS))
    return f"{letters[:4]}-{letters[4:]}"
