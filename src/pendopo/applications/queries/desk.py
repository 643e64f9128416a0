"""What an officer sees: the inbox ordered by what breaks first, and the files their agency has a part in."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from pendopo.applications.models import Application
from pendopo.applications.models import Step as StepRow
from pendopo.applications.rules import SYSTEM_ROLE, Step
from pendopo.identity.api import Actor, ActorKind
from pendopo.kernel.errors import NotFound


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
SELECT a.id, a.number, a.version_id, a.state, s.due_on, a.submitted_at, s.id, s.key, s.kind, p.full_name
FROM (
  SELECT s.* FROM unnest(%(agencies)s::text[], %(roles)s::text[]) AS duty(agency_id, role) CROSS JOIN LATERAL (
    SELECT t.id, t.application_id, t.key, t.kind, t.due_on FROM applications_step t
    WHERE t.agency_id = duty.agency_id AND t.role = duty.role AND t.on_desk
      AND (t.assignee_id IS NULL OR t.assignee_id = ANY (%(me)s))
      AND (coalesce(t.due_on, '9999-12-31'::date), t.id) > (%(due)s::date, %(step)s)
    ORDER BY coalesce(t.due_on, '9999-12-31'::date), t.id
    LIMIT %(limit)s
  ) s
  ORDER BY coalesce(s.due_on, '9999-12-31'::date), s.id
  LIMIT %(limit)s
) s
JOIN applications_application a ON a.id = s.application_id
JOIN identity_person p ON p.id = a.applicant_id
ORDER BY coalesce(s.due_on, '9999-12-31'::date), s.id
"""
COUNT_SQL = """
SELECT coalesce(sum(n), 0) FROM unnest(%(agencies)s::text[], %(roles)s::text[]) AS duty(agency_id, role) CROSS JOIN LATERAL (
  SELECT count(*) AS n FROM (
    SELECT 1 FROM applications_step t WHERE t.agency_id = duty.agency_id AND t.role = duty.role AND t.on_desk
      AND (t.assignee_id IS NULL OR t.assignee_id = ANY (%(me)s)) LIMIT %(limit)s) AS waiting) AS counted
"""
COUNTED = 1000  # "more than 999 files" is all anybody needs to know


def _asked(by: Actor) -> dict[str, Any]:
    pairs = [(agency, role.value) for agency, roles in by.duties.items() for role in roles]
    return {
        "agencies": [agency for agency, _ in pairs],
        "roles": [role for _, role in pairs],
        "me": [by.id, *by.stands_in_for],
    }


def inbox(by: Actor, *, after: tuple[str, int] = ("-infinity", 0), limit: int = 50) -> list[InboxRow]:
    """Open steps the actor may act on, what breaks first on top. ``after`` is the key of the last row of the page before."""
    with connection.cursor() as cursor:
        cursor.execute(INBOX_SQL, {**_asked(by), "due": after[0], "step": after[1], "limit": limit})
        return [InboxRow(*row) for row in cursor.fetchall()]


def count_inbox(by: Actor) -> int:
    """How many steps wait for this actor, at most ``COUNTED``."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_SQL, {**_asked(by), "limit": COUNTED})
        return min(int(cursor.fetchone()[0]), COUNTED)
