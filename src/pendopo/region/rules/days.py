"""Days and terms. Pure: a calendar and the marks of a clock in, dates out.

"Days" and "working days" are different units. A deadline is never added to: it is counted anew from the marks, day by day, and ``derive``
shows every day of that count.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Literal

from pendopo.kernel.errors import Denied

SATURDAY = 5
ONE_DAY: Final = timedelta(days=1)


class DayKind(StrEnum):
    """Why a day counts or not."""

    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    COLLECTIVE_LEAVE = "collective_leave"
    LOCAL_HOLIDAY = "local_holiday"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Exceptional days by date, the years for which they are known, and the days whose date is still an estimate."""

    days: Mapping[date, tuple[DayKind, str]]
    first_year: int
    last_year: int
    estimated: frozenset[date] = frozenset()
    _working: list[date] = field(default_factory=list, init=False, repr=False, compare=False)

    def kind(self, on: date) -> DayKind:
        """What kind of day it is. Raises: Denied("calendar_missing") for a year nobody has entered."""
        if not self.first_year <= on.year <= self.last_year:
            raise Denied("calendar_missing", f"no calendar for {on.year}")
        if on in self.days:
            return self.days[on][0]
        return DayKind.WEEKEND if on.weekday() >= SATURDAY else DayKind.WORKING

    def name(self, on: date) -> str:
        """What the day is called, or nothing for an ordinary one."""
        return self.days[on][1] if on in self.days else ""

    def working(self) -> Sequence[date]:
        """Every working day of the known years in order: what long counts are looked up in. Made once."""
        if not self._working:
            first, last = date(self.first_year, 1, 1).toordinal(), date(self.last_year, 12, 31).toordinal()
            days = (date.fromordinal(n) for n in range(first, last + 1))
            self._working.extend([on for on in days if self.kind(on) is DayKind.WORKING])
        return self._working


@dataclass(frozen=True, slots=True)
class Entry:
    """A day somebody entered: it wins over the seed. ``agency_id=""`` holds for all; an agency's own day wins over that."""

    on: date
    kind: DayKind
    name: str
    agency_id: str = ""
    estimated: bool = False


def with_entries(seed: Calendar, entries: Iterable[Entry], agency_id: str = "") -> Calendar:
    """The calendar of one agency. What was entered first does not matter: the agency's own days win, then everybody's, then the seed."""
    chosen = sorted((entry for entry in entries if entry.agency_id in {"", agency_id}), key=_weight)
    days = {**seed.days, **{entry.on: (entry.kind, entry.name) for entry in chosen}}
    estimated = {**dict.fromkeys(seed.estimated, True), **{entry.on: entry.estimated for entry in chosen}}
    return replace(seed, days=days, estimated=frozenset(on for on, guess in estimated.items() if guess))


def _weight(entry: Entry) -> tuple[str, str, str, bool]:
    return (entry.agency_id, entry.kind, entry.name, entry.estimated)


def lacks_leave(year: int, calendar: Calendar) -> bool:
    """True when nobody has entered the year's collective leave yet: its deadlines may still move."""
    return not any(
        on.year == year and kind is DayKind.COLLECTIVE_LEAVE for on, (kind, _name) in calendar.days.items()
    )


def received_on(at: datetime, closing: time, calendar: Calendar) -> date:
    """The day on which something sent at that local time counts as received: after closing and on free days the next working day.

    Source: domain convention; a region may switch it off (region.yaml, late_submissions).
    """
    if is_working(at.date(), calendar) and at.time() <= closing:
        return at.date()
    return due_on(at.date(), 1, calendar)


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
        on += ONE_DAY
        left -= is_working(on, calendar)
    return on


def working_days_between(after_on: date, until_on: date, calendar: Calendar) -> int:
    """Working days in ``(after_on, until_on]``; negative when ``until_on`` lies before ``after_on``."""
    if until_on < after_on:
        return -working_days_between(until_on, after_on, calendar)
    span = (until_on - after_on).days
    return sum(is_working(after_on + timedelta(days=n), calendar) for n in range(1, span + 1))


class Unit(StrEnum):
    """What a term counts: "hari kerja" or "hari"."""

    WORKING = "working"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class Term:
    """How long something may take. ``days=0`` of working days is kept on the day itself, or on the next working day."""

    days: int
    unit: Unit = Unit.WORKING


@dataclass(frozen=True, slots=True)
class Mark:
    """What happened to a clock on a local date. A pause says why, and names the missing thing."""

    kind: Literal["start", "pause", "resume"]
    on: date
    reason: str = ""
    evidence: str = ""


