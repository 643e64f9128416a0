"""Fill a scratch database with open applications, edit the calendar, and time the recount. A process of its own: see ``suite/calendar.py``.

The first edit finds every deadline wrong, so that all of them move: nothing can be worse. The second is what happens in life: one more free
day in the weeks ahead. The last line of standard output is JSON.
"""

import json
import os
import resource
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

from bench.place import CITIZEN, CITY, ROOT

CASES = """
INSERT INTO applications_application (
  id, number, service_id, version_id, agency_id, applicant_id, state, revision, answers, sources, remarks, rounds, fee_lines, created_at,
  updated_at, submitted_at, term, clock, due_on, decision, purpose, typed_by, wants_person)
SELECT md5('deadline' || n)::uuid, 'D' || lpad(n::text, 9, '0'), v.service_id, v.id, v.content -> 'agency' ->> 'id', %(person)s,
  CASE WHEN n %% 10 = 0 THEN 'in_correction' ELSE 'in_process' END, 1, '{}', '{}', '[]', 0, '[]', %(now)s, %(now)s, %(now)s,
  jsonb_build_object('days', 3 + n %% 28, 'unit', 'working'),
  jsonb_build_array(jsonb_build_array('start', %(today)s::date - n %% 30, 'complete', ''))
    || CASE WHEN n %% 10 < 4 THEN jsonb_build_array(jsonb_build_array('pause', %(today)s::date - n %% 7, 'correction', 'ktp')) ELSE '[]' END
    || CASE WHEN n %% 10 BETWEEN 1 AND 3 THEN jsonb_build_array(jsonb_build_array('resume', %(today)s::date - n %% 5, 'correction', ''))
            ELSE '[]' END,
  %(today)s::date - 400, '{}', 'new', '', false
FROM generate_series(1, %(count)s) n
JOIN (SELECT id, service_id, content, row_number() OVER (ORDER BY service_id) - 1 AS place, count(*) OVER () AS total
      FROM catalogue_serviceversion) v ON v.place = n %% v.total
"""
STEPS = """
INSERT INTO applications_step (
  application_id, key, kind, agency_id, role, position, after, "when", status, favourable, done_by, result, due_on, on_desk)
SELECT id, 'verification', 'verification', agency_id, 'back_officer', 1, '{}', '', 'open', true, '', '{}', due_on, state = 'in_process'
FROM applications_application WHERE number LIKE 'D%%'
"""

EVENTS = """
INSERT INTO kernel_event (subject, seq, verb, actor, on_behalf_of, data, at, hash)
SELECT 'application:' || id, 0, 'submit', 'system', '', '{}', %(now)s, '' FROM applications_application
WHERE number BETWEEN 'D' || lpad(%(first)s::text, 9, '0') AND 'D' || lpad((%(first)s + 999)::text, 9, '0')
"""  # a history each, as every case has one; a thousand at a time, for each chain holds a lock until the commit


def main(count: int) -> None:
    command = [sys.executable, "-m", "pendopo.config.prepare", os.environ["PENDOPO_DATA"], str(CITY), "demo"]
    subprocess.run(command, cwd=ROOT, stdout=sys.stderr, check=True)
    import django

    django.setup()
    from django.db import connection

    from pendopo.identity.api import Actor, ActorKind, Role, User, person_of_user
    from pendopo.kernel import clock

    person = person_of_user(User.objects.get(email=CITIZEN))
    assert person is not None
    operator = Actor(ActorKind.STAFF, person.id, "Bench", {"dpmptsp-batam": frozenset({Role.MALL_OPERATOR})})
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(
            CASES, {"person": person.id, "now": clock.now(), "today": clock.today(), "count": count}
        )
        cursor.execute(STEPS)
        for first in range(1, count + 1, 1000):
            cursor.execute(EVENTS, {"now": clock.now(), "first": first})
        cursor.execute("ANALYZE applications_application, applications_step, kernel_event")
    told = {"all": _edit(operator, ahead=200), "some": _edit(operator, ahead=9)}
    print(json.dumps(told))


def _edit(operator: Any, *, ahead: int) -> dict[str, Any]:
    """Enter one free day that many days from today; what it took to say who moves, and to move them."""
    from pendopo.applications.actions.clock import change_calendar, recount
    from pendopo.applications.queries.clock import get_recount, preview_change
    from pendopo.kernel import clock
    from pendopo.region.api import DayKind, Entry, forget

    on = clock.today() + timedelta(days=ahead)
    while on.weekday() != 2:  # a Wednesday is free for no other reason, most years
        on += timedelta(days=1)
    entry = Entry(on, DayKind.LOCAL_HOLIDAY, "Bench")
    started = time.perf_counter()
    preview_change([entry], [], operator)
    previewed = time.perf_counter() - started
    number = change_calendar(enter=[entry], withdraw=[], source="Bench", by=operator)
    forget()
    before, started = _memory_mb(), time.perf_counter()
    recount()
    seconds = time.perf_counter() - started
    row = get_recount(number)
    assert row.finished_at
    return {
        "seconds": round(seconds, 2), "preview_seconds": round(previewed, 2), "seen": row.seen, "moved": row.moved,
        "memory_grew_MB": round(_memory_mb() - before, 1),
    }  # fmt: skip


def _memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]))
