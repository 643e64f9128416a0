"""Typed readers of environment variables. A bad value names the variable and the remedy."""

import os
from pathlib import Path


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
