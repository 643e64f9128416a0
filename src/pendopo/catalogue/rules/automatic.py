"""Rules by which the system itself completes a step: their shape, what they may look at, and what is wrong with them.

A rule is data: a condition (CEL) over verified facts, and the same in plain words. Leaves out judging a case and drawing samples.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final

from pendopo.catalogue.rules.city import City, Placed, Problem
from pendopo.catalogue.rules.fees import (
    BadExpression,
    condition,
    names_in,
    optional_names,
    roots_in,
    samples,
)
from pendopo.kernel.errors import Denied

Spec = Mapping[str, Any]

SHAPE: Final[Mapping[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["rule", "when", "says", "says_en", "sample_rate"],
    "properties": {
        "rule": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 48},
        "when": {"type": "string", "minLength": 1, "maxLength": 400},
        "says": {"type": "string", "minLength": 20, "maxLength": 400},
        "says_en": {"type": "string", "minLength": 20, "maxLength": 400},
        "sample_rate": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
        "sample": {"enum": ["before", "after"]},
        "riskier": {
            "type": "object",
            "additionalProperties": False,
            "required": ["when", "sample_rate"],
            "properties": {
                "when": {"type": "string", "minLength": 1, "maxLength": 400},
                "sample_rate": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
            },
        },
        "bound": {"type": "number", "minimum": 0, "maximum": 1},
        "reviews": {"type": "integer", "minimum": 1},
    },
}
VARIABLES: Final = frozenset(
    {"answers", "verified", "all_verified", "fee_idr", "inspection", "applicant", "on", "refs"}
)
DEFAULT_KINDS: Final = ("completeness", "verification")
"""Kinds of steps a rule may complete unless ``automatic.step_kinds`` of region.yaml says otherwise. Signatures are people's."""
NEVER: Final = frozenset({"inspection", "payment", "numbering", "hand_over", "forward", "automatic"})
"""Kinds no rule may complete: something happens in the world there, or the system does them anyway."""

_PROVEN: Final = re.compile(r"\bverified\.([a-z_][a-z0-9_]*)")
_CODE: Final = re.compile(r"&&|\|\||[=!<>]=|\b(?:answers|verified|refs|applicant)\.|_")


def provable_fields(schema: Spec, facts: Mapping[str, Spec]) -> dict[str, str]:
    """Fields whose value a registry or a paper of the mall can prove: {field: registry}, "" for an uploaded paper.

    What only the applicant can know (a wish, a phone number, the declaration) is not among them.
    """
    found: dict[str, str] = {}
    for name, prop in schema["properties"].items():
        registry = facts.get(prop.get("x-fact", ""), {}).get("registry") or "self"
        if prop.get("x-widget") == "file":
            found[name] = ""
        elif registry != "self":
            found[name] = registry
    return found


def verified_names(expression: str) -> set[str]:
    """The fields an expression asks proof of (``verified.x``)."""
    return set(_PROVEN.findall(expression))


def auto_of(step: Spec, service: Spec) -> Spec | None:
    """The rule of a step: the service's own, else the one of its procedure."""
    return (service.get("auto") or {}).get(step["id"]) or step.get("auto")


def expressions(spec: Spec) -> str:
    """All conditions of a rule in one text, to see what they name."""
    return f"{spec['when']} {(spec.get('riskier') or {}).get('when', '')}"


def problems(city: City) -> Iterator[Problem]:
    """Yield what makes a rule's name doubtful: two rules may not bear the same."""
    first: dict[str, str] = {}
    for placed in city.placed():
        for step, spec in (placed.data.get("auto") or {}).items():
            other = first.setdefault(spec["rule"], placed.data["id"])
            if other != placed.data["id"]:
                message = f"{placed.data['id']}: the rule {spec['rule']!r} stands already at {other}"
                yield placed.problem(message, "auto", step, "rule")


