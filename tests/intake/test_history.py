"""What was believed on one day about the coverage of another day, and how coverages lie beside each other in time."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from intake.models import Coverage, CoverageVersion, Patient
from intake.services import coverage, history, patients
from intake.services.payers import payer_from_choice
from tests.conftest import Cast

Add = Callable[..., Coverage]


@pytest.fixture
def add(cast: Cast, emily: Patient) -> Add:
    def added(placing: coverage.Placing | None = None, **values: Any) -> Coverage:
        values = {"member_id": "128845682", "payer": payer_from_choice("87726", "UnitedHealthcare")} | values
        return coverage.add_coverage(
            patient=emily,
            clinic=cast.clinic_a,
            by=cast.alice,
            placing=placing or coverage.Placing(),
            today=date(2026, 11, 22),
            **values,
        )

    return added


def at(moment: datetime, *rows: Coverage) -> None:
    """Let the newest version of coverages be written down at a moment, and the one before end there."""
    for row in rows:
        versions = list(row.versions.order_by("number"))
        for before in versions[:-1][-1:]:
            CoverageVersion.objects.filter(pk=before.pk).update(until=moment)
        CoverageVersion.objects.filter(pk=versions[-1].pk).update(since=moment)


def day(month: int, number: int) -> datetime:
    return datetime(2026, month, number, 12, tzinfo=UTC)


def test_what_we_believed_on_3_may_about_20_april(add: Add, cast: Cast, emily: Patient) -> None:
    row = add(effective_date=date(2026, 1, 1), group_number="98755")
    at(day(1, 5), row)
    coverage.edit_coverage(
        row, clinic=cast.clinic_a, by=cast.alice, version=row.version, termination_date=date(2026, 3, 31)
    )
    at(day(5, 10), row)
    then = history.believed(emily, at=day(5, 3))
    assert [(one.group_number, one.termination_date) for one in then] == [("98755", None)]
    assert [one.pk for one in history.holding(then, date(2026, 4, 20))] == [row.pk]
    now = history.believed(emily, at=day(5, 11))
    assert history.holding(now, date(2026, 4, 20)) == []
    assert len(history.holding(now, date(2026, 3, 31))) == 1  # the last day counts
    assert history.believed(emily, at=day(1, 4)) == []


def test_every_change_is_kept_and_none_is_lost(add: Add, cast: Cast, emily: Patient) -> None:
    first = add(member_id="A1")
    second = add(coverage.Placing("REPLACE", first), member_id="B2", effective_date=date(2026, 11, 1))
    patients.edit_patient(
        emily, clinic=cast.clinic_a, by=cast.alice, version=emily.version, first_name="Emilia", last_name="Dickinson"
    )
    second.refresh_from_db()
    coverage.remove_coverage(second, clinic=cast.clinic_a, by=cast.alice, version=second.version)
    first.refresh_from_db()
    for row in Coverage.objects.all():
        versions = list(row.versions.order_by("number"))
        assert [one.number for one in versions] == list(range(1, row.version + 1))
        assert [one.until for one in versions[:-1]] == [one.since for one in versions[1:]]
        newest = versions[-1]
        assert newest.until is None
        assert {name: getattr(newest.as_coverage(), name) for name in ("status", "member_id", "termination_date")} == {
            name: getattr(row, name) for name in ("status", "member_id", "termination_date")
        }
    assert [one.member_id for one in history.believed(emily, at=timezone.now())] == ["A1"]


def test_what_was_believed_is_kept_sealed(add: Add) -> None:
    from django.db import connection

    row = add(member_id="SECRET77")
    with connection.cursor() as cursor:
        cursor.execute("SELECT said FROM intake_coverageversion WHERE coverage_id = %s", [row.pk])
        assert b"SECRET77" not in bytes(cursor.fetchone()[0])


def test_a_coverage_has_one_version_that_is_believed_now(add: Add) -> None:
    row = add()
    with pytest.raises(IntegrityError), transaction.atomic():
        CoverageVersion.objects.create(coverage=row, number=9, since=timezone.now(), said={})


def made(first: date | None, last: date | None, priority: str = "PRIMARY") -> Coverage:
    return Coverage(effective_date=first, termination_date=last, priority=priority)


@pytest.mark.parametrize(
    ("rows", "gaps", "overlaps"),
    [
        ([], [], []),
        ([made(None, None)], [], []),
        ([made(date(2026, 1, 1), date(2026, 3, 31)), made(date(2026, 4, 1), None)], [], []),
        (
            [made(date(2026, 1, 1), date(2026, 3, 31)), made(date(2026, 4, 3), None)],
            [(date(2026, 4, 1), date(2026, 4, 2))],
            [],
        ),
        (
            [made(date(2026, 1, 1), date(2026, 3, 31)), made(date(2026, 3, 31), date(2026, 12, 31))],
            [],
            [(date(2026, 3, 31), date(2026, 3, 31))],
        ),
        ([made(date(2026, 1, 1), None), made(date(2026, 2, 1), None, "SECONDARY")], [], []),
    ],
)
def test_gaps_and_overlaps_are_told_to_the_day(rows: list[Coverage], gaps: list[Any], overlaps: list[Any]) -> None:
    line = history.timeline(rows, date(2026, 5, 1))
    assert [(one.first, one.last) for one in line.gaps] == gaps
    assert [(one.first, one.last) for one in line.overlaps] == overlaps


def test_bars_lie_where_their_days_are() -> None:
    line = history.timeline([made(date(2026, 1, 1), date(2026, 12, 31)), made(None, None)], date(2026, 7, 1))
    closed, open_ = line.bars
    assert (open_.left, open_.width, open_.is_open_left, open_.is_open_right) == (0, 1000, True, True)
    assert 0 < closed.left < line.day_at < closed.left + closed.width < 1000


def test_the_page_says_what_held_and_what_did_not(desk: Client, add: Add, cast: Cast, emily: Patient) -> None:
    row = add(effective_date=date(2026, 1, 1), termination_date=date(2026, 3, 31))
    at(timezone.now() - timedelta(days=30), row)
    today = cast.clinic_a.today(timezone.now())
    where = reverse("patient-as-of", args=[emily.code])
    assert "No coverage on" in desk.get(where).content.decode()
    shown = desk.get(where, {"day": "03/31/2026", "believed": f"{today:%m/%d/%Y}"}).content.decode()
    assert "On 31 March 2026" in shown and "UnitedHealthcare" in shown and "128845682" in shown
    before = today - timedelta(days=31)
    unknown = desk.get(where, {"day": "03/31/2026", "believed": f"{before:%m/%d/%Y}"}).content.decode()
    assert "Nothing we knew held on that day" in unknown


@pytest.mark.parametrize("given", [{"day": "13/45/2026", "believed": "1"}, {"day": ""}])
def test_odd_days_are_refused_with_a_sentence(desk: Client, emily: Patient, given: dict[str, str]) -> None:
    response = desk.get(reverse("patient-as-of", args=[emily.code]), given)
    assert response.status_code == 200 and "field__error" in response.content.decode()


@pytest.mark.parametrize(
    ("day", "believed", "sentence"),
    [
        ("03/31/2026", "01/01/2999", "This day has not come yet."),
        ("03/31/2026", "12/31/9999", "This day has not come yet."),
        ("01/01/1880", "03/31/2026", "This day is more than 100 years ago."),
        ("12/31/9999", "03/31/2026", "This day is more than 10 years away."),
    ],
)
def test_days_out_of_reach_are_refused(desk: Client, emily: Patient, day: str, believed: str, sentence: str) -> None:
    response = desk.get(reverse("patient-as-of", args=[emily.code]), {"day": day, "believed": believed})
    assert response.status_code == 200 and sentence in response.content.decode()


def test_dates_at_the_ends_of_the_calendar_are_drawn(desk: Client, add: Add, emily: Patient) -> None:
    add(effective_date=date.min, termination_date=date.max)
    assert "until 31 Dec 9999" in desk.get(reverse("patient-as-of", args=[emily.code])).content.decode()


@pytest.mark.parametrize("asked", [date.min, date(2026, 5, 1), date.max])
def test_far_dates_do_not_widen_the_window(asked: date) -> None:
    rows = [made(date.min, date(1990, 1, 1)), made(date(2026, 1, 1), date.max), made(date.max, None), made(None, None)]
    line = history.timeline(rows, asked)
    assert (line.window.last - line.window.first).days < 2 * (history.TEN_YEARS + history.HALF_A_YEAR)
    assert all(bar.left >= 0 and bar.left + bar.width <= 1000 for bar in line.bars)


def test_neighbouring_stretches_are_one_and_open_ends_are_said(desk: Client, add: Add, emily: Patient) -> None:
    rows = [made(None, None), made(None, date(2026, 3, 31)), made(date(2026, 4, 1), None)]
    line = history.timeline(rows, date(2026, 5, 1))
    assert [(one.first, one.last) for one in line.overlaps] == [(None, None)]
    late = [made(date(2026, 1, 1), None), made(date(2026, 2, 1), None), made(None, date(2026, 1, 31))]
    found = history.timeline(late, date(2026, 5, 1)).overlaps
    assert [(one.first, one.last) for one in found] == [(date(2026, 1, 1), None)]
    first = add(effective_date=date(2026, 1, 1))
    second = add(coverage.Placing("SECONDARY"), member_id="B2")
    for version in (*first.versions.all(), *second.versions.all()):
        version.said |= {"priority": "PRIMARY"}
        version.save()
    page = desk.get(reverse("patient-as-of", args=[emily.code])).content.decode()
    assert "from 1 Jan 2026, no end stated. Say which pays first." in page


def test_first_versions_are_made_in_batches(
    add: Add, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    first = add()
    Coverage.objects.bulk_create(
        [Coverage(patient=first.patient, payer=first.payer, clinic=first.clinic, member_id=f"M{n}") for n in range(6)]
    )
    CoverageVersion.objects.all().delete()
    migration = import_module("intake.migrations.0008_first_versions_of_coverages")
    monkeypatch.setattr(migration, "BATCH", 4)
    with django_assert_max_num_queries(7):  # one to read, three around each of two batches
        migration.keep_first(apps, None)
    assert CoverageVersion.objects.count() == Coverage.objects.count() == 7
    assert {one.since for one in first.versions.all()} == {first.created_at}


def test_the_history_of_a_coverage_without_versions_begins_with_its_next_change(add: Add, cast: Cast) -> None:
    row = add()
    CoverageVersion.objects.all().delete()
    coverage.edit_coverage(row, clinic=cast.clinic_a, by=cast.alice, version=row.version, group_number="7")
    assert [one.until for one in row.versions.all()] == [None]
