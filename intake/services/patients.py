"""Registering patients, and changing their records.

A patient belongs to the organization and is seen by the clinics linked to it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from clinic.models import Clinic, User
from core import audit

from ..access import patients_for
from ..models import Patient, folded_name
from .coverage import follow_patient


class NobodyToLink(Exception):
    """No other clinic of the organization knows a patient of this name and birth date."""


def known_here(clinic: Clinic, *, first_name: str, last_name: str, birth_date: date) -> Patient | None:
    """Return the clinic's patient of this name and birth date, if there is one; accents and case do not matter."""
    named = patients_for(clinic).filter(folded_name=folded_name(first_name, last_name))
    return named.filter(birth_date=birth_date).order_by("pk").first()


def known_elsewhere(clinic: Clinic, *, first_name: str, last_name: str, birth_date: date) -> Patient | None:
    """Return the patient of exactly this name and birth date whom only other clinics know, if there is one.

    Pages and the API say no more of the patient than that there is one, until the patient is linked.
    """
    others = Patient.objects.filter(organization=clinic.organization).exclude(clinics=clinic)
    named = others.filter(first_name__iexact=first_name.strip(), last_name__iexact=last_name.strip())
    return named.filter(birth_date=birth_date).order_by("pk").first()


@transaction.atomic
def register_patient(*, clinic: Clinic, by: User, **values: Any) -> Patient:
    """Add a patient to the clinic; `values` are Patient's columns."""
    patient = Patient.objects.create(organization=clinic.organization, **values)
    patient.clinics.add(clinic)
    audit.record(by, "intake.patient.registered", patient, clinic=clinic)
    return patient


@transaction.atomic
def link_patient(*, clinic: Clinic, by: User, first_name: str, last_name: str, birth_date: date) -> Patient:
    """Let the clinic see a patient whom another clinic registered; raises NobodyToLink, MergedAway.

    Name and birth date are typed, never a code, so that nobody can link a person they do not have before them.
    """
    patient = known_elsewhere(clinic, first_name=first_name, last_name=last_name, birth_date=birth_date)
    if patient is None:
        raise NobodyToLink
    patient.hold()
    patient.clinics.add(clinic)
    audit.record(by, "intake.patient.linked", patient, clinic=clinic)
    return patient


@transaction.atomic
def edit_patient(patient: Patient, *, clinic: Clinic, by: User, version: int, **values: Any) -> Patient:
    """Change the patient's columns; raises core.models.EditedMeanwhile when somebody else did since `version`."""
    changed = [name for name, value in values.items() if getattr(patient, name) != value]
    patient.change(version, **values)
    if {"first_name", "last_name", "birth_date"} & set(changed):
        follow_patient(patient)
    audit.record(by, "intake.patient.edited", patient, clinic=clinic, fields=sorted(changed))
    return patient
