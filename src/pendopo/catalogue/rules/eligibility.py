"""Who may apply, as dated rules over verified facts and answers. Pure: a rule holds, does not hold, or cannot be judged yet.

A rule that cannot be judged never refuses: an officer looks. Leaves out where facts come from and who reads the words.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, pairwise
from typing import Any, Final

from pendopo.catalogue.rules import references
from pendopo.catalogue.rules.city import City, Placed, Problem
from pendopo.catalogue.rules.fees import (
    BadExpression,
    functions_in,
    holds_with,
    names_in,
    optional_names,
    roots_in,
)
from pendopo.kernel.errors import Denied

Spec = Mapping[str, Any]
WorkingDays = Callable[[date, date], int]
"""Working days after the first day up to and including the second; 0 when the second is not later."""

VARIABLES: Final = frozenset({"facts", "answers", "refs"})
FUNCTIONS: Final = frozenset({"years", "months", "days_until", "working_days_until"})
"""Whole years and months since a day; days and working days until one."""
_FACT: Final = re.compile(r"\bfacts\.([a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)")
_CODE: Final = re.compile(r"&&|\|\||[=!<>]=|\b(?:answers|facts|refs)\.|_")
_NUMBER: Final = re.compile(r"(?<![\w.\"])\d+(?![\w.\"])")
_QUOTED: Final = re.compile(r'"([^"]*)"')
_PROOF_DAY: Final = date(2026, 7, 1)
_MOST_SAMPLES: Final = 3_000
_ENOUGH: Final = 40  # samples after which a rule that lets some in and keeps some out is believed
_STRIDES: Final = (7_919, 104_729, 1_299_709, 15_485_863)  # primes, so that strides reach every combination


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a rule says about one person on one day; ``holds`` None: something it looks at is not known."""

    rule: Spec
    holds: bool | None


def in_force(rules: Iterable[Spec], on: date) -> list[Spec]:
    """Rules that hold for a filing on that day."""
    day = on.isoformat()
    return [rule for rule in rules if rule["valid_from"] <= day <= (rule.get("valid_until") or day)]


def judge(
    rules: Iterable[Spec],
    *,
    on: date,
    facts: Spec,
    answers: Spec,
    refs: Spec,
    working_days: WorkingDays,
) -> list[Judgement]:
    """Judge every rule in force on the day of filing.

    Shapes: ``facts`` {"person.birth_date": "1990-08-17"}, ``refs`` as in references.resolved for that day.
    """
    told = {name: value for name, value in answers.items() if value not in (None, "")}
    variables = {"facts": nested(facts), "answers": told, "refs": refs}
    counting = _functions(on, working_days)
    found = []
    for rule in in_force(rules, on):
        try:
            found.append(Judgement(rule, holds_with(rule["when"], variables, counting)))
        except Denied:
            found.append(Judgement(rule, None))
    return found


def nested(facts: Spec) -> dict[str, dict[str, Any]]:
    """``{"person.sex": "P"}`` -> ``{"person": {"sex": "P"}}``; person and business are always there."""
    found: dict[str, dict[str, Any]] = {"person": {}, "business": {}}
    for key, value in facts.items():
        subject, _, name = key.partition(".")
        if value not in (None, ""):
            found.setdefault(subject, {})[name.replace(".", "_")] = value
    return found


def told_facts(schema: Spec, answers: Spec, verified: Spec) -> dict[str, Any]:
    """Facts of the applicant: what is verified, else what this form was told. Another person's facts are not theirs."""
    told = {
        prop["x-fact"]: answers[name]
        for name, prop in schema["properties"].items()
        if "x-fact" in prop and prop.get("x-person", "self") == "self" and answers.get(name) not in (None, "")
    }
    return {**told, **verified}


def facts_named(expression: str) -> set[str]:
    """Facts an expression looks at: ``facts.person.birth_date`` -> ``person.birth_date``."""
    return set(_FACT.findall(expression))


