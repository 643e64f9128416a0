"""Deciding without people: what is proven, what a rule says about it, and who is drawn for a second look. Pure.

The verdict is a function of its inputs alone, and the inputs are kept: the same inputs under the same rule give the same bytes for ever.
Leaves out keeping verdicts and asking reviewers.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from pendopo.applications.rules.cases import AutoVerdict, Step
from pendopo.catalogue.api import names_in, provable_fields
from pendopo.kernel.errors import Denied

Spec = Mapping[str, Any]
Says = Callable[[str, Mapping[str, Any]], bool]
"""(CEL condition, variables) -> does it hold. Raises Denied("condition_broken")."""

PAPER: Final = "document:"
"""Source of a value that a document of this mall says: ``document:<number>``."""
BOUND: Final = 0.05
REVIEWS: Final = 20
"""A rule stops itself when more than BOUND of at least REVIEWS reviews overrode it, unless its data say otherwise."""
BIRTH_DATE: Final = "person.birth_date"


class Sample(StrEnum):
    """Whether a person looks at the decision, and when."""

    NONE = "none"
    BEFORE = "before"
    AFTER = "after"


class Review(StrEnum):
    """Where the second look stands."""

    NONE = "none"
    WAITING = "waiting"
    AGREED = "agreed"
    OVERRIDDEN = "overridden"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules of one application read: answers, where they came from, and the day."""

    answers: Mapping[str, Any]
    sources: Mapping[str, Any]
    on: date
    business: bool = False
    wants_person: bool = False


def canonical(value: Any) -> str:
    """JSON with one spelling: equal values, equal bytes."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest_of(spec: Spec) -> str:
    """SHA-256 (hex) of a rule: with the service version it says exactly which rule decided."""
    return hashlib.sha256(canonical(spec).encode()).hexdigest()


def seal_of(rule_digest: str, inputs: str, result: str) -> str:
    """SHA-256 (hex) over a whole decision: the rule, what it saw and what it said, as canonical text."""
    return hashlib.sha256(f"{rule_digest}\n{inputs}\n{result}".encode()).hexdigest()


def rule_of(content: Spec, step_key: str) -> Spec | None:
    """The rule of a step in a service version's content."""
    steps = content["procedure"]["steps"]
    return next((step["auto"] for step in steps if step["id"] == step_key and step.get("auto")), None)


# What is proven


def proven(content: Spec, facts: Facts) -> dict[str, bool]:
    """For each field that could be proven, whether it is: its value came from its registry or a document of the mall, and is fresh.

    The account's own NIK is proven once the civil registry has answered about it: a registry never answers about somebody else.
    """
    schema = content["form"]["schema"]
    fields = provable_fields(schema, content["facts"])
    known = {
        name: _is_proof(
            facts.sources.get(name) or {}, registry, content["facts"].get(_fact(schema, name), {}), facts.on
        )
        and facts.answers.get(name) not in (None, "")
        for name, registry in fields.items()
    }
    asked = any(
        known[name] and facts.sources[name]["source"] == "dukcapil"
        for name, registry in fields.items()
        if registry == "dukcapil"
    )
    for name in fields:
        if (facts.sources.get(name) or {}).get("source") == "account" and facts.answers.get(name):
            known[name] = asked
    return known


def _fact(schema: Spec, name: str) -> str:
    return str(schema["properties"][name].get("x-fact", ""))


def _is_proof(source: Spec, registry: str, fact: Spec, on: date) -> bool:
    said = str(source.get("source", ""))
    if said.startswith(PAPER):
        return not source.get("valid_until") or date.fromisoformat(source["valid_until"]) >= on
    if not registry or said != registry:
        return False
    days = fact.get("freshness_days")
    return days is None or (on - datetime.fromisoformat(source["at"]).date()).days <= days


def all_proven(proof: Mapping[str, bool], answers: Mapping[str, Any]) -> bool:
    """True when every provable answer that was given is proven, and there is one."""
    given = [is_proven for name, is_proven in proof.items() if answers.get(name) not in (None, "")]
    return bool(given) and all(given)


# What a rule says


def inputs_of(spec: Spec, content: Spec, facts: Facts, fee_idr: int | None) -> dict[str, Any]:
    """Everything the verdict depends on, as plain JSON: of the answers only those the rule names."""
    text = f"{spec['when']} {(spec.get('riskier') or {}).get('when', '')}"
    named, refs = names_in(text)
    proof = proven(content, facts)
    properties = content["form"]["schema"]["properties"]
    return {
        "answers": {
            name: _typed(properties[name], facts.answers[name])
            for name in sorted(named)
            if facts.answers.get(name) not in (None, "")
        },
        "verified": proof,
        "all_verified": all_proven(proof, facts.answers),
        "fee_idr": -1 if fee_idr is None else fee_idr,
        "inspection": bool(content.get("inspection")),
        "applicant": {
            "kind": "business" if facts.business else "person",
            "age_years": _age(content, facts, proof),
        },
        "on": {
            "year": facts.on.year,
            "month": facts.on.month,
            "day": facts.on.day,
            "weekday": facts.on.isoweekday(),
            "iso": facts.on.isoformat(),
        },
        "refs": {name: content["refs"][name] for name in sorted(refs)},
    }


