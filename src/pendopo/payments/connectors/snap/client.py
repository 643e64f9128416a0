"""Talks to the payment provider: open a payment, ask how it stands. Knows no model and no transaction."""

import json
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from pendopo.kernel import clock, outward
from pendopo.kernel.errors import Unavailable
from pendopo.payments.connectors.snap import mapping
from pendopo.payments.rules import Notice

CALLBACK_PATH: Final = "/hooks/payment/"


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


def _call(method: str, path: str, wish: dict[str, Any] | None = None, external_id: str = "") -> object:
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
    return outward.ask("payment provider", method, url, body=body, headers=headers)
