"""Finding and registering patients. A patient belongs to the organization and is seen by the clinics linked to it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from clinic.models import Clinic, User
from core import audit

from .. import fields
from ..access import patients_for
from ..models import Coverage, Patient, folded_name, member_id_fingerprint
from .coverage import follow_patient

MOST_FOUND = 30
_DATE = re.compile(r"\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}")


class NobodyToLink(Exception):
    """No other clinic of the organization knows a patient of this name and birth date."""


def search_patients(clinic: Clinic, text: str, *, today: date) -> QuerySet[Patient]:
    """Return the clinic's patients that match: name parts, a birth date, or a whole member id, in any order.

    `today` decides the century of a two-digit year. An empty text finds nobody.
    """
    if not text.strip():
        return Patient.objects.none()
    found = patients_for(clinic)
    rest = text
    for written in _DATE.findall(text):
        try:
            found = found.filter(birth_date=fields.parse_date(written, latest=today))
        except fields.NotADate:
            continue
        rest = rest.replace(written, " ")
    if re.search(r"\d", rest):
        return found.filter(_has_number(rest)).distinct()[:MOST_FOUND]
    words = fields.fold(rest).split()
    if rest.strip() and not words:
        return Patient.objects.none()
    for word in words:
        found = found.filter(folded_name__contains=f" {word}")
    return found[:MOST_FOUND]


def _has_number(text: str) -> Q:
    """Return the test for a typed number: the member id of a coverage, or the medical record number."""
    number = text.strip()
    holders = Coverage.objects.filter(member_id_fingerprint=member_id_fingerprint(number))
    holders = holders.exclude(status=Coverage.Status.REMOVED)
    return Q(pk__in=holders.values("patient")) | Q(mrn__iexact=number)


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
    """Let the clinic see a patient whom another clinic registered; raises NobodyToLink.

    Name and birth date are typed, never a code, so that nobody can link a person they do not have before them.
    """
    patient = known_elsewhere(clinic, first_name=first_name, last_name=last_name, birth_date=birth_date)
    if patient is None:
        raise NobodyToLink
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
