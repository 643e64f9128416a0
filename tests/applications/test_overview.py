"""The mayor's page: figures by agency in few statements, links to late files only, nobody else is let in."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from pendopo.applications import api
from pendopo.applications.rules import Verb
from pendopo.applications.rules.clock import days_used, middle
from pendopo.catalogue.api import get_service
from pendopo.feedback.api import ELEMENTS, indexes_by_agency, satisfaction_index
from pendopo.feedback.models import Survey
from pendopo.identity.api import Role
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied
from pendopo.region.api import Calendar, Mark
from tests import factories
from tests.applications.conftest import SIP, Browser
from tests.factories import Account, Cast

OURS = "dpmptsp-batam"
MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)
CALENDAR = Calendar({}, 2020, 2030)


def on(day: int) -> date:
    return date(2026, 11, day)


@pytest.mark.parametrize(
    ("marks", "used"),
    [
        ((), 5),
        ((Mark("start", on(24)),), 4),
        ((Mark("start", on(23)), Mark("pause", on(25))), 2),
        ((Mark("start", on(23)), Mark("pause", on(24)), Mark("resume", on(27))), 2),
        ((Mark("start", on(23)), Mark("pause", on(30))), 5),
        ((Mark("start", on(30)),), 0),
    ],
)
def test_days_are_counted_only_while_the_office_has_the_file(marks: tuple[Mark, ...], used: int) -> None:
    assert days_used(marks, on(23), on(30), CALENDAR) == used


@given(st.lists(st.integers(0, 9), min_size=1))
def test_the_middle_is_the_median(values: list[int]) -> None:
    assert middle({value: values.count(value) for value in values}) == median(values)
    assert middle({}) is None


@pytest.fixture
def at(city: Cast, house: Any) -> Iterator[Any]:
    with clock.use(clock.FixedClock(MONDAY)) as still:
        yield still


@pytest.fixture
def mayor(city: Cast) -> Account:
    return factories.staff("walikota@batam.id", "Amsakar", "pemko-batam", Role.MAYOR)


@pytest.fixture
def seen(at: Any, city: Cast, mayor: Account) -> Account:
    """Two files decided, one late, one open; the draft and what was withdrawn count nowhere."""
    version, siti = get_service(SIP), city.siti.actor
    for days, approve in ((2, True), (3, False)):
        application_id = factories.file(version, siti)
        factories.act(application_id, Verb.COMPLETE)
        at.move(days=days)
        factories.conclude(application_id, approve=approve)
        at.at = MONDAY
    late = factories.file(version, siti)
    factories.act(late, Verb.COMPLETE)
    api.withdraw(application_id=factories.file(version, siti), by=siti)
    api.start(service_id=SIP, by=siti)
    at.move(days=10)
    factories.file(version, siti)
    return mayor


pytestmark = [pytest.mark.django_db]


def test_what_the_mayor_sees_of_an_agency(seen: Account) -> None:
    (ours,) = [row for row in api.overview(seen.actor) if row.agency_id == OURS]
    assert (ours.open, ours.late, ours.decided) == (2, 1, 2)
    assert (ours.used_days, ours.promised_days) == (2.5, 5.0)


def test_what_was_decided_long_ago_is_left_out(seen: Account, at: Any) -> None:
    at.move(days=60)
    (ours,) = [row for row in api.overview(seen.actor) if row.agency_id == OURS]
    assert (ours.open, ours.late, ours.decided, ours.used_days) == (2, 2, 0, None)


def test_the_page_takes_few_statements_and_opens_no_file(
    seen: Account, signed_in: Browser, django_assert_max_num_queries: Any
) -> None:
    scores = dict.fromkeys(ELEMENTS, 3)
    for number, grade in enumerate((4, 2, 3)):
        Survey.objects.create(
            application_digest=bytes([number]), service_id=SIP, agency_id=OURS, on=clock.today(),
            scores=scores | {"time": grade, "fee": grade},
        )  # fmt: skip
    browser = signed_in(seen)
    browser.get("/kerja/kota/")
    with django_assert_max_num_queries(8):  # session, account, second factor, posts, and four of the page
        answer = browser.get("/kerja/kota/")
    page = answer.content.decode()
    assert f'href="/kerja/peringatan/?instansi={OURS}"' in page
    assert "1 terlambat" in page
    assert "2,5" in page
    assert "(3 jawaban)" in page
    assert 'href="/kerja/kota/"' in page, "the line of the desk leads here"
    found = indexes_by_agency()[OURS]
    assert found.value == satisfaction_index(Survey.objects.values_list("scores", flat=True))
    assert found.answers == 3


def test_old_answers_are_left_out(seen: Account) -> None:
    old = clock.today() - timedelta(days=400)
    scores = dict.fromkeys(ELEMENTS, 4)
    Survey.objects.create(application_digest=b"x", service_id=SIP, agency_id=OURS, scores=scores, on=old)
    assert indexes_by_agency() == {}


def test_the_late_files_of_one_agency(seen: Account, signed_in: Browser) -> None:
    browser = signed_in(seen)
    page = browser.get("/kerja/peringatan/", {"instansi": OURS}).content.decode()
    assert "Hanya Dinas Penanaman Modal" in page
    assert "lewat" in page
    assert 'action="/kerja/' not in page
    other = browser.get("/kerja/peringatan/", {"instansi": "imigrasi-batam"}).content.decode()
    assert "Tidak ada yang segera lewat waktu" in other
    assert browser.get("/kerja/peringatan/", {"instansi": "tidak-ada\x00"}).status_code == 200


def test_nobody_else_sees_the_city(at: Any, city: Cast, signed_in: Browser) -> None:
    for who in (city.officer, city.signatory, city.operator, city.siti):
        assert signed_in(who).get("/kerja/kota/").status_code == 403
        with pytest.raises(Denied):
            api.overview(who.actor)
    assert "/akun/login/" in Client().get("/kerja/kota/")["location"]


def test_an_empty_city_says_so(at: Any, mayor: Account, signed_in: Browser) -> None:
    assert "Belum ada berkas" in signed_in(mayor).get("/kerja/kota/").content.decode()
