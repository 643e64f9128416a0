"""Who listens to what: topic of the outbox -> handlers. Handlers may run twice and must not mind."""

from collections.abc import Callable, Mapping
from typing import Any

HANDLERS: Mapping[str, tuple[Callable[..., None], ...]] = {}


def dispatch(topic: str, payload: dict[str, Any]) -> None:
    """Call every handler of ``topic`` with the payload as keyword arguments."""
    for handler in HANDLERS.get(topic, ()):
        handler(**payload)
