"""Whether a form is a valid form: JSON Schema, pages, labels, limits, and whether it asks all that the service requires."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

import jsonschema_rs

from pendopo.catalogue.rules.city import City, Placed, Problem
from pendopo.catalogue.rules.fees import BadExpression, names_in, roots_in
from pendopo.catalogue.rules.forms import asked_facts, is_spare, needs_file

WIDGETS: Final = frozenset(
    {"text", "textarea", "radio", "select", "date", "currency", "file", "checkbox", "nik"}
)


RULE: Final = ("field", "when", "says", "says_en")


def of_service(
    placed: Placed, city: City, requirements: list[dict[str, Any]], form: Mapping[str, Any]
) -> Iterator[Problem]:
    """Yield what is wrong with the form of one service. A derived form's faults stand on the service's line."""
    sheet = city.form_sheets.get(placed.data["id"])

    def problem(message: str, *keys: str | int) -> Problem:
        if sheet:
            return sheet.problem(keys, message)
        return placed.problem(f"{placed.data['id']}: derived form: {message}")

    yield from (problem(message, *keys) for keys, message in faults(form, compiled=sheet is not None))
    if sheet:
        yield from (problem(message) for message in _gaps(requirements, form, city))


def faults(form: Mapping[str, Any], *, compiled: bool = True) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield (keys, message) for every fault of a form taken by itself.

    ``compiled=False`` spares compiling a form whose patterns were checked where they stand (2 ms each, hundreds of forms).
    """
    try:
        jsonschema_rs.meta.validate(dict(form))
        if compiled:
            jsonschema_rs.Draft202012Validator(dict(form), validate_formats=True)
    except (ValueError, jsonschema_rs.ValidationError) as error:
        yield ("properties",), f"not a valid JSON Schema: {str(error).splitlines()[0]}"
        return
    yield from _page_faults(form)
    yield from _rule_faults(form)
    for name in form.get("required", []):
        if name not in form["properties"]:
            yield ("required",), f"{name!r} is required but is no field"
    for name, prop in form["properties"].items():
        yield from ((("properties", name), f"{name}: {message}") for message in _property_faults(prop))


def _page_faults(form: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    properties = form["properties"]
    placed = Counter(name for page in form["x-pages"] for name in page["fields"])
    for name in properties:
        if placed[name] != 1:
            yield ("properties", name), f"the field {name!r} stands on {placed[name]} pages, not on one"
    for index, page in enumerate(form["x-pages"]):
        for name in page["fields"]:
            if name not in properties:
                yield ("x-pages", index), f"the page {page['id']!r} shows {name!r}, which is no field"


def _rule_faults(form: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """``x-rules``: answers that cannot be true together: beside which field, when (CEL over ``answers``), and the words that say so."""
    for index, rule in enumerate(form.get("x-rules") or ()):
        keys = ("x-rules", index)
        if not isinstance(rule, Mapping) or not all(isinstance(rule.get(key), str) for key in RULE):
            yield keys, f"a rule has {', '.join(RULE)}"
            continue
        try:
            roots = roots_in(rule["when"])
        except BadExpression as error:
            yield keys, f"the condition does not compile: {error}"
            continue
        if roots - {"answers"}:
            yield keys, "the condition looks at more than answers"
        for name in {rule["field"], *names_in(rule["when"])[0]} - form["properties"].keys():
            yield keys, f"{name!r} is no field"


def _property_faults(prop: Mapping[str, Any]) -> Iterator[str]:
    if not prop.get("x-title-en"):
        yield "x-title-en is missing"
    if bool(prop.get("x-label")) != bool(prop.get("x-label-en")):
        yield "x-label and x-label-en go together"
    if prop.get("x-widget") not in {None, *WIDGETS}:
        yield f"unknown x-widget {prop['x-widget']!r}"
    bounded = (
        "enum" in prop
        or prop.get("format") == "date"
        or prop.get("x-widget") == "file"
        or prop.get("maxLength")
    )
    if prop.get("type") == "string" and not bounded:
        yield "a text needs maxLength"
    if prop.get("x-widget") == "nik" and not prop.get("pattern"):
        yield "a NIK needs a pattern"
    if prop.get("x-expires") and prop.get("format") != "date":
        yield "x-expires is for dates"
    options = prop.get("x-options")
    if "enum" in prop and set(options or {}) != {str(value) for value in prop["enum"]}:
        yield "x-options must name exactly the values of enum"


def _gaps(requirements: list[dict[str, Any]], form: Mapping[str, Any], city: City) -> Iterator[str]:
    """What a hand-made form forgets, and what it asks for nothing."""
    properties, required = form["properties"], _ever_required(form)
    for requirement in requirements:
        name = requirement["id"]
        if is_spare(requirement) or requirement.get("held_by") or requirement.get("replaced_by"):
            continue
        carried = {field for field, prop in properties.items() if name in _of(prop)}
        facts = asked_facts(requirement)
        missing = [key for key in facts if key not in {prop.get("x-fact") for prop in properties.values()}]
        if not carried and missing and requirement["kind"] == "data":
            yield f"the mandatory requirement {name!r} is not asked: facts {', '.join(missing)}"
        elif (
            needs_file(requirement) or (requirement["kind"] == "data" and not facts)
        ) and not carried & required:
            yield f"the mandatory requirement {name!r} is not asked: no required field has x-requirement: {name}"
    ids = {requirement["id"] for requirement in requirements}
    for field, prop in properties.items():
        yield from (f"{field}: the service has no requirement {name!r}" for name in _of(prop) - ids)
        if "x-fact" in prop and prop["x-fact"] not in city.facts:
            yield f"{field}: the fact {prop['x-fact']!r} is not in facts.yaml"


def _of(prop: Mapping[str, Any]) -> set[str]:
    named = prop.get("x-requirement") or []
    return {named} if isinstance(named, str) else set(named)


def _ever_required(form: Any) -> set[str]:
    """Fields required always or in some branch (``then``, ``else``, ``dependentRequired``)."""
    found: set[str] = set()
    if isinstance(form, Mapping):
        if isinstance(form.get("required"), list):
            found |= {name for name in form["required"] if isinstance(name, str)}
        for names in (form.get("dependentRequired") or {}).values():
            found |= set(names)
        for key in ("allOf", "anyOf", "oneOf", "then", "else"):
            inner = form.get(key)
            for part in inner if isinstance(inner, list) else [inner]:
                found |= _ever_required(part)
    return found
