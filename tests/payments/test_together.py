"""Several bills with one payment: each keeps its own books, and whatever is told, in whatever order, money counts once."""

import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pendopo.kernel import clock, events
from pendopo.kernel.errors import Denied, NotFound, Unavailable
from pendopo.kernel.models import Outbox
from pendopo.payments import api, models, rules
from pendopo.payments.rules import Outcome
from simulators.payment import Bank

from .conftest import OFFICER, PAYER, STRANGER, make_bill, pay_at_bank, tell

pytestmark = pytest.mark.django_db
AGENCIES = ("dpmptsp-batam", "dinkes-batam", "bapenda-batam")
PRICES = (1_000, 20_000, 300_000)


def three(days: tuple[int, ...] = (7, 7, 7)) -> list[api.Bill]:
    return [
        make_bill(
            agency_id=agency, lines=[api.BillLine("Biaya", price)], due_at=clock.now() + timedelta(days=left)
        )
        for agency, price, left in zip(AGENCIES, PRICES, days, strict=True)
    ]


def together(bills: list[api.Bill], by: Any = PAYER) -> tuple[api.Attempt, ...]:
    return api.pay_together(
        bill_ids=[bill.id for bill in bills], by=by, return_url="http://127.0.0.1:8000/x/"
    )


def said(attempts: tuple[api.Attempt, ...], **changed: Any) -> dict[str, Any]:
    """What the bank says about the payment these attempts are."""
    return {
        "event_id": str(uuid.uuid4().int % 10**20),
        "type": "payment.paid",
        "provider_reference": attempts[0].provider_reference,
        "partner_reference": str(attempts[0].together),
        "amount_idr": sum(attempt.amount_idr for attempt in attempts),
        "state": "paid",
        "paid_at": clock.now().isoformat(),
    } | changed


def state(bill: api.Bill) -> str:
    return str(api.get_bill(bill.subject).state)


def by_agency(bills: list[api.Bill]) -> dict[str, int]:
    """Rupiah in the bank for each agency."""
    entries = models.LedgerEntry.objects.filter(bill__in=[bill.id for bill in bills], account="bank")
    return dict(
        entries.values_list("bill__agency_id").annotate(Sum("amount_idr")).order_by("bill__agency_id")
    )


def test_one_payment_settles_every_bill_and_each_agency_has_its_share(bank: Bank) -> None:
    bills = three()
    attempts = together(bills)
    assert len(bank.payments) == 1
    assert len({attempt.pay_url for attempt in attempts}) == 1
    assert together(bills) == together(bills[::-1]) == attempts
    assert [state(bill) for bill in bills] == ["pending"] * 3
    assert pay_at_bank(attempts[0]).status_code < 400
    assert api.reconcile(bills[1].id).state == "paid"
    assert [state(bill) for bill in bills] == ["paid"] * 3
    assert by_agency(bills) == dict(zip(AGENCIES, PRICES, strict=True))
    for bill in bills:
        assert api.balance(bill.id) == {"bank": bill.total_idr, "receivable": 0, "revenue": -bill.total_idr}
        assert Outbox.objects.filter(topic="bill_settled", payload__bill=str(bill.id)).count() == 1
    assert tell(said(attempts)) == Outcome.DUPLICATE
    assert by_agency(bills) == dict(zip(AGENCIES, PRICES, strict=True))


def test_the_whole_amount_counts_and_a_part_of_it_settles_nothing(bank: Bank) -> None:
    bills = three()
    attempts = together(bills)
    for wrong in (PRICES[0], sum(PRICES) - 1, sum(PRICES) + 1):
        assert tell(said(attempts, amount_idr=wrong)) == Outcome.WRONG_AMOUNT
    assert by_agency(bills) == {}
    found = [
        one for one in api.list_discrepancies() if one.provider_reference == attempts[0].provider_reference
    ]
    assert [(one.expected_idr, one.kind) for one in found] == [(sum(PRICES), Outcome.WRONG_AMOUNT)] * 3


def test_a_bill_whose_last_day_passes_meanwhile_is_kept_apart_and_the_others_are_settled(bank: Bank) -> None:
    bills = three((7, 2, 7))
    attempts = together(bills)
    assert {attempt.expires_at for attempt in attempts} == {bills[1].due_at}
    later = clock.FixedClock(clock.now() + timedelta(days=3))
    with clock.use(later):
        api.expire_overdue()
        assert [state(bill) for bill in bills] == ["pending", "expired", "pending"]
        assert tell(said(attempts)) == Outcome.SETTLED
        assert tell(said(attempts)) == Outcome.DUPLICATE
        assert [state(bill) for bill in bills] == ["paid", "expired", "paid"]
        assert api.kept_apart(bill.id for bill in bills) == {bills[1].id: PRICES[1]}
        late = [one for one in api.list_discrepancies() if one.bill_id == bills[1].id]
        assert [(one.kind, one.told_idr) for one in late] == [(Outcome.LATE_PAYMENT, PRICES[1])]
    assert sum(by_agency(bills).values()) == sum(PRICES)


