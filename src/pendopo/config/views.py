"""Pages that belong to the instance, not to a module: becoming somebody in the demo."""

from django.conf import settings
from django.contrib.auth import login
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from pendopo.config import demo, demo_sheet
from pendopo.config.middleware import DEMO_SESSION
from pendopo.identity.api import User


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_as(request: HttpRequest) -> HttpResponse:
    """Become a demo person with one click. Does not exist outside the demo."""
    if not settings.DEMO:
        raise Http404
    people = list(demo.characters())
    if request.method == "POST":
        chosen = next((c for c in people if c.email == request.POST.get("who")), None)
        user = User.objects.filter(email=chosen.email).first() if chosen else None
        if user is None or chosen is None:
            raise Http404
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
        request.session[DEMO_SESSION] = chosen.email
        return redirect("/kerja/" if chosen.agency else "/")
    groups: dict[str, list[demo.Character]] = {}
    for character in people:
        groups.setdefault(character.group, []).append(character)
    return render(request, "config/demo.html", {"groups": groups, "password": demo.PASSWORD})


@require_GET
def sample_sheet(request: HttpRequest, service_id: str) -> FileResponse:  # noqa: ARG001 - Django's signature
    """A sheet of invented workers to try group filing with. Does not exist outside the demo."""
    if not settings.DEMO:
        raise Http404
    return FileResponse(
        demo_sheet.sample_sheet(service_id), as_attachment=True, filename=f"contoh-{service_id}.xlsx"
    )
