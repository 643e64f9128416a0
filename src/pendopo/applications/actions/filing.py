"""Filing: a draft or finished answers are checked and submitted once."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from pendopo.applications import queries
from pendopo.applications.actions.automatic import RulesOff, record_automatic
from pendopo.applications.actions.drafts import PLAIN, Cause, brought_up_to, check_applicant_kind
from pendopo.applications.actions.registering import check_first_nib
from pendopo.applications.rules import (
    ON_DESK,
    SYSTEM_ROLE,
    AutoVerdict,
    Case,
    Outcome,
    Purpose,
    State,
    Step,
    StepKind,
    StepStatus,
    Verb,
    at_agency,
    begin,
    check,
)
from pendopo.applications.rules.storable import is_storable
from pendopo.catalogue.api import Competence, ServiceVersion, fee_lines, validate, version_for
from pendopo.identity.api import SYSTEM, Actor, ActorKind, get_business
from pendopo.kernel import clock, sql
from pendopo.kernel.errors import Denied, Invalid, NotFound
from pendopo.region.api import calendar, received_today

_SUBMIT = f"SELECT number, fresh FROM application_submit({', '.join(['%s'] * 27)})"  # noqa: S608 - placeholders only


def submit(*, application_id: UUID, by: Actor) -> str:
    """File a draft, under the version of its service that holds now, and return its number; again: the same number.

    Raises: NotFound, Invalid({field: message}), Denied("service_closed" | "not_in_this_state" | "already_has_nib").
    """
    row = queries.get_own(application_id, by)
    if State(row.state) is not State.DRAFT:
        if row.number is None:
            raise Denied("not_in_this_state", row.state)
        return row.number
    try:
        version = version_for(row.service_id, row.purpose)
    except NotFound as gone:
        raise Denied("service_closed", row.service_id) from gone
    if row.business_id is not None:
        get_business(row.business_id, by=by, matters=[queries.matter_of(version)])
    row = brought_up_to(version, row, by)
    cause = Cause(Purpose(row.purpose), row.earlier_document_id, row.submission_id, row.wants_person)
    return _submit(
        row.id, version, queries.open_answers(row.answers), row.sources, by, row.business_id, cause
    )


def file(
    *,
    service_id: str,
    answers: Mapping[str, Any],
    key: str,
    by: Actor,
    business_id: UUID | None = None,
    cause: Cause = PLAIN,
    sources: Mapping[str, Any] | None = None,
) -> tuple[UUID, str]:
    """File without a draft (API, counters, submissions): validate and submit at once. The same ``key`` files once. Returns (id, number).

    ``sources`` says where answers came from; when it is given, nothing else is looked up.
    Raises: NotFound, Denied, Invalid({field: message}).
    """
    if by.kind is not ActorKind.PERSON:
        raise Denied("identity_needed")
    version = version_for(service_id, cause.purpose)
    check_applicant_kind(version, by, business_id)
    application_id = uuid5(NAMESPACE_URL, f"{by.ref}/{key}")
    told = dict(answers)
    known_from = dict(sources or {})
    if sources is None and any(
        name not in told for name in version.content["form"]["schema"].get("required", ())
    ):
        known, found_in = queries.prefill(version, by, business_id)
        known_from = {name: source for name, source in found_in.items() if name not in told}
        told = {**known, **told}
    return application_id, _submit(application_id, version, told, known_from, by, business_id, cause)


def _submit(
    application_id: UUID,
    version: ServiceVersion,
    answers: dict[str, Any],
    sources: dict[str, Any],
    by: Actor,
    business_id: UUID | None,
    cause: Cause,
    off: frozenset[str] = frozenset(),
) -> str:
    errors = (
        check_text(answers)
        or check_form(version, answers, by)
        or check_files(version, answers, by)
        or queries.not_eligible(version, answers, by, business_id)
    )
    if errors:
        raise Invalid(errors)
    check_first_nib(application_id, version, answers, by, business_id, cause.purpose)
    if cause.earlier_document_id is not None:
        queries.check_asked(cause.earlier_document_id, cause.purpose, version, answers, by)
    arguments, outcome, lines = prepare(
        application_id, version, answers, sources, by, business_id, cause, off
    )
    bill = any(step.kind is StepKind.PAYMENT for step in outcome.opened)
    if not (bill or outcome.verdicts):
        return _execute(arguments)[0]
    assert by.id is not None
    try:
        with transaction.atomic():  # a bill and what rules said: with the application or not at all
            number, fresh = _execute(arguments)
            if fresh:
                record_automatic(application_id=application_id, version=version, verdicts=outcome.verdicts)
            if fresh and bill:
                from pendopo.applications.actions.acting import raise_bill  # acting needs this file too

                raise_bill(application_id, by.id, version, lines, business_id)
    except RulesOff as found:
        return _submit(application_id, version, answers, sources, by, business_id, cause, off | found.off)
    return number


def prepare(
    application_id: UUID,
    version: ServiceVersion,
    answers: dict[str, Any],
    sources: dict[str, Any],
    by: Actor,
    business_id: UUID | None = None,
    cause: Cause = PLAIN,
    off: frozenset[str] = frozenset(),
) -> tuple[list[Any], Outcome, list[dict[str, Any]]]:
    """What ``application_submit`` is called with for answers that were found right, what follows from it, and the fee's lines.

    The file goes to the agency that is competent for these answers today. Source: UU 30/2014 art. 15 (place, time and matter).
    Whoever executes it keeps ``outcome.verdicts`` in the same transaction (``record_automatic``). ``off``: rules known to be switched off.
    """
    assert by.id is not None
    content = version.content
    lines = fee_lines(version, answers)
    rule = queries.competence_now(version, answers, cause.earlier_document_id)
    agency_id = rule.agency_id if rule else content["agency"]["id"]
    case = Case(
        State.DRAFT,
        by.id,
        at_agency(queries.steps_of_version(version.id), content["agency"]["id"], agency_id),
        fee_idr=None if lines is None else sum(line.amount_idr for line in lines),
        term=queries.term_of(version.id),
        wants_person=cause.wants_person,
    )
    check(case, Verb.SUBMIT, by)
    facts = queries.facts_now(
        answers, sources, business=business_id is not None, wants_person=case.wants_person
    )
    outcome = begin(
        case,
        on=received_today(agency_id),
        calendar=calendar(agency_id),
        holds=queries.holds_for(version, answers),
        autos=queries.autos_for(version, application_id, facts, off),
        counts_from_submit=content["procedure"]["clock_starts"] == "submit",
    )
    arguments = [
        application_id,
        content["id"],
        version.id,
        agency_id,
        by.id,
        business_id,
        json.dumps(queries.seal_answers(version.id, answers)),
        json.dumps(sources),
        case.fee_idr,
        json.dumps([asdict(line) for line in lines or ()]),
        outcome.state,
        json.dumps({"days": case.term.days, "unit": case.term.unit}),
        json.dumps(queries.stored_marks(outcome.marks)),
        outcome.due_on,
        json.dumps(_step_rows(outcome)),
        f"{settings.REGION['code'].replace('.', '')}-{clock.today():%y%m%d}-",
        by.doer,
        by.behalf or (f"business:{business_id}" if business_id else ""),
        by.hand,
        cause.purpose,
        cause.earlier_document_id,
        cause.submission_id,
        cause.wants_person,
        json.dumps({"by": SYSTEM.ref, "name": SYSTEM.name} if outcome.state is State.APPROVED else {}),
        json.dumps(_submitted(version, outcome, by, rule)),
        json.dumps(_news(application_id, outcome)),
        clock.now(),
    ]
    return arguments, outcome, [asdict(line) for line in lines or ()]


def _execute(arguments: list[Any]) -> tuple[str, bool]:
    """(number, whether it was filed just now)."""
    filed = sql.one(_SUBMIT, arguments)
    if filed is None:
        raise NotFound
    return str(filed[0]), bool(filed[1])


def _submitted(
    version: ServiceVersion, outcome: Outcome, by: Actor, rule: Competence | None
) -> dict[str, Any]:
    """What the first event says, and by which law another agency than the catalogue's decides."""
    automatic = [verdict.step_key for verdict in outcome.verdicts if verdict.complete]
    return {
        "service": version.service_id,
        "to": outcome.state,
        "due_on": outcome.due_on.isoformat() if outcome.due_on else None,
        **({"by_name": by.hand_name} if by.hand else {}),
        **({"automatic": automatic} if automatic else {}),
        **({"competence": queries.deciding(version, rule)} if rule else {}),
    }