class Row(StrEnum):
    """What one day of a derivation was."""

    START = "start"
    COUNTED = "counted"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    COLLECTIVE_LEAVE = "collective_leave"
    LOCAL = "local"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a derivation: ``number`` is the how-manieth counted day it is (0: it does not count)."""

    on: date
    row: Row
    number: int = 0
    name: str = ""
    reason: str = ""
    evidence: str = ""
    estimated: bool = False


class Why(StrEnum):
    """How a derivation ended."""

    DUE = "due"
    NOT_STARTED = "not_started"
    STANDS_STILL = "stands_still"


@dataclass(frozen=True, slots=True)
class Derivation:
    """A deadline and every day that led to it."""

    term: Term
    days: tuple[Day, ...] = field(default=())
    due_on: date | None = None
    why: Why = Why.NOT_STARTED


_ROWS: Final = {
    DayKind.WEEKEND: Row.WEEKEND,
    DayKind.HOLIDAY: Row.HOLIDAY,
    DayKind.COLLECTIVE_LEAVE: Row.COLLECTIVE_LEAVE,
    DayKind.LOCAL_HOLIDAY: Row.LOCAL,
}


def due_of(term: Term, marks: Sequence[Mark], calendar: Calendar) -> date | None:
    """The last day on which the term is kept; None while it has not started or stands still before it is used up.

    Day 0 is the date of the (last) start; a pause from p to r stands still on the days p < d <= r; a pause after the due day moves nothing.
    Raises: Denied("calendar_missing").
    """
    start, pauses = _read(marks)
    if start is None:
        return None
    calendar.kind(start.on)
    left, on = _last(term), start.on if term.days else start.on - ONE_DAY
    for mark, end in sorted(pauses, key=lambda pause: pause[0].on):
        counted = _between(on, mark.on, term.unit, calendar)
        if left <= counted:
            break
        if end is None:
            return None
        left, on = left - max(counted, 0), max(on, mark.on, end)
    return _nth_after(on, left, term.unit, calendar)


def derive(term: Term, marks: Sequence[Mark], calendar: Calendar, *, until: date | None = None) -> Derivation:
    """Every day from day 0 to the due day, why it counts or not; the same due day as ``due_of``, always.

    While the clock stands still the days end at ``until``, or on the day the pause began. Raises: Denied("calendar_missing").
    """
    start, pauses = _read(marks)
    if start is None:
        return Derivation(term)
    days = []
    for on, number in _count(term, start, pauses, calendar):
        days.append(_day(on, number, start, pauses, term, calendar))
        if number == _last(term):
            return Derivation(term, tuple(days), on, Why.DUE)
    on, end = days[-1].on if days else start.on, max(until or pauses[-1][0].on, pauses[-1][0].on)
    while on < end:
        on += ONE_DAY
        days.append(_day(on, 0, start, pauses, term, calendar))
    return Derivation(term, tuple(days), None, Why.STANDS_STILL)


Pause = tuple[Mark, date | None]


def _read(marks: Sequence[Mark]) -> tuple[Mark | None, list[Pause]]:
    """Day 0 and the pauses after it, each with the day it ended."""
    start: Mark | None = None
    pauses: list[Pause] = []
    for mark in marks:
        running = not pauses or pauses[-1][1] is not None
        if mark.kind == "start":
            start, pauses = mark, []
        elif mark.kind == "pause" and running:
            pauses.append((mark, None))
        elif mark.kind == "resume" and not running:
            pauses[-1] = (pauses[-1][0], mark.on)
    return start, pauses


def _between(after_on: date, until_on: date, unit: Unit, calendar: Calendar) -> int:
    """How many days that count lie in ``(after_on, until_on]``, as far as anybody knows the days."""
    if unit is Unit.CALENDAR:
        return (until_on - after_on).days
    return bisect_right(calendar.working(), until_on) - bisect_right(calendar.working(), after_on)


def _nth_after(on: date, number: int, unit: Unit, calendar: Calendar) -> date:
    """The ``number``-th day after that one which counts. Raises: Denied("calendar_missing") beyond the known years."""
    if unit is Unit.CALENDAR:
        found = on + timedelta(days=number)
        calendar.kind(found)
        return found
    days = calendar.working()
    place = bisect_right(days, on) + number - 1
    if place >= len(days):
        raise Denied("calendar_missing", f"no calendar after {calendar.last_year}")
    return days[place]


def _last(term: Term) -> int:
    """The number of the day on which the term ends; a term of no days ends on its first."""
    return max(term.days, 1)


def _count(
    term: Term, start: Mark, pauses: Sequence[Pause], calendar: Calendar
) -> Iterator[tuple[date, int]]:
    """(day, its number or 0) from day 0 until a pause that nobody ended. Day 0 itself counts only for a term of no days."""
    on, number = start.on, 0
    open_from = pauses[-1][0].on if pauses and pauses[-1][1] is None else date.max
    while on <= open_from or on == start.on:
        takes_part = on > start.on or term.days == 0
        counts = takes_part and _counts(on, term.unit, calendar) and _pause_on(on, pauses) is None
        number += counts
        yield on, number if counts else 0
        on += ONE_DAY


def _counts(on: date, unit: Unit, calendar: Calendar) -> bool:
    return unit is Unit.CALENDAR or is_working(on, calendar)


def _pause_on(on: date, pauses: Sequence[Pause]) -> Mark | None:
    """The pause that stands on that day, if one does."""
    return next((mark for mark, end in pauses if mark.on < on and (end is None or on <= end)), None)


def _day(on: date, number: int, start: Mark, pauses: Sequence[Pause], term: Term, calendar: Calendar) -> Day:
    """One day in full. A free day that lies in a pause is a free day: it would not have counted anyway."""
    kind = calendar.kind(on)
    name, estimated = calendar.name(on), on in calendar.estimated
    if number:
        return Day(on, Row.COUNTED, number, name)
    if on == start.on:
        return Day(on, Row.START, 0, name, start.reason, start.evidence)
    if term.unit is Unit.WORKING and kind is not DayKind.WORKING:
        return Day(on, _ROWS[kind], 0, name, estimated=estimated)
    pause = _pause_on(on, pauses)
    assert pause is not None
    return Day(on, Row.PAUSED, 0, name, pause.reason, pause.evidence)
