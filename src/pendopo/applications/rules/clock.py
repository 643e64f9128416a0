"""The clock of an application beyond the bare count: when a file counts as complete, who is warned when, what silence grants.

The count itself is the region's (``due_of``, ``derive``); what silence grants is the catalogue's (``tacit``).
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Final

from pendopo.catalogue.api import Regime, tacit
from pendopo.region.api import Calendar, Mark, Term, due_of, due_on

__all__ = [
    "LADDER",
    "RECEIVED",
    "SHOWN_AHEAD_DAYS",
    "Level",
    "Regime",
    "complete_from",
    "levels_due",
    "shown_due",
    "tacit",
    "too_late_to_return",
]

RECEIVED: Final = "received"
"""Reason of a start nobody has confirmed: the file was received, and counts as complete unless it comes back in time."""


class Level(StrEnum):
    """Who is told that a deadline is near."""

    OFFICER = "officer"
    HEAD = "head"
    MAYOR = "mayor"


LADDER: Final[tuple[tuple[Level, int], ...]] = ((Level.OFFICER, 3), (Level.HEAD, 1), (Level.MAYOR, 0))
"""Working days before the deadline at which each is told."""

SHOWN_AHEAD_DAYS: Final = LADDER[0][1]


def levels_due(term: Term, due: date, today: date, calendar: Calendar) -> tuple[Level, ...]:
    """Whom to have told by today. A term no longer than a rung's days skips that rung: it would be rung on the day of filing."""
    return tuple(
        level
        for level, days in LADDER
        if (term.days > days or days == 0) and due <= due_on(today, days, calendar)
    )


def complete_from(received: date, checked: date, grace_days: int, calendar: Calendar) -> date:
    """Day 0 of a file found complete on ``checked``: that day, or the day it was received when nobody looked in time.

    Units: grace_days are working days. Source: domain convention, so that a file nobody opens cannot stop the clock.
    """
    return checked if checked <= due_on(received, grace_days, calendar) else received


def too_late_to_return(received: date, on: date, grace_days: int, calendar: Calendar) -> bool:
    """True when the file already counts as complete: sending it back then only makes the clock stand still."""
    return on > due_on(received, grace_days, calendar)


def shown_due(term: Term, marks: Sequence[Mark], calendar: Calendar) -> date | None:
    """The deadline to show: while the clock stands still, the one it had when it stopped."""
    due = due_of(term, marks, calendar)
    return due if due or not marks or marks[-1].kind != "pause" else due_of(term, marks[:-1], calendar)
