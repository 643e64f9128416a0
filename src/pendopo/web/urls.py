"""Addresses of the frame itself: language, accessibility, and the gallery of components."""

from django.conf import settings
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from pendopo.web import views

urlpatterns = [
    path("i18n/setlang/", csrf_exempt(set_language), name="set_language"),  # forged, it changes words only
    path("aksesibilitas/", views.accessibility, name="accessibility"),
]
if settings.MODE in {"demo", "test"}:
    urlpatterns.append(path("galeri/", views.gallery, name="gallery"))
