"""Proof of what plans are made from: no paper is needed to get that paper, and every goal leads somewhere whatever is answered."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, pairwise
from math import prod
from typing import Any, Final
from uuid import UUID

from pendopo.catalogue.rules.city import City, Problem, Sheet
from pendopo.catalogue.rules.content import merged_requirements
from pendopo.catalogue.rules.planning import competence_check
from pendopo.catalogue.rules.planning.atlas import APPLICANT, Atlas, Node, need_of
from pendopo.catalogue.rules.planning.goals import Chosen, Goal, choose, combinations, goals_of, holds, named
from pendopo.kernel.errors import Denied

Spec = Mapping[str, Any]
Keys = tuple[str | int, ...]
LEADS: Final = ("services", "holds", "instead", "without", "contradictions")
MOST_COMBINATIONS: Final = 5_000


def problems(city: City) -> Iterator[Problem]:
    """Yield circles in the requirement graph and what is wrong with bundles.yaml."""
    atlas = skeleton(city)
    circles = list(_circles(atlas))
    placed = {p.data["id"]: p for p in city.placed()}
    for path in circles:
        told = f"{path[0]}{''.join(_link(atlas, *pair) for pair in pairwise(path))}"
        yield placed[path[0]].problem(f"mandatory requirements go round in a circle: {told}", "requirements")
    sheet = city.sheets.get("bundles")
    if sheet is None or not isinstance(sheet.value, dict):
        return
    unknown = list(_unknown(city, sheet))
    yield from unknown
    if not unknown:
        yield from _goals(sheet, atlas, sound=not circles)


def skeleton(city: City) -> Atlas:
    """The requirement graph of a folder: services, what they need, whose papers they issue; nothing else."""
    registry = city.part("requirements")
    nodes = {}
    for placed in city.placed():
        service = placed.data
        needs = tuple(need_of(requirement) for requirement in merged_requirements(service, registry))
        about = service.get("about") or APPLICANT
        nodes[service["id"]] = Node(service["id"], UUID(int=0), "", "", placed.agency, None, about, needs)
    return Atlas(nodes)


# --- circles ----------------------------------------------------------------------------------------------------------


def _circles(atlas: Atlas) -> Iterator[list[str]]:
    """Each way back to where one began, as services."""
    done: set[str] = set()
    for start in sorted(atlas.nodes):
        path, rest = [start], [iter(_waits_for(atlas, start))]
        while path and start not in done:
            following = next((name for name in rest[-1] if name not in done), None)
            if following is None:
                done.add(path.pop())
                rest.pop()
            elif following in path:
                yield [*path[path.index(following) :], following]
            else:
                path.append(following)
                rest.append(iter(_waits_for(atlas, following)))


def _waits_for(atlas: Atlas, service: str) -> list[str]:
    node = atlas.nodes[service]
    return sorted({atlas.issuer(node, need) for need in node.needs} - {""})


def _link(atlas: Atlas, service: str, issuer: str) -> str:
    node = atlas.nodes[service]
    papers = [need.requirement for need in node.needs if atlas.issuer(node, need) == issuer]
    return f" -> ({', '.join(papers)}) {issuer}"


# --- names ------------------------------------------------------------------------------------------------------------


def _unknown(city: City, sheet: Sheet) -> Iterator[Problem]:
    """Names of services, requirements, agencies and questions that do not exist, shared questions nobody asks, competence."""
    bundles = sheet.value
    shared = bundles.get("questions") or {}
    services = {placed.data["id"] for placed in city.placed()}
    yield from competence_check.problems(city, sheet)
    for name, goal in bundles["goals"].items():
        where: Keys = ("goals", name)
        yield from _unknown_questions(sheet, where, goal, shared)
        parts = [goal, *(shared.get(q, {}) for q in _shared_of(goal))]
        known = {choice["id"] for part in parts for choice in part.get("services") or ()}
        yield from _unknown_leads(city, sheet, where, goal, services, known)
    asked = {q for goal in bundles["goals"].values() for q in _shared_of(goal)}
    for name, question in shared.items():
        known = {choice["id"] for choice in question.get("services") or ()}
        yield from _unknown_leads(city, sheet, ("questions", name), question, services, known)
        if name not in asked:
            yield sheet.problem(("questions", name), f"the question {name!r} is asked by no goal: remove it")


def _shared_of(goal: Spec) -> list[str]:
    return [question for question in goal.get("questions") or () if isinstance(question, str)]


def _unknown_questions(sheet: Sheet, where: Keys, goal: Spec, shared: Spec) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, question in enumerate(goal.get("questions") or ()):
        keys = (*where, "questions", index)
        name = question if isinstance(question, str) else question["id"]
        yield from _missing(sheet, keys, [name] if isinstance(question, str) else [], set(shared), "question")
        if name in seen:
            yield sheet.problem(keys, f"{name!r} is asked twice")
        seen.add(name)


def _unknown_leads(
    city: City, sheet: Sheet, where: Keys, part: Spec, services: set[str], known: set[str]
) -> Iterator[Problem]:
    requirements = set(city.part("requirements"))
    for index, choice in enumerate(part.get("services") or ()):
        yield from _missing(sheet, (*where, "services", index), [choice["id"]], services, "service")
        after = choice.get("after") or ()
        yield from _missing(sheet, (*where, "services", index, "after"), after, known, "service of this goal")
    for index, entry in enumerate(part.get("holds") or ()):
        yield from _missing(
            sheet, (*where, "holds", index), entry["requirements"], requirements, "requirement"
        )
    for index, entry in enumerate(part.get("instead") or ()):
        yield from _missing(
            sheet, (*where, "instead", index), [entry["requirement"]], requirements, "requirement"
        )
        issuer = [entry["service"]] if entry["service"] else []
        yield from _missing(sheet, (*where, "instead", index), issuer, services, "service")


def _missing(sheet: Sheet, keys: Keys, names: Iterable[str], known: set[str], what: str) -> Iterator[Problem]:
    for name in names:
        if name not in known:
            yield sheet.problem(keys, f"there is no {what} {name!r}")


# --- goals ------------------------------------------------------------------------------------------------------------


def _goals(sheet: Sheet, atlas: Atlas, *, sound: bool) -> Iterator[Problem]:
    rules = sheet.value.get("competence") or ()
    for name, goal in goals_of(sheet.value).items():
        broken = list(_broken_conditions(sheet, name, goal))
        yield from broken
        if broken:
            continue
        outcomes: list[Chosen] = []
        yield from _outcomes(sheet, goal, outcomes)
        reached: set[str] = set()
        try:
            for chosen in outcomes if sound else ():
                reached |= reach(atlas, chosen)
        except Denied as circle:
            yield sheet.problem(
                ("goals", name, "services"), f"{name}: services wait for each other: {circle}"
            )
            continue
        yield from _unused_questions(
            sheet, name, goal, [r for r in rules if r and reached & set(r["services"])]
        )


def _outcomes(sheet: Sheet, goal: Goal, outcomes: list[Chosen]) -> Iterator[Problem]:
    """Gather what each combination of answers chooses, each once; yield the first that chooses nothing."""
    seen: set[Any] = set()
    for answers in combinations(goal.questions):
        if any(holds(rule.when, answers) for rule in goal.contradictions):
            continue
        chosen = choose([goal], answers)
        if not chosen.services:
            told = ", ".join(f"{key}={value}" for key, value in answers.items())
            yield sheet.problem(
                ("goals", goal.id, "services"), f"{goal.id}: no service applies for {told or 'it'}"
            )
            return
        key = (chosen.services, chosen.after, tuple(chosen.instead.items()))
        if key not in seen:
            seen.add(key)
            outcomes.append(chosen)
    if not outcomes:
        yield sheet.problem(
            ("goals", goal.id, "contradictions"), f"{goal.id}: all answers contradict each other"
        )


def reach(atlas: Atlas, chosen: Chosen) -> set[str]:
    """Every service a choice may come to. Raises: Denied("plan_cycle") with the way round."""
    done: set[str] = set()
    path: list[str] = []

    def visit(name: str) -> None:
        if name in done:
            return
        if name in path:
            raise Denied("plan_cycle", " -> ".join([*path[path.index(name) :], name]))
        path.append(name)
        node = atlas.nodes[name]
        issuers = (atlas.issuer(node, need, chosen.instead) for need in node.needs)
        for earlier in chain((early for early, late in chosen.after if late == name), issuers):
            if earlier:
                visit(earlier)
        done.add(path.pop())

    for service in chosen.services:
        visit(service)
    return done


def _broken_conditions(sheet: Sheet, name: str, goal: Goal) -> Iterator[Problem]:
    """Conditions that do not compile, name an unknown question or give no yes or no, each on its line."""
    if prod(len(question.options) for question in goal.questions) > MOST_COMBINATIONS:
        yield sheet.problem(
            ("goals", name, "questions"), f"{name}: more than {MOST_COMBINATIONS} combinations of answers"
        )
        return
    asked = {question.id for question in goal.questions}
    for keys, expression in _conditions(sheet.value, name):
        if unknown := sorted(named(expression) - asked):
            yield sheet.problem(
                keys, f"{name}: the condition looks at {', '.join(unknown)}, which the goal does not ask"
            )
            continue
        used = [question for question in goal.questions if question.id in named(expression)]
        for answers in combinations(used):
            try:
                holds(expression, answers)
            except Denied as error:
                yield sheet.problem(keys, f"{name}: {error}")
                break


def _conditions(bundles: Spec, name: str) -> Iterator[tuple[Keys, str]]:
    """(place, expression) of every condition a goal lives by, its shared questions' included."""
    goal, shared = bundles["goals"][name], bundles.get("questions") or {}
    parts: list[tuple[Keys, Spec]] = [(("goals", name), goal)]
    parts += [(("questions", q), shared[q]) for q in goal.get("questions") or () if isinstance(q, str)]
    for where, part in parts:
        for kind in LEADS:
            for index, entry in enumerate(part.get(kind) or ()):
                if entry.get("when"):
                    yield (*where, kind, index, "when"), entry["when"]


def _unused_questions(sheet: Sheet, name: str, goal: Goal, rules: Iterable[Spec]) -> Iterator[Problem]:
    used = {q for _keys, expression in _conditions(sheet.value, name) for q in named(expression)}
    used |= {q for rule in rules for q in named(rule.get("when") or "")}
    for index, question in enumerate(goal.questions):
        if question.id not in used:
            message = f"{name}: the answer to {question.id!r} changes nothing: remove the question"
            yield sheet.problem(("goals", name, "questions", index), message)
