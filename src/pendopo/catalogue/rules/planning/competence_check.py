"""Proof of who decides: every line of ``competence`` can decide, its agency can walk the procedure, and the forms ask what it needs."""

from collections.abc import Iterator, Mapping
from typing import Any

from pendopo.catalogue.rules.city import City, Placed, Problem, Sheet
from pendopo.catalogue.rules.planning.competence import MARK, fields_for
from pendopo.catalogue.rules.planning.goals import combinations, holds, named, question_of
from pendopo.catalogue.rules.presence import has_left, successor_of
from pendopo.kernel.errors import Denied

Spec = Mapping[str, Any]


def problems(city: City, sheet: Sheet) -> Iterator[Problem]:
    """Yield what keeps a line from deciding: its agency, its services, its days, its condition. ``sheet`` is bundles.yaml."""
    offered = {placed.data["id"]: placed for placed in city.placed()}
    for index, entry in enumerate(sheet.value.get("competence") or ()):
        for key, message in _faults(city, sheet.value, entry, offered) if entry else ():
            yield sheet.problem(("competence", index, key), f"competence of {entry['agency']}: {message}")


def _faults(
    city: City, bundles: Spec, entry: Spec, offered: Mapping[str, Placed]
) -> Iterator[tuple[str, str]]:
    agency = city.agencies.get(entry["agency"])
    if agency is None:
        yield "agency", f"there is no agency {entry['agency']!r}"
    elif has_left(agency):
        heir = successor_of(agency)
        yield (
            "agency",
            f"it has left the mall: {f'name {heir}, which follows it' if heir else 'name another'}",
        )
    for name in entry["services"]:
        if name not in offered:
            yield "services", f"there is no service {name!r}"
        elif not _has_own_step(city, offered[name]):
            yield "services", f"{name}: nobody of the deciding agency acts in its procedure"
    first, last = entry.get("valid_from"), entry.get("valid_to")
    if first and last and last < first:
        yield "valid_to", "ends before it begins"
    yield from (("when", message) for message in _condition_faults(bundles, entry.get("when") or ""))


def _has_own_step(city: City, placed: Placed) -> bool:
    """True when a step with a role is the service's own: whoever decides instead takes those over, roles and all."""
    procedure = city.part("procedures").get(placed.data["procedure"])
    if procedure is None:
        return True  # said where the service stands
    standing = {"service"} if placed.data.get("technical_agency") else {"service", "technical"}
    return any(
        step.get("agency") in standing and step.get("role") not in {None, "system"}
        for step in procedure["steps"]
    )


def _condition_faults(bundles: Spec, when: str) -> Iterator[str]:
    shared = bundles.get("questions") or {}
    names = named(when)
    if unknown := sorted(names - shared.keys()):
        yield f"the condition looks at {', '.join(unknown)}, which is no question of this file"
        return
    try:
        for answers in combinations([question_of(name, shared[name]) for name in sorted(names)]):
            holds(when, answers)
    except Denied as error:
        yield str(error)


def form_faults(bundles: Spec, service_id: str, form: Spec) -> Iterator[tuple[str, str]]:
    """Yield (field, message) for each question about competence that a service's form does not ask as the finder does."""
    for name, wanted in fields_for(bundles, service_id).items():
        asked = form["properties"].get(name, {})
        if asked.get(MARK) != name or asked.get("enum") != wanted["enum"]:
            message = (
                f"competence needs the field {name!r} with {MARK}: {name} and the options of bundles.yaml"
            )
            yield name, message
        elif name not in form["required"]:
            yield name, f"competence needs the field {name!r} to be required"
