"""What may happen to an application, and what follows. Pure: a ``Case`` in, an ``Outcome`` out; no Django, clock or I/O.

Outer states are few and fixed here. Inner steps are data of the service version the application was filed under: a step is open when every
step it comes ``after`` is done or skipped, so reviews of several agencies run side by side.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from pendopo.identity.api import Actor, ActorKind, Role
from pendopo.kernel.errors import Denied
from pendopo.region.api import Calendar, due_on, working_days_between


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    IN_PROCESS = "in_process"
    IN_CORRECTION = "in_correction"
    AWAITING_PAYMENT = "awaiting_payment"
    APPROVED = "approved"
    DEEMED_APPROVED = "deemed_approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    COMPLETED = "completed"


class Verb(StrEnum):
    SUBMIT = "submit"
    COMPLETE = "complete"
    RETURN = "return"
    RESUBMIT = "resubmit"
    VERIFY = "verify"
    REQUEST_CORRECTION = "request_correction"
    INSPECT = "inspect"
    RECOMMEND = "recommend"
    ASSESS_FEE = "assess_fee"
    SETTLE = "settle"
    DRAFT = "draft"
    INITIAL = "initial"
    SIGN = "sign"
    FORWARD = "forward"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    ISSUE = "issue"
    HAND_OVER = "hand_over"
    AUTOMATE = "automate"


class StepKind(StrEnum):
    COMPLETENESS = "completeness"
    VERIFICATION = "verification"
    RECOMMENDATION = "recommendation"
    INSPECTION = "inspection"
    FEE_ASSESSMENT = "fee_assessment"
    PAYMENT = "payment"
    DRAFTING = "drafting"
    INITIALS = "initials"
    SIGNING = "signing"
    NUMBERING = "numbering"
    HAND_OVER = "hand_over"
    FORWARD = "forward"
    AUTOMATIC = "automatic"


class StepStatus(StrEnum):
    WAITING = "waiting"
    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


PROCEEDS: Final[Mapping[StepKind, Verb]] = {
    StepKind.COMPLETENESS: Verb.COMPLETE,
    StepKind.VERIFICATION: Verb.VERIFY,
    StepKind.RECOMMENDATION: Verb.RECOMMEND,
    StepKind.INSPECTION: Verb.INSPECT,
    StepKind.FEE_ASSESSMENT: Verb.ASSESS_FEE,
    StepKind.PAYMENT: Verb.SETTLE,
    StepKind.DRAFTING: Verb.DRAFT,
    StepKind.INITIALS: Verb.INITIAL,
    StepKind.SIGNING: Verb.SIGN,
    StepKind.NUMBERING: Verb.AUTOMATE,
    StepKind.HAND_OVER: Verb.HAND_OVER,
    StepKind.FORWARD: Verb.FORWARD,
    StepKind.AUTOMATIC: Verb.AUTOMATE,
}
"""The verb that completes a step of each kind."""

SETS_BACK: Final[Mapping[StepKind, tuple[Verb, ...]]] = {
    StepKind.COMPLETENESS: (Verb.RETURN,),
    StepKind.VERIFICATION: (Verb.REQUEST_CORRECTION, Verb.REJECT),
    StepKind.RECOMMENDATION: (Verb.REQUEST_CORRECTION,),
    StepKind.INITIALS: (Verb.REQUEST_CORRECTION,),
    StepKind.SIGNING: (Verb.REQUEST_CORRECTION, Verb.REJECT),
}
"""What else the holder of a step may do. Reject stands where the law puts the decision; a bad recommendation only binds it."""

OWN_WORK: Final = frozenset({StepKind.NUMBERING, StepKind.AUTOMATIC})
"""Steps the system completes as soon as they open."""

REMARKS: Final = ("missing", "unreadable", "expired", "mismatch", "wrong_document", "incomplete", "other")
"""The closed list of reasons for a remark on a field or document."""

MAX_ROUNDS: Final = 3
"""Rounds of correction before the file must be decided (a service may set its own later)."""

_WORKING: Final = frozenset({State.IN_PROCESS, State.AWAITING_PAYMENT, State.APPROVED})
_WORK: Final = (
    Verb.VERIFY, Verb.INSPECT, Verb.RECOMMEND, Verb.ASSESS_FEE, Verb.DRAFT, Verb.INITIAL, Verb.SIGN, Verb.FORWARD, Verb.AUTOMATE,
)  # fmt: skip

TRANSITIONS: Final[Mapping[tuple[State, Verb], frozenset[State]]] = {
    (State.DRAFT, Verb.SUBMIT): frozenset({State.SUBMITTED, State.IN_PROCESS}),
    (State.DRAFT, Verb.WITHDRAW): frozenset({State.WITHDRAWN}),
    (State.SUBMITTED, Verb.COMPLETE): _WORKING,
    (State.SUBMITTED, Verb.RETURN): frozenset({State.RETURNED}),
    (State.SUBMITTED, Verb.WITHDRAW): frozenset({State.WITHDRAWN}),
    (State.RETURNED, Verb.RESUBMIT): frozenset({State.SUBMITTED}),
    (State.RETURNED, Verb.WITHDRAW): frozenset({State.WITHDRAWN}),
    **{(State.IN_PROCESS, verb): _WORKING for verb in _WORK},
    (State.IN_PROCESS, Verb.REQUEST_CORRECTION): frozenset({State.IN_CORRECTION}),
    (State.IN_PROCESS, Verb.REJECT): frozenset({State.REJECTED}),
    (State.IN_PROCESS, Verb.WITHDRAW): frozenset({State.WITHDRAWN}),
    (State.IN_CORRECTION, Verb.RESUBMIT): frozenset({State.IN_PROCESS}),
    (State.IN_CORRECTION, Verb.WITHDRAW): frozenset({State.WITHDRAWN}),
    (State.AWAITING_PAYMENT, Verb.SETTLE): _WORKING,
    (State.AWAITING_PAYMENT, Verb.WITHDRAW): frozenset({State.WITHDRAWN}),
    (State.APPROVED, Verb.ISSUE): frozenset({State.APPROVED, State.COMPLETED}),
    (State.APPROVED, Verb.HAND_OVER): frozenset({State.COMPLETED}),
    (State.REJECTED, Verb.ISSUE): frozenset({State.REJECTED}),
}
"""(state, verb) -> the states it may lead to. docs/states.md is drawn from this table."""

APPLICANTS: Final = frozenset({Verb.SUBMIT, Verb.RESUBMIT, Verb.WITHDRAW})
SYSTEMS: Final = frozenset({Verb.SETTLE, Verb.ISSUE, Verb.AUTOMATE})
DECIDED: Final = frozenset(
    {State.APPROVED, State.DEEMED_APPROVED, State.REJECTED, State.WITHDRAWN, State.COMPLETED}
)
EDITABLE: Final = frozenset({State.DRAFT, State.RETURNED, State.IN_CORRECTION})
PAUSED: Final = frozenset({State.IN_CORRECTION, State.AWAITING_PAYMENT})
"""States in which the office waits for the applicant: the clock stands still."""


@dataclass(frozen=True, slots=True)
class Step:
    """One inner step as it stands now."""

    key: str
    kind: StepKind
    agency_id: str
    role: str
    after: tuple[str, ...] = ()
    when: str = ""
    status: StepStatus = StepStatus.WAITING
    favourable: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """What a decision needs to know of an application."""

    state: State
    applicant_id: UUID
    steps: tuple[Step, ...]
    rounds: int = 0
    fee_idr: int | None = 0  # None: somebody has to assess it
    due_on: date | None = None
    paused_on: date | None = None

    def step(self, key: str) -> Step:
        """Raises: Denied("no_such_step")."""
        for step in self.steps:
            if step.key == key:
                return step
        raise Denied("no_such_step", key)


@dataclass(frozen=True, slots=True)
class Remark:
    """What is wrong with one field or document."""

    field: str
    reason: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """What the actor says along with the verb."""

    note: str = ""
    favourable: bool = True
    remarks: tuple[Remark, ...] = ()
    reason: str = ""
    legal_basis: str = ""
    fee_lines: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to write: the new state, the steps that changed, the deadline."""

    state: State
    steps: tuple[Step, ...]
    rounds: int
    fee_idr: int | None
    due_on: date | None
    paused_on: date | None
    opened: tuple[Step, ...] = field(default=())


