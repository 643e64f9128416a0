"""Addresses of bills and of the provider's webhook."""

from django.urls import path

from pendopo.payments import views

app_name = "payments"
urlpatterns = [
    path("tagihan/<uuid:bill_id>/", views.show, name="bill"),
    path("tagihan/<uuid:bill_id>/bayar/", views.pay, name="pay"),
    path("tagihan/<uuid:bill_id>/kembali/", views.back, name="back"),
    path("hooks/payment/", views.webhook, name="webhook"),
]
