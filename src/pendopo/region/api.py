"""The region this instance serves: calendar, working days, area names."""

from pendopo.region.queries import calendar, closing_at, district_name
from pendopo.region.rules import Calendar, DayKind, due_on, is_working, working_days_between

__all__ = [
    "Calendar",
    "DayKind",
    "calendar",
    "closing_at",
    "district_name",
    "due_on",
    "is_working",
    "working_days_between",
]
