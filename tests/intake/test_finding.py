"""One box finds patients by all a desk has in hand, from indexes alone; the list by name is paged by its edges."""

from datetime import date
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import sealed
from core.models import AuditEvent
from intake.models import Patient, PatientName, Payer
from intake.services import coverage, finding, patients
from intake.services.finding import Typed, find_patients, list_patients
from tests.conftest import Cast
from tests.intake.test_api import Api

TODAY = date(2026, 11, 22)
ANA: dict[str, Any] = {
    "first_name": "Ana María",
    "middle_name": "Inés",
    "last_name": "López García",
    "preferred_name": "Nita",
    "birth_date": date(1990, 1, 2),
    "phone": "(217) 555-0100",
    "other_phone": "+1 312.555.0199 ext. 7",
    "mrn": "r 77-a",
}


@pytest.fixture
def ana(cast: Cast) -> Patient:
    """A patient with everything to be found by."""
    made = patients.register_patient(clinic=cast.clinic_a, by=cast.alice, **ANA)
    coverage.add_coverage(
        patient=made,
        clinic=cast.clinic_a,
        by=cast.alice,
        placing=coverage.Placing(),
        today=TODAY,
        payer=Payer.objects.create(name="Aetna"),
        member_id="W123-456 78",
    )
    return made


def whys(cast: Cast, text: str) -> list[str]:
    return [one.why for one in find_patients(cast.clinic_a, text, today=TODAY).found]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("lopez", ""),
        ("lópez, an", ""),
        ("lopez garcia, ana maria", ""),
        ("lop, ana", ""),
        ("LOPEZ,", ""),
        ("garcia, ana", ""),
        ("garc nit", ""),
        ("inés", ""),
        ("nita", ""),
        ("lopez, nita", ""),
        ("ana maria lopez garcia", ""),
        ("lopez garcia ana", ""),
        ("mar lop", ""),
        ("217-555-0100", "mobile phone"),
        ("12175550100", "mobile phone"),
        ("+1 (217) 555 0100", "mobile phone"),
        ("217.555.0100 x4", "mobile phone"),
        ("3125550199", "other phone"),
        ("R77-A", "record number"),
        ("w12345678", "member ID"),
        ("1/2/1990", "birth date"),
        ("01021990", "birth date"),
        ("lopez 1/2/90", "birth date"),
        ("1990-01-02 nita", "birth date"),
    ],
)
def test_it_finds_by_whatever_is_in_hand(cast: Cast, ana: Patient, text: str, why: str) -> None:
    assert whys(cast, text) == [why]
    assert find_patients(cast.clinic_b, text, today=TODAY).found == []


@pytest.mark.parametrize(
    "text",
    ["", " ", ",", "opez", "lopez, z", "5550100", "21755501", "R77", "lopez 1/3/1990", "W217-555-0100", "%", "_"],
)
def test_it_finds_nobody_by_less(cast: Cast, ana: Patient, text: str) -> None:
    assert whys(cast, text) == []


def test_a_changed_number_is_found_by_the_new_one_alone(cast: Cast, ana: Patient) -> None:
    patients.edit_patient(ana, clinic=cast.clinic_a, by=cast.alice, version=1, phone="217-555-0142", mrn="")
    assert whys(cast, "2175550142") == ["mobile phone"]
    assert whys(cast, "2175550100") == whys(cast, "r77-a") == []


def test_matching_last_names_come_first_in_the_order_of_names(cast: Cast) -> None:
    for first, last in [("Martin", "Abel"), ("Zoe", "Martin"), ("Ann", "Martinez"), ("Abe", "Martin")]:
        person = {"first_name": first, "last_name": last, "birth_date": date(1980, 1, 1)}
        patients.register_patient(clinic=cast.clinic_a, by=cast.alice, **person)
    found = [one.patient.name for one in find_patients(cast.clinic_a, "mart", today=TODAY).found]
    assert found == ["Abe Martin", "Zoe Martin", "Ann Martinez", "Martin Abel"]


