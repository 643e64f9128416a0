"""The same thing at once on several real connections. These tests leave their rows behind: the ledger cannot be emptied."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pendopo.kernel import clock
from pendopo.kernel.models import Outbox
from pendopo.payments import api, models
from simulators.payment import Bank

from .conftest import TOTAL, begin, make_bill, notice, pay_at_bank, signed, tell

pytestmark = pytest.mark.slow
InThreads = Callable[[Callable[[int], Any], int], list[Any]]


def far_bill(**wishes: Any) -> api.Bill:
    """For tests that leave their rows behind: never overdue in the tests that look at overdue bills."""
    return make_bill(due_at=clock.now() + timedelta(days=3650), **wishes)


def news(topic: str, subject: str) -> int:
    return Outbox.objects.filter(topic=topic, payload__subject=subject).count()


def test_sixteen_same_webhooks_at_once_settle_once(
    transactional_db: None, bank: Bank, in_threads: InThreads
) -> None:
    bill = far_bill()
    raw, headers = signed(notice(begin(bill)))
    outcomes = in_threads(lambda _: api.receive_webhook(raw=raw, headers=headers), 16)
    assert sorted(outcomes) == sorted([api.Outcome.SETTLED] + [api.Outcome.DUPLICATE] * 15)
    assert api.balance(bill.id) == {"bank": TOTAL, "receivable": 0, "revenue": -TOTAL}
    assert news("bill_settled", bill.subject) == 1
    assert models.WebhookBody.objects.filter(verdict="duplicate").count() >= 15


def test_webhooks_and_questions_at_once_settle_once(
    transactional_db: None, bank: Bank, in_threads: InThreads
) -> None:
    bill = far_bill()
    attempt = begin(bill)
    pay_at_bank(attempt)

    def either(number: int) -> Any:
        return tell(notice(attempt)) if number % 2 else api.reconcile(bill.id).state

    in_threads(either, 8)
    assert api.get_bill(bill.subject).state == "paid"
    assert news("bill_settled", bill.subject) == 1


def test_eight_double_clicks_are_one_bill_and_one_payment(
    transactional_db: None, bank: Bank, in_threads: InThreads
) -> None:
    subject = f"application:{uuid.uuid4()}"
    bills = in_threads(lambda _: far_bill(subject=subject).id, 8)
    assert len(set(bills)) == 1
    attempts = in_threads(lambda _: begin(api.get_bill(subject)).id, 8)
    assert len(set(attempts)) == 1
    assert len(bank.payments) == 1
