"""All writes to applications: draft, submit, every act of an officer, and what the system does by itself.

Read, decide in rules.py, write with one SQL statement that refuses when somebody was faster; then read and decide again.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from pendopo.agencies.api import signatory_of
from pendopo.applications import queries
from pendopo.applications.models import Application
from pendopo.applications.models import Step as StepRow
from pendopo.applications.prefill import prefill, sources_of
from pendopo.applications.rules import (
    DECIDED,
    EDITABLE,
    Act,
    Case,
    Outcome,
    State,
    Step,
    StepKind,
    StepStatus,
    Verb,
    begin,
    check,
    decide,
)
from pendopo.catalogue.api import ServiceVersion, facts, fee_lines, get_service, get_version, validate
from pendopo.documents.api import check_uploads, issue
from pendopo.identity.api import SYSTEM, Actor, ActorKind, get_business, get_person, record_facts
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, Invalid, NotFound
from pendopo.payments.api import BillLine, bill, cancel_for
from pendopo.region.api import calendar, closing_at

_TRIES = 5
_SUBMIT = "SELECT number, fresh FROM application_submit(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_ADVANCE = "SELECT application_advance(%s, %s, %s, %s::smallint, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"


def start(*, service_id: str, by: Actor, business_id: UUID | None = None) -> Application:
    """Open the actor's draft for a service, filled with what is already known; a draft begun before is found again.

    Raises: NotFound (service, business), Denied("identity_needed" | "not_for_businesses" | "business_needed").
    """
    version = get_service(service_id)
    if by.kind is not ActorKind.PERSON:
        raise Denied("identity_needed")
    _check_applicant_kind(version, by, business_id)
    with transaction.atomic():
        held = (
            Application.objects.select_for_update()
            .filter(applicant_id=by.id, service_id=service_id, business_id=business_id, state=State.DRAFT)
            .first()
        )
        if held is not None and held.version_id == version.id:
            return held
        now = clock.now()
        answers = prefill(version, by, business_id)
        if held is not None:  # the service has changed since: keep what was typed where the question still exists
            known = version.content["form"]["properties"]
            answers |= {name: value for name, value in queries.open_answers(held.answers).items() if name in known}
            held.version_id, held.answers, held.updated_at = version.id, queries.seal_answers(version.id, answers), now
            held.save(update_fields=["version", "answers", "updated_at"])
            return held
        return Application.objects.create(
            service_id=service_id,
            version_id=version.id,
            agency_id=version.content["agency"]["id"],
            applicant_id=by.id,
            business_id=business_id,
            answers=queries.seal_answers(version.id, answers),
            created_at=now,
            updated_at=now,
        )


def _check_applicant_kind(version: ServiceVersion, by: Actor, business_id: UUID | None) -> None:
    applicant = version.content["applicant"]
    if business_id is not None:
        get_business(business_id, by=by)
        if applicant == "person":
            raise Denied("not_for_businesses")
    elif applicant == "business":
        raise Denied("business_needed")


def save(*, application_id: UUID, answers: Mapping[str, Any], by: Actor) -> None:
    """Keep what the applicant typed on one page, right or wrong: checks come at the end. In a correction only what was remarked.

    Raises: NotFound, Denied("not_editable").
    """
    with transaction.atomic():
        row = Application.objects.select_for_update().filter(id=application_id, applicant_id=by.id).first()
        if row is None:
            raise NotFound
        if State(row.state) not in EDITABLE:
            raise Denied("not_editable")
        allowed = get_version(row.version_id).content["form"]["properties"]
        if row.remarks:
            allowed = {remark["field"] for remark in row.remarks}
        kept = {name: value for name, value in answers.items() if name in allowed}
        merged = {**row.answers, **queries.seal_answers(row.version_id, kept)}
        row.answers = {name: value for name, value in merged.items() if value is not None}
        row.updated_at = clock.now()
        row.save(update_fields=["answers", "updated_at"])


def submit(*, application_id: UUID, by: Actor) -> str:
    """File a draft and return its number; filing it again returns the same number.

    Raises: NotFound, Invalid({field: message}).
    """
    row = queries.get_own(application_id, by)
    if State(row.state) is not State.DRAFT and row.number:
        return row.number
    return _submit(row.id, get_version(row.version_id), queries.open_answers(row.answers), by, row.business_id)


def file(
    *, service_id: str, answers: Mapping[str, Any], key: str, by: Actor, business_id: UUID | None = None
) -> tuple[UUID, str]:
    """File without a draft (API, counters): validate and submit at once. The same ``key`` files once. Returns (id, number).

    Raises: NotFound, Denied, Invalid({field: message}).
    """
    if by.kind is not ActorKind.PERSON:
        raise Denied("identity_needed")
    version = get_service(service_id)
    _check_applicant_kind(version, by, business_id)
    application_id = uuid5(NAMESPACE_URL, f"{by.ref}/{key}")
    return application_id, _submit(application_id, version, dict(answers), by, business_id)


def _submit(
    application_id: UUID, version: ServiceVersion, answers: dict[str, Any], by: Actor, business_id: UUID | None
) -> str:
    errors = validate(version, answers)
    if not errors:
        errors = _check_files(version, answers, by)
    if errors:
        raise Invalid(errors)
    assert by.id is not None
    content = version.content
    lines = fee_lines(version, answers)
    fee_idr = None if lines is None else sum(line.amount_idr for line in lines)
    case = Case(State.DRAFT, by.id, queries.steps_of_version(version.id), fee_idr=fee_idr)
    check(case, Verb.SUBMIT, by)
    outcome = begin(
        case,
        on=clock.today(),
        promise_days=promise_days(version),
        calendar=calendar(),
        holds=queries.holds_for(version, answers),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _SUBMIT,
            [
                application_id,
                content["id"],
                version.id,
                content["agency"]["id"],
                by.id,
                business_id,
                json.dumps(queries.seal_answers(version.id, answers)),
                json.dumps(sources_of(version, answers, by, business_id)),
                fee_idr,
                json.dumps([asdict(line) for line in lines or ()]),
                outcome.state,
                outcome.due_on,
                json.dumps([_step_json(step, position) for position, step in enumerate(outcome.steps)]),
                f"{settings.REGION['code'].replace('.', '')}-{clock.today():%y%m%d}-",
                by.ref,
                clock.now(),
            ],
        )
        filed = cursor.fetchone()
    if filed is None:
        raise NotFound
    return str(filed[0])


def _step_json(step: Step, position: int) -> dict[str, Any]:
    return {
        "key": step.key,
        "kind": step.kind,
        "agency_id": step.agency_id,
        "role": step.role,
        "position": position,
        "after": list(step.after),
        "when": step.when,
        "status": step.status,
    }


def promise_days(version: ServiceVersion) -> int:
    """Working days promised; 0 when the promise is in minutes (kept on the day)."""
    return int(version.content.get("sla_working_days") or 0)


def _check_files(version: ServiceVersion, answers: Mapping[str, Any], by: Actor) -> dict[str, str]:
    """Every file named in the answers is the actor's own and complete."""
    properties = version.content["form"]["properties"]
    named = {name: str(value) for name, value in answers.items() if value and properties[name].get("x-widget") == "file"}
    good = check_uploads(set(named.values()), by)
    return {
        name: _("Berkas ini belum terunggah sampai selesai. Unggah sekali lagi.")
        for name, upload in named.items()
        if upload not in good
    }


