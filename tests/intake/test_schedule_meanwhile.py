"""Importing a schedule while the desk and other programs work on; looking at its preview page by page."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from clinic import imports
from core.models import UploadedTable
from core.tables import MOST_ROWS
from intake.models import Appointment, Patient
from tests.conftest import Cast
from tests.intake.test_schedule import CHICAGO, GOOD, HEAD, JAYDEN, KAYDEN, SPELLED, bring_in, choose, outcomes
from tests.intake.writers import meanwhile

NUMBERS = ("SELECT", '"intake_appointment"."external_id" IN')
TIMES = ("SELECT", '"intake_appointment"."starts_at" >=', '"intake_appointment"."starts_at" <=')
LATER = GOOD.replace("9:20 AM", "10:40 AM")


def moving(number: str = "A1", **values: Any) -> Callable[[], None]:
    """Return what a clerk does with a visit."""

    def act() -> None:
        Appointment.objects.get(external_id=number).change(None, **values)

    return act


def test_a_number_that_a_program_brings_meanwhile_is_here_already(desk: Client, cast: Cast, emily: Patient) -> None:
    starts_at = datetime(2026, 11, 23, 9, 20, tzinfo=CHICAGO)

    def added() -> None:
        Appointment.objects.create(clinic=cast.clinic_a, patient=emily, starts_at=starts_at, external_id="A1")

    address = choose(desk, GOOD).redirect_chain[-1][0]
    with meanwhile(added, *TIMES):
        page = desk.post(address, follow=True)
    assert page.status_code == 200 and UploadedTable.objects.get().counts == {"move": 1, "register": 1}
    assert Appointment.objects.get(external_id="A1").provider == cast.provider


def test_a_visit_that_is_checked_in_meanwhile_is_left_alone(desk: Client, emily: Patient) -> None:
    bring_in(desk, GOOD)
    address = choose(desk, LATER).redirect_chain[-1][0]
    with meanwhile(moving(status="ARRIVED"), *NUMBERS):
        page = desk.post(address, follow=True)
    assert page.status_code == 200
    assert Appointment.objects.get(external_id="A1").starts_at == datetime(2026, 11, 23, 9, 20, tzinfo=CHICAGO)


def test_a_visit_typed_here_that_is_moved_meanwhile_gets_no_number(desk: Client, emily: Patient) -> None:
    bring_in(desk, GOOD.replace("A1,", ","))
    typed, later = Appointment.objects.get(patient=emily), datetime(2026, 11, 23, 15, 0, tzinfo=CHICAGO)
    address = choose(desk, GOOD).redirect_chain[-1][0]
    with meanwhile(lambda: typed.change(None, starts_at=later), *TIMES):
        desk.post(address)
    typed.refresh_from_db()
    assert (typed.starts_at, typed.external_id) == (later, "")
    assert Appointment.objects.get(external_id="A1").starts_at == datetime(2026, 11, 23, 9, 20, tzinfo=CHICAGO)


def test_where_others_are_quicker_every_time_it_says_so_and_keeps_the_file(desk: Client, emily: Patient) -> None:
    bring_in(desk, GOOD)
    address = choose(desk, LATER).redirect_chain[-1][0]
    with meanwhile(moving(), *NUMBERS, times=imports.MOST_TRIES):
        page = desk.post(address)
    assert page.status_code == 409 and "Nothing is imported." in page.content.decode()
    assert outcomes(page) == ["move", "same"]
    desk.post(address)
    assert Appointment.objects.get(external_id="A1").starts_at == datetime(2026, 11, 23, 10, 40, tzinfo=CHICAGO)


def sent_by(page: Any) -> dict[str, str]:
    """Return what the form of a preview sends as it stands."""
    text = page.content.decode()
    kept = re.findall(r'<input type="hidden" name="(who-\d+)" value="([^"]+)">', text)
    return dict(kept + re.findall(r'<input type="radio" name="(who-\d+)" value="([^"]+)" form="import" checked>', text))


def test_an_answer_is_kept_while_other_pages_are_looked_at(
    desk: Client, emily: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_in(desk, f"{HEAD}\n{JAYDEN}")
    monkeypatch.setattr(imports, "PER_PAGE", 2)  # Emmy's rows, then Kayden's, then what needs nobody
    page = choose(desk, f"{SPELLED}{KAYDEN}")
    assert '<button class="button" form="import" name="page" value="2">' in page.content.decode()
    address, answers = page.redirect_chain[-1][0], {"who-2": str(emily.code)}
    page = desk.post(address, answers | {"page": "2"})
    assert page.context["page"].number == 2 and sent_by(page) == answers
    answers["who-5"] = "new"
    for number in ("3", "2", "1"):
        page = desk.post(address, sent_by(page) | answers | {"page": number})
        answers = {}
        assert sent_by(page) == {"who-2": str(emily.code), "who-5": "new"}
    desk.post(address, sent_by(page))
    assert Appointment.objects.filter(patient=emily).count() == 2
    assert Appointment.objects.filter(patient__first_name="Kayden").count() == 2


def test_an_answer_that_was_not_offered_is_not_kept(desk: Client, emily: Patient) -> None:
    address = choose(desk, SPELLED).redirect_chain[-1][0]
    page = desk.post(address, {"who-2": "somebody", "who-3": "new", "page": "1"})
    assert page.status_code == 200 and sent_by(page) == {}


def test_every_row_of_the_largest_file_can_be_answered() -> None:
    assert settings.DATA_UPLOAD_MAX_NUMBER_FIELDS >= MOST_ROWS + 2  # the token and the page besides
