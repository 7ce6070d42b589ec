"""Possible duplicates: found through indexed columns, in this clinic alone, until somebody says they are two people."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic import tokens
from core.models import AuditEvent
from intake.models import Patient, Payer, TwoPeople
from intake.services import coverage, duplicates, merging, patients
from tests.conftest import Cast

BORN = date(1986, 3, 5)


def register(cast: Cast, first: str = "Emily", last: str = "Dickinson", born: date = BORN, **values: Any) -> Patient:
    clinic = values.pop("clinic", cast.clinic_a)
    return patients.register_patient(
        clinic=clinic, by=cast.alice, first_name=first, last_name=last, birth_date=born, **values
    )


def like(cast: Cast, patient: Patient) -> list[tuple[str, str]]:
    return [(one.patient.name, one.likeness.sentence) for one in duplicates.like(patient, cast.clinic_a)]


@pytest.fixture
def emily(cast: Cast) -> Patient:
    return register(cast, phone="(217) 555-0100", email="Em@leaves.test", mrn="A-1")


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"last": "Dickenson"}, "Same birth date; last names differ by one letter; same first name."),
        ({"first": "Dickinson", "last": "Emily"}, "Same birth date; first and last name are swapped."),
        ({"born": date(1986, 5, 3)}, "Birth dates with month and day swapped; same name."),
        ({"born": date(1985, 3, 5)}, "Birth dates differ by one digit; same name."),
        ({"first": "Dickinson", "last": "Emily", "born": date(1986, 5, 3)}, "are swapped."),
        ({"first": "Em", "last": "Whitman", "phone": "217.555.0100", "email": "em@LEAVES.test"}, "same e-mail"),
        ({"last": "Whitman", "other_phone": "1-217-555-0100 x7", "email": "em@leaves.test"}, "same phone; same e-mail"),
        ({"born": date(1950, 1, 1), "mrn": "a-1", "phone": "2175550100"}, "same record number; same phone"),
    ],
)
def test_it_finds_by_every_index(cast: Cast, emily: Patient, other: dict[str, Any], reason: str) -> None:
    second = register(cast, **other)
    for one, found in ((emily, second), (second, emily)):
        assert [name for name, _ in like(cast, one)] == [found.name]
        assert reason in like(cast, one)[0][1]


def test_it_finds_by_member_id(cast: Cast, emily: Patient) -> None:
    married = register(cast, last="Whitman")
    aetna = Payer.objects.create(name="Aetna")
    for patient, number in ((emily, "W12 345"), (married, "w12345")):
        coverage.add_coverage(
            patient=patient,
            clinic=cast.clinic_a,
            by=cast.alice,
            placing=coverage.Placing(),
            today=date(2026, 11, 22),
            payer=aetna,
            member_id=number,
        )
    assert like(cast, emily) == [
        ("Emily Whitman", "Same birth date; same first name; same member ID at Aetna; but other last names.")
    ]


@pytest.mark.parametrize("other", [{"first": "Lavinia"}, {"born": date(1950, 1, 1)}, {"last": "Whitman"}])
def test_it_leaves_others_alone(cast: Cast, emily: Patient, other: dict[str, Any]) -> None:
    second = register(cast, **other)
    assert like(cast, emily) == like(cast, second) == []


def test_what_is_typed_is_compared_before_it_is_saved(cast: Cast, emily: Patient) -> None:
    typed = Patient(first_name="Em", last_name="Dickenson", birth_date=BORN, phone="2175550100", email="")
    assert [name for name, _ in like(cast, typed)] == ["Emily Dickinson"]
    assert like(cast, Patient(first_name="Walt", last_name="Whitman", birth_date=BORN)) == []


def test_another_clinics_patient_is_nobodys_duplicate(cast: Cast, emily: Patient) -> None:
    register(cast, clinic=cast.clinic_b)
    assert like(cast, emily) == [] and duplicates.pairs(cast.clinic_a).found == []


def test_a_pair_is_shown_once_the_newer_first(cast: Cast, emily: Patient) -> None:
    second, third = register(cast, last="Dickenson"), register(cast, "Em")
    register(cast, "Walt", "Whitman")
    found = duplicates.pairs(cast.clinic_a)
    assert [(pair.newer, pair.older) for pair in found.found] == [(third, emily), (third, second), (second, emily)]
    assert (found.looked_at, found.after) == (4, None)


def test_two_people_are_remembered_and_taken_back(cast: Cast, emily: Patient) -> None:
    second = register(cast)
    for _ in range(2):
        duplicates.tell_apart(second, emily, clinic=cast.clinic_a, by=cast.alice, now=timezone.now())
    duplicates.tell_apart(emily, emily, clinic=cast.clinic_a, by=cast.alice, now=timezone.now())
    assert like(cast, emily) == like(cast, second) == [] and duplicates.pairs(cast.clinic_a).found == []
    said = duplicates.told_apart_by(cast.clinic_a).get()
    assert (said.low, said.high) == (emily, second)
    assert not duplicates.told_apart_by(cast.clinic_b).exists()
    duplicates.take_back(said, clinic=cast.clinic_a, by=cast.alice)
    assert len(like(cast, emily)) == 1
    actions = AuditEvent.objects.filter(action__contains="told_apart").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["intake.patient.told_apart", "intake.patient.not_told_apart"]


def test_what_was_said_of_a_merged_record_holds_for_its_survivor(cast: Cast, emily: Patient) -> None:
    son, second = register(cast, suffix="Jr"), register(cast)
    duplicates.tell_apart(son, second, clinic=cast.clinic_a, by=cast.alice, now=timezone.now())
    assert [name for name, _ in like(cast, son)] == [emily.name]
    merging.merge(emily, second, clinic=cast.clinic_a, by=cast.alice, versions=(1, 1), taken=(), now=timezone.now())
    assert like(cast, son) == [] and TwoPeople.objects.count() == 1


def test_pages_follow_each_other_and_look_at_so_many(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr(duplicates, "CHUNK", 2)
    monkeypatch.setattr(duplicates, "MOST_LOOKED_AT", 4)
    made = [register(cast, "Emily" if number < 2 else f"Zoe{'abcdefg'[number] * 4}") for number in range(7)]
    first = duplicates.pairs(cast.clinic_a)
    assert (first.found, first.looked_at, first.after) == ([], 4, made[3].pk)
    second = duplicates.pairs(cast.clinic_a, before=first.after)
    assert [(pair.newer, pair.older) for pair in second.found] == [(made[1], made[0])]
    assert second.after is None


def test_the_queries_do_not_grow_with_the_clinic(cast: Cast, emily: Patient) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            duplicates.like(emily, cast.clinic_a)
            duplicates.pairs(cast.clinic_a)
        return len(queries)

    register(cast, last="Dickenson")
    few = count()
    for number in range(12):
        register(cast, "Em", "Dickinson", date(1986, 3, 5 + number), phone="2175550100", mrn=str(number))
    assert count() == few


def test_many_are_asked_about_with_the_queries_of_few(cast: Cast, emily: Patient) -> None:
    def asked(many: int) -> list[Patient]:
        return [
            Patient(first_name=f"Zoe{'x' * (number % 30)}", last_name="Roe", birth_date=date(1990, 1, 1 + number % 28))
            for number in range(many - 1)
        ] + [Patient(first_name="Emily", last_name="Dickinson", birth_date=date(1986, 5, 3))]

    with CaptureQueriesContext(connection) as few:
        duplicates.like_each(asked(2), cast.clinic_a)
    with CaptureQueriesContext(connection) as many:
        found = duplicates.like_each(asked(duplicates.AT_ONCE), cast.clinic_a)
    assert len(many) == len(few) <= 8
    assert [one.patient for one in found[-1]] == [emily] and not any(found[:-1])


@pytest.mark.sqlite_only
def test_nobody_is_looked_for_by_reading_all_of_a_clinic(cast: Cast, emily: Patient) -> None:
    with CaptureQueriesContext(connection) as queries:
        duplicates.like(
            Patient(first_name="Em", last_name="Roe", birth_date=BORN, phone="2175550100", mrn="A-1"), cast.clinic_a
        )
    with connection.cursor() as cursor:
        steps = [cursor.execute(f"EXPLAIN QUERY PLAN {one['sql']}").fetchall() for one in queries]
    used = [words for plan in steps for *_, words in plan]
    assert len(queries) >= 6 and not [
        words for words in used if words.endswith("(organization_id=?)") or "SCAN" in words
    ]


def test_a_program_is_told_who_is_alike(cast: Cast, emily: Patient, client: Client) -> None:
    second = register(cast, last="Dickenson")
    token = tokens.issue(user=cast.bo, clinic=cast.clinic_a, name="t", by=None, now=timezone.now())
    address = reverse("api-patient-alike", args=[emily.code])
    (found,) = client.get(address, headers={"Authorization": f"Bearer {token}"}).json()
    assert (found["patient"], found["score"]) == (str(second.code), 69)
    assert {"words": "last names differ by one letter", "points": 14} in found["reasons"]


def test_a_phone_or_birth_date_that_many_share_says_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a placeholder all its holders would be compared with all; the same name with it is found all the same."""
    monkeypatch.setattr(duplicates, "MOST_SHARED", 2)
    placeholder: dict[str, Any] = {"born": date(1900, 1, 1), "phone": "000-000-0000", "email": "no@leaves.test"}
    people = [
        register(cast, first, last, **placeholder) for first, last in (("Ann", "Lee"), ("Bo", "Fox"), ("Cy", "Poe"))
    ]
    near = register(cast, "Anne", "Lee", **placeholder)
    assert like(cast, near) == []
    twin = register(cast, "Ann", "Lee", **placeholder)
    assert [name for name, _ in like(cast, twin)] == ["Ann Lee"]
    for one in (*people[1:], near):
        Patient.objects.filter(pk=one.pk).update(birth_date=date(1950, 1, 1), phone_fingerprint="")
    assert {name for name, _ in like(cast, people[0])} == {"Ann Lee"}
