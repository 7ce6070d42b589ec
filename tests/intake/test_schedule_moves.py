"""Importing a schedule that moves one visit and brings another to the hour that becomes free."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from intake.models import Appointment, Patient
from tests.intake.test_schedule import CHICAGO, HEAD, bring_in, choose, outcomes, problems


def row(number: str, clock: str, who: str = "Emily,Dickinson,3/15/1986", provider: str = "") -> str:
    return f"{number},{who},,11/23/2026,{clock},{provider},"


def file_of(*rows: str) -> str:
    return "\n".join([HEAD, *rows])


def planned(desk: Client, *rows: str) -> list[str]:
    return outcomes(choose(desk, file_of(*rows)))


def stands(desk: Client, *rows: str) -> list[tuple[str, int]]:
    """Import the rows, twice, which adds nothing twice; return number and hour of each visit that is here then."""
    for _ in range(2):
        page = bring_in(desk, file_of(*rows))
        assert page.context["good"] == len(rows)
    assert set(planned(desk, *rows)) == {"same"}
    visits = Appointment.objects.order_by("starts_at", "external_id")
    return [(one.external_id, one.starts_at.astimezone(CHICAGO).hour) for one in visits]


both_orders = pytest.mark.parametrize("turned", [False, True], ids=["moved first", "new first"])


def in_order(rows: list[str], turned: bool) -> list[str]:
    return rows[::-1] if turned else rows


@both_orders
@pytest.mark.parametrize("number", ["B1", ""], ids=["numbered", "without a number"])
def test_a_new_visit_comes_to_the_hour_that_another_leaves(
    desk: Client, emily: Patient, number: str, turned: bool
) -> None:
    bring_in(desk, file_of(row("A1", "9:00")))
    rows = in_order([row("A1", "10:00"), row(number, "9:00")], turned)
    assert planned(desk, *rows) == in_order(["move", "add"], turned)
    assert stands(desk, *rows) == [(number, 9), ("A1", 10)]


@both_orders
def test_another_patient_comes_to_the_hour_of_the_same_provider(desk: Client, emily: Patient, turned: bool) -> None:
    bring_in(desk, file_of(row("A1", "9:00", provider="Nora Whitfield")))
    walt = row("B1", "9:00", "Walt,Whitman,5/31/1979", "Nora Whitfield")
    rows = in_order([row("A1", "10:00", provider="Nora Whitfield"), walt], turned)
    assert planned(desk, *rows) == in_order(["move", "register"], turned)
    assert stands(desk, *rows) == [("B1", 9), ("A1", 10)]


@both_orders
def test_two_visits_change_places(desk: Client, emily: Patient, turned: bool) -> None:
    bring_in(desk, file_of(row("A1", "9:00"), row("B1", "10:00")))
    rows = in_order([row("A1", "10:00"), row("B1", "9:00")], turned)
    assert planned(desk, *rows) == ["move", "move"]
    assert stands(desk, *rows) == [("B1", 9), ("A1", 10)]


@both_orders
def test_a_row_of_visits_moves_on_and_a_new_one_comes_behind(desk: Client, emily: Patient, turned: bool) -> None:
    bring_in(desk, file_of(row("A1", "9:00"), row("B1", "10:00")))
    rows = in_order([row("A1", "10:00"), row("B1", "11:00"), row("C1", "9:00")], turned)
    assert planned(desk, *rows) == in_order(["move", "move", "add"], turned)
    assert stands(desk, *rows) == [("C1", 9), ("A1", 10), ("B1", 11)]


@both_orders
def test_a_visit_that_stays_here_is_no_other_row(desk: Client, emily: Patient, turned: bool) -> None:
    """Whoever is here already keeps the hour; the file says all the same that these are two visits."""
    bring_in(desk, file_of(row("A1", "9:00")))
    Appointment.objects.update(status="ARRIVED")
    rows = in_order([row("A1", "10:00"), row("B1", "9:00")], turned)
    assert planned(desk, *rows) == in_order(["same", "add"], turned)
    assert stands(desk, *rows) == [("A1", 9), ("B1", 9)]


def test_a_row_that_cannot_be_read_keeps_its_visit_to_itself(desk: Client, emily: Patient) -> None:
    bring_in(desk, file_of(row("A1", "9:00")))
    assert planned(desk, row("A1", "noonish"), row("B1", "9:00")) == ["refused", "add"]


def test_a_visit_whose_number_is_in_no_row_is_here_already(desk: Client, emily: Patient) -> None:
    bring_in(desk, file_of(row("A1", "9:00")))
    assert planned(desk, row("B1", "9:00")) == ["same"]
    assert problems(desk, row("A1", "9:00"), row("B1", "9:00")) == ["Row 2 is the same patient at the same time."]


def test_who_called_off_and_comes_at_that_hour_after_all_has_a_new_visit(desk: Client, emily: Patient) -> None:
    bring_in(desk, file_of(row("A1", "9:00")))
    Appointment.objects.update(status="CANCELLED")
    assert planned(desk, row("A1", "9:00")) == planned(desk, row("", "9:00")) == ["same"]
    assert stands(desk, row("B1", "9:00")) == [("A1", 9), ("B1", 9)]
    Appointment.objects.filter(external_id="B1").update(external_id="")
    bring_in(desk, file_of(row("B2", "9:00")))  # the one that stands is meant, not the one that was called off
    assert Appointment.objects.get(status="SCHEDULED").external_id == "B2"


def test_a_moved_visit_keeps_what_it_was(desk: Client, emily: Patient) -> None:
    bring_in(desk, file_of(row("A1", "9:00")))
    first = Appointment.objects.get()
    bring_in(desk, file_of(row("B1", "9:00"), row("A1", "10:00")))
    moved, new = Appointment.objects.get(external_id="A1"), Appointment.objects.get(external_id="B1")
    assert moved.pk == first.pk and moved.changes.get().was_starts_at == first.starts_at
    assert new.starts_at == datetime(2026, 11, 23, 9, 0, tzinfo=CHICAGO) and not new.changes.exists()


@both_orders
def test_a_number_that_went_to_somebody_else_takes_no_visit_away(desk: Client, emily: Patient, turned: bool) -> None:
    """The other program gave the number of Emily's visit to Walt, and her visit a number of its own."""
    bring_in(desk, file_of(row("A1", "9:00")))
    rows = in_order([row("A1", "9:00", "Walt,Whitman,5/31/1979"), row("B1", "9:00")], turned)
    assert planned(desk, *rows) == ["refused", "same"]
    bring_in(desk, file_of(*rows))
    assert Appointment.objects.get().patient == emily


