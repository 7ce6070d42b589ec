"""Two records of one person made one and taken apart again, to the row."""

import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from core.models import AuditEvent, EditedMeanwhile
from eligibility.models import EligibilityCheck, ManualCapture
from intake.models import Appointment, CardScan, Coverage, CoverageVersion, MergedAway, Patient, PatientMerge, Payer
from intake.patient_record import NAMES
from intake.services import (
    appointments,
    cards,
    coverage,
    history,
    holds,
    keeping,
    late_rows,
    merging,
    patients,
    relations,
)
from tests.conftest import Cast
from tests.eligibility import make
from tests.intake.cards import card_in_review
from tests.intake.writers import between

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=timezone.get_default_timezone())
TODAY = date(2026, 11, 22)
# What a merge may change for good: versions go on, and what happened is not forgotten.
HISTORY = {"core.auditevent", "intake.patientmerge", "intake.coverageversion"}


def register(cast: Cast, first: str = "Emily", last: str = "Dickinson", **values: Any) -> Patient:
    born = values.pop("birth_date", date(1986, 3, 15))
    clinic, by = values.pop("clinic", cast.clinic_a), values.pop("by", cast.alice)
    return patients.register_patient(clinic=clinic, by=by, first_name=first, last_name=last, birth_date=born, **values)


def cover(cast: Cast, patient: Patient, payer: str = "Aetna", **values: Any) -> Coverage:
    found, _ = Payer.objects.get_or_create(name=payer, defaults={"edi_payer_id": payer[:5]})
    values = {"member_id": "W123456", "payer": found, "clinic": cast.clinic_a} | values
    placing = values.pop("placing", coverage.Placing())
    return coverage.add_coverage(patient=patient, by=cast.alice, placing=placing, today=TODAY, **values)


def merge(cast: Cast, survivor: Patient, gone: Patient, *taken: str, **options: Any) -> PatientMerge:
    for record in (survivor, gone):
        record.refresh_from_db()
    options = {"clinic": cast.clinic_a, "by": cast.alice, "versions": (survivor.version, gone.version)} | options
    return merging.merge(survivor, gone, taken=taken, now=NOW, **options)


def undo(cast: Cast, done: PatientMerge) -> merging.Undoing:
    return merging.undo(done, clinic=cast.clinic_a, by=cast.alice, now=NOW)


def dump() -> dict[str, dict[Any, Any]]:
    """Return every row of every table, without the versions and what is history."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label_lower not in HISTORY and model._meta.managed:
            columns = [one.attname for one in model._meta.concrete_fields if one.name != "version"]
            found[model._meta.label_lower] = {row["pk"]: row for row in model._base_manager.values("pk", *columns)}
    # The words that a search goes by are made anew: the same words in rows of their own.
    words = found.pop("intake.patientname").values()
    found["words"] = dict.fromkeys((row["patient_id"], row["clinic_id"], bytes(row["word"])) for row in words)
    return found


@pytest.fixture
def emily(cast: Cast) -> Patient:
    return register(cast, phone="217-555-0100", mrn="A-1")


@pytest.fixture
def em(cast: Cast) -> Patient:
    """Emily once more, under a short name."""
    return register(cast, "Em", "Dickenson", phone="217-555-0199", email="em@leaves.test", mrn="B-2")


@pytest.fixture
def full(cast: Cast, em: Patient) -> dict[str, models.Model]:
    """One of everything of Em's, some of it under way."""
    held = cover(cast, em)
    visit = appointments.add_appointment(clinic=cast.clinic_a, patient=em, by=cast.alice, starts_at=NOW)
    return {
        "coverage": held,
        "appointment": visit,
        "card": card_in_review(em, cast.clinic_a, cast.alice),
        "check": make.asked(cast.clinic_a, held, cast.alice),
        "capture": make.finished(cast.clinic_a, held, cast.alice),
    }


def test_everything_moves_to_the_survivor(cast: Cast, emily: Patient, em: Patient, full: dict[str, Any]) -> None:
    merge(cast, emily, em, "email")
    for name in ("coverage", "appointment", "card"):
        full[name].refresh_from_db()
        assert full[name].patient == emily, name
    assert {check.coverage.patient for check in EligibilityCheck.objects.all()} == {emily}
    assert ManualCapture.objects.get().coverage.patient == emily
    emily.refresh_from_db()
    assert (emily.phone, emily.email, emily.mrn) == ("217-555-0100", "em@leaves.test", "A-1")
    assert list(Patient.objects.all()) == [emily]
    assert Patient.every.get(pk=em.pk).merged_into == emily


