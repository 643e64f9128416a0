"""The clock of an application beyond the bare count: when a file counts as complete, who is warned when, what silence grants.

The count itself is the region's (``due_of``, ``derive``); what silence grants is the catalogue's (``tacit``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Final

from pendopo.applications.rules.cases import Case
from pendopo.applications.rules.terms import State
from pendopo.region.api import Calendar, Mark, Term, due_of, due_on, working_days_between

RECEIVED: Final = "received"
"""Reason of a start nobody has confirmed yet: the file was received, and counts as complete unless it comes back in time."""

UNCHECKED: Final = "unchecked"
"""Reason of a start that stays on the day of receipt, because nobody looked in time."""


class Level(StrEnum):
    """Who is told that a deadline is near."""

    OFFICER = "officer"
    HEAD = "head"
    MAYOR = "mayor"


LADDER: Final[tuple[tuple[Level, int], ...]] = ((Level.OFFICER, 3), (Level.HEAD, 1), (Level.MAYOR, 0))
"""Working days before the deadline at which each is told."""

AHEAD_DAYS: Final = LADDER[0][1]


def levels_due(term: Term, due: date, today: date, calendar: Calendar) -> tuple[Level, ...]:
    """Whom to have told by today. A term no longer than a rung's days skips that rung: it would be reached on the day of filing."""
    return tuple(
        level
        for level, days in LADDER
        if (term.days > days or days == 0) and due <= due_on(today, days, calendar)
    )


def begun(on: date, *, checked: bool) -> tuple[Mark, ...]:
    """The first mark of a file received on that day; ``checked`` when somebody still has to find it complete."""
    return (Mark("start", on, RECEIVED if checked else ""),)


def found_complete(case: Case, on: date, calendar: Calendar) -> tuple[Mark, ...]:
    """The marks of a file found complete on that day: it becomes day 0, unless the file counted as complete before.

    Source: domain convention, so that a file nobody opens cannot stop the clock.
    """
    received = _received(case)
    if received is None:
        return case.marks or (Mark("start", on, "complete"),)
    if _counts_as_complete(received, on, case, calendar):
        return (replace(received, reason=UNCHECKED), *case.marks[1:])
    return (Mark("start", on, "complete"),)


def sent_back(case: Case, on: date, fields: str, calendar: Calendar) -> tuple[Mark, ...]:
    """The marks of a file returned on that day: none in time; later the clock, which was running, stands still."""
    received = _received(case)
    if received is None or not _counts_as_complete(received, on, case, calendar):
        return ()
    return (*case.marks, Mark("pause", on, "returned", fields))


def may_be_granted(case: Case, on: date, calendar: Calendar) -> bool:
    """True when the deadline has passed unused: the clock ran, and the file counts as complete."""
    if case.due_on is None or case.standing_still or on <= case.due_on:
        return False
    received = _received(case) if case.state is State.SUBMITTED else None
    return received is None or _counts_as_complete(received, on, case, calendar)


def _received(case: Case) -> Mark | None:
    """The start that nobody has confirmed, if that is how the clock runs."""
    return case.marks[0] if case.marks and case.marks[0].reason == RECEIVED else None


def _counts_as_complete(received: Mark, on: date, case: Case, calendar: Calendar) -> bool:
    return on > due_on(received.on, case.completeness_days, calendar)


def shown_due(term: Term, marks: Sequence[Mark], calendar: Calendar) -> date | None:
    """The deadline to show: while the clock stands still, the one it had when it stopped."""
    due = due_of(term, marks, calendar)
    return due if due or not marks or marks[-1].kind != "pause" else due_of(term, marks[:-1], calendar)


def days_used(marks: Sequence[Mark], received_on: date, until_on: date, calendar: Calendar) -> int:
    """Working days for which a file lay with the office: from its start, without the time it waited for the applicant.

    Units: local dates, ``until_on`` the day of the decision. A file without marks counts from the day it was received.
    """
    used, since = 0, None if marks else received_on
    for mark in marks:
        if mark.kind == "pause":
            used += working_days_between(since, mark.on, calendar) if since else 0
            since = None
        else:
            since = mark.on
    return used + (working_days_between(since, until_on, calendar) if since and since <= until_on else 0)


def middle(counted: Mapping[int, int]) -> float | None:
    """The median of values given as {value: how often}; None of nothing."""
    total, seen = sum(counted.values()), 0
    low: int | None = None
    for value in sorted(counted):
        seen += counted[value]
        if low is None and 2 * seen >= total:
            low = value
            if 2 * seen > total:
                return float(value)
        elif low is not None:
            return (low + value) / 2
    return None
