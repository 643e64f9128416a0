"""Proof that a city's folder can be loaded: everything wrong with it at once, each with its line. See design of the catalogue."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from pendopo.catalogue.rules import (
    automatic,
    eligibility,
    forms_check,
    presence,
    procedures_check,
    promises,
    purposes,
    references,
    service_days,
    silence,
)
from pendopo.catalogue.rules.city import City, Placed, Problem, Sheet
from pendopo.catalogue.rules.content import form_of, merged_requirements
from pendopo.catalogue.rules.fees import (
    BadExpression,
    amount,
    fee_expressions,
    names_in,
    optional_names,
    samples,
    worth,
)
from pendopo.catalogue.rules.planning import check as planning_check
from pendopo.catalogue.rules.planning import competence_check
from pendopo.catalogue.rules.shapes import SHAPES, deviations

_WHOLE: Final = {
    "facts": 2,
    "requirements": 1,
    "procedures": 1,
    "references": 1,
    "synonyms": 1,
    "bundles": 2,
    "purposes": 1,
}


def problems(city: City) -> list[Problem]:
    """All problems of a folder that was read. What has the wrong shape is reported once and then left out of the rest."""
    found, sound = _shapes(city)
    found += _duplicates(sound)
    found += _references(sound)
    found += references.problems(sound)
    found += presence.problems(sound)
    found += procedures_check.problems(sound)
    found += automatic.problems(sound)
    found += silence.problems(sound)
    found += service_days.problems(sound)
    found += planning_check.problems(sound)
    found += purposes.problems(sound)
    found += _services(sound)
    found += _unused(sound)
    return sorted(set(found))


# --- shapes -----------------------------------------------------------------------------------------------------------


def _shapes(city: City) -> tuple[list[Problem], City]:
    found: list[Problem] = []

    def clean(sheet: Sheet, shape: str, depth: int) -> Sheet:
        bad: set[tuple[str | int, ...]] = set()
        for keys, problem in deviations(sheet, shape):
            found.append(problem)
            bad.add(keys[:depth])
        return replace(sheet, value=_without(sheet.value, bad)) if bad else sheet

    sheets = {
        name: clean(sheet, name, _WHOLE.get(name, 1)) for name, sheet in city.sheets.items() if name in SHAPES
    }
    agencies = tuple(clean(sheet, "agency", 2) for sheet in city.agency_sheets)
    formed = {}
    for name, sheet in city.form_sheets.items():
        before = len(found)
        checked = clean(sheet, "form", 1)
        if len(found) == before:
            formed[name] = checked
    usable = tuple(s for s in agencies if isinstance(s.value, dict) and isinstance(s.value.get("id"), str))
    tables = {name: clean(sheet, "table", 2) for name, sheet in city.table_sheets.items()}
    tables = {name: sheet for name, sheet in tables.items() if sheet.value and sheet.value.get("rows")}
    return found, City(sheets, usable, formed, tables)


def _without(value: Any, bad: set[tuple[str | int, ...]]) -> Any:
    """Copy without the broken places: list items become None so that positions stay true."""
    if () in bad:
        return None if not isinstance(value, dict) else _without(value, bad - {()})
    if isinstance(value, list):
        return [None if (index,) in bad else item for index, item in enumerate(value)]
    copy = dict(value)
    for keys in bad:
        inner = copy.get(str(keys[0]))
        if len(keys) == 1:
            copy.pop(str(keys[0]), None)
        elif isinstance(inner, dict):
            copy[str(keys[0])] = {name: item for name, item in inner.items() if name != keys[1]}
        elif isinstance(inner, list):
            copy[str(keys[0])] = [None if index == keys[1] else item for index, item in enumerate(inner)]
    return copy


# --- references -------------------------------------------------------------------------------------------------------


def _duplicates(city: City) -> Iterator[Problem]:
    agencies = Counter(sheet.value["id"] for sheet in city.agency_sheets)
    for sheet in city.agency_sheets:
        if agencies[sheet.value["id"]] > 1:
            yield sheet.problem(("id",), f"the agency {sheet.value['id']!r} stands in more than one file")
    first: dict[str, Placed] = {}
    for placed in city.placed():
        before = first.setdefault(placed.data["id"], placed)
        if before is not placed:
            where = f"{before.sheet.path}:{before.sheet.find((*before.keys, 'id'))}"
            yield placed.problem(f"the service {placed.data['id']!r} stands already in {where}", "id")
        for number, count in Counter(own["id"] for own in placed.data["requirements"]).items():
            if count > 1:
                yield placed.problem(
                    f"{placed.data['id']}: the requirement {number!r} stands twice", "requirements"
                )


def _references(city: City) -> Iterator[Problem]:
    services = _known_services(city)
    yield from _requirement_references(city, services)
    yield from _service_references(city, services)
    yield from _synonym_references(city, services)
    sheet = city.sheets.get("facts")
    for key, fact in city.facts.items():
        if sheet and fact.get("paper") and fact["paper"] not in city.part("requirements"):
            yield sheet.problem(("facts", key, "paper"), f"there is no requirement {fact['paper']!r}")
        if sheet and fact.get("own") and fact["own"] not in city.facts:
            yield sheet.problem(("facts", key, "own"), f"the fact {fact['own']!r} is not in facts")
    for kind, keys in city.base_form.items():
        for index, key in enumerate(keys):
            if sheet and key not in city.facts:
                yield sheet.problem(("base_form", kind, index), f"the fact {key!r} is not in facts")
    if city.operator and city.operator not in city.agencies:
        yield city.sheets["region"].problem(("operator_agency",), f"there is no agency {city.operator!r}")


def _known_services(city: City) -> set[str]:
    return {placed.data["id"] for placed in city.placed()}


def _requirement_references(city: City, services: set[str]) -> Iterator[Problem]:
    sheet = city.sheets.get("requirements")
    first: dict[tuple[str, ...], str] = {}
    for name, requirement in city.part("requirements").items():
        assert sheet is not None
        said = (requirement["name"].casefold(), requirement["kind"], requirement.get("subject") or "")
        if (other := first.setdefault(said, name)) != name:
            yield sheet.problem(
                (name, "name"),
                f"{name}: {other!r} has the same name; under two ids people are asked twice for it",
            )
        issuer = requirement.get("from_service")
        if issuer and issuer not in services:
            yield sheet.problem((name, "from_service"), f"{name}: there is no service {issuer!r}")
        for index, key in enumerate(requirement.get("facts") or []):
            if key not in city.facts:
                yield sheet.problem((name, "facts", index), f"{name}: the fact {key!r} is not in facts.yaml")


def _service_references(city: City, services: set[str]) -> Iterator[Problem]:
    known, procedures = city.part("requirements"), city.part("procedures")
    for placed in city.placed():
        service = placed.data
        for index, own in enumerate(service["requirements"]):
            if own["id"] not in known:
                yield placed.problem(
                    f"{service['id']}: there is no requirement {own['id']!r}", "requirements", index, "id"
                )
            if own.get("from_service") and own["from_service"] not in services:
                message = f"{service['id']}: there is no service {own['from_service']!r}"
                yield placed.problem(message, "requirements", index, "from_service")
        if service["procedure"] not in procedures:
            yield placed.problem(
                f"{service['id']}: there is no procedure {service['procedure']!r}", "procedure"
            )
        technical = service.get("technical_agency")
        if technical and technical not in city.agencies:
            yield placed.problem(f"{service['id']}: there is no agency {technical!r}", "technical_agency")


def _synonym_references(city: City, services: set[str]) -> Iterator[Problem]:
    sheet = city.sheets.get("synonyms")
    for index, entry in enumerate(city.synonyms):
        for place, service in enumerate((entry or {}).get("services") or []):
            if sheet and service not in services:
                yield sheet.problem((index, "services", place), f"there is no service {service!r}")


def _unused(city: City) -> Iterator[Problem]:
    used = {own["id"] for placed in city.placed() for own in placed.data["requirements"]}
    yield from _never_used(city, "requirements", used, "no service asks for it")
    asked = {key for keys in city.base_form.values() for key in keys} | _asked_in_forms(city)
    asked |= {
        key for requirement in city.part("requirements").values() for key in requirement.get("facts") or []
    }
    sheet = city.sheets.get("facts")
    for key in city.facts:
        if sheet and key not in asked:
            yield sheet.problem(("facts", key), f"the fact {key!r} is asked or used by nothing: remove it")
    yield from _never_used(
        city,
        "procedures",
        {placed.data["procedure"] for placed in city.placed()} | purposes.procedures_named(city),
        "no service follows it",
    )
    named = {
        name
        for placed in city.placed()
        for expression in (*fee_expressions(placed.data["fee"]), *references.rule_expressions(placed.data))
        for name in names_in(expression)[1]
    }
    yield from _never_used(city, "references", named, "no fee uses it")
    services = _known_services(city)
    for name, form in city.form_sheets.items():
        if name not in services:
            yield form.problem((), f"there is no service {name!r} for this form")


def _never_used(city: City, part: str, used: set[str], why: str) -> Iterator[Problem]:
    sheet = city.sheets.get(part)
    for name in city.part(part):
        if sheet and name not in used:
            yield sheet.problem((name,), f"{name!r}: {why}; remove it")


def _asked_in_forms(city: City) -> set[str]:
    return {
        prop["x-fact"]
        for sheet in city.form_sheets.values()
        for prop in sheet.value["properties"].values()
        if "x-fact" in prop
    }


# --- services ---------------------------------------------------------------------------------------------------------


def _services(city: City) -> Iterator[Problem]:
    if not city.facts or not city.base_form.get("person") or not city.base_form.get("business"):
        return
    registry = city.part("requirements")
    for placed in city.placed():
        service = placed.data
        for second in promises.given(service)[1:]:
            yield placed.problem(f"{service['id']}: {promises.ONE_ONLY}", second)
        if service["fee"]["type"] == "free" and service["fee"].get("amount_idr"):
            yield placed.problem(f"{service['id']}: free, yet with an amount", "fee", "amount_idr")
        yield from procedures_check.of_service(placed, city)
        requirements = merged_requirements(service, registry)
        if unknown := _unknown_facts(requirements, city):
            yield placed.problem(f"{service['id']}: no form can be made, facts are missing: {unknown}")
            continue
        form = form_of(placed, city, requirements)
        yield from forms_check.of_service(placed, city, requirements, form)
        for name, message in competence_check.form_faults(city.part("bundles"), service["id"], form):
            made = city.form_sheets.get(service["id"])
            yield (
                made.problem(("properties", name), message)
                if made
                else placed.problem(f"{service['id']}: {message}")
            )
        yield from _fees(placed, city, form)
        yield from automatic.of_service(placed, city, form)
        yield from eligibility.of_service(placed, city, form)


def _unknown_facts(requirements: Iterable[Mapping[str, Any]], city: City) -> str:
    keys = {key for requirement in requirements for key in requirement["facts"]}
    keys |= {key for base in city.base_form.values() for key in base}
    return ", ".join(sorted(keys - city.facts.keys()))


def _fees(placed: Placed, city: City, form: Mapping[str, Any]) -> Iterator[Problem]:
    for part in ("lines", "terms"):
        formulas = placed.data["fee"].get(part) or []
        for index, line in enumerate(formulas):
            prefix = f"{placed.data['id']}: fee {part} {line['id']}"
            if line["id"] in {other["id"] for other in formulas[:index]}:
                yield placed.problem(f"{prefix}: stands twice", "fee", part, index)
            for term in sorted(
                set(line.get("terms") or ()) - {term["id"] for term in placed.data["fee"].get("terms") or ()}
            ):
                yield placed.problem(
                    f"{prefix}: is explained by the term {term!r}, which is not there",
                    "fee",
                    part,
                    index,
                    "terms",
                )
            for message in _line_problems(line, city, form, amount if part == "lines" else worth):
                yield placed.problem(f"{prefix}: {message}", "fee", part, index, "formula")


def _line_problems(
    line: Mapping[str, Any], city: City, form: Mapping[str, Any], work_out: Callable[..., float]
) -> Iterator[str]:
    text = f"{line['formula']} {line.get('when') or ''}"
    answers, optional = names_in(text)[0], optional_names(text)
    properties = form["properties"].keys()
    unknown = [
        *(f"names the answer {name!r}, which the form does not ask" for name in sorted(answers - properties)),
        *references.unknown(text, city, form["properties"]),
    ]
    yield from unknown
    for name in sorted((answers & properties) - optional - set(form["required"])):
        yield f"needs the answer {name!r}, which the form does not require (or ask first: {name!r} in answers)"
    if unknown:
        return
    refs = {**city.part("references"), **references.latest(city.tables)}
    named = {name: refs[name] for name in names_in(text)[1]}
    for sample in samples(form, answers, optional):
        try:
            work_out(line["formula"], sample, named)
        except BadExpression as error:
            yield f"{error} (with {sample})" if sample else str(error)
            return
