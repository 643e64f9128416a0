"""Whatever happens to a bill, in whatever order and how often: the books balance and money counts once."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied
from pendopo.kernel.models import Outbox
from pendopo.payments import api, models
from simulators.payment import Bank

from .conftest import OFFICER, TOTAL, begin, make_bill, notice, tell

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

DEEDS = (
    "begin",
    "paid",
    "paid_again",
    "paid_first",
    "pending",
    "cancelled",
    "expired",
    "wrong",
    "cancel",
    "pass",
    "expire",
    "reopen",
)
WORDS = {"paid": "paid", "pending": "pending", "cancelled": "cancelled", "expired": "expired"}


class Story:
    """One bill and everything that happens to it."""

    def __init__(self) -> None:
        self.clock = clock.FixedClock(clock.SystemClock().now())
        with clock.use(self.clock):
            self.bill = make_bill()
        self.attempts: list[api.Attempt] = []
        self.told: list[dict[str, Any]] = []

    def tell(self, body: dict[str, Any]) -> None:
        self.told.append(body)
        tell(body)

    def happen(self, deed: str) -> None:
        deeds = {
            "begin": self.begin,
            "cancel": lambda: api.cancel(bill_id=self.bill.id, by=OFFICER),
            "pass": lambda: self.clock.move(days=4),
            "expire": api.expire_overdue,
            "reopen": lambda: api.reopen(
                bill_id=self.bill.id, due_at=self.clock.now() + timedelta(days=5), by=OFFICER
            ),
            "paid_again": lambda: self.told and self.tell(self.told[-1]),
        }
        deeds.get(deed, lambda: self.hear(deed))()

    def begin(self) -> None:
        attempt = begin(self.bill)
        if attempt not in self.attempts:
            self.attempts.append(attempt)

    def hear(self, deed: str) -> None:
        attempt = self.attempts[0 if deed == "paid_first" else -1]
        amount_idr = attempt.amount_idr - (deed == "wrong")
        self.tell(notice(attempt, amount_idr=amount_idr, state=WORDS.get(deed, "paid")))

    def check(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        books = api.balance(self.bill.id)
        bill = api.get_bill(self.bill.subject)
        assert sum(books.values()) == 0
        assert 0 <= books["receivable"] <= TOTAL
        assert (books["receivable"] == TOTAL) == bill.open
        entries = models.LedgerEntry.objects.filter(bill_id=bill.id)
        assert entries.filter(posting="payment", account="bank").count() == (bill.state == "paid")
        money = models.Attempt.objects.filter(bill_id=bill.id, state="paid").count()
        assert books.get("bank", 0) == money * TOTAL, (
            "every payment of ours is in the books once, none is invented"
        )
        assert books.get("unapplied", 0) == -(money - (bill.state == "paid")) * TOTAL
        settled = [entry for entry in events.history(f"bill:{bill.id}") if entry.verb == "bill_settled"]
        news = Outbox.objects.filter(topic="bill_settled", payload__bill=str(bill.id)).count()
        assert len(settled) == news == (bill.state == "paid")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(DEEDS), min_size=3, max_size=14))
def test_books_balance_and_money_counts_once(bank: Bank, deeds: list[str]) -> None:
    story = Story()
    with clock.use(story.clock):
        for deed in ["begin", *deeds]:
            with suppress(Denied):
                story.happen(deed)
        story.check()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_order_and_number_of_the_same_news_ends_the_same(bank: Bank, data: st.DataObject) -> None:
    story = Story()
    with clock.use(story.clock):
        attempt = begin(story.bill)
        told = [notice(attempt, state=state) for state in ("pending", "paid", "paid", "pending")]
        for body in data.draw(st.permutations(told * data.draw(st.integers(1, 3)))):
            tell(body)
        story.check()
    assert api.get_bill(story.bill.subject).state == "paid"
    assert api.balance(story.bill.id) == {"bank": TOTAL, "receivable": 0, "revenue": -TOTAL}