def fields_of(rule: Spec, schema: Spec) -> list[str]:
    """Fields of a form that a rule looks at, what was asked for this service before what is known of the person."""
    answers, facts = names_in(rule["when"])[0], facts_named(rule["when"])
    properties = schema["properties"]
    return [name for name in properties if name in answers] + [
        name
        for name, prop in properties.items()
        if prop.get("x-fact") in facts and prop.get("x-person", "self") == "self"
    ]


def _functions(on: date, working_days: WorkingDays) -> dict[str, Callable[[Any], int | None]]:
    """What rules may call. A text that is no day gives None, so that the rule cannot be judged."""

    def with_day(count: Callable[[date], int]) -> Callable[[Any], int | None]:
        def counted(text: Any) -> int | None:
            try:
                return count(date.fromisoformat(str(text)))
            except ValueError:
                return None

        return counted

    return {
        "years": with_day(lambda day: months_between(day, on) // 12),
        "months": with_day(lambda day: months_between(day, on)),
        "days_until": with_day(lambda day: (day - on).days),
        "working_days_until": with_day(lambda day: working_days(on, day)),
    }


def months_between(earlier: date, later: date) -> int:
    """Whole months from a day to a later one; negative the other way. Born on 29 February: a year older on 1 March."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return months - (later.day < earlier.day)


# --- checking ---------------------------------------------------------------------------------------------------------


def of_service(placed: Placed, city: City, form: Spec) -> Iterator[Problem]:
    """Yield what is wrong with the rules of one service."""
    rules = placed.data.get("eligibility") or []
    yield from _overlaps(placed, rules)
    for index, rule in enumerate(rules):
        for message in chain(_word_faults(rule), _rule_faults(rule, city, form)):
            yield placed.problem(
                f"{placed.data['id']}: eligibility {rule['id']}: {message}", "eligibility", index, "when"
            )


def _overlaps(placed: Placed, rules: list[Spec]) -> Iterator[Problem]:
    spans: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for index, rule in enumerate(rules):
        first, last = rule["valid_from"], rule.get("valid_until") or "9999-12-31"
        if last < first:
            message = f"{placed.data['id']}: eligibility {rule['id']}: ends before it begins"
            yield placed.problem(message, "eligibility", index, "valid_until")
        spans[rule["id"]].append((first, last, index))
    for name, found in spans.items():
        for (_first, last, _index), (first, _last, later) in pairwise(sorted(found)):
            if first <= last:
                message = f"{placed.data['id']}: eligibility {name}: holds twice from {first} on"
                yield placed.problem(message, "eligibility", later, "valid_from")


def _word_faults(rule: Spec) -> Iterator[str]:
    for key in ("says", "says_en"):
        if _CODE.search(rule[key]):
            yield f"{key} must be plain words, without signs of the condition"


def _rule_faults(rule: Spec, city: City, form: Spec) -> Iterator[str]:
    expression, properties = rule["when"], form["properties"]
    try:
        unknown = roots_in(expression) - VARIABLES
        strange = functions_in(expression) - FUNCTIONS
    except BadExpression as error:
        yield f"the condition {error}"
        return
    asked = {prop["x-fact"] for prop in properties.values() if "x-fact" in prop}
    answers = names_in(expression)[0]
    named = [
        *(f"names {name}; it may use {', '.join(sorted(VARIABLES))}" for name in sorted(unknown)),
        *(f"calls {name}; it may call {', '.join(sorted(FUNCTIONS))}" for name in sorted(strange)),
        *(
            f"looks at the fact {key!r}, which is not in facts.yaml"
            for key in sorted(facts_named(expression) - city.facts.keys())
        ),
        *(
            f"looks at the fact {key!r}, which the form does not ask"
            for key in sorted((facts_named(expression) & city.facts.keys()) - asked)
        ),
        *(
            f"names the answer {name!r}, which the form does not ask"
            for name in sorted(answers - properties.keys())
        ),
        *references.unknown(expression, city, properties),
    ]
    yield from named
    if not named:
        yield from _sample_faults(rule, city, form)


def _sample_faults(rule: Spec, city: City, form: Spec) -> Iterator[str]:
    """Work the rule out for many people: it must let somebody in and keep somebody out."""
    expression = rule["when"]
    refs = {
        name: ref
        for name, ref in {**city.part("references"), **references.latest(city.tables)}.items()
        if name in names_in(expression)[1]
    }
    names = [f"answers.{name}" for name in sorted(names_in(expression)[0])]
    keys = [f"facts.{key}" for key in sorted(facts_named(expression))]
    by_fact = {prop["x-fact"]: prop for prop in form["properties"].values() if "x-fact" in prop}
    numbers = _numbers(expression, refs)
    words = [*_QUOTED.findall(expression), str(city.part("region").get("name") or "x"), "x"]
    choices = []
    for name in (*names, *keys):
        kind, _, key = name.partition(".")
        prop = form["properties"][key] if kind == "answers" else by_fact[key]
        may_lack = kind == "answers" and key in optional_names(expression)
        choices.append([*values_near(prop, numbers, words), *([None] if may_lack else [])])
    seen: set[bool] = set()
    for count, values in enumerate(_spread(choices)):
        if count > _ENOUGH and len(seen) > 1:
            return
        sample = {
            name: value for name, value in zip((*names, *keys), values, strict=True) if value is not None
        }
        answers = {name[8:]: value for name, value in sample.items() if name.startswith("answers.")}
        facts = {name[6:]: value for name, value in sample.items() if name.startswith("facts.")}
        (said,) = judge(
            [{**rule, "valid_from": "0001-01-01", "valid_until": None}],
            on=_PROOF_DAY,
            facts=facts,
            answers=answers,
            refs=refs,
            working_days=lambda first, last: max(0, (last - first).days * 5 // 7),
        )
        if said.holds is None:
            yield f"the condition cannot be worked out (with {sample})"
            return
        seen.add(said.holds)
    if len(seen) == 1:
        yield f"{'lets everybody' if True in seen else 'lets nobody'} in: it decides nothing"


def _spread(choices: list[list[Any]]) -> Iterator[tuple[Any, ...]]:
    """Combinations from all over the product, each once: the first ones already differ in every place."""
    total = math.prod(map(len, choices))
    stride = next(step for step in _STRIDES if math.gcd(step, total) == 1)
    for number in range(min(total, _MOST_SAMPLES)):
        place, values = number * stride % total, []
        for options in choices:
            place, index = divmod(place, len(options))
            values.append(options[index])
        yield tuple(values)


def _numbers(expression: str, refs: Spec) -> list[float]:
    """Numbers an expression names, and those of every row it may look up."""
    found = {float(number) for number in _NUMBER.findall(expression)}
    for name in names_in(expression)[1]:
        rows = [refs[name]] if "value" in refs[name] else list(refs[name].values())
        found |= {float(row["value"]) for row in rows}
    return sorted(found)


def values_near(prop: Spec, numbers: Iterable[float], words: Iterable[str]) -> list[Any]:
    """Values of one field on both sides of everything a rule may compare it with."""
    if "enum" in prop:
        return list(prop["enum"])
    kind = prop.get("type")
    if kind == "boolean":
        return [True, False]
    if kind in {"integer", "number"}:
        near = {number + step for number in numbers for step in (-1, 0, 1)}
        low, high = prop.get("minimum", 0), prop.get("maximum", 1_000_000_000)
        whole = int if kind == "integer" else float
        return sorted({whole(number) for number in near | {low, high} if low <= number <= high})
    if prop.get("format") == "date":
        return sorted({day.isoformat() for number in numbers for day in _days_near(int(number))})
    return list(dict.fromkeys(words))


def _days_near(number: int) -> Iterator[date]:
    """Days some years, months or days away from the day of the proof, each with its neighbours."""
    for away in (-365 * number - number // 4, -31 * number, number * 7 // 5, 2 * number):
        for step in (-3, 0, 3):
            if -40_000 < away + step < 40_000:  # noqa: PLR2004 - about a century
                yield _PROOF_DAY + timedelta(days=away + step)
