"""Only the frame and the account pages: the look is tested without the modules that use it."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from pendopo.kernel.errors import Denied, Invalid, NotFound, Unavailable

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


urlpatterns = [
    path("", include("pendopo.web.urls")),
    path("akun/", include("allauth.urls")),
    path("raise/<what>/", raises),
    path("api/v1/raise/<what>/", raises),
]
handler400 = "pendopo.web.views.bad_request"
handler403 = "pendopo.web.views.forbidden"
handler404 = "pendopo.web.views.page_not_found"
handler500 = "pendopo.web.views.server_error"
