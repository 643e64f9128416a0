"""Editing the calendar and the hours, and counting all open deadlines anew after days changed.

It counts in batches that each commit, and goes on from where the last one stopped.

A batch is one statement, and small: the event chain of every application it moves stays locked until it commits.
"""

import json
import time
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django.db import IntegrityError, connection, transaction

from pendopo.applications.models import Recount
from pendopo.applications.queries import clock as queries
from pendopo.identity.api import SYSTEM, Actor
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied
from pendopo.region import api as region

BATCH: Final = 1000
"""Applications a transaction: few enough for the server's table of locks, many enough to be quick."""

_MOVE = """
WITH m AS (SELECT * FROM jsonb_to_recordset(%(moves)s) AS m(id uuid, revision integer, was date, due date)),
a AS (
  UPDATE applications_application a SET due_on = m.due, revision = a.revision + 1, updated_at = %(at)s FROM m
  WHERE a.id = m.id AND a.revision = m.revision
  RETURNING a.id, m.was, m.due
), s AS (
  UPDATE applications_step s SET due_on = a.due FROM a WHERE s.application_id = a.id AND s.status = 'open'
), e AS (
  INSERT INTO kernel_event (subject, seq, verb, actor, on_behalf_of, data, at, hash)
  SELECT 'application:' || a.id, 0, 'deadline_moved', %(actor)s, '',
         jsonb_build_object('was_on', a.was, 'due_on', a.due, 'source', %(source)s::text), %(at)s, '' FROM a
), d AS (
  INSERT INTO applications_moveddeadline (recount_id, application_id, was_on, now_on) SELECT %(recount)s, a.id, a.was, a.due FROM a
), o AS (
  INSERT INTO kernel_outbox (topic, payload, at)
  SELECT 'deadlines_moved', jsonb_build_object('recount', %(recount)s::bigint, 'applications', jsonb_agg(a.id)), %(at)s FROM a
  HAVING count(*) > 0
)
SELECT count(*) FROM a
"""


def change_calendar(*, enter: Sequence[region.Entry], withdraw: Sequence[int], source: str, by: Actor) -> int:
    """Enter and withdraw days, and have every open deadline counted anew by the worker. Returns the id of that recount.

    Raises: Denied("wrong_role"), Denied("recount_running") while an earlier one goes on, and what ``region.change_days`` raises.
    """
    queries.check_operator(by)
    try:
        with transaction.atomic():
            row = Recount.objects.create(
                source=source.strip()[:300],
                days=_changed(enter, withdraw),
                by=by.ref,
                by_name=by.name[:160],
                at=clock.now(),
            )
            region.change_days(enter=enter, withdraw=withdraw, source=source, by=by.ref)
    except IntegrityError as running:
        raise Denied("recount_running") from running
    return row.id


def _changed(enter: Sequence[region.Entry], withdraw: Sequence[int]) -> list[dict[str, Any]]:
    """The days as those whose deadline moves are told of them."""
    gone = region.get_days(withdraw)
    return [
        {"on": day.on.isoformat(), "name": day.name, "agency": day.agency_id, "withdrawn": withdrawn}
        for days, withdrawn in ((enter, False), (gone, True))
        for day in days
    ]


def change_hours(*, enter: Sequence[region.Hours], withdraw: Sequence[int], source: str, by: Actor) -> None:
    """Enter and withdraw service hours. No deadline moves: what was received in time stays so, whatever the hours become.

    Raises: Denied("wrong_role"), and what ``region.change_hours`` raises.
    """
    queries.check_operator(by)
    region.change_hours(enter=enter, withdraw=withdraw, source=source, by=by.ref)


def recount(*, batch: int = BATCH, patience_seconds: float = region.FRESH_SECONDS) -> int:
    """Go on with the recount that waits, to its end; returns how many applications it looked at. Killed, it goes on from the last batch.

    It waits first until no process counts by the calendar of before: what such a process still writes is then counted anew too.
    """
    row = Recount.objects.filter(finished_at__isnull=True).first()
    if row is None:
        return 0
    if row.done_id is None:
        time.sleep(patience_seconds)
    region.forget()
    known: dict[Any, date | None] = {}
    seen = 0
    while (looked := _one_batch(batch, known)) > 0:
        seen += looked
    return seen


def _one_batch(batch: int, known: dict[Any, date | None]) -> int:
    """Count one batch anew and commit it; 0 when nothing is left, or another worker has it."""
    with transaction.atomic():
        row = Recount.objects.select_for_update(skip_locked=True).filter(finished_at__isnull=True).first()
        if row is None:
            return 0
        rows = queries.next_open(row, batch)
        if not rows:
            row.finished_at = clock.now()
            row.save(update_fields=["finished_at"])
            return 0
        moves = [
            {
                "id": str(case.id),
                "revision": case.revision,
                "was": case.due_on.isoformat(),
                "due": due.isoformat(),
            }
            for case in rows
            if (due := _due(case, known)) is not None and due != case.due_on
        ]
        moved = _write(moves, row) if moves else 0
        row.done_id, row.seen, row.moved = rows[-1].id, row.seen + len(rows), row.moved + moved
        row.save(update_fields=["done_id", "seen", "moved"])
    return len(rows)


def _due(case: queries.OpenCase, known: dict[Any, date | None]) -> date | None:
    """The deadline by today's calendar. Equal clocks of one agency are counted once."""
    key = (case.agency_id, case.term, case.marks)
    if key not in known:
        known[key] = queries.counted(case.term, case.marks, region.calendar(case.agency_id))
    return known[key]


def _write(moves: list[dict[str, Any]], row: Recount) -> int:
    """Write what moved; what somebody has changed since it was read was counted by the new calendar then. Returns how many were written."""
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVE,
            {
                "moves": json.dumps(moves), "at": clock.now(), "actor": SYSTEM.ref, "source": row.source,
                "recount": row.id,
            },
        )  # fmt: skip
        return int(cursor.fetchone()[0])
