"""Today: the day's appointments, their lights, and the one next thing to do."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from intake import today
from intake.models import Appointment, CardScan, Coverage, Patient, Payer
from intake.services import appointments, cards, coverage, patients, registration
from tests.conftest import Cast
from tests.intake.cards import photo

CHICAGO = ZoneInfo("America/Chicago")
DAY = date(2026, 11, 23)


@pytest.fixture
def visit(cast: Cast, emily: Patient) -> Appointment:
    return appointments.add_appointment(
        clinic=cast.clinic_a,
        patient=emily,
        by=cast.alice,
        starts_at=datetime(2026, 11, 23, 9, 20, tzinfo=CHICAGO),
        visit_type="PHYSICAL_THERAPY",
        provider=cast.provider,
    )


def lights(cast: Cast) -> tuple[dict[str, today.Light], today.Light | None]:
    row = today.rows(cast.clinic_a, appointments.appointments_on(cast.clinic_a, DAY))[0]
    return dict(row.lights), row.next_step


def give_coverage(cast: Cast, patient: Patient, **columns: Any) -> Coverage:
    return coverage.add_coverage(
        patient=patient,
        clinic=cast.clinic_a,
        by=cast.alice,
        **(
            {"placing": coverage.Placing(), "today": DAY, "member_id": "W1"}
            | ({} if "payer" in columns else {"payer": Payer.objects.create(name="Aetna")})
            | columns
        ),
    )


def test_it_shows_the_clinics_own_day(desk: Client, cast: Cast, emily: Patient) -> None:
    """Eleven at night in Chicago is the next day in UTC, and still belongs to the evening's list."""
    late = datetime(2026, 11, 23, 23, 0, tzinfo=CHICAGO)
    appointments.add_appointment(clinic=cast.clinic_a, patient=emily, by=cast.alice, starts_at=late)
    assert b"23:00" in desk.get("/?day=2026-11-23").content
    assert b"Nobody is expected" in desk.get("/?day=2026-11-24").content
    assert Appointment.objects.get().date_of_service == DAY


@pytest.mark.parametrize(("who", "leads_to"), [("alice", "patient-list"), ("ana", "settings-home"), ("bo", None)])
def test_an_empty_day_leads_where_each_role_may_go_on(
    cast: Cast, client: Client, who: str, leads_to: str | None
) -> None:
    client.force_login(getattr(cast, who))
    page = client.get("/?day=2026-11-24", headers={"HX-Request": "true"}).content.decode()
    links = {name for name in ("patient-list", "settings-home") if f'href="{reverse(name)}' in page}
    assert links == ({leads_to} if leads_to else set())


def test_it_shows_nothing_of_another_clinic(other_desk: Client, visit: Appointment) -> None:
    assert b"Nobody is expected" in other_desk.get("/?day=2026-11-23").content


def test_it_asks_for_the_card_first(cast: Cast, visit: Appointment) -> None:
    found, step = lights(cast)
    assert (found["Card"].state, found["Coverage"].sentence) == ("needs-you", "None")
    assert step and (step.action, step.form) == ("Scan card", ())
    assert step.url == reverse("card-new", args=[visit.patient.code])


@pytest.mark.parametrize(
    ("status", "state", "action"),
    [
        ("DRAFT", "needs-you", "Finish the photos"),
        ("QUEUED", "waiting", None),
        ("UPLOADING", "waiting", None),
        ("PROCESSING", "waiting", None),
        ("REVIEW", "needs-you", "Review card"),
        ("FAILED", "blocked", "Take the card again"),
        ("CONFIRMED", "done", None),
        ("DISCARDED", "needs-you", "Scan card"),
    ],
)
def test_it_follows_the_newest_card(
    cast: Cast, visit: Appointment, status: str, state: str, action: str | None
) -> None:
    card = cards.new_card(patient=visit.patient, clinic=cast.clinic_a, by=cast.alice)
    cards.put_photo(card, "FRONT", photo(), by=cast.alice)
    CardScan.objects.filter(pk=card.pk).update(status=status)
    found, step = lights(cast)
    assert (found["Card"].state, step.action if step else None) == (state, action)


def test_a_draft_without_a_photo_is_no_card(cast: Cast, visit: Appointment) -> None:
    cards.new_card(patient=visit.patient, clinic=cast.clinic_a, by=cast.alice)
    found, step = lights(cast)
    assert (found["Card"].sentence, step and step.action) == ("No card", "Scan card")


