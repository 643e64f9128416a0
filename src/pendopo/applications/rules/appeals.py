"""Objections (keberatan) to a refusal or a sanction: until when, who decides, what silence means.

Source: UU 30/2014 art. 75-77; the terms themselves are data of the region and marked there as to be confirmed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from pendopo.identity.api import Actor, ActorKind, Role
from pendopo.kernel.errors import Denied
from pendopo.region.api import Calendar, Mark, Term, Unit, due_of

TEXT_MAX: Final = 4000
LEGAL_BASIS_MAX: Final = 300


class AppealState(StrEnum):
    """Where an objection stands. ``upheld``: the decision stands."""

    FILED = "filed"
    IN_REVIEW = "in_review"
    UPHELD = "upheld"
    GRANTED = "granted"
    WITHDRAWN = "withdrawn"


class AppealVerb(StrEnum):
    """What is done with an objection. ``grant_by_silence``: nobody answered in time."""

    TAKE_UP = "take_up"
    UPHOLD = "uphold"
    GRANT = "grant"
    GRANT_BY_SILENCE = "grant_by_silence"
    WITHDRAW = "withdraw"


_OPEN: Final = (AppealState.FILED, AppealState.IN_REVIEW)
TRANSITIONS: Final[Mapping[tuple[AppealState, AppealVerb], AppealState]] = {
    (AppealState.FILED, AppealVerb.TAKE_UP): AppealState.IN_REVIEW,
    **{(state, AppealVerb.UPHOLD): AppealState.UPHELD for state in _OPEN},
    **{(state, AppealVerb.GRANT): AppealState.GRANTED for state in _OPEN},
    **{(state, AppealVerb.GRANT_BY_SILENCE): AppealState.GRANTED for state in _OPEN},
    **{(state, AppealVerb.WITHDRAW): AppealState.WITHDRAWN for state in _OPEN},
}
"""(state, verb) -> the state it leads to."""
OPEN: Final = frozenset(_OPEN)
DECIDERS: Final = frozenset({Role.SIGNATORY, Role.SECTION_HEAD})


FILE_WITHIN: Final = Term(21)
ANSWER_WITHIN: Final = Term(10)
"""Working days. Source: UU 30/2014 art. 77, to be confirmed; a region may say otherwise."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How long one may object, how soon it must be answered, and whether silence grants it."""

    file_within: Term = FILE_WITHIN
    answer_within: Term = ANSWER_WITHIN
    silence_grants: bool = True
    legal_basis: str = "UU 30/2014 pasal 75-77"


def terms_of(region: Mapping[str, Any]) -> Terms:
    """The terms as ``appeals`` of region.yaml says them; the law's where it says nothing."""
    said = region.get("appeals") or {}
    plain = Terms()
    return Terms(
        _term(said.get("file_within"), plain.file_within),
        _term(said.get("answer_within"), plain.answer_within),
        str(said.get("silence", "granted")) == "granted",
        str(said.get("legal_basis") or plain.legal_basis),
    )


def _term(said: Mapping[str, Any] | None, plain: Term) -> Term:
    return Term(int(said["days"]), Unit(said.get("unit", "working"))) if said else plain


@dataclass(frozen=True, slots=True)
class Objection:
    """What a decision about an objection needs to know. ``first_by``: who took the decision objected to."""

    state: AppealState
    agency_id: str
    appellant_ref: str
    first_by: str
    term: Term
    marks: tuple[Mark, ...]


def last_day(decided_on: date, terms: Terms, calendar: Calendar) -> date:
    """Until when one may object to a decision announced on local date ``decided_on`` (day 0)."""
    due = due_of(terms.file_within, (Mark("start", decided_on),), calendar)
    assert due is not None
    return due


def check_filing(decided_on: date, grounds: str, *, on: date, terms: Terms, calendar: Calendar) -> None:
    """Raises: Denied("appeal_too_late" | "appeal_grounds_missing")."""
    if on > last_day(decided_on, terms, calendar):
        raise Denied("appeal_too_late")
    if not grounds.strip() or len(grounds) > TEXT_MAX:
        raise Denied("appeal_grounds_missing")


def due(term: Term, marks: Sequence[Mark], calendar: Calendar) -> date | None:
    """Last day on which the answer is in time: counted by the same ledger as every promise."""
    return due_of(term, marks, calendar)


def check(
    case: Objection,
    verb: AppealVerb,
    actor: Actor,
    *,
    on: date,
    calendar: Calendar,
    reason: str | None = None,
) -> AppealState:
    """The state that ``verb`` leads to on local date ``on``. ``reason``, where given, must say something.

    Raises: Denied with the first reason against it.
    """
    _check_actor(case, verb, actor)
    to = TRANSITIONS.get((case.state, verb))
    if to is None:
        raise Denied("not_in_this_appeal", f"{case.state} {verb}")
    if verb is AppealVerb.GRANT_BY_SILENCE:
        ends = due_of(case.term, case.marks, calendar)
        if ends is None or on <= ends:
            raise Denied("not_due_yet")
    answers = verb in {AppealVerb.UPHOLD, AppealVerb.GRANT} and reason is not None
    if answers and not 0 < len((reason or "").strip()) <= TEXT_MAX:
        raise Denied("appeal_reason_missing")
    return to


def can(case: Objection, verb: AppealVerb, actor: Actor, *, on: date, calendar: Calendar) -> bool:
    """True when ``check`` would pass. Buttons ask this; actions ask ``check``."""
    try:
        check(case, verb, actor, on=on, calendar=calendar)
    except Denied:
        return False
    return True


def _check_actor(case: Objection, verb: AppealVerb, actor: Actor) -> None:
    if verb is AppealVerb.GRANT_BY_SILENCE:
        if actor.kind is not ActorKind.SYSTEM:
            raise Denied("not_yours")
    elif verb is AppealVerb.WITHDRAW:
        if actor.kind is not ActorKind.PERSON or actor.ref != case.appellant_ref:
            raise Denied("not_yours")
    elif actor.kind is not ActorKind.STAFF:
        raise Denied("not_yours")
    elif not any(actor.has(role, case.agency_id) for role in DECIDERS):
        raise Denied("wrong_role")
    elif case.first_by in {actor.ref, actor.doer}:
        raise Denied("decided_it_first")
