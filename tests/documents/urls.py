from django.urls import include, path

urlpatterns = [path("", include("pendopo.documents.urls"))]
