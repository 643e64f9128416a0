"""What breaks next: for the officer who holds a step, the head of its agency, and the mayor who only looks on."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection

from pendopo.applications.queries.clock import read_term
from pendopo.applications.rules import (
    AHEAD_DAYS,
    HEADS,
    PROCEEDS,
    Level,
    StepKind,
    Verb,
    levels_due,
)
from pendopo.catalogue.api import Regime, get_version, tacit
from pendopo.identity.api import Actor, ActorKind, Role
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied
from pendopo.region.api import calendar, due_on, working_days_between

OVERSEERS: Final = frozenset({Role.MAYOR, Role.REGIONAL_SECRETARY})
AT_ONCE: Final = frozenset({Verb.COMPLETE, Verb.VERIFY, Verb.INITIAL, Verb.SIGN})
"""Decisions that need no more words than the button's."""

_NEXT = """
SELECT a.id, a.number, a.version_id, a.agency_id, a.due_on, a.term::text,
  (SELECT coalesce(json_agg(json_build_array(s.key, s.kind, s.agency_id, s.role, s.assignee_id) ORDER BY s.position), '[]')
     FROM applications_step s WHERE s.application_id = a.id AND s.on_desk)
FROM applications_application a
WHERE a.decided_at IS NULL AND a.state IN ('submitted', 'in_process') AND a.due_on <= %(until)s AND (a.due_on, a.id) > (%(on)s, %(id)s)
  AND (%(agency)s = '' OR a.agency_id = %(agency)s)
  AND (%(all)s OR a.agency_id = ANY(%(headed)s) OR EXISTS (
    SELECT FROM applications_step s JOIN unnest(%(agencies)s::text[], %(roles)s::text[]) AS duty(agency_id, role)
      ON s.agency_id = duty.agency_id AND (s.role = duty.role OR s.agency_id = ANY(%(headed)s))
    WHERE s.application_id = a.id AND s.on_desk))
ORDER BY a.due_on, a.id LIMIT %(limit)s
"""
_SUMS = """
SELECT agency_id, count(*) FILTER (WHERE due_on < %(today)s), count(*) FILTER (WHERE due_on = %(today)s),
       count(*) FILTER (WHERE due_on > %(today)s)
FROM applications_application
WHERE decided_at IS NULL AND state IN ('submitted', 'in_process') AND due_on <= %(until)s
GROUP BY agency_id ORDER BY 2 DESC, 3 DESC, 4 DESC, 1
"""


@dataclass(frozen=True, slots=True)
class Breaking:
    """One case that is due soon or overdue. ``verb`` is the decision this actor can take with one click, on ``step_key``."""

    application_id: UUID
    number: str
    content: dict[str, Any]
    agency_id: str
    due_on: date
    left: int
    level: Level | None
    regime: Regime | None
    steps: tuple[tuple[str, str, str], ...]  # (kind, agency, role) of what is open
    step_key: str
    verb: Verb | None


@dataclass(frozen=True, slots=True)
class AgencySum:
    """How many of an agency's cases are overdue, due today, due within three working days."""

    agency_id: str
    overdue: int
    today: int
    soon: int


def is_overseer(actor: Actor) -> bool:
    """True for the mayor and the regional secretary: they see everything and decide nothing."""
    return any(OVERSEERS & roles for roles in actor.duties.values())


def list_breaking(actor: Actor, after: tuple[date, UUID], limit: int, agency_id: str = "") -> list[Breaking]:
    """What breaks next among the cases this member of staff answers for, of one agency if asked. Raises: Denied("wrong_role")."""
    if actor.kind is not ActorKind.STAFF:
        raise Denied("wrong_role")
    duties = [(agency, role) for agency, roles in actor.duties.items() for role in roles]
    arguments: dict[str, Any] = {
        "until": due_on(clock.today(), AHEAD_DAYS, calendar()), "on": after[0], "id": after[1], "limit": limit,
        "all": is_overseer(actor), "headed": [agency for agency, roles in actor.duties.items() if roles & HEADS],
        "agencies": [agency for agency, _ in duties], "roles": [role for _, role in duties], "agency": agency_id,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, arguments)
        return [_breaking(actor, *row) for row in cursor.fetchall()]


def _breaking(
    actor: Actor,
    application_id: UUID,
    number: str,
    version_id: UUID,
    agency: str,
    due: date,
    term: str,
    steps: list[list[Any]],
) -> Breaking:
    content, days = get_version(version_id).content, calendar(agency)
    levels = levels_due(read_term(term), due, clock.today(), days)
    key, verb = next(((step[0], verb) for step in steps if (verb := _at_once(actor, *step[1:]))), ("", None))
    return Breaking(
        application_id, number, content, agency, due, working_days_between(clock.today(), due, days), levels[-1] if levels else None,
        tacit(content, settings.REGION.get("tacit_approval") or {}), tuple((step[1], step[2], step[3]) for step in steps), key, verb,
    )  # fmt: skip


def _at_once(actor: Actor, kind: str, agency: str, role: str, assignee: str | None) -> Verb | None:
    """The decision on an open step that this actor holds and can take with one click."""
    verb = PROCEEDS[StepKind(kind)]
    mine = role in actor.duties.get(agency, frozenset())
    free = assignee is None or UUID(assignee) in {actor.id, *actor.stands_in_for}
    return verb if verb in AT_ONCE and mine and free else None


def sum_breaking(actor: Actor) -> list[AgencySum]:
    """Every agency with something due, the worst first. For the mayor and the regional secretary: Denied("wrong_role") for others."""
    if not is_overseer(actor):
        raise Denied("wrong_role")
    today = clock.today()
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, {"today": today, "until": due_on(today, AHEAD_DAYS, calendar())})
        return [AgencySum(*row) for row in cursor.fetchall()]
