"""What an answer holds besides the plan: benefits, related entities, the payer's corrections."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from core.models import Coded
from core.sealed import SealedJSONField, SealedTextField

from ..benefits import BenefitLine
from ..choices import Decision, Kind, Level, Period
from ..service_types import service_name
from .checks import EligibilityCheck


class Benefit(models.Model):
    """One line of an answer (X12 271 EB); the same columns as benefits.BenefitLine."""

    eligibility_check = models.ForeignKey(EligibilityCheck, on_delete=models.CASCADE, related_name="benefits")
    kind = models.CharField(max_length=17, choices=Kind)
    amount = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    count = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    coverage_level = models.CharField(max_length=21, choices=Level, blank=True, default="")
    period = models.CharField(max_length=12, choices=Period, blank=True, default="")
    in_network = models.BooleanField(null=True, blank=True)
    service_type_code = models.CharField(max_length=10, blank=True, default="")
    notes = models.TextField(blank=True, default="")
    as_sent = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        """In the order of the answer."""

        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"Benefit #{self.pk}"

    @classmethod
    def of(cls, check: EligibilityCheck, line: BenefitLine) -> Benefit:
        """Return an unsaved row for a line."""
        return cls(
            eligibility_check=check,
            kind=line.kind,
            amount=line.amount,
            percent=line.percent,
            count=line.count,
            coverage_level=line.coverage_level,
            period=line.period,
            in_network=line.in_network,
            service_type_code=line.service_type_code[:10],
            notes=line.notes,
            as_sent=line.as_sent[:60],
        )

    @property
    def line(self) -> BenefitLine:
        """Return the row as a plain line."""
        return BenefitLine(
            self.kind,
            self.amount,
            self.percent,
            self.count,
            self.coverage_level,
            self.period,
            self.in_network,
            self.service_type_code,
            self.notes,
            self.as_sent,
        )

    @property
    def service(self) -> str:
        """Return what the line is about, in words."""
        return service_name(self.service_type_code)


class RelatedEntity(models.Model):
    """Somebody the answer points at: a primary care provider, another payer."""

    eligibility_check = models.ForeignKey(EligibilityCheck, on_delete=models.CASCADE, related_name="entities")
    role = models.CharField(max_length=80, blank=True, default="")
    entity_type = models.CharField(max_length=80, blank=True, default="")
    name = SealedTextField(blank=True, default="")
    contacts = SealedJSONField(null=True)
    service_type_codes = models.JSONField(default=list)

    class Meta:
        """In the order of the answer."""

        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"RelatedEntity #{self.pk}"


class PayerCorrection(Coded):
    """A value that the payer's file has differently; nothing is overwritten before a person accepts it."""

    eligibility_check = models.ForeignKey(EligibilityCheck, on_delete=models.CASCADE, related_name="corrections")
    path = models.CharField(max_length=80)
    sent = SealedTextField(blank=True, default="")
    corrected = SealedTextField(blank=True, default="")
    decision = models.CharField(max_length=8, choices=Decision, default=Decision.OPEN)
    decided_by = models.ForeignKey("clinic.User", on_delete=models.SET_NULL, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """In the order of the answer."""

        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"PayerCorrection #{self.pk}"
