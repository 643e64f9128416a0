"""Who listens to what: topic of the outbox -> handlers. Handlers may run twice and must not mind."""

from collections.abc import Callable, Mapping
from typing import Any

from pendopo.applications.api import (
    on_bill_settled,
    on_concluded,
    on_decided,
    on_filed_again,
    on_inspected,
    on_provisional_wanted,
    on_sample_decided,
    on_submitted,
)

HANDLERS: Mapping[str, tuple[Callable[..., None], ...]] = {
    "application_submitted": (on_submitted, on_filed_again),
    "application_decided": (on_decided, on_sample_decided),
    "application_concluded": (on_concluded, on_sample_decided),
    "inspected": (on_inspected,),
    "provisional_wanted": (on_provisional_wanted,),
    "bill_settled": (on_bill_settled,),
}


def dispatch(topic: str, payload: dict[str, Any]) -> None:
    """Call every handler of ``topic`` with the payload as keyword arguments."""
    for handler in HANDLERS.get(topic, ()):
        handler(**payload)
