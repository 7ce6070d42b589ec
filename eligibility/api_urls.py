"""Eligibility below /api/v1/."""

from django.urls import path

from . import api

urlpatterns = [
    path("eligibility-checks/", api.check_list, name="api-check-list"),
    path("eligibility-checks/<uuid:code>/", api.check_detail, name="api-check-detail"),
    path("manual-captures/", api.capture_list, name="api-capture-list"),
    path("manual-captures/<uuid:code>/", api.capture_detail, name="api-capture-detail"),
    path("manual-captures/<uuid:code>/finish/", api.capture_finish, name="api-capture-finish"),
]
