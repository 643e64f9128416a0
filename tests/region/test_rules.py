"""Working days: what holds for every calendar. No database."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pendopo.kernel.errors import Denied
from pendopo.region.api import Calendar, DayKind, due_on, is_working, working_days_between

FIRST, LAST = date(2024, 1, 1), date(2027, 12, 31)
DAYS = st.dates(date(2024, 6, 1), date(2027, 3, 1))
PROMISES = st.integers(0, 60)
CALENDARS = st.dictionaries(
    st.dates(FIRST, LAST),
    st.sampled_from(
        [(kind, "Libur") for kind in (DayKind.HOLIDAY, DayKind.COLLECTIVE_LEAVE, DayKind.LOCAL_HOLIDAY)]
    ),
    max_size=60,
).map(lambda days: Calendar(days, FIRST.year, LAST.year))


@given(DAYS, PROMISES, CALENDARS)
def test_a_promise_ends_on_a_working_day_after_exactly_that_many(
    on: date, days: int, calendar: Calendar
) -> None:
    due = due_on(on, days, calendar)
    assert working_days_between(on, due, calendar) == days
    assert due == on if days == 0 else is_working(due, calendar)


@given(DAYS, PROMISES, PROMISES, CALENDARS)
def test_two_promises_one_after_the_other_are_one(on: date, a: int, b: int, calendar: Calendar) -> None:
    assert due_on(due_on(on, a, calendar), b, calendar) == due_on(on, a + b, calendar)


@given(DAYS, PROMISES, CALENDARS)
def test_a_longer_promise_ends_later(on: date, days: int, calendar: Calendar) -> None:
    assert due_on(on, days + 1, calendar) > due_on(on, days, calendar)


@given(DAYS, DAYS, DAYS, CALENDARS)
def test_spans_add_up_and_turn_around(a: date, b: date, c: date, calendar: Calendar) -> None:
    def between(x: date, y: date) -> int:
        return working_days_between(x, y, calendar)

    assert between(a, b) + between(b, c) == between(a, c)
    assert between(a, b) == -between(b, a)
    assert abs(between(a, b)) <= abs((b - a).days)


@given(DAYS, CALENDARS)
def test_a_week_has_five_working_days_at_most(on: date, calendar: Calendar) -> None:
    assert 0 <= working_days_between(on, on + timedelta(days=7), calendar) <= 5


def test_a_free_day_has_its_reason() -> None:
    calendar = Calendar({date(2026, 12, 25): (DayKind.HOLIDAY, "Natal")}, 2026, 2026)
    assert calendar.kind(date(2026, 12, 25)) is DayKind.HOLIDAY
    assert calendar.kind(date(2026, 12, 26)) is DayKind.WEEKEND
    assert calendar.kind(date(2026, 12, 28)) is DayKind.WORKING
    assert due_on(date(2026, 12, 24), 1, calendar) == date(2026, 12, 28)


def test_a_year_nobody_has_entered_is_not_guessed() -> None:
    calendar = Calendar({}, 2026, 2026)
    for ask in (lambda: calendar.kind(date(2025, 12, 31)), lambda: due_on(date(2026, 12, 30), 5, calendar)):
        with pytest.raises(Denied) as refused:
            ask()
        assert refused.value.code == "calendar_missing"
