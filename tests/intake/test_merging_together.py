"""Several people merge, undo and add at the same moment, with real threads: one wins, nobody's row is lost."""

import threading
from collections.abc import Iterator
from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import EditedMeanwhile
from intake.models import Appointment, CardScan, Coverage, MergedAway, Patient, PatientMerge, Payer
from intake.services import appointments, cards, coverage, merging, patients, relations, review
from intake.views.merging import BUSY
from tests.conftest import Cast, make_cast
from tests.intake.cards import card_in_review
from tests.intake.writers import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres_only,
]
ROUNDS = 3
TODAY = date(2026, 11, 22)


@pytest.fixture
def people() -> Iterator[Cast]:
    """The cast, saved where other connections see it."""
    yield make_cast()


def register(people: Cast, first: str) -> Patient:
    return patients.register_patient(
        clinic=people.clinic_a, by=people.alice, first_name=first, last_name="Dickinson", birth_date=date(1986, 3, 15)
    )


def merge(people: Cast, survivor: Patient, gone: Patient) -> PatientMerge:
    versions = (survivor.version, gone.version)
    return merging.merge(
        survivor, gone, clinic=people.clinic_a, by=people.alice, versions=versions, taken=(), now=timezone.now()
    )


def nothing_is_left_behind() -> None:
    """No row of a relation that moves names a record that was merged away."""
    for one in relations.relations():
        assert not one.model._base_manager.filter(**{f"{one.column}__merged_into__isnull": False}).exists(), one.label


@pytest.mark.parametrize("way", ["the same", "crosswise", "into two", "in a row"])
def test_one_of_two_merges_wins(people: Cast, way: str) -> None:
    for number in range(ROUNDS):
        a, b, c = (register(people, f"{name}{number}") for name in "ABC")
        appointments.add_appointment(clinic=people.clinic_a, patient=b, by=people.alice, starts_at=timezone.now())
        first, second = {
            "the same": ((a, b), (a, b)),
            "crosswise": ((a, b), (b, a)),
            "into two": ((a, b), (c, b)),
            "in a row": ((a, b), (c, a)),
        }[way]
        came = at_once(lambda pair=first: merge(people, *pair), lambda pair=second: merge(people, *pair))
        done = [one for one in came if isinstance(one, PatientMerge)]
        refused = [one for one in came if isinstance(one, merging.MergedMeanwhile | EditedMeanwhile)]
        assert len(done) == len(refused) == 1, came
        nothing_is_left_behind()


def test_two_undo_the_same_merge(people: Cast) -> None:
    def undo(done: PatientMerge) -> merging.Undoing:
        return merging.undo(done, clinic=people.clinic_a, by=people.alice, now=timezone.now())

    for number in range(ROUNDS):
        done = merge(people, register(people, f"A{number}"), register(people, f"B{number}"))
        came = at_once(lambda done=done: undo(done), lambda done=done: undo(done))
        assert sorted(type(one).__name__ for one in came) == ["UndoRefused", "Undoing"], came


def test_what_is_added_meanwhile_is_not_lost(people: Cast) -> None:
    payer = Payer.objects.create(name="Aetna", edi_payer_id="60054")
    own = {"clinic": people.clinic_a, "by": people.alice}
    for number in range(ROUNDS):
        keep, gone = register(people, f"A{number}"), register(people, f"B{number}")
        rows = (Appointment.objects.count(), CardScan.objects.count(), Coverage.objects.count())
        came = at_once(
            lambda keep=keep, gone=gone: merge(people, keep, gone),
            lambda gone=gone: appointments.add_appointment(patient=gone, starts_at=timezone.now(), **own),
            lambda gone=gone: cards.new_card(patient=gone, **own),
            lambda gone=gone: coverage.add_coverage(
                patient=gone, placing=coverage.Placing(), today=TODAY, payer=payer, member_id="W1", **own
            ),
        )
        assert isinstance(came[0], PatientMerge), came
        assert all(isinstance(one, MergedAway) or one.pk for one in came[1:]), came
        added = (Appointment.objects.count(), CardScan.objects.count(), Coverage.objects.count())
        expected = [0 if isinstance(one, MergedAway) else 1 for one in came[1:]]
        assert [now - before for now, before in zip(added, rows, strict=True)] == expected
        nothing_is_left_behind()


def test_a_card_confirmed_meanwhile_becomes_a_coverage_of_whoever_has_it(people: Cast) -> None:
    for number in range(ROUNDS):
        keep, gone = register(people, f"A{number}"), register(people, f"B{number}")
        card = card_in_review(gone, people.clinic_a, people.alice)
        values = {(row.name, row.position): row.value for row in card.fields.all() if row.value}
        review.review_fields(card, values, by=people.alice, version=card.version, now=timezone.now())

        def confirm(card: CardScan = card) -> Coverage | None:
            return review.confirm_card(
                CardScan.objects.get(pk=card.pk),
                by=people.alice,
                version=None,
                subscriber=review.Subscriber("SELF"),
                placing=coverage.Placing(),
                now=timezone.now(),
            )

        came = at_once(lambda keep=keep, gone=gone: merge(people, keep, gone), confirm)
        assert isinstance(came[0], PatientMerge) and isinstance(came[1], Coverage), came
        card.refresh_from_db()
        assert card.patient == Coverage.objects.get(pk=came[1].pk).patient == keep
        nothing_is_left_behind()


def test_a_busy_database_is_a_sentence(people: Cast) -> None:
    """Somebody holds a record longer than the database lets us wait: nothing is done, and the page says so."""
    keep, gone = register(people, "A"), register(people, "B")
    held, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            gone.hold()
            held.set()
            may_go.wait(60)
        connection.close()

    holding = threading.Thread(target=hold)
    holding.start()
    assert held.wait(20)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        desk = Client()
        desk.force_login(people.alice)
        typed = {"version-keep": keep.version, "version-gone": gone.version, "take-first_name": "keep"}
        page = desk.post(reverse("patient-merge", args=[keep.code, gone.code]), typed)
    finally:
        may_go.set()
        holding.join(60)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 0")
    assert [str(message) for message in get_messages(page.wsgi_request)] == [BUSY]
    assert page.url == reverse("patient-merge", args=[keep.code, gone.code])
    assert not PatientMerge.objects.exists()
