"""A phone call to a payer, written down."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.models import Coded, Versioned
from core.sealed import SealedJSONField, SealedTextField
from intake.models import Appointment, Coverage

from ..choices import CaptureStatus
from .checks import EligibilityCheck


class ManualCapture(Coded, Versioned):
    """What a payer's agent said. A finished one is evidence: a correction is a new row that names the one it replaces.

    `typed` is the form as typed; `facts` is what goes to SPRY, without SPRY's numbers, once the call is finished.
    """

    class Flag(models.TextChoices):
        """What staff should know about how the record came to be at SPRY."""

        TWICE = "TWICE", "SPRY has this call more than once"
        SOMEONE_ELSE = "SOMEONE_ELSE", "SPRY's answer named someone else"

    coverage = models.ForeignKey(Coverage, on_delete=models.PROTECT, related_name="captures")
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+")
    appointment = models.ForeignKey(
        Appointment, on_delete=models.SET_NULL, related_name="captures", null=True, blank=True
    )
    # The form it was begun with, so that one form sent twice makes one call.
    form_code = models.UUIDField(null=True, blank=True, editable=False)
    status = models.CharField(max_length=10, choices=CaptureStatus, default=CaptureStatus.DRAFT)
    typed = SealedJSONField(default=dict)
    facts = SealedJSONField(null=True, blank=True)
    overridden = models.JSONField(default=list)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, related_name="corrections", null=True, blank=True)
    eligibility_check = models.OneToOneField(
        EligibilityCheck, on_delete=models.PROTECT, related_name="capture", null=True, blank=True
    )

    payload_hash = models.CharField(max_length=64, blank=True, default="")
    sent_at = models.DateTimeField(null=True, blank=True)
    sends = models.PositiveSmallIntegerField(default=0)
    looks = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    enquiry_id = models.CharField(max_length=64, blank=True, default="")
    refused_code = models.IntegerField(null=True, blank=True)
    refused_message = SealedTextField(blank=True, default="")
    refused_field = models.CharField(max_length=60, blank=True, default="")
    flag = models.CharField(max_length=12, choices=Flag, blank=True, default="")
    # Why an admin decided what became of an unclear one.
    decided_why = SealedTextField(blank=True, default="")

    created_by = models.ForeignKey("clinic.User", on_delete=models.SET_NULL, related_name="+", null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_by = models.ForeignKey("clinic.User", on_delete=models.SET_NULL, related_name="+", null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """A form makes one capture, a record of SPRY belongs to one, and a capture is corrected once."""

        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["coverage", "-id"], name="capture_history")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["clinic", "form_code"], name="one_capture_from_one_form"),
            models.UniqueConstraint(fields=["enquiry_id"], condition=~Q(enquiry_id=""), name="spry_record_once"),
            models.UniqueConstraint(
                fields=["replaces"], condition=Q(status="DRAFT"), name="one_draft_correction_per_capture"
            ),
            models.CheckConstraint(
                condition=Q(status="DRAFT") | Q(facts__isnull=False), name="finished_capture_has_facts"
            ),
        ]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"ManualCapture #{self.pk}"

    CORRECTABLE: ClassVar = (CaptureStatus.SAVED, CaptureStatus.SAVED_HERE, CaptureStatus.REJECTED)
    MOVING: ClassVar = (CaptureStatus.QUEUED, CaptureStatus.SENDING, CaptureStatus.UNKNOWN)

    @property
    def is_draft(self) -> bool:
        """Return whether the call is still being written down."""
        return self.status == CaptureStatus.DRAFT

    @property
    def is_moving(self) -> bool:
        """Return whether it is on its way to SPRY."""
        return self.status in self.MOVING

    @property
    def is_correctable(self) -> bool:
        """Return whether a correction may replace it."""
        return self.status in self.CORRECTABLE
