"""Who is treated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.db import models, transaction
from django.dispatch import receiver
from django.http import Http404

from core.addresses import one_address
from core.models import Coded, Versioned
from core.sealed import SealedTextField, fingerprint

from ..fields import fold
from ..patient_record import SEALED, ContactBy, Guarantor, Sex


def folded_name(first_name: str, last_name: str) -> str:
    """Return a name as it is compared as a whole, a space before each word: "José Núñez" is " jose nunez"."""
    return f" {fold(f'{first_name} {last_name}')}"[:400]


def whole_name(*parts: str) -> str:
    """Return the parts of a name that there are, in a row."""
    return " ".join(part for part in parts if part)


def phone_fingerprint(number: str) -> str:
    """Return the look-up value of a phone number, "" for what is none: its last ten digits, without an extension."""
    digits = re.sub(r"\D", "", re.split(r"(?i)\s*(?:x|ext)", number, maxsplit=1)[0])
    return fingerprint(digits[-10:], "phone") if len(digits) >= SHORTEST_PHONE else ""


def mrn_key(mrn: str) -> str:
    """Return a medical record number as it is compared: letter case and spaces do not matter."""
    return "".join(mrn.split()).upper()


SHORTEST_PHONE = 7
_HELD_AT_ONCE = 400


class MergedAway(Http404):
    """The record was merged into another one of the same person, `survivor`, which is the one to use."""

    def __init__(self, survivor: Patient) -> None:
        """Say which record is used instead."""
        super().__init__()
        self.survivor = survivor

    @property
    def problem(self) -> dict[str, Any]:
        """Return what a program is told (see core.api)."""
        detail = "Two records of this person became one. Use the one that `patient` names."
        return {"title": "Merged", "status": 410, "detail": detail, "patient": str(self.survivor.code)}


class StandingPatients(models.Manager["Patient"]):
    """All records but those that were merged into another one: these are found nowhere."""

    def get_queryset(self) -> models.QuerySet[Patient]:
        """Return the records that stand for themselves."""
        return super().get_queryset().filter(merged_into=None)


class Patient(Coded, Versioned):
    """A person treated by the organization; visible to the clinics the person is registered with.

    What the columns mean, and the words for them, is in intake/patient_record.py.
    """

    Sex = Sex

    organization = models.ForeignKey("clinic.Organization", on_delete=models.PROTECT, related_name="patients")
    clinics = models.ManyToManyField("clinic.Clinic", related_name="patients")
    first_name = models.CharField(max_length=35)
    middle_name = models.CharField(max_length=35, blank=True, default="")
    last_name = models.CharField(max_length=60)
    suffix = models.CharField(max_length=10, blank=True, default="")
    preferred_name = models.CharField(max_length=35, blank=True, default="")
    birth_date = models.DateField()
    sex = models.CharField(max_length=7, choices=Sex, default=Sex.UNKNOWN)
    phone = SealedTextField(blank=True, default="")
    other_phone = SealedTextField(blank=True, default="")
    email = SealedTextField(blank=True, default="")
    has_no_email = models.BooleanField(default=False)
    contact_by = models.CharField(max_length=12, choices=ContactBy, blank=True, default="")
    address_line = SealedTextField(blank=True, default="")
    address_line2 = SealedTextField(blank=True, default="")
    city = SealedTextField(blank=True, default="")
    state = SealedTextField(blank=True, default="")
    postal_code = SealedTextField(blank=True, default="")
    pronouns = SealedTextField(blank=True, default="")
    gender_identity = SealedTextField(blank=True, default="")
    ethnicity = SealedTextField(blank=True, default="")
    race = SealedTextField(blank=True, default="")
    language = SealedTextField(blank=True, default="")
    ssn = SealedTextField("social security number", blank=True, default="")
    guarantor = models.CharField(max_length=7, choices=Guarantor, default=Guarantor.PATIENT)
    guarantor_relationship = SealedTextField(blank=True, default="")
    guarantor_first_name = SealedTextField(blank=True, default="")
    guarantor_last_name = SealedTextField(blank=True, default="")
    guarantor_birth_date = models.DateField(null=True, blank=True)
    guarantor_sex = models.CharField(max_length=7, choices=Sex, default=Sex.UNKNOWN)
    guarantor_phone = SealedTextField(blank=True, default="")
    guarantor_email = SealedTextField(blank=True, default="")
    guarantor_same_address = models.BooleanField(default=True)
    guarantor_address_line = SealedTextField(blank=True, default="")
    guarantor_address_line2 = SealedTextField(blank=True, default="")
    guarantor_city = SealedTextField(blank=True, default="")
    guarantor_state = SealedTextField(blank=True, default="")
    guarantor_postal_code = SealedTextField(blank=True, default="")
    emergency_name = SealedTextField(blank=True, default="")
    emergency_relationship = SealedTextField(blank=True, default="")
    emergency_phone = SealedTextField(blank=True, default="")
    employer = SealedTextField(blank=True, default="")
    employer_phone = SealedTextField(blank=True, default="")
    primary_care_provider = SealedTextField(blank=True, default="")
    has_no_primary_care_provider = models.BooleanField(default=False)
    pharmacy = SealedTextField(blank=True, default="")
    pharmacy_phone = SealedTextField(blank=True, default="")
    mrn = models.CharField("medical record number", max_length=40, blank=True, default="")
    spry_patient_id = models.PositiveBigIntegerField("SPRY patient number", null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # What look-ups compare; kept equal to the columns they are made from by `_derived`.
    folded_name = models.CharField(max_length=400, editable=False, default="", db_index=True)
    phone_fingerprint = models.CharField(max_length=64, editable=False, default="", db_index=True)
    other_phone_fingerprint = models.CharField(max_length=64, editable=False, default="", db_index=True)
    mrn_key = models.CharField(max_length=40, editable=False, default="", db_index=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="merged_from", null=True, blank=True, editable=False
    )

    objects = StandingPatients()
    every = models.Manager["Patient"]()

    class Meta:
        """Search goes by the words of the name (PatientName), by birth date and by number."""

        ordering: ClassVar = ["last_name", "first_name", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["organization", "birth_date"], name="patient_birth_date"),
            models.Index(fields=["last_name", "first_name"], name="patient_name"),
        ]

    def __str__(self) -> str:
        """Return the row's number; names stay out of logs."""
        return f"Patient #{self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, keeping the look-up columns equal to what they are made from, and the words the patient is found by."""
        self.fill_look_ups()
        with transaction.atomic():
            super().save(*args, **kwargs)
            write_names(self)

    def fill_look_ups(self) -> None:
        """Make the look-up columns equal to what they are made from; `save` does."""
        for name, (sources, made_of) in _LOOK_UPS.items():
            setattr(self, name, made_of(*(getattr(self, source) for source in sources)))

    def change(self, version: int | None, **fields: Any) -> None:
        """Write the fields, and whatever is made from them; see core.models.Versioned."""
        derived = {
            name: made_of(*(fields[source] if source in fields else getattr(self, source) for source in sources))
            for name, (sources, made_of) in _LOOK_UPS.items()
            if set(sources) & set(fields)
        }
        with transaction.atomic():
            super().change(version, **fields, **derived)
            if _NAMED & set(fields):
                write_names(self)

    def standing(self) -> Patient:
        """Return the record to use: this one, or the one that it was merged into, over several merges if need be."""
        record = self
        while record.merged_into is not None:
            record = record.merged_into
        return record

    def hold(self) -> None:
        """Keep others from merging the record until the transaction ends; call it before a row is given to it.

        Raises MergedAway when it has been merged: the row would belong to a record that is found nowhere.
        """
        hold_all([self])

    @property
    def name(self) -> str:
        """Return first and last name, as people say it."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def full_name(self) -> str:
        """Return the whole name: first, middle, last, suffix."""
        return whole_name(self.first_name, self.middle_name, self.last_name, self.suffix)

    @property
    def address(self) -> str:
        """Return what there is of the address on one line; "" for none."""
        return one_address(self.address_line, self.address_line2, self.city, self.state, self.postal_code)


def hold_all(patients: Iterable[Patient]) -> None:
    """Hold several records (see Patient.hold), in the order everybody holds them in. Raises MergedAway."""
    every = sorted({patient.pk for patient in patients})
    for start in range(0, len(every), _HELD_AT_ONCE):
        rows = Patient.every.only("merged_into").filter(pk__in=every[start : start + _HELD_AT_ONCE])
        for held in rows.select_for_update().order_by("pk"):
            if held.merged_into_id is not None:
                raise MergedAway(held.standing())


class PatientName(models.Model):
    """A word by which a clinic finds a patient. A row is added per word of the name and per clinic.

    Words are kept folded, as bytes: bytes have one order on every database and in every language setting, so that a
    prefix is a range of an index. Of each patient one row is the whole last name (`is_last_name`), with the first and
    middle names in `rest`: the list in order of names, and "last, first".
    """

    clinic = models.ForeignKey("clinic.Clinic", on_delete=models.CASCADE, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="names", db_index=False)
    is_last_name = models.BooleanField(default=False)
    word = models.BinaryField(max_length=240)
    rest = models.BinaryField(max_length=280, default=b"")

    class Meta:
        """The order of the index is that of a list by name."""

        indexes: ClassVar = [
            models.Index(fields=["clinic", "is_last_name", "word", "rest", "patient"], name="patient_word"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patient", "clinic", "is_last_name", "word"], name="patient_word_once")
        ]

    def __str__(self) -> str:
        """Return the row's number; names stay out of logs."""
        return f"PatientName #{self.pk}"


