"""Service hours: which hours hold on a day, usually and in a range such as Ramadan. Pure.

Hours say when a day of service ends, and so on which day something sent late counts as received. Whether a day is a working day is the
calendar's alone: hours on a Saturday make no working day of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any, Final

from pendopo.kernel.errors import Denied
from pendopo.region.rules.days import Calendar, DayKind

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DEFAULT_CLOSING: Final = time(16, 0)
"""When a day ends on which nobody serves: terms in calendar days may fall on one."""
LONGEST_RANGE_DAYS: Final = 40
FASTING_DAYS: Final = 30
EID: Final = "Idul Fitri"
BEGINNING: Final = date.min


@dataclass(frozen=True, slots=True)
class Span:
    """Service on one weekday in local time, and the minutes of its break."""

    opens: time
    closes: time
    break_minutes: int = 0

    @property
    def minutes(self) -> int:
        """Minutes of work, without the break."""
        return _minute(self.closes) - _minute(self.opens) - self.break_minutes


Week = tuple[Span | None, ...]
"""Monday to Sunday; None: no service."""


@dataclass(frozen=True, slots=True)
class Hours:
    """A week's hours from a day on. With ``until_on`` a range, such as Ramadan, that wins over the usual hours.

    ``agency_id=""`` holds for all; an agency's own hours of the same kind win over that. ``id`` 0: the seed says so.
    """

    name: str
    week: Week
    from_on: date = BEGINNING
    until_on: date | None = None
    agency_id: str = ""
    estimated: bool = False
    id: int = 0


def _week(usual: Span, friday: Span) -> Week:
    return (usual, usual, usual, usual, friday, None, None)


LAW: Final = _week(Span(time(7, 30), time(16, 0), 60), Span(time(7, 30), time(16, 30), 90))
"""37.5 hours a week without breaks. Source: Perpres 21/2023 (five days from 07.30; break 60 minutes, on Fridays 90)."""

LAW_RAMADAN: Final = _week(Span(time(8, 0), time(15, 0), 30), Span(time(8, 0), time(15, 30), 60))
"""32.5 hours a week. Source: Perpres 21/2023 (in Ramadan from 08.00; break 30 minutes, on Fridays 60)."""


def week_of(said: Mapping[str, Sequence[Any]] | None, law: Week) -> Week:
    """A week as data says it, ``{mon: ['07:30', '16:00', 60]}``, the break may be left out; the law's where nothing is said."""
    if not said:
        return law
    return tuple(_span(said[name]) if said.get(name) else None for name in WEEKDAYS)


def stored_week(week: Week) -> dict[str, list[Any]]:
    """A week as ``week_of`` reads it."""
    return {
        name: [span.opens.isoformat("minutes"), span.closes.isoformat("minutes"), span.break_minutes]
        for name, span in zip(WEEKDAYS, week, strict=True)
        if span
    }


def _span(said: Sequence[Any]) -> Span:
    opens, closes, *rest = said
    return Span(time.fromisoformat(str(opens)), time.fromisoformat(str(closes)), int(rest[0]) if rest else 0)


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def minutes_a_week(week: Week) -> int:
    """Minutes of work in a week: what Perpres 21/2023 limits."""
    return sum(span.minutes for span in week if span)


def check(hours: Hours) -> None:
    """Raises: Denied("hours_none" | "hours_order" | "hours_range")."""
    if not any(hours.week):
        raise Denied("hours_none")
    if any(span.break_minutes < 0 or span.minutes <= 0 for span in hours.week if span):
        raise Denied("hours_order")
    if hours.until_on and not 0 <= (hours.until_on - hours.from_on).days < LONGEST_RANGE_DAYS:
        raise Denied("hours_range")


def fasting(calendar: Calendar, week: Week) -> list[Hours]:
    """Ramadan of every year the calendar knows: the thirty days before Idul Fitri, an estimate until somebody settles its first day."""
    feasts = {on for on, (kind, name) in calendar.days.items() if kind is DayKind.HOLIDAY and EID in name}
    first = sorted(on for on in feasts if on - timedelta(days=1) not in feasts)
    return [
        Hours("Ramadan", week, on - timedelta(days=FASTING_DAYS), on - timedelta(days=1), estimated=True)
        for on in first
    ]


def layered(*layers: Iterable[Hours]) -> tuple[Hours, ...]:
    """Hours of all layers, the weakest first. A range takes the place of those of weaker layers of which it covers at least half: a Ramadan
    whose days were settled differently is not there twice, and one short day inside it is not the end of it. Only ranges for
    everybody, or of the same agency, do so.
    """
    found: list[Hours] = []
    for layer in layers:
        stronger = list(layer)
        found = [old for old in found if not any(_replaces(new, old) for new in stronger)] + stronger
    return tuple(found)


def _replaces(new: Hours, old: Hours) -> bool:
    if new.until_on is None or old.until_on is None or new.agency_id not in {"", old.agency_id}:
        return False
    shared = (min(new.until_on, old.until_on) - max(new.from_on, old.from_on)).days + 1
    return shared * 2 >= _days(old)


def _days(hours: Hours) -> int:
    """How many days a range has; 0 for usual hours, which have no end."""
    return (hours.until_on - hours.from_on).days + 1 if hours.until_on else 0


def hours_on(on: date, known: Iterable[Hours], agency_id: str = "") -> Hours:
    """The hours that hold on a day: a range wins over usual hours, an agency's own over everybody's, the shorter over the longer range,
    later ones over earlier ones.
    """
    holding = [
        hours
        for hours in known
        if hours.agency_id in {"", agency_id}
        and hours.from_on <= on
        and (hours.until_on is None or on <= hours.until_on)
    ]
    return max(holding, key=_rank, default=Hours("", LAW))


def _rank(hours: Hours) -> tuple[bool, bool, int, date, int]:
    return (hours.until_on is not None, bool(hours.agency_id), -_days(hours), hours.from_on, hours.id)


def closing(on: date, known: Iterable[Hours], agency_id: str = "") -> time:
    """When service ends on a day; of a day without service, when the promises of that day end."""
    span = hours_on(on, known, agency_id).week[on.weekday()]
    return span.closes if span else DEFAULT_CLOSING
