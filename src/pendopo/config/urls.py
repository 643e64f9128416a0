"""Every address. One line a module."""

from django.urls import include, path

urlpatterns = [
    path("akun/", include("allauth.urls")),
]