def test_it_is_content_with_a_coverage(cast: Cast, visit: Appointment) -> None:
    made = give_coverage(cast, visit.patient)
    found, _ = lights(cast)
    assert found["Card"].state == "none"
    assert (found["Coverage"].state, found["Coverage"].sentence) == ("done", "Aetna")
    assert found["Coverage"].url == reverse("coverage-detail", args=[made.code])


@pytest.mark.parametrize(
    ("dates", "sentence"),
    [
        ({"termination_date": date(2026, 11, 22)}, "Ended 22 Nov 2026"),
        ({"effective_date": date(2026, 11, 24)}, "Starts 24 Nov 2026"),
        ({"termination_date": DAY}, "Aetna"),
        ({"effective_date": DAY}, "Aetna"),
    ],
)
def test_it_judges_dates_by_the_visit_with_both_ends_inclusive(
    cast: Cast, visit: Appointment, dates: dict[str, date], sentence: str
) -> None:
    give_coverage(cast, visit.patient, **dates)
    assert lights(cast)[0]["Coverage"].sentence == sentence


@pytest.mark.parametrize(
    ("starts", "sentence"),
    [
        (date(2026, 11, 24), "Aetna"),  # the old one holds on the 23rd still
        (date(2026, 11, 23), "Cigna"),
        (date(2026, 1, 1), "Cigna"),
    ],
)
def test_it_shows_the_coverage_of_the_day(cast: Cast, visit: Appointment, starts: date, sentence: str) -> None:
    old = give_coverage(cast, visit.patient)
    placing = coverage.Placing(coverage.OnFile.REPLACE, old)
    new = {"payer": Payer.objects.create(name="Cigna"), "effective_date": starts, "placing": placing}
    give_coverage(cast, visit.patient, **new)
    assert lights(cast)[0]["Coverage"].sentence == sentence


def test_it_shows_the_replaced_coverage_on_a_day_that_was_its_own(cast: Cast, visit: Appointment) -> None:
    old = give_coverage(cast, visit.patient)
    placing = coverage.Placing(coverage.OnFile.REPLACE, old)
    new = {"payer": Payer.objects.create(name="Cigna"), "effective_date": DAY + timedelta(days=1), "placing": placing}
    give_coverage(cast, visit.patient, today=DAY + timedelta(days=9), **new)
    old.refresh_from_db()
    assert old.status == "REPLACED" and lights(cast)[0]["Coverage"].sentence == "Aetna"


def test_it_takes_self_pay_for_an_answer(cast: Cast, visit: Appointment) -> None:
    give_coverage(cast, visit.patient, type="SELF_PAY", payer=None, member_id="")
    assert lights(cast)[0]["Coverage"] == today.Light(
        "done", "Self-pay", reverse("coverage-detail", args=[Coverage.objects.get().code])
    )


