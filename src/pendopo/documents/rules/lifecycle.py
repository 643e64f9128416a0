"""What may happen to an issued paper: sanctions, suspension, revocation, annulment, replacement; who may do it, and on what grounds.

Expiry is not here: time alone changes no state, so it is computed by ``papers.standing``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from pendopo.documents.rules.papers import COPIES, Purpose, State
from pendopo.identity.api import Actor, ActorKind, Role
from pendopo.kernel.errors import Denied

LEVELS: Final = 3
"""Warnings before more must follow. Source: practice, to be confirmed per sector."""
MAX_FINE_IDR: Final = 100_000_000_000
REASON_MAX: Final = 2000
LEGAL_BASIS_MAX: Final = 300


class Measure(StrEnum):
    """What is done to a paper (tindakan)."""

    WARN = "warn"
    FINE = "fine"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    REVOKE = "revoke"
    ANNUL = "annul"
    ASK_REVOCATION = "ask_revocation"
    REPLACE = "replace"
    LIFT = "lift"


OSS_CODES: Final[Mapping[Measure, str]] = {Measure.WARN: "60", Measure.SUSPEND: "70", Measure.FINE: "80"}
"""Code of the national OSS for a measure that has one. Source: OSS-RBA interface, list of licence states."""

GROUNDS: Final[Mapping[Measure, frozenset[str]]] = {
    Measure.WARN: frozenset({"violation", "condition_unmet", "unpaid"}),
    Measure.FINE: frozenset({"violation", "unpaid"}),
    Measure.SUSPEND: frozenset({"violation", "condition_unmet", "unpaid", "danger", "court_order"}),
    Measure.REINSTATE: frozenset({"remedied", "court_order", "imposed_in_error", "ended"}),
    Measure.REVOKE: frozenset({"violation", "condition_unmet", "holder_request", "court_order"}),
    Measure.ANNUL: frozenset({"false_data", "issued_in_error", "court_order", "appeal"}),
    Measure.ASK_REVOCATION: frozenset({"holder_request"}),
    Measure.REPLACE: frozenset({"replaced"}),
    Measure.LIFT: frozenset({"appeal"}),
}
"""The closed list of reasons for each measure."""
SYSTEM_GROUNDS: Final = frozenset({"ended", "replaced", "appeal"})
"""Reasons only the system may give."""

TRANSITIONS: Final[Mapping[tuple[State, Measure], frozenset[State]]] = {
    (State.ISSUED, Measure.WARN): frozenset({State.ISSUED}),
    (State.ISSUED, Measure.FINE): frozenset({State.ISSUED}),
    (State.ISSUED, Measure.SUSPEND): frozenset({State.SUSPENDED}),
    (State.ISSUED, Measure.REVOKE): frozenset({State.REVOKED}),
    (State.ISSUED, Measure.ANNUL): frozenset({State.ANNULLED}),
    (State.ISSUED, Measure.ASK_REVOCATION): frozenset({State.ISSUED}),
    (State.ISSUED, Measure.REPLACE): frozenset({State.REPLACED}),
    (State.ISSUED, Measure.LIFT): frozenset({State.ISSUED}),
    (State.SUSPENDED, Measure.FINE): frozenset({State.SUSPENDED}),
    (State.SUSPENDED, Measure.REINSTATE): frozenset({State.ISSUED}),
    (State.SUSPENDED, Measure.REVOKE): frozenset({State.REVOKED}),
    (State.SUSPENDED, Measure.ANNUL): frozenset({State.ANNULLED}),
    (State.SUSPENDED, Measure.ASK_REVOCATION): frozenset({State.SUSPENDED}),
    (State.SUSPENDED, Measure.REPLACE): frozenset({State.REPLACED}),
    (State.SUSPENDED, Measure.LIFT): frozenset({State.ISSUED, State.SUSPENDED}),
    (State.REVOKED, Measure.ANNUL): frozenset({State.ANNULLED}),
    (State.REVOKED, Measure.LIFT): frozenset({State.ISSUED, State.SUSPENDED, State.REVOKED}),
    (State.REPLACED, Measure.ANNUL): frozenset({State.ANNULLED}),
    (State.REPLACED, Measure.LIFT): frozenset({State.REPLACED}),
    (State.ANNULLED, Measure.LIFT): frozenset(State),
}
"""(state, measure) -> where it may lead. Only lifting has a choice: what the other measures amount to. A trigger holds the same table."""

OFFICERS: Final = frozenset(
    {Measure.WARN, Measure.FINE, Measure.SUSPEND, Measure.REINSTATE, Measure.REVOKE, Measure.ANNUL}
)
"""Measures of the agency, in the order an officer sees them: each leaves a signed letter."""
SANCTIONS: Final = OFFICERS - {Measure.REINSTATE}
"""Measures one may object to."""
SYSTEMS: Final = frozenset({Measure.REPLACE, Measure.LIFT, Measure.REINSTATE, Measure.ANNUL})
ROLES: Final = frozenset({Role.SIGNATORY, Role.SECTION_HEAD})


@dataclass(frozen=True, slots=True)
class Standing:
    """What a decision about a paper needs to know. ``warned`` is the highest warning that stands, 0 for none."""

    state: State
    agency_id: str
    holder_ref: str
    purpose: Purpose = Purpose.NEW
    warned: int = 0
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """What is said along with a measure. ``until``: last day of a suspension, None until it is lifted. Money in whole rupiah."""

    ground: str = ""
    reason: str = ""
    legal_basis: str = ""
    level: int = 0
    amount_idr: int = 0
    until: date | None = None


def check(
    paper: Standing, measure: Measure, actor: Actor, order: Order | None = None, *, on: date | None = None
) -> None:
    """Raise ``Denied`` with the first reason against ``measure``. ``on``, the local date, is needed with an order."""
    overturned = measure is Measure.ANNUL and actor.kind is ActorKind.SYSTEM  # a refusal, after an objection
    if paper.purpose in COPIES or (paper.purpose is Purpose.LETTER and not overturned):
        raise Denied("measure_on_original")
    _check_actor(paper, measure, actor)
    if (paper.state, measure) not in TRANSITIONS:
        raise Denied("not_in_this_standing", f"{paper.state} {measure}")
    if measure is Measure.ASK_REVOCATION and paper.asked:
        raise Denied("already_asked")
    if order is not None:
        assert on is not None
        _check_order(paper, measure, actor, order, on)


@dataclass(frozen=True, slots=True)
class Taken:
    """A measure that was taken, as far as the state depends on it."""

    key: str
    measure: Measure
    until: date | None = None
    level: int = 0
    lifts: str = ""


def amounts_to(history: Sequence[Taken]) -> tuple[State, date | None]:
    """State and last day of suspension after the measures, oldest first; those lifted count as never taken."""
    state, until = State.ISSUED, None
    lifted = {taken.lifts for taken in history}
    for taken in history:
        if taken.key in lifted or taken.measure is Measure.LIFT or (state, taken.measure) not in TRANSITIONS:
            continue
        (state,) = TRANSITIONS[state, taken.measure]
        until = (
            taken.until if taken.measure is Measure.SUSPEND else until if state is State.SUSPENDED else None
        )
    return state, until


def warned(history: Sequence[Taken]) -> int:
    """The highest warning that stands."""
    lifted = {taken.lifts for taken in history}
    return max((taken.level for taken in history if taken.key not in lifted), default=0)


def asked(history: Sequence[Taken]) -> bool:
    """True while the holder's request for revocation has no answer: a measure of the agency after it."""
    last = next((t for t in reversed(history) if t.measure in {*OFFICERS, Measure.ASK_REVOCATION}), None)
    return last is not None and last.measure is Measure.ASK_REVOCATION


