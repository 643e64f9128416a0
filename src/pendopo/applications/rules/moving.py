"""Whether a running case may go on under a newer version of its service, and how it stands there. Pure.

Steps are the same when their ids and kinds are. A case never goes back: it moves only when everything done is done there too, in the order
that version wants, and when the applicant keeps every answer and at least the promised day.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from pendopo.applications.rules.cases import Case, Step
from pendopo.applications.rules.clock import shown_due
from pendopo.applications.rules.deciding import Holds, open_steps, state_of
from pendopo.applications.rules.terms import State, StepKind, StepStatus
from pendopo.region.api import Calendar, Mark, Term

MOVABLE: Final = frozenset(
    {State.SUBMITTED, State.RETURNED, State.IN_PROCESS, State.IN_CORRECTION, State.AWAITING_PAYMENT}
)
"""States in which a case runs: neither a draft nor decided."""

_AS_IF: Final = {State.RETURNED: State.SUBMITTED, State.IN_CORRECTION: State.IN_PROCESS}
"""With the applicant, the steps stand as they stood when the file was sent back."""


@dataclass(frozen=True, slots=True)
class Stays:
    """Why a case stays on its version: a code and the step or field it is about."""

    why: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Moves:
    """How a case stands in the newer version: ids of steps by what became of them, and its deadline."""

    steps: tuple[Step, ...]
    kept: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    term: Term
    due_on: date | None


def plan_move(
    case: Case,
    steps: Sequence[Step],
    *,
    holds: Holds,
    term: Term,
    calendar: Calendar,
    lost_answers: Collection[str] = (),
    received_on: date | None = None,
) -> Moves | Stays:
    """Say how ``case`` would go on with the ``steps`` (all waiting) and the ``term`` of a newer version, or why it stays.

    ``lost_answers``: answered fields that the newer form does not have. ``received_on``: day 0 of a clock that has not started.
    """
    if case.state not in MOVABLE:
        return Stays("not_running", case.state)
    if lost_answers:
        return Stays("answers_lost", ", ".join(sorted(lost_answers)))
    there = {step.key: step for step in steps}
    for step in case.steps:
        same = step.key in there and there[step.key].kind is step.kind
        if step.status is StepStatus.DONE and not same:
            return Stays("done_step_gone", step.key)
        if step.status is StepStatus.OPEN and step.kind is StepKind.PAYMENT and not same:
            return Stays("bill_open", step.key)
    before = {step.key: step for step in case.steps}
    now, _verdicts = open_steps([_carried(step, before.get(step.key)) for step in steps], case.fee_idr, holds)
    return _out_of_order(now) or _state_changes(case, now) or _moves(case, now, term, calendar, received_on)


def _carried(step: Step, was: Step | None) -> Step:
    """A step of the newer version with what happened to it already."""
    if was is None or was.kind is not step.kind:
        return step
    if was.status is StepStatus.DONE:
        return replace(was, after=step.after, when=step.when)
    if was.status is StepStatus.OPEN and was.agency_id == step.agency_id and was.role == step.role:
        return replace(step, assignee_id=was.assignee_id, appointment=was.appointment)
    return step


def _out_of_order(steps: Sequence[Step]) -> Stays | None:
    status = {step.key: step.status for step in steps}
    for step in steps:
        for key in step.after:
            if step.status is StepStatus.DONE and status[key] in {StepStatus.WAITING, StepStatus.OPEN}:
                return Stays("done_too_early", f"{step.key} < {key}")
    return None


def _state_changes(case: Case, steps: Sequence[Step]) -> Stays | None:
    reached = state_of(steps)
    return None if reached is _AS_IF.get(case.state, case.state) else Stays("state_changes", reached)


def _moves(
    case: Case, now: tuple[Step, ...], term: Term, calendar: Calendar, received_on: date | None
) -> Moves:
    marks = case.marks or ((Mark("start", received_on),) if received_on else ())
    due_on = shown_due(term, marks, calendar)
    sooner = term != case.term and due_on is not None and case.due_on is not None and due_on < case.due_on
    keys, before = [step.key for step in now], [step.key for step in case.steps]
    return Moves(
        steps=now,
        kept=tuple(key for key in before if key in keys),
        added=tuple(key for key in keys if key not in before),
        removed=tuple(key for key in before if key not in keys),
        term=term if sooner else case.term,
        due_on=due_on if sooner else case.due_on,
    )
