import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from pendopo.identity.api import PUBLIC
from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied, Invalid, NotFound, Unavailable
from pendopo.kernel.models import Outbox
from pendopo.payments import api, models, rules
from pendopo.payments.actions import books
from pendopo.payments.tasks import sweep_bills
from simulators.payment import Bank

from .conftest import (
    LINES,
    OFFICER,
    PAYER,
    STRANGER,
    TOTAL,
    begin,
    make_bill,
    notice,
    pay_at_bank,
    signed,
    tell,
)

pytestmark = pytest.mark.django_db


def verbs(bill: api.Bill) -> list[str]:
    return [entry.verb for entry in events.history(f"bill:{bill.id}")]


def news(topic: str, subject: str) -> int:
    return Outbox.objects.filter(topic=topic, payload__subject=subject).count()


def last_webhook() -> models.WebhookBody:
    return models.WebhookBody.objects.latest("id")


# making


def test_a_bill_is_made_once_and_written_into_the_ledger() -> None:
    bill = make_bill()
    again = make_bill(subject=bill.subject)
    assert again == bill
    assert (bill.total_idr, bill.state, len(bill.number)) == (TOTAL, "unpaid", 15)
    assert [line.name for line in bill.lines] == [line.name for line in LINES]
    assert api.balance(bill.id) == {"receivable": TOTAL, "revenue": -TOTAL}
    assert verbs(bill) == ["bill_made"]
    api.check_number(bill.number)


def test_another_amount_for_the_same_subject_is_refused() -> None:
    bill = make_bill()
    with pytest.raises(Denied, match="is not 5"):
        make_bill(subject=bill.subject, lines=[api.BillLine("x", 5)])
    assert api.get_bill(bill.subject).total_idr == TOTAL


def test_nothing_to_pay_makes_no_bill() -> None:
    with pytest.raises(Denied) as refusal:
        make_bill(subject="application:free", lines=[])
    assert refusal.value.code == "bill_empty"
    with pytest.raises(NotFound):
        api.get_bill("application:free")


def test_who_may_see_a_bill() -> None:
    bill = make_bill()
    assert api.get_bill_for(bill.id, PAYER) == api.get_bill_for(bill.id, OFFICER) == bill
    for actor in (STRANGER, PUBLIC):
        with pytest.raises(NotFound):
            api.get_bill_for(bill.id, actor)


# beginning


def test_beginning_twice_is_one_payment(bank: Bank) -> None:
    bill = make_bill()
    first, second = begin(bill), begin(bill)
    assert first == second
    assert first.pay_url.startswith("http://127.0.0.1:")
    assert api.is_qris_for(first.qr_content, TOTAL)
    assert len(bank.payments) == 1
    assert api.get_bill(bill.subject).state == "pending"
    assert verbs(bill) == ["bill_made", "payment_begun"]


def test_strangers_and_ended_bills_begin_nothing(bank: Bank) -> None:
    bill = make_bill()
    with pytest.raises(NotFound):
        begin(bill, STRANGER)
    with pytest.raises(NotFound):
        api.begin_payment(bill_id=uuid.uuid4(), by=PAYER, return_url="http://x/")
    with (
        clock.use(clock.FixedClock(bill.due_at + timedelta(seconds=1))),
        pytest.raises(Denied, match="expired"),
    ):
        begin(bill)
    api.cancel(bill_id=bill.id, by=OFFICER)
    with pytest.raises(Denied) as refusal:
        begin(bill)
    assert refusal.value.code == "not_in_this_state"
    assert not bank.payments


def test_when_the_bank_is_away_the_same_attempt_is_used_later(bank: Bank) -> None:
    bill = make_bill()
    bank.control({"mode": "fail"})
    with pytest.raises(Unavailable) as refusal:
        begin(bill)
    assert not refusal.value.permanent
    assert api.get_bill(bill.subject).state == "unpaid"
    waiting = api.get_bill(bill.subject).attempt
    bank.control({"mode": "ok"})
    attempt = begin(bill)
    assert waiting is not None
    assert attempt.id == waiting.id


def test_a_bank_that_answers_about_another_amount_is_not_used(bank: Bank) -> None:
    bill = make_bill()
    bank.control({"mode": "lie", "about": "amount"})
    with pytest.raises(Unavailable) as refusal:
        begin(bill)
    assert refusal.value.permanent
    assert api.get_bill(bill.subject).state == "unpaid"