def test_no_relation_to_a_patient_is_forgotten() -> None:
    """A new model that names a patient moves by itself, unless it is named as staying, or can have one row only."""
    moving = {one.label for one in relations.relations()}
    assert {"intake.appointment.patient", "intake.cardscan.patient", "intake.coverage.patient"} <= moving
    known = {one.label for one in relations.all_relations()}
    assert known == moving | set(relations.STAYS)
    named = {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model is Patient
    }
    assert named == known


def test_nothing_that_moves_can_collide() -> None:
    """Two records' rows must fit one: no constraint says that a patient has something once."""
    for one in relations.relations():
        for constraint in one.model._meta.constraints:
            assert one.column not in getattr(constraint, "fields", ()), (one.label, constraint.name)
        assert not any(one.column in names for names in one.model._meta.unique_together)


def test_numbers_that_name_a_patient_without_a_relation_do_not_exist() -> None:
    """Commands work for cards, coverages, checks: a command for a patient would be left behind by a merge."""
    from core.handlers import handlers

    assert not [handler.kind for handler in handlers() if ".patient." in handler.kind]


def test_merge_and_undo_leave_every_row_as_it_was(cast: Cast, emily: Patient, em: Patient, full: Any) -> None:
    cover(cast, emily, "Humana", member_id="H1")
    before = dump()
    done = merge(cast, emily, em, "first_name", "last_name", "phone", "email", "mrn")
    assert dump() != before
    told = undo(cast, done)
    assert dump() == before
    assert told.back == ["1 visit", "1 card", "1 coverage"]
    assert (told.stays, told.kept, told.strayed) == ([], [], [])


@pytest.mark.parametrize("seed", range(25))
def test_any_merges_and_their_undoing_leave_every_row_as_it_was(cast: Cast, seed: int) -> None:
    """Records, rows, clinics and choices at random; several merges, taken back newest first."""
    dice = random.Random(seed)
    people = [_anybody(cast, dice) for _ in range(4)]
    dumps, merges = [dump()], []
    for _ in range(3):
        standing = [one for one in Patient.objects.filter(clinics=cast.clinic_a).order_by("pk")]
        survivor, gone = dice.sample(standing, 2)
        taken = dice.sample(NAMES, dice.randrange(len(NAMES)))
        merges.append(merge(cast, survivor, gone, *taken))
        dumps.append(dump())
    assert Patient.objects.count() == len(people) - 3
    while merges:
        dumps.pop()
        undo(cast, merges.pop())
        assert dump() == dumps[-1]


def _anybody(cast: Cast, dice: random.Random) -> Patient:
    """Register somebody with a few rows in one clinic or two."""
    patient = register(
        cast,
        dice.choice(["Emily", "Em", "Emile"]),
        dice.choice(["Dickinson", "Dickenson"]),
        birth_date=date(1986, 3, dice.randrange(1, 28)),
        phone=dice.choice(["", "217-555-0100", "217-555-0199"]),
        mrn=dice.choice(["", "A-1", "B-2"]),
        spry_patient_id=dice.choice([None, 7, 8]),
    )
    if dice.random() < 0.5:
        patient.clinics.add(cast.clinic_b)
        appointments.add_appointment(clinic=cast.clinic_b, patient=patient, by=cast.charlie, starts_at=NOW)
    for number in range(dice.randrange(3)):
        second = coverage.Placing(coverage.OnFile.SECONDARY) if number else coverage.Placing()
        relationship = dice.choice(["SELF", "CHILD"])
        cover(cast, patient, placing=second, member_id=f"W{dice.randrange(9)}", relationship=relationship)
    for _ in range(dice.randrange(3)):
        card_in_review(patient, cast.clinic_a, cast.alice)
    return patient


def test_the_subscriber_follows_and_comes_back(cast: Cast, emily: Patient, em: Patient, full: Any) -> None:
    done = merge(cast, emily, em)
    held = Coverage.objects.get()
    assert held.subscriber_name == "Emily Dickinson"
    undo(cast, done)
    held.refresh_from_db()
    assert held.subscriber_name == "Em Dickenson"
    assert CoverageVersion.objects.filter(coverage=held).count() == 3


