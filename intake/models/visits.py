"""When a patient comes to a clinic, and what became of it."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models

from core.models import Coded, Versioned

from .people import Patient


class Appointment(Coded, Versioned):
    """A visit of a patient to a clinic at a time."""

    class VisitType(models.TextChoices):
        """What the visit is for, in the desk's words."""

        OFFICE_VISIT = "OFFICE_VISIT", "Office visit"
        SPECIALIST_VISIT = "SPECIALIST_VISIT", "Specialist visit"
        PHYSICAL_EXAM = "PHYSICAL_EXAM", "Yearly physical"
        PHYSICAL_THERAPY = "PHYSICAL_THERAPY", "Physical therapy"
        OCCUPATIONAL_THERAPY = "OCCUPATIONAL_THERAPY", "Occupational therapy"
        SPEECH_THERAPY = "SPEECH_THERAPY", "Speech therapy"
        URGENT_CARE = "URGENT_CARE", "Urgent care"
        MENTAL_HEALTH = "MENTAL_HEALTH", "Mental health"
        CHIROPRACTIC = "CHIROPRACTIC", "Chiropractic"
        IMAGING = "IMAGING", "X-ray or imaging"
        LABORATORY = "LABORATORY", "Laboratory"
        OTHER = "OTHER", "Something else"

    class Status(models.TextChoices):
        """Where the visit stands."""

        SCHEDULED = "SCHEDULED", "Expected"
        ARRIVED = "ARRIVED", "Checked in"
        DONE = "DONE", "Done"
        CANCELLED = "CANCELLED", "Cancelled"
        NO_SHOW = "NO_SHOW", "Did not come"

    class CancelReason(models.TextChoices):
        """Why a visit does not take place."""

        PATIENT = "PATIENT", "The patient called it off"
        SICK = "SICK", "The patient is ill"
        COVERAGE = "COVERAGE", "Coverage or cost"
        PROVIDER = "PROVIDER", "The provider cannot"
        CLINIC = "CLINIC", "The clinic is closed"
        MISTAKE = "MISTAKE", "Entered by mistake"
        OTHER = "OTHER", "Another reason"

    # X12 005010 EB03 service type codes; whatever has no code of its own asks about the plan as a whole.
    SERVICE_TYPE_CODES: ClassVar[dict[str, str]] = {
        VisitType.OFFICE_VISIT: "98",
        VisitType.SPECIALIST_VISIT: "98",
        VisitType.PHYSICAL_EXAM: "81",
        VisitType.PHYSICAL_THERAPY: "PT",
        VisitType.OCCUPATIONAL_THERAPY: "AD",
        VisitType.SPEECH_THERAPY: "AF",
        VisitType.URGENT_CARE: "UC",
        VisitType.MENTAL_HEALTH: "MH",
        VisitType.CHIROPRACTIC: "33",
        VisitType.IMAGING: "4",
        VisitType.LABORATORY: "5",
    }
    WHOLE_PLAN = "30"

    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="appointments")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="appointments")
    provider = models.ForeignKey(
        "clinic.Provider", on_delete=models.PROTECT, related_name="appointments", null=True, blank=True
    )
    starts_at = models.DateTimeField()
    visit_type = models.CharField(max_length=20, choices=VisitType, default=VisitType.OFFICE_VISIT)
    status = models.CharField(max_length=9, choices=Status, default=Status.SCHEDULED)
    cancel_reason = models.CharField(max_length=8, choices=CancelReason, blank=True, default="")
    arrived_at = models.DateTimeField(null=True, blank=True)
    is_walk_in = models.BooleanField(default=False)
    # The visit's number in the program that a schedule is imported from.
    external_id = models.CharField(max_length=80, blank=True, default="")
    spry_appointment_id = models.PositiveBigIntegerField("SPRY appointment number", null=True, blank=True)
    # The insurance that answers for the injury this visit is about; None for any other visit.
    injury = models.ForeignKey(
        "intake.Coverage", on_delete=models.PROTECT, related_name="visits", null=True, blank=True, default=None
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Today asks for one clinic and one day; a visit of another program is here once."""

        ordering: ClassVar = ["starts_at", "pk"]
        indexes: ClassVar = [models.Index(fields=["clinic", "starts_at"], name="appointment_day")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["clinic", "external_id"], condition=~models.Q(external_id=""), name="external_visit_once"
            )
        ]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"Appointment #{self.pk}"

    @property
    def service_type_code(self) -> str:
        """Return what a payer is asked about for this visit ("98", "PT", ...), "30" when nothing narrower fits."""
        return self.SERVICE_TYPE_CODES.get(self.visit_type, self.WHOLE_PLAN)

    @property
    def date_of_service(self) -> date:
        """Return the day of the visit in the clinic's own time zone."""
        return self.starts_at.astimezone(self.clinic.zone).date()

    @property
    def is_open(self) -> bool:
        """Return whether the patient is still expected or is here now."""
        return self.status in {self.Status.SCHEDULED, self.Status.ARRIVED}


class AppointmentChange(models.Model):
    """One change of a visit: what it was before and after, who changed it and when. Only ever added."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+", null=True)
    was_status = models.CharField(max_length=9, choices=Appointment.Status)
    status = models.CharField(max_length=9, choices=Appointment.Status)
    reason = models.CharField(max_length=8, choices=Appointment.CancelReason, blank=True, default="")
    was_starts_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    was_provider = models.ForeignKey("clinic.Provider", on_delete=models.PROTECT, related_name="+", null=True)
    provider = models.ForeignKey("clinic.Provider", on_delete=models.PROTECT, related_name="+", null=True)
    was_visit_type = models.CharField(max_length=20, choices=Appointment.VisitType)
    visit_type = models.CharField(max_length=20, choices=Appointment.VisitType)

    class Meta:
        """In the order in which it was done."""

        ordering: ClassVar = ["appointment_id", "pk"]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"AppointmentChange #{self.pk}"
