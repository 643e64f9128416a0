"""From a document one holds to the form of what one asks about it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pendopo.applications import api
from pendopo.applications.views import drawn
from pendopo.applications.views.citizen import next_page
from pendopo.applications.views.doors import Asked, for_citizens
from pendopo.catalogue.api import PurposePlan, fee_lines, get_version, version_for
from pendopo.documents.api import Paper
from pendopo.kernel.errors import NotFound


@for_citizens
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: Asked, document_id: UUID, purpose: str) -> HttpResponse:
    """What is asked, what it costs, how long it takes; an amendment first asks what has changed."""
    wanted = _purpose(purpose)
    paper, plan = api.asked_about(document_id, wanted, request.actor)
    changes, problem = request.POST.getlist("changes"), ""
    if request.method == "POST":
        if changes or wanted is not api.Purpose.AMENDMENT:
            row = api.begin_purpose(document_id=paper.id, purpose=wanted, by=request.actor, changes=changes)
            return redirect(next_page(row.id, get_version(row.version_id), request))
        problem = _("Pilih sedikitnya satu data yang berubah.")
    return _shown(request, paper, plan, changes, problem)


def _purpose(text: str) -> api.Purpose:
    try:
        wanted = api.Purpose(text)
    except ValueError as unknown:
        raise NotFound from unknown
    if wanted is api.Purpose.NEW:
        raise NotFound
    return wanted


def _shown(request: Asked, paper: Paper, plan: PurposePlan, changes: list[str], problem: str) -> HttpResponse:
    version = version_for(plan.service_id, plan.purpose)
    labels = drawn.labels(version.content["form"]["schema"])
    amended = plan.purpose == api.Purpose.AMENDMENT
    lines = fee_lines(version, {})
    context = {
        "paper": paper,
        "plan": plan,
        "service": version.content,
        "fee_idr": None if lines is None else sum(line.amount_idr for line in lines),
        "fields": [(name, labels[name]) for name in api.amendable(version)] if amended else [],
        "changes": changes,
        "problem": problem,
    }
    return render(request, "applications/ask.html", context, status=422 if problem else 200)
