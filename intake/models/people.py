"""Who is treated."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from core.addresses import one_line
from core.models import Coded, Versioned
from core.sealed import SealedTextField

from ..fields import fold


def folded_name(first_name: str, last_name: str) -> str:
    """Return a name as searches compare it, a space before each word: "José Núñez" is " jose nunez"."""
    return f" {fold(f'{first_name} {last_name}')}"[:400]


class Patient(Coded, Versioned):
    """A person treated by the organization; visible to the clinics the person is registered with.

    Names and birth date are plain because a desk searches by them; contact data is sealed.
    """

    class Sex(models.TextChoices):
        """Sex as insurance files state it (X12 DMG03, with a word for "other")."""

        FEMALE = "FEMALE", "Female"
        MALE = "MALE", "Male"
        OTHER = "OTHER", "Other"
        UNKNOWN = "UNKNOWN", "Not stated"

    organization = models.ForeignKey("clinic.Organization", on_delete=models.PROTECT, related_name="patients")
    clinics = models.ManyToManyField("clinic.Clinic", related_name="patients")
    first_name = models.CharField(max_length=35)
    last_name = models.CharField(max_length=60)
    # What a search compares: databases differ in what they make of case and accents.
    folded_name = models.CharField(max_length=400, editable=False, default="", db_index=True)
    birth_date = models.DateField()
    sex = models.CharField(max_length=7, choices=Sex, default=Sex.UNKNOWN)
    phone = SealedTextField(blank=True, default="")
    email = SealedTextField(blank=True, default="")
    address_line = SealedTextField(blank=True, default="")
    city = SealedTextField(blank=True, default="")
    state = SealedTextField(blank=True, default="")
    postal_code = SealedTextField(blank=True, default="")
    mrn = models.CharField("medical record number", max_length=40, blank=True, default="")
    spry_patient_id = models.PositiveBigIntegerField("SPRY patient number", null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Search goes by name and by birth date."""

        ordering: ClassVar = ["last_name", "first_name", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["organization", "birth_date"], name="patient_birth_date"),
            models.Index(fields=["last_name", "first_name"], name="patient_name"),
        ]

    def __str__(self) -> str:
        """Return the row's number; names stay out of logs."""
        return f"Patient #{self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, keeping the folded name equal to the name."""
        self.folded_name = folded_name(self.first_name, self.last_name)
        super().save(*args, **kwargs)

    def change(self, version: int | None, **fields: Any) -> None:
        """Write the fields, keeping the folded name equal to the name; see core.models.Versioned."""
        if {"first_name", "last_name"} & set(fields):
            first, last = (fields.get(name, getattr(self, name)) for name in ("first_name", "last_name"))
            fields["folded_name"] = folded_name(first, last)
        super().change(version, **fields)

    @property
    def name(self) -> str:
        """Return first and last name, as people say it."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def address(self) -> str:
        """Return what there is of the address on one line; "" for none."""
        return one_line(self.address_line, self.city, self.state, self.postal_code)
