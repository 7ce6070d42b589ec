"""Finding, registering, linking and editing patients."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.models import AuditEvent
from intake.models import CardScan, Coverage, Patient, Payer
from intake.services import cards, coverage, finding, patients
from tests.conftest import Cast
from tests.intake.cards import photo

TODAY = date(2026, 11, 22)
FORM = {"first_name": "Walt", "last_name": "Whitman", "birth_date": "05/31/1979", "sex": "MALE"}


def names(cast: Cast, text: str) -> list[str]:
    return [found.name for found in finding.find_patients(cast.clinic_a, text, today=TODAY).patients]


@pytest.fixture
def covered(cast: Cast, emily: Patient) -> Coverage:
    return coverage.add_coverage(
        patient=emily,
        clinic=cast.clinic_a,
        by=cast.alice,
        placing=coverage.Placing(),
        today=TODAY,
        payer=Payer.objects.create(name="Aetna"),
        member_id="W123-456 78",
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("emi", True),
        ("dick em", True),
        ("Dickinson, Emily", True),
        ("3/15/1986", True),
        ("dickinson 03/15/86", True),
        ("1986-03-15", True),
        ("w12345678", True),
        ("W123-456 78", True),
        ("W1234567", False),
        ("dickinson 3/16/1986", False),
        ("walt", False),
        ("", False),
        ("99/99/9999", False),
        ("%", False),
    ],
)
def test_it_finds_by_name_birth_date_or_member_id(cast: Cast, covered: Coverage, text: str, found: bool) -> None:
    assert names(cast, text) == (["Emily Dickinson"] if found else [])


def test_it_finds_a_second_last_name(cast: Cast) -> None:
    patients.register_patient(
        clinic=cast.clinic_a,
        by=cast.alice,
        first_name="Ana Maria",
        last_name="Lopez Garcia",
        birth_date=date(1990, 1, 2),
    )
    assert names(cast, "garcia maria") == ["Ana Maria Lopez Garcia"]


def test_it_does_not_find_a_member_id_that_was_taken_out(cast: Cast, covered: Coverage) -> None:
    coverage.remove_coverage(covered, clinic=cast.clinic_a, by=cast.alice, version=1)
    assert names(cast, "W12345678") == []


def test_it_finds_nobody_of_another_clinic(cast: Cast, covered: Coverage, other_desk: Client) -> None:
    for text in ("emily", "3/15/1986", "W12345678"):
        assert b"Nobody here matches" in other_desk.post(reverse("patient-list"), {"q": text}).content


def test_it_searches_without_an_address(desk: Client, emily: Patient) -> None:
    page = desk.post(reverse("patient-list"), {"q": "dickinson"}, headers={"HX-Request": "true"})
    assert b"Emily Dickinson" in page.content and b"<html" not in page.content
    event = AuditEvent.objects.get(action="intake.patients.searched")
    assert event.facts == {"found": 1}


def test_it_carries_the_search_into_the_form(desk: Client) -> None:
    page = desk.post(reverse("patient-new"), {"q": "walt whitman 5/31/1979"}).content.decode()
    assert 'value="Walt"' in page and 'value="Whitman"' in page and 'value="5/31/1979"' in page


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("O'Brien, Mary-Jane 5/31/1979", "Mary-Jane", "O&#x27;Brien"),
        ("Kate McDonald", "Kate", "McDonald"),
        ("sean o'casey-lee", "Sean", "O&#x27;Casey-Lee"),
        ("de la cruz, ana maria", "Ana Maria", "De La Cruz"),
    ],
)
def test_it_carries_names_as_they_were_typed(desk: Client, text: str, first: str, last: str) -> None:
    page = desk.post(reverse("patient-new"), {"q": text}).content.decode()
    assert f'value="{first}"' in page and f'value="{last}"' in page


def test_it_registers_a_patient(desk: Client, cast: Cast) -> None:
    response = desk.post(reverse("patient-new"), FORM | {"phone": "217-555-0100"})
    patient = Patient.objects.get()
    assert response.url == reverse("patient-detail", args=[patient.code])
    assert (patient.birth_date, patient.sex, patient.phone) == (date(1979, 5, 31), "MALE", "217-555-0100")
    assert list(patient.clinics.all()) == [cast.clinic_a]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"first_name": ""}, "Type the first name."),
        ({"birth_date": ""}, "Type the birth date."),
        ({"birth_date": "31/05/1979"}, "Write the date as month/day/year"),
        ({"birth_date": "05/31/2090"}, "A birth date lies in the past."),
        ({"email": "walt at leaves"}, "Enter a valid email address."),
        ({"state": "Illinoisx"}, "Write the state as two letters, such as IL."),
        ({"postal_code": "abc"}, "Write five digits, or nine as 60601-1234."),
        ({"postal_code": "6270"}, "Write five digits, or nine as 60601-1234."),
    ],
)
def test_it_says_what_is_wrong_beside_the_field(desk: Client, change: dict[str, str], sentence: str) -> None:
    page = desk.post(reverse("patient-new"), FORM | change)
    assert sentence in page.content.decode()
    assert not Patient.objects.exists()


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ({"state": "IL", "postal_code": "62701"}, "IL 62701"),
        ({"city": "Springfield", "state": "IL"}, "Springfield, IL"),
        ({"address_line": "12 Oak Street", "postal_code": "627011234"}, "12 Oak Street, 62701-1234"),
    ],
)
def test_it_shows_what_there_is_of_an_address(desk: Client, address: dict[str, str], shown: str) -> None:
    page = desk.post(reverse("patient-new"), FORM | address, follow=True).content.decode()
    assert f"<dd>{shown}</dd>" in page


def test_it_says_which_stored_state_the_list_does_not_have(desk: Client, emily: Patient) -> None:
    Patient.objects.filter(pk=emily.pk).update(state="Illinoisx")
    page = desk.get(reverse("patient-edit", args=[emily.code])).content.decode()
    assert "On file is “Illinoisx”, which is no state." in page


def test_it_shows_somebody_of_the_same_name_and_birth_date_first(desk: Client) -> None:
    desk.post(reverse("patient-new"), FORM)
    page = desk.post(reverse("patient-new"), FORM | {"first_name": "WALT"}).content.decode()
    assert "is registered here already" in page and Patient.objects.count() == 1
    desk.post(reverse("patient-new"), FORM | {"anyway": "1"})
    assert Patient.objects.count() == 2


def test_it_offers_to_link_a_patient_of_another_clinic_and_shows_nothing_of_them(
    desk: Client, other_desk: Client, cast: Cast
) -> None:
    other_desk.post(reverse("patient-new"), FORM | {"phone": "312-555-0199", "mrn": "HILL-7"})
    patient = Patient.objects.get()
    page = desk.post(reverse("patient-new"), FORM).content.decode()
    assert "Another clinic" in page and "312-555-0199" not in page and "HILL-7" not in page
    assert str(patient.code) not in page
    assert desk.get(reverse("patient-detail", args=[patient.code])).status_code == 404

    response = desk.post(reverse("patient-link"), {**FORM, "birth_date": "1979-05-31"})
    assert response.url == reverse("patient-detail", args=[patient.code])
    assert set(patient.clinics.all()) == {cast.clinic_a, cast.clinic_b}
    assert AuditEvent.objects.filter(action="intake.patient.linked", actor=cast.alice, target_pk=patient.pk).exists()
    assert Patient.objects.count() == 1


@pytest.mark.parametrize("change", [{"first_name": "Walter"}, {"birth_date": "05/30/1979"}])
def test_it_links_only_who_is_typed_exactly(desk: Client, other_desk: Client, change: dict[str, str]) -> None:
    other_desk.post(reverse("patient-new"), FORM)
    assert "Another clinic" not in desk.post(reverse("patient-new"), FORM | change).content.decode()
    assert desk.post(reverse("patient-link"), FORM | change).url == reverse("patient-new")


def test_it_keeps_two_clerks_apart(desk: Client, emily: Patient) -> None:
    url = reverse("patient-edit", args=[emily.code])
    form = {**FORM, "first_name": "Emily", "last_name": "Dickinson", "birth_date": "03/15/1986", "sex": "FEMALE"}
    assert desk.post(url, form | {"version": "1", "phone": "217-555-0101"}).status_code == 302
    page = desk.post(url, form | {"version": "1", "phone": "217-555-0999"})
    emily.refresh_from_db()
    assert (page.status_code, emily.phone, emily.version) == (409, "217-555-0101", 2)
    text = page.content.decode()
    assert "Somebody else changed this" in text and "217-555-0101" in text and 'value="217-555-0999"' in text
    assert 'name="version" value="2"' in text


def test_it_carries_a_corrected_name_into_the_coverage(desk: Client, emily: Patient, covered: Coverage) -> None:
    form = {
        "first_name": "Emilie",
        "last_name": "Dickinson",
        "birth_date": "03/15/1986",
        "sex": "FEMALE",
        "version": "1",
    }
    desk.post(reverse("patient-edit", args=[emily.code]), form)
    covered.refresh_from_db()
    assert covered.subscriber_first_name == "Emilie"


def test_it_writes_down_who_looked(desk: Client, emily: Patient, cast: Cast) -> None:
    desk.get(reverse("patient-detail", args=[emily.code]))
    event = AuditEvent.objects.get(action="intake.patient.viewed")
    assert (event.actor, event.target_pk) == (cast.alice, emily.pk)


def test_it_keeps_personal_data_out_of_the_trail(desk: Client, emily: Patient) -> None:
    desk.post(reverse("patient-list"), {"q": "dickinson 3/15/1986"})
    desk.get(reverse("patient-detail", args=[emily.code]))
    written = " ".join(str(event.facts) + event.action for event in AuditEvent.objects.all())
    assert "ickinson" not in written and "1986" not in written and "ickinson" not in str(emily)


def test_it_shows_the_record_in_a_constant_number_of_queries(
    desk: Client, emily: Patient, cast: Cast, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    url = reverse("patient-detail", args=[emily.code])
    desk.get(url)
    with django_assert_max_num_queries(20) as few:
        desk.get(url)
    for number in range(4):
        coverage.add_coverage(
            patient=emily,
            clinic=cast.clinic_a,
            by=cast.alice,
            placing=coverage.Placing(coverage.OnFile.SECONDARY if number else coverage.OnFile.ADD),
            today=TODAY,
            payer=Payer.objects.create(name=f"Payer {number}"),
            member_id=f"M{number}",
        )
    with django_assert_num_queries(len(few)):
        desk.get(url)


@pytest.mark.parametrize("text", ["josé", "JOSE", "jos nún", "NUNEZ", "núñez, josé", "garcia", "José 5/5/1990"])
def test_it_finds_accents_and_case_as_people_type_them(cast: Cast, text: str) -> None:
    person: dict[str, Any] = {"first_name": "José", "last_name": "Núñez García", "birth_date": date(1990, 5, 5)}
    jose = patients.register_patient(clinic=cast.clinic_a, by=cast.alice, **person)
    assert [one.patient.pk for one in finding.find_patients(cast.clinic_a, text, today=TODAY).found] == [jose.pk]


@pytest.mark.parametrize("text", ["ose", "***", "jose x"])
def test_it_finds_nobody_by_the_middle_of_a_word_or_by_no_letter(cast: Cast, emily: Patient, text: str) -> None:
    assert not finding.find_patients(cast.clinic_a, text, today=TODAY).found


def test_it_knows_a_patient_by_another_spelling_here_and_by_the_same_one_elsewhere(cast: Cast) -> None:
    person: dict[str, Any] = {"first_name": "José", "last_name": "Núñez", "birth_date": date(1990, 5, 5)}
    typed = person | {"first_name": "JOSE", "last_name": "NUNEZ"}
    jose = patients.register_patient(clinic=cast.clinic_a, by=cast.alice, **person)
    assert patients.known_here(cast.clinic_a, **typed) == jose
    assert patients.known_elsewhere(cast.clinic_b, **typed) is None
    assert patients.known_elsewhere(cast.clinic_b, **person) == jose
    patients.edit_patient(jose, clinic=cast.clinic_a, by=cast.alice, version=1, last_name="Ångström")
    assert [one.patient.pk for one in finding.find_patients(cast.clinic_a, "angstrom", today=TODAY).found] == [jose.pk]


def test_a_new_phone_number_does_not_touch_the_coverages(cast: Cast, emily: Patient) -> None:
    made = coverage.add_coverage(
        patient=emily,
        clinic=cast.clinic_a,
        by=cast.alice,
        placing=coverage.Placing(),
        today=TODAY,
        payer=Payer.objects.create(name="Aetna"),
    )
    patients.edit_patient(emily, clinic=cast.clinic_a, by=cast.alice, version=1, phone="217-555-0100")
    made.refresh_from_db()
    assert made.version == 1
    patients.edit_patient(emily, clinic=cast.clinic_a, by=cast.alice, version=2, first_name="Emilia")
    made.refresh_from_db()
    assert (made.version, made.subscriber_first_name) == (2, "Emilia")


def test_it_carries_the_day_of_an_appointment_to_the_patient(desk: Client, emily: Patient) -> None:
    today = desk.get(reverse("today"), {"day": "2026-12-03"}).content.decode()
    assert "?visit_day=2026-12-03" in today
    page = desk.post(reverse("patient-list"), {"q": "dickinson", "visit_day": "2026-12-03"}).content.decode()
    there = f"{reverse('appointment-new', args=[emily.code])}?visit_day=2026-12-03"
    assert "Find the patient who gets the appointment." in page and there in page
    assert 'value="12/03/2026"' in desk.get(there).content.decode()
    made = desk.post(reverse("patient-new"), FORM | {"visit_day": "2026-12-03"})
    assert made.url == f"{reverse('appointment-new', args=[Patient.objects.latest('pk').code])}?visit_day=2026-12-03"
    odd = desk.get(reverse("patient-list"), {"visit_day": "soon"}).content.decode()
    assert "Search first" in odd and "soon" not in odd


def test_a_card_that_never_got_a_photo_is_not_on_the_record(desk: Client, cast: Cast, emily: Patient) -> None:
    first = desk.post(reverse("card-new", args=[emily.code])).url
    record = desk.get(reverse("patient-detail", args=[emily.code])).content.decode()
    assert "No card was scanned in this clinic." in record
    assert desk.post(reverse("card-new", args=[emily.code])).url == first  # and the same one is taken up again
    cards.put_photo(CardScan.objects.get(), "FRONT", photo(), by=cast.alice)
    record = desk.get(reverse("patient-detail", args=[emily.code])).content.decode()
    assert "Photos not sent" in record
    assert desk.post(reverse("card-new", args=[emily.code])).url != first
