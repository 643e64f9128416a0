"""What one version of a service holds: everything an application filed under it will ever need, in one JSON value."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pendopo.catalogue.rules import promises
from pendopo.catalogue.rules.automatic import auto_of, expressions
from pendopo.catalogue.rules.city import City, Placed
from pendopo.catalogue.rules.eligibility import fields_of
from pendopo.catalogue.rules.fees import fee_expressions, names_in
from pendopo.catalogue.rules.forms import DIALECT, NIK_PATTERN, derive_form
from pendopo.catalogue.rules.planning.competence import entries_for, fields_for, stored
from pendopo.catalogue.rules.references import cut_to, rule_expressions

Spec = Mapping[str, Any]


def merged_requirements(service: Spec, registry: Mapping[str, Spec]) -> list[dict[str, Any]]:
    """The service's requirements with all the registry says about them; the service's own words win."""
    return [
        {"optional": False, "from_service": None, "held_by": None, "facts": [], "digital": False}
        | {"name_en": registry[own["id"]]["name"]}
        | dict(registry[own["id"]])
        | dict(own)
        for own in service["requirements"]
        if own["id"] in registry
    ]


def step_agency(slug: str | None, service: Spec, agency: str, operator: str) -> str:
    """The agency that does a step: ``service``, ``technical`` and ``mall`` stand for agencies, anything else is one."""
    stands_for = {
        "service": agency,
        "technical": service.get("technical_agency") or agency,
        "mall": operator or agency,
    }
    return stands_for.get(slug or "service", slug or agency)


def assemble(placed: Placed, city: City) -> dict[str, Any]:
    """Content of a service version. The city must have passed the checks."""
    service, agency = placed.data, city.agencies[placed.agency]
    requirements = merged_requirements(service, city.part("requirements"))
    form = form_of(placed, city, requirements)
    fee = service["fee"]
    procedure = _procedure(placed, city)
    used = (
        *fee_expressions(fee),
        *rule_expressions(service),
        *(expressions(step["auto"]) for step in procedure["steps"] if "auto" in step),
    )
    scalars = {name for expression in used for name in names_in(expression)[1]}
    asked = {prop["x-fact"] for prop in form["properties"].values() if "x-fact" in prop}
    asked |= {city.facts[key]["own"] for key in asked if city.facts.get(key, {}).get("own")}
    others = stored(entries_for(city.part("bundles"), service["id"]), city.agencies)
    return {
        "id": service["id"],
        "name": service["name"],
        "name_en": service["name_en"],
        "kind": service["kind"],
        "category": service["category"],
        "applicant": service["applicant"],
        "about": service.get("about"),
        "agency": {key: agency[key] for key in ("id", "name", "name_en", "level")},
        "channel_default": service.get("channel_default"),
        "sla_working_days": service.get("sla_working_days"),
        **promises.in_calendar_days(service),
        "sla_minutes": service.get("sla_minutes"),
        "max_rounds": service.get("max_rounds"),
        "requirements": requirements,
        "fee": _fee(service),
        "refs": {key: ref for key, ref in sorted(city.part("references").items()) if key in scalars},
        "tables": cut_to(city.tables, used),
        "facts": {key: city.facts[key] for key in sorted(asked) if key in city.facts},
        "output": {"validity_months": None, **service["output"]},
        "tacit_approval": service.get("tacit_approval"),
        "legal_basis": service.get("legal_basis") or [],
        "source": service.get("source"),
        "confidence": service["confidence"],
        "sourced_facets": service.get("sourced_facets") or [],
        "form": {"schema": form},
        "procedure": procedure,
        "inspection": bool(service.get("inspection")),
        "ends_on": service.get("ends_on"),
        "replaced_by": service.get("replaced_by"),
        "eligibility": [
            {"valid_until": None, **rule, "fields": fields_of(rule, form)}
            for rule in service.get("eligibility") or ()
        ],
        "technical_agency": service.get("technical_agency"),
        **({"competence": others} if others else {}),
    }


def form_of(placed: Placed, city: City, requirements: list[dict[str, Any]]) -> dict[str, Any]:
    """The hand-made form of the service, or the derived one."""
    made = city.form_sheets.get(placed.data["id"])
    if made is None:
        place = fields_for(city.part("bundles"), placed.data["id"])
        return derive_form(placed.data, requirements, city.facts, city.base_form, place)
    strict = _strict(made.value["properties"])
    return {"$schema": DIALECT, "title": placed.data["name"], **made.value, "properties": strict}


def _strict(properties: Spec) -> dict[str, Any]:
    """A hand-made form may not ask for a NIK more loosely than derived ones do."""
    return {
        name: {**prop, "pattern": NIK_PATTERN} if prop.get("x-widget") == "nik" else prop
        for name, prop in properties.items()
    }


def _fee(service: Spec) -> dict[str, Any]:
    fee = service["fee"]
    sourced = "fee" in (service.get("sourced_facets") or [])
    confidence = "sourced" if sourced else "general-knowledge"
    return {
        "amount_idr": None,
        "note": None,
        **fee,
        "lines": fee.get("lines") or [],
        "confidence": confidence,
    }


def _procedure(placed: Placed, city: City) -> dict[str, Any]:
    service, name = placed.data, placed.data["procedure"]
    procedure = city.part("procedures")[name]
    steps = []
    for step in procedure["steps"]:
        slug = step_agency(step.get("agency"), service, placed.agency, city.operator)
        agency = city.agencies[slug]
        named = {"agency": slug, "agency_name": agency["name"], "agency_name_en": agency["name_en"]}
        auto = auto_of(step, service)
        steps.append(
            {
                "share_of_deadline": 0,
                "after": [],
                "when": None,
                **step,
                **named,
                **({"auto": auto} if auto else {}),
            }
        )
    return {"id": name, **{key: value for key, value in procedure.items() if key != "steps"}, "steps": steps}


def digest(content: Spec) -> str:
    """SHA-256 (hex) of the content in canonical JSON: equal content, equal digest."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
