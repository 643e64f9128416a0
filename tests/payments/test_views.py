import re
import uuid
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.test import Client

from pendopo.identity.api import SYSTEM, Actor, actor_of_person, open_account, register_person
from pendopo.kernel import clock
from pendopo.payments import api
from simulators.payment import Bank

from .conftest import TOTAL, begin, make_bill, notice, signed, tell

pytestmark = pytest.mark.django_db
RTL = "Hendra <b>\u202eGunawan</b>"


def citizen(email: str, name: str, nik: str) -> tuple[Client, Actor]:
    user = open_account(email=email, password=None, display_name=name)
    person = register_person(user=user, full_name=name, nik=nik, by=SYSTEM)
    client = Client()
    client.force_login(user)
    return client, actor_of_person(person)


@pytest.fixture
def payer() -> tuple[Client, Actor]:
    return citizen("hendra@contoh.id", "Hendra Gunawan", "2171120101800005")


@pytest.fixture
def stranger() -> Client:
    return citizen("budi@contoh.id", "Budi Santoso", "2171101708950001")[0]


@pytest.fixture
def bill(payer: tuple[Client, Actor]) -> api.Bill:
    return make_bill(payer_ref=payer[1].ref, payer_name=RTL)


def page(client: Client, bill: api.Bill, tail: str = "") -> Any:
    return client.get(f"/tagihan/{bill.id}/{tail}")


def test_the_payer_sees_every_line_with_its_law(payer: tuple[Client, Actor], bill: api.Bill) -> None:
    answer = page(payer[0], bill)
    text = answer.content.decode()
    assert answer.status_code == 200
    for part in (
        "Retribusi bangunan gedung",
        "Rp1.250.000",
        "Rp75.500",
        "Perda 1/2024",
        "Rp1.325.500",
        bill.number,
        "Belum dibayar",
    ):
        assert part in text
    assert f"/permohonan/{bill.subject.removeprefix('application:')}/" in text
    assert "Hendra &lt;b&gt;" in text
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("tail", ["", "kembali/"])
def test_strangers_learn_nothing(stranger: Client, bill: api.Bill, tail: str) -> None:
    answer = page(stranger, bill, tail)
    nothing = stranger.get(f"/tagihan/{uuid.uuid4()}/{tail}")
    assert answer.status_code == nothing.status_code == 404
    assert bill.number not in answer.content.decode()


@pytest.mark.parametrize("tail", ["", "kembali/"])
def test_who_is_not_signed_in_signs_in_first(bill: api.Bill, tail: str) -> None:
    for bill_id in (bill.id, uuid.uuid4()):
        answer = Client().get(f"/tagihan/{bill_id}/{tail}")
        assert (answer.status_code, answer["Location"]) == (302, f"/akun/login/?next=/tagihan/{bill_id}/")


def test_strangers_cannot_begin_a_payment(stranger: Client, bill: api.Bill, bank: Bank) -> None:
    assert stranger.post(f"/tagihan/{bill.id}/bayar/").status_code == 404
    assert Client().post(f"/tagihan/{bill.id}/bayar/").status_code == 302
    assert not bank.payments


def test_paying_from_the_page_and_back(payer: tuple[Client, Actor], bill: api.Bill, bank: Bank) -> None:
    client, _ = payer
    answer = client.post(f"/tagihan/{bill.id}/bayar/")
    assert answer.status_code == 303
    assert client.post(f"/tagihan/{bill.id}/bayar/")["Location"] == answer["Location"], (
        "two clicks, one payment"
    )
    assert len(bank.payments) == 1
    shown = page(client, bill).content.decode()
    assert "<svg" in shown
    assert "Menunggu pembayaran" in shown
    done = httpx.post(answer["Location"], data={"pilihan": "bayar"})
    back = client.get(urlsplit(done.headers["Location"]).path, follow=True)
    text = back.content.decode()
    assert "Tagihan lunas" in text
    assert "/bayar/" not in text
    assert re.search(r"/permohonan/[0-9a-f-]{36}/", text)
    assert client.post(f"/tagihan/{bill.id}/bayar/")["Location"] == f"/tagihan/{bill.id}/"
    assert len(bank.payments) == 1