def advance(*, application_id: UUID, verb: Verb, by: Actor, step_key: str = "", act: Act | None = None, **patch: Any) -> State:
    """Do ``verb`` and everything that follows from it. Returns the new state.

    ``patch`` sets answers, sources, decision or document_id along. Raises: NotFound, Denied (see rules.check), Denied("stale") when five
    others were faster. Nothing is written when it raises.
    """
    act = act or Act()
    for _try in range(_TRIES):
        loaded = queries.load(application_id)
        if by.kind is ActorKind.STAFF and not queries.involved(by, loaded.case.steps, loaded.agency_id):
            raise NotFound
        version = get_version(loaded.version_id)
        outcome = decide(
            loaded.case,
            verb,
            by,
            step_key=step_key,
            act=act,
            on=clock.today(),
            promise_days=promise_days(version),
            calendar=calendar(),
            holds=queries.holds_for(version, loaded.answers),
        )
        if _write(loaded, version, outcome, verb, by, step_key, act, patch):
            return outcome.state
    raise Denied("stale")


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
    """Write the outcome in one statement; with a bill to raise or cancel, in one transaction."""
    change, topics = _change(loaded, outcome, verb, by, act, patch), _news(loaded, outcome, verb)
    arguments = [
        loaded.id,
        loaded.revision,
        outcome.state,
        outcome.rounds,
        outcome.fee_idr,
        outcome.due_on,
        outcome.paused_on,
        json.dumps(change),
        json.dumps(_changed_steps(loaded.case.steps, outcome.steps, step_key, by, act)),
        verb,
        by.ref,
        json.dumps(_event_data(loaded, outcome, step_key, by, act)),
        json.dumps(topics),
        clock.now(),
    ]
    bills = any(step.kind is StepKind.PAYMENT for step in outcome.opened) or verb is Verb.WITHDRAW
    if not bills:
        return _execute(arguments)
    with transaction.atomic():
        written = _execute(arguments)
        if written and verb is Verb.WITHDRAW:
            cancel_for(subject=f"application:{loaded.id}", by=SYSTEM)
        elif written:
            _raise_bill(loaded, version, change.get("fee_lines", loaded.fee_lines))
    return written


