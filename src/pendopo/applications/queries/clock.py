"""Reads of the clock: open deadlines in the order they fall, who an edit of the calendar would move, how a deadline came about."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection

from pendopo.applications.models import Application, MovedDeadline, Recount
from pendopo.applications.queries.loading import marks_of, term_of
from pendopo.applications.rules import shown_due
from pendopo.applications.rules.clock import RECEIVED, UNCHECKED
from pendopo.catalogue.api import Regime, get_version, tacit
from pendopo.identity.api import Actor, Role
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, NotFound
from pendopo.region import api as region
from pendopo.region.api import Calendar, Derivation, Term, Unit, derive

FIRST_ID: Final = UUID(int=0)
PREVIEWED: Final = 50

# A file without marks was sent before they were kept: it counts from the day it was sent.
_CLOCK = """
CASE WHEN a.clock <> '[]' THEN a.clock
     ELSE jsonb_build_array(jsonb_build_array('start', (a.submitted_at AT TIME ZONE %(zone)s)::date, '', '')) END
"""
_NEXT = f"""
SELECT a.id, a.agency_id, a.due_on, a.term::text, ({_CLOCK})::text, a.revision
FROM applications_application a
WHERE a.id > %(id)s AND a.decided_at IS NULL AND a.due_on IS NOT NULL AND a.term <> '{{}}'
ORDER BY a.id LIMIT %(limit)s
"""  # noqa: S608 - constants only
_GROUPS = f"""
SELECT a.agency_id, a.due_on, a.term::text, ({_CLOCK})::text, count(*), (array_agg(a.number ORDER BY a.number))[1:3]
FROM applications_application a
WHERE a.decided_at IS NULL AND a.due_on IS NOT NULL AND a.term <> '{{}}'
GROUP BY 1, 2, 3, 4
"""  # noqa: S608 - constants only
_DUE_DAYS = """
SELECT a.agency_id, a.due_on, count(*), (array_agg(a.number ORDER BY a.number))[1:3] FROM applications_application a
WHERE a.decided_at IS NULL AND a.due_on >= %s GROUP BY 1, 2
"""


def check_operator(actor: Actor) -> None:
    """Raises: Denied("wrong_role") for anybody but the mall's operator."""
    if not any(Role.MALL_OPERATOR in roles for roles in actor.duties.values()):
        raise Denied("wrong_role")


@dataclass(frozen=True, slots=True)
class OpenCase:
    """An open deadline as stored; ``term`` and ``marks`` are JSON texts."""

    id: UUID
    agency_id: str
    due_on: date
    term: str
    marks: str
    revision: int = 0


def next_open(recount: Recount, limit: int) -> list[OpenCase]:
    """The next open deadlines of a recount, by id."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"id": recount.done_id or FIRST_ID, "limit": limit, "zone": str(clock.zone())})
        return [OpenCase(*row) for row in cursor.fetchall()]


def read_term(text: str) -> Term:
    """A term as it is stored."""
    stored = json.loads(text)
    return Term(int(stored["days"]), Unit(stored["unit"]))


def counted(term: str, marks: str, calendar: Calendar) -> date | None:
    """The deadline to show, from the stored texts; None when it has not begun, or lies beyond the calendar: such a case stays as it is."""
    try:
        return shown_due(read_term(term), marks_of(json.loads(marks)), calendar)
    except Denied:
        return None


@dataclass(frozen=True, slots=True)
class Shift:
    """Applications of one agency that an edit would move alike."""

    agency_id: str
    was_on: date
    now_on: date
    count: int
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What an edit of the calendar would do: the shifts, the largest first, out of how many open deadlines."""

    shifts: tuple[Shift, ...]
    open: int
    moved: int
    over_at_once: int  # would have passed already


def preview_change(enter: Sequence[region.Entry], withdraw: Sequence[int], by: Actor) -> Preview:
    """Who would move if the calendar were edited so. Raises: Denied("wrong_role" | "calendar_missing" | "calendar_day_gone")."""
    check_operator(by)
    today = clock.today()
    for entry in enter:
        region.calendar().kind(entry.on)
    if len(region.get_days(withdraw)) != len(set(withdraw)):
        raise Denied("calendar_day_gone")
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS, {"zone": str(clock.zone())})
        groups = cursor.fetchall()
    calendars = {
        agency: region.calendar_with(enter, withdraw, agency) for agency in {group[0] for group in groups}
    }
    found: dict[tuple[str, date, date], list[Any]] = {}
    for agency, was, term, marks, count, numbers in groups:
        due = counted(term, marks, calendars[agency])
        if due is not None and due != was:
            shift = found.setdefault((agency, was, due), [0, []])
            shift[0] += count
            shift[1] += numbers
    shifts = sorted(
        (Shift(*key, count, tuple(sorted(numbers)[:3])) for key, (count, numbers) in found.items()),
        key=lambda shift: (-shift.count, shift.agency_id, shift.was_on),
    )
    return Preview(
        tuple(shifts),
        sum(group[4] for group in groups),
        sum(shift.count for shift in shifts),
        sum(shift.count for shift in shifts if shift.now_on < today <= shift.was_on),
    )


