"""A patient's coverage: who pays, from when until when, and how it is asked about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from core.models import Coded, Versioned
from core.sealed import SealedTextField, fingerprint

from .payers import Payer
from .people import Patient
from .visits import Appointment


def member_id_fingerprint(member_id: str) -> str:
    """Return the look-up value of a member id ("" for none); spaces, hyphens and letter case do not matter."""
    plain = re.sub(r"[\s\-]+", "", member_id).upper()
    return fingerprint(plain, "member_id") if plain else ""


class CoverageQuerySet(models.QuerySet["Coverage"]):
    """Filters over coverages that more than one caller needs."""

    def current(self) -> CoverageQuerySet:
        """Return coverages in use, primary first (the stored words happen to sort that way)."""
        return self.filter(status=Coverage.Status.CURRENT).order_by("priority", "-pk")

    def on_file(self) -> CoverageQuerySet:
        """Return coverages in use that nothing has replaced, primary first.

        They are what a new coverage is placed beside; one whose replacement starts later is spoken for already.
        """
        replacements = Coverage.objects.filter(replaces=models.OuterRef("pk")).exclude(status=Coverage.Status.REMOVED)
        return self.current().filter(~models.Exists(replacements))

    def in_line(self) -> CoverageQuerySet:
        """Return coverages that were ever right, in the order in which they are asked to pay."""
        return self.exclude(status=Coverage.Status.REMOVED).order_by("priority", "-pk")

    def for_visits(self, appointments: Iterable[Appointment]) -> dict[int, Coverage]:
        """Return by appointment pk the coverage that counts on the day of the visit; one query.

        It is the first in line whose dates allow that day. Where none does, it is the first in use, so that a page can
        say when it ended or starts; `is_valid_on` tells the two apart. Somebody without coverage is left out.
        """
        visits = list(appointments)
        held: dict[int, list[Coverage]] = {}
        for coverage in self.filter(patient__in={visit.patient_id for visit in visits}).in_line():
            held.setdefault(coverage.patient_id, []).append(coverage)
        found = {visit.pk: first_on(visit.date_of_service, held.get(visit.patient_id, [])) for visit in visits}
        return {pk: coverage for pk, coverage in found.items() if coverage}


def first_on(day: date, in_line: list[Coverage]) -> Coverage | None:
    """Return the first of the coverages that is valid on `day`, else the first in use, if any."""
    valid = (coverage for coverage in in_line if coverage.is_valid_on(day))
    return next(valid, None) or next((coverage for coverage in in_line if coverage.is_current), None)


class Coverage(Coded, Versioned):
    """A patient's enrolment with a payer, or the statement that the patient pays."""

    class Type(models.TextChoices):
        """Whether somebody else pays."""

        INSURANCE = "INSURANCE", "Insurance"
        SELF_PAY = "SELF_PAY", "The patient pays"

    class Priority(models.TextChoices):
        """Who is asked to pay first."""

        PRIMARY = "PRIMARY", "Primary"
        SECONDARY = "SECONDARY", "Secondary"
        TERTIARY = "TERTIARY", "Tertiary"

    class Relationship(models.TextChoices):
        """What the patient is to the subscriber (X12 2100D INS02)."""

        SELF = "SELF", "The subscriber"
        SPOUSE = "SPOUSE", "Spouse of the subscriber"
        CHILD = "CHILD", "Child of the subscriber"
        OTHER = "OTHER", "Something else"

    class Status(models.TextChoices):
        """Whether the coverage is in use."""

        CURRENT = "CURRENT", "In use"
        REPLACED = "REPLACED", "Replaced"
        REMOVED = "REMOVED", "Removed"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="coverages")
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+")
    type = models.CharField(max_length=9, choices=Type, default=Type.INSURANCE)
    priority = models.CharField(max_length=9, choices=Priority, default=Priority.PRIMARY)
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="coverages", null=True, blank=True)
    member_id = SealedTextField(blank=True, default="")
    member_id_fingerprint = models.CharField(max_length=64, blank=True, default="", db_index=True, editable=False)
    group_number = models.CharField(max_length=60, blank=True, default="")
    plan_name = models.CharField(max_length=120, blank=True, default="")
    rx_bin = models.CharField("RxBIN", max_length=20, blank=True, default="")
    rx_pcn = models.CharField("RxPCN", max_length=30, blank=True, default="")
    rx_group = models.CharField("Rx group", max_length=40, blank=True, default="")
    relationship = models.CharField(max_length=6, choices=Relationship, default=Relationship.SELF)
    subscriber_first_name = models.CharField(max_length=35, blank=True, default="")
    subscriber_last_name = models.CharField(max_length=60, blank=True, default="")
    subscriber_birth_date = models.DateField(null=True, blank=True)
    effective_date = models.DateField(null=True, blank=True)
    termination_date = models.DateField(null=True, blank=True)
    card = models.ForeignKey(
        "intake.CardScan", on_delete=models.PROTECT, related_name="coverages", null=True, blank=True
    )
    # When the desk last had the same card in hand again and nothing on it had changed.
    card_seen_on = models.DateField(null=True, blank=True)
    # What this coverage replaced and when that one would have ended by itself: enough to undo the replacement.
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, related_name="replaced_by", null=True, blank=True)
    replaces_ended = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.CURRENT)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CoverageQuerySet.as_manager()

    class Meta:
        """What must never be false about a coverage."""

        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["patient", "status"], name="coverage_of_patient")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["card"], condition=~models.Q(status="REMOVED"), name="one_coverage_from_one_card"
            ),
            models.CheckConstraint(
                condition=models.Q(type="SELF_PAY") | models.Q(payer__isnull=False),
                name="insurance_names_its_payer",
            ),
            models.CheckConstraint(
                condition=models.Q(type="INSURANCE") | models.Q(payer__isnull=True), name="self_pay_has_no_payer"
            ),
        ]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"Coverage #{self.pk}"

    def change(self, version: int | None, **fields: Any) -> None:
        """Write the fields as `Versioned.change` does, and keep what the coverage says from now on."""
        from .history import keep_version  # the history is made of coverages, so it cannot be there before them

        super().change(version, **fields)
        self.refresh_from_db()
        keep_version(self, now=timezone.now())

    @property
    def is_insurance(self) -> bool:
        """Return whether somebody else than the patient pays."""
        return self.type == self.Type.INSURANCE

    @property
    def is_current(self) -> bool:
        """Return whether the coverage is in use."""
        return self.status == self.Status.CURRENT

    @property
    def is_self(self) -> bool:
        """Return whether the patient is the subscriber."""
        return self.relationship == self.Relationship.SELF

    @property
    def payer_name(self) -> str:
        """Return who pays, in words."""
        return self.payer.name if self.payer else "The patient pays"

    @property
    def subscriber_name(self) -> str:
        """Return the subscriber's first and last name."""
        return f"{self.subscriber_first_name} {self.subscriber_last_name}".strip()

    def is_valid_on(self, day: date) -> bool:
        """Return whether the stated dates allow `day`; both ends are inclusive, a missing end is open."""
        begun = self.effective_date is None or self.effective_date <= day
        return begun and not self.has_ended_before(day)

    def has_ended_before(self, day: date) -> bool:
        """Return whether the stated last day lies before `day`."""
        return self.termination_date is not None and self.termination_date < day
