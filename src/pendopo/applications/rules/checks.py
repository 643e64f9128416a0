"""Who may do what now. ``check`` raises the first reason against it; ``can`` answers; buttons and actions ask the same thing."""

from datetime import date
from typing import Final
from uuid import UUID

from pendopo.applications.rules.cases import Act, Case, Step
from pendopo.applications.rules.terms import (
    APPLICANTS,
    BESIDE,
    PROCEEDS,
    REMARKS,
    SETS_BACK,
    SYSTEM_ROLE,
    SYSTEMS,
    TRANSITIONS,
    State,
    StepStatus,
    Verb,
)
from pendopo.identity.api import Actor, ActorKind, Role
from pendopo.kernel.errors import Denied
from pendopo.region.api import Calendar, is_working

HEADS: Final = frozenset({Role.SECTION_HEAD, Role.SIGNATORY})
"""Who gives work out within an agency."""


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
        _check_act(case, verb, act, step_key)


def can(case: Case, verb: Verb, actor: Actor, step_key: str = "") -> bool:
    """True when ``check`` would pass. Buttons ask this; actions ask ``check``."""
    try:
        check(case, verb, actor, step_key)
    except Denied:
        return False
    return True


def verbs_for(case: Case, step: Step, actor: Actor) -> tuple[Verb, ...]:
    """The buttons this actor gets on a step, the one that proceeds first."""
    wanted = (PROCEEDS[step.kind], *BESIDE.get(step.kind, ()), *SETS_BACK.get(step.kind, ()))
    return tuple(verb for verb in wanted if can(case, verb, actor, step.key))


def _check_applicant(case: Case, actor: Actor) -> None:
    if actor.kind is not ActorKind.PERSON or actor.id != case.applicant_id:
        raise Denied("not_your_application")


def _check_step(step: Step, verb: Verb, actor: Actor) -> None:
    if step.status is not StepStatus.OPEN:
        raise Denied("step_done" if step.status is StepStatus.DONE else "step_not_open", step.key)
    if verb is Verb.REASSIGN:
        _check_reassigns(step, actor)
        return
    if verb not in (PROCEEDS[step.kind], *BESIDE.get(step.kind, ()), *SETS_BACK.get(step.kind, ())):
        raise Denied("not_this_step", f"{step.kind} {verb}")
    if actor.kind is not ActorKind.STAFF or step.role not in actor.duties.get(step.agency_id, ()):
        raise Denied("not_your_step")
    if step.assignee_id not in (None, actor.id, *actor.stands_in_for):
        raise Denied("assigned_to_other")


def _check_reassigns(step: Step, actor: Actor) -> None:
    """Heads give work out; whoever holds the role may take it or pass it on. A step nobody's role holds belongs to the system."""
    duties = actor.duties.get(step.agency_id, frozenset()) if actor.kind is ActorKind.STAFF else frozenset()
    if step.role == SYSTEM_ROLE or not duties & {step.role, *HEADS}:
        raise Denied("not_your_step")


def _check_act(case: Case, verb: Verb, act: Act, step_key: str) -> None:
    if verb in {Verb.RETURN, Verb.REQUEST_CORRECTION}:
        _check_remarks(case, act)
    if verb is Verb.REJECT and not (act.reason.strip() and act.legal_basis.strip()):
        raise Denied("legal_reason_needed")
    if verb is Verb.SIGN and any(not step.favourable for step in case.steps):
        raise Denied("recommendation_unfavourable")
    if verb is Verb.ASSESS_FEE and not _is_fee(act):
        raise Denied("fee_invalid")
    if verb is Verb.INSPECT:
        _check_inspected(case.step(step_key), act)
    _check_details(verb, act)


def _check_remarks(case: Case, act: Act) -> None:
    if not act.remarks:
        raise Denied("remarks_needed")
    if any(remark.reason not in REMARKS for remark in act.remarks):
        raise Denied("remark_reason_unknown")
    if case.rounds >= case.max_rounds and case.state is not State.IN_CORRECTION:
        raise Denied("rounds_used_up")


def _check_details(verb: Verb, act: Act) -> None:
    if verb is Verb.SCHEDULE and not (act.details.get("at") and str(act.details.get("place", "")).strip()):
        raise Denied("appointment_incomplete")
    if verb is Verb.REASSIGN and not _is_uuid(act.details.get("to")):
        raise Denied("assignee_unknown")


def _is_uuid(value: object) -> bool:
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True


def _check_inspected(step: Step, act: Act) -> None:
    """An inspection was announced, and what was found is written down: its record is signed and shown to the applicant."""
    if not step.appointment:
        raise Denied("appointment_needed")
    if not act.note.strip():
        raise Denied("findings_needed")


def check_visit(verb: Verb, visit_on: date, on: date, calendar: Calendar, *, confirmed: bool) -> None:
    """A visit on a day on which the agency does not work is meant so, and nobody writes down what was found before having been there.

    Units: ``visit_on`` and ``on`` (today) are local dates. Raises: Denied("appointment_day_off" | "inspection_early").
    """
    if verb is Verb.SCHEDULE and not confirmed and not is_working(visit_on, calendar):
        raise Denied("appointment_day_off")
    if verb is Verb.INSPECT and on < visit_on:
        raise Denied("inspection_early")


def _is_fee(act: Act) -> bool:
    """True for at least one line: even "free" is said, never concluded from an empty form."""
    amounts = [line["amount_idr"] for line in act.fee_lines]
    return bool(amounts) and all(isinstance(amount, int) and amount >= 0 for amount in amounts)
