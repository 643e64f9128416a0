"""Append to the event log and the outbox. Call inside the transaction that makes the change."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pendopo.kernel import clock
from pendopo.kernel.models import Event, Outbox


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a subject's history."""

    seq: int
    verb: str
    actor: str
    on_behalf_of: str
    data: dict[str, Any]
    at: datetime


def record(subject: str, verb: str, *, actor: str, on_behalf_of: str = "", **data: Any) -> None:
    """Append one event to the chain of ``subject``. Values in ``data`` must be JSON."""
    Event.objects.create(
        subject=subject,
        seq=0,
        verb=verb,
        actor=actor,
        on_behalf_of=on_behalf_of,
        data=data,
        at=clock.now(),
        hash=b"",
    )


def emit(topic: str, **payload: Any) -> None:
    """Tell other modules; ``config/wiring.py`` lists who listens. Payload: ids and plain JSON only."""
    Outbox.objects.create(topic=topic, payload=payload, at=clock.now())


def history(subject: str) -> list[Entry]:
    """Every event of the subject, oldest first."""
    rows = Event.objects.filter(subject=subject).order_by("seq")
    return [Entry(e.seq, e.verb, e.actor, e.on_behalf_of, e.data, e.at) for e in rows]


def histories(subjects: Iterable[str]) -> dict[str, list[Entry]]:
    """Every event of several subjects, oldest first, in one statement; a subject without any is absent."""
    found: dict[str, list[Entry]] = {}
    for e in Event.objects.filter(subject__in=list(subjects)).order_by("at", "id"):
        entry = Entry(e.seq, e.verb, e.actor, e.on_behalf_of, e.data, e.at)
        found.setdefault(e.subject, []).append(entry)
    return found