@dataclass(frozen=True, slots=True)
class HoursShift:
    """Open deadlines of one agency on one day whose hour an edit of the service hours would change; the day stays."""

    agency_id: str
    due_on: date
    was: time
    now: time
    count: int
    numbers: tuple[str, ...]


def preview_hours(enter: Sequence[region.Hours], withdraw: Sequence[int], by: Actor) -> list[HoursShift]:
    """Which deadlines would end at another hour if the service hours were edited so, the nearest first.

    Raises: Denied("wrong_role" | "hours_gone" | "hours_none" | "hours_order" | "hours_range").
    """
    check_operator(by)
    for hours in enter:
        region.check_hours(hours)
    if any(region.get_hours(row) is None for row in withdraw):
        raise Denied("hours_gone")
    before, after = region.known_hours(), region.hours_with(enter, withdraw)
    with connection.cursor() as cursor:
        cursor.execute(_DUE_DAYS, [clock.today()])
        days = cursor.fetchall()
    found = [
        HoursShift(
            agency,
            on,
            region.closing(on, before, agency),
            region.closing(on, after, agency),
            count,
            tuple(numbers),
        )
        for agency, on, count, numbers in days
    ]
    moved = [shift for shift in found if shift.was != shift.now]
    return sorted(moved, key=lambda shift: (shift.due_on, shift.agency_id))


def list_recounts(limit: int = 20) -> list[Recount]:
    """The latest recounts, newest first."""
    return list(Recount.objects.order_by("-id")[:limit])


def get_recount(recount_id: int) -> Recount:
    """Raises: NotFound."""
    row = Recount.objects.filter(id=recount_id).first()
    if row is None:
        raise NotFound
    return row


def list_moved(recount_id: int, after: int, limit: int) -> list[MovedDeadline]:
    """Applications a recount moved, after that row, with their numbers."""
    rows = MovedDeadline.objects.filter(recount_id=recount_id, id__gt=after).select_related("application")
    return list(
        rows.only(
            "id",
            "was_on",
            "now_on",
            "application__number",
            "application__agency_id",
            "application__service_id",
        ).order_by("id")[:limit]
    )


def derivation(application_id: UUID) -> Derivation:
    """Every day of an application's deadline and why it counts, as far as today while it stands still. Raises: NotFound.

    Who may see it is for the caller to check.
    """
    row = (
        Application.objects.filter(id=application_id)
        .only("term", "clock", "version_id", "agency_id", "submitted_at", "state")
        .first()
    )
    if row is None or row.submitted_at is None:
        raise NotFound
    term = Term(int(row.term["days"]), Unit(row.term["unit"])) if row.term else term_of(row.version_id)
    return derive(term, marks_of(row.clock), region.calendar(row.agency_id), until=clock.today())


def stored_derivation(derived: Derivation) -> list[list[Any]]:
    """The days of a deadline that passed, as plain JSON: [date, row, number, name, reason, evidence]. What nobody checked says so."""
    return [
        [
            day.on.isoformat(), day.row, day.number, day.name,
            UNCHECKED if day.reason == RECEIVED else day.reason, day.evidence,
        ]
        for day in derived.days
    ]  # fmt: skip


BEGINNING: Final = (date.min, FIRST_ID)
_OVERDUE_VERSIONS = """
SELECT DISTINCT version_id FROM applications_application WHERE decided_at IS NULL AND due_on < %s AND state IN ('submitted', 'in_process')
"""
_OVERDUE = """
SELECT id, agency_id, due_on, '', '' FROM applications_application
WHERE decided_at IS NULL AND due_on < %s AND state IN ('submitted', 'in_process') AND version_id = ANY(%s) AND (due_on, id) > (%s, %s)
ORDER BY due_on, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
"""


def granting_versions(today: date) -> dict[UUID, Regime]:
    """The service versions of overdue cases that silence grants, each with its regime."""
    policy = settings.REGION.get("tacit_approval") or {}
    with connection.cursor() as cursor:
        cursor.execute(_OVERDUE_VERSIONS, [today])
        versions = [row[0] for row in cursor.fetchall()]
    regimes = {version: tacit(get_version(version).content, policy) for version in versions}
    return {version: regime for version, regime in regimes.items() if regime}


def take_overdue(today: date, versions: Iterable[UUID], after: tuple[date, UUID]) -> OpenCase | None:
    """Lock the first overdue case after that one which nobody else holds; None when there is none left."""
    with connection.cursor() as cursor:
        cursor.execute(_OVERDUE, [today, list(versions), *after])
        row = cursor.fetchone()
    return OpenCase(*row) if row else None