def can(paper: Standing, measure: Measure, actor: Actor) -> bool:
    """True when ``check`` would pass. Buttons ask this; actions ask ``check``."""
    try:
        check(paper, measure, actor)
    except Denied:
        return False
    return True


def measures_for(paper: Standing, actor: Actor) -> tuple[Measure, ...]:
    """The measures this actor may take now, mildest first."""
    return tuple(measure for measure in Measure if can(paper, measure, actor))


def _check_actor(paper: Standing, measure: Measure, actor: Actor) -> None:
    if actor.kind is ActorKind.SYSTEM:
        if measure in SYSTEMS:
            return
    elif measure is Measure.ASK_REVOCATION:
        if actor.kind is ActorKind.PERSON and actor.ref == paper.holder_ref:
            return
    elif measure in OFFICERS and actor.kind is ActorKind.STAFF:
        if any(actor.has(role, paper.agency_id) for role in ROLES):
            return
        raise Denied("wrong_role")
    raise Denied("not_yours")


def _check_order(paper: Standing, measure: Measure, actor: Actor, order: Order, on: date) -> None:
    of_system = actor.kind is ActorKind.SYSTEM
    if order.ground not in GROUNDS[measure] or (order.ground in SYSTEM_GROUNDS) is not of_system:
        raise Denied("ground_unknown", order.ground)
    if not order.reason.strip() or len(order.reason) > REASON_MAX:
        raise Denied("measure_reason_missing")
    if measure in OFFICERS and actor.kind is ActorKind.STAFF and not order.legal_basis.strip():
        raise Denied("measure_legal_basis_missing")
    if len(order.legal_basis) > LEGAL_BASIS_MAX:
        raise Denied("measure_legal_basis_missing")
    if measure is Measure.WARN and not paper.warned < order.level <= LEVELS:
        raise Denied("warning_level")
    if measure is Measure.FINE and not 0 < order.amount_idr <= MAX_FINE_IDR:
        raise Denied("fine_amount")
    if measure is Measure.SUSPEND and order.until is not None and order.until <= on:
        raise Denied("suspension_past")
