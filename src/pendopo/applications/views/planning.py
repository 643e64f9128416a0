"""Goals and plans, for everybody: without signing in, by link, with what is already held when somebody is signed in."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pendopo.applications import api
from pendopo.catalogue.api import (
    CATEGORIES,
    HAS,
    LACKS,
    Goal,
    How,
    Plan,
    atlas,
    draw,
    get_goal,
    list_goals,
    names_in_list,
    plan,
    search_goals,
)
from pendopo.identity.api import PUBLIC, Actor, ActorKind
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, Invalid, NotFound
from pendopo.region.api import calendar
from pendopo.web.environment import said

CATALOGUE = "katalog"
LONGEST = 400
SPARED = frozenset({How.REGISTRY, How.PART, How.HELD})


@require_safe
def goals(request: HttpRequest) -> HttpResponse:
    """Every goal by situation of life, or those that fit some words."""
    query = " ".join(request.GET.get("q", "").split())[:200]
    found = search_goals(query, limit=20) if query else list_goals()
    groups = [(c, [goal for goal in found if goal.category == c.id]) for c in CATEGORIES.values()]
    context = {"query": query, "found": found, "groups": [(c, own) for c, own in groups if own]}
    return render(request, "applications/goals.html", context)


@require_safe
def goal(request: HttpRequest, goal_id: str) -> HttpResponse:
    """The finder's few questions; once they are answered, the plan. An old link is told so."""
    try:
        return _goal(request, get_goal(goal_id))
    except NotFound:
        return render(request, "applications/goal_gone.html", {"goals": list_goals()[:8]}, status=404)


def _goal(request: HttpRequest, wanted: Goal) -> HttpResponse:
    answers = {q.id: request.GET[q.id][:LONGEST] for q in wanted.questions if q.id in request.GET}
    told = {key: request.GET.get(key, "")[:LONGEST] for key in (HAS, LACKS) if request.GET.get(key)}
    if wanted.questions and not answers:
        return render(request, "applications/finder.html", _finder(wanted, {}, told, {}))
    try:
        made = _plan(wanted.id, {**answers, **told}, getattr(request, "actor", PUBLIC))
    except Invalid as wrong:
        context = _finder(wanted, answers, told, wrong.errors)
        return render(request, "applications/finder.html", context, status=422)
    context = _finder(wanted, answers, told, {}) | _shown(wanted, made, told)
    context["outdated"] = request.GET.get(CATALOGUE, made.catalogue) != made.catalogue
    return render(request, "applications/plan.html", context)


def _plan(goal_id: str, answers: Mapping[str, str], by: Actor) -> Plan:
    """For somebody who is signed in with what they hold; for everybody else, and for a hand that may not do all of it, with nothing held.

    Raises: Invalid.
    """
    if by.kind is ActorKind.PERSON and by.id:
        with suppress(Denied):
            return api.plan_for([goal_id], answers, by)
    return plan([goal_id], answers=answers, on=clock.today(), calendar=calendar())


def _finder(
    wanted: Goal, answers: Mapping[str, str], told: Mapping[str, str], errors: Mapping[str, str]
) -> dict[str, Any]:
    """The questions as fields; what was chosen stays chosen."""
    fields = [
        {
            "name": question.id,
            "label": said(question),
            "help": said(question, "hint"),
            "widget": "select" if len(question.options) > 6 else "radio",  # noqa: PLR2004 - a phone's screen holds six
            "options": [(option.value, said(option)) for option in question.options],
            "value": answers.get(question.id, ""),
            "error": errors.get(question.id, ""),
            "required": True,
        }
        for question in wanted.questions
    ]
    labels = {field["name"]: field["label"] for field in fields}
    listed = [
        (name if name in labels else "", f"{labels[name]} {message}" if name in labels else message)
        for name, message in errors.items()
    ]
    return {
        "goal": wanted,
        "category": CATEGORIES[wanted.category],
        "fields": fields,
        "kept": {**told, CATALOGUE: atlas().mark},
        "errors": listed,
    }


def _shown(wanted: Goal, made: Plan, told: Mapping[str, str]) -> dict[str, Any]:
    """A plan as the page reads it: its parts by wave, its picture, and links that change what is held."""
    names = {part.service_id: said(part) for part in made.parts}
    has, lacks = (names_in_list(told.get(key)) for key in (HAS, LACKS))

    def link(has: list[str], lacks: list[str]) -> str:
        said_ = {key: ",".join(names_) for key, names_ in ((HAS, has), (LACKS, lacks)) if names_}
        asked = {q.id: made.answers[q.id] for q in wanted.questions}
        return "?" + urlencode({**asked, **said_})

    obtained = {d.requirement: d.from_service for d in made.documents if d.how is How.PART}
    obtains: dict[str, list[str]] = {}
    for requirement, service_id in obtained.items():
        obtains.setdefault(service_id, []).append(requirement)
    usual = atlas().usual
    papers = [d for d in made.papers if d.how is How.PART or d.requirement not in obtained]
    return {
        "plan": made,
        "names": names,
        "waves": [[made.part(service) for service in wave] for wave in made.waves],
        "picture": draw(made.parts, names),
        "narrow": draw(made.parts, names, a_row=1),
        "chosen_answers": [
            {"label": said(q), "value": next(said(o) for o in q.options if o.value == made.answers[q.id])}
            for q in wanted.questions
        ],
        "bring": [d for d in papers if d.how is How.BRING],
        "spared": [d for d in papers if d.how in SPARED],
        "ask": [q for q in made.questions if not q.held],
        "known": [q for q in made.questions if q.held],
        "remove": {
            part.service_id: link(
                [*has, *obtains[part.service_id]], [n for n in lacks if n not in obtains[part.service_id]]
            )
            for part in made.parts
            if not part.chosen and part.service_id in obtains
        },
        "add": {
            held.requirement: link([n for n in has if n != held.requirement], [*lacks, held.requirement])
            for held in made.held
            if held.source in {"usual", "declared"}
            and (usual.get(held.requirement) or held.requirement in has)
        },
        "apply": "/pengajuan/mulai/?"
        + urlencode({"goal": wanted.id})
        + link(has, lacks).replace("?", "&", 1),
    }
