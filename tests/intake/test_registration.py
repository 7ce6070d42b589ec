"""Registering somebody with everything a desk asks, and what a clinic misses in a record."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.models import AuditEvent
from intake.models import Patient, RegistrationRule
from intake.patient_record import BY_NAME, NAMES, PATIENT_RECORD, Kind
from intake.services import registration
from tests.conftest import Cast
from tests.intake.test_api import Api

WALT = {"first_name": "Walt", "last_name": "Whitman", "birth_date": "05/31/1979", "sex": "MALE"}
SAMPLES = {
    Kind.FLAG: "on",
    Kind.EMAIL: "walt@leaves.test",
    Kind.PHONE: "217-555-0100",
    Kind.STATE: "IL",
    Kind.ZIP: "62701",
    Kind.SSN: "123-45-6789",
    Kind.DATE: "01/02/1950",
    Kind.NUMBER: "77",
}
MASK = "•••-••-6789"


def typed() -> dict[str, str]:
    """Every field filled in."""
    found = {item.name: SAMPLES.get(item.kind, f"W {item.name}"[: item.most]) for item in PATIENT_RECORD}
    chosen = {item.name: item.choices.values[0] for item in PATIENT_RECORD if item.choices}
    return {**found, **chosen, **WALT, "guarantor": "OTHER"}


@pytest.fixture
def admin(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.ana)
    return client


def ask_for(cast: Cast, *names: str) -> None:
    registration.change_rule(cast.clinic_a, names, version=registration.rule_of(cast.clinic_a).version, by=cast.ana)


def test_it_keeps_everything_that_is_typed(desk: Client) -> None:
    page = desk.post(reverse("patient-new"), typed(), follow=True)
    assert page.status_code == 200
    patient = Patient.objects.get()
    empty = [name for name in NAMES if BY_NAME[name].is_empty(patient)]
    assert empty == []
    assert patient.ssn == "123456789"
    text = page.content.decode()
    assert MASK in text and "123456789" not in text and "123-45-6789" not in text
    form = desk.get(reverse("patient-edit", args=[patient.code])).content.decode()
    assert MASK in form and "123456789" not in form


def test_a_short_registration_is_enough_and_its_page_short(desk: Client) -> None:
    page = desk.post(reverse("patient-new"), WALT, follow=True).content.decode()
    assert Patient.objects.get().guarantor == "PATIENT"
    assert "Nothing is written down yet: contact, address, about the person," in page
    Patient.objects.get().change(None, has_no_email=True)
    page = desk.get(reverse("patient-detail", args=[Patient.objects.get().code])).content.decode()
    assert "<dd>has none</dd>" in page and "Has no e-mail" not in page
    assert "not stated" not in page.split('id="record"')[1]


def test_a_masked_number_that_comes_back_stays(desk: Client) -> None:
    desk.post(reverse("patient-new"), WALT | {"ssn": "123-45-6789"})
    patient = Patient.objects.get()
    url = reverse("patient-edit", args=[patient.code])
    desk.post(url, WALT | {"ssn": MASK, "version": "1", "city": "Camden"})
    patient.refresh_from_db()
    assert (patient.ssn, patient.city) == ("123456789", "Camden")
    desk.post(url, WALT | {"ssn": "", "version": "2"})
    patient.refresh_from_db()
    assert patient.ssn == ""


def test_the_other_clerks_number_is_masked_too(desk: Client) -> None:
    desk.post(reverse("patient-new"), WALT)
    patient = Patient.objects.get()
    patient.change(1, ssn="123456789")
    page = desk.post(reverse("patient-edit", args=[patient.code]), WALT | {"version": "1"})
    assert page.status_code == 409
    assert MASK in page.content.decode() and "123456789" not in page.content.decode()


@pytest.mark.parametrize(
    "number", ["12345678", "000-12-3456", "666-12-3456", "900-12-3456", "123-00-4567", "abc", MASK]
)
def test_it_refuses_what_is_no_social_security_number(desk: Client, number: str) -> None:
    page = desk.post(reverse("patient-new"), WALT | {"ssn": number}).content.decode()
    assert "Write nine digits" in page and not Patient.objects.exists()
    assert f'value="{number}"' in page


def test_it_says_what_the_clinic_misses_and_goes_on_all_the_same(desk: Client, cast: Cast) -> None:
    ask_for(cast, "phone", "email", "city")
    form = WALT | {"city": "Camden", "email": ""}
    page = desk.post(reverse("patient-new"), form).content.decode()
    assert not Patient.objects.exists()
    assert "This clinic asks for it. Fill it in, or say that the patient has no e-mail." in page
    assert 'href="#id_phone"' in page and 'href="#id_email"' in page and 'href="#id_city"' not in page
    assert 'value="Camden"' in page and "Register all the same" in page
    done = desk.post(reverse("patient-new"), form | {"incomplete": "1", "has_no_email": "on"}, follow=True)
    text = done.content.decode()
    assert "Still missing" in text and "Mobile phone" in text
    patient = Patient.objects.get()
    desk.post(reverse("patient-edit", args=[patient.code]), form | {"version": "1", "phone": "217-555-0100"})
    text = desk.get(reverse("patient-detail", args=[patient.code])).content.decode()
    assert "Still missing" in text and "Mobile phone" not in text.split("Still missing")[1].split("</ul>")[0]


def test_a_namesake_and_something_missing_take_two_presses(desk: Client, cast: Cast) -> None:
    ask_for(cast, "phone")
    desk.post(reverse("patient-new"), WALT | {"phone": "217-555-0100"})
    page = desk.post(reverse("patient-new"), WALT).content.decode()
    assert "is registered here already" in page and "Register all the same" not in page
    page = desk.post(reverse("patient-new"), WALT | {"anyway": "1"}).content.decode()
    assert "Register all the same" in page and 'name="anyway" value="1"' in page
    desk.post(reverse("patient-new"), WALT | {"anyway": "1", "incomplete": "1"})
    assert Patient.objects.count() == 2


def test_a_minor_needs_somebody_and_is_never_turned_away(desk: Client) -> None:
    child = WALT | {"birth_date": "09/20/2015"}
    page = desk.post(reverse("patient-new"), child).content.decode()
    assert "The patient is under 18: say who is responsible." in page
    assert desk.post(reverse("patient-new"), child | {"incomplete": "1"}).status_code == 302


def test_an_admin_chooses_what_is_asked_for(admin: Client, desk: Client, cast: Cast) -> None:
    url = reverse("registration-rule")
    assert desk.get(url).status_code == 403
    chosen = {"version": "0", "contact": ["phone", "email"], "address": ["city"]}
    assert admin.post(url, chosen).status_code == 302
    assert set(registration.required_of(cast.clinic_a)) == {"phone", "email", "city"}
    assert registration.required_of(cast.clinic_b) == ()
    late = admin.post(url, {"version": "0", "who": ["sex"]})
    assert late.status_code == 409
    assert "Mobile phone, E-mail, City" in late.content.decode()
    assert admin.post(url, {"version": "1", "contact": ["first_name"]}).status_code == 200
    assert admin.post(url, {"version": "1"}).status_code == 302
    assert RegistrationRule.objects.get().required == []
    assert AuditEvent.objects.filter(action="intake.registration_rule.changed", actor=cast.ana).count() == 2


def test_the_api_takes_and_gives_the_whole_record(desk_api: Api, cast: Cast) -> None:
    ask_for(cast, "employer", "race")
    sent = {
        "first_name": "Ana",
        "middle_name": "Inés",
        "last_name": "López",
        "birth_date": "1990-01-02",
        "other_phone": "312-555-0100",
        "has_no_email": True,
        "ssn": "123-45-6789",
        "race": "ASIAN",
        "guarantor": "OTHER",
        "guarantor_birth_date": "1960-05-05",
        "guarantor_state": "il",
    }
    made = desk_api("POST", "/patients/", sent)
    assert made.status_code == 201
    told = made.json()
    assert told["missing"] == ["guarantor_first_name", "guarantor_last_name", "employer"]
    assert told["ssn_last4"] == "6789" and "ssn" not in told and "123456789" not in made.content.decode()
    same = {name: told[name] for name in sent if name != "ssn"}
    assert same == {name: value for name, value in sent.items() if name != "ssn"} | {"guarantor_state": "IL"}
    one = f"/patients/{told['code']}/"
    assert desk_api("PATCH", one, {"preferred_name": "Nita"}).json()["ssn_last4"] == "6789"
    for wrong in ({"ssn": "1"}, {"race": "X"}, {"guarantor_state": "Illinois"}, {"guarantor_birth_date": "2090-01-01"}):
        assert desk_api("PATCH", one, wrong).status_code == 400


@pytest.fixture
def desk_api(cast: Cast) -> Api:
    return Api(cast.alice, cast.clinic_a)


def test_a_record_says_when_a_birthday_makes_the_difference(cast: Cast, settings: Any) -> None:
    patient = Patient(first_name="A", last_name="B", birth_date=date(2015, 1, 1))
    assert [one.item.name for one in registration.missing_from(patient, cast.clinic_a, _noon(2033, 1, 1))] == []
    assert [one.item.name for one in registration.missing_from(patient, cast.clinic_a, _noon(2032, 12, 31))] == [
        "guarantor"
    ]


def _noon(year: int, month: int, day: int) -> Any:

    return datetime(year, month, day, 18, tzinfo=UTC)
