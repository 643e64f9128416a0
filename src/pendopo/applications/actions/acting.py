"""Acting: one ``advance`` writes every change of a filed application."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from pendopo.agencies.api import colleagues, signatory_of
from pendopo.applications import queries
from pendopo.applications.actions.automatic import RulesOff, record_automatic
from pendopo.applications.actions.filing import auto_result, check_files, check_form, is_on_desk
from pendopo.applications.actions.moving import follow_competence
from pendopo.applications.actions.telling import tell_bill
from pendopo.applications.models import Application
from pendopo.applications.rules import (
    APPLICANTS,
    DECIDED,
    PROCEEDS,
    Act,
    Case,
    Outcome,
    State,
    Step,
    StepKind,
    StepStatus,
    Verb,
    check_visit,
    decide,
)
from pendopo.applications.rules.purposes import to_confirm
from pendopo.catalogue.api import ServiceVersion, get_version
from pendopo.identity.api import SYSTEM, Actor, ActorKind, get_person
from pendopo.kernel import clock, sql
from pendopo.kernel.errors import Denied, Invalid, NotFound
from pendopo.payments.api import BillLine, bill, cancel, get_bill, reopen
from pendopo.region.api import calendar, closing_at, received_today

_TRIES = 5
BILL_DAYS = 30
_ADVANCE = (
    "SELECT application_advance(%s, %s, %s, %s::smallint, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


def advance(
    *,
    application_id: UUID,
    verb: Verb,
    by: Actor,
    step_key: str = "",
    act: Act | None = None,
    revision: int | None = None,
    loaded: queries.Loaded | None = None,
    **patch: Any,
) -> State:
    """Do ``verb`` and everything that follows from it. Returns the new state.

    ``patch`` sets answers, sources, decision or document_id along. Raises: NotFound, Denied (see rules.check), Denied("stale") when five
    others were faster, or one since the actor read ``revision``. Nothing is written when it raises. ``loaded``: the case, when the
    caller has read it a moment ago; when somebody was faster it is read again.
    """
    act = act or Act()
    off: frozenset[str] = frozenset()
    for number in range(_TRIES):
        if loaded is None or number:
            loaded = queries.load(application_id)
        if by.kind is ActorKind.STAFF and not queries.involved(by, loaded.case.steps, loaded.agency_id):
            raise NotFound
        if revision not in {None, loaded.revision}:
            raise Denied("stale")
        version = get_version(loaded.version_id)
        facts = queries.facts_now(
            loaded.answers,
            loaded.sources,
            business=loaded.business_id is not None,
            wants_person=loaded.case.wants_person,
        )
        outcome = decide(
            loaded.case,
            verb,
            by,
            step_key=step_key,
            act=act,
            on=received_today(loaded.agency_id) if verb in APPLICANTS else clock.today(),
            calendar=calendar(loaded.agency_id),
            holds=queries.holds_for(version, loaded.answers),
            autos=queries.autos_for(version, loaded.id, facts, off),
        )
        _check_confirmed(loaded, version, verb, step_key, act)
        if verb in _ASKS_MORE:
            _ASKS_MORE[verb](loaded.case.step(step_key), verb, act)
        try:
            if _write(loaded, version, outcome, verb, by, step_key, act, patch):
                return outcome.state
        except RulesOff as found:
            off |= found.off
    raise Denied("stale")


def _check_confirmed(
    loaded: queries.Loaded, version: ServiceVersion, verb: Verb, step_key: str, act: Act
) -> None:
    """A step that hands something in, such as the damaged original, is not done before its officer says to have it."""
    if not act.confirmed and version.content.get("confirms"):
        step = next((step for step in loaded.case.steps if step.key == step_key), None)
        if step and verb is PROCEEDS[step.kind] and to_confirm(version.content, step_key, loaded.answers):
            raise Denied("confirmation_needed")


def _check_visit(step: Step, verb: Verb, act: Act) -> None:
    at = datetime.fromisoformat(str(act.details["at"]) if verb is Verb.SCHEDULE else step.appointment)
    visit_on, days = at.astimezone(clock.zone()).date(), calendar(step.agency_id)
    check_visit(verb, visit_on, clock.today(), days, confirmed=act.confirmed)


def _check_colleague(step: Step, _verb: Verb, act: Act) -> None:
    if UUID(str(act.details["to"])) not in {one.user_id for one in colleagues(step.agency_id, step.role)}:
        raise Denied("assignee_unknown")


_ASKS_MORE = {
    Verb.SCHEDULE: _check_visit,
    Verb.INSPECT: _check_visit,
    Verb.REASSIGN: _check_colleague,
}
"""Checks of an act that need the calendar or the staff of the agency that holds the step."""


def _write(
    loaded: queries.Loaded,
    version: ServiceVersion,
    outcome: Outcome,
    verb: Verb,
    by: Actor,
    step_key: str,
    act: Act,
    patch: dict[str, Any],
) -> bool:
    """Write the outcome in one statement; with a bill to raise or cancel, or what rules said, in one transaction."""
    change, topics = _change(loaded, outcome, verb, by, act, patch), _news(loaded, outcome, verb, step_key)
    arguments = [
        loaded.id,
        loaded.revision,
        outcome.state,
        outcome.rounds,
        outcome.fee_idr,
        json.dumps(queries.stored_marks(outcome.marks)),
        outcome.due_on,
        outcome.wants_person,
        json.dumps(change),
        json.dumps(_changed_steps(loaded.case, outcome, step_key, by, act)),
        verb,
        by.doer,
        by.behalf,
        json.dumps(_event_data(loaded, outcome, step_key, by, act)),
        json.dumps(topics),
        clock.now(),
    ]
    bills = any(step.kind is StepKind.PAYMENT for step in outcome.opened) or verb is Verb.WITHDRAW
    if not (bills or outcome.verdicts):
        return _execute(arguments)
    with transaction.atomic():
        written = _execute(arguments)
        if written:
            record_automatic(application_id=loaded.id, version=version, verdicts=outcome.verdicts)
        if written and verb is Verb.WITHDRAW:
            _cancel_bill(loaded.id)
        elif written and bills:
            lines = change.get("fee_lines", loaded.fee_lines)
            raise_bill(loaded.id, loaded.case.applicant_id, version, lines, loaded.business_id)
    return written


def _cancel_bill(application_id: UUID) -> None:
    """Nobody has to pay for what was withdrawn."""
    try:
        open_bill = get_bill(f"application:{application_id}")
    except NotFound:
        return
    if open_bill.open:
        cancel(bill_id=open_bill.id, by=SYSTEM, reason="Permohonan ditarik kembali oleh pemohon")


def _execute(arguments: list[Any]) -> bool:
    return bool(sql.one(_ADVANCE, arguments)[0])


def _change(
    loaded: queries.Loaded, outcome: Outcome, verb: Verb, by: Actor, act: Act, patch: dict[str, Any]
) -> dict[str, Any]:
    """Columns that change beside the state."""
    change = dict(patch)
    if verb in {Verb.RETURN, Verb.REQUEST_CORRECTION}:
        change["remarks"] = [*_open_round(loaded), *(asdict(remark) for remark in act.remarks)]
    if verb is Verb.RESUBMIT:
        change["remarks"] = []
    if verb is Verb.ASSESS_FEE:
        change["fee_lines"] = [dict(line) for line in act.fee_lines]
    if by.kind is ActorKind.STAFF and _decides(loaded, outcome, verb):
        who = signatory_of(by, loaded.agency_id)
        change["decision"] = {
            "by": by.ref, "name": who.name, "title": who.title, "employee_no": who.employee_no,
            "reason": act.reason, "legal_basis": act.legal_basis,
        }  # fmt: skip
    return change


def _open_round(loaded: queries.Loaded) -> list[dict[str, str]]:
    """Remarks another office has made in the round that is open: all go to the applicant together."""
    return loaded.remarks if loaded.case.state is State.IN_CORRECTION else []


def _decides(loaded: queries.Loaded, outcome: Outcome, verb: Verb) -> bool:
    """True when this act is the decision: a signature, a refusal or, where nobody signs, the verification."""
    signed = any(step.kind is StepKind.SIGNING for step in loaded.case.steps)
    last = outcome.state in DECIDED and not loaded.decision
    return verb in {Verb.SIGN, Verb.REJECT} or (verb is Verb.VERIFY and not signed) or last


def _changed_steps(case: Case, outcome: Outcome, acted: str, by: Actor, act: Act) -> list[dict[str, Any]]:
    """Rows of the steps that changed, and of open ones whose deadline or place on a desk did."""
    was = {step.key: step for step in case.steps}
    said = {verdict.step_key: verdict for verdict in outcome.verdicts}
    moved = outcome.due_on != case.due_on or outcome.state is not case.state
    rows = []
    for step in outcome.steps:
        before = was[step.key]
        if step == before and not (moved and step.status is StepStatus.OPEN):
            continue
        row: dict[str, Any] = {
            "key": step.key,
            "status": step.status,
            "favourable": step.favourable,
            "on_desk": is_on_desk(step, outcome.state),
            "assignee_id": str(step.assignee_id) if step.assignee_id else None,
        }
        if step.status is StepStatus.DONE and before.status is not StepStatus.DONE:
            mine = step.key == acted
            row["done_by"] = by.ref if mine else SYSTEM.ref
            row["result"] = _result(step, by, act) if mine else auto_result(said.get(step.key))
        elif (step.appointment, step.place) != (before.appointment, before.place):
            moved_from = (
                {"was": before.appointment} if before.appointment not in {"", step.appointment} else {}
            )
            row["result"] = {"appointment": {**act.details, "by_name": by.name, **moved_from}}
        rows.append(row)
    return rows


def _result(step: Step, by: Actor, act: Act) -> dict[str, Any]:
    """What a step leaves behind: the note, who, and of an inspection when and where."""
    visit = {"appointment": {"at": step.appointment, "place": step.place}} if step.appointment else {}
    return {"note": act.note, "by_name": by.name, **visit}


def _event_data(
    loaded: queries.Loaded, outcome: Outcome, step_key: str, by: Actor, act: Act
) -> dict[str, Any]:
    """What the timeline and the audit need to know of one act."""
    step = next((step for step in outcome.steps if step.key == step_key), None)
    automatic = [verdict.step_key for verdict in outcome.verdicts if verdict.complete]
    return {
        "from": loaded.case.state,
        "to": outcome.state,
        **({"step": step.key, "kind": step.kind, "agency": step.agency_id} if step else {}),
        **({"by_name": by.hand_name or by.name} if by.name else {}),
        **({"note": act.note} if act.note else {}),
        **({"favourable": act.favourable} if step and not act.favourable else {}),
        **({"remarks": [asdict(remark) for remark in act.remarks]} if act.remarks else {}),
        **({"reason": act.reason, "legal_basis": act.legal_basis} if act.reason else {}),
        **({"due_on": outcome.due_on.isoformat()} if outcome.due_on else {}),
        **({"details": dict(act.details)} if act.details else {}),
        **({"confirmed": True} if act.confirmed else {}),
        **({"automatic": automatic} if automatic else {}),
    }


def _news(loaded: queries.Loaded, outcome: Outcome, verb: Verb, step_key: str) -> list[dict[str, Any]]:
    """What others must hear of: a decision asks for its document, an end lets go what waited for it."""
    payload: dict[str, Any] = {"application": str(loaded.id), "revision": loaded.revision}
    news = [_NEWS[verb]] if verb in _NEWS else []
    if outcome.state in _DECISIONS and loaded.case.state is not outcome.state:
        news.append("application_decided")
    if verb in {Verb.INSPECT, Verb.SCHEDULE, Verb.REASSIGN}:
        payload["step"] = step_key
    if "application_concluded" in news:
        payload["state"] = outcome.state
    return [{"topic": topic, "payload": payload} for topic in news]


_DECISIONS = frozenset({State.APPROVED, State.DEEMED_APPROVED, State.REJECTED})
_NEWS = {
    Verb.RETURN: "correction_requested",
    Verb.REQUEST_CORRECTION: "correction_requested",
    Verb.SCHEDULE: "inspection_scheduled",
    Verb.INSPECT: "inspected",
    Verb.REASSIGN: "step_reassigned",
    Verb.ISSUE_PROVISIONAL: "provisional_wanted",
    Verb.ISSUE: "application_concluded",
    Verb.WITHDRAW: "application_concluded",
}


def raise_bill(
    application_id: UUID,
    applicant_id: UUID,
    version: ServiceVersion,
    lines: Sequence[Mapping[str, Any]],
    business_id: UUID | None = None,
) -> None:
    """Bill the fee of an application whose payment step has just opened, and tell the applicant."""
    person = get_person(applicant_id)
    raised = bill(
        subject=f"application:{application_id}",
        service_id=version.service_id,
        agency_id=version.content["agency"]["id"],
        payer_ref=f"person:{person.id}",
        payer_name=person.full_name,
        business_id=business_id,
        title=version.content["name"],
        lines=[
            BillLine(
                name=line["name"],
                name_en=line.get("name_en") or line["name"],
                amount_idr=line["amount_idr"],
                legal_basis=line.get("legal_basis") or "",
                explanation=line.get("explanation") or "",
                explanation_en=line.get("explanation_en") or "",
            )
            for line in lines
            if line["amount_idr"]
        ],
        due_at=_bill_due_at(),
        by=SYSTEM,
    )
    tell_bill(raised, version.content.get("name_en") or "")


def _bill_due_at() -> datetime:
    """A bill can be paid for thirty days."""
    return closing_at(clock.today() + timedelta(days=BILL_DAYS))


def renew_bill(*, application_id: UUID, by: Actor) -> None:
    """Give an expired bill of the actor's own application a new last day. Raises: NotFound, Denied("not_in_this_state")."""
    row = queries.get_own(application_id, by)
    if State(row.state) is not State.AWAITING_PAYMENT:
        raise Denied("not_in_this_state")
    reopen(bill_id=get_bill(f"application:{row.id}").id, due_at=_bill_due_at(), by=by)


