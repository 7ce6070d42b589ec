"""How long card photos are kept, whose must be kept, and the proof of what was deleted."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.db import models

from core.models import Coded, Versioned
from core.sealed import SealedTextField

from .people import Patient


class Retention(Versioned):
    """A clinic's rule for card photos; a clinic without one keeps them."""

    clinic = models.OneToOneField("clinic.Clinic", on_delete=models.CASCADE, related_name="+")
    months = models.PositiveSmallIntegerField(null=True, blank=True)
    is_also_at_vendor = models.BooleanField(default=True)
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+", null=True, default=None)

    def __str__(self) -> str:
        """Return the row's number."""
        return f"Retention #{self.pk}"


class LegalHold(Coded):
    """Nothing of this patient is deleted until the hold is lifted."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="holds")
    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+")
    reason = SealedTextField()
    set_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    lifted_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One hold of a patient at a time; merged patients may bring one each, so no constraint says so."""

        ordering: ClassVar = ["-set_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["patient"], condition=models.Q(lifted_at__isnull=True), name="hold_of_patient")
        ]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"LegalHold #{self.pk}"


class _AppendedQuerySet(models.QuerySet[Any]):
    """Rows that are written once."""

    def update(self, **values: Any) -> NoReturn:
        """Refuse: what proves something is never changed."""
        raise TypeError("A proof of deletion is never changed.")

    def delete(self) -> NoReturn:
        """Refuse: what proves something is never deleted."""
        raise TypeError("A proof of deletion is never deleted.")


class _Appended(models.Model):
    """A row that is written once and neither changed nor deleted."""

    objects = _AppendedQuerySet.as_manager()

    class Meta:
        """A base alone."""

        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Append; raises TypeError for a row that is there already."""
        if self.pk is not None:
            raise TypeError("A proof of deletion is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse; raises TypeError."""
        raise TypeError("A proof of deletion is never deleted.")


class Deletion(Coded, _Appended):
    """That photos, or a whole card, were deleted: which, by whom or by which rule. Says nothing of what was on them.

    `files` has an entry per photo: its random name, and the keyed fingerprint of its content, which proves that a copy
    found elsewhere is this photo, and tells nothing to whoever has not got the photo.
    """

    class What(models.TextChoices):
        """What was deleted."""

        PHOTOS = "PHOTOS", "Photos"
        CARD = "CARD", "Card, values and photos"
        STRAY = "STRAY", "Unknown card at CardScan"

    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=6, choices=What)
    card_code = models.UUIDField(null=True, db_index=True)
    vendor_card_id = models.CharField(max_length=64, blank=True, default="", db_index=True)
    files = models.JSONField(default=list)
    by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+", null=True)
    rule_months = models.PositiveSmallIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        """The list shows the newest first, page by page."""

        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["clinic", "-id"], name="deletion_of_clinic")]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"Deletion #{self.pk}"


class DeletionStep(_Appended):
    """What became of a deletion: done at the vendor, or looked at later and found gone or still there."""

    class Outcome(models.TextChoices):
        """What was found or done."""

        VENDOR_DELETED = "VENDOR_DELETED", "CardScan has deleted it"
        GONE_HERE = "GONE_HERE", "looked: gone here"
        STILL_HERE = "STILL_HERE", "looked: still here"
        GONE_THERE = "GONE_THERE", "looked: gone at CardScan"
        STILL_THERE = "STILL_THERE", "looked: still at CardScan"

    deletion = models.ForeignKey(Deletion, on_delete=models.PROTECT, related_name="steps")
    outcome = models.CharField(max_length=14, choices=Outcome)
    at = models.DateTimeField()

    class Meta:
        """In the order in which they happened."""

        ordering: ClassVar = ["deletion_id", "pk"]

    def __str__(self) -> str:
        """Return the row's number."""
        return f"DeletionStep #{self.pk}"
