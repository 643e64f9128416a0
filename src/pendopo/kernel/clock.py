"""The only source of "now". Injected, never monkey-patched: tests and the demo set another clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from django.conf import settings

from pendopo.kernel.env import ClockChoice


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


class FastClock:
    """Runs ``factor`` times as fast as the machine's clock since ``anchor_real``, when it showed ``anchor_virtual``."""

    def __init__(self, anchor_real: datetime, anchor_virtual: datetime, factor: float) -> None:
        self.anchor_real, self.anchor_virtual, self.factor = anchor_real, anchor_virtual, factor

    def now(self) -> datetime:
        return self.anchor_virtual + (SystemClock().now() - self.anchor_real) * self.factor


_clock: Clock | None = None


def _chosen() -> Clock:
    """The clock of this process: what the settings say, until a block runs under another."""
    global _clock  # noqa: PLW0603 - one process, one clock
    if _clock is None:
        _clock = of_choice(settings.CLOCK)
    return _clock


def of_choice(choice: ClockChoice | None) -> Clock:
    """The clock that PENDOPO_CLOCK names. A fast one showed its anchor's instant at that very instant, in every process."""
    if choice is None:
        return SystemClock()
    return FixedClock(choice.at) if choice.kind == "fixed" else FastClock(choice.at, choice.at, choice.factor)


def now() -> datetime:
    """Aware instant, UTC."""
    return _chosen().now()


def speed() -> float:
    """How many times as fast as the machine's this clock runs: whoever waits for a minute of the clock waits that much less."""
    here = _chosen()
    return here.factor if isinstance(here, FastClock) else 1.0


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
    before, _clock = _chosen(), clock
    try:
        yield clock
    finally:
        _clock = before
