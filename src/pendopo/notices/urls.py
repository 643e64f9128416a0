"""Addresses of an account's notices."""

from django.urls import path

from pendopo.notices import views

app_name = "notices"
urlpatterns = [
    path("kabar/", views.notices, name="notices"),
    path("kabar/dibaca/", views.all_read, name="all_read"),
    path("kabar/email/", views.wish, name="wish"),
    path("kabar/<int:notice_id>/", views.follow, name="follow"),
]
