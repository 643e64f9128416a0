"""How long a service promises to take: in working days, in calendar days or in minutes, one of them. Pure.

Laws that say "hari" and mean every day are another unit than those that say "hari kerja"; neither is ever turned into the other.
"""

from collections.abc import Mapping
from typing import Any, Final

FIELDS: Final = ("sla_working_days", "sla_calendar_days", "sla_minutes")
ONE_ONLY: Final = f"give one of {', '.join(FIELDS)}, not both"


def given(service: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields in which a service (of the folder, or a version's content) states its time."""
    return tuple(name for name in FIELDS if service.get(name) is not None)


def only(service: Mapping[str, Any]) -> dict[str, Any]:
    """The time as this one states it, in all fields, so that it wins over another's."""
    return {name: service.get(name) for name in FIELDS}


def in_days(content: Mapping[str, Any]) -> int:
    """The promised days of either unit; 0 when it is kept on the day itself, or nobody set a time in days."""
    return int(content.get("sla_working_days") or content.get("sla_calendar_days") or 0)


def in_calendar_days(service: Mapping[str, Any]) -> dict[str, int]:
    """The field of a promise in calendar days where there is one: versions without it stay as they are."""
    days = service.get("sla_calendar_days")
    return {} if days is None else {"sla_calendar_days": int(days)}