def _news(application_id: UUID, outcome: Outcome) -> list[dict[str, Any]]:
    topics = ["application_submitted", *(["application_decided"] if outcome.state is State.APPROVED else [])]
    return [{"topic": topic, "payload": {"application": str(application_id)}} for topic in topics]


def is_on_desk(step: Step, state: State) -> bool:
    """True when the step lies in an officer's inbox: open, somebody's, and the file is not with the applicant."""
    return step.status is StepStatus.OPEN and step.role != SYSTEM_ROLE and state in ON_DESK


def auto_result(verdict: AutoVerdict | None) -> dict[str, Any]:
    """What a step that the system did leaves behind."""
    return {"auto": {"rule": verdict.rule, "result": dict(verdict.result)}} if verdict else {}


def _step_rows(outcome: Outcome) -> list[dict[str, Any]]:
    said = {verdict.step_key: verdict for verdict in outcome.verdicts}
    return [
        {
            "key": step.key,
            "kind": step.kind,
            "agency_id": step.agency_id,
            "role": step.role,
            "position": position,
            "after": list(step.after),
            "when": step.when,
            "status": step.status,
            "result": auto_result(said.get(step.key)),
            "on_desk": is_on_desk(step, outcome.state),
        }
        for position, step in enumerate(outcome.steps)
    ]


def check_text(answers: Mapping[str, Any]) -> dict[str, str]:
    """Names and values must be storable: no NUL, no half characters, no endless numbers, nothing inside anything."""
    return {
        name.encode("utf-8", "replace").decode(): _(
            "Isian ini memuat tanda yang tidak dapat disimpan. Hapus, lalu ketik ulang."
        )
        for name, value in answers.items()
        if not (is_storable(name) and is_storable(value))
    }


def check_form(version: ServiceVersion, answers: Mapping[str, Any], by: Actor) -> dict[str, str]:
    """What the form does not accept; the number of a paper this mall issued is good whatever a register's numbers look like."""
    errors = validate(version, answers)
    good = queries.vouched_fields(version, answers, by, errors) if errors else set()
    return {name: message for name, message in errors.items() if name not in good}


def check_files(version: ServiceVersion, answers: Mapping[str, Any], by: Actor) -> dict[str, str]:
    """Every file named in the answers is the actor's own and complete, or a paper of this mall that still holds."""
    said = _("Berkas ini belum terunggah sampai selesai. Unggah sekali lagi.")
    return dict.fromkeys(queries.unusable_fields(version, answers, by), said)