def _typed(prop: Spec, value: Any) -> Any:
    """Decimals stay decimals: CEL never mixes them with whole numbers."""
    return float(value) if prop.get("type") == "number" and isinstance(value, int) else value


def _age(content: Spec, facts: Facts, proof: Mapping[str, bool]) -> int:
    """Whole years on the day, by a proven date of birth; -1 when nobody has proven one."""
    for name, prop in content["form"]["schema"]["properties"].items():
        if prop.get("x-fact") == BIRTH_DATE and proof.get(name):
            born = date.fromisoformat(facts.answers[name])
            had = (facts.on.month, facts.on.day) >= (born.month, born.day)
            return facts.on.year - born.year - (not had)
    return -1


def judge(spec: Spec, inputs: Mapping[str, Any], says: Says) -> dict[str, Any]:
    """The result of a rule for these inputs: {holds, complete, reason}. Reasons in the order they are looked at.

    ``inputs`` is what ``inputs_of`` gives, with ``wants_person``, ``switched_off`` and ``sample`` (see ``autos_of``). Nothing completes
    when a field the rule looks at is not proven, whatever its condition says.
    """
    holds = _holds(spec["when"], inputs, says)
    reason = _reason(spec, inputs, holds=holds)
    return {"holds": holds, "complete": reason == "complete", "reason": reason}


def _reason(spec: Spec, inputs: Mapping[str, Any], *, holds: bool) -> str:
    read = names_in(spec["when"])[0] & inputs["answers"].keys() & inputs["verified"].keys()
    trusted = all(inputs["verified"][name] for name in read) and (holds or inputs["all_verified"])
    against = (
        ("unverified", not trusted),
        ("not_met", not holds),
        ("person_wanted", inputs["wants_person"]),
        ("switched_off", inputs["switched_off"]),
        ("sampled", inputs["sample"] == Sample.BEFORE),
    )
    return next((reason for reason, speaks in against if speaks), "complete")


def _holds(expression: str, inputs: Mapping[str, Any], says: Says) -> bool:
    """False when it cannot be worked out: then people decide."""
    names = ("answers", "verified", "all_verified", "fee_idr", "inspection", "applicant", "on", "refs")
    try:
        return says(expression, {name: inputs[name] for name in names})
    except Denied:
        return False


# Who is drawn


def draw(key: bytes, application: str, rule: str) -> float:
    """A number in [0, 1) for one application and rule: always the same, evenly spread, and not to be guessed without the key."""
    mac = hmac.digest(key, f"{application}/{rule}".encode(), "sha256")
    return int.from_bytes(mac[:7]) / 2**56


def sample_of(spec: Spec, inputs: Mapping[str, Any], drawn: float, says: Says) -> Sample:
    """Whether this case is looked at by a person: the rule's own rate, or the higher one of riskier cases."""
    rate, riskier = spec["sample_rate"], spec.get("riskier")
    if riskier and _holds(riskier["when"], inputs, says):
        rate = max(rate, riskier["sample_rate"])
    return Sample(spec.get("sample") or Sample.AFTER) if drawn < rate else Sample.NONE


def autos_of(
    application: str, content: Spec, facts: Facts, *, key: bytes, off: frozenset[str], says: Says
) -> Callable[[Step, int | None], AutoVerdict | None]:
    """The callback that ``open_steps`` asks of each step that opens. ``off``: rules that were switched off."""
    specs = {step["id"]: step["auto"] for step in content["procedure"]["steps"] if step.get("auto")}

    def verdict(step: Step, fee_idr: int | None) -> AutoVerdict | None:
        spec = specs.get(step.key)
        if spec is None:
            return None
        inputs = inputs_of(spec, content, facts, fee_idr)
        drawn = draw(key, application, spec["rule"])
        inputs |= {
            "wants_person": facts.wants_person,
            "switched_off": spec["rule"] in off,
            "sample": sample_of(spec, inputs, drawn, says),
        }
        result = judge(spec, inputs, says)
        return AutoVerdict(step.key, spec["rule"], result["holds"], result["complete"], inputs, result)

    return verdict


def has_rules(content: Spec) -> bool:
    """True when some step of this version may be completed by rule. All others pay nothing."""
    return any(step.get("auto") for step in content["procedure"]["steps"])


# Whether a rule may go on


def must_stop(spec: Spec, reviewed: int, overridden: int) -> bool:
    """True when too many reviews said otherwise: more than the bound, of enough reviews to know."""
    enough = reviewed >= spec.get("reviews", REVIEWS)
    return bool(enough and overridden > spec.get("bound", BOUND) * reviewed)


def difference(before: str, after: str) -> str:
    """Where two texts part: the first place, with a little of both; empty when they are the same."""
    if before == after:
        return ""
    at = next(
        (n for n, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]),
        min(len(before), len(after)),
    )
    start = max(0, at - 20)
    return f"at byte {at}: kept {before[start : at + 40]!r}, worked out {after[start : at + 40]!r}"
