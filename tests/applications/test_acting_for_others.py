"""Pages of mandates and of the counter: the switch, its bounds at every request, and that strangers get nowhere."""

from datetime import timedelta
from typing import Any

import pytest

from pendopo.applications import api
from pendopo.applications.models import Application
from pendopo.catalogue.api import get_service
from pendopo.config.rest import token_for
from pendopo.identity.api import (
    Mandate,
    Role,
    accept_mandate,
    acting_for,
    code_of,
    give_mandate,
    list_accesses,
    list_mandates_given,
    revoke_mandate,
)
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied
from tests import factories
from tests.factories import NIK, OTHER_NIK

pytestmark = pytest.mark.django_db
SERVICE, OTHER = "bpjstk-daftar-bpu", "disnaker-ak1"


def mandate(city: Any, *reach: str) -> Mandate:
    """Budi lets Siti act for him."""
    today = clock.today()
    offer, code = give_mandate(
        agent_nik=NIK, agent_name="Siti", reach=list(reach or ("all",)), valid_from=today, valid_until=today + timedelta(days=9),
        purpose="Mengurus BPJS", by=city.budi.actor,
    )  # fmt: skip
    return accept_mandate(code=code, by=city.siti.actor) if offer else offer


def typed(**changed: str) -> dict[str, Any]:
    today = clock.today()
    return {
        "full_name": "Siti Rahmawati", "nik": NIK, "reach": "all", "valid_from": today.isoformat(),
        "valid_until": (today + timedelta(days=30)).isoformat(), "purpose": "Mengurus BPJS", **changed,
    }  # fmt: skip


def test_a_mandate_is_given_and_accepted_on_their_pages(client: Any, city: Any) -> None:
    client.force_login(city.budi.user)
    assert client.get("/saya/kuasa/").status_code == 200
    assert client.get(f"/saya/kuasa/baru/?layanan={SERVICE}").status_code == 200
    wrong = client.post("/saya/kuasa/baru/", typed(nik="1", valid_until="", purpose="", reach="categories"))
    assert wrong.status_code == 422
    for said in (
        "NIK terdiri dari 16 angka",
        "Tulis tanggalnya",
        "Tulis untuk keperluan apa",
        "Pilih sedikitnya satu",
    ):
        assert said in wrong.content.decode()
    late = client.post("/saya/kuasa/baru/", typed(valid_until="2099-01-01"))
    assert "paling lama dua tahun" in late.content.decode()
    assert client.post("/saya/kuasa/baru/", typed(reach="categories", categories="labour")).status_code == 302
    offer = list_mandates_given(city.budi.actor.id)[0]
    page = client.get("/saya/kuasa/").content.decode()
    assert code_of(offer) in page
    assert "Menunggu diterima" in page
    client.force_login(city.siti.user)
    assert "tidak cocok" in client.post("/saya/kuasa/terima/", {"code": "2222-2222"}).content.decode()
    assert client.post("/saya/kuasa/terima/", {"code": code_of(offer)}).status_code == 302
    page = client.get("/saya/kuasa/").content.decode()
    assert "Bertindak untuk Budi Santoso" in page
    assert client.post(f"/saya/kuasa/{offer.id}/cabut/").status_code == 302
    assert "Bertindak untuk Budi Santoso" not in client.get("/saya/kuasa/").content.decode()