def test_it_says_when_there_are_more(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MOST_FOUND", 3)
    crowd(cast, 4)
    found = find_patients(cast.clinic_a, "fam", today=TODAY)
    assert (len(found.found), found.has_more) == (3, True)
    assert find_patients(cast.clinic_a, "given3", today=TODAY).has_more is False


def crowd(cast: Cast, number: int) -> list[str]:
    """Register people whose names do not come in the order of registering; return the names in order."""
    names = [f"Fam{'abcdefghij'[n * 7 % 10]}" for n in range(number)]
    for n, last in enumerate(names):
        person = {"first_name": "Given", "last_name": last, "birth_date": date(1980, 1, 1), "middle_name": chr(97 + n)}
        patients.register_patient(clinic=cast.clinic_a, by=cast.alice, **person)
    return sorted(names)


def test_the_list_is_complete_page_by_page_and_back_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "PER_PAGE", 5)
    names = crowd(cast, 13)
    first = page = list_patients(cast.clinic_a)
    pages = [page]
    for _ in range(2):
        page = list_patients(cast.clinic_a, after=page.patients[-1].code)
        pages.append(page)
    assert [one.last_name for page in pages for one in page.patients] == names
    assert [(page.has_before, page.has_after) for page in pages] == [(False, True), (True, True), (True, False)]
    back = list_patients(cast.clinic_a, before=pages[2].patients[0].code)
    assert (back.patients, back.has_before, back.has_after) == (pages[1].patients, True, True)
    assert list_patients(cast.clinic_a, before=back.patients[0].code).has_before is False
    assert list_patients(cast.clinic_a, after=Payer.objects.create(name="X").code) == first
    assert list_patients(cast.clinic_b, after=page.patients[0].code).patients == []


def test_the_pages_list_and_go_on(desk: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "PER_PAGE", 2)
    crowd(cast, 5)
    page = desk.get(reverse("patient-list")).content.decode()
    assert "Later names" in page and "Earlier names" not in page
    second = list_patients(cast.clinic_a).patients[-1].code
    page = desk.get(reverse("patient-list"), {"after": str(second)}).content.decode()
    assert "Later names" in page and "Earlier names" in page
    assert desk.get(reverse("patient-list"), {"after": "no code"}).status_code == 200
    assert AuditEvent.objects.filter(action="intake.patients.listed").count() == 3


ALL_KINDS = ["lopez, an", "lop", "nit", "garc nit", "w12345678", "217-555-0100", "r77-a", "1/2/1990", "lopez 1/2/1990"]


@pytest.mark.parametrize("text", ALL_KINDS)
def test_no_sealed_value_is_opened(
    cast: Cast, desk: Client, ana: Patient, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: Any) -> bytes:
        raise AssertionError("A sealed value was opened.")

    desk.get(reverse("patient-list"))
    monkeypatch.setattr(sealed, "open_sealed", refuse)
    assert "García" in desk.post(reverse("patient-list"), {"q": text}).content.decode()
    assert "García" in desk.get(reverse("patient-list")).content.decode()


@pytest.mark.parametrize("text", ALL_KINDS)
def test_every_kind_is_answered_from_an_index(cast: Cast, ana: Patient, text: str) -> None:
    with CaptureQueriesContext(connection) as captured:
        find_patients(cast.clinic_a, text, today=TODAY)
    for query in captured.captured_queries:
        assert "LIKE" not in query["sql"]
        if connection.vendor == "sqlite":  # PostgreSQL reads a table of one row as a whole, and is right
            assert scans(query["sql"]) == []


@pytest.mark.parametrize("text", ["lopez, an", "w12345678", "217-555-0100", "1/2/1990"])
def test_a_search_is_one_statement_and_its_line_in_the_audit_trail(
    cast: Cast, desk: Client, ana: Patient, text: str
) -> None:
    with CaptureQueriesContext(connection) as captured:
        page = desk.post(reverse("patient-list"), {"q": text}, headers={"HX-Request": "true"}).content.decode()
    asked = [query["sql"] for query in captured.captured_queries if "intake_patient" in query["sql"]]
    written = [query["sql"] for query in captured.captured_queries if 'INSERT INTO "core_auditevent"' in query["sql"]]
    assert (len(asked), len(written)) == (1, 1)
    assert "López García" in page


def test_what_people_wrote_is_escaped(cast: Cast, desk: Client) -> None:
    names = {"first_name": "<i>{code}", "last_name": "Brace & Co", "preferred_name": '"{x}"', "mrn": "<7>"}
    patients.register_patient(clinic=cast.clinic_a, by=cast.alice, birth_date=date(1980, 1, 1), **names)
    page = desk.post(reverse("patient-list"), {"q": "brace"}).content.decode()
    assert "&lt;i&gt;{code} Brace &amp; Co</a>" in page
    assert "called &quot;{x}&quot;" in page and "&lt;7&gt;" in page and "<i>" not in page


