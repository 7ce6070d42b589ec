"""Who may see which row: everything of eligibility leaves the database through here. Another clinic's row is 404.

Coverages follow a patient into every clinic; what was asked and told stays with the clinic that asked.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from clinic.models import Clinic

from .models import EligibilityCheck, ManualCapture, PayerCorrection
from .models.checks import EligibilityCheckQuerySet


def checks_for(clinic: Clinic) -> EligibilityCheckQuerySet:
    """Return the checks this clinic asked about its patients, with what a page shows of them."""
    return EligibilityCheck.objects.filter(clinic=clinic, coverage__patient__clinics=clinic).select_related(
        "coverage__patient", "coverage__payer", "clinic", "appointment", "requested_by", "reviewed_by"
    )


def get_check(clinic: Clinic, code: UUID) -> EligibilityCheck:
    """Return a check of this clinic; raises Http404."""
    return get_object_or_404(checks_for(clinic), code=code)


def get_correction(check: EligibilityCheck, code: UUID) -> PayerCorrection:
    """Return one of the payer's corrections in a check; raises Http404."""
    return get_object_or_404(PayerCorrection, eligibility_check=check, code=code)


def captures_for(clinic: Clinic) -> QuerySet[ManualCapture]:
    """Return the phone captures this clinic made about its patients, with what a page shows of them."""
    return ManualCapture.objects.filter(clinic=clinic, coverage__patient__clinics=clinic).select_related(
        "coverage__patient", "coverage__payer", "clinic", "appointment", "created_by", "finished_by", "replaces",
        "eligibility_check",
    )  # fmt: skip


def get_capture(clinic: Clinic, code: UUID) -> ManualCapture:
    """Return a phone capture of this clinic; raises Http404."""
    return get_object_or_404(captures_for(clinic), code=code)
