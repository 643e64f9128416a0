"""The mayor's page: every agency with its figures and what people said, the worst first. Here, because it needs both modules."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pendopo.applications.api import OVERVIEW_DAYS, overview
from pendopo.applications.views.doors import Asked, for_staff
from pendopo.catalogue.api import agencies_of
from pendopo.feedback.api import SURVEY_DAYS, indexes_by_agency


@for_staff
@require_GET
def city(request: Asked) -> HttpResponse:
    """Only for who oversees the city; nothing can be done here, and no file opened."""
    figures = overview(request.actor)
    names, said = agencies_of(row.agency_id for row in figures), indexes_by_agency()
    rows: list[dict[str, Any]] = [
        {"figures": row, "agency": names.get(row.agency_id), "index": said.get(row.agency_id)}
        for row in figures
    ]
    context = {
        "rows": rows,
        "most": max((row.open for row in figures), default=0),
        "open": sum(row.open for row in figures),
        "late": sum(row.late for row in figures),
        "decided": sum(row.decided for row in figures),
        "days": OVERVIEW_DAYS,
        "survey_days": SURVEY_DAYS,
    }
    return render(request, "config/overview.html", context)
