"""Talks to the payment provider: open a payment, ask how it stands. Knows no model and no transaction."""

import json
from datetime import datetime
from functools import cache
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import stamina
from django.conf import settings

from pendopo.kernel import clock
from pendopo.kernel.errors import Unavailable
from pendopo.payments.connectors.snap import mapping
from pendopo.payments.rules import Notice

CALLBACK_PATH: Final = "/hooks/payment/"
TIMEOUT: Final = httpx.Timeout(3.0, connect=1.5, pool=1.0)
TRIES: Final = 3
PATIENCE_SECONDS: Final = 6.0
SERVER_ERROR: Final = 500
TOO_MANY: Final = 429
_MAKING: Final = Lock()


def callback_url() -> str:
    """Where the provider tells us what happened."""
    return f"{settings.BASE_URL}{CALLBACK_PATH}"


def is_genuine(raw: bytes, headers: dict[str, str]) -> bool:
    """True when a webhook was signed by the provider for our address."""
    call = f"POST:{urlsplit(callback_url()).path}"
    return mapping.is_signed(settings.PAYMENT_SECRET, call, body=raw, headers=headers)


def open_payment(
    *, partner_reference: UUID, amount_idr: int, description: str, return_url: str, expires_at: datetime
) -> mapping.Opened:
    """Ask the provider to wait for a payment. The same reference again gives the same payment.

    Raises: Unavailable; ``permanent`` when trying again cannot help.
    """
    wish = {
        "partner_reference": str(partner_reference),
        "amount_idr": amount_idr,
        "description": description,
        "callback_url": callback_url(),
        "return_url": return_url,
        "expires_at": expires_at.isoformat(timespec="seconds"),
    }
    try:
        opened = mapping.read_opened(
            _call("POST", "/v1/payments", wish, mapping.external_id(partner_reference))
        )
    except mapping.NotUnderstood as error:
        raise Unavailable(f"payment provider: {error}", permanent=True) from error
    if (opened.partner_reference, opened.amount_idr) != (str(partner_reference), amount_idr):
        raise Unavailable("payment provider answered about another payment", permanent=True)
    return opened


def get_payment(provider_reference: str) -> Notice:
    """Ask how a payment stands. Raises: Unavailable."""
    try:
        return mapping.read_notice(_call("GET", f"/v1/payments/{provider_reference}"))
    except mapping.NotUnderstood as error:
        raise Unavailable(f"payment provider: {error}", permanent=True) from error


def _http() -> httpx.Client:
    """One pool of connections a process; the lock keeps two first callers from making two."""
    with _MAKING:
        return _pool()


@cache
def _pool() -> httpx.Client:
    return httpx.Client(timeout=TIMEOUT, limits=httpx.Limits(max_connections=20, max_keepalive_connections=4))


def _may_help(error: Exception) -> bool:
    """True for faults that another try may not meet."""
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code >= SERVER_ERROR or error.response.status_code == TOO_MANY
    return isinstance(error, httpx.TransportError)


def _call(method: str, path: str, wish: dict[str, Any] | None = None, external_id: str = "") -> object:
    try:
        return _try(method, path, wish, external_id)
    except httpx.HTTPStatusError as error:
        code = error.response.status_code
        raise Unavailable(f"payment provider answered {code}", permanent=not _may_help(error)) from error
    except httpx.TransportError as error:
        raise Unavailable(f"payment provider did not answer: {error!r}") from error
    except ValueError as error:
        raise Unavailable("payment provider did not answer in JSON", permanent=True) from error


@stamina.retry(
    on=_may_help, attempts=TRIES, timeout=PATIENCE_SECONDS, wait_initial=0.1, wait_max=1.0, wait_jitter=0.1
)
def _try(method: str, path: str, wish: dict[str, Any] | None, external_id: str) -> object:
    body = json.dumps(wish, ensure_ascii=False, separators=(",", ":")).encode() if wish else b""
    timestamp = clock.now().astimezone(clock.zone()).isoformat(timespec="seconds")
    url = f"{settings.PAYMENT_URL}{path}"
    call = f"{method}:{urlsplit(url).path}"
    headers = {
        "Content-Type": "application/json",
        "X-TIMESTAMP": timestamp,
        "X-EXTERNAL-ID": external_id,
        "X-SIGNATURE": mapping.sign(settings.PAYMENT_SECRET, call, body=body, timestamp=timestamp),
    }
    reply = _http().request(method, url, content=body, headers=headers)
    reply.raise_for_status()
    return reply.json()
