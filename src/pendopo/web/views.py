"""Pages of the frame: accessibility statement, gallery, and the pages Django shows when something failed."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from pendopo.kernel import clock
from pendopo.web import middleware, words


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What we did so that everybody can use this, and whom to tell where it fails."""
    return render(request, "web/accessibility.html")


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component on one page (demo and tests only)."""
    now = clock.now()
    return render(
        request, "web/gallery.html", {"now": now, "later": now + timedelta(days=3), "today": clock.today()}
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    del exception  # never shown
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 of Django's own PermissionDenied."""
    del exception  # never shown
    context = {"message": str(words.REFUSED), "conflict": False}
    return render(request, "errors/denied.html", context, status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    del exception  # never shown
    return middleware.not_found(request)


def server_error(_request: HttpRequest) -> HttpResponse:
    """500. Drawn without the request: no session, no database, nothing that may be what broke."""
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, **_why: object) -> HttpResponse:
    """403 when the form's token is gone: mostly an expired session in the middle of a form."""
    return render(request, "errors/csrf.html", status=403)