def check(case: Case, verb: Verb, actor: Actor, step_key: str = "", act: Act | None = None) -> None:
    """Raise ``Denied`` with the first reason against ``verb``; return when nothing speaks against it."""
    if (case.state, verb) not in TRANSITIONS:
        raise Denied("not_in_this_state", f"{case.state} {verb}")
    if verb in APPLICANTS:
        _check_applicant(case, actor)
    elif verb in SYSTEMS:
        if actor.kind is not ActorKind.SYSTEM:
            raise Denied("not_your_step")
    else:
        _check_step(case.step(step_key), verb, actor)
    if act is not None:
        _check_act(case, verb, act)


def can(case: Case, verb: Verb, actor: Actor, step_key: str = "") -> bool:
    """True when ``check`` would pass. Buttons ask this; actions ask ``check``."""
    try:
        check(case, verb, actor, step_key)
    except Denied:
        return False
    return True


def verbs_for(case: Case, step: Step, actor: Actor) -> tuple[Verb, ...]:
    """The buttons this actor gets on a step, the one that proceeds first."""
    wanted = (PROCEEDS[step.kind], *SETS_BACK.get(step.kind, ()))
    return tuple(verb for verb in wanted if can(case, verb, actor, step.key))


def _check_applicant(case: Case, actor: Actor) -> None:
    if actor.kind is not ActorKind.PERSON or actor.id != case.applicant_id:
        raise Denied("not_your_application")


