"""Visits over the API: added once, moved, checked in, called off; two programs on one get 409."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic import tokens
from clinic.services import provider_left
from intake.models import Appointment, Patient
from intake.services import patients
from tests.conftest import Cast
from tests.intake.test_kinds_of_coverage import claim, covered
from tests.intake.writers import meanwhile

AT = "2026-11-23T09:20:00-06:00"


@pytest.fixture
def program(cast: Cast) -> dict[str, str]:
    token = tokens.issue(user=cast.alice, clinic=cast.clinic_a, name="t", by=None, now=timezone.now())
    return {"Authorization": f"Bearer {token}"}


def add(client: Client, program: dict[str, str], emily: Patient, **values: Any) -> Any:
    body = {"patient": str(emily.code), "starts_at": AT, **values}
    return client.post(reverse("api-appointment-list"), body, content_type="application/json", headers=program)


def patch(client: Client, program: dict[str, str], **values: Any) -> Any:
    url = reverse("api-appointment-detail", args=[Appointment.objects.get().code])
    return client.patch(url, values, content_type="application/json", headers=program)


def test_a_visit_of_another_program_is_added_once(client: Client, program: Any, emily: Patient) -> None:
    first = add(client, program, emily, external_id="A1")
    again = add(client, program, emily, external_id="A1")
    assert first.status_code == 201 and again.status_code == 409
    assert again.json()["appointment"] == first.json()["code"] and Appointment.objects.count() == 1


def test_a_visit_that_an_import_adds_at_this_moment_is_here_already(
    client: Client, program: Any, cast: Cast, emily: Patient
) -> None:
    def imported() -> None:
        Appointment.objects.create(clinic=cast.clinic_a, patient=emily, starts_at=AT, external_id="A1")

    with meanwhile(imported, "SELECT", '"intake_appointment"."external_id" ='):
        answer = add(client, program, emily, external_id="A1")
    assert answer.status_code == 409
    assert answer.json()["appointment"] == str(Appointment.objects.get().code)


def test_it_is_moved_checked_in_and_called_off(client: Client, program: Any, emily: Patient, cast: Cast) -> None:
    add(client, program, emily)
    moved = patch(client, program, starts_at="2026-11-24T10:00:00-06:00", provider=str(cast.provider.code), version=1)
    assert moved.status_code == 200 and moved.json()["date_of_service"] == "2026-11-24"
    assert patch(client, program, status="CANCELLED").status_code == 400
    assert patch(client, program, status="CANCELLED", cancel_reason="SICK").json()["cancel_reason"] == "SICK"
    assert patch(client, program, status="ARRIVED").status_code == 409
    assert patch(client, program, status="SCHEDULED", version=1).status_code == 409  # somebody changed it since
    patch(client, program, status="SCHEDULED")
    assert patch(client, program, status="ARRIVED").json()["arrived_at"]
    assert Appointment.objects.get().changes.count() == 4


def test_a_visit_of_a_provider_who_left_moves_with_them_and_no_other_comes_to_them(
    client: Client, program: Any, emily: Patient, cast: Cast
) -> None:
    gone = str(cast.provider.code)
    add(client, program, emily)
    patch(client, program, provider=gone)
    provider_left(cast.provider, clinic=cast.clinic_a, by=cast.ana)
    moved = patch(client, program, starts_at="2026-11-24T10:00:00-06:00", provider=gone)
    assert moved.status_code == 200 and moved.json()["date_of_service"] == "2026-11-24"
    patch(client, program, provider=None)
    assert patch(client, program, provider=gone).status_code == 404


def test_a_visit_says_which_injury_it_is_about(client: Client, program: Any, emily: Patient, cast: Cast) -> None:
    mine, plan = claim(cast, emily), covered(cast, emily, "Aetna", member_id="A1")
    walt = patients.register_patient(
        clinic=cast.clinic_a, by=cast.alice, first_name="Walt", last_name="Whitman", birth_date=emily.birth_date
    )
    for wrong in (plan, claim(cast, walt)):
        refused = add(client, program, emily, injury=str(wrong.code))
        assert refused.status_code == 400 and list(refused.json()["errors"]) == ["injury"]
    assert add(client, program, emily, injury=str(emily.code)).status_code == 404
    assert add(client, program, emily, injury=str(mine.code)).json()["injury"] == str(mine.code)
    day = client.get(reverse("api-appointment-list"), {"day": "2026-11-23"}, headers=program).json()
    assert [row["injury"] for row in day] == [str(mine.code)]
    assert patch(client, program, visit_type="URGENT_CARE").json()["injury"] == str(mine.code)
    assert patch(client, program, injury=None, version=1).status_code == 409
    assert patch(client, program, injury=None, status="ARRIVED", version=2).json()["injury"] is None
    assert patch(client, program, injury=str(plan.code)).status_code == 400
