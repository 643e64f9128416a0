"""The region's calendar, service hours and area codes.

The calendar is a seed (national holidays and collective leave as published, the city's own days of region.yaml) under the days entered by
hand; the hours are the law's, those of region.yaml over them, and entered ones over both. All is kept in memory and looked at again every
two seconds, so an edit reaches every process without asking the database each time.
"""

import csv
import gzip
import threading
import time as stopwatch
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache
from typing import Final

import holidays
from django.conf import settings

from pendopo.kernel import clock
from pendopo.region.models import CalendarDay, ServiceHours
from pendopo.region.rules import hours as hours_rules
from pendopo.region.rules.days import Calendar, DayKind, Entry, is_working, received_on, with_entries
from pendopo.region.rules.hours import Hours

YEARS_BACK, YEARS_AHEAD = 5, 2
FRESH_SECONDS: Final = 2.0
"""How long a process may not know of an edit. Whoever recounts deadlines waits that long first."""

ESTIMATE: Final = " (perkiraan)"


@dataclass(slots=True)
class _Kept:
    """The entered days and hours as last read, and what was worked out from them."""

    entries: tuple[Entry, ...]
    hours: tuple[Hours, ...]
    read_at: float
    built: dict[tuple[str, int], Calendar] = field(default_factory=dict)
    known: dict[int, tuple[Hours, ...]] = field(default_factory=dict)
    closings: dict[tuple[str, date, int], time] = field(default_factory=dict)


_lock = threading.Lock()
_kept: _Kept | None = None


def calendar(agency_id: str | None = None) -> Calendar:
    """The working days of one agency, or of the mall: five years back and two ahead of today, whatever day the process began.

    The same object as long as nothing changed.
    """
    kept, year = _current(), clock.today().year
    key = (agency_id if agency_id and _has_own_days(agency_id, kept.entries) else "", year)
    if key not in kept.built:
        kept.built[key] = with_entries(seed(year), kept.entries, key[0])
    return kept.built[key]


def _has_own_days(agency_id: str, entries: Sequence[Entry]) -> bool:
    return any(entry.agency_id == agency_id for entry in entries)


def _current() -> _Kept:
    """What was entered, read again when it may have changed."""
    global _kept  # noqa: PLW0603 - one process, one copy
    with _lock:
        kept = _kept
        if kept is not None and stopwatch.monotonic() - kept.read_at < FRESH_SECONDS:
            return kept
        asked_at, entries, hours = stopwatch.monotonic(), _entries(), _entered_hours()
        if kept is None or (kept.entries, kept.hours) != (entries, hours):
            kept = _kept = _Kept(entries, hours, asked_at)
        kept.read_at = asked_at
        return kept


def _entries() -> tuple[Entry, ...]:
    rows = CalendarDay.objects.filter(withdrawn_at__isnull=True).order_by("on", "agency_id")
    return tuple(_entry(row) for row in rows)


def _entry(row: CalendarDay) -> Entry:
    return Entry(row.on, DayKind(row.kind), row.name, row.agency_id, row.estimated)


def forget() -> None:
    """Read the calendar anew at the next question: after an edit in this process."""
    global _kept  # noqa: PLW0603 - one process, one copy
    with _lock:
        _kept = None


def calendar_with(enter: Sequence[Entry], withdraw: Sequence[int], agency_id: str | None = None) -> Calendar:
    """The calendar as it would be after an edit that has not been made. For previews."""
    rows = CalendarDay.objects.filter(withdrawn_at__isnull=True).exclude(id__in=withdraw)
    return with_entries(seed(clock.today().year), [*(_entry(row) for row in rows), *enter], agency_id or "")


@cache
def seed(year: int) -> Calendar:
    """National holidays, collective leave and the city's own days around that year, before anybody edited them."""
    years = range(year - YEARS_BACK, year + YEARS_AHEAD + 1)
    days: dict[date, tuple[DayKind, str]] = {}
    estimated: set[date] = set()
    for kind, category in ((DayKind.COLLECTIVE_LEAVE, "government"), (DayKind.HOLIDAY, "public")):
        known = holidays.country_holidays("ID", years=years, categories=(category,), language="id")
        for on, name in known.items():
            days[on] = (kind, name.replace(ESTIMATE, ""))
            if ESTIMATE in name:
                estimated.add(on)
    for entry in settings.REGION.get("local_holidays") or []:
        days[date.fromisoformat(str(entry["on"]))] = (DayKind.LOCAL_HOLIDAY, entry["name"])
    return Calendar(days, years[0], years[-1], frozenset(estimated))


