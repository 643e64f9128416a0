"""The region's calendar and area codes, read from the city folder. No table: both change with a release of the city."""

import csv
import gzip
from datetime import date, datetime, time
from functools import cache

import holidays
from django.conf import settings

from pendopo.kernel import clock
from pendopo.region.rules import Calendar, DayKind

CLOSING = time(16, 0)


@cache
def calendar(agency_id: str | None = None) -> Calendar:  # noqa: ARG001 - agencies get days of their own
    """National holidays, collective leave and the city's own days, five years back and two years ahead of today."""
    year = clock.today().year
    years = range(year - 5, year + 3)
    days: dict[date, tuple[DayKind, str]] = {}
    for kind, category in ((DayKind.COLLECTIVE_LEAVE, "government"), (DayKind.HOLIDAY, "public")):
        for on, name in holidays.country_holidays(
            "ID", years=years, categories=(category,), language="id"
        ).items():
            days[on] = (kind, name)
    for entry in settings.REGION.get("local_holidays") or []:
        days[date.fromisoformat(str(entry["on"]))] = (DayKind.LOCAL_HOLIDAY, entry["name"])
    return Calendar(days, years[0], years[-1])


def closing_at(on: date) -> datetime:
    """The instant service ends on that local date: until then a promise of that day is kept."""
    return datetime.combine(on, CLOSING, tzinfo=clock.zone())


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