def test_two_bills_of_the_same_amount_that_are_late_are_two_differences(bank: Bank) -> None:
    bills = [make_bill(lines=[api.BillLine("Biaya", 5_000)]) for _ in range(2)]
    attempts = together(bills)
    for bill in bills:
        api.cancel(bill_id=bill.id, by=OFFICER)
    assert tell(said(attempts)) == Outcome.LATE_PAYMENT
    assert api.kept_apart(bill.id for bill in bills) == {bill.id: 5_000 for bill in bills}
    assert {one.bill_id for one in api.list_discrepancies()} >= {bill.id for bill in bills}


def test_another_composition_is_another_payment_and_money_on_the_old_one_is_not_lost(bank: Bank) -> None:
    bills = three()
    first = together(bills)
    alone = api.begin_payment(bill_id=bills[0].id, by=PAYER, return_url="http://x/")
    assert alone.together == alone.id != first[0].together
    assert api.is_qris_for(alone.qr_content, PRICES[0])
    assert all(not attempt.qr_content for attempt in first)
    rest = together(bills[1:])
    assert len(bank.payments) == 3
    assert tell(said(first)) == Outcome.SETTLED  # the page that was open in another window
    assert [state(bill) for bill in bills] == ["paid"] * 3
    assert tell(said((alone,))) == Outcome.SECOND_PAYMENT
    assert tell(said(rest)) == Outcome.SECOND_PAYMENT
    assert sum(api.kept_apart(bill.id for bill in bills).values()) == sum(PRICES)


