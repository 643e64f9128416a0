"""Working days. Pure: a calendar in, dates out. "Days" and "working days" are different units and different functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from pendopo.kernel.errors import Denied

SATURDAY = 5


class DayKind(StrEnum):
    """Why a day counts or not."""

    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    COLLECTIVE_LEAVE = "collective_leave"
    LOCAL_HOLIDAY = "local_holiday"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Exceptional days by date, and the years for which they are known."""

    days: Mapping[date, tuple[DayKind, str]]
    first_year: int
    last_year: int

    def kind(self, on: date) -> DayKind:
        """What kind of day it is. Raises: Denied("calendar_missing") for a year nobody has entered."""
        if not self.first_year <= on.year <= self.last_year:
            raise Denied("calendar_missing", f"no calendar for {on.year}")
        if on in self.days:
            return self.days[on][0]
        return DayKind.WEEKEND if on.weekday() >= SATURDAY else DayKind.WORKING


def is_working(on: date, calendar: Calendar) -> bool:
    """True when offices of the region work on that day."""
    return calendar.kind(on) is DayKind.WORKING


def due_on(from_on: date, promise_days: int, calendar: Calendar) -> date:
    """Last day on which a promise of ``promise_days`` working days, counted from ``from_on`` as day 0, is kept.

    Units: working days of the region. Day by day, so a holiday in any year is walked over once. Raises: Denied("calendar_missing").
    Source: Perpres 21/2023 (five working days); day 0 is the day the file is complete (domain convention, configurable later).
    """
    on, left = from_on, promise_days
    while left > 0:
        on += timedelta(days=1)
        left -= is_working(on, calendar)
    return on


def working_days_between(after_on: date, until_on: date, calendar: Calendar) -> int:
    """Working days in ``(after_on, until_on]``; negative when ``until_on`` lies before ``after_on``."""
    if until_on < after_on:
        return -working_days_between(until_on, after_on, calendar)
    span = (until_on - after_on).days
    return sum(is_working(after_on + timedelta(days=n), calendar) for n in range(1, span + 1))
