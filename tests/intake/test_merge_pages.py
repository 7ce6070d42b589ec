"""The pages about two records of one person: who is alike, side by side, one, and two again."""

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from core.models import AuditEvent
from intake.models import Patient, PatientMerge, Payer, TwoPeople
from intake.services import appointments, choosing, coverage, merging, patients
from tests.conftest import Cast

BORN = date(1986, 3, 15)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=ZoneInfo("America/Chicago"))


@pytest.fixture
def em(cast: Cast) -> Patient:
    """Emily once more: another phone, an address, another record number, a visit, a coverage."""
    em = patients.register_patient(
        clinic=cast.clinic_a,
        by=cast.alice,
        first_name="Em",
        last_name="Dickinson",
        birth_date=BORN,
        phone="217-555-0199",
        address_line="280 Main Street",
        city="Amherst",
        mrn="B-2",
    )
    appointments.add_appointment(clinic=cast.clinic_a, patient=em, by=cast.alice, starts_at=NOON)
    cover(cast, em)
    return em


def cover(cast: Cast, patient: Patient, payer: str = "Aetna", member_id: str = "W1") -> None:
    found, _ = Payer.objects.get_or_create(name=payer)
    coverage.add_coverage(
        patient=patient,
        clinic=cast.clinic_a,
        by=cast.alice,
        placing=coverage.Placing(),
        today=date(2026, 11, 22),
        payer=found,
        member_id=member_id,
    )


@pytest.fixture
def emily(cast: Cast, emily: Patient) -> Patient:
    """The older record, with a phone and a number."""
    patients.edit_patient(emily, clinic=cast.clinic_a, by=cast.alice, version=1, phone="217-555-0100", mrn="A-1")
    return emily


def address(keep: Patient, gone: Patient) -> str:
    return reverse("patient-merge", args=[keep.code, gone.code])


def form(keep: Patient, gone: Patient, **chosen: str) -> dict[str, Any]:
    """Return the form as the page offers it, with the choices a person makes."""
    for record in (keep, gone):
        record.refresh_from_db()
    found = {f"take-{one.parcel.name}": one.chosen for one in choosing.choices(keep, gone)}
    found |= {f"take-{name}": side for name, side in chosen.items()}
    return found | {"version-keep": keep.version, "version-gone": gone.version}


