"""Every address. One line a module."""

from django.urls import include, path

from pendopo.config import overview, rest, views

urlpatterns = [
    path("api/v1/", rest.api.urls),  # first: the busiest
    path("kerja/kota/", overview.city, name="city"),
    path("", include("pendopo.applications.urls")),
    path("", include("pendopo.web.urls")),
    path("", include("pendopo.catalogue.urls")),
    path("", include("pendopo.documents.urls")),
    path("", include("pendopo.payments.urls")),
    path("", include("pendopo.notices.urls")),
    path("demo/", views.sign_in_as, name="demo"),
    path("demo/lembar/<slug:service_id>/", views.sample_sheet, name="demo_sheet"),
    path("", include("pendopo.feedback.urls")),
    path("akun/", include("allauth.urls")),
]
handler400 = "pendopo.web.views.bad_request"
handler403 = "pendopo.web.views.forbidden"
handler404 = "pendopo.web.views.page_not_found"
handler500 = "pendopo.web.views.server_error"
