"""Whether an agency is in the mall and a service open, and what follows those that left or ended. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pendopo.catalogue.rules.city import City, Placed, Problem
from pendopo.catalogue.rules.content import digest

LEFT: Final = "left"


@dataclass(frozen=True, slots=True)
class Ending:
    """A service that ends: the last day of filing and what follows it ("": nothing in this mall)."""

    service_id: str
    name: str
    name_en: str
    ends_on: date
    replaced_by: str
    ended: bool


def has_left(agency: Mapping[str, Any]) -> bool:
    """True when the agency no longer takes anything in. What it had open is concluded or handed over."""
    return (agency.get("presence") or {}).get("status") == LEFT


def successor_of(agency: Mapping[str, Any]) -> str:
    """The agency that takes over its open work; "" when nobody is named."""
    return str((agency.get("presence") or {}).get("successor") or "")


def is_offered(placed: Placed, city: City, on: date) -> bool:
    """True when the service takes applications on that day: its agency is in the mall and its last day is not past."""
    last = placed.data.get("ends_on")
    return not has_left(city.agencies[placed.agency]) and (not last or last >= on.isoformat())


def followed(data: Any, heirs: Mapping[str, str]) -> Any:
    """The same data with every ended service named as id, service or predecessor replaced by the one that follows it."""
    if isinstance(data, Mapping):
        return {
            key: heirs.get(value, value)
            if key in {"id", "service"} and isinstance(value, str)
            else [heirs.get(name, name) for name in value]
            if key == "after"
            else followed(value, heirs)
            for key, value in data.items()
        }
    return [followed(item, heirs) for item in data] if isinstance(data, list) else data


def after_endings(planning: Mapping[str, Any], ended: Mapping[str, str]) -> dict[str, Any]:
    """What planning reads once these services ended, ``{id: what follows it or ""}``: goals name what follows, and it has another mark.

    The mark is the same whether somebody closed them already or the day alone says so.
    """
    heirs = {name: _last_heir(name, ended) for name, heir in ended.items() if heir}
    bundles = json.dumps(followed(json.loads(planning["bundles"]), heirs), ensure_ascii=False)
    mark = digest({"before": planning["mark"], "ended": sorted(ended)})[:12]
    return {**planning, "bundles": bundles, "mark": mark}


def _last_heir(name: str, ended: Mapping[str, str]) -> str:
    """What follows a service in the end, when what followed it has ended too."""
    while ended.get(name):
        name = ended[name]
    return name


def problems(city: City) -> Iterator[Problem]:
    """Yield successors that cannot succeed."""
    yield from _endings(city)
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


def _endings(city: City) -> Iterator[Problem]:
    placed = {p.data["id"]: p for p in city.placed()}
    for name, service in placed.items():
        heir = service.data.get("replaced_by")
        if not heir:
            continue
        if not service.data.get("ends_on"):
            yield service.problem(f"{name}: is replaced, yet has no last day (ends_on)", "replaced_by")
        elif heir == name or heir not in placed:
            yield service.problem(f"{name}: there is no other service {heir!r} to replace it", "replaced_by")
        elif (placed[heir].data.get("ends_on") or "9999") <= service.data["ends_on"]:
            yield service.problem(f"{name}: its successor {heir} ends no later", "replaced_by")
