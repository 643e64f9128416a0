"""What follows from an act: which steps open, which state the case is in, when it is due.

A step is open when every step it comes ``after`` is done or skipped, so reviews of several agencies run side by side.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from pendopo.applications.rules.cases import Act, AutoVerdict, Case, Outcome, Step
from pendopo.applications.rules.checks import check
from pendopo.applications.rules.clock import begun, found_complete, may_be_granted, sent_back
from pendopo.applications.rules.terms import (
    DECIDED,
    OWN_WORK,
    PAUSED,
    SYSTEM_ROLE,
    TRANSITIONS,
    State,
    StepKind,
    StepStatus,
    Verb,
)
from pendopo.identity.api import Actor
from pendopo.kernel.errors import Denied
from pendopo.region.api import Calendar, Mark, Term, due_of

Holds = Callable[[str, int], bool]
"""(CEL condition, fee in rupiah or -1) -> does it hold for this application."""

Autos = Callable[[Step, int | None], AutoVerdict | None]
"""(step that opens, fee) -> what its rule says, or None when it has none."""


def no_autos(_step: Step, _fee_idr: int | None) -> None:
    """No step completes itself."""


def open_steps(
    steps: Sequence[Step], fee_idr: int | None, holds: Holds, autos: Autos = no_autos
) -> tuple[tuple[Step, ...], tuple[AutoVerdict, ...]]:
    """Walk the graph: open what is ready, skip what its condition excludes, complete what is the system's own work or its rule decides.

    Returns the steps as they stand then, and what the rules said on the way.
    """
    now = {step.key: step for step in steps}
    fee = -1 if fee_idr is None else fee_idr
    verdicts: list[AutoVerdict] = []
    moved = True
    while moved:
        moved = False
        for step in tuple(now.values()):
            if step.status is StepStatus.WAITING and all(_passed(now[key]) for key in step.after):
                status = _entry(step, fee, holds)
                verdict = autos(step, fee_idr) if status is StepStatus.OPEN else None
                if verdict is not None:
                    verdicts.append(verdict)
                    status = StepStatus.DONE if verdict.complete else status
                now[step.key] = replace(step, status=status)
                moved = True
    return tuple(now.values()), tuple(verdicts)


def _passed(step: Step) -> bool:
    return step.status in {StepStatus.DONE, StepStatus.SKIPPED}


def _entry(step: Step, fee: int, holds: Holds) -> StepStatus:
    if step.when and not holds(step.when, fee):
        return StepStatus.SKIPPED
    forwards = step.kind is StepKind.FORWARD and step.role == SYSTEM_ROLE
    return StepStatus.DONE if forwards or step.kind in OWN_WORK else StepStatus.OPEN


def state_of(steps: Iterable[Step]) -> State:
    """The outer state that the open steps amount to."""
    kinds = {step.kind for step in steps if step.status in {StepStatus.OPEN, StepStatus.WAITING}}
    open_kinds = {step.kind for step in steps if step.status is StepStatus.OPEN}
    if kinds <= {StepKind.HAND_OVER}:
        return State.APPROVED
    if StepKind.COMPLETENESS in open_kinds:
        return State.SUBMITTED
    return State.AWAITING_PAYMENT if open_kinds == {StepKind.PAYMENT} else State.IN_PROCESS


def begin(
    case: Case,
    *,
    on: date,
    calendar: Calendar,
    holds: Holds,
    autos: Autos = no_autos,
    counts_from_submit: bool = False,
) -> Outcome:
    """File the application on local date ``on`` (as received): open its first steps and promise a date.

    The date counts from the day of receipt; where completeness is checked, the clock starts anew when it is found in time.
    """
    steps, verdicts = open_steps(case.steps, case.fee_idr, holds, autos)
    state = state_of(steps)
    marks = begun(on, checked=state is State.SUBMITTED and not counts_from_submit)
    return Outcome(
        state=state,
        steps=steps,
        rounds=case.rounds,
        fee_idr=case.fee_idr,
        due_on=due_of(case.term, marks, calendar),
        marks=_stood(marks, State.DRAFT, state, on, ""),
        opened=_newly_open(case.steps, steps),
        verdicts=verdicts,
        wants_person=case.wants_person,
    )


def decide(
    case: Case,
    verb: Verb,
    actor: Actor,
    *,
    step_key: str,
    act: Act,
    on: date,
    calendar: Calendar,
    holds: Holds,
    autos: Autos = no_autos,
) -> Outcome:
    """Everything that follows when ``actor`` does ``verb`` on local date ``on``.

    Raises: Denied (see ``check``), Denied("not_due_yet"). Day 0 of the promise is the day the file is found complete; while the applicant
    has to act the clock stands still. Source: UU 30/2014 art. 53; domain facts 4.2, 12.
    """
    check(case, verb, actor, step_key, act)
    if verb is Verb.DEEM_APPROVE and not may_be_granted(case, on, calendar):
        raise Denied("not_due_yet")
    if verb in _PLAIN:
        return _PLAIN[verb](case, verb, step_key, act, on, calendar)
    fee_idr = (
        sum(int(line["amount_idr"]) for line in act.fee_lines) if verb is Verb.ASSESS_FEE else case.fee_idr
    )
    before = _reopened(case.steps) if verb is Verb.REOPEN else case.steps
    done = tuple(_complete(step, act) if step.key == step_key else step for step in before)
    steps, verdicts = open_steps(done, fee_idr, holds, autos)
    state = State.COMPLETED if verb is Verb.HAND_OVER else state_of(steps)
    if verb is Verb.SETTLE and case.state is State.IN_CORRECTION:
        state = case.state
    marks = found_complete(case, on, calendar) if verb is Verb.COMPLETE else case.marks
    marks = _stood(marks, State.REJECTED if verb is Verb.REOPEN else case.state, state, on, step_key)
    return replace(
        _same(case),
        state=state,
        steps=steps,
        fee_idr=fee_idr,
        marks=marks,
        due_on=_due(case, case.term, marks, calendar),
        opened=_newly_open(case.steps, steps),
        verdicts=verdicts,
    )


def _same(case: Case) -> Outcome:
    """The case as it stands, as an outcome."""
    return Outcome(
        case.state,
        case.steps,
        case.rounds,
        case.fee_idr,
        case.due_on,
        case.marks,
        wants_person=case.wants_person,
    )


def _due(case: Case, term: Term, marks: tuple[Mark, ...], calendar: Calendar) -> date | None:
    """The deadline the ledger gives; while it stands still, the date it had is kept for the eye."""
    return due_of(term, marks, calendar) or case.due_on


def _stood(marks: tuple[Mark, ...], was: State, now: State, on: date, evidence: str) -> tuple[Mark, ...]:
    """The ledger after a change of state: it stands still while the applicant has to act, and goes on afterwards."""
    if not marks:
        return marks
    still = marks[-1].kind == "pause"
    if now in PAUSED or now is State.REJECTED:
        return marks if still else (*marks, Mark("pause", on, _WHY[now], evidence))
    return (*marks, Mark("resume", on, _WHY.get(was, ""))) if still else marks


_WHY = {
    State.IN_CORRECTION: "correction",
    State.AWAITING_PAYMENT: "payment",
    State.REJECTED: "decided",
    State.RETURNED: "returned",
}
"""Why a clock stands still; pages have the words."""


def _complete(step: Step, act: Act) -> Step:
    return replace(step, status=StepStatus.DONE, favourable=act.favourable)


def _newly_open(before: Iterable[Step], after: Iterable[Step]) -> tuple[Step, ...]:
    was = {step.key: step.status for step in before}
    return tuple(
        step for step in after if step.status is StepStatus.OPEN and was.get(step.key) is not StepStatus.OPEN
    )


def _reopened(steps: Iterable[Step]) -> tuple[Step, ...]:
    """What the refusal had cancelled waits again; an unfavourable opinion is no longer held against the applicant."""
    return tuple(
        replace(
            step,
            status=StepStatus.WAITING if step.status is StepStatus.CANCELLED else step.status,
            favourable=True,
        )
        for step in steps
    )


# --- acts that complete no step: (case, verb, step key, act, on, calendar) -> outcome ---------------------------------


def _conclude(case: Case, verb: Verb, step_key: str, _act: Act, on: date, _calendar: Calendar) -> Outcome:
    """Refused, withdrawn, or granted by silence: what was still to do is cancelled."""
    (state,) = TRANSITIONS[case.state, verb]
    assert state in DECIDED
    steps = tuple(
        step if _passed(step) else replace(step, status=StepStatus.CANCELLED) for step in case.steps
    )
    marks = _stood(case.marks, case.state, state, on, step_key)
    due = case.due_on if verb is Verb.DEEM_APPROVE else None
    return replace(_same(case), state=state, steps=steps, marks=marks, due_on=due)


def _set_back(case: Case, verb: Verb, _key: str, act: Act, on: date, calendar: Calendar) -> Outcome:
    """Back to the applicant. Returned in time no clock runs; afterwards it stands still. Remarks of others join the same round."""
    (state,) = TRANSITIONS[case.state, verb]
    rounds = case.rounds + (case.state is not state)
    fields = ", ".join(sorted({remark.field for remark in act.remarks}))
    if verb is Verb.RETURN:
        marks = sent_back(case, on, fields, calendar)
        return replace(
            _same(case), state=state, rounds=rounds, marks=marks, due_on=case.due_on if marks else None
        )
    return replace(
        _same(case), state=state, rounds=rounds, marks=_stood(case.marks, case.state, state, on, fields)
    )


def _resubmit(case: Case, _verb: Verb, _key: str, _act: Act, on: date, calendar: Calendar) -> Outcome:
    state = state_of(case.steps)
    marks = _stood(case.marks, case.state, state, on, "") or begun(on, checked=state is State.SUBMITTED)
    return replace(_same(case), state=state, marks=marks, due_on=_due(case, case.term, marks, calendar))


def _issue(case: Case, _verb: Verb, _key: str, _act: Act, _on: date, _calendar: Calendar) -> Outcome:
    waits = any(step.kind is StepKind.HAND_OVER and step.status is StepStatus.OPEN for step in case.steps)
    return replace(
        _same(case), state=case.state if waits or case.state is State.REJECTED else State.COMPLETED
    )


def _schedule(case: Case, _verb: Verb, key: str, act: Act, _on: date, _calendar: Calendar) -> Outcome:
    return _with_step(
        case, replace(case.step(key), appointment=str(act.details["at"]), place=str(act.details["place"]))
    )


def _reassign(case: Case, _verb: Verb, key: str, act: Act, _on: date, _calendar: Calendar) -> Outcome:
    return _with_step(case, replace(case.step(key), assignee_id=UUID(str(act.details["to"]))))


def _with_step(case: Case, changed: Step) -> Outcome:
    steps = tuple(changed if step.key == changed.key else step for step in case.steps)
    return replace(_same(case), steps=steps)


def _provisional(case: Case, _verb: Verb, _key: str, _act: Act, _on: date, _calendar: Calendar) -> Outcome:
    return _same(case)


def _ask_person(case: Case, _verb: Verb, _key: str, _act: Act, _on: date, _calendar: Calendar) -> Outcome:
    return replace(_same(case), wants_person=True)


_PLAIN: dict[Verb, Callable[[Case, Verb, str, Act, date, Calendar], Outcome]] = {
    Verb.RETURN: _set_back,
    Verb.REQUEST_CORRECTION: _set_back,
    Verb.REJECT: _conclude,
    Verb.WITHDRAW: _conclude,
    Verb.DEEM_APPROVE: _conclude,
    Verb.RESUBMIT: _resubmit,
    Verb.ISSUE: _issue,
    Verb.SCHEDULE: _schedule,
    Verb.REASSIGN: _reassign,
    Verb.ISSUE_PROVISIONAL: _provisional,
    Verb.ASK_PERSON: _ask_person,
}
