"""Moving running cases: to a newer version of their service, or with all open work to the agency that follows one which leaves.

A batch is one transaction; a case that somebody changes meanwhile is left for the next run. Every case says in its history what moved.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from pendopo.agencies.api import colleagues
from pendopo.applications.actions.filing import is_on_desk
from pendopo.applications.models import Application
from pendopo.applications.queries import edits_catalogue, holds_for, open_answers, steps_of_version, term_of
from pendopo.applications.queries.moving import NO_ID, Running, next_held, next_older, roles_in_use
from pendopo.applications.rules import StepStatus, at_agency
from pendopo.applications.rules.moving import Moves, Stays, plan_move
from pendopo.catalogue.api import ServiceVersion, agencies_of, current_versions, get_version
from pendopo.identity.api import Actor, ActorKind
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, NotFound
from pendopo.region.api import calendar

BATCH: Final = 200
"""Cases a transaction."""

_MOVE = """
WITH m AS (
  SELECT * FROM jsonb_to_recordset(%(moves)s) AS m(id uuid, revision int, version uuid, agency text, term jsonb, due date, data jsonb)
), a AS (
  UPDATE applications_application a SET version_id = m.version, agency_id = m.agency, term = m.term, due_on = m.due,
    revision = a.revision + 1, updated_at = %(at)s
  FROM m WHERE a.id = m.id AND a.revision = m.revision RETURNING a.id, m.data, m.due
), s AS (
  SELECT s.*, a.due FROM jsonb_to_recordset(%(steps)s) AS s(application uuid, key text, kind text, agency text, role text, position int,
    after jsonb, "when" text, status text, on_desk boolean, assignee uuid) JOIN a ON a.id = s.application
), gone AS (
  DELETE FROM applications_step t USING a
  WHERE t.application_id = a.id AND NOT EXISTS (SELECT 1 FROM s WHERE s.application = t.application_id AND s.key = t.key)
), kept AS (
  INSERT INTO applications_step AS t (application_id, key, kind, agency_id, role, position, after, "when", status, favourable, opened_at,
    done_at, done_by, result, due_on, on_desk, assignee_id)
  SELECT s.application, s.key, s.kind, s.agency, s.role, s.position, ARRAY(SELECT jsonb_array_elements_text(s.after)), s."when", s.status,
    true, CASE WHEN s.status = 'open' THEN %(at)s::timestamptz END, CASE WHEN s.status = 'done' THEN %(at)s::timestamptz END,
    CASE WHEN s.status = 'done' THEN 'system' ELSE '' END, '{}', s.due, s.on_desk, s.assignee FROM s
  ON CONFLICT (application_id, key) DO UPDATE SET kind = excluded.kind, agency_id = excluded.agency_id, role = excluded.role,
    position = excluded.position, after = excluded.after, "when" = excluded."when", status = excluded.status,
    opened_at = coalesce(t.opened_at, excluded.opened_at), done_at = coalesce(t.done_at, excluded.done_at),
    done_by = CASE WHEN t.done_by = '' THEN excluded.done_by ELSE t.done_by END,
    due_on = excluded.due_on, on_desk = excluded.on_desk, assignee_id = excluded.assignee_id
), e AS (
  INSERT INTO kernel_event (subject, seq, verb, actor, on_behalf_of, data, at, hash)
  SELECT 'application:' || a.id, 0, 'moved_version', %(actor)s, '', a.data, %(at)s, '' FROM a
)
SELECT id FROM a
"""
_HAND_OVER = """
WITH s AS (
  UPDATE applications_step s SET agency_id = %(to)s, assignee_id = NULL
  WHERE s.application_id = ANY(%(ids)s) AND s.agency_id = %(from)s AND s.status IN ('open', 'waiting') RETURNING s.application_id, s.key
), a AS (
  UPDATE applications_application a SET agency_id = CASE WHEN a.agency_id = %(from)s THEN %(to)s ELSE a.agency_id END,
    revision = a.revision + 1, updated_at = %(at)s WHERE a.id = ANY(%(ids)s) RETURNING a.id
)
INSERT INTO kernel_event (subject, seq, verb, actor, on_behalf_of, data, at, hash)
SELECT 'application:' || a.id, 0, %(verb)s, %(actor)s, '', jsonb_build_object('from', %(from)s::text, 'to', %(to)s::text,
  'steps', (SELECT coalesce(jsonb_agg(s.key ORDER BY s.key), '[]') FROM s WHERE s.application_id = a.id)) || %(more)s::jsonb,
  %(at)s, '' FROM a
