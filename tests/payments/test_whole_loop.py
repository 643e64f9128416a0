"""Bank and house as two servers that talk over HTTP: a press on "Bayar" at the bank is a bill settled here, whatever the bank does."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

from pendopo.kernel.models import Outbox
from pendopo.payments import api, models
from simulators.payment import Bank

from .conftest import TOTAL, begin, pay_at_bank
from .test_at_once import far_bill

pytestmark = pytest.mark.slow


class Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by http.server
        """Quiet."""


@pytest.fixture
def house(settings: Any, transactional_db: None) -> Iterator[None]:
    server = ThreadedWSGIServer(("127.0.0.1", 0), Silent)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    settings.BASE_URL = f"http://127.0.0.1:{server.server_port}"
    yield
    server.shutdown()
    server.server_close()
    thread.join()


def wait_for(true: Callable[[], bool], seconds: float = 8) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.03)


def state(bill: api.Bill) -> str:
    return api.get_bill(bill.subject).state


def check_settled_once(bill: api.Bill) -> None:
    assert state(bill) == "paid"
    assert api.balance(bill.id) == {"bank": TOTAL, "receivable": 0, "revenue": -TOTAL}
    assert Outbox.objects.filter(topic="bill_settled", payload__bill=str(bill.id)).count() == 1


def test_an_honest_bank(house: None, bank: Bank) -> None:
    bank.control({"mode": "ok"})
    bill = far_bill()
    pay_at_bank(begin(bill))
    wait_for(lambda: bank.delivered == [200])
    check_settled_once(bill)


def test_a_bank_that_tells_sixteen_times(house: None, bank: Bank) -> None:
    bank.control({"mode": "repeat", "times": 16, "backoff_s": 0.05})
    bill = far_bill()
    pay_at_bank(begin(bill))
    wait_for(lambda: bank.delivered.count(200) == 16)
    check_settled_once(bill)


def test_a_bank_that_tells_backwards(house: None, bank: Bank) -> None:
    bank.control({"mode": "reorder", "also_pending": True})
    bills = [far_bill(), far_bill()]
    for bill in bills:
        pay_at_bank(begin(bill))
    assert {state(bill) for bill in bills} == {"pending"}
    bank.control({"release": True})
    wait_for(lambda: bank.delivered.count(200) == 4)
    for bill in bills:
        check_settled_once(bill)


@pytest.mark.parametrize(("about", "status"), [("amount", 200), ("reference", 200), ("signature", 401)])
def test_a_bank_that_lies(house: None, bank: Bank, about: str, status: int) -> None:
    bill = far_bill()
    attempt = begin(bill)
    bank.control({"mode": "lie", "about": about, "backoff_s": 0.01})
    pay_at_bank(attempt)
    wait_for(lambda: status in bank.delivered)
    assert state(bill) == "pending"
    assert "bank" not in api.balance(bill.id)
    told = models.Discrepancy.objects.filter(provider_reference=attempt.provider_reference)
    assert [row.kind for row in told] == (["wrong_amount"] if about == "amount" else [])