_NAMED = {"first_name", "middle_name", "last_name", "preferred_name"}
_LOOK_UPS: dict[str, tuple[tuple[str, ...], Callable[..., str]]] = {
    "folded_name": (("first_name", "last_name"), folded_name),
    "phone_fingerprint": (("phone",), phone_fingerprint),
    "other_phone_fingerprint": (("other_phone",), phone_fingerprint),
    "mrn_key": (("mrn",), mrn_key),
}


def names_of(patient: Any) -> set[tuple[bool, bytes, bytes]]:
    """Return the rows by which a clinic finds the patient: whether it is the last name, the word, the rest."""
    last, first = fold(patient.last_name), fold(f"{patient.first_name} {patient.middle_name}")
    words = {*last.split()[1:], *first.split(), *fold(patient.preferred_name).split()} - {last}
    return {(True, last.encode(), first.encode()), *((False, word.encode(), b"") for word in words)}


@transaction.atomic
def write_names(patient: Patient) -> None:
    """Write anew by which words the patient's clinics find them; nothing is written when they are right already."""
    named = Patient.objects.select_for_update().only("pk", *_NAMED).get(pk=patient.pk)
    clinics = Patient.clinics.through.objects.filter(patient_id=patient.pk).values_list("clinic_id", flat=True)
    wanted = {(pk, *row) for pk in clinics for row in names_of(named)}
    kept = PatientName.objects.filter(patient=patient).values_list("clinic_id", "is_last_name", "word", "rest")
    if wanted == {(pk, is_last, bytes(word), bytes(rest)) for pk, is_last, word, rest in kept}:
        return
    PatientName.objects.filter(patient=patient).delete()
    PatientName.objects.bulk_create(
        PatientName(patient=patient, clinic_id=pk, is_last_name=is_last, word=word, rest=rest)
        for pk, is_last, word, rest in sorted(wanted)
    )