def words(page: Any) -> str:
    """Return the text of a page, tags and line breaks aside."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def told(page: Any) -> list[str]:
    return [str(message) for message in get_messages(page.wsgi_request)]


def test_the_likelier_value_is_chosen(cast: Cast, emily: Patient, em: Patient) -> None:
    emily.refresh_from_db()
    patients.edit_patient(emily, clinic=cast.clinic_a, by=cast.alice, version=emily.version, email="e@leaves.test")
    chosen = {one.parcel.name: one.chosen for one in choosing.choices(emily, em)}
    assert chosen == {
        "first_name": "keep",  # whole over short
        "phone": "gone" if em.created_at > _edited("phone") else "keep",
        "email": "keep",  # filled over empty
        "ADDRESS": "gone",
        "mrn": "",  # nobody guesses
    }
    for record, side in ((em, "gone"), (emily, "keep")):
        record.refresh_from_db()
        last_name = f"Dickin{record.pk}"
        patients.edit_patient(record, clinic=cast.clinic_a, by=cast.alice, version=record.version, last_name=last_name)
        assert {one.parcel.name: one.chosen for one in choosing.choices(emily, em)}["last_name"] == side  # the later


def _edited(name: str) -> datetime:
    events = AuditEvent.objects.filter(action="intake.patient.edited").order_by("-at")
    return next(event.at for event in events if name in event.facts["fields"])


def test_somebody_responsible_is_likelier_than_what_nobody_said(cast: Cast, emily: Patient, em: Patient) -> None:
    responsible = {"guarantor": "OTHER", "guarantor_first_name": "Lavinia", "guarantor_last_name": "Dickinson"}
    Patient.objects.filter(pk=emily.pk).update(**responsible)  # and the other record was written later
    emily.refresh_from_db()
    for keep, gone, side in ((emily, em, "keep"), (em, emily, "gone")):
        chosen = {one.parcel.name: one.chosen for one in choosing.choices(keep, gone)}
        assert chosen["RESPONSIBLE"] == side


def test_another_clinics_clerk_is_not_named(other_desk: Client, cast: Cast, emily: Patient, em: Patient) -> None:
    for record in (emily, em):
        record.clinics.add(cast.clinic_b)
    choice = {"versions": (emily.version, em.version), "taken": [], "now": NOON}
    done = merging.merge(emily, em, clinic=cast.clinic_a, by=cast.alice, **choice)
    for url in (
        reverse("patient-detail", args=[emily.code]),
        reverse("patient-unmerge", args=[emily.code, done.code]),
    ):
        page = words(other_desk.get(url))
        assert "in another clinic" in page and "Alice Moreno" not in page


def test_what_only_looks_different_is_folded_away(cast: Cast, emily: Patient, em: Patient) -> None:
    emily.refresh_from_db()
    values = {"phone": "+1 (217) 555-0199", "address_line": "280 main  street", "city": "AMHERST"}
    patients.edit_patient(emily, clinic=cast.clinic_a, by=cast.alice, version=emily.version, **values)
    assert {one.parcel.name for one in choosing.choices(emily, em)} == {"first_name", "mrn"}


def test_every_column_of_the_record_is_in_one_parcel() -> None:
    from intake.patient_record import NAMES

    columns = [item.name for parcel in choosing.PARCELS for item in parcel.items]
    assert sorted(columns) == sorted(NAMES)
    together = [[item.name for item in parcel.items] for parcel in choosing.PARCELS if len(parcel.items) > 1]
    assert ["email", "has_no_email"] in together


def test_the_page_shows_both_and_what_comes_along(desk: Client, emily: Patient, em: Patient) -> None:
    page = words(desk.get(address(emily, em)))
    assert "Em may be short for Emily" in page
    assert "280 Main Street" in page and "217-555-0100" in page and "217-555-0199" in page
    assert "What comes along from the record of Em Dickinson: 1 visit and 1 coverage." in page


def test_a_number_has_to_be_chosen(desk: Client, emily: Patient, em: Patient) -> None:
    page = desk.post(address(emily, em), form(emily, em))
    assert "Choose which of the two is right." in words(page) and "Choose one." in words(page)
    assert not PatientMerge.objects.exists()


def test_it_merges_what_was_chosen(desk: Client, emily: Patient, em: Patient) -> None:
    page = desk.post(address(emily, em), form(emily, em, mrn="keep", phone="keep", first_name="keep"))
    assert page.url == reverse("patient-detail", args=[emily.code])
    assert told(page) == ["The two records are one now. What came along: 1 visit and 1 coverage."]
    emily.refresh_from_db()
    assert (emily.first_name, emily.phone, emily.mrn, emily.city) == ("Emily", "217-555-0100", "A-1", "Amherst")
    record = words(desk.get(page.url))
    assert "The record of Em Dickinson, born 15 Mar 1986, was made one with this" in record


def test_coverages_that_clash_are_told_before_and_after(desk: Client, cast: Cast, emily: Patient, em: Patient) -> None:
    cover(cast, emily, "Humana", "H1")
    sentence = "Humana and Aetna are both primary. Say then which of them pays first."
    assert sentence in words(desk.get(address(emily, em)))
    assert sentence in told(desk.post(address(emily, em), form(emily, em, mrn="gone")))


def test_the_same_coverage_twice_is_told(desk: Client, cast: Cast, emily: Patient, em: Patient) -> None:
    cover(cast, emily, "Aetna", "w 1")
    page = words(desk.get(address(emily, em)))
    assert "Aetna is on both records with the same member ID." in page and "both primary" not in page


def test_a_record_changed_meanwhile_is_shown_again(desk: Client, cast: Cast, emily: Patient, em: Patient) -> None:
    typed = form(emily, em, mrn="gone")
    patients.edit_patient(emily, clinic=cast.clinic_a, by=cast.alice, version=emily.version, pharmacy="Corner")
    page = desk.post(address(emily, em), typed)
    assert page.status_code == 409 and "was changed while you had them open" in words(page)
    assert re.search(r'name="take-mrn" value="gone" required checked', page.content.decode())
    assert not PatientMerge.objects.exists()
    assert desk.post(address(emily, em), form(emily, em, mrn="gone")).status_code == 302


def test_a_pair_that_is_one_already_leads_to_it(desk: Client, emily: Patient, em: Patient) -> None:
    typed = form(emily, em, mrn="gone")
    desk.post(address(emily, em), typed)
    for page in (
        desk.post(address(emily, em), typed),
        desk.post(address(em, emily), typed),
        desk.get(address(emily, em)),
    ):
        assert page.url == reverse("patient-detail", args=[emily.code])
    assert PatientMerge.objects.count() == 1


def test_a_record_is_not_merged_with_itself(desk: Client, emily: Patient) -> None:
    assert desk.get(address(emily, emily)).status_code == 404


def test_it_is_taken_apart_from_the_record(desk: Client, cast: Cast, emily: Patient, em: Patient) -> None:
    desk.post(address(emily, em), form(emily, em, mrn="gone"))
    emily.refresh_from_db()
    patients.edit_patient(emily, clinic=cast.clinic_a, by=cast.alice, version=emily.version, pharmacy="Corner")
    undo = reverse("patient-unmerge", args=[emily.code, PatientMerge.objects.get().code])
    page = words(desk.get(undo))
    assert "What goes back to it: 1 visit and 1 coverage." in page
    assert "left as it is on this record: pharmacy." in page
    done = desk.post(undo)
    assert told(done)[-1] == "The two records stand for themselves again."
    assert "take them apart" not in words(desk.get(reverse("patient-detail", args=[emily.code]))).lower()
    assert words(desk.get(reverse("patient-detail", args=[em.code]))).count("Em Dickinson")
    assert desk.post(undo).status_code == 404


def test_likely_ones_are_shown_while_registering(desk: Client, emily: Patient) -> None:
    person = {"first_name": "Emliy", "last_name": "Dickinson", "birth_date": "03/15/1986", "sex": "FEMALE"}
    page = desk.post(reverse("patient-new"), person)
    assert "This may be the same person as Emily Dickinson" in words(page)
    assert "first names differ by one letter" in words(page)
    assert Patient.objects.count() == 1
    desk.post(reverse("patient-new"), person | {"anyway": "1"})
    assert Patient.objects.count() == 2


def test_the_record_says_who_is_alike(desk: Client, emily: Patient, em: Patient) -> None:
    part = words(desk.get(reverse("patient-alike", args=[em.code])))
    assert "This may be the same person as Emily Dickinson" in part and "Compare the two" in part


def test_two_people_are_remembered_from_the_page(desk: Client, emily: Patient, em: Patient) -> None:
    listed = reverse("patient-duplicates")
    assert "Em may be short for Emily" in words(desk.get(listed))
    desk.post(reverse("patient-two-people", args=[emily.code, em.code]))
    page = words(desk.get(listed))
    assert "No possible duplicates" in page and "1 pair that somebody said are two people" in page
    desk.post(reverse("two-people-back", args=[TwoPeople.objects.get().code]))
    assert "Em may be short for Emily" in words(desk.get(listed))


def test_the_list_goes_on_below_a_record(desk: Client, emily: Patient, em: Patient) -> None:
    listed = reverse("patient-duplicates")
    assert "1 record looked at." in words(desk.get(f"{listed}?after={em.code}"))
    assert "2 records looked at." in words(desk.get(f"{listed}?after=nonsense"))


def test_the_other_record_is_found_by_hand(desk: Client, emily: Patient, em: Patient) -> None:
    page = desk.post(reverse("patient-same", args=[emily.code]), {"q": "dickinson"})
    assert address(emily, em) in page.content.decode() and address(emily, emily) not in page.content.decode()


def test_both_have_to_be_of_this_clinic(desk: Client, cast: Cast, emily: Patient) -> None:
    theirs = patients.register_patient(
        clinic=cast.clinic_b, by=cast.charlie, first_name="Emily", last_name="Dickinson", birth_date=BORN
    )
    for name in ("patient-merge", "patient-two-people"):
        for pair in ((emily, theirs), (theirs, emily)):
            assert desk.post(reverse(name, args=[one.code for one in pair])).status_code == 404
    assert "Dickinson" not in words(desk.get(reverse("patient-alike", args=[emily.code])))


def test_billing_reads_and_does_not_merge(cast: Cast, emily: Patient, em: Patient) -> None:
    billing = Client()
    billing.force_login(cast.bo)
    assert "Compare the two" not in words(billing.get(reverse("patient-duplicates")))
    assert billing.get(address(emily, em)).status_code == 403