def test_a_daughter_files_and_everybody_sees_who_typed(client: Any, city: Any) -> None:
    held = mandate(city, f"service:{SERVICE}")
    client.force_login(city.siti.user)
    assert client.post(f"/saya/kuasa/{held.id}/pakai/").status_code == 302
    mine = client.get("/saya/").content.decode()
    assert "Anda bertindak untuk" in mine
    assert "Budi Santoso" in mine
    assert client.get(f"/ajukan/{OTHER}/").status_code == 403
    assert "tidak mencakup layanan ini" in client.post(f"/ajukan/{OTHER}/").content.decode()
    assert client.post(f"/ajukan/{SERVICE}/").status_code == 302
    row = Application.objects.get(applicant_id=city.budi.actor.id)
    acting = acting_for(city.siti.actor, held.id)
    api.save(
        application_id=row.id,
        answers=factories.valid_answers(get_service(SERVICE), acting) | {"person_nik": OTHER_NIK},
        by=acting,
    )
    sent = client.post(f"/permohonan/{row.id}/periksa/")
    assert sent["Location"].endswith("/tanda-terima/"), sent.content.decode()
    for path in (f"/permohonan/{row.id}/", f"/permohonan/{row.id}/tanda-terima/"):
        assert "Siti Rahmawati atas nama Budi Santoso" in client.get(path).content.decode()
    client.post("/saya/kuasa/selesai/")
    assert "Anda bertindak untuk" not in client.get("/saya/").content.decode()
    assert client.get(f"/permohonan/{row.id}/").status_code == 404
    client.force_login(city.budi.user)
    page = client.get(f"/permohonan/{row.id}/").content.decode()
    assert "Siti Rahmawati atas nama pemohon" in page
    row.refresh_from_db()
    assert row.typed_by == city.siti.actor.ref
    assert [e.actor for e in api.timeline(row.id)][:1] == [city.siti.actor.ref]


def test_revoking_and_expiring_act_at_the_next_request(client: Any, city: Any) -> None:
    held = mandate(city)
    client.force_login(city.siti.user)
    client.post(f"/saya/kuasa/{held.id}/pakai/")
    assert "Anda bertindak untuk" in client.get("/saya/").content.decode()
    with clock.use(clock.FixedClock(clock.now() + timedelta(days=10))):
        page = client.get("/saya/").content.decode()
    assert "Anda tidak lagi bertindak untuk orang lain" in page
    client.post(f"/saya/kuasa/{held.id}/pakai/")
    revoke_mandate(mandate_id=held.id, by=city.budi.actor)
    assert "Siti Rahmawati" in client.get("/saya/").content.decode()
    assert client.post(f"/saya/kuasa/{held.id}/pakai/").status_code == 403


def test_what_an_agent_cannot_do_in_the_principals_name(client: Any, city: Any) -> None:
    held = mandate(city)
    client.force_login(city.siti.user)
    client.post(f"/saya/kuasa/{held.id}/pakai/")
    assert client.get("/saya/data/").status_code == 403
    assert client.post("/api/v1/token", content_type="application/json").status_code == 403
    page = client.get("/saya/kuasa/").content.decode()  # still the daughter's own page
    assert "Bertindak untuk Budi Santoso" in page
    begin = client.get(f"/ajukan/{OTHER}/").content.decode()
    assert "PT Laut Jaya Sejahtera" not in begin
    assert token_for(city.siti.actor)
    with pytest.raises(Denied):
        api.start(service_id="bpjstk-daftar-penerima-upah", by=acting_for(city.siti.actor, held.id))


def test_a_stranger_reaches_no_mandate(client: Any, city: Any) -> None:
    held = mandate(city)
    for path in ("/saya/kuasa/", "/saya/kuasa/baru/", "/kelompok/", "/kerja/loket/", "/kerja/loket/kuasa/"):
        assert "/akun/login/" in client.get(path)["Location"]
    stranger = factories.citizen("lain@contoh.id", "Lain", "2171101708950099")
    client.force_login(stranger.user)
    for act in ("pakai", "cabut"):
        assert client.post(f"/saya/kuasa/{held.id}/{act}/").status_code == 404
    client.force_login(city.budi.user)
    assert client.post(f"/saya/kuasa/{held.id}/pakai/").status_code == 404
    assert client.get("/kerja/loket/").status_code == 403


