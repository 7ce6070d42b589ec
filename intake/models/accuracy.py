"""How well cards are read: what became of each value that was read. No value is kept here, so it outlives the card."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from core.models import Coded
from core.sealed import SealedTextField

from .cards import CardScan
from .payers import Payer


class FieldOutcome(models.Model):
    """One value that was read from a card that was confirmed: how sure the reader was, and whether it was kept as read.

    `recheck` is what a second person's own reading of the photo said, "" when nobody was asked.
    """

    class Recheck(models.TextChoices):
        """What came of typing the value once more."""

        RIGHT = "RIGHT", "right"
        WRONG = "WRONG", "wrong"

    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(Payer, on_delete=models.SET_NULL, related_name="+", null=True)
    card = models.ForeignKey(CardScan, on_delete=models.CASCADE, related_name="outcomes")
    name = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField(default=0)
    score = models.DecimalField(max_digits=6, decimal_places=5)
    accepted = models.BooleanField()
    by_rule = models.BooleanField(default=False)
    recheck = models.CharField(max_length=5, choices=Recheck, blank=True, default="")
    decided_at = models.DateTimeField()

    class Meta:
        """One row per value of a card; counted by clinic and field."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["card", "name", "position"], name="one_outcome_per_card_field")
        ]
        indexes: ClassVar = [models.Index(fields=["clinic", "name", "score"], name="outcome_of_field")]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"FieldOutcome #{self.pk}"


class FieldRule(models.Model):
    """From which score on a clinic accepts a field as it was read; `right` of `total` were, when that was decided."""

    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    threshold = models.DecimalField(max_digits=4, decimal_places=3)
    right = models.PositiveIntegerField()
    total = models.PositiveIntegerField()
    set_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        """One rule per clinic and field."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["clinic", "name"], name="one_rule_per_clinic_and_field")
        ]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"FieldRule #{self.pk}"

    @property
    def from_score(self) -> str:
        """Return the score from which on the field is accepted, as it is written."""
        return f"{self.threshold.normalize():f}"

    @property
    def sentence(self) -> str:
        """Return what stands beside a value that the rule accepted."""
        return f"Accepted by rule: {self.from_score} and above, {self.right} of {self.total} right."


class Rekey(Coded):
    """A value that a second person types from the photo, without seeing what was accepted."""

    class Status(models.TextChoices):
        """How far it is."""

        WAITING = "WAITING", "To be typed"
        AGREED = "AGREED", "Both say the same"
        DIFFERS = "DIFFERS", "They differ"
        SETTLED = "SETTLED", "Decided"

    outcome = models.OneToOneField(FieldOutcome, on_delete=models.CASCADE, related_name="rekey")
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+")
    first_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=7, choices=Status, default=Status.WAITING)
    typed = SealedTextField(blank=True, default="")
    typed_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    typed_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        """The oldest first."""

        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [models.Index(fields=["clinic", "status"], name="rekey_of_clinic")]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"Rekey #{self.pk}"
