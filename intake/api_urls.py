"""Intake below /api/v1/."""

from django.urls import path

from . import api, card_api

urlpatterns = [
    path("patients/", api.patient_list, name="api-patient-list"),
    path("patients/search/", api.search, name="api-patient-search"),
    path("patients/<uuid:code>/", api.patient_detail, name="api-patient-detail"),
    path("patients/<uuid:code>/alike/", api.patient_alike, name="api-patient-alike"),
    path("appointments/", api.appointment_list, name="api-appointment-list"),
    path("appointments/<uuid:code>/", api.appointment_detail, name="api-appointment-detail"),
    path("payers/", api.payer_list, name="api-payer-list"),
    path("coverages/", api.coverage_list, name="api-coverage-list"),
    path("coverages/<uuid:code>/", api.coverage_detail, name="api-coverage-detail"),
    # /card-scans/<code>/
    path("card-scans/", card_api.card_list, name="api-card-list"),
    path("card-scans/<uuid:code>/", card_api.card_detail, name="api-card-detail"),
    path("card-scans/<uuid:code>/images/", card_api.card_images, name="api-card-images"),
    path("card-scans/<uuid:code>/start/", card_api.card_start, name="api-card-start"),
    path("card-scans/<uuid:code>/by-hand/", card_api.card_by_hand, name="api-card-by-hand"),
    path("card-scans/<uuid:code>/fields/", card_api.card_fields, name="api-card-fields"),
    path("card-scans/<uuid:code>/confirm/", card_api.card_confirm, name="api-card-confirm"),
    path("card-scans/<uuid:code>/flags/", card_api.card_flags, name="api-card-flags"),
    path("card-scans/<uuid:code>/earlier/", card_api.card_earlier, name="api-card-earlier"),
    path("card-scans/<uuid:code>/undo/", card_api.card_undo, name="api-card-undo"),
]
