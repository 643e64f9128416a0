"""Typed readers of environment variables. A bad value names the variable and the remedy."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, NamedTuple

DAY_A_SECOND: Final = 86_400.0
FASTEST: Final = 1_000_000.0


class Misconfigured(SystemExit):
    """Ends the process with one line: what is wrong and the mend."""


def text(name: str, default: str | None = None) -> str:
    """Return the variable, or ``default``; without a default it must be set."""
    value = os.environ.get(name, default)
    if value is None:
        raise Misconfigured(f"{name} is not set. Mend: export {name}=...")
    return value


def flag(name: str, *, default: bool) -> bool:
    """``1/true/yes/on`` or ``0/false/no/off``."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() in {"1", "true", "yes", "on"}:
        return True
    if value.lower() in {"0", "false", "no", "off"}:
        return False
    raise Misconfigured(f"{name}={value!r} is not yes or no. Mend: export {name}=1 or {name}=0")


def number(name: str, default: int, *, low: int = 0, high: int = 2**31) -> int:
    """Return a whole number between ``low`` and ``high``."""
    value = os.environ.get(name, str(default))
    if not value.isdigit() or not low <= int(value) <= high:
        raise Misconfigured(
            f"{name}={value!r} is not a number from {low} to {high}. Mend: export {name}={default}"
        )
    return int(value)


def folder(name: str, default: Path) -> Path:
    """Return an absolute folder path; it need not exist yet."""
    return Path(os.environ.get(name, str(default))).expanduser().resolve()


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """Return one of ``allowed``."""
    value = os.environ.get(name, default)
    if value not in allowed:
        raise Misconfigured(f"{name}={value!r} is unknown. Mend: export {name}= one of {', '.join(allowed)}")
    return value


class ClockChoice(NamedTuple):
    """Another clock than the machine's: one that stands at ``at``, or one that has run ``factor`` times as fast since ``at``."""

    kind: Literal["fixed", "fast"]
    at: datetime
    factor: float = 0.0


def clock(name: str) -> ClockChoice | None:
    """``fixed:2026-12-24T09:00+07:00`` or ``fast:2026-11-22T08:00+07:00@86400`` (without a factor a day a second); None when unset."""
    value = os.environ.get(name)
    if not value:
        return None
    kind, _colon, rest = value.partition(":")
    at, _at, factor = rest.partition("@")
    try:
        instant = datetime.fromisoformat(at).astimezone(UTC)
        speed = float(factor or DAY_A_SECOND)
    except (ValueError, OverflowError):
        instant, speed = None, 0.0
    if instant and kind == "fixed" and not factor:
        return ClockChoice("fixed", instant)
    if instant and kind == "fast" and 0 < speed <= FASTEST:
        return ClockChoice("fast", instant, speed)
    raise Misconfigured(
        f"{name}={value!r} is no clock. Mend: export {name}=fixed:2026-12-24T09:00+07:00 or {name}=fast:2026-11-22T08:00+07:00@86400"
    )
