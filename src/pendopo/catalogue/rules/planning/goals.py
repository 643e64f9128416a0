"""Goals as citizens say them, and what the answers to a few plain questions choose. Conditions are CEL over ``answers``."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import Any, Final

from pendopo.catalogue.rules.fees import condition, names_in
from pendopo.catalogue.rules.words import terms

Spec = Mapping[str, Any]
CLOSE: Final = 0.5
SHORTEST: Final = 4


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose."""

    value: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class FinderQuestion:
    """A plain question with a closed list of answers."""

    id: str
    name: str
    name_en: str
    options: tuple[Option, ...]
    hint: str = ""
    hint_en: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A service of a goal: when it applies, and which other services of the goal must be finished first."""

    service_id: str
    when: str = ""
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Instead:
    """Another service than the registry's issues this requirement here; "" when none does and it is brought."""

    requirement: str
    service_id: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Answers that cannot both be true, and the words that say so."""

    when: str
    says: str
    says_en: str


@dataclass(frozen=True, slots=True)
class Goal:
    """What somebody wants to reach, in their words."""

    id: str
    name: str
    name_en: str
    category: str
    say: tuple[str, ...]
    questions: tuple[FinderQuestion, ...]
    services: tuple[Choice, ...]
    holds: tuple[tuple[str, str], ...] = ()  # (requirement, when): papers the answers say are there
    instead: tuple[Instead, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    without: tuple[tuple[str, str], ...] = ()  # (kind of applicant, when): what these are not


@dataclass(frozen=True, slots=True)
class Chosen:
    """What goals and answers come to. ``after``: (earlier, later). ``without``: kinds of applicant that this one is not."""

    services: tuple[str, ...]
    after: tuple[tuple[str, str], ...] = ()
    instead: Mapping[str, str] = field(default_factory=dict)
    holds: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with answers: ``missing``, ``unknown_option``, ``contradiction`` (with its words) or ``nothing_applies``."""

    question: str  # "" when it is about all of them
    code: str
    says: str = ""
    says_en: str = ""


def faults(goal: Goal, answers: Mapping[str, str]) -> list[Fault]:
    """What keeps these answers from choosing services; empty when they do. Answers to other questions are left alone."""
    found = []
    for question in goal.questions:
        given = answers.get(question.id, "")
        if not given:
            found.append(Fault(question.id, "missing"))
        elif given not in {option.value for option in question.options}:
            found.append(Fault(question.id, "unknown_option"))
    if found:
        return found
    for rule in goal.contradictions:
        if holds(rule.when, answers):
            asked = [question.id for question in goal.questions if question.id in named(rule.when)]
            found.append(Fault(asked[-1] if asked else "", "contradiction", rule.says, rule.says_en))
    if not found and not choose([goal], answers).services:
        found.append(Fault("", "nothing_applies"))
    return found


def choose(goals: Iterable[Goal], answers: Mapping[str, str]) -> Chosen:
    """Services the answers choose, each once. The answers must be without faults. Of two words on one paper the first goal's counts."""
    services: dict[str, None] = {}
    after: dict[tuple[str, str], None] = {}
    instead: dict[str, str] = {}
    held: dict[str, None] = {}
    without: dict[str, None] = {}
    for goal in goals:
        chosen = [choice for choice in goal.services if holds(choice.when, answers)]
        own = {choice.service_id for choice in chosen}
        services |= dict.fromkeys(choice.service_id for choice in chosen)
        after |= dict.fromkeys((early, c.service_id) for c in chosen for early in c.after if early in own)
        for rule in goal.instead:
            if holds(rule.when, answers):
                instead.setdefault(rule.requirement, rule.service_id)
        held |= dict.fromkeys(paper for paper, when in goal.holds if holds(when, answers))
        without |= dict.fromkeys(kind for kind, when in goal.without if holds(when, answers))
    return Chosen(tuple(services), tuple(after), instead, tuple(held), tuple(without))


def combinations(questions: Sequence[FinderQuestion]) -> Iterator[dict[str, str]]:
    """Every possible set of answers to these questions."""
    for values in product(*(question.options for question in questions)):
        yield {q.id: option.value for q, option in zip(questions, values, strict=True)}