def test_two_birth_dates_find_nobody(cast: Cast, ana: Patient) -> None:
    assert whys(cast, "1/2/1990 1/3/1990") == whys(cast, "r77-a 1/2/1990 1/3/1990") == []
    assert whys(cast, "1/2/1990 01/02/90") == ["birth date"]
    assert whys(cast, "r77-a 1/2/1990") == ["record number"]


def scans(sql: str) -> list[str]:
    """Return the steps of SQLite's plan that read a whole table."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return [step[3] for step in cursor.fetchall() if step[3].startswith("SCAN intake")]


def test_the_api_says_what_matched_and_nothing_sealed(cast: Cast, ana: Patient) -> None:
    found = Api(cast.alice, cast.clinic_a)("POST", "/patients/search/", {"text": "217-555-0100"}).json()
    assert [(one["code"], one["found_by"], one["preferred_name"]) for one in found] == [
        (str(ana.code), "mobile phone", "Nita")
    ]
    assert "phone" not in found[0]


def test_what_is_typed_is_taken_apart() -> None:
    assert Typed.of("Dickinson, Em", TODAY) == Typed(last="dickinson", first="em", words=("dickinson", "em"))
    assert Typed.of("dick 3/15/86", TODAY) == Typed((date(1986, 3, 15),), words=("dick",))
    assert Typed.of("99/99/9999", TODAY).number == "99/99/9999"
    assert Typed.of("***", TODAY).is_odd
    assert len(Typed.of(" ".join("abcdefghij"), TODAY).words) == finding.MOST_WORDS


@pytest.mark.parametrize(
    "text", ["Lopez 217-555-0100", "garcia, ana 217 555 0100", "01021990 nita", "ana r77-a", "Ana W12345678"]
)
def test_a_name_may_stand_beside_a_number(cast: Cast, ana: Patient, text: str) -> None:
    assert [one.patient.pk for one in find_patients(cast.clinic_a, text, today=TODAY).found] == [ana.pk]
    other = text.lower().replace("ana", "bob").replace("lopez", "bob").replace("nita", "bob")
    assert whys(cast, other) == []


def test_a_name_that_nobody_has_is_known_after_two_statements(cast: Cast, ana: Patient) -> None:
    for text in ("lopes, ana", "lopez, anna", "smith, james"):
        with CaptureQueriesContext(connection) as asked:
            assert not find_patients(cast.clinic_a, text, today=TODAY).found
        assert len(asked) == 2, text


def test_what_was_typed_the_wrong_way_round_is_found_last_names_first(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same whether few have the words, or so many that the readings are asked for one by one."""
    monkeypatch.setattr(finding, "MOST_FOUND", 3)
    for number, (first, last) in enumerate([("Ann Bo", "Lee"), ("Bo", "Ann"), ("Bo", "Annas"), ("Bob Ann", "Abel")]):
        born = date(1990, 1, 1 + number)
        patients.register_patient(
            clinic=cast.clinic_a, by=cast.alice, first_name=first, last_name=last, birth_date=born
        )
    for most in (40, 4):  # four rows have the words
        monkeypatch.setattr(finding, "MOST_BY_WORDS", most)
        found = find_patients(cast.clinic_a, "bo, ann", today=TODAY)
        assert [one.patient.last_name for one in found.found] == ["Ann", "Annas", "Abel"] and found.has_more


def test_patients_from_before_are_given_what_they_are_found_by(cast: Cast, ana: Patient) -> None:
    """The migration writes for every patient what saving one writes."""
    plain = patients.register_patient(
        clinic=cast.clinic_a, by=cast.alice, first_name="Bo", last_name="Ann", birth_date=date(1980, 1, 1)
    )
    columns = ("pk", "phone_fingerprint", "mrn_key")

    def standing() -> tuple[list[Any], set[Any]]:
        words = PatientName.objects.values_list("patient", "clinic", "is_last_name", "word", "rest")
        return list(Patient.objects.order_by("pk").values_list(*columns)), {
            (*row[:3], bytes(row[3]), bytes(row[4])) for row in words
        }

    as_saved = standing()
    Patient.objects.update(phone_fingerprint="", mrn_key="")
    PatientName.objects.all().delete()
    import_module("intake.migrations.0013_found_by_word_and_number").fill(apps, None)
    assert standing() == as_saved and {ana.pk, plain.pk} == {row[0] for row in as_saved[0]}
