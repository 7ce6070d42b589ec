"""The one list of what a patient's record consists of, and what a clinic misses in a record."""

from datetime import date

import pytest

from clinic.models import Organization
from core.sealed import SealedField
from intake.models import Patient, PatientName
from intake.patient_record import (
    BY_NAME,
    MAY_BE_REQUIRED,
    PATIENT_RECORD,
    SEALED,
    Kind,
    columns_for,
    is_minor,
    missing_fields,
)
from intake.services import patients
from tests.conftest import Cast

TODAY = date(2026, 11, 22)
APART = {
    *("id", "code", "version", "organization", "created_at", "merged_into"),
    *("folded_name", "phone_fingerprint", "other_phone_fingerprint", "mrn_key"),
}


def test_the_list_and_the_columns_are_the_same() -> None:
    columns = {field.name: field for field in Patient._meta.concrete_fields}
    assert set(columns) - APART == set(BY_NAME)
    assert {name for name in BY_NAME if isinstance(columns[name], SealedField)} == set(SEALED)
    for item in PATIENT_RECORD:
        assert item.excuse == "" or BY_NAME[item.excuse].kind == Kind.FLAG
        assert item.kind not in (Kind.TEXT, Kind.PHONE, Kind.EMAIL) or item.most > 0
        assert getattr(columns[item.name], "max_length", None) in (None, item.most) or item.choices
        assert (item.kind == Kind.CHOICE) == (item.choices is not None)
    assert len({item.label for item in PATIENT_RECORD}) == len(PATIENT_RECORD)


def a_patient(**columns: object) -> Patient:
    person = {"first_name": "Emily", "last_name": "Dickinson", "birth_date": date(1986, 3, 15)}
    return Patient(**{**person, **columns})


def missing(patient: Patient, *required: str) -> list[str]:
    return [found.item.name for found in missing_fields(patient, required, TODAY)]


def test_it_misses_what_the_clinic_asks_for() -> None:
    asked = ("phone", "email", "sex", "primary_care_provider")
    assert missing(a_patient(), *asked) == ["sex", "phone", "email", "primary_care_provider"]
    said = a_patient(phone="217-555-0100", has_no_email=True, sex="OTHER", has_no_primary_care_provider=True)
    assert missing(said, *asked) == []
    sentence = missing_fields(a_patient(), ["email"], TODAY)[0].sentence
    assert sentence == "This clinic asks for it. Fill it in, or say that the patient has no e-mail."


def test_a_minor_needs_somebody_and_that_somebody_a_name() -> None:
    assert missing(a_patient(birth_date=date(2008, 11, 23))) == ["guarantor"]
    assert missing(a_patient(birth_date=date(2008, 11, 22))) == []
    child = {"birth_date": date(2015, 9, 20), "guarantor": "OTHER"}
    assert missing(a_patient(**child)) == ["guarantor_first_name", "guarantor_last_name"]
    assert missing(a_patient(**child, guarantor_first_name="John", guarantor_last_name="Doe")) == []


def test_what_does_not_apply_is_not_missed() -> None:
    city = "guarantor_city"
    assert missing(a_patient(), city) == []
    other = {"guarantor": "OTHER", "guarantor_first_name": "John", "guarantor_last_name": "Doe"}
    assert missing(a_patient(**other), city) == []
    assert missing(a_patient(**other, guarantor_same_address=False), city) == [city]


def test_it_reads_only_the_columns_it_names(cast: Cast) -> None:
    patients.register_patient(
        clinic=cast.clinic_a, by=cast.alice, first_name="Emily", last_name="Dickinson", birth_date=date(1986, 3, 15)
    )
    required = [item.name for item in MAY_BE_REQUIRED]
    loaded = Patient.objects.only(*columns_for(required)).get()
    before = set(loaded.get_deferred_fields())
    missing_fields(loaded, required, TODAY)
    assert before == loaded.get_deferred_fields()


@pytest.mark.parametrize(("born", "minor"), [(date(2008, 11, 23), True), (date(2008, 11, 22), False)])
def test_it_knows_who_is_a_minor(born: date, minor: bool) -> None:
    assert is_minor(born, TODAY) is minor


def test_a_social_security_number_is_never_shown_whole() -> None:
    item = BY_NAME["ssn"]
    assert item.shown(a_patient(ssn="123456789")) == "•••-••-6789"
    assert item.shown(a_patient()) == ""
    assert BY_NAME["race"].shown(a_patient(race="ASIAN")) == "Asian"


def words(clinic: object) -> list[str]:
    return sorted(bytes(row.word).decode() for row in PatientName.objects.filter(clinic=clinic))


def test_a_clinic_finds_whom_it_knows_by_every_word_of_the_name(cast: Cast, organization: Organization) -> None:
    ana = Patient.objects.create(
        organization=organization,
        first_name="Ana María",
        middle_name="Inés",
        last_name="López García",
        preferred_name="Nita",
        birth_date=date(1990, 1, 2),
    )
    assert words(cast.clinic_a) == []
    ana.clinics.add(cast.clinic_a)
    known = ["ana", "garcia", "ines", "lopez garcia", "maria", "nita"]
    assert (words(cast.clinic_a), words(cast.clinic_b)) == (known, [])
    cast.clinic_b.patients.add(ana)
    ana.change(None, last_name="Ångström", preferred_name="")
    assert words(cast.clinic_b) == ["ana", "angstrom", "ines", "maria"] == words(cast.clinic_a)
    ana.clinics.remove(cast.clinic_a)
    assert words(cast.clinic_a) == []
    cast.clinic_b.patients.clear()
    assert words(cast.clinic_b) == []


@pytest.fixture
def organization(cast: Cast) -> Organization:
    return cast.organization
