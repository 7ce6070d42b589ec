"""One visit: arrival and its undoing, another time, calling off, walking in; each change is kept."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent
from intake.models import Appointment, AppointmentChange, Patient
from intake.services import appointments, patients
from tests.conftest import Cast

CHICAGO = ZoneInfo("America/Chicago")
NINE = datetime(2026, 11, 23, 9, 20, tzinfo=CHICAGO)
EMILY = {"first_name": "Emily", "last_name": "Dickinson", "birth_date": "03/15/1986", "visit_type": "OFFICE_VISIT"}


@pytest.fixture
def visit(cast: Cast, emily: Patient) -> Appointment:
    return appointments.add_appointment(
        clinic=cast.clinic_a, patient=emily, by=cast.alice, starts_at=NINE, provider=cast.provider
    )


def press(desk: Client, visit: Appointment, to: str, **form: str) -> Any:
    page = desk.post(reverse("appointment-move", args=[visit.code]), {"to": to, **form}, follow=True)
    visit.refresh_from_db()
    return page


def test_it_writes_down_when_somebody_arrived_and_takes_it_back(desk: Client, visit: Appointment) -> None:
    press(desk, visit, "ARRIVED")
    arrived = visit.arrived_at
    assert arrived and abs(arrived - timezone.now()) < timedelta(minutes=1)
    press(desk, visit, "DONE")
    press(desk, visit, "ARRIVED")
    assert (visit.status, visit.arrived_at) == ("ARRIVED", arrived)
    press(desk, visit, "SCHEDULED")
    assert visit.arrived_at is None
    kept = AppointmentChange.objects.values_list("was_status", "status")
    assert list(kept) == [
        ("SCHEDULED", "ARRIVED"),
        ("ARRIVED", "DONE"),
        ("DONE", "ARRIVED"),
        ("ARRIVED", "SCHEDULED"),
    ]


def test_a_visit_is_called_off_for_a_reason(desk: Client, visit: Appointment) -> None:
    page = press(desk, visit, "CANCELLED")
    assert "Say why the visit does not take place." in page.content.decode() and visit.status == "SCHEDULED"
    page = press(desk, visit, "CANCELLED", reason="SICK")
    assert "Cancelled: the patient is ill" in page.content.decode()
    press(desk, visit, "SCHEDULED")
    assert (visit.status, visit.cancel_reason) == ("SCHEDULED", "")


def test_who_did_not_come_may_come_after_all(desk: Client, visit: Appointment) -> None:
    press(desk, visit, "NO_SHOW")
    press(desk, visit, "ARRIVED")
    assert visit.status == "ARRIVED"


def test_two_clerks_on_one_visit_get_a_sentence(desk: Client, cast: Cast, visit: Appointment) -> None:
    slot = appointments.Slot(NINE + timedelta(days=1), None, "OTHER")
    appointments.reschedule(visit, slot, by=cast.alice, now=timezone.now(), version=1)
    url = reverse("appointment-move", args=[visit.code]) + "?version=1"
    assert b"This appointment was changed meanwhile." in desk.post(url, {"to": "ARRIVED"}, follow=True).content
    form = {"day": "11/25/2026", "time": "10:00", "visit_type": "OTHER", "provider": "", "version": "1"}
    page = desk.post(reverse("appointment-reschedule", args=[visit.code]), form)
    assert page.status_code == 409 and b"Somebody else changed this appointment" in page.content
    visit.refresh_from_db()
    assert (visit.status, visit.starts_at) == ("SCHEDULED", NINE + timedelta(days=1))


def test_another_time_is_kept_as_history(desk: Client, visit: Appointment) -> None:
    form = {"day": "11/24/2026", "time": "10:00", "visit_type": "URGENT_CARE", "provider": "", "version": "1"}
    page = desk.post(reverse("appointment-reschedule", args=[visit.code]), form, follow=True)
    assert page.redirect_chain[0][0] == "/?day=2026-11-24" and b"10:00" in page.content
    page = desk.get(reverse("appointment-detail", args=[visit.code])).content.decode()
    assert "Moved from Mon 23 Nov 2026, 09:20 to Tue 24 Nov 2026, 10:00." in page
    assert "From Nora Whitfield to nobody yet." in page and "Alice Moreno" in page
    event = AuditEvent.objects.get(action="intake.appointment.rescheduled")
    assert event.facts == {"fields": ["provider", "starts_at", "visit_type"]}


def test_a_missed_visit_is_expected_again_when_it_gets_another_time(desk: Client, visit: Appointment) -> None:
    press(desk, visit, "NO_SHOW")
    form = {"day": "11/24/2026", "time": "10:00", "visit_type": "OTHER", "provider": "", "version": "2"}
    desk.post(reverse("appointment-reschedule", args=[visit.code]), form)
    visit.refresh_from_db()
    assert visit.status == "SCHEDULED"


def test_who_has_arrived_stays_on_the_day(desk: Client, visit: Appointment) -> None:
    press(desk, visit, "ARRIVED")
    form = {"day": "11/24/2026", "time": "10:00", "visit_type": "OTHER", "provider": "", "version": "2"}
    page = desk.post(reverse("appointment-reschedule", args=[visit.code]), form)
    assert b"so this visit stays on its day" in page.content
    form |= {"day": "11/23/2026"}
    assert desk.post(reverse("appointment-reschedule", args=[visit.code]), form).status_code == 302


def test_somebody_new_walks_in(desk: Client, cast: Cast) -> None:
    page = desk.post(reverse("walk-in"), EMILY, follow=True)
    visit = Appointment.objects.get()
    assert (visit.status, visit.is_walk_in, visit.patient.name) == ("ARRIVED", True, "Emily Dickinson")
    assert visit.arrived_at == visit.starts_at and b"walk-in" in page.content


def test_a_known_patient_walks_in_without_being_registered_again(desk: Client, emily: Patient) -> None:
    desk.post(reverse("walk-in"), EMILY | {"first_name": "EMILY"})
    assert Appointment.objects.get().patient == emily and Patient.objects.count() == 1


def test_a_walk_in_who_is_expected_is_asked_about(desk: Client, cast: Cast, emily: Patient) -> None:
    now = timezone.now()
    appointments.add_appointment(clinic=cast.clinic_a, patient=emily, by=cast.alice, starts_at=now)
    assert b"is expected today at" in desk.post(reverse("walk-in"), EMILY).content
    desk.post(reverse("walk-in"), EMILY | {"visit": "expected"})
    assert Appointment.objects.get().status == "ARRIVED"
    desk.post(reverse("walk-in"), EMILY | {"visit": "another"})
    assert Appointment.objects.filter(status="ARRIVED").count() == 2


def test_a_walk_in_who_is_here_already_is_asked_about(desk: Client, emily: Patient) -> None:
    desk.post(reverse("walk-in"), EMILY)
    page = desk.post(reverse("walk-in"), EMILY).content.decode()
    assert "Emily Dickinson is here already, since" in page and Appointment.objects.count() == 1
    desk.post(reverse("walk-in"), EMILY | {"visit": "expected"})
    assert Appointment.objects.count() == 1 and not AppointmentChange.objects.exists()
    desk.post(reverse("walk-in"), EMILY | {"visit": "another"})
    assert Appointment.objects.filter(status="ARRIVED").count() == 2


def test_namesakes_are_chosen_from(desk: Client, cast: Cast, emily: Patient) -> None:
    person = {"first_name": "Emily", "last_name": "Dickinson", "birth_date": date(1986, 3, 15)}
    other = patients.register_patient(clinic=cast.clinic_a, by=cast.alice, city="Salem", **person)
    page = desk.post(reverse("walk-in"), EMILY)
    assert b"Several people here have this name" in page.content and b"Salem" in page.content
    assert not Appointment.objects.exists()
    desk.post(reverse("walk-in"), EMILY | {"who": str(other.code)})
    assert Appointment.objects.get().patient == other
    desk.post(reverse("walk-in"), EMILY | {"who": "new"})
    assert Patient.objects.count() == 3


@pytest.mark.parametrize(
    ("first", "last"),
    [("Emmy", "Dickinson"), ("Emily E", "Dickinson"), ("Emily", "Dickinson-Lee"), ("Émili", "Dickinson")],
)
def test_another_spelling_makes_no_second_record_unasked(desk: Client, emily: Patient, first: str, last: str) -> None:
    sent = EMILY | {"first_name": first, "last_name": last}
    page = desk.post(reverse("walk-in"), sent).content.decode()
    assert "under another spelling" in page and "It is Emily Dickinson, born 15 Mar 1986" in page
    assert not Appointment.objects.exists() and Patient.objects.count() == 1
    assert AuditEvent.objects.get(action="intake.patients.compared").facts["others"] == [emily.pk]
    desk.post(reverse("walk-in"), sent | {"who": str(emily.code)})
    assert Appointment.objects.get().patient == emily and Patient.objects.count() == 1
    desk.post(reverse("walk-in"), sent | {"who": "new"})
    assert Patient.objects.count() == 2


def test_a_twin_who_walks_in_is_registered(desk: Client, emily: Patient) -> None:
    desk.post(reverse("walk-in"), EMILY | {"first_name": "Lavinia"})
    assert Appointment.objects.get().patient.first_name == "Lavinia"


def test_somebody_of_another_clinic_is_linked_only_when_said(other_desk: Client, emily: Patient) -> None:
    page = other_desk.post(reverse("walk-in"), EMILY)
    assert b"Another clinic of" in page.content and not Appointment.objects.exists()
    other_desk.post(reverse("walk-in"), EMILY | {"who": "link"})
    assert Appointment.objects.get().patient == emily


@pytest.mark.parametrize("who", ["no-code", "00000000-0000-4000-8000-000000000000"])
def test_a_code_that_is_none_is_not_found(desk: Client, who: str, db: None) -> None:
    assert desk.post(reverse("walk-in"), EMILY | {"who": who}).status_code == 404
    assert not Appointment.objects.exists()


def test_a_walk_in_form_says_what_is_missing(desk: Client) -> None:
    page = desk.post(reverse("walk-in"), {"visit_type": "OTHER"}).content.decode()
    assert "Type the first name." in page and "Type the birth date." in page