def test_a_qr_for_another_amount_is_not_shown(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulators.payment.qris", lambda amount_idr, bill: "00020163041234")
    assert begin(make_bill()).qr_content == ""


# settling


def test_paying_settles_once(bank: Bank) -> None:
    bill = make_bill()
    body = notice(begin(bill))
    assert tell(body) is api.Outcome.SETTLED
    assert tell(body) is api.Outcome.DUPLICATE
    assert tell(body | {"event_id": "77"}) is api.Outcome.DUPLICATE
    paid = api.get_bill(bill.subject)
    assert paid.state == "paid"
    assert paid.paid_at is not None
    assert paid.attempt is None
    assert api.balance(bill.id) == {"bank": TOTAL, "receivable": 0, "revenue": -TOTAL}
    assert news("bill_settled", bill.subject) == 1
    assert verbs(bill).count("bill_settled") == 1
    with pytest.raises(Denied, match="already paid"):
        begin(bill)
    with pytest.raises(Denied, match="already paid"):
        api.cancel(bill_id=bill.id, by=OFFICER)


def test_raw_bodies_are_kept_as_they_came(bank: Bank) -> None:
    raw, headers = signed(notice(begin(make_bill())))
    api.receive_webhook(raw=raw, headers=headers | {"Cookie": "secret"})
    kept = last_webhook()
    assert bytes(kept.body) == raw
    assert kept.verdict == "settled"
    assert set(kept.headers) == {"X-TIMESTAMP", "X-EXTERNAL-ID", "X-SIGNATURE"}


def test_a_forged_webhook_changes_nothing_and_its_body_is_cut(bank: Bank) -> None:
    bill = make_bill()
    body = notice(begin(bill), padding="x" * 5000)
    with pytest.raises(Denied, match="bad signature"):
        tell(body, "another secret")
    kept = last_webhook()
    assert (kept.verdict, len(kept.body)) == ("refused", 1024)
    assert api.get_bill(bill.subject).state == "pending"
    assert tell(body) is api.Outcome.SETTLED, "a forged event id must not keep the genuine one out"


def test_a_changed_body_is_forged(bank: Bank) -> None:
    bill = make_bill()
    raw, headers = signed(notice(begin(bill), state="cancelled"))
    with pytest.raises(Denied, match="bad signature"):
        api.receive_webhook(raw=raw.replace(b"cancelled", b"paid"), headers=headers)
    with pytest.raises(Denied, match="bad signature"):
        api.receive_webhook(raw=raw, headers={})


def test_a_genuine_webhook_that_makes_no_sense_is_invalid(bank: Bank) -> None:
    begin(make_bill())
    with pytest.raises(Invalid):
        tell({"event_id": "1"})
    with pytest.raises(Invalid):
        api.receive_webhook(raw=b"x" * 20_000, headers={})


def test_wrong_amount_is_reported_once_and_not_settled(bank: Bank) -> None:
    bill = make_bill()
    attempt = begin(bill)
    assert tell(notice(attempt, amount_idr=TOTAL - 1)) is api.Outcome.WRONG_AMOUNT
    assert tell(notice(attempt, amount_idr=TOTAL - 1)) is api.Outcome.WRONG_AMOUNT
    (found,) = api.list_discrepancies()
    assert (found.kind, found.expected_idr, found.told_idr, found.bill_id) == (
        "wrong_amount",
        TOTAL,
        TOTAL - 1,
        bill.id,
    )
    assert api.get_bill(bill.subject).state == "pending"
    assert verbs(bill).count("payment_discrepancy") == 1
    assert tell(notice(attempt)) is api.Outcome.SETTLED


@pytest.mark.parametrize(
    "wrong",
    [{"provider_reference": "OTHER"}, {"partner_reference": str(uuid.uuid4())}, {"partner_reference": "?"}],
)
def test_unknown_references_are_reported(bank: Bank, wrong: dict[str, str]) -> None:
    bill = make_bill()
    assert tell(notice(begin(bill), **wrong)) is api.Outcome.UNKNOWN_REFERENCE
    assert [d.kind for d in api.list_discrepancies()] == ["unknown_reference"]
    assert api.get_bill(bill.subject).state == "pending"


def test_a_webhook_quicker_than_the_answer_settles(bank: Bank) -> None:
    bill = make_bill()
    bank.control({"mode": "fail"})
    with pytest.raises(Unavailable):
        begin(bill)
    attempt = api.get_bill(bill.subject).attempt
    assert attempt is not None
    assert attempt.provider_reference == ""
    assert tell(notice(attempt, provider_reference="CTHEARLY")) is api.Outcome.SETTLED
    assert models.Attempt.objects.get(id=attempt.id).provider_reference == "CTHEARLY"


def test_a_cancelled_payment_can_be_begun_again(bank: Bank) -> None:
    bill = make_bill()
    first = begin(bill)
    assert tell(notice(first, state="cancelled", paid_at=None)) is api.Outcome.CLOSED
    assert api.get_bill(bill.subject).state == "unpaid"
    second = begin(bill)
    assert second.id != first.id
    assert tell(notice(second)) is api.Outcome.SETTLED
    assert tell(notice(first)) is api.Outcome.SECOND_PAYMENT, "money for the first attempt came after all"
    assert tell(notice(first)) is api.Outcome.DUPLICATE
    assert api.balance(bill.id) == {
        "bank": 2 * TOTAL,
        "receivable": 0,
        "revenue": -TOTAL,
        "unapplied": -TOTAL,
    }
    assert news("bill_settled", bill.subject) == 1


def test_a_provider_that_takes_its_word_back_is_reported(bank: Bank) -> None:
    bill = make_bill()
    attempt = begin(bill)
    tell(notice(attempt))
    assert tell(notice(attempt, state="cancelled")) is api.Outcome.CONTRADICTION
    assert api.get_bill(bill.subject).state == "paid"


# ending


def test_overdue_bills_expire_and_late_money_is_kept_apart(bank: Bank) -> None:
    bill = make_bill()
    attempt = begin(bill)
    with clock.use(clock.FixedClock(bill.due_at + timedelta(minutes=1))):
        assert api.expire_overdue() == 1
        assert api.expire_overdue() == 0
        assert api.get_bill(bill.subject).state == "expired"
        assert api.balance(bill.id) == {"receivable": 0, "revenue": 0}
        assert tell(notice(attempt)) is api.Outcome.LATE_PAYMENT
    assert api.balance(bill.id) == {"bank": TOTAL, "receivable": 0, "revenue": 0, "unapplied": -TOTAL}
    assert api.get_bill(bill.subject).state == "expired"
    assert [d.kind for d in api.list_discrepancies()] == ["late_payment"]
    assert news("bill_expired", bill.subject) == 1


def test_money_paid_in_time_but_told_late_settles(bank: Bank) -> None:
    bill = make_bill()
    body = notice(begin(bill))
    with clock.use(clock.FixedClock(bill.due_at + timedelta(days=2))):
        api.expire_overdue()
        assert tell(body) is api.Outcome.SETTLED
    assert api.balance(bill.id) == {"bank": TOTAL, "receivable": 0, "revenue": -TOTAL}


def test_an_expired_bill_gets_a_new_day(bank: Bank) -> None:
    bill = make_bill()
    with pytest.raises(Denied):
        api.reopen(bill_id=bill.id, due_at=bill.due_at, by=OFFICER)
    with clock.use(clock.FixedClock(bill.due_at + timedelta(minutes=1))):
        api.expire_overdue()
        with pytest.raises(Denied, match="past"):
            api.reopen(bill_id=bill.id, due_at=bill.due_at, by=OFFICER)
        reopened = api.reopen(bill_id=bill.id, due_at=bill.due_at + timedelta(days=7), by=OFFICER)
        assert reopened.state == "unpaid"
        assert tell(notice(begin(bill))) is api.Outcome.SETTLED


def test_cancelling_twice_is_once() -> None:
    bill = make_bill()
    assert api.cancel(bill_id=bill.id, by=OFFICER, reason="ditarik").state == "cancelled"
    assert api.cancel(bill_id=bill.id, by=OFFICER).state == "cancelled"
    assert verbs(bill) == ["bill_made", "bill_cancelled"]
    assert api.balance(bill.id) == {"receivable": 0, "revenue": 0}
    with pytest.raises(NotFound):
        api.cancel(bill_id=uuid.uuid4(), by=OFFICER)


# asking


def test_reconciling_finds_a_payment_whose_webhook_is_lost(bank: Bank) -> None:
    bill = make_bill()
    attempt = begin(bill)
    assert api.reconcile(bill.id).state == "pending"
    assert pay_at_bank(attempt).status_code == 303
    assert api.reconcile(bill.id).state == "paid"
    assert api.reconcile(bill.id).state == "paid"
    assert tell(notice(attempt)) is api.Outcome.DUPLICATE
    assert news("bill_settled", bill.subject) == 1


def test_reconciling_a_payment_given_up_frees_the_bill(bank: Bank) -> None:
    bill = make_bill()
    pay_at_bank(begin(bill), "batal")
    assert api.reconcile(bill.id).state == "unpaid"


def test_reconciling_while_the_bank_is_away_changes_nothing(bank: Bank) -> None:
    bill = make_bill()
    begin(bill)
    bank.control({"mode": "fail"})
    with pytest.raises(Unavailable):
        api.reconcile(bill.id)
    assert api.get_bill(bill.subject).state == "pending"
    with pytest.raises(NotFound):
        api.reconcile(uuid.uuid4())


def test_reconciling_does_not_believe_another_amount_or_reference(bank: Bank) -> None:
    bill = make_bill()
    pay_at_bank(begin(bill))
    bank.control({"mode": "lie", "about": "amount"})
    assert api.reconcile(bill.id).state == "pending"
    assert [d.kind for d in api.list_discrepancies()] == ["wrong_amount"]
    bank.control({"mode": "lie", "about": "reference"})
    with pytest.raises(Unavailable):
        api.reconcile(bill.id)


def test_the_sweep_settles_what_was_paid_before_it_lets_bills_end(bank: Bank) -> None:
    paid, unpaid, lost = make_bill(), make_bill(), make_bill()
    pay_at_bank(begin(paid))
    begin(unpaid)
    begin(lost)
    models.Attempt.objects.filter(bill_id=lost.id).update(provider_reference="CTHLOST")
    with clock.use(clock.FixedClock(paid.due_at + timedelta(minutes=1))):
        sweep_bills(0)
    assert [api.get_bill(bill.subject).state for bill in (paid, unpaid, lost)] == [
        "paid",
        "expired",
        "expired",
    ]


def test_the_sweep_asks_about_fresh_payments_and_stops_when_the_bank_is_away(bank: Bank) -> None:
    bills = [make_bill(), make_bill()]
    for bill in bills:
        pay_at_bank(begin(bill))
    assert api.reconcile_doubtful() == 0, "the webhook is still expected"
    asked = bank.calls
    with clock.use(clock.FixedClock(clock.now() + timedelta(minutes=3))):
        bank.control({"mode": "fail"})
        assert api.reconcile_doubtful() == 0
        assert bank.calls == asked + 3, "one payment, three tries"
        bank.control({"mode": "ok", "silent": True})
        assert api.reconcile_doubtful() == 2
    assert {api.get_bill(bill.subject).state for bill in bills} == {"paid"}


def test_forged_webhooks_are_forgotten_after_a_month(bank: Bank) -> None:
    with pytest.raises(Denied):
        tell(notice(begin(make_bill())), "forged")
    before = models.WebhookBody.objects.count()
    api.forget_refused()
    assert models.WebhookBody.objects.count() == before
    with clock.use(clock.FixedClock(clock.now() + timedelta(days=31))):
        assert api.forget_refused() >= 1


# what the database itself refuses


def run(sql: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


POST = "INSERT INTO payments_ledgerentry (transaction, posting, account, amount_idr, bill_id, at) VALUES (%s, %s, %s, %s, %s, now())"


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("UPDATE payments_ledgerentry SET amount_idr = 1", "append-only"),
        ("DELETE FROM payments_ledgerentry", "append-only"),
        ("TRUNCATE payments_ledgerentry", "append-only"),
        ("UPDATE payments_billline SET amount_idr = 1", "append-only"),
        ("UPDATE payments_bill SET total_idr = 0", "bill_total_positive"),
        ("UPDATE payments_bill SET state = 'paid'", "bill_paid_has_time"),
        ("UPDATE payments_bill SET state = 'gone'", "bill_state_known"),
    ],
)
def test_the_database_refuses(sql: str, why: str) -> None:
    make_bill()
    run("SELECT 1")  # let the deferred checks of the bill happen
    with pytest.raises(IntegrityError, match=why):
        run(sql)


def test_the_database_refuses_what_does_not_balance() -> None:
    bill = make_bill()
    with pytest.raises(IntegrityError, match="does not balance"):
        run(POST, uuid.uuid4(), "charge", "receivable", 5, bill.id)


def test_the_database_refuses_less_than_nothing_owed() -> None:
    bill, key = make_bill(), uuid.uuid4()
    both = POST.replace("now())", "now()), (%s, %s, %s, %s, %s, now())")
    too_much = ("reversal", "revenue", TOTAL + 1, bill.id, key, "reversal", "receivable", -TOTAL - 1, bill.id)
    with pytest.raises(IntegrityError, match="less than nothing"):
        run(both, key, *too_much)


def test_the_database_refuses_a_second_payment_of_a_bill(bank: Bank) -> None:
    bill = make_bill()
    attempt = begin(bill)
    tell(notice(attempt))
    row = models.Bill.objects.get(id=bill.id)
    with pytest.raises(IntegrityError, match="ledger_"), transaction.atomic():
        books.post(row, rules.Posting.PAYMENT, TOTAL, models.Attempt.objects.get(id=attempt.id))
