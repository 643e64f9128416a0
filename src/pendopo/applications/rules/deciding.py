"""What follows from an act: which steps open, which state the case is in, when it is due.

A step is open when every step it comes ``after`` is done or skipped, so reviews of several agencies run side by side.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date

from pendopo.applications.rules.cases import Act, Case, Outcome, Step
from pendopo.applications.rules.checks import check
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
from pendopo.region.api import Calendar, due_on, working_days_between

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
    forwards = step.kind is StepKind.FORWARD and step.role == SYSTEM_ROLE
    return StepStatus.DONE if forwards or step.kind in OWN_WORK else StepStatus.OPEN


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
