"""Turns the kernel's refusals into pages (or JSON under /api/): plain words, the right status, no detail leaked."""

from collections.abc import Callable
from http import HTTPStatus

import structlog
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from pendopo.kernel.errors import Denied, Invalid, NotFound, Unavailable
from pendopo.web import words

log = structlog.get_logger(__name__)
RETRY_AFTER_SECONDS = 60


class ErrorsAsPages:
    """Views raise; this answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Django calls this when a view raised; None leaves the error to Django's own pages."""
        if isinstance(error, Denied):
            return denied(request, error)
        if isinstance(error, NotFound | Http404):
            return not_found(request)
        if isinstance(error, Invalid):
            return invalid(request, error)
        if isinstance(error, Unavailable):
            return unavailable(request, error)
        return None


def wants_json(request: HttpRequest) -> bool:
    """True under /api/: machines get JSON."""
    return request.path.startswith("/api/")


def denied(request: HttpRequest, error: Denied) -> HttpResponse:
    """409 when the thing moved on, else 403."""
    status = HTTPStatus.CONFLICT if words.is_conflict(error.code) else HTTPStatus.FORBIDDEN
    log.info("denied", code=error.code, detail=str(error), path=request.path)
    message = str(words.denied(error.code))
    if wants_json(request):
        return JsonResponse({"error": "denied", "code": error.code, "message": message}, status=status)
    return render(
        request,
        "errors/denied.html",
        {"message": message, "conflict": status == HTTPStatus.CONFLICT},
        status=status,
    )


def not_found(request: HttpRequest) -> HttpResponse:
    """404, the same for what is not there and for what the asker may not know of."""
    if wants_json(request):
        message = _("Yang Anda cari tidak ada.")
        return JsonResponse({"error": "not_found", "code": "not_found", "message": message}, status=404)
    return render(request, "errors/404.html", status=404)


def invalid(request: HttpRequest, error: Invalid) -> HttpResponse:
    """422 with every message; views that own a form catch Invalid themselves and show it beside the fields."""
    if wants_json(request):
        message = _("Ada isian yang perlu diperbaiki.")
        body = {"error": "invalid", "code": "invalid", "message": message, "fields": error.errors}
        return JsonResponse(body, status=422)
    return render(request, "errors/invalid.html", {"errors": list(error.errors.items())}, status=422)


def unavailable(request: HttpRequest, error: Unavailable) -> HttpResponse:
    """503 and when to come back."""
    log.warning("unavailable", what=str(error), permanent=error.permanent, path=request.path)
    if wants_json(request):
        message = _("Sistem lain yang kami perlukan sedang tidak menjawab. Coba lagi beberapa saat.")
        response: HttpResponse = JsonResponse(
            {"error": "unavailable", "code": "unavailable", "message": message}, status=503
        )
    else:
        response = render(request, "errors/unavailable.html", status=503)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
