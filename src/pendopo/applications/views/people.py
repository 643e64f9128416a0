"""People at work: who is away and who stands in, so that nobody's leave stops a clock."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pendopo.agencies.api import appoint_deputy, end_deputy, list_absences, list_colleagues
from pendopo.applications import api
from pendopo.applications.views.doors import Asked, for_staff
from pendopo.catalogue.api import get_agency
from pendopo.kernel import clock
from pendopo.kernel.errors import Denied, NotFound
from pendopo.web import words
from pendopo.web.environment import said

REASONS = ("leave", "delegation")


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def deputies(request: Asked) -> HttpResponse:
    """Who of my agencies is away and who stands in; name a deputy for myself, as a head for anybody of my agency."""
    problem = ""
    if request.method == "POST":
        try:
            _appoint(request)
        except (Denied, NotFound) as refused:
            problem = str(words.denied(getattr(refused, "code", "not_your_colleague")))
        else:
            messages.success(request, _("Tercatat. Selama itu tugasnya juga ada di meja kerja wakilnya."))
            return redirect("/kerja/wakil/")
    context = {
        "problem": problem,
        "agencies": [_agency(request, agency_id) for agency_id in sorted(request.actor.duties)],
        "absences": list_absences(request.actor.duties),
        "typed": request.POST,
        "today": clock.today(),
        "reasons": [("leave", _("Cuti, sakit, atau dinas luar")), ("delegation", _("Pelimpahan tugas"))],
    }
    return render(request, "applications/deputies.html", context, status=422 if problem else 200)


def _agency(request: Asked, agency_id: str) -> dict[str, object]:
    heads = bool(request.actor.duties[agency_id] & api.HEADS)
    staff = [(str(colleague.user_id), colleague.name) for colleague in list_colleagues(agency_id)]
    absent = staff if heads else [pair for pair in staff if pair[0] == str(request.actor.id)]
    stands_in = staff if heads else [pair for pair in staff if pair not in absent]
    return {
        "id": agency_id,
        "name": said(get_agency(agency_id)),
        "absent": absent,
        "staff": staff,
        "deputies": stands_in,
    }


def _appoint(request: Asked) -> None:
    """Raises: Denied, NotFound."""
    post = request.POST
    if post.get("reason") not in REASONS:
        raise Denied("deputy_dates")
    try:
        starts_on, ends_on = (date.fromisoformat(post.get(name, "")) for name in ("starts_on", "ends_on"))
        staff_id, deputy_id = UUID(post.get("staff", "")), UUID(post.get("deputy", ""))
    except ValueError as odd:
        raise Denied("deputy_dates") from odd
    appoint_deputy(
        staff_id=staff_id,
        agency_id=post.get("agency", ""),
        deputy_id=deputy_id,
        reason=post["reason"],
        starts_on=starts_on,
        ends_on=ends_on,
        by=request.actor,
    )


@for_staff
@require_POST
def end(request: Asked, deputy_id: UUID) -> HttpResponse:
    """The absent one is back."""
    end_deputy(deputy_id=deputy_id, by=request.actor)
    return redirect("/kerja/wakil/")