def get_days(day_ids: Iterable[int]) -> list[CalendarDay]:
    """Those of these entered days that still hold, by date."""
    return list(
        CalendarDay.objects.filter(id__in=set(day_ids), withdrawn_at__isnull=True).order_by("on", "id")
    )


def list_days(year: int) -> list[CalendarDay]:
    """The days entered for one year, withdrawn ones too, by date."""
    return list(CalendarDay.objects.filter(on__year=year).order_by("on", "agency_id", "id"))


def _entered_hours() -> tuple[Hours, ...]:
    rows = ServiceHours.objects.filter(withdrawn_at__isnull=True).order_by("from_on", "id")
    return tuple(hours_of(row) for row in rows)


def hours_of(row: ServiceHours) -> Hours:
    """Entered hours as a value."""
    week = hours_rules.week_of(row.week, hours_rules.LAW)
    return Hours(row.name, week, row.from_on, row.until_on, row.agency_id, row.estimated, row.id)


def known_hours() -> tuple[Hours, ...]:
    """All hours that hold at some time, for everybody or one agency: what ``hours_on`` chooses from."""
    kept, year = _current(), clock.today().year
    if year not in kept.known:
        kept.known[year] = hours_rules.layered(*_seed_hours(calendar()), kept.hours)
    return kept.known[year]


def hours_with(enter: Sequence[Hours], withdraw: Sequence[int]) -> tuple[Hours, ...]:
    """All hours as they would be after an edit that has not been made. For previews."""
    left = [hours for hours in _entered_hours() if hours.id not in withdraw]
    return hours_rules.layered(*_seed_hours(calendar()), [*left, *enter])


def _seed_hours(days: Calendar) -> tuple[list[Hours], ...]:
    """Before anybody entered hours, the weakest first: the hall's week, Ramadan by the feast after it, Ramadan by region.yaml."""
    halls = [site for site in settings.REGION.get("sites") or () if site.get("kind") == "hall"]
    said = (settings.REGION.get("service_hours") or {}).get("ramadan") or {}
    usual = hours_rules.week_of(halls[0].get("open") if halls else None, hours_rules.LAW)
    week = hours_rules.week_of(said.get("hours"), hours_rules.LAW_RAMADAN)
    months = [
        Hours("Ramadan", week, _day(month["from"]), _day(month["to"]), estimated=bool(month.get("estimated")))
        for month in said.get("months") or ()
    ]
    return [Hours("", usual)], hours_rules.fasting(days, week), months


def _day(said: object) -> date:
    return date.fromisoformat(str(said))


def get_hours(hours_id: int) -> Hours | None:
    """Entered hours that still hold, or None."""
    row = ServiceHours.objects.filter(id=hours_id, withdrawn_at__isnull=True).first()
    return hours_of(row) if row else None


def list_hours() -> list[ServiceHours]:
    """All entered hours, withdrawn ones too, the latest first."""
    return list(ServiceHours.objects.order_by("-from_on", "-id"))


def closing_time(on: date, agency_id: str = "") -> time:
    """When service ends on that date at an agency, or in the hall; in Ramadan earlier.

    Source: Perpres 21/2023; region.yaml and what the mall entered say the hours.
    """
    kept = _current()
    own = agency_id if any(hours.agency_id == agency_id for hours in kept.hours) else ""
    key = (own, on, clock.today().year)
    if key not in kept.closings:
        kept.closings[key] = hours_rules.closing(on, known_hours(), own)
    return kept.closings[key]


def closing_at(on: date, agency_id: str = "") -> datetime:
    """The instant service ends on that local date: until then a promise of that day is kept."""
    return datetime.combine(on, closing_time(on, agency_id), tzinfo=clock.zone())


def received_today(agency_id: str | None = None) -> date:
    """The date on which what arrives now counts as received: in service hours today, else the next working day."""
    at = clock.now().astimezone(clock.zone())
    if settings.REGION.get("late_submissions") == "same_day":
        return at.date()
    return received_on(at, closing_time(at.date(), agency_id or ""), calendar(agency_id))


def check_year(year: int) -> None:
    """Raises: Denied("calendar_missing") for a year the calendar does not reach."""
    is_working(date(year, 1, 1), calendar())


@cache
def _districts() -> dict[str, str]:
    """District code ``21.71.10`` -> name."""
    path = settings.CITY_DIR.parent / "areas" / "districts.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return {_dotted(row["code"]): row["name"] for row in csv.DictReader(file)}


def _dotted(code: str) -> str:
    digits = code.replace(".", "")
    return f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}"


def district_name(code: str) -> str | None:
    """Name of a kecamatan of the whole country, or None: retired codes are unknown, which is a warning and never an error."""
    return _districts().get(code)
