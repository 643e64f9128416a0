"""Only the frame and the account pages: the look is tested without the modules that use it."""

import json
import time
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import include, path

from pendopo.kernel.errors import Denied, Invalid, NotFound, Unavailable
from pendopo.web.context import Page

RAISED = {
    "denied": Denied("not_yours", "row 17 belongs to somebody"),
    "stale": Denied("stale"),
    "unknown": Denied("never_heard_of"),
    "missing": NotFound("secret row 17"),
    "invalid": Invalid({"nik": "NIK terdiri dari 16 angka."}),
    "away": Unavailable("dukcapil at 10.0.0.5"),
    "broken": RuntimeError("secret detail"),
}


def raises(request: HttpRequest, what: str) -> HttpResponse:
    raise RAISED[what]


SEEN: dict[str, Any] = {"saves": [], "uploads": {}, "patches": [], "submits": [], "slow_seconds": 0}


def form(request: HttpRequest) -> HttpResponse:
    """A form with all that enhance.js enhances."""
    if request.method == "POST":
        time.sleep(SEEN["slow_seconds"])
        SEEN["submits"].append(request.POST.dict() | {"files": [f.name for f in request.FILES.values()]})
    source = """{% extends "layout_form.html" %}{% block main %}<h1>Uji</h1>
    {% call ui.form("/form/", csrf_input, files=true, autosave="/autosave/") %}
    <input type="hidden" name="seen" value="the page">
    {{ ui.field({"name": "why", "label": "Alasan", "widget": "textarea", "max_length": 20, "required": false}) }}
    {{ ui.field({"name": "ktp", "label": "KTP", "widget": "file", "upload": "/berkas/"}) }}
    {{ ui.button("Kirim") }}{% endcall %}{% endblock %}"""
    return HttpResponse(engines["jinja2"].from_string(source).render({"page": Page(request)}, request))


def autosave(request: HttpRequest) -> HttpResponse:
    SEEN["saves"].append(request.POST.dict() | {"header": request.headers.get("X-Autosave")})
    return JsonResponse({"saved": True, "seen": f"save {len(SEEN['saves'])}"})


def upload(request: HttpRequest) -> HttpResponse:
    told = json.loads(request.body)
    if told["name"].endswith(".exe"):
        return JsonResponse({"message": "Jenis berkas ini tidak diterima."}, status=422)
    SEEN["uploads"]["u1"] = b""
    return JsonResponse({"id": "u1", "offset": 0, "chunk": 1000})


def piece(request: HttpRequest, key: str) -> HttpResponse:
    """The second piece arrives but its answer is lost: the browser must ask how far it came."""
    had = SEEN["uploads"][key]
    if request.method == "HEAD":
        return HttpResponse(headers={"Upload-Offset": str(len(had))})
    offset = int(request.headers["Upload-Offset"])
    SEEN["patches"].append(offset)
    if offset != len(had):
        return HttpResponse(status=409, headers={"Upload-Offset": str(len(had))})
    SEEN["uploads"][key] = had + request.body
    if len(SEEN["patches"]) == 2:
        return HttpResponse(status=503)
    return JsonResponse({"offset": len(SEEN["uploads"][key])})


urlpatterns = [
    path("form/", form),
    path("autosave/", autosave),
    path("berkas/", upload),
    path("berkas/<key>/", piece),
    path("", include("pendopo.web.urls")),
    path("akun/", include("allauth.urls")),
    path("raise/<what>/", raises),
    path("api/v1/raise/<what>/", raises),
]
handler400 = "pendopo.web.views.bad_request"
handler403 = "pendopo.web.views.forbidden"
handler404 = "pendopo.web.views.page_not_found"
handler500 = "pendopo.web.views.server_error"
