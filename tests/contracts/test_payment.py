import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from pendopo.kernel.errors import Unavailable
from pendopo.payments.connectors.snap import client, mapping
from pendopo.payments.rules import AttemptState, is_qris_for, parse_qris

from .conftest import Control, Inbox

RETURN = "http://127.0.0.1:8000/tagihan/x/kembali/"


def open_one(reference: uuid.UUID | None = None, **wishes: Any) -> mapping.Opened:
    words: dict[str, Any] = {
        "amount_idr": 150_000,
        "description": "261122000000017 PBG <b>rumah</b>",
        "return_url": RETURN,
        "expires_at": datetime.now(UTC) + timedelta(days=1),  # noqa: TID251 - the bank has its own clock
    }
    return client.open_payment(partner_reference=reference or uuid.uuid4(), **(words | wishes))


def choose(opened: mapping.Opened, choice: str = "bayar") -> httpx.Response:
    return httpx.post(opened.pay_url, data={"pilihan": choice})


def pay_and_wait(opened: mapping.Opened, inbox: Inbox, count: int = 1) -> list[dict[str, Any]]:
    choose(opened)
    return [json.loads(raw) for raw, _ in inbox.wait(count)]


def test_opening_gives_a_page_and_a_qr(bank: Control, inbox: Inbox) -> None:
    opened = open_one()
    assert opened.state is AttemptState.PENDING
    assert is_qris_for(opened.qr_content, 150_000)
    assert parse_qris(opened.qr_content)["58"] == "ID"
    notice = client.get_payment(opened.provider_reference)
    assert (notice.amount_idr, notice.state, notice.paid_at) == (150_000, AttemptState.PENDING, None)


def test_the_same_reference_is_the_same_payment(bank: Control, inbox: Inbox) -> None:
    reference = uuid.uuid4()
    assert open_one(reference) == open_one(reference)
    with pytest.raises(Unavailable) as refusal:
        open_one(reference, amount_idr=1)
    assert refusal.value.permanent
    assert bank()["payments"] == 1


def test_the_page_shows_amount_and_two_buttons(bank: Control, inbox: Inbox) -> None:
    opened = open_one()
    page = httpx.get(opened.pay_url)
    assert page.status_code == 200
    assert "Bayar Rp150.000" in page.text
    assert page.text.count("<button") == 2
    assert "&lt;b&gt;rumah" in page.text
    assert "<b>rumah" not in page.text


def test_paying_tells_by_signed_webhook_and_leads_back(bank: Control, inbox: Inbox) -> None:
    opened = open_one()
    answer = choose(opened)
    assert (answer.status_code, answer.headers["Location"]) == (303, RETURN)
    ((raw, headers),) = inbox.wait(1)
    assert client.is_genuine(raw, headers)
    assert not client.is_genuine(raw + b" x", headers)
    notice = mapping.read_webhook(raw)
    assert (notice.provider_reference, notice.state) == (opened.provider_reference, AttemptState.PAID)
    assert notice.paid_at is not None
    assert client.get_payment(opened.provider_reference).state is AttemptState.PAID
    choose(opened)
    choose(opened, "batal")
    assert client.get_payment(opened.provider_reference).state is AttemptState.PAID, "an end is an end"


def test_giving_up_tells_too(bank: Control, inbox: Inbox) -> None:
    opened = open_one()
    choose(opened, "batal")
    ((raw, _),) = inbox.wait(1)
    assert mapping.read_webhook(raw).state is AttemptState.CANCELLED


def test_a_payment_ends_by_itself(bank: Control, inbox: Inbox) -> None:
    opened = open_one(expires_at=datetime.now(UTC) - timedelta(minutes=1))  # noqa: TID251 - the bank has its own clock
    assert client.get_payment(opened.provider_reference).state is AttemptState.EXPIRED
    choose(opened)
    assert client.get_payment(opened.provider_reference).state is AttemptState.EXPIRED
    bank(pay=opened.provider_reference, late=True)
    assert client.get_payment(opened.provider_reference).state is AttemptState.PAID


def test_a_webhook_that_is_not_taken_comes_again(bank: Control, inbox: Inbox) -> None:
    bank("ok", backoff_s=0.02)
    inbox.statuses = [500, 503, 401]
    opened = open_one()
    first, *others = pay_and_wait(opened, inbox, 4)
    assert all(other == first for other in others)
    assert bank()["delivered"] == [500, 503, 401, 200]


# when it misbehaves


def test_repeat(bank: Control, inbox: Inbox) -> None:
    bank("repeat", times=5)
    events = pay_and_wait(open_one(), inbox, 5)
    assert len({event["event_id"] for event in events}) == 1


def test_reorder(bank: Control, inbox: Inbox) -> None:
    bank("reorder")
    first, second = open_one(), open_one()
    choose(first)
    choose(second)
    assert bank()["kept_back"] == 2
    assert not inbox.got
    bank(release=True)
    assert {json.loads(raw)["provider_reference"] for raw, _ in inbox.wait(2)} == {
        first.provider_reference,
        second.provider_reference,
    }


def test_lies_about_the_amount(bank: Control, inbox: Inbox) -> None:
    opened = open_one()
    bank("lie", about="amount")
    (event,) = pay_and_wait(opened, inbox)
    assert event["amount_idr"] == 15_000
    assert client.is_genuine(*inbox.got[0])


def test_lies_about_who_it_is(bank: Control, inbox: Inbox) -> None:
    opened = open_one()
    bank("lie", about="signature", backoff_s=0.01)
    pay_and_wait(opened, inbox)
    assert not client.is_genuine(*inbox.got[0])


def test_lies_about_the_reference(bank: Control, inbox: Inbox) -> None:
    bank("lie", about="reference")
    with pytest.raises(Unavailable, match="another payment"):
        open_one()


def test_slow(bank: Control, inbox: Inbox) -> None:
    bank("slow", delay_s=1.2)
    with pytest.raises(Unavailable) as refusal:
        open_one()
    assert not refusal.value.permanent


@pytest.mark.parametrize("status", [500, 503, 429, 0])
def test_stumbling_twice_is_still_one_payment(bank: Control, inbox: Inbox, status: int) -> None:
    bank("fail", status=status, times=2)
    assert open_one().state is AttemptState.PENDING
    assert bank()["payments"] == 1


@pytest.mark.parametrize(("status", "permanent"), [(503, False), (400, True), (401, True), (404, True)])
def test_failing(bank: Control, inbox: Inbox, status: int, permanent: bool) -> None:
    bank("fail", status=status)
    with pytest.raises(Unavailable) as refusal:
        client.get_payment("CTH1")
    assert refusal.value.permanent is permanent
    assert bank()["calls"] == (1 if permanent else 3)


def test_another_secret_is_refused(bank: Control, inbox: Inbox, settings: Any) -> None:
    settings.PAYMENT_SECRET = "another"
    with pytest.raises(Unavailable, match="401") as refusal:
        open_one()
    assert refusal.value.permanent


def test_nobody_listens(settings: Any) -> None:
    settings.PAYMENT_URL = "http://127.0.0.1:9"
    with pytest.raises(Unavailable) as refusal:
        client.get_payment("CTH1")
    assert not refusal.value.permanent