"""


@dataclass(frozen=True, slots=True)
class CaseMove:
    """What a run does, or would do, with one case. ``missed``: somebody changed it meanwhile; the next run takes it up."""

    application_id: UUID
    number: str
    service_id: str
    was: int
    now: int
    said: Moves | Stays
    was_due_on: date | None
    missed: bool = False


def migrate_cases(
    *, by: Actor, service_id: str | None = None, dry_run: bool = False, batch: int = BATCH
) -> Iterator[CaseMove]:
    """Go on with running cases under the versions that hold now; with ``dry_run`` only say what would happen. Yields case by case.

    Raises: Denied("wrong_role") unless the system or a catalogue editor asks; NotFound (service).
    """
    if by.kind is not ActorKind.SYSTEM and not edits_catalogue(by):
        raise Denied("wrong_role")
    current = current_versions(service_id)
    if service_id is not None and not current:
        raise NotFound(service_id)
    return _runs(current, by, batch, dry_run=dry_run)


def _runs(current: dict[str, UUID], by: Actor, batch: int, *, dry_run: bool) -> Iterator[CaseMove]:
    after = NO_ID
    while rows := next_older(current, after, batch):
        after = rows[-1].loaded.id
        planned = [(row, _planned(row, get_version(current[row.loaded.service_id]))) for row in rows]
        moving = [(row, move) for row, move in planned if isinstance(move.said, Moves)]
        done = set() if dry_run or not moving else _write(moving, current, by)
        for row, move in planned:
            missed = not dry_run and isinstance(move.said, Moves) and row.loaded.id not in done
            yield CaseMove(
                move.application_id, move.number, move.service_id, move.was, move.now, move.said, move.was_due_on, missed
            )  # fmt: skip


def _owner_after(row: Running, before: ServiceVersion, version: ServiceVersion) -> str:
    """Whose the case is then: it follows its service to another agency, unless it lies elsewhere (competence, an agency that left)."""
    owner, heir = before.content["agency"]["id"], version.content["agency"]["id"]
    return str(heir if row.loaded.agency_id == owner else row.loaded.agency_id)


def _planned(row: Running, version: ServiceVersion) -> CaseMove:
    loaded = row.loaded
    before = get_version(loaded.version_id)
    owner = _owner_after(row, before, version)
    answers = open_answers(loaded.answers)
    asked = version.content["form"]["schema"]["properties"]
    lost = [name for name, value in answers.items() if name not in asked and value not in (None, "")]
    said = plan_move(
        loaded.case,
        at_agency(steps_of_version(version.id), version.content["agency"]["id"], owner),
        holds=holds_for(version, answers),
        term=term_of(version.id),
        calendar=calendar(loaded.agency_id),
        lost_answers=lost,
        received_on=row.received_on,
    )
    return CaseMove(
        loaded.id, loaded.number or "", loaded.service_id, before.number, version.number, said, loaded.case.due_on
    )  # fmt: skip


def _write(moving: Sequence[tuple[Running, CaseMove]], current: dict[str, UUID], by: Actor) -> set[UUID]:
    """Write one batch; returns the cases that nobody changed meanwhile."""
    moves, steps = [], []
    for row, move in moving:
        assert isinstance(move.said, Moves)
        moves.append(_move_row(row, move, move.said, current[move.service_id]))
        steps += _step_rows(row, move.said)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _MOVE,
            {"moves": json.dumps(moves), "steps": json.dumps(steps), "actor": by.doer, "at": clock.now()},
        )
        return {key for (key,) in cursor.fetchall()}


def _move_row(row: Running, move: CaseMove, said: Moves, version_id: UUID) -> dict[str, Any]:
    before, version = get_version(row.loaded.version_id), get_version(version_id)
    due = said.due_on.isoformat() if said.due_on else None
    told = {
        "from_version": move.was,
        "to_version": move.now,
        "added": list(said.added),
        "removed": list(said.removed),
        "was_on": move.was_due_on.isoformat() if move.was_due_on else None,
        "due_on": due,
    }
    return {
        "id": str(row.loaded.id),
        "revision": row.loaded.revision,
        "version": str(version_id),
        "agency": _owner_after(row, before, version),
        "term": {"days": said.term.days, "unit": said.term.unit},
        "due": due,
        "data": told,
    }


def _step_rows(row: Running, said: Moves) -> list[dict[str, Any]]:
    state = row.loaded.case.state
    return [
        {
            "application": str(row.loaded.id),
            "key": step.key,
            "kind": step.kind,
            "agency": step.agency_id,
            "role": step.role,
            "position": position,
            "after": list(step.after),
            "when": step.when,
            "status": step.status,
            "on_desk": is_on_desk(step, state),
            "assignee": str(step.assignee_id)
            if step.assignee_id and step.status is StepStatus.OPEN
            else None,
        }
        for position, step in enumerate(said.steps)
    ]


def hand_over_work(*, agency_id: str, to: str, by: Actor, note: str = "", batch: int = BATCH) -> int:
    """Give every running case and open step of an agency to another, each told in the case's history. Returns how many cases.

    Done steps stay whose they were. Raises: NotFound (an agency), Denied("wrong_role" | "same_agency"), Denied("nobody_to_take_over")
    naming the roles that no one at ``to`` holds: then nothing moves.
    """
    if by.kind is not ActorKind.SYSTEM and not edits_catalogue(by):
        raise Denied("wrong_role")
    known = agencies_of([agency_id, to])
    if agency_id == to:
        raise Denied("same_agency")
    if missing := {agency_id, to} - known.keys():
        raise NotFound(", ".join(sorted(missing)))
    unheld = [role for role in roles_in_use(agency_id) if not colleagues(to, role)]
    if unheld:
        raise Denied("nobody_to_take_over", f"nobody at {to} holds {', '.join(unheld)}")
    more = json.dumps({"note": note or known[to]["name"]})
    told = {"from": agency_id, "to": to, "verb": "agency_followed", "more": more, "actor": by.doer}
    moved = 0
    while ids := next_held(agency_id, NO_ID, batch):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_HAND_OVER, {**told, "ids": ids, "at": clock.now()})
            moved += cursor.rowcount
    return moved


def follow_competence(*, application_id: UUID, to: Mapping[str, str], by: Actor) -> None:
    """Give the open work of one case to the agency that corrected answers make competent; its history says so.

    Shape: ``to`` as made by queries.moves_to. Done steps stay whose they were. Does nothing when the case lies there already.
    """
    owner = Application.objects.values_list("agency_id", flat=True).get(id=application_id)
    if owner == to["agency"]:
        return
    told = {"from": owner, "to": to["agency"], "verb": "competence_followed", "actor": by.doer}
    more = json.dumps({"competence": dict(to)})
    with connection.cursor() as cursor:
        cursor.execute(_HAND_OVER, {**told, "more": more, "ids": [application_id], "at": clock.now()})