def test_what_was_believed_before_is_told_of_the_survivor(cast: Cast, emily: Patient, em: Patient, full: Any) -> None:
    then = timezone.now()
    merge(cast, emily, em)
    assert [(row.payer_name, row.subscriber_name) for row in history.believed(emily, at=then)] == [
        ("Aetna", "Em Dickenson")
    ]


def test_what_changed_since_stays_and_is_told(cast: Cast, emily: Patient, em: Patient, full: Any) -> None:
    done = merge(cast, emily, em, "phone", "email")
    emily.refresh_from_db()
    patients.edit_patient(emily, clinic=cast.clinic_a, by=cast.alice, version=emily.version, phone="1", city="Amherst")
    appointments.add_appointment(clinic=cast.clinic_a, patient=emily, by=cast.alice, starts_at=NOW + timedelta(days=1))
    other = register(cast, "Walt", "Whitman")
    cards.move_to_patient(full["card"], other, by=cast.alice, version=None)
    told = undo(cast, done)
    assert told == merging.Undoing(["1 visit", "1 coverage"], ["1 visit"], ["phone", "city"], ["1 card"])
    emily.refresh_from_db()
    assert (emily.phone, emily.city, emily.email) == ("1", "Amherst", "")
    assert CardScan.objects.get().patient == other
    assert Appointment.objects.filter(patient=emily).count() == Appointment.objects.filter(patient=em).count() == 1


def test_merges_are_undone_newest_first(cast: Cast, emily: Patient, em: Patient) -> None:
    third, fourth = register(cast, "Emilie"), register(cast, "E")
    first = merge(cast, emily, em)
    second = merge(cast, emily, third)
    with pytest.raises(merging.UndoRefused, match="Take the newer merge back first"):
        undo(cast, first)
    above = merge(cast, fourth, emily)
    with pytest.raises(merging.UndoRefused, match="merged into another one since"):
        undo(cast, second)
    for done in (above, second, first):
        undo(cast, done)
    assert Patient.objects.count() == 4
    with pytest.raises(merging.UndoRefused, match="taken back already"):
        undo(cast, first)


def test_a_record_that_changed_or_is_gone_is_not_merged(cast: Cast, emily: Patient, em: Patient) -> None:
    third = register(cast, "Emilie")
    with pytest.raises(EditedMeanwhile):
        merge(cast, emily, em, versions=(emily.version + 1, em.version))
    with pytest.raises(EditedMeanwhile):
        merge(cast, emily, emily)
    merge(cast, emily, em)
    for survivor, gone in ((em, emily), (third, em), (em, third)):
        with pytest.raises(merging.MergedMeanwhile) as refused:
            merging.merge(survivor, gone, clinic=cast.clinic_a, by=cast.alice, versions=(1, 1), taken=(), now=NOW)
        assert refused.value.survivor == emily


def test_nothing_is_added_to_a_record_that_is_gone(cast: Cast, emily: Patient, em: Patient, full: Any) -> None:
    stale = Patient.objects.get(pk=em.pk)
    merge(cast, emily, em)
    clinic, by = cast.clinic_a, cast.alice
    for add in (
        lambda: appointments.add_appointment(clinic=clinic, patient=stale, by=by, starts_at=NOW),
        lambda: cards.new_card(patient=stale, clinic=clinic, by=by),
        lambda: cover(cast, stale, placing=coverage.Placing(coverage.OnFile.SECONDARY)),
        lambda: cards.move_to_patient(full["card"], stale, by=by, version=None),
    ):
        with pytest.raises(MergedAway) as refused:
            add()
        assert refused.value.survivor == emily
    with pytest.raises(EditedMeanwhile):
        patients.edit_patient(stale, clinic=clinic, by=by, version=stale.version, phone="1")


def test_clinics_see_the_survivor_of_what_they_saw(cast: Cast, emily: Patient, em: Patient) -> None:
    em.clinics.add(cast.clinic_b)
    done = merge(cast, emily, em)
    assert set(emily.clinics.all()) == {cast.clinic_a, cast.clinic_b}
    assert merging.merges_of(emily, cast.clinic_a) == [done]
    assert merging.merges_of(emily, cast.clinic_b) == []  # it never saw both records
    undo(cast, done)
    assert set(emily.clinics.all()) == {cast.clinic_a}
    assert set(em.clinics.all()) == {cast.clinic_a, cast.clinic_b}


