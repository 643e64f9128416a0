"""The calendar and the areas of the city at hand."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from pytest_django import Settings

from pendopo.kernel import clock
from pendopo.kernel.errors import Denied
from pendopo.kernel.events import history
from pendopo.region import api, queries
from pendopo.region.api import DayKind, Entry

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
FREE = Entry(date(2026, 12, 18), DayKind.LOCAL_HOLIDAY, "Banjir")


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """The calendar is kept in memory; each test reads it anew."""
    queries.seed.cache_clear()
    queries.forget()
    with clock.use(clock.FixedClock(NOW)):
        yield
    queries.seed.cache_clear()
    queries.forget()


def enter(*entries: Entry, withdraw: tuple[int, ...] = ()) -> None:
    api.change_days(enter=entries, withdraw=withdraw, source="SE Wali Kota 1/2026", by="staff:x")
    queries.forget()


def test_national_days_and_the_citys_own_are_free(settings: Settings) -> None:
    settings.REGION = {
        **settings.REGION,
        "local_holidays": [{"on": "2026-12-18", "name": "Hari Jadi Kota Batam"}],
    }
    calendar = api.calendar()
    assert calendar.kind(date(2026, 12, 25)) is DayKind.HOLIDAY
    assert calendar.kind(date(2026, 12, 24)) is DayKind.COLLECTIVE_LEAVE
    assert calendar.days[date(2026, 12, 18)] == (DayKind.LOCAL_HOLIDAY, "Hari Jadi Kota Batam")
    assert (calendar.first_year, calendar.last_year) == (2021, 2028)
    assert calendar.kind(date(2026, 11, 23)) is DayKind.WORKING


def test_dates_that_follow_the_moon_are_marked_until_they_are_settled() -> None:
    calendar = api.calendar()
    assert date(2027, 3, 10) in calendar.estimated
    assert calendar.name(date(2027, 3, 10)) == "Hari Raya Idul Fitri"
    assert date(2026, 12, 25) not in calendar.estimated
    enter(Entry(date(2027, 3, 10), DayKind.HOLIDAY, "Idul Fitri 1448 H"))
    assert date(2027, 3, 10) not in api.calendar().estimated


def test_the_years_grow_while_the_process_runs() -> None:
    assert api.calendar().last_year == 2028
    with clock.use(clock.FixedClock(datetime(2029, 1, 2, tzinfo=UTC))):
        assert api.calendar().last_year == 2031
        assert api.calendar().kind(date(2029, 12, 25)) is DayKind.HOLIDAY


def test_an_entered_day_wins_for_whom_it_was_entered() -> None:
    enter(FREE, Entry(date(2026, 12, 21), DayKind.LOCAL_HOLIDAY, "Pindahan", "dinkes-batam"))
    assert api.calendar().kind(FREE.on) is DayKind.LOCAL_HOLIDAY
    assert api.calendar("dinkes-batam").kind(date(2026, 12, 21)) is DayKind.LOCAL_HOLIDAY
    assert api.calendar("bpn-batam").kind(date(2026, 12, 21)) is DayKind.WORKING
    assert api.calendar("bpn-batam") is api.calendar()
    assert [event.data["source"] for event in history("calendar")] == ["SE Wali Kota 1/2026"]


def test_a_holiday_can_be_made_a_working_day_and_a_mistake_withdrawn() -> None:
    enter(Entry(date(2026, 12, 24), DayKind.WORKING, "Cuti bersama dibatalkan"))
    assert api.calendar().kind(date(2026, 12, 24)) is DayKind.WORKING
    (row,) = api.list_days(2026)
    enter(withdraw=(row.id,))
    assert api.calendar().kind(date(2026, 12, 24)) is DayKind.COLLECTIVE_LEAVE
    assert api.get_days([row.id]) == []
    assert [row.withdrawn_by for row in api.list_days(2026)] == ["staff:x"]


def test_an_edit_reaches_another_process_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that did not make the edit learns of it when its copy is two seconds old, and not before."""
    ticks = [100.0]
    monkeypatch.setattr("pendopo.region.queries.stopwatch.monotonic", lambda: ticks[0])
    before = api.calendar()
    api.change_days(enter=[FREE], withdraw=[], source="SE", by="staff:x")
    ticks[0] += queries.FRESH_SECONDS - 0.1
    assert api.calendar() is before
    ticks[0] += 0.2
    assert api.calendar().kind(FREE.on) is DayKind.LOCAL_HOLIDAY


def test_an_edit_that_is_only_looked_at_changes_nothing() -> None:
    assert api.calendar_with([FREE], []).kind(FREE.on) is DayKind.LOCAL_HOLIDAY
    assert api.calendar().kind(FREE.on) is DayKind.WORKING


@pytest.mark.parametrize(
    ("entries", "withdraw", "source", "code"),
    [
        ((), (), "SE", "calendar_unchanged"),
        ((FREE,), (), "  ", "calendar_source_missing"),
        ((Entry(date(2039, 1, 3), DayKind.HOLIDAY, "Jauh"),), (), "SE", "calendar_missing"),
        ((), (9_999_999,), "SE", "calendar_day_gone"),
        ((FREE, FREE), (), "SE", "calendar_day_taken"),
    ],
)
def test_an_edit_that_makes_no_sense_changes_nothing(
    entries: tuple[Entry, ...], withdraw: tuple[int, ...], source: str, code: str
) -> None:
    with pytest.raises(Denied) as refused:
        api.change_days(enter=entries, withdraw=withdraw, source=source, by="staff:x")
    assert refused.value.code == code
    assert api.list_days(2026) == []
    assert history("calendar") == []


def test_service_ends_at_four_in_the_citys_own_time_and_earlier_in_ramadan() -> None:
    assert api.closing_at(date(2026, 11, 23)) == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert api.closing_time(date(2026, 2, 18)) == time(16)
    assert api.closing_time(date(2026, 2, 19)) == time(15)
    assert api.closing_time(date(2026, 2, 20)) == time(15, 30)  # a Friday


def test_every_ramadan_ends_the_day_before_idul_fitri(settings: Settings) -> None:
    for month in settings.REGION["service_hours"]["ramadan"]["months"]:
        after = month["to"] + timedelta(days=1)
        assert "Idul Fitri" in queries.seed(2026).name(after)
        assert 28 <= (month["to"] - month["from"]).days <= 29
        assert month.get("estimated", False) == (after in queries.seed(2026).estimated)


def test_what_comes_after_closing_counts_from_the_next_working_day(settings: Settings) -> None:
    at = clock.FixedClock(datetime(2026, 11, 27, 9, 30, tzinfo=UTC))  # Friday, 16.30
    with clock.use(at):
        assert api.received_today() == date(2026, 11, 30)
        settings.REGION = {**settings.REGION, "late_submissions": "same_day"}
        assert api.received_today() == date(2026, 11, 27)


def test_areas_of_the_whole_country_are_known() -> None:
    assert api.district_name("21.71.10") == "Batam Kota"
    assert api.district_name("32.16.01")
    assert api.district_name("99.99.99") is None
    assert api.district_name("") is None
