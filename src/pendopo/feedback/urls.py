"""Address of the survey."""

from django.urls import path

from pendopo.feedback import views

app_name = "feedback"
urlpatterns = [path("survei/<uuid:application_id>/", views.survey, name="survey")]