def asked(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The payments the bank is asked about from now on."""
    found: list[str] = []
    real = bank.answer

    def answer(call: Any) -> Any:
        if call.method == "GET":
            found.append(call.path.rpartition("/")[2])
        return real(call)

    monkeypatch.setattr(bank, "answer", answer)
    return found


def test_who_paid_all_and_whose_news_is_late_cannot_pay_one_again(bank: Bank) -> None:
    bills = three()
    whole = together(bills)
    assert pay_at_bank(whole[0]).status_code < 400
    with pytest.raises(Denied) as refused:
        api.begin_payment(bill_id=bills[0].id, by=PAYER, return_url="http://x/")
    assert refused.value.code == "already_paid"
    assert len(bank.payments) == 1
    assert [state(bill) for bill in bills] == ["paid"] * 3
    assert tell(said(whole)) == Outcome.DUPLICATE


def test_money_that_came_by_a_payment_replaced_here_is_found_before_another_is_opened(bank: Bank) -> None:
    bills = three()
    whole = together(bills)
    together(bills[:1])
    together(bills[1:])
    assert pay_at_bank(whole[0]).status_code < 400, "its page stood open in another window"
    for again in (bills[:1], bills[:2], bills):
        with pytest.raises(Denied, match="already paid"):
            together(again)
    assert len(bank.payments) == 3
    assert api.kept_apart(bill.id for bill in bills) == {}


def test_while_the_bank_is_away_no_second_payment_is_opened(bank: Bank) -> None:
    bills = three()
    whole = together(bills)
    bank.control({"mode": "fail"})
    with pytest.raises(Unavailable):
        together(bills[:1])
    assert together(bills) == whole, "the one that is open needs no asking"
    assert models.Attempt.objects.filter(bill=bills[0].id).count() == 1


def test_a_payment_the_bank_never_heard_of_does_not_lock_the_bill(bank: Bank) -> None:
    bills = three()
    together(bills)
    bank.payments.clear()
    assert together(bills[:1])[0].state == "pending"


def test_a_stranger_makes_nobody_ask_the_bank(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    bills = three()
    together(bills)
    calls = asked(bank, monkeypatch)
    with pytest.raises(NotFound):
        together(bills[:1], STRANGER)
    assert calls == []


def test_each_payment_is_asked_about_once_when_its_payer_comes_back(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    bills = three()
    whole, calls = together(bills), asked(bank, monkeypatch)
    assert api.reconcile_together(bill.id for bill in bills) == 1
    assert calls == [whole[0].provider_reference]
    alone = together(bills[:1])
    calls.clear()
    assert api.reconcile_together(bill.id for bill in bills) == 2
    assert sorted(calls) == sorted(str(one.provider_reference) for one in (whole[0], alone[0]))
    assert api.reconcile_together([]) == 0


def test_a_payment_that_ended_without_money_lets_all_of_them_be_paid_again(bank: Bank) -> None:
    bills = three()
    first = together(bills)
    assert tell(said(first, state="cancelled", paid_at=None)) == Outcome.CLOSED
    assert [state(bill) for bill in bills] == ["unpaid"] * 3
    assert together(bills)[0].together != first[0].together


def test_when_the_bank_is_away_the_same_payment_is_asked_for_later(bank: Bank) -> None:
    bills = three()
    bank.control({"mode": "fail"})
    with pytest.raises(Unavailable):
        together(bills)
    waiting = {api.get_bill(bill.subject).attempt.together for bill in bills}  # type: ignore[union-attr]
    bank.control({"mode": "ok"})
    assert {attempt.together for attempt in together(bills)} == waiting
    assert len(bank.payments) == 1


def test_nothing_is_begun_with_a_bill_that_is_not_the_payers_or_cannot_be_paid(bank: Bank) -> None:
    bills = three()
    foreign = make_bill(payer_ref=STRANGER.ref, payer_name=STRANGER.name)
    with pytest.raises(NotFound):
        together([*bills, foreign])
    with pytest.raises(NotFound):
        together(bills, STRANGER)
    api.cancel(bill_id=bills[0].id, by=OFFICER)
    with pytest.raises(Denied, match="bill is cancelled"):
        together(bills)
    with pytest.raises(Denied, match="bill empty"):
        together([])
    assert not bank.payments
    assert [state(bill) for bill in bills[1:]] == ["unpaid"] * 2


def test_the_question_is_asked_once_for_all_bills_of_a_payment(bank: Bank) -> None:
    together(three())
    with clock.use(clock.FixedClock(clock.now() + timedelta(minutes=5))):
        assert api.reconcile_doubtful() == 1


@given(st.lists(st.sampled_from(Outcome), min_size=1))
def test_what_a_notice_comes_to(outcomes: list[Outcome]) -> None:
    whole = rules.overall(outcomes)
    assert whole in outcomes
    assert (whole == Outcome.SETTLED) == (Outcome.SETTLED in outcomes)
    silent = {Outcome.DUPLICATE, Outcome.NOTED}
    assert (whole in silent) == silent.issuperset(outcomes)


class Story:
    """Three bills, and payments of any of them; the bank may tell of each in any order and as often as it likes."""

    def __init__(self) -> None:
        self.clock = clock.FixedClock(clock.SystemClock().now())
        with clock.use(self.clock):
            self.bills = three((9, 6, 3))
        self.payments: dict[uuid.UUID, tuple[api.Attempt, ...]] = {}
        self.paid: set[uuid.UUID] = set()
        self.told: list[dict[str, Any]] = []

    def happen(self, deed: str, number: int) -> None:
        deeds: dict[str, Callable[[], Any]] = {
            "begin": lambda: self.begin(
                [bill for place, bill in enumerate(self.bills) if number >> place & 1]
            ),
            "paid": lambda: self.hear(number, "paid"),
            "expired": lambda: self.hear(number, "expired"),
            "wrong": lambda: self.hear(number, "paid", -1),
            "again": lambda: self.told and tell(self.told[number % len(self.told)]),
            "cancel": lambda: api.cancel(bill_id=self.bills[number % 3].id, by=OFFICER),
            "pass": lambda: self.clock.move(days=2),
            "expire": api.expire_overdue,
            "reopen": lambda: api.reopen(
                bill_id=self.bills[number % 3].id, due_at=self.clock.now() + timedelta(days=3), by=OFFICER
            ),
        }
        deeds[deed]()

    def begin(self, bills: list[api.Bill]) -> None:
        attempts = together(bills)
        self.payments[attempts[0].together] = attempts

    def hear(self, number: int, what: str, off: int = 0) -> None:
        if not self.payments:
            return
        reference = list(self.payments)[number % len(self.payments)]
        attempts = self.payments[reference]
        whole_idr = sum(attempt.amount_idr for attempt in attempts) + off
        self.told.append(said(attempts, state=what, amount_idr=whole_idr))
        if what == "paid" and not off:
            self.paid.add(reference)
        tell(self.told[-1])

    def check(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        books = {bill.id: api.balance(bill.id) for bill in self.bills}
        came = sum(sum(attempt.amount_idr for attempt in self.payments[one]) for one in self.paid)
        bank_idr = sum(accounts.get("bank", 0) for accounts in books.values())
        apart_idr = sum(api.kept_apart(books).values())
        bills = [api.get_bill(bill.subject) for bill in self.bills]
        assert bank_idr == came, "what the payer gave, once, however often it was told"
        assert bank_idr - apart_idr == sum(bill.total_idr for bill in bills if bill.state == "paid")
        assert sum(by_agency(self.bills).values()) == bank_idr
        for bill in bills:
            accounts = books[bill.id]
            assert sum(accounts.values()) == 0
            assert (accounts["receivable"] == bill.total_idr) == bill.open
            assert accounts["receivable"] in {0, bill.total_idr}
            settled = [entry for entry in events.history(f"bill:{bill.id}") if entry.verb == "bill_settled"]
            assert len(settled) == (bill.state == "paid")


DEEDS = st.tuples(
    st.sampled_from(
        ("begin", "begin", "paid", "paid", "expired", "wrong", "again", "cancel", "pass", "expire", "reopen")
    ),
    st.integers(1, 7),
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(DEEDS, min_size=3, max_size=16))
def test_money_counts_once_whatever_is_told(bank: Bank, deeds: list[tuple[str, int]]) -> None:
    story = Story()
    with clock.use(story.clock):
        for deed, number in [("begin", 7), *deeds]:
            with suppress(Denied):
                story.happen(deed, number)
        story.check()
