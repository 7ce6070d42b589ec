"""A patient's coverage: who pays, from when until when, and how it is asked about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from core.addresses import one_line
from core.models import Coded, Versioned
from core.money import NotMoney, money
from core.sealed import SealedJSONField, SealedTextField, fingerprint

from .. import coverage_words as words
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
        """Return health plans in use that nothing has replaced, and that the patient pays; primary first.

        They are what a new coverage is placed beside; one whose replacement starts later is spoken for already, and
        what answers for an injury alone stands in no line.
        """
        replacements = Coverage.objects.filter(replaces=models.OuterRef("pk")).exclude(status=Coverage.Status.REMOVED)
        return self.current().filter(~models.Exists(replacements)).exclude(type__in=words.INJURY)

    def in_line(self) -> CoverageQuerySet:
        """Return coverages that were ever right, in the order in which they are asked to pay."""
        return self.exclude(status=Coverage.Status.REMOVED).order_by("priority", "-pk")

    def for_visits(self, appointments: Iterable[Appointment]) -> dict[int, Coverage]:
        """Return by appointment pk the coverage that counts on the day of the visit; one query.

        It is what answers for the injury that the visit belongs to, then the first in line whose dates allow that day.
        Where none does, it is the first in use, so that a page can say when it ended or starts; `is_valid_on` tells
        the two apart. Somebody without coverage is left out.
        """
        visits = list(appointments)
        held: dict[int, list[Coverage]] = {}
        lean = self.defer(*(name for name in SEALED if name != "member_id"))
        for coverage in lean.filter(patient__in={visit.patient_id for visit in visits}).in_line():
            held.setdefault(coverage.patient_id, []).append(coverage)
        found = {visit.pk: first_for(visit, held.get(visit.patient_id, [])) for visit in visits}
        return {pk: coverage for pk, coverage in found.items() if coverage}


# Sealed columns: opening one costs as much as reading a row, so a list that does not show them leaves them closed.
SEALED = (
    "member_id", "employer", "copays", "rx_id", "subscriber_address_line", "subscriber_city", "subscriber_state",
    "subscriber_postal_code", "claim_number", "adjuster_name", "adjuster_phone", "order_facts",
)  # fmt: skip


def first_for(visit: Appointment, in_line: list[Coverage]) -> Coverage | None:
    """Return the coverage that counts for a visit: that of its injury first, and none of another injury."""
    injury = [coverage for coverage in in_line if coverage.pk == visit.injury_id]
    return first_on(visit.date_of_service, injury + [coverage for coverage in in_line if not coverage.is_injury])


def first_on(day: date, in_line: list[Coverage]) -> Coverage | None:
    """Return the first of the coverages that is valid on `day`, else the first in use, if any."""
    valid = (coverage for coverage in in_line if coverage.is_valid_on(day))
    return next(valid, None) or next((coverage for coverage in in_line if coverage.is_current), None)


class Coverage(Coded, Versioned):
    """A patient's enrolment with a payer, an insurance that answers for one injury, or that the patient pays.

    What is printed on cards for everybody in the plan is plain; what is about the person is sealed.
    """

    Type, Priority, Relationship, PlanType, Source = (
        words.Type,
        words.Priority,
        words.Relationship,
        words.PlanType,
        words.Source,
    )

    class Status(models.TextChoices):
        """Whether the coverage is in use."""

        CURRENT = "CURRENT", "In use"
        REPLACED = "REPLACED", "Replaced"
        REMOVED = "REMOVED", "Removed"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="coverages")
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+")
    type = models.CharField(max_length=12, choices=Type, default=Type.INSURANCE)
    priority = models.CharField(max_length=9, choices=Priority, default=Priority.PRIMARY)
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="coverages", null=True, blank=True)
    member_id = SealedTextField(blank=True, default="")
    member_id_fingerprint = models.CharField(max_length=64, blank=True, default="", db_index=True, editable=False)
    group_number = models.CharField(max_length=60, blank=True, default="")
    plan_name = models.CharField(max_length=120, blank=True, default="")
    plan_type = models.CharField(max_length=2, choices=PlanType, blank=True, default="")
    employer = SealedTextField(blank=True, default="")
    provider_phone = models.CharField(max_length=40, blank=True, default="")
    member_phone = models.CharField(max_length=40, blank=True, default="")
    claims_address = models.CharField(max_length=300, blank=True, default="")
    # Service (words.Copay) to amount; a service that is not there is not stated.
    copays = SealedJSONField(default=dict)
    rx_bin = models.CharField("RxBIN", max_length=20, blank=True, default="")
    rx_pcn = models.CharField("RxPCN", max_length=30, blank=True, default="")
    rx_group = models.CharField("Rx group", max_length=40, blank=True, default="")
    rx_id = SealedTextField(blank=True, default="")
    relationship = models.CharField(max_length=13, choices=Relationship, default=Relationship.SELF)
    subscriber_first_name = models.CharField(max_length=35, blank=True, default="")
    subscriber_last_name = models.CharField(max_length=60, blank=True, default="")
    subscriber_birth_date = models.DateField(null=True, blank=True)
    subscriber_sex = models.CharField(max_length=7, choices=Patient.Sex, default=Patient.Sex.UNKNOWN)
    subscriber_address_line = SealedTextField(blank=True, default="")
    subscriber_city = SealedTextField(blank=True, default="")
    subscriber_state = SealedTextField(blank=True, default="")
    subscriber_postal_code = SealedTextField(blank=True, default="")
    effective_date = models.DateField(null=True, blank=True)
    termination_date = models.DateField(null=True, blank=True)
    # Of an insurance that answers for one injury.
    claim_number = SealedTextField(blank=True, default="")
    injury_date = models.DateField(null=True, blank=True)
    injury_state = models.CharField(max_length=2, blank=True, default="")
    adjuster_name = SealedTextField(blank=True, default="")
    adjuster_phone = SealedTextField(blank=True, default="")
    # What decides who pays first (who_pays_first.Facts), as far as somebody has said it.
    order_facts = SealedJSONField(default=dict)
    # Column to {"from": Source, "by": user, "on": day}: where each value comes from; nothing personal.
    sources = models.JSONField(default=dict, editable=False)
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
                condition=~models.Q(type="SELF_PAY") | models.Q(payer__isnull=True), name="self_pay_has_no_payer"
            ),
            models.CheckConstraint(
                condition=models.Q(type__in=["WORKERS_COMP", "LIABILITY"], priority="UNRANKED")
                | (~models.Q(type__in=["WORKERS_COMP", "LIABILITY"]) & ~models.Q(priority="UNRANKED")),
                name="an_injury_stands_in_no_line",
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
        """Return whether a health plan pays, which can be asked about the patient."""
        return self.type == self.Type.INSURANCE

    @property
    def is_injury(self) -> bool:
        """Return whether it answers for one injury alone."""
        return self.type in words.INJURY

    @property
    def is_self_pay(self) -> bool:
        """Return whether the patient pays."""
        return self.type == self.Type.SELF_PAY

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

    @property
    def subscriber_address(self) -> str:
        """Return what there is of the subscriber's address on one line; "" for none."""
        street, city = self.subscriber_address_line, self.subscriber_city
        return one_line(street, city, self.subscriber_state, self.subscriber_postal_code)

    @property
    def relationship_code(self) -> str:
        """Return the relationship as claim files write it ("18", "01", "G8")."""
        return words.RELATIONSHIP_CODES[self.relationship]

    def copay(self, service: str) -> Decimal | None:
        """Return the copay that the card prints for a service (words.Copay), None when it states none."""
        try:
            return money(self.copays[service])
        except (KeyError, NotMoney):
            return None

    def is_valid_on(self, day: date) -> bool:
        """Return whether the stated dates allow `day`; both ends are inclusive, a missing end is open."""
        begun = self.effective_date is None or self.effective_date <= day
        return begun and not self.has_ended_before(day)

    def has_ended_before(self, day: date) -> bool:
        """Return whether the stated last day lies before `day`."""
        return self.termination_date is not None and self.termination_date < day