def _execute(arguments: list[Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE, arguments)
        return bool(cursor.fetchone()[0])


def _change(
    loaded: queries.Loaded, outcome: Outcome, verb: Verb, by: Actor, act: Act, patch: dict[str, Any]
) -> dict[str, Any]:
    """Columns that change beside the state."""
    change = dict(patch)
    if verb in {Verb.RETURN, Verb.REQUEST_CORRECTION}:
        change["remarks"] = [asdict(remark) for remark in act.remarks]
    if verb is Verb.RESUBMIT:
        change["remarks"] = []
    if verb is Verb.ASSESS_FEE:
        change["fee_lines"] = [dict(line) for line in act.fee_lines]
    if verb in {Verb.SIGN, Verb.REJECT} or (outcome.state in DECIDED and not loaded.decision and by.kind is ActorKind.STAFF):
        who = signatory_of(by, loaded.agency_id)
        change["decision"] = {
            "by": by.ref, "name": who.name, "title": who.title, "employee_no": who.employee_no,
            "reason": act.reason, "legal_basis": act.legal_basis,
        }  # fmt: skip
    return change


def _changed_steps(
    before: tuple[Step, ...], after: tuple[Step, ...], acted: str, by: Actor, act: Act
) -> list[dict[str, Any]]:
    was = {step.key: step for step in before}
    rows = []
    for step in after:
        if step == was[step.key]:
            continue
        row: dict[str, Any] = {"key": step.key, "status": step.status, "favourable": step.favourable}
        if step.status is StepStatus.DONE:
            mine = step.key == acted
            row["done_by"] = by.ref if mine else SYSTEM.ref
            row["result"] = {"note": act.note, "by_name": by.name} if mine else {}
        rows.append(row)
    return rows


def _event_data(loaded: queries.Loaded, outcome: Outcome, step_key: str, by: Actor, act: Act) -> dict[str, Any]:
    """What the timeline and the audit need to know of one act."""
    step = next((step for step in outcome.steps if step.key == step_key), None)
    return {
        "from": loaded.case.state,
        "to": outcome.state,
        **({"step": step.key, "kind": step.kind, "agency": step.agency_id} if step else {}),
        **({"by_name": by.name} if by.name else {}),
        **({"note": act.note} if act.note else {}),
        **({"favourable": act.favourable} if step and not act.favourable else {}),
        **({"remarks": [asdict(remark) for remark in act.remarks]} if act.remarks else {}),
        **({"reason": act.reason, "legal_basis": act.legal_basis} if act.reason else {}),
        **({"due_on": outcome.due_on.isoformat()} if outcome.due_on else {}),
    }


def _news(loaded: queries.Loaded, outcome: Outcome, verb: Verb) -> list[dict[str, Any]]:
    """What others must hear of: a decision asks for its document."""
    payload = {"application": str(loaded.id)}
    if outcome.state in {State.APPROVED, State.REJECTED} and loaded.case.state is not outcome.state:
        return [{"topic": "application_decided", "payload": payload}]
    if verb in {Verb.RETURN, Verb.REQUEST_CORRECTION}:
        return [{"topic": "correction_requested", "payload": payload}]
    return []


def _raise_bill(loaded: queries.Loaded, version: ServiceVersion, lines: list[dict[str, Any]]) -> None:
    """Bill the fee of an application whose payment step has just opened."""
    person = get_person(loaded.case.applicant_id)
    bill(
        subject=f"application:{loaded.id}",
        payer_ref=f"person:{person.id}",
        payer_name=person.full_name,
        title=version.content["name"],
        lines=[
            BillLine(
                name=line["name"],
                name_en=line.get("name_en") or line["name"],
                amount_idr=line["amount_idr"],
                legal_basis=line.get("legal_basis") or "",
                explanation=line.get("explanation") or "",
            )
            for line in lines
            if line["amount_idr"]
        ],
        due_at=closing_at(date.fromordinal(clock.today().toordinal() + 30)),
        by=SYSTEM,
    )


def resubmit(*, application_id: UUID, by: Actor) -> State:
    """Send a corrected file back to the office. Raises: NotFound, Invalid({field: message}), Denied."""
    row = queries.get_own(application_id, by)
    version = get_version(row.version_id)
    answers = queries.open_answers(row.answers)
    errors = validate(version, answers) or _check_files(version, answers, by)
    if errors:
        raise Invalid(errors)
    sources = sources_of(version, answers, by, row.business_id)
    return advance(application_id=application_id, verb=Verb.RESUBMIT, by=by, sources=sources)


def withdraw(*, application_id: UUID, by: Actor) -> State:
    """The applicant takes the application back. A draft is withdrawn too, and leaves no number."""
    queries.get_own(application_id, by)
    return advance(application_id=application_id, verb=Verb.WITHDRAW, by=by)


def on_bill_settled(*, bill: str, subject: str, **_more: Any) -> None:  # noqa: ARG001 - the payload's name
    """Handler of "bill_settled": complete the payment step. Twice does no harm."""
    application_id = UUID(subject.removeprefix("application:"))
    loaded = queries.load(application_id)
    for step in loaded.case.steps:
        if step.kind is StepKind.PAYMENT and step.status is StepStatus.OPEN:
            advance(application_id=application_id, verb=Verb.SETTLE, by=SYSTEM, step_key=step.key)


def on_submitted(*, application: str, **_more: Any) -> None:
    """Handler of "application_submitted": remember what the applicant told us, so that it is never asked again."""
    row = Application.objects.get(id=application)
    version = get_version(row.version_id)
    vocabulary = facts()
    told: dict[str, dict[str, Any]] = {"person": {}, "business": {}}
    for name, schema in version.content["form"]["properties"].items():
        key = schema.get("x-fact")
        mine = schema.get("x-person", "self") == "self"
        if key in vocabulary and key != "person.nik" and mine and row.sources.get(name, {}).get("source") == "self":
            told[vocabulary[key]["subject"]][key] = row.answers.get(name)
    days = {key: fact.get("freshness_days") for key, fact in vocabulary.items()}
    by = Actor(ActorKind.PERSON, row.applicant_id)
    if told["person"]:
        record_facts(
            person_id=row.applicant_id, facts=told["person"], source="self", verified=False, by=by, freshness_days=days
        )
    if told["business"] and row.business_id:
        record_facts(
            business_id=row.business_id, facts=told["business"], source="self", verified=False, by=by, freshness_days=days
        )


def on_decided(*, application: str, **_more: Any) -> None:
    """Handler of "application_decided": issue the document or the letter of refusal. Twice issues once."""
    row = Application.objects.select_related("applicant", "business").get(id=application)
    if row.document_id is not None:
        return
    version = get_version(row.version_id)
    content = version.content
    refused = row.state == State.REJECTED
    holder = row.business.name if row.business else row.applicant.full_name
    decided_on = (row.decided_at or clock.now()).astimezone(clock.zone()).date()
    months = None if refused else content["output"].get("validity_months")
    document = issue(
        subject=f"application:{row.id}",
        kind="penolakan" if refused else content["output"]["document"],
        template="rejection" if refused else "default",
        service_id=row.service_id,
        service_name=content["name"],
        agency_id=row.agency_id,
        agency_name=content["agency"]["name"],
        holder_name=holder,
        holder_ref=f"person:{row.applicant_id}",
        rows=_document_rows(row, version),
        legal_basis=content["legal_basis"],
        reasons=[row.decision.get("reason", ""), row.decision.get("legal_basis", "")] if refused else [],
        signatory_name=row.decision.get("name") or SYSTEM.name,
        signatory_title=row.decision.get("title") or content["agency"]["name"],
        signatory_employee_no=row.decision.get("employee_no") or "",
        valid_from=decided_on,
        valid_until=_months_later(decided_on, months) if months else None,
        by=SYSTEM,
    )
    advance(application_id=row.id, verb=Verb.ISSUE, by=SYSTEM, document_id=str(document.id))


def _document_rows(row: Application, version: ServiceVersion) -> list[tuple[str, str]]:
    """What the paper shows: the fields the form marks ``x-print``, or else number, applicant and service."""
    answers = queries.open_answers(row.answers)
    rows = [(_("Nomor permohonan"), row.number or ""), (_("Nama pemohon"), row.applicant.full_name)]
    for name, schema in version.content["form"]["properties"].items():
        if schema.get("x-print") and answers.get(name) not in (None, ""):
            option = (schema.get("x-options") or {}).get(str(answers[name]))
            rows.append((schema["title"], option["name"] if option else str(answers[name])))
    return rows


def _months_later(on: date, months: int) -> date:
    """The same day ``months`` later, or the last day of a shorter month."""
    year, month = divmod(on.month - 1 + months, 12)
    for day in (on.day, 30, 29, 28):
        try:
            return date(on.year + year, month + 1, day)
        except ValueError:
            continue
    raise AssertionError


def new_key() -> str:
    """A fresh idempotency key for a form."""
    return str(uuid4())


def rows_of(application_id: UUID) -> list[StepRow]:
    """Steps as rows, for callers that just acted."""
    return queries.list_steps(application_id)