def _check_step(step: Step, verb: Verb, actor: Actor) -> None:
    if step.status is not StepStatus.OPEN:
        raise Denied("step_not_open", step.key)
    if verb is not PROCEEDS[step.kind] and verb not in SETS_BACK.get(step.kind, ()):
        raise Denied("not_this_step", f"{step.kind} {verb}")
    if actor.kind is not ActorKind.STAFF or not actor.has(Role(step.role), step.agency_id):
        raise Denied("not_your_step")


def _check_act(case: Case, verb: Verb, act: Act) -> None:
    if verb in {Verb.RETURN, Verb.REQUEST_CORRECTION}:
        if not act.remarks:
            raise Denied("remarks_needed")
        if any(remark.reason not in REMARKS for remark in act.remarks):
            raise Denied("remark_reason_unknown")
        if case.rounds >= MAX_ROUNDS:
            raise Denied("rounds_used_up")
    if verb is Verb.REJECT and not (act.reason.strip() and act.legal_basis.strip()):
        raise Denied("legal_reason_needed")
    if verb is Verb.SIGN and any(not step.favourable for step in case.steps):
        raise Denied("recommendation_unfavourable")
    if verb is Verb.ASSESS_FEE and any(
        not isinstance(line["amount_idr"], int) or line["amount_idr"] < 0 for line in act.fee_lines
    ):
        raise Denied("fee_invalid")


Holds = Callable[[str, int], bool]
"""(CEL condition, fee in rupiah or -1) -> does it hold for this application."""


def open_steps(steps: Sequence[Step], fee_idr: int | None, holds: Holds) -> tuple[Step, ...]:
    """Walk the graph: open what is ready, skip what its condition excludes, complete what is the system's own work."""
    now = {step.key: step for step in steps}
    fee = -1 if fee_idr is None else fee_idr
    moved = True
    while moved:
        moved = False
        for step in tuple(now.values()):
            if step.status is StepStatus.WAITING and all(_passed(now[key]) for key in step.after):
                now[step.key] = replace(step, status=_entry(step, fee, holds))
                moved = True
    return tuple(now.values())


def _passed(step: Step) -> bool:
    return step.status in {StepStatus.DONE, StepStatus.SKIPPED}


def _entry(step: Step, fee: int, holds: Holds) -> StepStatus:
    if step.when and not holds(step.when, fee):
        return StepStatus.SKIPPED
    return StepStatus.DONE if step.kind in OWN_WORK else StepStatus.OPEN


def _state_of(steps: Iterable[Step]) -> State:
    """The outer state that the open steps amount to."""
    kinds = {step.kind for step in steps if step.status in {StepStatus.OPEN, StepStatus.WAITING}}
    open_kinds = {step.kind for step in steps if step.status is StepStatus.OPEN}
    if kinds <= {StepKind.HAND_OVER}:
        return State.APPROVED
    if StepKind.COMPLETENESS in open_kinds:
        return State.SUBMITTED
    return State.AWAITING_PAYMENT if open_kinds == {StepKind.PAYMENT} else State.IN_PROCESS


def begin(case: Case, *, on: date, promise_days: int, calendar: Calendar, holds: Holds) -> Outcome:
    """File the application: open its first steps and promise a date counted from ``on``.

    Units: promise_days are working days; 0 means the same day (promises in minutes).
    """
    steps = open_steps(case.steps, case.fee_idr, holds)
    return Outcome(
        state=_state_of(steps),
        steps=steps,
        rounds=case.rounds,
        fee_idr=case.fee_idr,
        due_on=_first_due(on, promise_days, calendar),
        paused_on=None,
        opened=_newly_open(case.steps, steps),
    )


