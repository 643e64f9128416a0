"""Asks the population registry for one person by number. The caller has the person's consent and has recorded it."""

import json
from functools import cache
from threading import Lock
from typing import Any, Final

import httpx
import stamina
from django.conf import settings

from pendopo.agencies.connectors.dukcapil import mapping
from pendopo.kernel.errors import Unavailable

AGENCY: Final = "mpp"
TIMEOUT: Final = httpx.Timeout(3.0, connect=1.5, pool=1.0)
TRIES: Final = 3
PATIENCE_SECONDS: Final = 6.0
SERVER_ERROR: Final = 500
TOO_MANY: Final = 429
_MAKING: Final = Lock()


def fetch(nik: str) -> dict[str, str] | None:
    """Record of the person with this number in the registry's own field names, or None when it knows nobody.

    Raises: Unavailable; ``permanent`` when trying again cannot help (our token is refused, the answer makes no sense).
    """
    answer = _call("CALL_NIK", {"NIK": nik})
    try:
        return mapping.record_of(answer, nik)
    except mapping.NotUnderstood as error:
        raise Unavailable(f"population registry: {error}", permanent=True) from error


def verify(nik: str, claims: dict[str, str]) -> dict[str, bool] | None:
    """Which of ``claims`` (registry's field -> value) agree with the registry; None when it knows nobody.

    A field the registry does not answer about is left out. Raises: Unavailable.
    """
    answer = _call("CALL_VERIFY", {**claims, "NIK": nik})
    try:
        told = mapping.record_of(answer, nik)
    except mapping.NotUnderstood as error:
        raise Unavailable(f"population registry: {error}", permanent=True) from error
    return (
        None
        if told is None
        else {field: told[field].startswith("Sesuai") for field in claims if field in told}
    )


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


def _call(kind: str, question: dict[str, Any]) -> object:
    try:
        return _try(kind, question)
    except httpx.HTTPStatusError as error:
        code = error.response.status_code
        raise Unavailable(f"population registry answered {code}", permanent=not _may_help(error)) from error
    except httpx.TransportError as error:
        raise Unavailable(f"population registry did not answer: {type(error).__name__}") from error
    except ValueError as error:
        raise Unavailable("population registry did not answer in JSON", permanent=True) from error


@stamina.retry(
    on=_may_help, attempts=TRIES, timeout=PATIENCE_SECONDS, wait_initial=0.1, wait_max=1.0, wait_jitter=0.1
)
def _try(kind: str, question: dict[str, Any]) -> object:
    reply = _http().post(
        f"{settings.DUKCAPIL_URL}/dukcapil/get_json/{AGENCY}/{kind}",
        content=json.dumps(question).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {settings.DUKCAPIL_TOKEN}"},
    )
    reply.raise_for_status()
    return reply.json()
