"""Reads of applications: the case for a decision, the citizen's status, the officer's inbox and file. Each knows who may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection

from pendopo.applications.models import Application
from pendopo.applications.models import Step as StepRow
from pendopo.applications.rules import SYSTEM_ROLE, Case, State, Step, StepKind, StepStatus
from pendopo.catalogue.api import ServiceVersion, condition, get_version
from pendopo.documents.api import list_latest_uploads
from pendopo.identity.api import Actor, ActorKind, facts_of, get_person, nik_of, seal, unseal
from pendopo.kernel import events
from pendopo.kernel.errors import NotFound

SEALED = "sealed"


@lru_cache(maxsize=2048)
def steps_of_version(version_id: UUID) -> tuple[Step, ...]:
    """The steps of a service version, all waiting. Versions never change."""
    return tuple(
        Step(
            key=step["id"],
            kind=StepKind(step["kind"]),
            agency_id=step["agency"],
            role=step["role"],
            after=tuple(step.get("after") or ()),
            when=step.get("when") or "",
        )
        for step in get_version(version_id).content["procedure"]["steps"]
    )


@lru_cache(maxsize=2048)
def secret_fields(version_id: UUID) -> frozenset[str]:
    """Form fields that hold a NIK and are therefore kept sealed."""
    properties: Mapping[str, Mapping[str, Any]] = get_version(version_id).content["form"]["schema"][
        "properties"
    ]
    return frozenset(name for name, schema in properties.items() if schema.get("x-widget") == "nik")


def seal_answers(version_id: UUID, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as they are stored: NIKs sealed, in an object of its own so that nothing typed can look like one."""
    secret = secret_fields(version_id)
    return {
        name: {SEALED: seal(value).hex()} if name in secret and isinstance(value, str) and value else value
        for name, value in answers.items()
    }


