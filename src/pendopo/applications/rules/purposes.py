"""What may be asked for about a document one holds: renewal, amendment, duplicate, certified copy; and from when until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from pendopo.applications.rules.terms import Purpose
from pendopo.kernel.errors import Denied

ABOUT_DOCUMENTS: Final = (
    Purpose.RENEWAL,
    Purpose.AMENDMENT,
    Purpose.DUPLICATE,
    Purpose.CERTIFIED_COPY,
)
COPIES: Final = frozenset({Purpose.DUPLICATE, Purpose.CERTIFIED_COPY})
REPLACING: Final = frozenset({Purpose.RENEWAL, Purpose.AMENDMENT})
"""Purposes whose document takes the place of the earlier one."""


@dataclass(frozen=True, slots=True)
class Held:
    """The document asked about, as it stands today. ``original``: it grants something and is no copy, letter or provisional paper."""

    standing: str
    valid_until: date | None
    original: bool = True


@dataclass(frozen=True, slots=True)
class Window:
    """When renewal is possible: so many calendar days before the end, and after it (None: however late)."""

    opens_days: int = 60
    late_days: int | None = None


def check(held: Held, purpose: Purpose, window: Window, on: date) -> None:
    """May this be asked for on local date ``on``?

    Raises: Denied("ask_on_original" | "not_in_this_standing" | "renewal_needless" | "renewal_too_early" | "renewal_too_late").
    """
    if not held.original:
        raise Denied("ask_on_original")
    fits = {"valid", "expired"} if purpose is Purpose.RENEWAL else {"valid"}
    if held.standing not in fits:
        raise Denied("not_in_this_standing", held.standing)
    if purpose is Purpose.RENEWAL:
        _check_window(held.valid_until, window, on)


def to_confirm(
    content: Mapping[str, Any], step_key: str, answers: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """What the officer of a step must have received or seen, given the answers: {says, says_en}. Shape: ``content`` of a version."""
    return [
        confirm
        for confirm in content.get("confirms") or ()
        if confirm["step"] == step_key and answers.get(confirm["field"]) == confirm["is"]
    ]


def _check_window(ends: date | None, window: Window, on: date) -> None:
    if ends is None:
        raise Denied("renewal_needless")
    if on < opens_on(ends, window):
        raise Denied("renewal_too_early")
    if window.late_days is not None and on > ends + timedelta(days=window.late_days):
        raise Denied("renewal_too_late")


def opens_on(ends: date, window: Window) -> date:
    """First day on which a document that ends on ``ends`` may be renewed."""
    return ends - timedelta(days=window.opens_days)


def can(held: Held, purpose: Purpose, window: Window, on: date) -> bool:
    """True when ``check`` would pass. Buttons ask this; actions ask ``check``."""
    try:
        check(held, purpose, window, on)
    except Denied:
        return False
    return True


def validity(
    purpose: Purpose, decided_on: date, earlier_until: date | None, renewed_until: date | None
) -> tuple[date, date | None]:
    """From when and until when the new document holds.

    ``renewed_until`` is the end counted from the day the earlier one would end (or from today when it has): no day is lost by renewing
    early. An amendment and a copy end when the earlier document does.
    """
    return decided_on, renewed_until if purpose in {Purpose.NEW, Purpose.RENEWAL} else earlier_until


def counts_from(purpose: Purpose, decided_on: date, earlier_until: date | None) -> date:
    """The day from which the months of validity count."""
    if purpose is Purpose.RENEWAL and earlier_until is not None:
        return max(decided_on, earlier_until)
    return decided_on