@transaction.atomic
def add_patients(patients: list[Patient], clinic_pk: int) -> None:
    """Save many new patients of one clinic with a few statements, and the words they are found by."""
    for patient in patients:
        patient.fill_look_ups()
    Patient.every.bulk_create(patients, batch_size=200)
    link = Patient.clinics.through
    link.objects.bulk_create((link(patient_id=row.pk, clinic_id=clinic_pk) for row in patients), batch_size=500)
    words = [
        PatientName(patient=row, clinic_id=clinic_pk, is_last_name=is_last, word=word, rest=rest)
        for row in patients
        for is_last, word, rest in sorted(names_of(row))
    ]
    PatientName.objects.bulk_create(words, batch_size=500)


@receiver(models.signals.m2m_changed, sender=Patient.clinics.through)
def _clinics_changed(instance: Any, action: str, pk_set: set[int] | None, reverse: bool, **_: Any) -> None:
    """Let a clinic find a patient as soon as it is theirs, and no longer than that, whoever links the two."""
    if not action.startswith("post_"):
        return
    if not reverse:
        write_names(instance)
    elif pk_set is None:  # the clinic has let go of everybody
        PatientName.objects.filter(clinic=instance).delete()
    for patient in Patient.objects.filter(pk__in=pk_set or ()).defer(*SEALED) if reverse else ():
        write_names(patient)
