"""Who listens to what: topic of the outbox -> handlers. Handlers may run twice and must not mind."""

from collections.abc import Callable, Mapping
from typing import Any

from pendopo.applications.api import (
    on_appeal_decided,
    on_bill_settled,
    on_concluded,
    on_correction_requested,
    on_deadlines_moved,
    on_deadlines_warned,
    on_decided,
    on_document_expiring,
    on_filed_again,
    on_inspected,
    on_inspection_scheduled,
    on_overridden,
    on_provisional_wanted,
    on_rule_stopped,
    on_sample_decided,
    on_step_reassigned,
    on_submitted,
)

HANDLERS: Mapping[str, tuple[Callable[..., None], ...]] = {
    "application_submitted": (on_submitted, on_filed_again),
    "application_decided": (on_decided, on_sample_decided),
    "application_concluded": (on_concluded, on_sample_decided),
    "correction_requested": (on_correction_requested,),
    "inspection_scheduled": (on_inspection_scheduled,),
    "inspected": (on_inspected,),
    "step_reassigned": (on_step_reassigned,),
    "provisional_wanted": (on_provisional_wanted,),
    "bill_settled": (on_bill_settled,),
    "deadlines_moved": (on_deadlines_moved,),
    "deadlines_warned": (on_deadlines_warned,),
    "document_expiring": (on_document_expiring,),
    "appeal_decided": (on_appeal_decided,),
    "rule_switched_off": (on_rule_stopped,),
    "automatic_overridden": (on_overridden,),
}


def dispatch(topic: str, payload: dict[str, Any]) -> None:
    """Call every handler of ``topic`` with the payload as keyword arguments."""
    for handler in HANDLERS.get(topic, ()):
        handler(**payload)