def test_a_clinic_that_used_the_survivor_keeps_it(cast: Cast, emily: Patient, em: Patient) -> None:
    em.clinics.add(cast.clinic_b)
    done = merge(cast, emily, em)
    appointments.add_appointment(clinic=cast.clinic_b, patient=emily, by=cast.charlie, starts_at=NOW)
    undo(cast, done)
    assert set(emily.clinics.all()) == {cast.clinic_a, cast.clinic_b}


def test_it_is_written_down_without_values(cast: Cast, emily: Patient, em: Patient, full: Any) -> None:
    done = merge(cast, emily, em, "phone")
    undo(cast, done)
    events = list(AuditEvent.objects.filter(action__contains="merged").order_by("pk"))
    assert [event.action.rpartition(".")[2] for event in events] == ["merged", "merged_away", "unmerged"]
    assert events[0].facts["fields"] == ["phone"] and events[0].facts["moved"]["intake.coverage.patient"] == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM intake_patientmerge")
        row = repr(cursor.fetchone())
    for value in ("0100", "0199", "Emily", "Dickenson"):
        assert value not in row and not any(value in str(event.facts) for event in events)


def test_a_row_that_comes_late_is_given_to_the_survivor_at_night(cast: Cast, emily: Patient, em: Patient) -> None:
    """Somebody forgot to hold the record; the night finds the row, and undoing the merge gives it back."""
    done = merge(cast, emily, em)
    late = Appointment.objects.create(clinic=cast.clinic_a, patient=em, starts_at=NOW)
    for _ in range(2):
        late_rows.gather()
    late.refresh_from_db()
    assert late.patient == emily
    done.refresh_from_db()
    undo(cast, done)
    late.refresh_from_db()
    assert late.patient == em
    late_rows.gather()
    assert AuditEvent.objects.filter(action="intake.patient.late_row").count() == 1


def test_a_row_whose_merge_is_taken_back_in_that_moment_came_not_late(cast: Cast, emily: Patient, em: Patient) -> None:
    done = merge(cast, emily, em)
    row = Appointment.objects.create(clinic=cast.clinic_a, patient=em, starts_at=NOW)
    with between("intake_appointment", lambda: undo(cast, done)) as came:
        late_rows.gather()
    row.refresh_from_db()
    assert came and row.patient == em
    assert not AuditEvent.objects.filter(action="intake.patient.late_row").exists()


def test_a_late_row_goes_back_along_every_merge(cast: Cast, emily: Patient, em: Patient) -> None:
    """Em became Emily and Emily became Emmy; a row that came to Em late is Em's again when both are taken back."""
    first = merge(cast, emily, em)
    emmy = register(cast, "Emmy")
    second = merge(cast, emmy, emily)
    late = Appointment.objects.create(clinic=cast.clinic_a, patient=em, starts_at=NOW)
    late_rows.gather()
    owners = []
    for done in (None, second, first):
        if done is not None:
            done.refresh_from_db()
            undo(cast, done)
        late.refresh_from_db()
        owners.append(late.patient)
    assert owners == [emmy, emily, em]


def test_a_legal_hold_of_either_record_holds_both(cast: Cast, emily: Patient, em: Patient) -> None:
    """What was held before goes with its record; what was set since holds all, so nothing may leave it."""
    held = {"clinic": cast.clinic_a, "by": cast.ana, "now": NOW}
    keeping.set_hold(em, "A lawsuit", **held)
    done = merge(cast, emily, em)
    assert holds.hold_of(emily, cast.clinic_a)
    undo(cast, done)
    assert holds.hold_of(em, cast.clinic_a) and not holds.hold_of(emily, cast.clinic_a)
    keeping.lift_holds(em, **held)
    done = merge(cast, emily, em)
    keeping.set_hold(emily, "Another lawsuit", **held)
    with pytest.raises(merging.UndoRefused, match="A legal hold was set since"):
        undo(cast, done)
    with pytest.raises(MergedAway):
        keeping.set_hold(em, "Another lawsuit", **held)
    keeping.lift_holds(emily, **held)
    undo(cast, done)
