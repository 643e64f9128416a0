"""What can be asked for about a document that exists: renewal, amendment, duplicate, certified copy.

Each is the service's own content with another form, procedure and term; ``variant`` makes it, the service's version stays as it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pendopo.catalogue.rules import promises
from pendopo.catalogue.rules.city import City, Problem, Sheet
from pendopo.catalogue.rules.content import step_agency
from pendopo.catalogue.rules.forms import declaration, property_name, question
from pendopo.catalogue.rules.shapes.purposes import PURPOSES

Spec = Mapping[str, Any]
PAGE: Final = "tujuan"


def problems(city: City) -> Iterator[Problem]:
    """Procedures and services that purposes.yaml names must exist, and its conditions must speak of its own questions."""
    sheet = city.sheets.get("purposes")
    if sheet is None or not isinstance(sheet.value, dict):
        return
    for name in PURPOSES:
        yield from _purpose_problems(city, sheet, name, sheet.value.get(name) or {"fields": []})
    services = {placed.data["id"] for placed in city.placed()}
    for service, differs in (sheet.value.get("services") or {}).items():
        for name, said in differs.items():
            for second in promises.given(said or {})[1:]:
                yield sheet.problem(("services", service, name, second), promises.ONE_ONLY)
        named = {service, *(said["service"] for said in differs.values() if said and said.get("service"))}
        for unknown in sorted(named - services):
            yield sheet.problem(("services", service), f"there is no service {unknown!r}")


def _purpose_problems(city: City, sheet: Sheet, name: str, plan: Spec) -> Iterator[Problem]:
    if plan.get("procedure") and plan["procedure"] not in city.part("procedures"):
        yield sheet.problem((name, "procedure"), f"there is no procedure {plan['procedure']!r}")
    asked = {field["id"] for field in plan["fields"] if field}
    for second in promises.given(plan)[1:]:
        yield sheet.problem((name, second), promises.ONE_ONLY)
    for number, when in enumerate(plan.get("when") or []):
        for unknown in sorted({when["field"], *when["require"]} - asked):
            yield sheet.problem((name, "when", number), f"{name} does not ask {unknown!r}")
    procedure = city.part("procedures").get(str(plan.get("procedure"))) or {}
    steps = {step["id"] for step in procedure.get("steps", ())}
    for number, confirm in enumerate(plan.get("confirms") or []):
        if confirm["field"] not in asked:
            yield sheet.problem((name, "confirms", number), f"{name} does not ask {confirm['field']!r}")
        if confirm["step"] not in steps:
            yield sheet.problem(
                (name, "confirms", number), f"the procedure of {name} has no step {confirm['step']!r}"
            )


def procedures_named(city: City) -> set[str]:
    """Procedures that no service follows but that a purpose does."""
    return {plan["procedure"] for plan in city.part("purposes").values() if plan and plan.get("procedure")}


@dataclass(frozen=True, slots=True)
class Plan:
    """How one purpose is asked for with one service. ``late_days`` None: however late; ``service_id`` files it."""

    purpose: str
    service_id: str
    name: str
    name_en: str
    intro: str
    intro_en: str
    opens_days: int
    late_days: int | None
    own: bool
    spec: Spec


def plan_for(register: Spec, service_id: str, purpose: str) -> Plan | None:
    """The plan of a purpose for a service; None where it cannot be asked for."""
    general = register.get(purpose)
    differs = ((register.get("services") or {}).get(service_id) or {}).get(purpose, {})
    if not general or differs is False:
        return None
    spec = {**general, **differs}
    return Plan(
        purpose,
        spec.get("service") or service_id,
        spec["name"],
        spec["name_en"],
        spec.get("intro") or "",
        spec.get("intro_en") or spec.get("intro") or "",
        spec.get("opens_days", 60),
        spec.get("late_days"),
        spec["asks"] == "own",
        spec,
    )


def variant(content: Spec, plan: Plan, procedures: Spec, agencies: Spec, operator: str) -> dict[str, Any]:
    """Content of the service for this purpose: what it asks, how it runs, what it costs."""
    changed: dict[str, Any] = {"purpose": plan.purpose, "form": {"schema": _form(content, plan)}}
    if plan.own:
        changed |= {"requirements": [], "inspection": False, "eligibility": [], "fee": _FREE}
        changed |= {"facts": {}, "tables": {}, "refs": {}, "sla_minutes": None, "tacit_approval": False}
    if plan.spec.get("confirms"):
        changed["confirms"] = list(plan.spec["confirms"])
    if plan.spec.get("fee"):
        changed["fee"] = {**_FREE, "lines": [], **plan.spec["fee"]}
    if promises.given(plan.spec):
        changed |= promises.only(plan.spec)
    name = plan.spec.get("procedure")
    if name:
        changed["procedure"] = _procedure(name, content, procedures[name], agencies, operator)
    return {**content, **changed}


_FREE: Final = {"type": "free", "amount_idr": 0, "note": None, "lines": [], "confidence": "general-knowledge"}


def _form(content: Spec, plan: Plan) -> dict[str, Any]:
    base = content["form"]["schema"]
    asked = {
        property_name(field["id"]): question({**field, "name": field["title"], "name_en": field["title_en"]})
        for field in plan.spec["fields"]
    }
    required = [property_name(field["id"]) for field in plan.spec["fields"] if field.get("required", True)]
    for name in required:
        if asked[name]["type"] == "string":
            asked[name].setdefault("minLength", 1)
    page = {"id": PAGE, "title": plan.name, "title_en": plan.name_en, "fields": list(asked)}
    pages, properties = list(base["x-pages"]), dict(base["properties"])
    if plan.own:
        properties = {"declaration": declaration()}
        pages = [
            {"id": "pernyataan", "title": "Pernyataan", "title_en": "Declaration", "fields": ["declaration"]}
        ]
        base = {**base, "required": ["declaration"]}
    made = {
        **base,
        "properties": {**asked, **properties},
        "required": [*required, *base.get("required", ())],
        "x-pages": [page, *pages] if asked else pages,
    }
    if plan.own:
        made.pop("allOf", None)
    conditions = [_condition(when) for when in plan.spec.get("when") or ()]
    return {**made, "allOf": [*made.get("allOf", ()), *conditions]} if conditions else made


def _condition(when: Spec) -> dict[str, Any]:
    """When one answer is so, others must be given: a tick must be made, a text must say something."""
    given = {
        name: {"anyOf": [{"const": True}, {"type": "string", "minLength": 1}]} for name in when["require"]
    }
    return {
        "if": {"properties": {when["field"]: {"const": when["is"]}}, "required": [when["field"]]},
        "then": {"required": list(when["require"]), "properties": given},
    }


def _procedure(name: str, content: Spec, procedure: Spec, agencies: Spec, operator: str) -> dict[str, Any]:
    steps = []
    for step in procedure["steps"]:
        slug = step_agency(step.get("agency"), content, content["agency"]["id"], operator)
        said = agencies[slug]
        named = {"agency": slug, "agency_name": said["name"], "agency_name_en": said["name_en"]}
        steps.append({"share_of_deadline": 0, "after": [], "when": None, **step, **named})
    return {"id": name, **{key: value for key, value in procedure.items() if key != "steps"}, "steps": steps}
