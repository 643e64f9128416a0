"""Whether an agency is in the mall, and who follows one that left. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pendopo.catalogue.rules.city import City, Problem

LEFT: Final = "left"


def has_left(agency: Mapping[str, Any]) -> bool:
    """True when the agency no longer takes anything in. What it had open is concluded or handed over."""
    return (agency.get("presence") or {}).get("status") == LEFT


def successor_of(agency: Mapping[str, Any]) -> str:
    """The agency that takes over its open work; "" when nobody is named."""
    return str((agency.get("presence") or {}).get("successor") or "")


def problems(city: City) -> Iterator[Problem]:
    """Yield successors that cannot succeed."""
    for sheet in city.agency_sheets:
        heir = successor_of(sheet.value)
        if not heir:
            continue
        place = ("presence", "successor")
        if not has_left(sheet.value):
            yield sheet.problem(place, f"{sheet.value['id']}: names a successor but has not left the mall")
        elif heir == sheet.value["id"] or heir not in city.agencies:
            yield sheet.problem(place, f"{sheet.value['id']}: there is no other agency {heir!r} to follow it")
        elif has_left(city.agencies[heir]):
            yield sheet.problem(place, f"{sheet.value['id']}: its successor {heir} has left the mall too")
