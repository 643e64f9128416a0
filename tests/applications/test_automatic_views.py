"""Pages of deciding by rule: what everybody may read, what officers and reviewers see, and who is refused."""

import html
import re

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as django_settings
from django.http import HttpResponse
from django.test import Client

from pendopo.applications import api
from pendopo.applications.models import Application
from pendopo.applications.rules import automatic as rules
from pendopo.catalogue.api import get_service
from pendopo.identity.api import Role
from tests import factories
from tests.applications.test_automatic import DOMICILE, conclude, drawn, file, overridden, told
from tests.factories import Account, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
AGENCY = "kecamatan-kelurahan-batam"
RULE = "domisili-batam"


@pytest.fixture(autouse=True)
def _never_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "draw", lambda *_: 0.999999)


def body_of(answer: HttpResponse) -> str:
    """The page as text."""
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def signed_in(who: Account) -> Client:
    client = Client(headers={"accept-language": "id"})
    client.force_login(who.user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    if who.actor.kind == "staff":
        Authenticator.objects.get_or_create(
            user=who.user, type=Authenticator.Type.TOTP, defaults={"data": {}}
        )
    return client


@pytest.fixture
def head(city: Cast) -> Account:
    return factories.staff("kasi@kel.id", "Yuliana Sitorus", AGENCY, Role.SECTION_HEAD)


@pytest.fixture
def clerk(city: Cast) -> Account:
    return factories.staff("loket@kel.id", "Dewi Anggraini", AGENCY, Role.FRONT_OFFICER)


def test_everybody_reads_which_rules_decide(city: Cast, client: Client) -> None:
    conclude(file(DOMICILE, city.siti.actor))
    page = body_of(client.get("/otomatis/"))
    assert page.count("Diputus otomatis bila:") >= 40
    assert "Dukcapil mencatat Anda tinggal di Kota Batam" in page
    assert "1 keputusan" in page
    told_at_service = body_of(client.get(f"/layanan/{DOMICILE}/"))
    assert "Dukcapil mencatat Anda tinggal di Kota Batam" in told_at_service
    assert f"/otomatis/#{RULE}" in told_at_service
    assert "Diputus otomatis" not in body_of(client.get("/layanan/kel-keterangan-usaha/"))
    english = body_of(client.get("/otomatis/", headers={"accept-language": "en"}))
    assert "The civil registry records you as living in Batam" in english


def test_the_applicant_may_want_a_person_before_and_after(city: Cast, head: Account) -> None:
    siti = city.siti
    client = signed_in(siti)
    row = api.start(service_id=DOMICILE, by=siti.actor)
    answers, sources = told(get_service(DOMICILE), siti.actor)
    Application.objects.filter(id=row.id).update(answers=answers, sources=sources)
    page = body_of(client.get(f"/permohonan/{row.id}/periksa/"))
    assert "Saya ingin diperiksa petugas" in page
    assert client.post(f"/permohonan/{row.id}/periksa/", {"wants_person": "on"}).status_code == 302
    assert Application.objects.get(id=row.id).wants_person
    assert factories.open_step(row.id) is not None
    assert "tanpa petugas" not in body_of(client.get(f"/permohonan/{row.id}/"))

    other = conclude(file(DOMICILE, siti.actor))
    page = body_of(client.get(f"/permohonan/{other.id}/"))
    assert "Diputus oleh sistem, tanpa petugas" in page
    assert signed_in(city.budi).post(f"/permohonan/{other.id}/minta-petugas/").status_code == 404
    assert signed_in(head).post(f"/permohonan/{other.id}/minta-petugas/").status_code == 403
    assert client.post(f"/permohonan/{other.id}/minta-petugas/").status_code == 302
    assert "Anda sudah meminta petugas meninjaunya" in body_of(client.get(f"/permohonan/{other.id}/"))
    (waiting,) = api.list_reviews(head.actor)
    api.review(decision_id=waiting.id, agrees=True, reason="Cocok.", by=head.actor)
    assert "Petugas sudah meninjau keputusan ini" in body_of(client.get(f"/permohonan/{other.id}/"))


def test_an_officer_sees_what_the_rule_says_and_why(city: Cast, clerk: Account) -> None:
    row = file(DOMICILE, city.siti.actor, typed="person_address")
    page = body_of(signed_in(clerk).get(f"/kerja/{row.id}/"))
    assert "Apa kata aturan" in page
    assert "Belum terbukti semua: diperiksa petugas" in page
    assert "Belum terbukti: Alamat." in re.sub(r"<[^>]+>", "", page)
    plain = file("kel-keterangan-usaha", city.siti.actor)
    assert "Apa kata aturan" not in body_of(signed_in(clerk).get(f"/kerja/{plain.id}/"))


def test_a_section_head_looks_again(
    city: Cast, head: Account, clerk: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn(monkeypatch)
    row = conclude(file(DOMICILE, city.siti.actor))
    (waiting,) = api.list_reviews(head.actor)
    address = f"/kerja/tinjauan/{waiting.id}/"
    for stranger in (city.siti, clerk):
        refused = signed_in(stranger)
        assert refused.get(address).status_code in {403, 404}
        assert refused.post(f"{address}jawab/", {"verdict": "agree"}).status_code in {403, 404}
        assert refused.post(f"/kerja/tinjauan/aturan/{RULE}/", {"reason": "x"}).status_code == 403
    assert signed_in(city.siti).get("/kerja/tinjauan/").status_code == 403
    assert "Tinjauan dilakukan kepala seksi" in body_of(signed_in(clerk).get("/kerja/tinjauan/"))
    client = signed_in(head)
    assert "1 keputusan otomatis menunggu tinjauan Anda" in body_of(client.get("/kerja/"))
    assert "menunggu tinjauan Anda" not in body_of(signed_in(clerk).get("/kerja/"))
    assert str(row.number) in body_of(client.get("/kerja/tinjauan/"))
    page = body_of(client.get(address))
    assert "Kota Batam" in page
    assert "Apakah Anda akan memutus sama?" in page
    assert client.post(f"{address}jawab/", {}).status_code == 422
    assert client.post(f"{address}jawab/", {"verdict": "override", "reason": " "}).status_code == 422
    assert (
        client.post(f"{address}jawab/", {"verdict": "override", "reason": "Rumah kosong."}).status_code == 302
    )
    assert client.post(f"{address}jawab/", {"verdict": "agree"}).status_code == 409
    assert "Rumah kosong." in body_of(signed_in(city.siti).get(f"/permohonan/{row.id}/"))


def test_a_stopped_rule_is_seen_and_started_again(
    city: Cast, head: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    overridden(city.siti.actor, times=20, agreed=0, monkeypatch=monkeypatch)
    client = signed_in(head)
    assert "Sebuah aturan berhenti" in body_of(client.get("/kerja/"))
    assert "Aturan berhenti" in body_of(client.get("/kerja/tinjauan/"))
    assert "berhenti, diperiksa petugas" in body_of(client.get("/otomatis/"))
    assert "reviews decided otherwise" in body_of(
        client.get("/kerja/tinjauan/", headers={"Accept-Language": "en"})
    )
    address = f"/kerja/tinjauan/aturan/{RULE}/"
    assert client.post(address, {"reason": ""}).status_code == 403
    assert client.post(address, {"reason": "Data alamat sudah diperbarui."}).status_code == 302
    assert api.list_stopped(head.actor) == []
