"""Dates of papers that have passed are pointed out to the applicant before sending and to the officer; nothing is refused for it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pendopo.applications import api
from pendopo.catalogue.api import get_service, passed_fields
from pendopo.catalogue.rules.forms import question
from pendopo.catalogue.rules.forms_check import faults
from pendopo.kernel import clock
from tests import factories
from tests.applications.conftest import SIP, Browser
from tests.factories import Cast

MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)
LAST, DAY_AFTER = "2026-11-23", "2026-11-22"
SAID = "Tanggal ini sudah lewat"


@pytest.mark.parametrize(
    ("value", "passed"),
    [
        (DAY_AFTER, True),
        (LAST, False),
        ("2031-01-01", False),
        ("", False),
        (None, False),
        ("kemarin", False),
        (7, False),
    ],
)
def test_a_paper_is_good_on_its_last_day(value: Any, passed: bool) -> None:
    properties = {"until": {"x-expires": True}, "born": {"format": "date"}}
    found = passed_fields(properties, {"until": value, "born": "1990-01-01"}, date(2026, 11, 23))
    assert set(found) == ({"until"} if passed else set())


def test_only_dates_say_that_they_expire() -> None:
    asked = {"name": "Paspor berlaku sampai", "expires": True}
    assert question(asked | {"type": "date"})["x-expires"] is True
    assert "x-expires" not in question(asked | {"type": "string"})
    form = {"properties": {"a": {"type": "boolean", "x-title-en": "A", "x-expires": True}}, "x-pages": []}
    assert "a: x-expires is for dates" in {message for _keys, message in faults(form)}


@pytest.fixture
def monday(city: Cast, house: Any) -> Iterator[None]:
    with clock.use(clock.FixedClock(MONDAY)):
        yield


@pytest.mark.django_db
@pytest.mark.parametrize(("until", "passed"), [(DAY_AFTER, True), (LAST, False)])
def test_applicant_and_officer_see_that_a_licence_has_ended(
    monday: None, city: Cast, signed_in: Browser, until: str, passed: bool
) -> None:
    siti, version = city.siti.actor, get_service(SIP)
    row = api.start(service_id=SIP, by=siti)
    answers = factories.valid_answers(version, siti) | {"person_str_valid_until": until}
    api.save(application_id=row.id, answers=answers, by=siti)
    browser = signed_in(city.siti)
    page = browser.get(f"/permohonan/{row.id}/periksa/").content.decode()
    assert (SAID in page) is passed
    assert ("Ada tanggal yang sudah lewat" in page) is passed
    assert browser.post(f"/permohonan/{row.id}/periksa/")["location"].endswith("/tanda-terima/"), (
        "a warning, no refusal"
    )
    page = signed_in(city.officer).get(f"/kerja/{row.id}/").content.decode()
    assert ("Masa berlaku yang sudah lewat" in page) is passed
    assert ("Masa berlakunya sudah lewat." in page) is passed
    assert SAID not in page
