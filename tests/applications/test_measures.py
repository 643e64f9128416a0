"""Papers at the officer's desk and with their holder: what may be done, the fine's bill, and strangers."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as django_settings
from django.test import Client

from pendopo.applications import api
from pendopo.applications.models import Application
from pendopo.catalogue.api import get_service
from pendopo.documents.api import Measure, Paper, Standing, get_document, history_of, verify
from pendopo.identity.api import SYSTEM, list_accesses
from pendopo.kernel import tasks
from pendopo.kernel.errors import NotFound
from pendopo.payments.api import get_bill
from tests import factories
from tests.factories import Account, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]

SIP = "dpmptsp-sip-perawat"
Browser = Callable[[Account | None], Client]
SAID = {
    "ground": "violation",
    "reason": "Praktik di luar alamat.",
    "legal_basis": "Permenkes 40/2017 pasal 12",
}


@pytest.fixture
def browser(city: Cast) -> Browser:
    """A browser in which this person has signed in; staff with their second factor."""

    def open_one(who: Account | None) -> Client:
        client = Client(headers={"accept-language": "id"})
        if who is not None:
            client.force_login(who.user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
            if who.actor.kind == "staff":
                Authenticator.objects.get_or_create(
                    user=who.user, type=Authenticator.Type.TOTP, defaults={"data": {}}
                )
        return client

    return open_one


@pytest.fixture
def permit(city: Cast) -> Paper:
    """Siti's permit, just issued."""
    return permit_of(city)


def permit_of(city: Cast) -> Paper:
    application = factories.file(get_service(SIP), city.siti.actor)
    factories.conclude(application)
    issued = Application.objects.get(id=application).document_id
    assert issued is not None
    return get_document(issued, SYSTEM)


def take(client: Client, paper: Paper, measure: str, **said: str) -> str:
    answer = client.post(f"/kerja/dokumen/{paper.id}/{measure}/", {**SAID, **said}, follow=True)
    return f"{answer.status_code} {answer.content.decode()}"


def test_an_officer_finds_warns_and_suspends_and_the_holder_sees_it(
    city: Cast, browser: Browser, permit: Paper
) -> None:
    head, siti = browser(city.signatory), browser(city.siti)
    found = head.get("/kerja/dokumen/", {"q": permit.number}).content.decode()
    assert f"/kerja/dokumen/{permit.id}/" in found
    assert "Beri peringatan" in head.get(f"/kerja/dokumen/{permit.id}/").content.decode()
    assert "sudah terbit" in take(head, permit, "warn", level="1")
    text = siti.get(f"/dokumen/{permit.id}/").content.decode()
    assert "Pemegang diperingatkan (ke-1)" in text
    assert "Praktik di luar alamat." in text
    assert "Berlaku" in text
    assert "sudah terbit" in take(head, permit, "suspend", until="2099-12-31", ground="danger")
    assert "Dibekukan sementara sampai" in siti.get(f"/dokumen/{permit.id}/").content.decode()
    assert verify(permit.code).standing is Standing.SUSPENDED
    assert any(access.purpose.endswith(permit.number) for access in list_accesses(city.siti.actor.id))  # type: ignore[arg-type]
    assert "sudah terbit" in take(head, permit, "reinstate", ground="remedied")
    assert verify(permit.code).standing is Standing.VALID


def test_a_fine_raises_its_bill_and_paying_it_settles_nothing_else(
    city: Cast, browser: Browser, permit: Paper, silent_bank: object
) -> None:
    assert "sudah terbit" in take(browser(city.signatory), permit, "fine", amount="1.500.000")
    (fine,) = history_of(permit.id)
    bill = get_bill(f"measure:{fine.id}")
    assert (bill.total_idr, bill.payer_ref) == (1_500_000, city.siti.actor.ref)
    text = browser(city.siti).get(f"/dokumen/{permit.id}/").content.decode()
    assert f"/tagihan/{bill.id}/" in text
    factories.settle(bill)
    tasks.drain()
    assert not get_bill(f"measure:{fine.id}").open


@pytest.mark.parametrize(
    ("measure", "said", "words"),
    [
        ("warn", {"level": "9"}, "Peringatan harus lebih tinggi"),
        ("warn", {"level": "1", "reason": " "}, "Tulis alasannya"),
        ("warn", {"level": "1", "legal_basis": ""}, "Tulis dasar hukum"),
        ("revoke", {"ground": "x"}, "Pilih sebab"),
        ("fine", {"amount": "banyak"}, "Tulis besar denda"),
        ("fine", {"amount": ""}, "Tulis besar denda"),
        ("suspend", {"until": "2020-01-01"}, "harus sesudah hari ini"),
        ("suspend", {"until": "besok"}, "tidak terbaca"),
    ],
)
def test_bad_input_is_refused_with_a_sentence_and_stays(
    city: Cast, browser: Browser, permit: Paper, measure: str, said: dict[str, str], words: str
) -> None:
    text = take(browser(city.signatory), permit, measure, **said)
    assert text.startswith("422")
    assert words in text
    if "reason" not in said:
        assert SAID["reason"] in text
    assert history_of(permit.id) == []


def test_what_is_over_is_a_conflict(city: Cast, browser: Browser, permit: Paper) -> None:
    head = browser(city.signatory)
    assert take(head, permit, "revoke").startswith("200")
    assert take(head, permit, "suspend").startswith("409")


def test_the_holder_asks_and_the_agency_revokes(city: Cast, browser: Browser, permit: Paper) -> None:
    siti, head = browser(city.siti), browser(city.signatory)
    where = f"/dokumen/{permit.id}/minta-cabut/"
    assert siti.post(where, {"reason": " "}).status_code == 422
    assert siti.post(where, {"reason": "Saya pindah kota."}).status_code == 302
    assert siti.post(where, {"reason": "Lagi."}).status_code == 409
    assert "Pemegang meminta pencabutan" in head.get("/kerja/dokumen/").content.decode()
    assert take(head, permit, "revoke", ground="holder_request").startswith("200")
    assert "Pemegang meminta pencabutan" not in head.get("/kerja/dokumen/").content.decode()
    assert "Dicabut" in siti.get(f"/dokumen/{permit.id}/").content.decode()


def test_strangers_and_lesser_roles_are_refused(city: Cast, browser: Browser, permit: Paper) -> None:
    address, own = f"/kerja/dokumen/{permit.id}/", f"/dokumen/{permit.id}/"
    assert browser(None).get(own).status_code == 302
    assert browser(city.budi).get(own).status_code == 404
    assert browser(city.budi).post(f"{own}minta-cabut/", {"reason": "x"}).status_code == 404
    assert browser(city.siti).get(address).status_code == 403
    assert browser(city.stranger).get(address).status_code == 404
    assert browser(city.stranger).post(f"{address}revoke/", SAID).status_code == 404
    officer = browser(city.officer)
    assert "Tidak ada tindakan yang dapat Anda lakukan" in officer.get(address).content.decode()
    assert officer.post(f"{address}revoke/", SAID).status_code == 422
    assert officer.get(own).headers["Location"] == address
    assert officer.get(f"{address}replace/").status_code == 404
    assert officer.get(f"/kerja/dokumen/{uuid4()}/").status_code == 404
    with pytest.raises(NotFound):
        api.impose(document_id=permit.id, measure=Measure.WARN, order=None, by=city.siti.actor)  # type: ignore[arg-type]
    assert history_of(permit.id) == []