def of_service(placed: Placed, city: City, form: Spec) -> Iterator[Problem]:
    """Yield what is wrong with the rules of one service."""
    service = placed.data
    procedure = city.part("procedures").get(service["procedure"])
    if procedure is None:
        return
    steps = {step["id"]: step for step in procedure["steps"]}
    for name in service.get("auto") or {}:
        if name not in steps:
            yield placed.problem(
                f"{service['id']}: auto names the step {name!r}, which {service['procedure']} has not",
                "auto",
                name,
            )
    kinds = set((city.part("region").get("automatic") or {}).get("step_kinds") or DEFAULT_KINDS) - NEVER
    for step in steps.values():
        spec = auto_of(step, service)
        if spec is None:
            continue
        where = ("auto", step["id"]) if step["id"] in (service.get("auto") or {}) else ("procedure",)
        for message in chain(_kind_faults(step, kinds), _word_faults(spec), _rule_faults(spec, city, form)):
            yield placed.problem(f"{service['id']}: rule {spec['rule']}: {message}", *where)


def _kind_faults(step: Spec, kinds: set[str]) -> Iterator[str]:
    if step["kind"] not in kinds:
        yield f"a step of kind {step['kind']} is left to people (automatic.step_kinds of region.yaml)"


def _word_faults(spec: Spec) -> Iterator[str]:
    for key in ("says", "says_en"):
        if _CODE.search(spec[key]):
            yield f"{key} must be plain words, without signs of the condition"


def _rule_faults(spec: Spec, city: City, form: Spec) -> Iterator[str]:
    text = expressions(spec)
    try:
        unknown = roots_in(spec["when"]) | roots_in((spec.get("riskier") or {}).get("when", "true"))
    except BadExpression as error:
        yield f"the condition {error}"
        return
    if unknown - VARIABLES:
        yield f"the condition names {', '.join(sorted(unknown - VARIABLES))}; it may use {', '.join(sorted(VARIABLES))}"
        return
    if named := list(_name_faults(text, city, form)):
        yield from named
        return
    yield from _sample_faults(spec, city, form)


def _name_faults(text: str, city: City, form: Spec) -> Iterator[str]:
    (answers, refs), properties = names_in(text), form["properties"]
    provable = provable_fields(form, city.facts)
    for name in sorted(answers - properties.keys()):
        yield f"names the answer {name!r}, which the form does not ask"
    for name in sorted(answers & properties.keys()):
        if properties[name].get("x-widget") == "nik":
            yield f"reads {name!r}: a NIK is proven or not, no rule needs its digits"
        elif "x-fact" in properties[name] and name not in provable:
            yield f"reads {name!r}, which no registry can prove"
        elif name not in form["required"] and name not in optional_names(text):
            yield f"needs the answer {name!r}, which the form does not require (or ask first: {name!r} in answers)"
    for name in sorted(verified_names(text) - provable.keys()):
        yield f"asks proof of {name!r}, which no registry and no paper can give"
    for name in sorted(refs - city.part("references").keys()):
        yield f"names the reference {name!r}, which is not in references.yaml"


def _sample_faults(spec: Spec, city: City, form: Spec) -> Iterator[str]:
    """Work the conditions out for many cases; with nothing verified, none may hold."""
    text = expressions(spec)
    answers, refs = names_in(text)
    fields = provable_fields(form, city.facts)
    for told in samples(form, answers, optional_names(text)):
        for proven in (True, False):
            case = {
                "answers": told,
                "verified": dict.fromkeys(fields, proven),
                "all_verified": proven,
                "fee_idr": 0,
                "inspection": False,
                "applicant": {"kind": "person", "age_years": 30 if proven else -1},
                "on": {"year": 2026, "month": 1, "day": 2, "weekday": 5, "iso": "2026-01-02"},
                "refs": {name: city.part("references")[name] for name in refs},
            }
            try:
                holds = condition(spec["when"], case)
                condition((spec.get("riskier") or {}).get("when", "true"), case)
            except Denied as error:
                yield f"the condition cannot be worked out: {error}"
                return
            if holds and not proven:
                yield f"the condition holds although nothing is verified (with {told})"
                return


def rule_list(contents: Mapping[str, Spec]) -> dict[str, dict[str, Any]]:
    """Every rule of the loaded services by ``service/step``, for the public list."""
    return {
        f"{key}/{step['id']}": {"service": key, "step": step["id"], "kind": step["kind"], **step["auto"]}
        for key, content in sorted(contents.items())
        for step in content["procedure"]["steps"]
        if step.get("auto")
    }
