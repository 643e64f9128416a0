"""Public pages of the catalogue, and the operator's inventory. Reads only, but for noting searches that found nothing."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pendopo.catalogue import api
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied

OPERATOR = "mall_operator"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Search first, then situations of life."""
    categories = api.categories()
    counts = {
        "services": sum(category.services for category in categories),
        "agencies": len(api.list_agencies()),
    }
    first = {
        goal.category: goal for goal in reversed(api.list_goals())
    }  # one a situation, to show the breadth
    context = {"categories": categories, "counts": counts, "goals": list(first.values())[::-1]}
    return render(request, "catalogue/home.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Results of a search; without one, every service by name, page by page."""
    query = " ".join(request.GET.get("q", "").split())[:200]
    if not query:
        cards, following = api.list_page(after=request.GET.get("after", ""))
        context = {"categories": api.categories(), "cards": cards, "following": following}
        return render(request, "catalogue/browse.html", context)
    found, goals = api.search(query), api.search_goals(query)
    if found:
        return render(request, "catalogue/search.html", {"query": query, "cards": found, "goals": goals})
    api.note_miss(query)
    near = api.suggest(query)
    context = {"query": query, "near": near, "goals": goals, "categories": api.categories()}
    return render(request, "catalogue/nothing.html", context)


@require_safe
def service(request: HttpRequest, service_id: str) -> HttpResponse:
    """One service with the six published components of its standard; one that ended says so and what follows it."""
    ending = api.get_ending(service_id)
    if ending and ending.ended:
        heir = api.cards_of([ending.replaced_by]).get(ending.replaced_by)
        return render(request, "catalogue/ended.html", {"ending": ending, "heir": heir}, status=410)
    version = api.get_service(service_id)
    content = version.content
    steps = api.shown_steps(content)
    context = {
        "version": version,
        "service": content,
        "card": api.cards_of([service_id])[service_id],
        "groups": api.what_to_bring(content),
        "issuers": api.cards_of(r["from_service"] for r in content["requirements"] if r["from_service"]),
        "steps": steps,
        "agencies": api.agencies_of(step["agency"] for step in steps),
        "category": api.CATEGORIES[content["category"]],
        "tables": api.tables_of(content),
        "rules": api.rules_shown(content),
        "others": api.others_competent(content, clock.today()),
        "ending": ending,
        "heir": api.cards_of([ending.replaced_by]).get(ending.replaced_by) if ending else None,
    }
    return render(request, "catalogue/service.html", context)


@require_safe
def agencies(request: HttpRequest) -> HttpResponse:
    """Every agency of the mall."""
    return render(request, "catalogue/agencies.html", {"agencies": api.list_agencies()})


@require_safe
def agency(request: HttpRequest, agency_id: str) -> HttpResponse:
    """One agency with its services."""
    context = {"agency": api.get_agency(agency_id), "cards": api.list_cards(agency=agency_id)}
    return render(request, "catalogue/agency.html", context)


@require_safe
def category(request: HttpRequest, category_id: str) -> HttpResponse:
    """The services of one situation of life."""
    context = {
        "category": api.get_category(category_id),
        "cards": api.list_cards(category=category_id),
        "goals": api.list_goals(category_id),
    }
    return render(request, "catalogue/category.html", context)


@require_safe
def tables(request: HttpRequest) -> HttpResponse:
    """Every dated reference table: what law set, from when until when."""
    return render(request, "catalogue/tables.html", {"tables": api.list_tables()})


@require_safe
def table(request: HttpRequest, table_id: str) -> HttpResponse:
    """One table: what holds today, its history, its sources, and the services it matters to."""
    found = api.get_table(table_id)
    return render(
        request,
        "catalogue/table.html",
        {"table": found, "cards": list(api.cards_of(found.services).values())},
    )


@require_safe
def inventory(request: HttpRequest) -> HttpResponse:
    """What each agency brings and what is missing: for the operator of the mall."""
    _check_operator(getattr(request, "actor", None))
    rows = api.inventory()
    totals = {
        "agencies": len(rows),
        "inventoried": sum(row.inventoried for row in rows),
        "online": sum(row.online for row in rows),
        "in_mall": sum(row.in_mall for row in rows),
        "complete": sum(row.complete for row in rows),
    }
    misses = [(miss.query, miss.count) for miss in api.list_misses()]
    return render(request, "catalogue/inventory.html", {"rows": rows, "totals": totals, "misses": misses})


def _check_operator(actor: Any) -> None:
    if actor is None or actor.kind == "public":
        raise Denied("not_signed_in")
    if not any(OPERATOR in roles for roles in actor.duties.values()):
        raise Denied("wrong_role")
