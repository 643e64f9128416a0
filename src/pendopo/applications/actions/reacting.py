"""Reacting: what the system does by itself when something has happened. Handlers of the outbox; each may run twice."""

from datetime import date
from typing import Any
from uuid import UUID

from babel.dates import format_date

from pendopo.applications import queries
from pendopo.applications.actions.acting import advance
from pendopo.applications.actions.clock_papers import annexed, stated
from pendopo.applications.models import Application
from pendopo.applications.rules import State, StepKind, StepStatus, Verb
from pendopo.catalogue.api import ServiceVersion, agencies_of, facts, get_version
from pendopo.documents.api import Signatory, issue
from pendopo.identity.api import SYSTEM, Actor, ActorKind, record_facts
from pendopo.kernel import clock


def on_bill_settled(*, bill: str, subject: str, **_more: Any) -> None:  # noqa: ARG001 - the payload's name
    """Handler of "bill_settled": complete the payment step. Twice does no harm."""
    kind, _colon, key = subject.partition(":")
    if kind != "application":  # a fine: the paper it was imposed on does not wait for it
        return
    application_id = UUID(key)
    loaded = queries.load(application_id)
    for step in loaded.case.steps:
        if step.kind is StepKind.PAYMENT and step.status is StepStatus.OPEN:
            advance(application_id=application_id, verb=Verb.SETTLE, by=SYSTEM, step_key=step.key)


def on_submitted(*, application: str, **_more: Any) -> None:
    """Handler of "application_submitted": remember what the applicant told us, so that it is never asked again.

    What a relative or an employer typed is not the person's own word: it stays in the application and becomes no fact.
    """
    row = Application.objects.get(id=application)
    if row.typed_by and not row.typed_by.startswith("staff:"):
        return
    version = get_version(row.version_id)
    vocabulary = facts()
    told: dict[str, dict[str, Any]] = {"person": {}, "business": {}}
    for name, schema in version.content["form"]["schema"]["properties"].items():
        key = schema.get("x-fact")
        mine = schema.get("x-person", "self") == "self"
        if key in vocabulary and key != "person.nik" and mine and name not in row.sources:
            told[vocabulary[key]["subject"]][key] = row.answers.get(name)
    days = {key: fact.get("freshness_days") for key, fact in vocabulary.items()}
    by = Actor(ActorKind.PERSON, row.applicant_id)
    if told["person"]:
        record_facts(
            person_id=row.applicant_id,
            facts=told["person"],
            source="self",
            verified=False,
            by=by,
            freshness_days=days,
        )
    if told["business"] and row.business_id:
        record_facts(
            business_id=row.business_id,
            facts=told["business"],
            source="self",
            verified=False,
            by=by,
            freshness_days=days,
        )


def on_decided(*, application: str, **_more: Any) -> None:
    """Handler of "application_decided": issue the document or the letter of refusal. Twice issues once."""
    row = Application.objects.select_related("applicant", "business").get(id=application)
    if row.document_id is not None:
        return
    version = get_version(row.version_id)
    content = version.content
    refused = row.state == State.REJECTED
    holder = _holder(row, content["form"]["schema"]["properties"])
    decided_on = (row.decided_at or clock.now()).astimezone(clock.zone()).date()
    months = None if refused else content["output"].get("validity_months")
    ruled = "" if refused else queries.rule_that_decided(row.id, version)
    owner = agencies_of([row.agency_id]).get(row.agency_id, content["agency"])["name"]
    document = issue(
        subject=f"application:{row.id}",
        kind="rejection" if refused else row.service_id,
        title="Surat Penolakan" if refused else content["output"]["document"],
        template="rejection" if refused else "default",
        service_id=row.service_id,
        service_name=content["name"],
        agency_id=row.agency_id,
        agency_name=owner,
        holder_name=holder,
        holder_ref=f"person:{row.applicant_id}",
        rows=_document_rows(row, version),
        legal_basis=content["legal_basis"],
        reasons=[(row.decision.get("reason", ""), row.decision.get("legal_basis", ""))] if refused else [],
        signatory=Signatory(
            name=owner if ruled else row.decision.get("name") or SYSTEM.name,
            title="Segel elektronik" if ruled else row.decision.get("title") or owner,
            nip=row.decision.get("employee_no") or "",
        ),
        closing=_BY_RULE.format(rule=ruled) if ruled else "",
        valid_from=decided_on,
        valid_until=_months_later(decided_on, months) if months else None,
        silence=stated(row.decision),
        annex=annexed(row.decision),
        by=SYSTEM,
    )
    advance(application_id=row.id, verb=Verb.ISSUE, by=SYSTEM, document_id=str(document.id))


_BY_RULE = "Diputus oleh sistem tanpa petugas: {rule} Pemegang boleh meminta petugas meninjaunya."


def _holder(row: Application, properties: dict[str, Any]) -> str:
    """Whose paper it is: the person a field marks ``x-holder`` (a child), or the business, or the applicant."""
    answers = queries.open_answers(row.answers)
    named = [
        str(answers[name])
        for name, schema in properties.items()
        if schema.get("x-holder") and answers.get(name)
    ]
    return named[0] if named else row.business.name if row.business else row.applicant.full_name


def _document_rows(row: Application, version: ServiceVersion) -> list[tuple[str, str]]:
    """What the paper shows, in Indonesian whoever reads: number, applicant and the answers whose field says ``x-print: label``."""
    answers = queries.open_answers(row.answers)
    rows = [("Nomor permohonan", row.number or ""), ("Nama pemohon", row.applicant.full_name)]
    if by := queries.typist(row):
        rows.append(("Diajukan oleh", f"{by} atas nama {row.applicant.full_name}"))
    for name, schema in version.content["form"]["schema"]["properties"].items():
        if schema.get("x-print") and answers.get(name) not in (None, ""):
            rows.append((schema["x-print"], _printed(schema, answers[name])))
    return rows


def _printed(schema: dict[str, Any], value: Any) -> str:
    """An answer as a paper says it."""
    option = (schema.get("x-options") or {}).get(str(value))
    if option:
        return str(option["name"])
    if schema.get("format") == "date":
        return format_date(date.fromisoformat(value), "d MMMM yyyy", locale="id")
    return f"{value} {schema['x-unit']}" if schema.get("x-unit") else str(value)


def _months_later(on: date, months: int) -> date:
    """The same day ``months`` later, or the last day of a shorter month."""
    year, month = divmod(on.month - 1 + months, 12)
    for day in (on.day, 30, 29, 28):
        try:
            return date(on.year + year, month + 1, day)
        except ValueError:
            continue
    raise AssertionError
