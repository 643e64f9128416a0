"""The calendar and the areas of the city at hand."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from pytest_django import Settings

from pendopo.kernel import clock
from pendopo.region import api, queries
from pendopo.region.api import DayKind


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """The calendar is kept in memory; each test reads it anew."""
    queries.calendar.cache_clear()
    yield
    queries.calendar.cache_clear()


def test_national_days_and_the_citys_own_are_free(settings: Settings) -> None:
    settings.REGION = {
        **settings.REGION,
        "local_holidays": [{"on": "2026-12-18", "name": "Hari Jadi Kota Batam"}],
    }
    queries.calendar.cache_clear()
    with clock.use(clock.FixedClock(datetime(2026, 11, 22, 3, tzinfo=UTC))):
        calendar = api.calendar()
    assert calendar.kind(date(2026, 12, 25)) is DayKind.HOLIDAY
    assert calendar.kind(date(2026, 8, 17)) is DayKind.HOLIDAY
    assert calendar.days[date(2026, 12, 18)] == (DayKind.LOCAL_HOLIDAY, "Hari Jadi Kota Batam")
    assert (calendar.first_year, calendar.last_year) == (2021, 2028)
    assert calendar.kind(date(2026, 11, 23)) is DayKind.WORKING


def test_service_ends_at_four_in_the_citys_own_time() -> None:
    assert api.closing_at(date(2026, 11, 23)) == datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_areas_of_the_whole_country_are_known() -> None:
    assert api.district_name("21.71.10") == "Batam Kota"
    assert api.district_name("32.16.01")
    assert api.district_name("99.99.99") is None
    assert api.district_name("") is None
