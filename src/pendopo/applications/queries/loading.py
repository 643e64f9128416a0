"""What a decision reads: the steps of a version, answers sealed and open, what is known already, the case itself."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from pendopo.agencies.api import STAFF_SQL, actor_of_staff, staff_from
from pendopo.applications.queries.papers import file_fields, list_usable
from pendopo.applications.rules import COMPLETENESS_DAYS, MAX_ROUNDS, Case, State, Step, StepKind, StepStatus
from pendopo.catalogue.api import GENERAL_DAYS, ServiceVersion, condition, get_version
from pendopo.documents.api import list_latest_uploads
from pendopo.identity.api import SEALED, Actor, facts_of, get_person, nik_of, seal_value, unseal
from pendopo.kernel import clock, sql
from pendopo.kernel.errors import NotFound
from pendopo.region.api import Mark, Term, Unit


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
    return seal_by(secret_fields(version_id), answers)


def seal_by(secret: Collection[str], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as they are stored, given which of them are secret."""
    return {
        name: seal_value(value) if name in secret and isinstance(value, str) and value else value
        for name, value in answers.items()
    }


def open_answers(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as they were typed."""
    return {name: open_value(value) for name, value in answers.items()}


def open_value(value: Any) -> Any:
    """One stored value as it was typed."""
    return unseal(bytes.fromhex(value[SEALED])) if is_sealed(value) else value


def is_sealed(value: Any) -> bool:
    """True for a value kept sealed."""
    return isinstance(value, dict) and SEALED in value


def holds_for(version: ServiceVersion, answers: Mapping[str, Any]) -> Any:
    """The test of a step's ``when`` for one application."""
    inspection = bool(version.content.get("inspection"))

    def holds(expression: str, fee_idr: int) -> bool:
        if "answers" not in expression:
            return _holds(expression, fee_idr, inspection)
        return condition(expression, fee_idr=fee_idr, answers=dict(answers), inspection=inspection)

    return holds


@lru_cache(maxsize=1024)
def _holds(expression: str, fee_idr: int, inspection: bool) -> bool:
    """A condition that asks no answer: for thousands of files it is the same few questions."""
    return condition(expression, fee_idr=fee_idr, answers={}, inspection=inspection)


def may_come(content: Mapping[str, Any], expression: str, fee_idr: int | None) -> bool:
    """Whether a step that waits under this condition may still come; what depends on answers or on a fee not yet known may."""
    if not expression or "answers" in expression or (fee_idr is None and "fee_idr" in expression):
        return True
    return _holds(expression, -1 if fee_idr is None else fee_idr, bool(content.get("inspection")))


@lru_cache(maxsize=2048)
def term_of(version_id: UUID) -> Term:
    """What the service promises. Promises in minutes are kept on the day; where nobody set a time, the general law does."""
    content = get_version(version_id).content
    if content.get("sla_calendar_days") is not None:
        return Term(int(content["sla_calendar_days"]), Unit.CALENDAR)
    if content.get("sla_working_days") is None and content.get("sla_minutes") is None:
        return Term(GENERAL_DAYS)
    return Term(int(content.get("sla_working_days") or 0))


def marks_of(clock: list[list[str]]) -> tuple[Mark, ...]:
    """The ledger's marks as they are stored."""
    return tuple(
        Mark(kind, date.fromisoformat(on), reason, evidence)  # type: ignore[arg-type] # a CHECK knows the kinds
        for kind, on, reason, evidence in clock
    )


def stored_marks(marks: Sequence[Mark]) -> list[list[str]]:
    """Marks as ``marks_of`` reads them."""
    return [[mark.kind, mark.on.isoformat(), mark.reason, mark.evidence] for mark in marks]


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
    for name, value, source, at in _known_files(version, by, business_id):
        answers[name], sources[name] = value, {"source": source, "at": at.isoformat()}
    return answers, sources


def _known_files(
    version: ServiceVersion, by: Actor, business_id: UUID | None
) -> Iterator[tuple[str, str, str, datetime]]:
    """(field, value, source, since) of files sent before; a paper of this mall comes last, because it is the better one."""
    files = {
        schema["x-requirement"]: name
        for name, schema in version.content["form"]["schema"]["properties"].items()
        if schema.get("x-widget") == "file" and "x-requirement" in schema
    }
    for held in list_latest_uploads(by, files) if files else ():
        yield files[held.requirement], str(held.id), "upload", held.created_at
    issuers = file_fields(version)
    papers = list_usable(by, business_id, issuers.values()) if issuers else {}
    for name, service_id in issuers.items():
        if paper := papers.get(service_id):
            yield name, str(paper.id), f"document:{paper.number}", paper.issued_at


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
    sources: dict[str, Any]
    remarks: list[dict[str, str]]
    fee_lines: list[dict[str, Any]]
    document_id: UUID | None
    decision: dict[str, Any]
    case: Case


LOAD_SQL = """
SELECT a.version_id, a.applicant_id, a.business_id, a.document_id, a.due_on, json_build_array(
  a.number, a.service_id, a.agency_id, a.revision, a.answers, a.sources, a.remarks, a.fee_lines, a.decision, a.state, a.rounds, a.fee_idr,
  a.term, a.clock, a.wants_person,
  (SELECT coalesce(json_agg(json_build_array(s.key, s.kind, s.agency_id, s.role, s.after, s."when", s.status, s.favourable,
                                             s.assignee_id, coalesce(s.result -> 'appointment' ->> 'at', ''),
                                             coalesce(s.result -> 'appointment' ->> 'place', ''))
          ORDER BY s.position), '[]') FROM applications_step s WHERE s.application_id = a.id))
FROM applications_application a WHERE a.id = %s
"""  # one JSON value: read at once, where a column each would be read fifteen times
_STATES = {state.value: state for state in State}
_KINDS = {kind.value: kind for kind in StepKind}
_STATUSES = {status.value: status for status in StepStatus}

_LOAD_MANY = LOAD_SQL.replace("SELECT a.version_id", "SELECT a.id, a.version_id", 1).replace(
    "a.id = %s", "a.id = ANY(%s)"
)
_LOAD_AS = LOAD_SQL.replace(
    "\nFROM applications_application a WHERE a.id = %s",
    f", staff.* FROM applications_application a LEFT JOIN LATERAL ({STAFF_SQL}) staff ON true WHERE a.id = %(application)s",
)


def load(application_id: UUID) -> Loaded:
    """Everything a decision needs, in one statement. Raises: NotFound."""
    row = sql.one(LOAD_SQL, [application_id])
    if row is None:
        raise NotFound
    return _loaded(application_id, row)


def load_as(application_id: UUID, user_id: UUID) -> tuple[Loaded | None, Actor]:
    """A case, None when there is none, and the officer who is about to act on it, with the duties of today: one statement."""
    row = sql.one(_LOAD_AS, {"application": application_id, "id": user_id, "on": clock.today()})
    if row is None:
        return None, actor_of_staff(user_id)
    return _loaded(application_id, row[:-3]), staff_from(user_id, row[-3:])


def load_many(application_ids: Sequence[UUID]) -> dict[UUID, Loaded]:
    """Everything decisions on several cases need, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_LOAD_MANY, [list(application_ids)])
        return {row[0]: _loaded(row[0], row[1:]) for row in cursor.fetchall()}


def _loaded(application_id: UUID, row: Sequence[Any]) -> Loaded:
    """A case from the columns of ``LOAD_SQL``."""
    version_id, applicant_id, business_id, document_id, due_on, told = row
    number, service_id, agency_id, revision, answers, sources, remarks, fee_lines, decision = told[:9]
    state, rounds, fee_idr, term, marks, wants_person, steps = told[9:]
    case = Case(
        state=_STATES[state],
        applicant_id=applicant_id,
        steps=tuple(
            Step(
                key,
                _KINDS[kind],
                agency,
                role,
                tuple(after),
                when,
                _STATUSES[status],
                favourable,
                UUID(mine) if mine else None,
                at,
                place,
            )
            for key, kind, agency, role, after, when, status, favourable, mine, at, place in steps
        ),
        rounds=rounds,
        fee_idr=fee_idr,
        term=Term(term["days"], Unit(term["unit"])) if term else term_of(version_id),
        marks=marks_of(marks),
        due_on=due_on,
        max_rounds=int(get_version(version_id).content.get("max_rounds") or MAX_ROUNDS),
        wants_person=wants_person,
        completeness_days=int(settings.REGION.get("completeness_days", COMPLETENESS_DAYS)),
    )
    return Loaded(
        application_id, number, service_id, version_id, agency_id, revision, business_id,
        answers, sources, remarks, fee_lines, document_id, decision, case,
    )  # fmt: skip
