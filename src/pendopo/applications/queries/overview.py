"""The city at a glance, for the mayor and the regional secretary: by agency what is open, late and decided, and how long it took."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from pendopo.applications.queries.clock import read_term
from pendopo.applications.queries.clock_desk import is_overseer
from pendopo.applications.queries.loading import marks_of
from pendopo.applications.rules.clock import days_used, middle
from pendopo.identity.api import Actor
from pendopo.kernel import clock, sql
from pendopo.kernel.errors import Denied
from pendopo.region.api import Unit, calendar

OVERVIEW_DAYS: Final = 30
_OPEN = """
SELECT agency_id, count(*), count(*) FILTER (WHERE due_on < %(today)s AND state IN ('submitted', 'in_process'))
FROM applications_application WHERE decided_at IS NULL AND state <> 'draft' GROUP BY agency_id
"""
_DECIDED = """
SELECT agency_id, term::text, clock::text, (submitted_at AT TIME ZONE %(zone)s)::date, (decided_at AT TIME ZONE %(zone)s)::date, count(*)
FROM applications_application
WHERE decided_at >= (%(since)s::date)::timestamp AT TIME ZONE %(zone)s AND state IN ('approved', 'deemed_approved', 'rejected', 'completed')
GROUP BY 1, 2, 3, 4, 5
"""  # files that ran alike are one row: their days are counted once


@dataclass(frozen=True, slots=True)
class AgencyFigures:
    """One agency as the mayor sees it. ``used_days`` and ``promised_days`` are the middle ones of what was decided and promised in
    working days; None: nothing was.
    """

    agency_id: str
    open: int = 0
    late: int = 0
    decided: int = 0
    used_days: float | None = None
    promised_days: float | None = None


def overview(actor: Actor) -> list[AgencyFigures]:
    """Every agency with anything open, or decided in the last ``OVERVIEW_DAYS`` days, the most late files first. Two statements.

    Raises: Denied("wrong_role") for anybody who does not oversee the city.
    """
    if not is_overseer(actor):
        raise Denied("wrong_role")
    today = clock.today()
    waiting = {row[0]: row[1:] for row in sql.every(_OPEN, {"today": today})}
    decided = _decided(today - timedelta(days=OVERVIEW_DAYS))
    rows = []
    for agency in waiting.keys() | decided.keys():
        opened, late = waiting.get(agency, (0, 0))
        count, used, promised = decided.get(agency, (0, None, None))
        rows.append(AgencyFigures(agency, opened, late, count, used, promised))
    return sorted(rows, key=lambda row: (-row.late, -row.open, row.agency_id))


def _decided(since: date) -> dict[str, tuple[int, float | None, float | None]]:
    """{agency: (how many, the middle of the days used, the middle of the days promised)}."""
    counts: Counter[str] = Counter()
    used: dict[str, Counter[int]] = {}
    promised: dict[str, Counter[int]] = {}
    for agency, term, marks, submitted_on, decided_on, count in sql.every(
        _DECIDED, {"since": since, "zone": str(clock.zone())}
    ):
        counts[agency] += count
        if json.loads(term) and read_term(term).unit is Unit.WORKING:
            days = days_used(marks_of(json.loads(marks)), submitted_on, decided_on, calendar(agency))
            used.setdefault(agency, Counter())[days] += count
            promised.setdefault(agency, Counter())[read_term(term).days] += count
    return {
        agency: (count, middle(used.get(agency, {})), middle(promised.get(agency, {})))
        for agency, count in counts.items()
    }
