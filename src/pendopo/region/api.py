"""The region this instance serves: calendar, working days, terms and their derivation, service hours, area names."""

from pendopo.region.actions import change_days, change_hours
from pendopo.region.queries import (
    FRESH_SECONDS,
    calendar,
    calendar_with,
    closing_at,
    closing_time,
    district_name,
    forget,
    get_days,
    get_hours,
    hours_of,
    hours_with,
    known_hours,
    list_days,
    list_hours,
    received_today,
)
from pendopo.region.rules.days import (
    Calendar,
    Day,
    DayKind,
    Derivation,
    Entry,
    Mark,
    Row,
    Term,
    Unit,
    Why,
    derive,
    due_of,
    due_on,
    is_working,
    lacks_leave,
    received_on,
    with_entries,
    working_days_between,
)
from pendopo.region.rules.hours import (
    LAW,
    LAW_RAMADAN,
    WEEKDAYS,
    Hours,
    Span,
    Week,
    closing,
    hours_on,
    minutes_a_week,
    week_of,
)
from pendopo.region.rules.hours import check as check_hours

__all__ = [
    "FRESH_SECONDS", "LAW", "LAW_RAMADAN", "WEEKDAYS", "Calendar", "Day", "DayKind", "Derivation", "Entry", "Hours", "Mark",
    "Row", "Span", "Term", "Unit", "Week", "Why", "calendar", "calendar_with", "change_days", "change_hours", "check_hours",
    "closing", "closing_at", "closing_time", "derive", "district_name", "due_of", "due_on", "forget", "get_days", "get_hours",
    "hours_of", "hours_on", "hours_with", "is_working", "known_hours", "lacks_leave", "list_days", "list_hours", "minutes_a_week",
    "received_on", "received_today", "week_of", "with_entries", "working_days_between",
]  # fmt: skip
