"""Running cases that could go on under a newer version of their service, and open work of an agency: read page by page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import connection

from pendopo.applications.queries.loading import Loaded, load_many
from pendopo.applications.rules.moving import MOVABLE
from pendopo.kernel import clock
from pendopo.region.api import calendar, closing_time, received_on

NO_ID: Final = UUID(int=0)

_OLDER = """
SELECT a.id, a.submitted_at FROM applications_application a
JOIN unnest(%(services)s::text[], %(versions)s::uuid[]) AS now(service_id, version_id) ON now.service_id = a.service_id
WHERE a.decided_at IS NULL AND a.state = ANY(%(states)s) AND a.version_id <> now.version_id AND a.id > %(after)s
  AND a.purpose = 'new'  -- renewals, copies and the like stay with the form and procedure made for them
ORDER BY a.id LIMIT %(limit)s
"""
_OPEN = """
SELECT a.id FROM applications_application a
WHERE a.state <> 'draft' AND a.id > %(after)s AND (
  (a.agency_id = %(agency)s AND a.decided_at IS NULL)
  OR EXISTS (SELECT 1 FROM applications_step s
    WHERE s.application_id = a.id AND s.agency_id = %(agency)s AND s.status IN ('open', 'waiting'))
) ORDER BY a.id LIMIT %(limit)s
"""
_COUNT = """
SELECT agency_id, count(DISTINCT application_id) FROM (
  SELECT s.agency_id, s.application_id FROM applications_step s
  WHERE s.agency_id = ANY(%(agencies)s) AND s.status IN ('open', 'waiting') AND s.role <> 'system'
  UNION ALL
  SELECT a.agency_id, a.id FROM applications_application a
  WHERE a.agency_id = ANY(%(agencies)s) AND a.decided_at IS NULL AND a.state <> 'draft'
) AS held GROUP BY agency_id
"""
_ROLES = """
SELECT DISTINCT s.role FROM applications_step s
WHERE s.agency_id = %(agency)s AND s.status IN ('open', 'waiting') AND s.role <> 'system' ORDER BY s.role
"""


@dataclass(frozen=True, slots=True)
class Running:
    """A running case and the day it was received."""

    loaded: Loaded
    received_on: date


def next_older(current: Mapping[str, UUID], after: UUID, limit: int) -> list[Running]:
    """Running cases after an id whose version is not the one that holds now, by service."""
    with connection.cursor() as cursor:
        cursor.execute(
            _OLDER,
            {
                "services": list(current),
                "versions": list(current.values()),
                "states": [state.value for state in MOVABLE],
                "after": after,
                "limit": limit,
            },
        )
        received = dict(cursor.fetchall())
    cases = load_many(list(received))
    return [Running(cases[key], _received(cases[key], at)) for key, at in received.items() if key in cases]


def _received(loaded: Loaded, at: datetime) -> date:
    """The day on which the application counted as received."""
    local = at.astimezone(clock.zone())
    return received_on(local, closing_time(local.date(), loaded.agency_id), calendar(loaded.agency_id))


def next_held(agency_id: str, after: UUID, limit: int) -> list[UUID]:
    """Running cases after an id that an agency owns or has open work in."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, {"agency": agency_id, "after": after, "limit": limit})
        return [key for (key,) in cursor.fetchall()]


def open_work(agency_ids: Iterable[str]) -> dict[str, int]:
    """How many running cases each of these agencies owns or has open work in; agencies without any are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"agencies": list(agency_ids)})
        return dict(cursor.fetchall())


def roles_in_use(agency_id: str) -> list[str]:
    """Roles that open or waiting steps of an agency ask for."""
    with connection.cursor() as cursor:
        cursor.execute(_ROLES, {"agency": agency_id})
        return [role for (role,) in cursor.fetchall()]
