"""Pages of the clock: the derivation, what breaks next, the operator's calendar. The happy path, and the stranger is refused."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client

from pendopo.applications import api
from pendopo.applications.models import Application, Recount
from pendopo.applications.rules import Act, Remark, Verb
from pendopo.catalogue.api import get_service
from pendopo.identity.api import Role
from pendopo.kernel import clock, tasks
from pendopo.region import api as region
from tests import factories
from tests.applications.test_actions import new_version
from tests.factories import Account, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]

SIP = "dpmptsp-sip-perawat"
MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at(city: Cast) -> Iterator[Any]:
    """A Monday morning, and a calendar nobody has edited."""
    region.forget()
    with clock.use(clock.FixedClock(MONDAY)) as still:
        yield still
    region.forget()


def signed_in(client: Client, account: Account) -> Client:
    client.force_login(account.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    if account.actor.kind == "staff":
        Authenticator.objects.get_or_create(
            user=account.user, type=Authenticator.Type.TOTP, defaults={"data": {}}
        )
    return client


@pytest.fixture
def filed(city: Cast) -> UUID:
    """Found complete on Monday; five working days: due on Monday in a week."""
    application_id = factories.file(get_service(SIP), city.siti.actor)
    factories.act(application_id, Verb.COMPLETE)
    return application_id


def test_a_promise_in_calendar_days_is_said_and_counted_so_to_the_end(city: Cast, client: Client) -> None:
    """Filed on Monday 23 November: twelve days of the calendar end on Saturday 5 December."""
    version = new_version(get_service(SIP), sla_working_days=None, sla_calendar_days=12)
    citizen = signed_in(client, city.siti)
    assert "12 hari kalender sejak berkas lengkap" in page(citizen, f"/ajukan/{SIP}/")
    application_id = factories.file(version, city.siti.actor)
    factories.act(application_id, Verb.COMPLETE)
    row = Application.objects.get(id=application_id)
    assert (row.term, row.due_on) == ({"days": 12, "unit": "calendar"}, date(2026, 12, 5))
    assert "dihitung dalam hari kalender" in page(citizen, f"/permohonan/{row.id}/tanda-terima/")
    assert "Sabtu, 5 Desember 2026" in page(citizen, f"/permohonan/{row.id}/")
    shown = page(citizen, f"/permohonan/{row.id}/perhitungan/")
    assert "12 hari kalender" in shown
    assert "Hari ke-12" in shown
    assert "Semua hari dihitung, termasuk hari libur." in shown


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


# --- the derivation ---------------------------------------------------------------------------------------------------


def test_the_applicant_sees_every_day_of_the_count(client: Client, city: Cast, filed: UUID) -> None:
    told = page(signed_in(client, city.siti), f"/permohonan/{filed}/perhitungan/")
    assert "Senin, 30 November 2026 pukul 16.00 WIB" in told
    assert told.count("Akhir pekan, tidak dihitung") == 2
    assert "Hari kerja ke-5" in told
    assert "Hari kerja ke-6" not in told
    assert f"/permohonan/{filed}/perhitungan/" in page(client, f"/permohonan/{filed}/")


def test_only_days_that_have_come_are_counted_as_used(
    client: Client, city: Cast, filed: UUID, at: Any
) -> None:
    """Filed on a Monday: nothing is used on day 0, the whole promise never more than once."""
    citizen = signed_in(client, city.siti)

    def used() -> str:
        told = page(citizen, f"/permohonan/{filed}/perhitungan/")
        return told.partition("Terpakai sampai hari ini")[2].partition("</dd>")[0].rpartition(">")[2].strip()

    assert used() == "0 hari kerja"
    for days, said in ((1, "1 hari kerja"), (3, "4 hari kerja"), (2, "4 hari kerja"), (30, "5 hari kerja")):
        at.move(days=days)
        assert used() == said


def test_a_pause_names_what_is_missing(client: Client, city: Cast, filed: UUID, at: Any) -> None:
    factories.act(filed, Verb.REQUEST_CORRECTION, Act(remarks=(Remark("str_file", "unreadable"),)))
    at.move(days=3)
    told = page(signed_in(client, city.siti), f"/permohonan/{filed}/perhitungan/")
    assert "Waktu sedang berhenti" in told
    label = get_service(SIP).content["form"]["schema"]["properties"]["str_file"]["title"]
    assert f"Waktu berhenti: menunggu perbaikan dari pemohon: {label}" in told


def test_the_officer_sees_the_same_and_strangers_nothing(client: Client, city: Cast, filed: UUID) -> None:
    assert "Hari kerja ke-5" in page(signed_in(client, city.officer), f"/kerja/{filed}/perhitungan/")
    assert f"/kerja/{filed}/perhitungan/" in page(client, f"/kerja/{filed}/")
    assert signed_in(Client(), city.budi).get(f"/permohonan/{filed}/perhitungan/").status_code == 404
    assert signed_in(Client(), city.stranger).get(f"/kerja/{filed}/perhitungan/").status_code == 404
    for path in (
        f"/permohonan/{filed}/perhitungan/",
        f"/kerja/{filed}/perhitungan/",
        "/kerja/peringatan/",
        "/operator/kalender/",
    ):
        assert "/akun/login/" in Client().get(path)["Location"]


# --- what breaks next -------------------------------------------------------------------------------------------------


def test_the_holder_decides_with_one_click(client: Client, city: Cast, filed: UUID, at: Any) -> None:
    at.at = datetime(2026, 11, 27, 2, tzinfo=UTC)
    told = page(signed_in(client, city.officer), "/kerja/peringatan/")
    assert "Lewat waktu berarti dikabulkan secara hukum" in told
    action = f"/kerja/{filed}/verification/verify/"
    assert f'action="{action}"' in told
    assert client.post(action).status_code == 302
    assert api.timeline(filed)[-1].verb == "verify"


def test_what_has_time_is_not_shown(client: Client, city: Cast, filed: UUID) -> None:
    assert str(Application.objects.get(id=filed).number) not in page(
        signed_in(client, city.officer), "/kerja/peringatan/"
    )


def test_the_head_opens_the_file_and_the_mayor_only_looks_on(
    client: Client, city: Cast, filed: UUID, at: Any
) -> None:
    at.at = datetime(2026, 11, 30, 2, tzinfo=UTC)
    told = page(signed_in(client, city.signatory), "/kerja/peringatan/")
    assert f'href="/kerja/{filed}/"' in told
    assert f'action="/kerja/{filed}/' not in told
    mayor = factories.staff("walikota@batam.id", "Wali Kota", "pemko-batam", Role.MAYOR)
    told = page(signed_in(Client(), mayor), "/kerja/peringatan/")
    assert "Per instansi" in told
    assert str(Application.objects.get(id=filed).number) in told
    assert f"/kerja/{filed}/" not in told
    assert "Hanya melihat" in told
    assert signed_in(Client(), mayor).get(f"/kerja/{filed}/").status_code == 404
    assert signed_in(Client(), mayor).get("/kerja/").headers["location"] == "/kerja/kota/"
    assert "/kerja/wakil/" not in told
    assert str(Application.objects.get(id=filed).number) not in page(
        signed_in(Client(), city.stranger), "/kerja/peringatan/"
    )


def test_a_broken_key_starts_at_the_top(client: Client, city: Cast) -> None:
    for after in ("x", "2026-13-01,x", ","):
        page(signed_in(client, city.officer), f"/kerja/peringatan/?after={after}")
    assert signed_in(Client(), city.siti).get("/kerja/peringatan/").status_code == 403


# --- the calendar -----------------------------------------------------------------------------------------------------

FLOOD = {
    "first": "2026-11-25",
    "kind": "local_holiday",
    "name": "Banjir",
    "agency": "",
    "source": "SE Wali Kota 7/2026",
}


def test_the_operator_sees_who_moves_before_anything_moves(client: Client, city: Cast, filed: UUID) -> None:
    signed_in(client, city.operator)
    assert "Hari Raya Natal" in page(client, "/operator/kalender/")
    before = Application.objects.get(id=filed)
    told = client.post("/operator/kalender/", FLOOD).content.decode()
    assert str(before.number) in told
    assert "Senin, 30 November 2026" in told
    assert "Selasa, 1 Desember 2026" in told
    assert not Recount.objects.exists()
    done = client.post("/operator/kalender/", {**FLOOD, "sure": "yes"})
    assert done.status_code == 302
    assert "Sedang dihitung ulang" in page(client, done["Location"])
    region.forget()
    api.recount(patience_seconds=0)
    assert str(before.number) in page(client, done["Location"])
    assert "SE Wali Kota 7/2026" in page(client, "/operator/kalender/perubahan/")
    assert "Banjir" in page(client, "/operator/kalender/")
    assert "Dari Senin, 30 November 2026 menjadi Selasa, 1 Desember 2026" in page(
        signed_in(Client(), city.siti), f"/permohonan/{filed}/"
    )


def test_a_day_is_withdrawn_by_its_own_button(client: Client, city: Cast, filed: UUID) -> None:
    signed_in(client, city.operator)
    client.post("/operator/kalender/", {**FLOOD, "sure": "yes"})
    region.forget()
    api.recount(patience_seconds=0)
    (day,) = region.list_days(2026)
    told = client.post(
        "/operator/kalender/", {"withdraw": day.id, "source": "Salah tanggal"}
    ).content.decode()
    assert "Banjir" in told
    client.post("/operator/kalender/", {"withdraw": day.id, "source": "Salah tanggal", "sure": "yes"})
    assert [row.withdrawn_by for row in region.list_days(2026)] == [city.operator.actor.ref]


def test_a_span_leaves_weekends_out(client: Client, city: Cast) -> None:
    signed_in(client, city.operator)
    client.post("/operator/kalender/", {**FLOOD, "last": "2026-12-02", "sure": "yes"})
    assert [row.on.day for row in region.list_days(2026)] == [25, 26, 27, 30, 1, 2]


@pytest.mark.parametrize(
    "changed",
    [
        {"first": ""}, {"first": "kemarin"}, {"name": ""}, {"kind": "weekend"}, {"agency": "tidak-ada"}, {"source": ""},
        {"last": "2026-11-24"}, {"last": "2027-11-24"}, {"first": "2039-01-03"}, {"withdraw": "99999"}, {"withdraw": "x"},
        {"name": "x" * 121}, {"name": "a\0b"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("sure", ["", "yes"])
def test_an_edit_that_makes_no_sense_is_explained_and_not_made(
    client: Client, city: Cast, changed: dict[str, str], sure: str
) -> None:
    signed_in(client, city.operator)
    answer = client.post("/operator/kalender/", {**FLOOD, **changed, "sure": sure})
    assert answer.status_code in {409, 422}
    assert "error" in answer.content.decode()
    assert not Recount.objects.exists()
    assert region.list_days(2026) == []


def test_only_the_operator_opens_the_calendar(client: Client, city: Cast) -> None:
    for account in (city.officer, city.signatory):
        someone = signed_in(Client(), account)
        for path in (
            "/operator/kalender/",
            "/operator/kalender/perubahan/",
            "/operator/kalender/perubahan/1/",
        ):
            assert someone.get(path).status_code == 403
        assert someone.post("/operator/kalender/", FLOOD).status_code == 403
    signed_in(client, city.operator)
    assert client.get("/operator/kalender/perubahan/424242/").status_code == 404
    for year in ("1999", "abcd", "99999", "2027"):
        page(client, f"/operator/kalender/?tahun={year}")
    assert tasks.drain() >= 0


# --- service hours ----------------------------------------------------------------------------------------------------

WEEK = {f"{day}_{part}": value for day in ("mon", "tue", "wed", "thu", "fri")
        for part, value in (("opens", "08.00"), ("closes", "12:00"), ("break", ""))}  # fmt: skip
MORNINGS = {**WEEK, "name": "Pagi saja", "first": "2026-11-23", "source": "SE Wali Kota 9/2026"}
HOURS = "/operator/kalender/jam/"


def test_changed_hours_are_shown_first_and_move_no_day(
    client: Client, city: Cast, filed: UUID, at: Any
) -> None:
    """Filed at nine in the morning, in time; afterwards the hall of that day closed at eight: it stays received and counted."""
    signed_in(client, city.operator)
    before = Application.objects.get(id=filed)
    told = client.post(HOURS, {**MORNINGS, "mon_opens": "07.00", "mon_closes": "08.00"}).content.decode()
    assert "Tidak ada batas waktu yang bergeser harinya" in told
    assert str(before.number) in told
    assert (">16.00<" in told, ">08.00<" in told) == (True, True)
    assert region.list_hours() == []
    done = client.post(HOURS, {**MORNINGS, "mon_opens": "07.00", "mon_closes": "08.00", "sure": "yes"})
    assert (done.status_code, done["Location"]) == (302, HOURS)
    region.forget()
    assert "Pagi saja" in page(client, HOURS)
    after = Application.objects.get(id=filed)
    assert (after.clock, after.due_on, after.revision) == (before.clock, before.due_on, before.revision)
    api.recount(patience_seconds=0)
    assert Application.objects.get(id=filed).due_on == before.due_on
    assert "30 November 2026 pukul 08.00" in page(signed_in(Client(), city.siti), f"/permohonan/{filed}/")
    late = Application.objects.get(id=factories.file(get_service(SIP), city.siti.actor))
    assert late.clock[0][1] == "2026-11-24"


def test_after_closing_in_ramadan_the_next_working_day_counts(city: Cast) -> None:
    with clock.use(clock.FixedClock(datetime(2026, 2, 19, 8, 30, tzinfo=UTC))):  # Thursday, 15.30
        application_id = factories.file(get_service(SIP), city.siti.actor)
    assert Application.objects.get(id=application_id).clock[0][1] == "2026-02-20"
    with clock.use(clock.FixedClock(datetime(2026, 2, 12, 8, 30, tzinfo=UTC))):  # a week before
        application_id = factories.file(get_service(SIP), city.siti.actor)
    assert Application.objects.get(id=application_id).clock[0][1] == "2026-02-12"


def test_ramadan_is_settled_from_its_estimate_and_withdrawn(client: Client, city: Cast) -> None:
    signed_in(client, city.operator)
    calendar = page(client, "/operator/kalender/?tahun=2027")
    assert "Senin, 8 Februari 2027 sampai Selasa, 9 Maret 2027" in calendar
    assert "masih perkiraan" in calendar
    begun = page(client, f"{HOURS}?mulai=2027-02-08")
    assert 'value="15.30"' in begun
    said = {**MORNINGS, "name": "Ramadan 1448 H", "first": "2027-02-09", "last": "2027-03-09", "sure": "yes"}
    client.post(HOURS, said)
    region.forget()
    settled = page(client, "/operator/kalender/?tahun=2027")
    assert "Selasa, 9 Februari 2027 sampai Selasa, 9 Maret 2027" in settled
    assert "8 Februari 2027" not in settled
    (row,) = region.list_hours()
    assert "Ramadan 1448 H" in client.post(HOURS, {"withdraw": row.id, "source": "Salah"}).content.decode()
    client.post(HOURS, {"withdraw": row.id, "source": "Salah", "sure": "yes"})
    assert [row.withdrawn_by for row in region.list_hours()] == [city.operator.actor.ref]


@pytest.mark.parametrize(
    "changed",
    [
        {"first": ""}, {"first": "kemarin"}, {"name": ""}, {"source": ""}, {"agency": "tidak-ada"}, {"last": "2026-11-22"},
        {"last": "2027-11-22"}, {"mon_opens": "pagi"}, {"mon_opens": ""}, {"mon_opens": "13.00"}, {"mon_break": "240"},
        {"mon_break": "x"}, {"withdraw": "99999"}, {"name": "a\0b"}, dict.fromkeys(WEEK, ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("sure", ["", "yes"])
def test_hours_that_make_no_sense_are_explained_and_not_kept(
    client: Client, city: Cast, changed: dict[str, str], sure: str
) -> None:
    signed_in(client, city.operator)
    answer = client.post(HOURS, {**MORNINGS, **changed, "sure": sure})
    told = answer.content.decode()
    assert answer.status_code in {409, 422}
    assert "error" in told
    if "source" not in changed:
        assert "SE Wali Kota 9/2026" in told
    assert region.list_hours() == []


def test_only_the_operator_changes_hours(client: Client, city: Cast) -> None:
    assert signed_in(client, city.officer).get(HOURS).status_code == 403
    assert client.post(HOURS, {**MORNINGS, "sure": "yes"}).status_code == 403
    assert "/akun/login/" in Client().get(HOURS)["Location"]
