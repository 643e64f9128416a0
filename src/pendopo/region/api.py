"""The region this instance serves: calendar, working days, terms and their derivation, area names."""

from pendopo.region.queries import calendar, closing_at, district_name
from pendopo.region.rules import (
    Calendar,
    Day,
    DayKind,
    Derivation,
    Mark,
    Row,
    Term,
    Unit,
    Why,
    derive,
    due_of,
    due_on,
    is_working,
    working_days_between,
)

__all__ = [
    "Calendar",
    "Day",
    "DayKind",
    "Derivation",
    "Mark",
    "Row",
    "Term",
    "Unit",
    "Why",
    "calendar",
    "closing_at",
    "derive",
    "district_name",
    "due_of",
    "due_on",
    "is_working",
    "working_days_between",
]
