"""The only source of "now". Injected, never monkey-patched: tests and the demo set another clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from django.conf import settings


class Clock(Protocol):
    """Answers aware UTC instants."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the one place


class FixedClock:
    """Stands still until moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def move(self, **delta: float) -> None:
        """Move by ``timedelta(**delta)``."""
        self.at += timedelta(**delta)


_clock: Clock = SystemClock()


def now() -> datetime:
    """Aware instant, UTC."""
    return _clock.now()


def zone() -> ZoneInfo:
    """Time zone of the region this instance serves."""
    return ZoneInfo(settings.TIME_ZONE)


def today() -> date:
    """Local date of the region."""
    return now().astimezone(zone()).date()


@contextmanager
def use(clock: Clock) -> Iterator[Clock]:
    """Run the block under another clock."""
    global _clock  # noqa: PLW0603 - one process, one clock
    before, _clock = _clock, clock
    try:
        yield clock
    finally:
        _clock = before
