"""Calls to systems outside: one pool of connections, short time-outs, a few tries, and one kind of error. Never inside a transaction."""

from collections.abc import Mapping
from functools import cache
from threading import Lock
from typing import Final

import httpx
import stamina
import structlog
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from pendopo.kernel.errors import Unavailable

TIMEOUT: Final = httpx.Timeout(3.0, connect=1.5, pool=1.0)
TRIES: Final = 3
PATIENCE_SECONDS: Final = 6.0
_MAKING: Final = Lock()
log = structlog.get_logger(__name__)


def ask(who: str, method: str, url: str, *, body: bytes = b"", headers: Mapping[str, str]) -> object:
    """Send a request that may safely be repeated and return the JSON of the answer; ``who`` names the system in errors.

    Raises: Unavailable; ``permanent`` when trying again cannot help (refused, or no JSON), ``unknown`` when it answered 404.
    """
    try:
        return _try(method, url, body, headers)
    except httpx.HTTPStatusError as error:
        raise Unavailable(
            f"{who} answered {error.response.status_code}",
            permanent=not _may_help(error),
            unknown=error.response.status_code == httpx.codes.NOT_FOUND,
        ) from error
    except httpx.TransportError as error:
        raise Unavailable(f"{who} did not answer: {type(error).__name__}") from error
    except ValueError as error:
        raise Unavailable(f"{who} did not answer in JSON", permanent=True) from error


def close() -> None:
    """Close the pool; the next call opens another."""
    with _MAKING:
        _pool().close()
        _pool.cache_clear()


@cache
def _pool() -> httpx.Client:
    return httpx.Client(timeout=TIMEOUT, limits=httpx.Limits(max_connections=20, max_keepalive_connections=4))


def _http() -> httpx.Client:
    """One pool a process; the lock keeps two first callers from making two."""
    with _MAKING:
        return _pool()


def _may_help(error: Exception) -> bool:
    """True for faults that another try may not meet."""
    if isinstance(error, httpx.HTTPStatusError):
        status = error.response.status_code
        return status >= httpx.codes.INTERNAL_SERVER_ERROR or status == httpx.codes.TOO_MANY_REQUESTS
    return isinstance(error, httpx.TransportError)


def _note(details: RetryDetails) -> None:
    """One line a try. The library's own would print what was asked: numbers of people, and the key of the register."""
    log.warning("asked_again", tries=details.retry_num, cause=type(details.caused_by).__name__)


set_on_retry_hooks([_note])


@stamina.retry(
    on=_may_help, attempts=TRIES, timeout=PATIENCE_SECONDS, wait_initial=0.1, wait_max=1.0, wait_jitter=0.1
)
def _try(method: str, url: str, body: bytes, headers: Mapping[str, str]) -> object:
    reply = _http().request(method, url, content=body, headers=dict(headers))
    reply.raise_for_status()
    return reply.json()