@pytest.fixture
def at_the_counter(client: Any, city: Any, settings: Any) -> Any:
    """The officer of the licensing office, signed in as the demo does (with what stands for a second factor)."""
    settings.DEMO = True
    client.force_login(city.officer.user)
    session = client.session
    session["demo_person"] = city.officer.user.email
    session.save()
    return client


def test_an_officer_files_for_the_citizen_at_the_counter(at_the_counter: Any, city: Any) -> None:
    client = at_the_counter
    assert client.get("/kerja/loket/").status_code == 200
    assert "NIK terdiri dari 16 angka" in client.post("/kerja/loket/", {"nik": "1"}).content.decode()
    assert client.post(f"/kerja/loket/{city.budi.actor.id}/").status_code == 404  # nobody was looked up
    found = client.post("/kerja/loket/", {"nik": OTHER_NIK}).content.decode()
    assert "Budi Santoso" in found
    assert OTHER_NIK not in found.replace(f'value="{OTHER_NIK}"', "")
    told = list_accesses(city.budi.actor.id)[0]
    assert (told.reader_name, told.purpose[:27]) == ("Dewi Anggraini", "Melayani Anda di loket Dina")
    assert client.post(f"/kerja/loket/{city.budi.actor.id}/").status_code == 302
    assert "Anda bertindak untuk" in client.get("/layanan/").content.decode()
    assert "Anda bertindak untuk" not in client.get("/kerja/").content.decode()  # at the desk always oneself
    assert client.get(f"/ajukan/{OTHER}/").status_code == 403  # another agency's
    assert client.get("/saya/data/").status_code == 403
    assert client.post("/ajukan/dpmptsp-sip-perawat/").status_code == 302
    row = Application.objects.get(applicant_id=city.budi.actor.id)
    with clock.use(clock.FixedClock(clock.now() + timedelta(minutes=31))):
        assert client.get(f"/permohonan/{row.id}/isi/diri/").status_code == 403
    assert client.post("/saya/kuasa/selesai/")["Location"] == "/kerja/loket/"


def test_somebody_new_is_registered_at_the_counter(at_the_counter: Any) -> None:
    new = "2171101708950077"
    unknown = at_the_counter.post("/kerja/loket/", {"nik": new}).content.decode()
    assert "Belum tercatat" in unknown
    assert "Wati" in at_the_counter.post("/kerja/loket/", {"nik": new, "full_name": "Wati"}).content.decode()


def test_an_officer_records_a_mandate_on_paper(at_the_counter: Any, city: Any) -> None:
    assert at_the_counter.get("/kerja/loket/kuasa/").status_code == 200
    paper = typed() | {
        "principal_name": "Budi Santoso", "principal_nik": OTHER_NIK, "agent_name": "Siti Rahmawati", "agent_nik": NIK,
    }  # fmt: skip
    assert "Tulis nomor atau tanggal" in at_the_counter.post("/kerja/loket/kuasa/", paper).content.decode()
    assert at_the_counter.post("/kerja/loket/kuasa/", paper | {"paper": "SK 12/2026"}).status_code == 302
    held = Mandate.objects.get(paper_reference="SK 12/2026")
    assert acting_for(city.siti.actor, held.id).name == "Budi Santoso"
    assert (
        "sudah mempunyai kuasa"
        in at_the_counter.post("/kerja/loket/kuasa/", paper | {"paper": "lagi"}).content.decode()
    )


def test_an_officer_who_lost_the_role_acts_for_nobody(at_the_counter: Any, city: Any) -> None:
    at_the_counter.post("/kerja/loket/", {"nik": OTHER_NIK})
    at_the_counter.post(f"/kerja/loket/{city.budi.actor.id}/")
    factories.staff("petugas@dpmptsp.id", "Dewi Anggraini", "dpmptsp-batam", Role.BACK_OFFICER)
    assert "Anda tidak lagi bertindak" in at_the_counter.get("/layanan/").content.decode()
    assert at_the_counter.get("/kerja/loket/").status_code == 403
