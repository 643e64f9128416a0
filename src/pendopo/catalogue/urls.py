"""Addresses of the catalogue."""

from django.urls import path

from pendopo.catalogue import views

app_name = "catalogue"
urlpatterns = [
    path("", views.home, name="home"),
    path("layanan/", views.search, name="search"),
    path("layanan/<slug:service_id>/", views.service, name="service"),
    path("instansi/", views.agencies, name="agencies"),
    path("instansi/<slug:agency_id>/", views.agency, name="agency"),
    path("kebutuhan/<slug:category_id>/", views.category, name="category"),
    path("acuan/", views.tables, name="tables"),
    path("acuan/<slug:table_id>/", views.table, name="table"),
    path("operator/inventaris/", views.inventory, name="inventory"),
]