def open_answers(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as they were typed."""
    return {name: open_value(value) for name, value in answers.items()}


def open_value(value: Any) -> Any:
    """One stored value as it was typed."""
    return unseal(bytes.fromhex(value[SEALED])) if isinstance(value, dict) and SEALED in value else value


def holds_for(version: ServiceVersion, answers: Mapping[str, Any]) -> Any:
    """The test of a step's ``when`` for one application."""
    inspection = bool(version.content.get("inspection"))
    return lambda expression, fee: condition(
        expression, fee_idr=fee, answers=dict(answers), inspection=inspection
    )


def promise_days(version: ServiceVersion) -> int:
    """Working days promised; 0 when the promise is in minutes (kept on the day)."""
    return int(version.content.get("sla_working_days") or 0)


def prefill(
    version: ServiceVersion, by: Actor, business_id: UUID | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Answers already known and where each came from: ({field: value}, {field: {source, at}}). Stale facts are asked again."""
    assert by.id is not None
    known = facts_of(person_id=by.id)
    if business_id is not None:
        known |= facts_of(business_id=business_id)
    person = get_person(by.id)
    nik, registered = nik_of(person), person.created_at
    answers: dict[str, Any] = {}
    sources: dict[str, Any] = {}
    for name, schema in version.content["form"]["schema"]["properties"].items():
        key = schema.get("x-fact")
        if schema.get("x-person", "self") != "self":
            continue
        if key == "person.nik" and nik:
            answers[name], sources[name] = nik, {"source": "account", "at": registered.isoformat()}
        elif key in known and known[key].fresh:
            fact = known[key]
            answers[name], sources[name] = (
                open_value(fact.value),
                {"source": fact.source, "at": fact.obtained_at.isoformat()},
            )
    files = {
        schema["x-requirement"]: name
        for name, schema in version.content["form"]["schema"]["properties"].items()
        if schema.get("x-widget") == "file" and "x-requirement" in schema
    }
    for held in list_latest_uploads(by, files) if files else ():
        name = files[held.requirement]
        answers[name], sources[name] = str(held.id), {"source": "upload", "at": held.created_at.isoformat()}
    return answers, sources


@dataclass(frozen=True, slots=True)
class Loaded:
    """A case with what writing needs beside it."""

    id: UUID
    number: str | None
    service_id: str
    version_id: UUID
    agency_id: str
    revision: int
    business_id: UUID | None
    answers: dict[str, Any]
    remarks: list[dict[str, str]]
    fee_lines: list[dict[str, Any]]
    document_id: UUID | None
    decision: dict[str, Any]
    case: Case


LOAD_SQL = """
SELECT a.number, a.service_id, a.version_id, a.agency_id, a.revision, a.business_id, a.answers::json, a.remarks::json,
       a.fee_lines::json, a.document_id, a.decision::json, a.state, a.applicant_id, a.rounds, a.fee_idr, a.due_on, a.paused_on,
       (SELECT coalesce(json_agg(json_build_array(s.key, s.kind, s.agency_id, s.role, s.after, s."when", s.status, s.favourable)
               ORDER BY s.position), '[]') FROM applications_step s WHERE s.application_id = a.id)
FROM applications_application a WHERE a.id = %s
"""


def load(application_id: UUID) -> Loaded:
    """Everything a decision needs, in one statement. Raises: NotFound."""
    with connection.cursor() as cursor:
        cursor.execute(LOAD_SQL, [application_id])
        row = cursor.fetchone()
    if row is None:
        raise NotFound
    (
        number,
        service_id,
        version_id,
        agency_id,
        revision,
        business_id,
        answers,
        remarks,
        fee_lines,
        document_id,
        decision,
    ) = row[:11]
    state, applicant_id, rounds, fee_idr, due_on, paused_on, steps = row[11:]
    case = Case(
        state=State(state),
        applicant_id=applicant_id,
        steps=tuple(
            Step(key, StepKind(kind), agency, role, tuple(after), when, StepStatus(status), favourable)
            for key, kind, agency, role, after, when, status, favourable in steps
        ),
        rounds=rounds,
        fee_idr=fee_idr,
        due_on=due_on,
        paused_on=paused_on,
    )
    return Loaded(
        application_id, number, service_id, version_id, agency_id, revision, business_id,
        answers, remarks, fee_lines, document_id, decision, case,
    )  # fmt: skip


def get_own(application_id: UUID, by: Actor) -> Application:
    """The actor's own application. Another's does not exist for them: raises NotFound."""
    row = (
        Application.objects.filter(id=application_id, applicant_id=by.id).first()
        if by.kind is ActorKind.PERSON
        else None
    )
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True, slots=True)
class StepStanding:
    """One inner step as pages show it."""

    key: str
    kind: str
    agency_id: str
    status: str
    result: dict[str, Any]


_STATUS_COLUMNS = (  # in the order of the model, which from_db expects
    "id", "number", "service_id", "version_id", "agency_id", "applicant_id", "business_id", "state", "remarks", "rounds", "fee_idr",
    "fee_lines", "created_at", "submitted_at", "due_on", "paused_on", "decided_at", "decision", "document_id",
)  # fmt: skip
STATUS_SQL = """
SELECT a.id, a.number, a.service_id, a.version_id, a.agency_id, a.applicant_id, a.business_id, a.state, a.remarks::json, a.rounds,
  a.fee_idr, a.fee_lines::json, a.created_at, a.submitted_at, a.due_on, a.paused_on, a.decided_at, a.decision::json, a.document_id,
  (SELECT json_agg(json_build_array(s.key, s.kind, s.agency_id, s.status, s.result) ORDER BY s.position)
     FROM applications_step s WHERE s.application_id = a.id) AS steps,
  (SELECT json_agg(json_build_array(e.seq, e.verb, e.actor, e.on_behalf_of, e.data, e.at) ORDER BY e.seq)
     FROM kernel_event e WHERE e.subject = 'application:' || a.id) AS events
FROM applications_application a WHERE a.id = %s AND a.applicant_id = %s
"""


def get_status(application_id: UUID, by: Actor) -> tuple[Application, list[StepStanding], list[events.Entry]]:
    """The actor's own application (answers left in the database), its steps and its history: one statement. Raises: NotFound."""
    if by.kind is not ActorKind.PERSON:
        raise NotFound
    with connection.cursor() as cursor:
        cursor.execute(STATUS_SQL, [application_id, by.id])
        found = cursor.fetchone()
    if found is None:
        raise NotFound
    steps = [StepStanding(*step) for step in found[-2] or ()]
    entries = [
        events.Entry(seq, verb, actor, on_behalf_of, data, datetime.fromisoformat(at))
        for seq, verb, actor, on_behalf_of, data, at in found[-1] or ()
    ]
    return Application.from_db("default", _STATUS_COLUMNS, found[:-2]), steps, entries


def involved(actor: Actor, steps: tuple[Step, ...] | list[StepRow], agency_id: str) -> bool:
    """True when this member of staff works at an agency that has a part in the case. What the system does is nobody's part."""
    agencies = {agency_id, *(step.agency_id for step in steps if step.role != SYSTEM_ROLE)}
    return actor.kind is ActorKind.STAFF and not agencies.isdisjoint(actor.duties)


def get_for_staff(application_id: UUID, by: Actor) -> Application:
    """A filed application in which the actor's agency has a part. Raises: NotFound."""
    row = (
        Application.objects.select_related("applicant", "business")
        .filter(id=application_id)
        .exclude(state="draft")
        .first()
    )
    if row is None or not involved(by, list_steps(application_id), row.agency_id):
        raise NotFound
    return row


def list_steps(application_id: UUID) -> list[StepRow]:
    """Inner steps in the order of the procedure."""
    return list(StepRow.objects.filter(application_id=application_id).order_by("position"))


def timeline(application_id: UUID) -> list[events.Entry]:
    """What happened, oldest first."""
    return events.history(f"application:{application_id}")


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One open step on somebody's desk."""

    application_id: UUID
    number: str
    version_id: UUID
    state: str
    due_on: date | None
    submitted_at: datetime
    step_id: int
    step_key: str
    step_kind: str
    applicant: str


INBOX_SQL = """
SELECT a.id, a.number, a.version_id, a.state, a.due_on, a.submitted_at, s.id, s.key, s.kind, p.full_name
FROM applications_step s
JOIN unnest(%(agencies)s::text[], %(roles)s::text[]) AS duty(agency_id, role) ON duty.agency_id = s.agency_id AND duty.role = s.role
JOIN applications_application a ON a.id = s.application_id
JOIN identity_person p ON p.id = a.applicant_id
WHERE s.status = 'open' AND a.state IN ('submitted', 'in_process', 'approved')
  AND (coalesce(a.due_on, 'infinity'), s.id) > (%(due)s::date, %(step)s)
ORDER BY coalesce(a.due_on, 'infinity'), s.id
LIMIT %(limit)s
"""


def inbox(by: Actor, *, after: tuple[str, int] = ("-infinity", 0), limit: int = 50) -> list[InboxRow]:
    """Open steps the actor may act on, what breaks first on top. ``after`` is the key of the last row of the page before."""
    pairs = [(agency, role.value) for agency, roles in by.duties.items() for role in roles]
    with connection.cursor() as cursor:
        cursor.execute(
            INBOX_SQL,
            {
                "agencies": [agency for agency, _ in pairs],
                "roles": [role for _, role in pairs],
                "due": after[0],
                "step": after[1],
                "limit": limit,
            },
        )
        return [InboxRow(*row) for row in cursor.fetchall()]


def count_inbox(by: Actor) -> int:
    """How many steps wait for this actor."""
    pairs = [(agency, role.value) for agency, roles in by.duties.items() for role in roles]
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM applications_step s JOIN unnest(%s::text[], %s::text[]) AS duty(agency_id, role)
               ON duty.agency_id = s.agency_id AND duty.role = s.role
               JOIN applications_application a ON a.id = s.application_id
               WHERE s.status = 'open' AND a.state IN ('submitted', 'in_process', 'approved')""",
            [[agency for agency, _ in pairs], [role for _, role in pairs]],
        )
        return int(cursor.fetchone()[0])


def list_own(by: Actor, limit: int = 50) -> list[Application]:
    """The actor's applications, newest first, without their answers."""
    return list(
        Application.objects.filter(applicant_id=by.id).defer("answers").order_by("-created_at")[:limit]
    )
