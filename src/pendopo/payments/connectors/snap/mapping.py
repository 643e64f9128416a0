"""Signatures, and the provider's JSON turned into our words. Pure: no network, no clock."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pendopo.payments.rules import AttemptState, Notice

PROVIDER: Final = "snap"
SIGNED_HEADERS: Final = ("X-TIMESTAMP", "X-EXTERNAL-ID", "X-SIGNATURE")
EXTERNAL_ID_DIGITS: Final = 36
STATES: Final = {state.value: state for state in AttemptState if state is not AttemptState.OPENING}
_SPACE_OUTSIDE_STRINGS: Final = re.compile(rb'("(?:[^"\\]|\\.)*")|\s+', re.DOTALL)


class NotUnderstood(ValueError):
    """The provider sent something that is not what was agreed."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A payment the provider waits for."""

    provider_reference: str
    partner_reference: str
    amount_idr: int
    pay_url: str
    qr_content: str
    state: AttemptState


def minify(body: bytes) -> bytes:
    """JSON without the white space between its parts; strings stay as they are."""
    return _SPACE_OUTSIDE_STRINGS.sub(rb"\1", body)


def sign(secret: str, call: str, *, body: bytes, timestamp: str, token: str = "") -> str:
    """Symmetric transaction signature; ``call`` is ``METHOD:PATH``, ``token`` the access token where there is one.

    Source: SNAP (Bank Indonesia), technical standard, symmetric signature with HMAC-SHA512.
    """
    text = f"{call}:{token}:{hashlib.sha256(minify(body)).hexdigest()}:{timestamp}"
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha512")).decode()


def is_signed(secret: str, call: str, *, body: bytes, headers: Mapping[str, str]) -> bool:
    """True when the headers sign exactly this body for this call. Takes the same time whatever is wrong.

    Age is not judged: settling happens once, so a message sent again by a stranger changes nothing.
    """
    told = {key.upper(): value for key, value in headers.items()}
    right = sign(secret, call, body=body, timestamp=told.get("X-TIMESTAMP", ""))
    return hmac.compare_digest(told.get("X-SIGNATURE", "").encode(), right.encode())


def external_id(reference: UUID) -> str:
    """At most 36 digits, the same for the same reference: a repeated call is recognised as one."""
    return str(reference.int % 10**EXTERNAL_ID_DIGITS)


def read_opened(told: object) -> Opened:
    """Answer to opening a payment. Raises: NotUnderstood."""
    source = _object(told)
    url = _text(source, "pay_url", longest=500)
    if not url.startswith(("https://", "http://")):
        raise NotUnderstood("pay_url is not a web address")
    return Opened(
        provider_reference=_text(source, "provider_reference"),
        partner_reference=_text(source, "partner_reference"),
        amount_idr=_amount(source),
        pay_url=url,
        qr_content=_text(source, "qr_content", longest=600) if source.get("qr_content") else "",
        state=_state(source),
    )


def read_notice(told: object) -> Notice:
    """State of a payment, asked for or told by webhook. Raises: NotUnderstood."""
    source = _object(told)
    paid_at = source.get("paid_at")
    return Notice(
        provider=PROVIDER,
        provider_reference=_text(source, "provider_reference"),
        partner_reference=_text(source, "partner_reference"),
        amount_idr=_amount(source),
        state=_state(source),
        paid_at=_instant(paid_at) if paid_at else None,
        event_id=_text(source, "event_id") if "event_id" in source else "",
    )


def read_webhook(body: bytes) -> Notice:
    """Body of a webhook; it must carry an event id. Raises: NotUnderstood."""
    try:
        notice = read_notice(json.loads(body))
    except (ValueError, RecursionError) as error:
        raise NotUnderstood("webhook cannot be read") from error
    if not notice.event_id:
        raise NotUnderstood("event_id is missing")
    return notice


def _object(told: object) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise NotUnderstood("not an object")
    return told


def _text(source: Mapping[str, Any], key: str, *, longest: int = 64) -> str:
    value = source.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= longest or not value.isprintable():
        raise NotUnderstood(f"{key} is not a text of 1 to {longest} characters")
    return value


def _amount(source: Mapping[str, Any]) -> int:
    value = source.get("amount_idr")
    if type(value) is not int or not 0 < value < 2**53:
        raise NotUnderstood("amount_idr is not a whole positive number")
    return value


def _state(source: Mapping[str, Any]) -> AttemptState:
    try:
        return STATES[source["state"]]
    except (KeyError, TypeError) as error:
        raise NotUnderstood("state is unknown") from error


def _instant(value: object) -> datetime:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise NotUnderstood("paid_at is not a time") from error
    if at.tzinfo is None:
        raise NotUnderstood("paid_at has no zone")
    return at