def resubmit(*, application_id: UUID, by: Actor) -> State:
    """Send a corrected file back to the office. Raises: NotFound, Invalid({field: message}), Denied."""
    row = queries.get_own(application_id, by)
    version = get_version(row.version_id)
    answers = queries.open_answers(row.answers)
    filed_on = row.submitted_at.astimezone(clock.zone()).date() if row.submitted_at else None
    errors = (
        check_form(version, answers, by)
        or check_files(version, answers, by)
        or queries.not_eligible(version, answers, by, row.business_id, filed_on)
    )
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        _to_who_is_competent(row, version, answers)
        return advance(application_id=application_id, verb=Verb.RESUBMIT, by=by)


def _to_who_is_competent(row: Application, version: ServiceVersion, answers: Mapping[str, Any]) -> None:
    """Where the remarks were about what decides competence (the place), the corrected answer may make another agency competent."""
    properties = version.content["form"]["schema"]["properties"]
    if any("x-question" in properties.get(remark["field"], {}) for remark in row.remarks):
        to = queries.moves_to(version, answers, row)
        if to is not None:
            follow_competence(application_id=row.id, to=to, by=SYSTEM)


def withdraw(*, application_id: UUID, by: Actor) -> State:
    """The applicant takes the application back. A draft is withdrawn too, and leaves no number."""
    queries.get_own(application_id, by)
    return advance(application_id=application_id, verb=Verb.WITHDRAW, by=by)