def test_paying_needs_a_token_and_a_post(payer: tuple[Client, Actor], bill: api.Bill, bank: Bank) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = payer[0].cookies
    assert strict.post(f"/tagihan/{bill.id}/bayar/").status_code == 403
    assert payer[0].get(f"/tagihan/{bill.id}/bayar/").status_code == 405
    assert not bank.payments


def test_when_the_bank_is_away_the_page_says_so(
    payer: tuple[Client, Actor], bill: api.Bill, bank: Bank
) -> None:
    bank.control({"mode": "fail"})
    answer = payer[0].post(f"/tagihan/{bill.id}/bayar/")
    assert answer.status_code == 503
    assert "Bank sedang tidak menjawab" in answer.content.decode()
    bank.control({"mode": "ok"})
    begin(bill, payer[1])
    bank.control({"mode": "fail"})
    back = page(payer[0], bill, "kembali/")
    assert back.status_code == 200
    assert "Bank belum menjawab" in back.content.decode()


def test_an_overdue_bill_cannot_be_paid(payer: tuple[Client, Actor], bill: api.Bill, bank: Bank) -> None:
    begin(bill, payer[1])
    with clock.use(clock.FixedClock(bill.due_at)) as fixed:
        fixed.move(seconds=1)  # type: ignore[attr-defined]
        text = page(payer[0], bill).content.decode()
        assert "Batas waktu pembayaran sudah lewat" in text
        assert "/bayar/" not in text
        assert "qris" not in text
        assert payer[0].post(f"/tagihan/{bill.id}/bayar/").status_code == 403


@pytest.mark.parametrize("state", ["cancelled", "expired", "refunded"])
def test_an_ended_bill_is_shown_without_a_button(
    payer: tuple[Client, Actor], bill: api.Bill, state: str
) -> None:
    from pendopo.payments import models

    paid_at = clock.now() if state == "refunded" else None
    models.Bill.objects.filter(id=bill.id).update(state=state, paid_at=paid_at)
    answer = page(payer[0], bill)
    assert answer.status_code == 200
    assert '<form method="post" action="/tagihan/' not in answer.content.decode()


def test_english(payer: tuple[Client, Actor], bill: api.Bill) -> None:
    payer[0].cookies["django_language"] = "en"
    assert "Building levy" in page(payer[0], bill).content.decode()


# the provider's door


def post(raw: bytes, headers: dict[str, str]) -> Any:
    return Client(enforce_csrf_checks=True).post(
        "/hooks/payment/", data=raw, content_type="application/json", headers=headers
    )


def test_a_genuine_webhook_settles(bill: api.Bill, payer: tuple[Client, Actor], bank: Bank) -> None:
    body = notice(begin(bill, payer[1]))
    assert post(*signed(body)).json() == {"outcome": "settled"}
    assert post(*signed(body)).json() == {"outcome": "duplicate"}
    assert api.get_bill(bill.subject).state == "paid"
    assert api.balance(bill.id)["bank"] == TOTAL


def test_a_forged_webhook_is_401(bill: api.Bill, payer: tuple[Client, Actor], bank: Bank) -> None:
    body = notice(begin(bill, payer[1]))
    assert post(*signed(body, "guess")).status_code == 401
    assert post(signed(body)[0], {}).status_code == 401
    assert post(signed(body)[0], {"X-Signature": "é", "X-Timestamp": "\u202e"}).status_code == 401
    assert api.get_bill(bill.subject).state == "pending"
    assert tell(body) is api.Outcome.SETTLED


@pytest.mark.parametrize("body", [{}, {"event_id": "1"}, {"amount_idr": 1.5, "event_id": "1"}])
def test_a_genuine_webhook_without_sense_is_400(body: dict[str, Any]) -> None:
    assert post(*signed(body)).status_code == 400


def test_an_endless_webhook_is_400() -> None:
    assert post(b"[" * 20_000, {}).status_code == 400
    assert Client().get("/hooks/payment/").status_code == 405
