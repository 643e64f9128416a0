"""A running bank, a payer, a stranger, and a way to say what the bank would say."""

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import stamina
from django.db import connection

from pendopo.identity.api import Actor, ActorKind, Role
from pendopo.kernel import clock, outward
from pendopo.payments import api
from simulators.payment import Bank, sign, stamp
from simulators.server import running

SECRET = "demo-payment-secret"
PAYER = Actor(ActorKind.PERSON, uuid.UUID(int=1), "Hendra Gunawan")
STRANGER = Actor(ActorKind.PERSON, uuid.UUID(int=2), "Budi Santoso")
OFFICER = Actor(ActorKind.STAFF, uuid.UUID(int=3), "Petugas", {"dpmptsp-batam": frozenset({Role.CASHIER})})
LINES = (
    api.BillLine(
        "Retribusi bangunan gedung",
        1_250_000,
        "Building levy",
        "Perda 1/2024",
        "36 m2 x indeks 0,5 x Rp69.444",
    ),
    api.BillLine("Prasarana: pagar", 75_500, "Fence"),
)
TOTAL = 1_325_500


@pytest.fixture(scope="session")
def connections() -> Iterator[None]:
    """Close the client's pool in the end: no socket is left to the collector."""
    yield
    outward.close()


@pytest.fixture
def bank(settings: Any, connections: None) -> Iterator[Bank]:
    """Silent: tests bring the webhooks themselves."""
    simulator = Bank(SECRET)
    with running(simulator) as url:
        settings.PAYMENT_URL, settings.PAYMENT_SECRET = url, SECRET
        simulator.control({"mode": "ok", "silent": True})
        with stamina.set_testing(True, attempts=3):
            yield simulator


def make_bill(**wishes: Any) -> api.Bill:
    subject = wishes.pop("subject", f"application:{uuid.uuid4()}")
    words: dict[str, Any] = {
        "service_id": "dpmptsp-pbg-rumah",
        "agency_id": "dpmptsp-batam",
        "payer_ref": PAYER.ref,
        "payer_name": PAYER.name,
        "title": "Persetujuan Bangunan Gedung",
        "lines": LINES,
        "due_at": clock.now() + timedelta(days=7),
        "by": OFFICER,
    }
    return api.bill(subject=subject, **(words | wishes))


def begin(bill: api.Bill, by: Actor = PAYER) -> api.Attempt:
    return api.begin_payment(bill_id=bill.id, by=by, return_url="http://127.0.0.1:8000/x/")


def notice(attempt: api.Attempt, **changes: Any) -> dict[str, Any]:
    return {
        "event_id": str(uuid.uuid4().int % 10**20),
        "type": "payment.paid",
        "provider_reference": attempt.provider_reference,
        "partner_reference": str(attempt.id),
        "amount_idr": attempt.amount_idr,
        "state": "paid",
        "paid_at": clock.now().isoformat(),
    } | changes


def signed(body: dict[str, Any], secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
    raw, at = json.dumps(body).encode(), stamp()
    return raw, {
        "X-Timestamp": at,
        "X-External-Id": body.get("event_id", ""),
        "X-Signature": sign(secret, "POST:/hooks/payment/", raw, at),
    }


def tell(body: dict[str, Any], secret: str = SECRET) -> api.Outcome:
    raw, headers = signed(body, secret)
    return api.receive_webhook(raw=raw, headers=headers)


def pay_at_bank(attempt: api.Attempt, choice: str = "bayar") -> httpx.Response:
    return httpx.post(attempt.pay_url, data={"pilihan": choice})


@pytest.fixture
def transactional_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Take the place of pytest-django's fixture, which empties all tables afterwards: the ledger refuses that.

    Under this very name, because pytest-django makes the test database only for tests that ask for one by name.
    Rows stay, so such tests use subjects of their own.
    """
    with django_db_blocker.unblock():
        chosen = connection.settings_dict
        assert chosen["NAME"] == chosen["TEST"]["NAME"], "this is not the test database"
        yield
        connection.close()


@pytest.fixture
def in_threads() -> Callable[[Callable[[int], Any], int], list[Any]]:
    """Run the same thing at once, each with its own connection; returns results or exceptions."""
    import threading
    from concurrent.futures import ThreadPoolExecutor

    def run(work: Callable[[int], Any], count: int) -> list[Any]:
        gate = threading.Barrier(count)

        def one(number: int) -> Any:
            gate.wait()
            try:
                return work(number)
            except Exception as error:  # noqa: BLE001 - the test looks at it
                return error
            finally:
                connection.close()

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(one, range(count)))

    return run
