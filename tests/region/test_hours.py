"""Service hours: which hold on a day, what an edit changes and what it never does."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from pendopo.kernel import clock
from pendopo.kernel.errors import Denied
from pendopo.kernel.events import history
from pendopo.region import api, queries
from pendopo.region.api import LAW, LAW_RAMADAN, Hours, Span, received_on
from pendopo.region.rules import hours as rules

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
CALENDAR = queries.seed(2026)
SHORT = tuple(Span(time(8), time(12)) if day < 5 else None for day in range(7))
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 20))
TIMES = st.times(time(0), time(23, 59))


@st.composite
def weeks(draw: st.DrawFn) -> api.Week:
    closes = st.integers(9, 20).map(lambda hour: Span(time(8), time(hour)))
    return tuple(draw(closes) if day < 5 else None for day in range(7))


@st.composite
def ranges(draw: st.DrawFn) -> Hours:
    first = draw(DAYS)
    agency = draw(st.sampled_from(["", "dinkes-batam"]))
    return Hours("Masa", draw(weeks()), first, first + timedelta(days=draw(st.integers(0, 35))), agency)


def test_the_laws_weeks_are_as_long_as_the_law_says() -> None:
    assert api.minutes_a_week(LAW) == 37.5 * 60
    assert api.minutes_a_week(LAW_RAMADAN) == 32.5 * 60
    assert LAW[4] is not None
    assert (LAW[4].opens, LAW[4].break_minutes) == (time(7, 30), 90)


@given(weeks())
def test_a_week_is_kept_as_it_was(week: api.Week) -> None:
    assert rules.week_of(rules.stored_week(week), LAW) == week


@given(DAYS, TIMES, weeks())
def test_what_comes_after_closing_counts_from_the_next_working_day(
    on: date, at: time, week: api.Week
) -> None:
    closes = api.closing(on, [Hours("Ramadan", week, on, on)])
    received = received_on(datetime.combine(on, at), closes, CALENDAR)
    if api.is_working(on, CALENDAR) and at <= closes:
        assert received == on
    else:
        assert received == api.due_on(on, 1, CALENDAR)
        assert received > on


@given(DAYS, TIMES, weeks(), weeks())
def test_a_later_closing_never_makes_anything_received_later(
    on: date, at: time, one: api.Week, other: api.Week
) -> None:
    closings = sorted(api.closing(on, [Hours("", week)]) for week in (one, other))
    earlier, later = (received_on(datetime.combine(on, at), closes, CALENDAR) for closes in closings)
    assert later <= earlier


@given(st.lists(ranges(), max_size=5), DAYS, st.sampled_from(["", "dinkes-batam", "bpn-batam"]), st.randoms())
def test_the_order_of_edits_does_not_matter(
    entered: list[Hours], on: date, agency: str, random: object
) -> None:
    numbered = [replace(one, id=n) for n, one in enumerate(entered, 1)]
    shuffled = list(numbered)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    seeds = [Hours("", LAW)], rules.fasting(CALENDAR, LAW_RAMADAN)
    one, other = (api.hours_on(on, rules.layered(*seeds, layer), agency) for layer in (numbered, shuffled))
    assert one == other


def test_ramadan_is_the_thirty_days_before_the_feast_until_it_is_settled() -> None:
    found = {one.until_on.year: one for one in rules.fasting(CALENDAR, LAW_RAMADAN) if one.until_on}
    assert set(found) == set(range(2021, 2029))
    assert (found[2026].from_on, found[2026].until_on) == (date(2026, 2, 19), date(2026, 3, 20))
    assert all(one.estimated for one in found.values())


def test_a_settled_ramadan_takes_the_place_of_the_estimate() -> None:
    estimate = Hours("Ramadan", LAW_RAMADAN, date(2027, 2, 8), date(2027, 3, 9), estimated=True)
    settled = Hours("Ramadan 1448 H", SHORT, date(2027, 2, 9), date(2027, 3, 9), id=1)
    known = rules.layered([Hours("", LAW)], [estimate], [settled])
    assert [one.name for one in known] == ["", "Ramadan 1448 H"]
    assert api.closing(date(2027, 2, 8), known) == time(16)
    assert api.closing(date(2027, 2, 9), known) == time(12)


RAMADAN_2027 = Hours("Ramadan", LAW_RAMADAN, date(2027, 2, 8), date(2027, 3, 9), estimated=True)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2027, 2, 17), date(2027, 2, 17)),  # one day inside
        (date(2027, 2, 8), date(2027, 2, 8)),  # its first day
        (date(2027, 3, 9), date(2027, 3, 9)),  # its last day
        (date(2027, 2, 1), date(2027, 2, 12)),  # over its beginning
        (date(2027, 3, 3), date(2027, 3, 20)),  # over its end
    ],
)
def test_a_few_short_days_leave_ramadan_its_other_days(first: date, last: date) -> None:
    short = Hours("Kunjungan Presiden", SHORT, first, last)
    for number in (0, 1):  # looked at, and entered
        known = rules.layered([Hours("", LAW)], [RAMADAN_2027], [replace(short, id=number)])
        assert len(known) == 3
        on = first
        while on <= last:
            assert api.hours_on(on, known).name == "Kunjungan Presiden"
            on += timedelta(days=1)
        rest = [RAMADAN_2027.from_on + timedelta(days=n) for n in range(30)]
        for on in (on for on in rest if not first <= on <= last):
            assert api.hours_on(on, known).name == "Ramadan"


@given(st.integers(-40, 40), st.integers(0, 39))
def test_a_range_takes_the_place_of_a_weaker_one_of_which_it_covers_half(shift: int, days: int) -> None:
    first = RAMADAN_2027.from_on + timedelta(days=shift)
    new = Hours("Baru", SHORT, first, first + timedelta(days=days), id=1)
    covered = set(range(shift, shift + days + 1)) & set(range(30))
    assert (RAMADAN_2027 in rules.layered([RAMADAN_2027], [new])) == (len(covered) < 15)


def test_one_day_entered_before_a_ramadan_that_begins_with_it_is_not_lost() -> None:
    day = Hours("Kunjungan Presiden", SHORT, date(2027, 2, 8), date(2027, 2, 8), id=1)
    known = rules.layered([Hours("", LAW)], [day, replace(RAMADAN_2027, id=2)])
    assert api.hours_on(date(2027, 2, 8), known) == day


def test_ranges_win_over_usual_hours_and_an_agencys_own_over_everybodys() -> None:
    own = Hours("Sabtu", (*LAW[:5], Span(time(8), time(11)), None), date(2026, 1, 1), None, "dinkes")
    ramadan = Hours("Ramadan", LAW_RAMADAN, date(2026, 2, 19), date(2026, 3, 20))
    theirs = Hours("Ramadan", SHORT, date(2026, 2, 19), date(2026, 3, 20), "dinkes")
    saturday, thursday = date(2026, 1, 3), date(2026, 2, 19)
    assert api.closing(saturday, [Hours("", LAW), own], "dinkes") == time(11)
    assert api.closing(saturday, [Hours("", LAW), own], "bpn") == time(16)
    assert api.closing(thursday, [Hours("", LAW), own, ramadan], "dinkes") == time(15)
    assert api.closing(thursday, [Hours("", LAW), own, ramadan, theirs], "dinkes") == time(12)


@pytest.mark.parametrize(
    ("hours", "code"),
    [
        (Hours("x", (None,) * 7), "hours_none"),
        (Hours("x", (Span(time(9), time(8)), *(None,) * 6)), "hours_order"),
        (Hours("x", (Span(time(8), time(9), 60), *(None,) * 6)), "hours_order"),
        (Hours("x", LAW, date(2026, 2, 1), date(2026, 1, 1)), "hours_range"),
        (Hours("x", LAW, date(2026, 2, 1), date(2026, 4, 1)), "hours_range"),
    ],
)
def test_hours_that_make_no_sense_are_refused(hours: Hours, code: str) -> None:
    with pytest.raises(Denied) as refused:
        api.check_hours(hours)
    assert refused.value.code == code


# --- kept in the database ---------------------------------------------------------------------------------------------


@pytest.fixture
def kept(db: None) -> Iterator[None]:
    queries.forget()
    with clock.use(clock.FixedClock(NOW)):
        yield
    queries.forget()


RAMADAN = Hours("Ramadan 1448 H", SHORT, date(2027, 2, 9), date(2027, 3, 9))


def enter(*hours: Hours, withdraw: tuple[int, ...] = ()) -> None:
    api.change_hours(enter=hours, withdraw=withdraw, source="SE Wali Kota 2/2027", by="staff:x")
    queries.forget()


@pytest.mark.usefixtures("kept")
def test_entered_hours_win_over_the_seed_and_are_withdrawn_never_lost() -> None:
    assert api.closing_time(date(2027, 2, 8)) == time(15)
    enter(RAMADAN)
    assert api.closing_time(date(2027, 2, 8)) == time(16)
    assert api.closing_at(date(2027, 2, 9)) == datetime(2027, 2, 9, 5, tzinfo=UTC)
    (row,) = api.list_hours()
    assert api.get_hours(row.id) == replace(RAMADAN, id=row.id)
    enter(withdraw=(row.id,))
    assert api.closing_time(date(2027, 2, 8)) == time(15)
    assert [row.withdrawn_by for row in api.list_hours()] == ["staff:x"]
    assert [event.verb for event in history("calendar")] == ["hours_changed", "hours_changed"]


@pytest.mark.usefixtures("kept")
def test_what_is_sent_late_follows_the_hours_of_the_agency() -> None:
    today = NOW.date()
    enter(Hours("Pagi saja", SHORT, today, None, "dinkes-batam"))
    with clock.use(clock.FixedClock(datetime(2026, 11, 23, 5, 30, tzinfo=UTC))):  # Monday, 12.30
        assert api.received_today("bpn-batam") == today
        assert api.received_today("dinkes-batam") == today + timedelta(days=1)
        assert api.received_today() == today


@pytest.mark.usefixtures("kept")
def test_a_feast_that_was_moved_moves_a_ramadan_nobody_listed() -> None:
    with clock.use(clock.FixedClock(datetime(2028, 1, 10, 3, tzinfo=UTC))):
        (found,) = [one for one in api.known_hours() if one.until_on and one.until_on.year == 2028]
        assert found.estimated
        assert "Idul Fitri" in api.calendar().name(found.until_on + timedelta(days=1))
        assert api.closing_time(date(2028, 2, 7)) == time(15)
        enter(replace(RAMADAN, from_on=date(2028, 1, 29), until_on=date(2028, 2, 26)))
        assert api.closing_time(date(2028, 2, 7)) == time(12)


@pytest.mark.usefixtures("kept")
def test_a_city_that_says_nothing_has_the_hours_of_the_law(settings: Settings) -> None:
    settings.REGION = {key: settings.REGION[key] for key in ("code", "name", "timezone")}
    assert api.closing_time(date(2026, 11, 27)) == time(16, 30)
    assert api.closing_time(date(2026, 2, 20)) == time(15, 30)


@pytest.mark.parametrize(
    ("hours", "withdraw", "source", "code"),
    [
        ((), (), "SE", "calendar_unchanged"),
        ((RAMADAN,), (), " ", "calendar_source_missing"),
        ((), (9_999_999,), "SE", "hours_gone"),
        ((RAMADAN, RAMADAN), (), "SE", "hours_taken"),
        ((Hours("x", (None,) * 7),), (), "SE", "hours_none"),
    ],
)
@pytest.mark.usefixtures("kept")
def test_an_edit_that_makes_no_sense_changes_nothing(
    hours: tuple[Hours, ...], withdraw: tuple[int, ...], source: str, code: str
) -> None:
    with pytest.raises(Denied) as refused:
        api.change_hours(enter=hours, withdraw=withdraw, source=source, by="staff:x")
    assert refused.value.code == code
    assert api.list_hours() == []
    assert history("calendar") == []


@pytest.mark.usefixtures("kept")
def test_an_edit_that_is_only_looked_at_changes_nothing() -> None:
    assert api.closing(RAMADAN.from_on, api.hours_with([RAMADAN], [])) == time(12)
    assert api.closing_time(RAMADAN.from_on) == time(15)