def test_running_numbers_that_shift_double_nobody(desk: Client, emily: Patient) -> None:
    walt, anne = "Walt,Whitman,5/31/1979", "Anne,Bradstreet,3/20/1972"
    bring_in(desk, file_of(row("1", "9:00"), row("2", "9:20", walt), row("3", "9:40", anne)))
    shifted = [row("1", "9:00"), row("2", "9:10", "Phillis,Wheatley,5/8/1953"), row("3", "9:20", walt)]
    assert planned(desk, *shifted, row("4", "9:40", anne)) == ["refused", "refused", "same", "same"]


@both_orders
def test_two_lines_about_one_visit_are_one_visit(desk: Client, emily: Patient, turned: bool) -> None:
    bring_in(desk, file_of(row("A1", "9:00")))
    rows = in_order([row("A1", "9:00"), row("B1", "9:00")], turned)
    assert planned(desk, *rows) == ["refused", "same"]
    bring_in(desk, file_of(*rows))
    assert Appointment.objects.count() == 1


def test_a_missed_visit_that_is_put_off_is_expected_again(desk: Client, emily: Patient) -> None:
    bring_in(desk, file_of(row("A1", "9:00")))
    Appointment.objects.update(status="NO_SHOW")
    assert planned(desk, row("A1", "8:00")) == planned(desk, row("A1", "9:00")) == ["same"]
    assert stands(desk, row("A1", "11:00")) == [("A1", 11)]
    assert Appointment.objects.get().status == "SCHEDULED"


def test_many_numbered_visits_take_as_many_queries_as_few(
    desk: Client, emily: Patient, django_assert_max_num_queries: Any
) -> None:
    few = [row(f"A{hour}", f"{hour}:00") for hour in (8, 9)]
    many = [row(f"A{hour}", f"{hour}:00") for hour in range(8, 18)]
    bring_in(desk, file_of(*many))
    with CaptureQueriesContext(connection) as asked:
        planned(desk, *few)
    with django_assert_max_num_queries(len(asked)):
        planned(desk, *many)
