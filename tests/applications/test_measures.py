"""Papers at the officer's desk and with their holder: what may be done, the fine's bill, and strangers."""

from uuid import uuid4

import pytest
from django.test import Client

from pendopo.applications import api
from pendopo.documents.api import Measure, Paper, Standing, history_of, verify
from pendopo.identity.api import list_accesses
from pendopo.kernel import tasks
from pendopo.kernel.errors import NotFound
from pendopo.payments.api import get_bill
from tests import factories
from tests.applications.conftest import Browser
from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]

SIP = "dpmptsp-sip-perawat"
SAID = {
    "ground": "violation",
    "reason": "Praktik di luar alamat.",
    "legal_basis": "Permenkes 40/2017 pasal 12",
}


def take(client: Client, paper: Paper, measure: str, **said: str) -> str:
    answer = client.post(f"/kerja/dokumen/{paper.id}/{measure}/", {**SAID, **said}, follow=True)
    return f"{answer.status_code} {answer.content.decode()}"


def test_an_officer_finds_warns_and_suspends_and_the_holder_sees_it(
    city: Cast, signed_in: Browser, permit: Paper
) -> None:
    head, siti = signed_in(city.signatory), signed_in(city.siti)
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
    city: Cast, signed_in: Browser, permit: Paper, silent_bank: object
) -> None:
    assert "sudah terbit" in take(signed_in(city.signatory), permit, "fine", amount="1.500.000")
    (fine,) = history_of(permit.id)
    bill = get_bill(f"measure:{fine.id}")
    assert (bill.total_idr, bill.payer_ref) == (1_500_000, city.siti.actor.ref)
    text = signed_in(city.siti).get(f"/dokumen/{permit.id}/").content.decode()
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
    city: Cast, signed_in: Browser, permit: Paper, measure: str, said: dict[str, str], words: str
) -> None:
    text = take(signed_in(city.signatory), permit, measure, **said)
    assert text.startswith("422")
    assert words in text
    if "reason" not in said:
        assert SAID["reason"] in text
    assert history_of(permit.id) == []


def test_what_is_over_is_a_conflict(city: Cast, signed_in: Browser, permit: Paper) -> None:
    head = signed_in(city.signatory)
    assert take(head, permit, "revoke").startswith("200")
    assert take(head, permit, "suspend").startswith("409")


def test_the_holder_asks_and_the_agency_revokes(city: Cast, signed_in: Browser, permit: Paper) -> None:
    siti, head = signed_in(city.siti), signed_in(city.signatory)
    where = f"/dokumen/{permit.id}/minta-cabut/"
    assert siti.post(where, {"reason": " "}).status_code == 422
    assert siti.post(where, {"reason": "Saya pindah kota."}).status_code == 302
    assert siti.post(where, {"reason": "Lagi."}).status_code == 409
    assert "Pemegang meminta pencabutan" in head.get("/kerja/dokumen/").content.decode()
    assert take(head, permit, "revoke", ground="holder_request").startswith("200")
    assert "Pemegang meminta pencabutan" not in head.get("/kerja/dokumen/").content.decode()
    assert "Dicabut" in siti.get(f"/dokumen/{permit.id}/").content.decode()


def test_strangers_and_lesser_roles_are_refused(city: Cast, signed_in: Browser, permit: Paper) -> None:
    address, own = f"/kerja/dokumen/{permit.id}/", f"/dokumen/{permit.id}/"
    assert signed_in(None).get(own).status_code == 302
    assert signed_in(city.budi).get(own).status_code == 404
    assert signed_in(city.budi).post(f"{own}minta-cabut/", {"reason": "x"}).status_code == 404
    assert signed_in(city.siti).get(address).status_code == 403
    assert signed_in(city.stranger).get(address).status_code == 404
    assert signed_in(city.stranger).post(f"{address}revoke/", SAID).status_code == 404
    officer = signed_in(city.officer)
    assert "Tidak ada tindakan yang dapat Anda lakukan" in officer.get(address).content.decode()
    assert officer.post(f"{address}revoke/", SAID).status_code == 422
    assert officer.get(own).headers["Location"] == address
    assert officer.get(f"{address}replace/").status_code == 404
    assert officer.get(f"/kerja/dokumen/{uuid4()}/").status_code == 404
    with pytest.raises(NotFound):
        api.impose(document_id=permit.id, measure=Measure.WARN, order=None, by=city.siti.actor)  # type: ignore[arg-type]
    assert history_of(permit.id) == []