def named(expression: str) -> set[str]:
    """Questions that a condition looks at."""
    return names_in(expression)[0]


def holds(when: str, answers: Mapping[str, str]) -> bool:
    """Whether a condition holds; an empty one always does. Raises: Denied("condition_broken")."""
    return not when or _decided(
        when, tuple((name, answers[name]) for name in _looks_at(when) if name in answers)
    )


@lru_cache(maxsize=1024)
def _looks_at(when: str) -> tuple[str, ...]:
    return tuple(sorted(named(when)))


@lru_cache(maxsize=8192)
def _decided(when: str, given: tuple[tuple[str, str], ...]) -> bool:
    """The closed lists of answers make this a small table, and each row costs a run of CEL."""
    return condition(when, {"answers": dict(given)})


# --- by citizens' words -------------------------------------------------------------------------------------------------


def matching(goals: Iterable[Goal], query: str, limit: int = 5) -> list[Goal]:
    """Goals that fit a citizen's words, best first; empty when none fits well. Never raises for odd input."""
    words = terms(query)
    scored = (
        [(max(_likeness(words, terms(p)) for p in (g.name, g.name_en, *g.say)), g) for g in goals]
        if words
        else []
    )
    scored.sort(key=lambda pair: -pair[0])  # stable: equals stay in the order of the folder
    return [goal for score, goal in scored if score >= CLOSE][:limit]


def _likeness(words: list[str], phrase: list[str]) -> float:
    """0 to 1: how much of the query the phrase covers, times how much of the phrase the query covers."""
    hit = {(word, own) for word in words for own in phrase if _same(word, own)}
    return (
        len({word for word, _own in hit}) * len({own for _word, own in hit}) / (len(words) * len(phrase) or 1)
    )


def _same(word: str, own: str) -> bool:
    """Equal, or one is the other with an ending or a beginning: ``kopinya``, ``menikah``."""
    short, long = sorted((word, own), key=len)
    return word == own or (len(short) >= SHORTEST and (long.startswith(short) or long.endswith(short)))


# --- from the folder ---------------------------------------------------------------------------------------------------


def goals_of(bundles: Spec) -> dict[str, Goal]:
    """Goals by id. Shape: ``bundles`` as in bundles.yaml, already checked."""
    shared = bundles.get("questions") or {}
    return {key: _goal(key, spec, shared) for key, spec in (bundles.get("goals") or {}).items()}


def _goal(key: str, spec: Spec, shared: Spec) -> Goal:
    """A goal with what its shared questions bring along."""
    asked = [
        (name, shared[name]) if isinstance(name, str) else (name["id"], name)
        for name in spec.get("questions") or ()
    ]
    parts = [spec, *(question for _key, question in asked)]

    def entries(of: str) -> list[Spec]:
        return [entry for part in parts for entry in part.get(of) or ()]

    return Goal(
        id=key,
        name=spec["name"],
        name_en=spec["name_en"],
        category=spec["category"],
        say=tuple(spec["say"]),
        questions=tuple(question_of(name, question) for name, question in asked),
        services=tuple(
            Choice(e["id"], e.get("when") or "", tuple(e.get("after") or ())) for e in entries("services")
        ),
        holds=tuple((paper, e.get("when") or "") for e in entries("holds") for paper in e["requirements"]),
        instead=tuple(
            Instead(e["requirement"], e.get("service") or "", e.get("when") or "") for e in entries("instead")
        ),
        contradictions=tuple(
            Contradiction(e["when"], e["says"], e["says_en"]) for e in entries("contradictions")
        ),
        without=tuple((e["only_for"], e.get("when") or "") for e in entries("without")),
    )


def question_of(key: str, spec: Spec) -> FinderQuestion:
    """A question of the finder. Shape: ``spec`` as in bundles.yaml, already checked."""
    options = tuple(
        Option(value, names["name"], names["name_en"]) for value, names in spec["options"].items()
    )
    return FinderQuestion(
        key, spec["name"], spec["name_en"], options, spec.get("hint") or "", spec.get("hint_en") or ""
    )
