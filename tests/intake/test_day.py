"""Today's filters, and how the page follows what others do."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.models import Provider
from core.links import link
from intake.models import Appointment, CardScan, Coverage, Patient, Payer
from intake.services import appointments, cards, coverage, patients
from intake.stamps import fresh_stamp
from tests.conftest import Cast
from tests.eligibility import make
from tests.intake.cards import photo

CHICAGO = ZoneInfo("America/Chicago")
DAY = date(2026, 11, 23)
URL = "/?day=2026-11-23"


@pytest.fixture(autouse=True)
def _no_memory() -> None:
    cache.clear()


def add(cast: Cast, first_name: str, **columns: Any) -> Appointment:
    person = {"first_name": first_name, "last_name": "Example", "birth_date": date(1980, 1, 1)}
    patient = patients.register_patient(clinic=cast.clinic_a, by=cast.alice, **person)
    at = {"starts_at": datetime(2026, 11, 23, 9, 0, tzinfo=CHICAGO)}
    return appointments.add_appointment(clinic=cast.clinic_a, patient=patient, by=cast.alice, **at | columns)


@pytest.fixture
def day(cast: Cast) -> dict[str, Appointment]:
    """Nan needs a card, Wes waits for one, Rae pays herself and is ready, Ari has arrived, Cal does not come."""
    visits = {
        "Nan": add(cast, "Nan", provider=cast.provider),
        "Wes": add(cast, "Wes"),
        "Rae": add(cast, "Rae", visit_type="URGENT_CARE"),
        "Ari": add(cast, "Ari", status="ARRIVED", provider=cast.provider),
        "Cal": add(cast, "Cal", status="CANCELLED"),
    }
    for name in ("Rae", "Ari"):
        values: dict[str, Any] = {"type": "SELF_PAY", "placing": coverage.Placing(), "today": DAY}
        coverage.add_coverage(patient=visits[name].patient, clinic=cast.clinic_a, by=cast.alice, **values)
    card = cards.new_card(patient=visits["Wes"].patient, clinic=cast.clinic_a, by=cast.alice)
    cards.put_photo(card, "FRONT", photo(), by=cast.alice)
    CardScan.objects.filter(pk=card.pk).update(status="PROCESSING")
    return visits


def shown(desk: Client, query: str = "") -> list[str]:
    return [line.name.split()[0] for line in desk.get(f"{URL}&{query}").context["lines"]]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Nan", "Wes", "Rae", "Ari", "Cal"]),
        ("show=needs", ["Nan"]),
        ("show=waiting", ["Wes"]),
        ("show=ready", ["Rae", "Ari"]),
        ("show=arrived", ["Ari"]),
        ("show=arrived&type=URGENT_CARE", []),
        ("type=URGENT_CARE", ["Rae"]),
        ("provider=nobody", ["Wes", "Rae", "Cal"]),
        ("show=what&type=ever&provider=no", ["Nan", "Wes", "Rae", "Ari", "Cal"]),
    ],
)
def test_it_shows_what_is_asked_for(desk: Client, day: Any, query: str, names: list[str]) -> None:
    assert shown(desk, query) == names


def test_it_filters_by_provider_and_counts_beside_each_choice(desk: Client, cast: Cast, day: Any) -> None:
    code = str(Provider.objects.get().code)
    assert shown(desk, f"provider={code}") == ["Nan", "Ari"]
    found = desk.get(f"{URL}&provider={code}").context["choices"]
    assert {tab.value: tab.count for tab in found.tabs} == {
        "all": 2,
        "needs": 1,
        "waiting": 0,
        "ready": 1,
        "arrived": 1,
    }
    assert [(choice.label, choice.count) for choice in found.providers] == [("Nora Whitfield", 2), ("Nobody yet", 3)]
    assert [(choice.label, choice.count) for choice in found.visit_types] == [("Office visit", 2), ("Urgent care", 0)]


def test_pressing_a_button_keeps_the_filter(desk: Client, day: dict[str, Appointment]) -> None:
    line = desk.get(f"{URL}&show=ready").context["lines"][0]
    assert desk.post(line.move, {"to": "ARRIVED"}).url == f"{URL}&show=ready"


def poll(desk: Client, stamp: str, query: str = "") -> Any:
    cache.clear()
    return desk.get(f"{URL}&stamp={stamp}{query}", headers={"HX-Request": "true"})


def change_patient(cast: Cast, visit: Appointment) -> None:
    patients.edit_patient(visit.patient, clinic=cast.clinic_a, by=cast.alice, version=1, first_name="Nanette")


def add_coverage(cast: Cast, visit: Appointment) -> None:
    payer = Payer.objects.create(name="Aetna", edi_payer_id="60054")
    values: dict[str, Any] = {"placing": coverage.Placing(), "today": DAY, "payer": payer, "member_id": "W1"}
    coverage.add_coverage(patient=visit.patient, clinic=cast.clinic_a, by=cast.alice, **values)


def rename_payer(cast: Cast, visit: Appointment) -> None:
    Payer.objects.get().change(None, name="Aetna Inc")


def start_card(cast: Cast, visit: Appointment) -> None:
    card = cards.new_card(patient=visit.patient, clinic=cast.clinic_a, by=cast.alice)
    cards.put_photo(card, "FRONT", photo(), by=cast.alice)


def arrive(cast: Cast, visit: Appointment) -> None:
    appointments.move_appointment(visit, "ARRIVED", by=cast.alice, now=timezone.now())


def ask_payer(cast: Cast, visit: Appointment) -> None:
    make.asked(cast.clinic_a, Coverage.objects.get(), cast.alice, date_of_service=DAY)


@pytest.mark.parametrize(
    ("before", "does"),
    [
        (None, change_patient),
        (None, add_coverage),
        (add_coverage, rename_payer),
        (add_coverage, ask_payer),
        (None, start_card),
        (None, arrive),
    ],
)
def test_it_follows_what_others_do(
    desk: Client, cast: Cast, before: Callable[..., None] | None, does: Callable[..., None]
) -> None:
    visit = add(cast, "Nan")
    if before:
        before(cast, visit)
    stamp = desk.get(URL).context["stamp"]
    assert poll(desk, stamp).status_code == 204
    does(cast, visit)
    answer = poll(desk, stamp)
    assert answer.status_code == 200 and answer.context["stamp"] != stamp
    assert poll(desk, answer.context["stamp"]).status_code == 204


def test_a_line_is_another_one_only_when_something_on_it_changed(desk: Client, cast: Cast) -> None:
    visit, other = add(cast, "Nan"), add(cast, "Rae")
    before = {line.key: line.stamp for line in desk.get(URL).context["lines"]}
    arrive(cast, visit)
    after = {line.key: line.stamp for line in desk.get(URL).context["lines"]}
    assert {key for key in before if before[key] != after[key]} == {f"visit-{visit.code}"}
    assert f"visit-{other.code}" in after


def test_asking_whether_something_changed_costs_a_few_counts_for_all_desks(
    desk: Client, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    add(cast, "Nan")
    stamp = fresh_stamp(cast.clinic_a, DAY)
    with django_assert_max_num_queries(4):  # the session, the person, the clinic; the counts are a second old at most
        assert desk.get(f"{URL}&stamp={stamp}", headers={"HX-Request": "true"}).status_code == 204


def test_the_stamp_of_one_clinic_says_nothing_of_another(cast: Cast) -> None:
    before = fresh_stamp(cast.clinic_b, DAY)
    add(cast, "Nan")
    assert fresh_stamp(cast.clinic_b, DAY) == before


def test_an_address_of_many_is_that_of_one(cast: Cast) -> None:
    visit = add(cast, "Nan")
    for name in ("appointment-detail", "appointment-move"):
        assert link(name, visit.code) == reverse(name, args=[visit.code])


def test_tomorrow_is_another_day(desk: Client, cast: Cast) -> None:
    add(cast, "Nan", starts_at=datetime(2026, 11, 23, 9, 0, tzinfo=CHICAGO) + timedelta(days=1))
    assert shown(desk) == []
    assert Patient.objects.count() == 1
