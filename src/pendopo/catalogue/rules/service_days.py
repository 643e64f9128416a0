"""What region.yaml says about hours and free days: times that are times, ranges in order, days that exist."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from pendopo.catalogue.rules.city import City, Problem
from pendopo.kernel.errors import Denied
from pendopo.region.api import LAW_RAMADAN, WEEKDAYS, Hours, Week, check_hours, week_of

_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_AS: Final = "write a weekday as mon: ['07:30', '16:00', 60], times in quotes and the minutes of the break"
_SAYS: Final = {
    "hours_none": "a week without a day of service",
    "hours_order": "a day that ends before it begins, or whose break is longer than the day",
    "hours_range": "a range that ends before it begins or lasts more than forty days",
}
_Fault = tuple[tuple[str | int, ...], str]
"""(where in region.yaml, what is wrong)."""
_LATE: Final = ("next_working_day", "same_day")


def problems(city: City) -> Iterator[Problem]:
    """Everything wrong with the hours, the months of Ramadan and the free days of the city."""
    sheet = city.sheets.get("region")
    if sheet is None:
        return
    region = city.part("region")
    for keys, fault in (*_sites(region), *_ramadan(region), *_free_days(region)):
        yield sheet.problem(keys, fault)


def _sites(region: Mapping[str, Any]) -> Iterator[_Fault]:
    for index, site in enumerate(region.get("sites") or ()):
        for fault in _faults(site.get("open")):
            yield ("sites", index, "open"), f"{site.get('id')}: {fault}"


def _ramadan(region: Mapping[str, Any]) -> Iterator[_Fault]:
    said = (region.get("service_hours") or {}).get("ramadan") or {}
    wrong = list(_faults(said.get("hours")))
    for fault in wrong:
        yield ("service_hours", "ramadan", "hours"), f"Ramadan: {fault}"
    week = LAW_RAMADAN if wrong else week_of(said.get("hours"), LAW_RAMADAN)
    for index, month in enumerate(said.get("months") or ()):
        if fault := _month_fault(month, week):
            yield ("service_hours", "ramadan", "months", index), f"Ramadan: {fault}"


def _free_days(region: Mapping[str, Any]) -> Iterator[_Fault]:
    for index, free in enumerate(region.get("local_holidays") or ()):
        if _day(free.get("on")) is None or not free.get("name"):
            yield ("local_holidays", index), "a free day has a date, on: 2026-12-09, and a name"
    if region.get("late_submissions", _LATE[0]) not in _LATE:
        yield ("late_submissions",), f"late_submissions is one of {', '.join(_LATE)}"


def _faults(said: Any) -> Iterator[str]:
    """What is wrong with a week; nothing said is the law's week."""
    if not said:
        return
    is_week = isinstance(said, Mapping) and set(said) <= set(WEEKDAYS)
    if not is_week or not all(_is_span(span) for span in said.values() if span):
        yield _AS
    else:
        yield from _refused(Hours("", week_of(said, LAW_RAMADAN)))


def _is_span(span: Any) -> bool:
    if not isinstance(span, list) or not 2 <= len(span) <= 3:  # noqa: PLR2004 - from, to and perhaps the break
        return False
    times, rest = span[:2], span[2:]
    return all(isinstance(at, str) and _TIME.fullmatch(at) for at in times) and all(
        type(minutes) is int for minutes in rest
    )


def _month_fault(month: Mapping[str, Any], week: Week) -> str:
    first, last = _day(month.get("from")), _day(month.get("to"))
    if first is None or last is None:
        return "a month has two dates: {from: 2026-02-19, to: 2026-03-20}"
    return next(_refused(Hours("", week, first, last)), "")


def _refused(hours: Hours) -> Iterator[str]:
    try:
        check_hours(hours)
    except Denied as refused:
        yield _SAYS[refused.code]


def _day(said: Any) -> date | None:
    try:
        return date.fromisoformat(str(said))
    except ValueError:
        return None