def test_it_shows_the_lights_that_upper_apps_register(
    cast: Cast, visit: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(today, "_registered", [])
    light = today.Light("waiting", "Asking")
    today.register_light(lambda clinic, rows: {rows[0].pk: light}, label="Eligibility")
    assert lights(cast)[0]["Eligibility"] == light
    assert today.labels() == ["Record", "Card", "Coverage", "Eligibility"]


def test_it_checks_in_and_puts_back(desk: Client, visit: Appointment) -> None:
    url = reverse("appointment-move", args=[visit.code])
    assert desk.post(url, {"to": "ARRIVED"}).url == "/?day=2026-11-23"
    visit.refresh_from_db()
    assert visit.status == "ARRIVED"
    desk.post(url, {"to": "SCHEDULED"})
    desk.post(url, {"to": "DONE"})
    visit.refresh_from_db()
    assert visit.status == "SCHEDULED"


@pytest.mark.parametrize("to", ["", "REVIEW", "DONE"])
def test_it_refuses_a_step_that_is_none(desk: Client, visit: Appointment, to: str) -> None:
    desk.post(reverse("appointment-move", args=[visit.code]), {"to": to})
    visit.refresh_from_db()
    assert visit.status == "SCHEDULED"


def test_it_adds_an_appointment_in_the_clinics_time(desk: Client, emily: Patient, cast: Cast) -> None:
    form = {
        "day": "11/23/2026",
        "time": "09:20",
        "visit_type": "URGENT_CARE",
        "provider": str(cast.provider.code),
        "spry_appointment_id": "77",
    }
    assert desk.post(reverse("appointment-new", args=[emily.code]), form).url == "/?day=2026-11-23"
    added = Appointment.objects.get()
    assert added.starts_at == datetime(2026, 11, 23, 9, 20, tzinfo=CHICAGO)
    assert (added.provider, added.service_type_code, added.spry_appointment_id) == (cast.provider, "UC", 77)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1999-01-01", "2026-13-01", "soon"])
def test_it_falls_back_to_today(desk: Client, cast: Cast, day: str) -> None:
    page = desk.get("/", {"day": day})
    assert page.context["day"] == cast.clinic_a.today(timezone.now())
    assert b"The address asks for a day that is none" in page.content


def test_it_refuses_an_appointment_nobody_lives_to_see(desk: Client, emily: Patient) -> None:
    form = {"day": "12/31/9999", "time": "09:20", "visit_type": "OTHER"}
    page = desk.post(reverse("appointment-new", args=[emily.code]), form)
    assert b"A visit lies within ten years of today." in page.content and not Appointment.objects.exists()


def test_a_year_of_two_digits_may_be_the_next_one(desk: Client, emily: Patient) -> None:
    next_year = timezone.now().year + 1
    form = {"day": f"1/5/{next_year % 100}", "time": "09:20", "visit_type": "OTHER"}
    assert desk.post(reverse("appointment-new", args=[emily.code]), form).url == f"/?day={next_year}-01-05"


def test_it_says_what_is_wrong_with_an_appointment(desk: Client, emily: Patient) -> None:
    page = desk.post(reverse("appointment-new", args=[emily.code]), {"day": "soon", "time": "noon"}).content.decode()
    assert "Write the date as month/day/year" in page and "Write the time as 09:20." in page
    assert not Appointment.objects.exists()


@pytest.mark.parametrize(
    ("visit_type", "code"), [("OFFICE_VISIT", "98"), ("PHYSICAL_THERAPY", "PT"), ("URGENT_CARE", "UC"), ("OTHER", "30")]
)
def test_it_asks_payers_about_the_visit(visit_type: str, code: str) -> None:
    assert Appointment(visit_type=visit_type).service_type_code == code


def test_it_needs_the_same_queries_for_one_row_and_for_fifty(
    desk: Client, cast: Cast, visit: Appointment, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    url = "/?day=2026-11-23"
    give_coverage(cast, visit.patient)
    desk.get(url)
    with django_assert_max_num_queries(20) as one:
        desk.get(url)
    for number in range(49):
        person = {"first_name": f"Pat{number}", "last_name": "Example", "birth_date": date(1980, 1, 1)}
        patient = patients.register_patient(clinic=cast.clinic_a, by=cast.alice, **person)
        starts_at = visit.starts_at + timedelta(minutes=number)
        appointments.add_appointment(clinic=cast.clinic_a, patient=patient, by=cast.alice, starts_at=starts_at)
        cards.new_card(patient=patient, clinic=cast.clinic_a, by=cast.alice)
    with django_assert_num_queries(len(one)):
        assert desk.get(url).content.count(b"<tr") == 51


def test_it_says_what_the_record_lacks(cast: Cast, visit: Appointment) -> None:
    assert lights(cast)[0]["Record"].sentence == "Complete"
    registration.change_rule(cast.clinic_a, ["phone"], by=cast.ana, version=0)
    found, step = lights(cast)
    assert (found["Record"].state, found["Record"].sentence) == ("needs-you", "Mobile phone missing")
    assert step and step.action == "Scan card"  # what a payer depends on comes first
    give_coverage(cast, visit.patient, type="SELF_PAY", payer=None, member_id="")
    step = lights(cast)[1]
    assert step and (step.action, step.url) == (
        "Complete the record",
        reverse("patient-edit", args=[visit.patient.code]),
    )


def test_it_fills_the_demo_day(cast: Cast) -> None:
    from intake import demo

    now = timezone.now()
    demo.seed(cast.clinic_a, now)
    demo.seed(cast.clinic_a, now)
    rows = today.rows(cast.clinic_a, appointments.appointments_on(cast.clinic_a, cast.clinic_a.today(now)))
    assert len(rows) == len(demo.DAY)
    assert {"Scan card", "Scan new card"} <= {row.next_step.action for row in rows if row.next_step}
