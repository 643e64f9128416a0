"""The region this instance serves: calendar, working days, terms and their derivation, service hours, area names."""

from pendopo.region.actions import change_days
from pendopo.region.queries import (
    FRESH_SECONDS,
    calendar,
    calendar_with,
    closing_at,
    closing_time,
    district_name,
    forget,
    get_days,
    list_days,
    received_today,
)
from pendopo.region.rules import (
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

__all__ = [
    "FRESH_SECONDS", "Calendar", "Day", "DayKind", "Derivation", "Entry", "Mark", "Row", "Term", "Unit", "Why", "calendar", "calendar_with",
    "change_days", "closing_at", "closing_time", "derive", "district_name", "due_of", "due_on", "forget", "get_days", "is_working",
    "lacks_leave", "list_days", "received_on", "received_today", "with_entries", "working_days_between",
]  # fmt: skip
