"""A believable week for the demo clinic: payers, patients, a few coverages, and a day with something of everything.

The coverages belong to the published test members of the clearinghouse's sandbox (docs/vendors/candid.md), so each of
them gets the answer named beside it. Emily Dickinson has no card yet: hers is the sample card.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from clinic.models import Clinic, Provider

from .models import Appointment, Coverage, Patient, Payer, PayerAlias
from .patient_record import Guarantor
from .services.coverage import Placing, add_coverage
from .services.payers import payer_from_choice

Visit, Sex, Relationship = Appointment.VisitType, Patient.Sex, Coverage.Relationship

# payer id, name, other names seen on cards
PAYERS = [
    ("87726", "UnitedHealthcare", ["UHC", "United Healthcare Insurance Company"]),
    ("60054", "Aetna", ["Aetna Life Insurance Company", "Aetna Open Choice"]),
    ("62308", "Cigna", ["Cigna Healthcare", "Connecticut General Life Insurance Company"]),
    ("61101", "Humana", ["Humana Insurance Company", "Humana Gold Plus"]),
]

# first name, last name, born, sex, phone, SPRY number
PATIENTS: dict[str, tuple[str, str, date, str, str, int]] = {
    "james": ("James", "Jones", date(1991, 2, 2), Sex.MALE, "217-555-0111", 9001),
    "emily": ("Emily", "Dickinson", date(1986, 3, 15), Sex.FEMALE, "217-555-0112", 9002),
    "jane": ("Jane", "Doe", date(1971, 1, 1), Sex.FEMALE, "217-555-0113", 9003),
    "walt": ("Walt", "Whitman", date(1979, 5, 31), Sex.MALE, "217-555-0114", 9004),
    "jordan": ("Jordan", "Doe", date(2015, 9, 20), Sex.UNKNOWN, "217-555-0115", 9005),
    "mary": ("Mary", "Oliver", date(1955, 9, 10), Sex.FEMALE, "217-555-0116", 9006),
    "rich": ("Rich", "Garces", date(1977, 6, 7), Sex.MALE, "217-555-0117", 9007),
    "frederick": ("Frederick", "Douglass", date(1968, 2, 14), Sex.MALE, "217-555-0118", 9008),
    "harriet": ("Harriet", "Monroe", date(1960, 12, 23), Sex.FEMALE, "217-555-0119", 9009),
}

# what else their records say
RECORDS: dict[str, dict[str, Any]] = {
    "james": {
        "preferred_name": "Jim",
        "address_line": "12 Oak Street",
        "email": "jim@jones.test",
        "contact_by": "TEXT",
    },
    "emily": {"pronouns": "she/her", "language": "English", "has_no_email": True, "pharmacy": "Lindell's, Main Street"},
    "jane": {"other_phone": "217-555-0123", "employer": "Sangamon Library", "primary_care_provider": "Nora Whitfield"},
    "jordan": {
        "guarantor": Guarantor.OTHER,
        "guarantor_first_name": "John",
        "guarantor_last_name": "Doe",
        "guarantor_relationship": "Father",
        "guarantor_birth_date": date(1985, 5, 8),
        "guarantor_phone": "217-555-0124",
    },
    "mary": {
        "emergency_name": "Percy Oliver",
        "emergency_relationship": "Sibling",
        "emergency_phone": "217-555-0125",
        "language": "Spanish",
    },
}

# hours and minutes, whom, what for
DAY = [
    ((8, 40), "james", Visit.OFFICE_VISIT),
    ((9, 0), "emily", Visit.OFFICE_VISIT),
    ((9, 20), "jane", Visit.OFFICE_VISIT),
    ((9, 40), "walt", Visit.URGENT_CARE),
    ((10, 0), "jordan", Visit.PHYSICAL_EXAM),
    ((10, 40), "mary", Visit.SPECIALIST_VISIT),
    ((11, 20), "rich", Visit.PHYSICAL_THERAPY),
    ((13, 30), "frederick", Visit.OFFICE_VISIT),
    ((14, 0), "harriet", Visit.PHYSICAL_THERAPY),
]
NEXT_DAY = [((9, 0), "rich", Visit.PHYSICAL_THERAPY), ((9, 40), "emily", Visit.OFFICE_VISIT)]


@transaction.atomic
def seed(clinic: Clinic, now: datetime) -> None:
    """Fill a fresh demo clinic; does nothing where there are patients already."""
    if Patient.objects.filter(clinics=clinic).exists():
        return
    payers = _payers()
    patients = {key: _patient(clinic, *person, **RECORDS.get(key, {})) for key, person in PATIENTS.items()}
    _coverages(clinic, patients, payers, clinic.today(now))
    provider = Provider.objects.filter(clinics=clinic).order_by("pk").first()
    today = clinic.today(now)
    for day, visits in ((today, DAY), (today + timedelta(days=1), NEXT_DAY)):
        for (hour, minute), key, visit_type in visits:
            starts_at = datetime.combine(day, time(hour, minute), tzinfo=clinic.zone)
            Appointment.objects.create(
                clinic=clinic, patient=patients[key], provider=provider, starts_at=starts_at, visit_type=visit_type
            )


def _payers() -> dict[str, Payer]:
    payers = {}
    for edi_payer_id, name, aliases in PAYERS:
        payers[name] = payer_from_choice(edi_payer_id, name)
        for alias in aliases:
            PayerAlias.objects.get_or_create(payer=payers[name], name=alias)
    return payers


def _patient(
    clinic: Clinic, first: str, last: str, born: date, sex: str, phone: str, spry: int, **more: Any
) -> Patient:
    patient = Patient.objects.create(
        organization=clinic.organization,
        first_name=first,
        last_name=last,
        birth_date=born,
        sex=sex,
        phone=phone,
        city="Springfield",
        state="IL",
        postal_code="62701",
        spry_patient_id=spry,
        **more,
    )
    patient.clinics.add(clinic)
    return patient


def _coverages(clinic: Clinic, patients: dict[str, Patient], payers: dict[str, Payer], today: date) -> None:
    """Add what is on file: active, inactive, a child's, one that ran out, and somebody who pays."""
    child: dict[str, Any] = {
        "relationship": Relationship.CHILD,
        "subscriber_first_name": "John",
        "subscriber_last_name": "Doe",
        "subscriber_birth_date": date(1985, 5, 8),
    }
    on_file: list[tuple[str, dict[str, Any]]] = [
        ("james", {"payer": payers["Cigna"], "member_id": "23456789100", "plan_name": "Open Access Plus"}),
        ("jane", {"payer": payers["UnitedHealthcare"], "member_id": "UHCINACTIVE"}),
        ("walt", {"type": Coverage.Type.SELF_PAY}),
        ("jordan", {"payer": payers["Cigna"], "member_id": "CIGNAJTUxNm", **child}),
        (
            "mary",
            {
                "payer": payers["Humana"],
                "member_id": "H48213377",
                "effective_date": date(today.year - 2, 1, 1),
                "termination_date": date(today.year - 1, 12, 31),
            },
        ),
        ("rich", {"payer": payers["Cigna"], "member_id": "DHW5445", "plan_name": "LocalPlus"}),
    ]
    for key, columns in on_file:
        add_coverage(patient=patients[key], clinic=clinic, by=None, placing=Placing(), today=today, **columns)