def _first_due(on: date, promise_days: int, calendar: Calendar) -> date:
    """Promises within the day, made on a free day, are kept on the next working day."""
    return due_on(on, promise_days, calendar) if promise_days else due_on(_day_before(on), 1, calendar)


def _day_before(on: date) -> date:
    return date.fromordinal(on.toordinal() - 1)


def decide(
    case: Case,
    verb: Verb,
    actor: Actor,
    *,
    step_key: str,
    act: Act,
    on: date,
    promise_days: int,
    calendar: Calendar,
    holds: Holds,
) -> Outcome:
    """Everything that follows when ``actor`` does ``verb`` on local date ``on``.

    Raises: Denied (see ``check``). Day 0 of the promise is the day the file is found complete; while the applicant has to act the clock
    stands still and the deadline moves by just those working days. Source: UU 30/2014 art. 53; domain facts 4.2, 12.
    """
    check(case, verb, actor, step_key, act)
    if verb in {Verb.RETURN, Verb.REQUEST_CORRECTION, Verb.REJECT, Verb.WITHDRAW}:
        return _set_back(case, verb, on)
    if verb is Verb.RESUBMIT:
        return _resubmit(case, on, calendar)
    if verb is Verb.ISSUE:
        waits = any(step.kind is StepKind.HAND_OVER and step.status is StepStatus.OPEN for step in case.steps)
        state = case.state if waits or case.state is State.REJECTED else State.COMPLETED
        return Outcome(state, case.steps, case.rounds, case.fee_idr, case.due_on, None)
    fee_idr = (
        sum(int(line["amount_idr"]) for line in act.fee_lines) if verb is Verb.ASSESS_FEE else case.fee_idr
    )
    done = tuple(_complete(step, act) if step.key == step_key else step for step in case.steps)
    steps = open_steps(done, fee_idr, holds)
    state = State.COMPLETED if verb is Verb.HAND_OVER else _state_of(steps)
    due, paused = case.due_on, case.paused_on
    if verb is Verb.COMPLETE:
        due = _first_due(on, promise_days, calendar)
    if paused and state not in PAUSED:
        due, paused = _resumed(due, paused, on, calendar), None
    elif state in PAUSED and not paused:
        paused = on
    return Outcome(state, steps, case.rounds, fee_idr, due, paused, _newly_open(case.steps, steps))


def _complete(step: Step, act: Act) -> Step:
    return replace(step, status=StepStatus.DONE, favourable=act.favourable)


def _newly_open(before: Iterable[Step], after: Iterable[Step]) -> tuple[Step, ...]:
    was = {step.key: step.status for step in before}
    return tuple(
        step for step in after if step.status is StepStatus.OPEN and was.get(step.key) is not StepStatus.OPEN
    )


def _set_back(case: Case, verb: Verb, on: date) -> Outcome:
    (state,) = TRANSITIONS[case.state, verb]
    if state in DECIDED:
        steps = tuple(
            step if _passed(step) else replace(step, status=StepStatus.CANCELLED) for step in case.steps
        )
        return Outcome(state, steps, case.rounds, case.fee_idr, None, None)
    due = None if verb is Verb.RETURN else case.due_on
    return Outcome(state, case.steps, case.rounds + 1, case.fee_idr, due, on if due else None)


def _resubmit(case: Case, on: date, calendar: Calendar) -> Outcome:
    (state,) = TRANSITIONS[case.state, Verb.RESUBMIT]
    due = _resumed(case.due_on, case.paused_on, on, calendar) if case.paused_on else case.due_on
    return Outcome(state, case.steps, case.rounds, case.fee_idr, due, None)


def _resumed(due: date | None, paused_on: date, on: date, calendar: Calendar) -> date | None:
    """The deadline moved by exactly the working days the clock stood still."""
    return due_on(due, max(0, working_days_between(paused_on, on, calendar)), calendar) if due else None


def mermaid() -> str:
    """The diagram in docs/states.md; a test compares the two."""
    rows = [
        f"    {state} --> {to}: {verb}"
        for (state, verb), targets in TRANSITIONS.items()
        for to in sorted(targets)
    ]
    return "\n".join(["stateDiagram-v2", "    [*] --> draft", *rows])
