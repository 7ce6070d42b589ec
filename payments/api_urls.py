"""The API of payments, under /api/v1/. There is no way to approve or release here, on purpose."""

from django.urls import path

from payments import api

urlpatterns = [
    path("payment-batches/", api.batches, name="api-payment-batches"),
    path("payment-batches/<uuid:code>/", api.batch, name="api-payment-batch"),
    path("payment-batches/<uuid:code>/payments/", api.add, name="api-payment-batch-add"),
    path("payment-batches/<uuid:code>/submit/", api.submit, name="api-payment-batch-submit"),
]
