"""The addresses of a record that was merged away lead to the survivor; it is found nowhere."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic import tokens
from intake.models import Appointment, CardScan, Coverage, Patient
from intake.services import merging, patients
from intake.urls import patient_urls
from tests.access_table import DESK
from tests.access_table import PAGES as PAGES_OF_ROLES
from tests.conftest import Cast


@pytest.fixture
def em(cast: Cast, emily: Patient) -> Patient:
    """Emily's second record, merged into her first."""
    em = patients.register_patient(
        clinic=cast.clinic_a, by=cast.alice, first_name="Em", last_name="Dickenson", birth_date=date(1986, 3, 15)
    )
    merging.merge(emily, em, clinic=cast.clinic_a, by=cast.alice, versions=(1, 1), taken=(), now=timezone.now())
    return em


PAGES = [pattern.name for pattern in patient_urls if "<" not in str(pattern.pattern)]


@pytest.mark.parametrize("name", PAGES)
def test_its_pages_lead_to_the_survivor(cast: Cast, emily: Patient, em: Patient, name: str) -> None:
    client = Client()
    client.force_login(cast.alice if DESK in PAGES_OF_ROLES[name] else cast.ana)
    answer = client.get(reverse(name, args=[em.code]))
    if answer.status_code == 405:
        answer = client.post(reverse(name, args=[em.code]))
        assert answer.url == reverse("patient-detail", args=[emily.code])
    else:
        assert answer.url == reverse(name, args=[emily.code])


def test_what_follows_the_question_mark_comes_along(desk: Client, emily: Patient, em: Patient) -> None:
    answer = desk.get(reverse("patient-as-of", args=[em.code]) + "?day=03%2F15%2F2026")
    assert answer.url == reverse("patient-as-of", args=[emily.code]) + "?day=03%2F15%2F2026"


def test_what_is_pressed_there_is_not_done(desk: Client, emily: Patient, em: Patient) -> None:
    person = {"first_name": "Emma", "last_name": "Dickenson", "birth_date": "03/15/1986", "sex": "FEMALE"}
    page = desk.post(reverse("patient-edit", args=[em.code]), person | {"version": "1"}, follow=True)
    assert b"is one with this one now" in page.content
    desk.post(reverse("card-new", args=[em.code]))
    emily.refresh_from_db()
    assert emily.first_name == "Emily"
    assert not CardScan.objects.exists() and not Coverage.objects.exists() and not Appointment.objects.exists()


def test_it_is_found_nowhere(desk: Client, cast: Cast, emily: Patient, em: Patient) -> None:
    assert b"Dickenson" not in desk.post(reverse("patient-list"), {"q": "dickenson"}).content
    person = {"first_name": "Em", "last_name": "Dickenson", "birth_date": date(1986, 3, 15)}
    assert patients.known_here(cast.clinic_a, **person) is None
    assert patients.known_elsewhere(cast.clinic_b, **person) is None


def test_another_clinic_is_not_led(other_desk: Client, em: Patient) -> None:
    assert other_desk.get(reverse("patient-detail", args=[em.code])).status_code == 404


def test_a_program_is_told_the_survivor(client: Client, cast: Cast, emily: Patient, em: Patient) -> None:
    token = tokens.issue(user=cast.alice, clinic=cast.clinic_a, name="t", by=None, now=timezone.now())
    headers = {"Authorization": f"Bearer {token}"}
    found = client.get(reverse("api-patient-detail", args=[em.code]), headers=headers)
    assert found.status_code == 410 and found.json()["patient"] == str(emily.code)
    begun = client.post(
        reverse("api-card-list"), {"patient": str(em.code)}, content_type="application/json", headers=headers
    )
    assert begun.status_code == 410 and not CardScan.objects.exists()
    listed = client.get(reverse("api-patient-list"), headers=headers).json()["results"]
    assert [row["code"] for row in listed] == [str(emily.code)]
