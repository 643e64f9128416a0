"""Visits: on days the agency works unless said otherwise, recorded only once made; a moved one replaces the earlier, and says so."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from pendopo.applications import api
from pendopo.applications.rules import Act, StepKind, Verb, check_visit
from pendopo.catalogue.api import get_service
from pendopo.identity.api import Role
from pendopo.kernel import clock, tasks
from pendopo.kernel.errors import Denied
from pendopo.notices.models import Notice
from pendopo.region.api import Calendar, DayKind
from tests import factories
from tests.applications.conftest import SIP, Browser
from tests.applications.test_views import beside
from tests.factories import Account, Cast

HOUSE = "dpmptsp-pbg-rumah"
MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)
CALENDAR = Calendar({date(2026, 12, 25): (DayKind.HOLIDAY, "Natal")}, 2020, 2030)
SUNDAY, TUESDAY, CHRISTMAS = date(2026, 11, 29), date(2026, 11, 24), date(2026, 12, 25)


@pytest.mark.parametrize(
    ("verb", "visit_on", "on", "confirmed", "code"),
    [
        (Verb.SCHEDULE, TUESDAY, TUESDAY, False, ""),
        (Verb.SCHEDULE, SUNDAY, TUESDAY, False, "appointment_day_off"),
        (Verb.SCHEDULE, CHRISTMAS, TUESDAY, False, "appointment_day_off"),
        (Verb.SCHEDULE, CHRISTMAS, TUESDAY, True, ""),
        (Verb.INSPECT, SUNDAY, SUNDAY, False, ""),
        (Verb.INSPECT, TUESDAY, SUNDAY, False, ""),
        (Verb.INSPECT, SUNDAY, TUESDAY, False, "inspection_early"),
        (Verb.INSPECT, SUNDAY, TUESDAY, True, "inspection_early"),
        (Verb.SIGN, SUNDAY, TUESDAY, False, ""),
    ],
)
def test_when_a_visit_may_be_set_and_recorded(
    verb: Verb, visit_on: date, on: date, confirmed: bool, code: str
) -> None:
    found = ""
    try:
        check_visit(verb, visit_on, on, CALENDAR, confirmed=confirmed)
    except Denied as refused:
        found = refused.code
    assert found == code


@pytest.fixture
def at(city: Cast) -> Iterator[Any]:
    with clock.use(clock.FixedClock(MONDAY)) as still:
        yield still


@pytest.fixture
def team(at: Any, house: Any) -> Account:
    agency = next(
        step["agency"]
        for step in get_service(HOUSE).content["procedure"]["steps"]
        if step["kind"] == "inspection"
    )
    return factories.staff("bonar@cktr.id", "Bonar", agency, Role.TECHNICAL_TEAM)


@pytest.fixture
def file(team: Account, city: Cast) -> UUID:
    """A house whose inspection is open."""
    application_id = factories.file(get_service(HOUSE), city.siti.actor)
    while (step := factories.open_step(application_id)) and step.kind is not StepKind.INSPECTION:
        factories.proceed(application_id, step)
    return application_id


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]


def announce(desk: Client, file: UUID, on: date, at: str = "09.30", **more: str) -> Any:
    typed = {"visit_on": on.isoformat(), "visit_at": at, "place": "Nongsa", **more}
    return desk.post(f"/kerja/{file}/inspection/schedule/", typed)


def test_a_visit_on_a_free_day_has_to_be_meant(file: UUID, team: Account, signed_in: Browser) -> None:
    desk = signed_in(team)
    refused = announce(desk, file, SUNDAY)
    assert refused.status_code == 422
    assert "bukan hari kerja" in beside(refused, "inspection-schedule-on")
    page = refused.content.decode()
    assert 'value="2026-11-29"' in page
    assert 'value="Nongsa"' in page
    assert "memang pada hari libur" in page
    assert not api.load(file).case.step("inspection").appointment
    assert announce(desk, file, SUNDAY, confirmed="on").status_code == 302
    assert api.load(file).case.step("inspection").appointment.startswith("2026-11-29T09:30")


def test_what_is_missing_of_a_visit_is_said_beside_it(file: UUID, team: Account, signed_in: Browser) -> None:
    desk = signed_in(team)
    assert "Isi tanggal" in beside(announce(desk, file, TUESDAY, place=""), "inspection-schedule-place")
    assert "Isi tanggal" in beside(announce(desk, file, TUESDAY, at=""), "inspection-schedule-at")
    past = announce(desk, file, TUESDAY - timedelta(days=4))
    assert "harus di depan" in beside(past, "inspection-schedule-on")


def test_a_record_waits_for_the_day_of_the_visit(
    at: Any, file: UUID, team: Account, signed_in: Browser
) -> None:
    desk, said = signed_in(team), {"favourable": "yes", "note": "Sesuai gambar."}
    announce(desk, file, TUESDAY)
    early = desk.post(f"/kerja/{file}/inspection/inspect/", said)
    assert early.status_code == 422
    assert "belum berlangsung" in beside(early, "inspection-note")
    assert "Sesuai gambar." in early.content.decode()
    at.move(hours=16)  # an hour past midnight of the region
    assert desk.post(f"/kerja/{file}/inspection/inspect/", said).status_code == 302


def test_a_moved_visit_says_what_it_replaces(
    file: UUID, team: Account, city: Cast, signed_in: Browser
) -> None:
    desk = signed_in(team)
    for day, hour in ((TUESDAY, "09.30"), (TUESDAY, "13.00")):
        announce(desk, file, day, at=hour)
        tasks.drain()
    page = signed_in(city.siti).get("/kabar/").content.decode()
    assert "Jadwal pemeriksaan lapangan berubah" in page
    assert (
        "pukul 13.00 WIB. Ini menggantikan janji sebelumnya, Selasa, 24 November 2026 pukul 09.30 WIB" in page
    )
    assert page.count("menggantikan janji") == 1
    assert "Janji baru menggantikan kunjungan" in desk.get(f"/kerja/{file}/").content.decode()
    announce(desk, file, TUESDAY, at="13.00", place="Sekupang")
    assert api.load(file).case.step("inspection").place == "Sekupang"
    tasks.drain()
    last = Notice.objects.filter(topic="inspection_scheduled").latest("id")
    assert last.about["was"] == "", "the same time at another place replaces no time"


# The acts on one page


def test_no_id_stands_twice_where_one_signs(city: Cast, signed_in: Browser) -> None:
    application_id = factories.file(get_service(SIP), city.siti.actor)
    while (step := factories.open_step(application_id)) and step.kind is not StepKind.SIGNING:
        factories.proceed(application_id, step)
    desk, address = signed_in(city.signatory), f"/kerja/{application_id}/signing/reject/"
    for page in (desk.get(f"/kerja/{application_id}/"), desk.post(address, {"reason": ""})):
        ids = Counter(re.findall(r'\bid="([^"]+)"', page.content.decode()))
        assert [one for one, times in ids.items() if times > 1] == []
    assert "Tulis alasan" in beside(page, "signing-reject-reason")


def test_a_record_is_not_optional(file: UUID, team: Account, signed_in: Browser) -> None:
    page = signed_in(team).get(f"/kerja/{file}/").content.decode()
    label = re.search(r'<label[^>]*for="f-inspection-note">(.*?)</label>', page, re.DOTALL)
    assert label is not None
    assert "tidak wajib" not in label[1]


def test_nobody_hands_work_to_themselves(city: Cast, signed_in: Browser) -> None:
    application_id = factories.file(get_service(SIP), city.siti.actor)
    mine = f'<option value="{city.officer.user.id}"'
    desk = signed_in(city.officer)
    page = desk.get(f"/kerja/{application_id}/").content.decode()
    assert mine not in page
    ani = factories.staff("ani@dpmptsp.id", "Ani", "dpmptsp-batam", Role.FRONT_OFFICER)
    assert f'<option value="{ani.user.id}"' in desk.get(f"/kerja/{application_id}/").content.decode()
    factories.act(application_id, Verb.REASSIGN, Act(details={"to": str(ani.user.id)}), by=city.officer.actor)
    assert mine in desk.get(f"/kerja/{application_id}/").content.decode(), (
        "a colleague's step can be taken over"
    )
    deputies = (
        desk.get("/kerja/wakil/").content.decode().partition('name="deputy"')[2].partition("</select>")[0]
    )
    assert mine not in deputies
    assert "Ani" in deputies
