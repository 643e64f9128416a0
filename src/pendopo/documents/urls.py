"""Addresses of files and papers; included at the root."""

from django.urls import path

from pendopo.documents import views

app_name = "documents"
urlpatterns = [
    path("berkas/", views.upload_begin, name="upload_begin"),
    path("berkas/<uuid:upload_id>/", views.upload, name="upload"),
    path("dokumen/<uuid:document_id>/dokumen.pdf", views.download, name="download"),
    path("v/", views.verify_form, name="verify_form"),
    path("v/<str:code>/", views.verify, name="verify"),
    path("v/<str:code>/dokumen.pdf", views.verify_pdf, name="verify_pdf"),
]
