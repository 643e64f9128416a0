"""What an applicant sees: their own applications, where each stands, what happened. Another's do not exist for them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pendopo.applications.models import Application
from pendopo.applications.queries.hands import check_hand_on, reaches
from pendopo.identity.api import Actor, ActorKind, business_reach
from pendopo.kernel import events, sql
from pendopo.kernel.errors import NotFound


def get_own(application_id: UUID, by: Actor) -> Application:
    """The actor's own application. Another's does not exist for them: raises NotFound; Denied("mandate_...") for a hand without mandate."""
    row = (
        Application.objects.filter(id=application_id, applicant_id=by.id).first()
        if by.kind is ActorKind.PERSON
        else None
    )
    if row is None:
        raise NotFound
    check_hand_on(by, row)
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
    "fee_lines", "created_at", "submitted_at", "clock", "due_on", "decided_at", "decision", "document_id",
    "submission_id", "typed_by", "made_business",
)  # fmt: skip
STATUS_SQL = """
SELECT a.id, a.number, a.service_id, a.version_id, a.agency_id, a.applicant_id, a.business_id, a.state, a.remarks::json, a.rounds,
  a.fee_idr, a.fee_lines::json, a.created_at, a.submitted_at, a.clock::json, a.due_on, a.decided_at, a.decision::json, a.document_id,
  a.submission_id, a.typed_by, a.made_business,
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
    found = sql.one(STATUS_SQL, [application_id, by.id])
    if found is None:
        raise NotFound
    steps = [StepStanding(*step) for step in found[-2] or ()]
    entries = [
        events.Entry(seq, verb, actor, on_behalf_of, data, datetime.fromisoformat(at))
        for seq, verb, actor, on_behalf_of, data, at in found[-1] or ()
    ]
    row = Application.from_db("default", _STATUS_COLUMNS, found[:-2])
    check_hand_on(by, row)
    return row, steps, entries


def timeline(application_id: UUID) -> list[events.Entry]:
    """What happened, oldest first."""
    return events.history(f"application:{application_id}")


def list_own(by: Actor, limit: int = 50) -> list[Application]:
    """The actor's applications, newest first, without their answers; a hand sees those within its mandate."""
    rows = list(
        Application.objects.filter(applicant_id=by.id)
        .defer("answers", "before")
        .order_by("-created_at")[:limit]
    )
    firms = business_reach(by) if any(row.business_id for row in rows) else {}
    return [row for row in rows if reaches(by, row, firms)]
