"""Two records of one person: made one, and taken apart again. What is moved is kept to the row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction

from clinic.models import Clinic, User
from core import audit
from core.models import EditedMeanwhile

from ..models import CardScan, Coverage, LegalHold, Patient, PatientMerge, PatientName
from ..models.people import write_names
from ..patient_record import NAMES
from .coverage import follow_patient
from .relations import Relation, counted, relation, relations


class MergedMeanwhile(Exception):
    """Somebody merged one of the two records before; `survivor` is the one to look at."""

    def __init__(self, survivor: Patient) -> None:
        """Say where it went."""
        super().__init__()
        self.survivor = survivor


class UndoRefused(Exception):
    """A merge cannot be taken back now; the message is a sentence that says why and what to do."""


@transaction.atomic
def merge(
    survivor: Patient,
    gone: Patient,
    *,
    clinic: Clinic,
    by: User,
    versions: tuple[int, int],
    taken: Iterable[str],
    now: datetime,
) -> PatientMerge:
    """Make two records of this clinic one: `survivor` stays, with the `taken` columns of `gone`, and gets its rows.

    Args:
        versions: those the two records had when the person chose.

    Raises MergedMeanwhile, core.models.EditedMeanwhile.
    """
    survivor, gone = hold_records(survivor, gone)
    for record in (survivor, gone):
        if record.merged_into_id is not None:
            raise MergedMeanwhile(record.standing())
    if (survivor.version, gone.version) != versions or survivor == gone:
        raise EditedMeanwhile
    done = PatientMerge(survivor=survivor, gone=gone, clinic=clinic, merged_by=by, merged_at=now)
    taken = [name for name in NAMES if name in set(taken)]
    before = _record(survivor)
    survivor.change(None, **{name: getattr(gone, name) for name in taken})
    gone.change(None, merged_into=survivor)
    PatientName.objects.filter(patient=gone).delete()  # found nowhere
    after = _record(survivor)
    done.fields = {name: [before[name], after[name]] for name in before}
    _add_clinics(done)
    _move_rows(done)
    done.followed = {str(pk): _texts(Coverage, said) for pk, said in follow_patient(survivor).items()}
    done.save()
    facts = {"merge": done.pk, "fields": taken, "moved": {label: len(pks) for label, pks in done.moved.items()}}
    audit.record(by, "intake.patient.merged", survivor, clinic=clinic, gone=gone.pk, **facts)
    audit.record(by, "intake.patient.merged_away", gone, clinic=clinic, survivor=survivor.pk, merge=done.pk)
    return done


def hold_records(*records: Patient) -> list[Patient]:
    """Lock records and their cards until the transaction ends, in the order everybody locks in; read them anew."""
    pks = [record.pk for record in records]
    list(CardScan.objects.select_for_update().filter(patient__in=pks).order_by("pk").values_list("pk"))
    held = {record.pk: record for record in Patient.every.select_for_update().filter(pk__in=pks).order_by("pk")}
    return [held[pk] for pk in pks]


def _record(patient: Patient) -> dict[str, Any]:
    """Return what a record says, as JSON can keep it."""
    return _texts(Patient, {name: getattr(patient, name) for name in NAMES})


def _texts(model: type[models.Model], values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}


def _value(model: type[models.Model], name: str, text: Any) -> Any:
    """Return a kept value as the column holds it."""
    column = model._meta.get_field(name)
    assert isinstance(column, models.Field)  # noqa: S101 (for the types; kept names are columns)
    return column.to_python(text)


def _add_clinics(done: PatientMerge) -> None:
    """Let every clinic that knows either record see the survivor; see docs/decisions."""
    known = set(done.survivor.clinics.values_list("pk", flat=True))
    done.clinics_added = sorted(set(done.gone.clinics.values_list("pk", flat=True)) - known)
    done.survivor.clinics.add(*done.clinics_added)


def _move_rows(done: PatientMerge) -> None:
    for one in relations():
        done.newest[one.label] = one.model._base_manager.aggregate(newest=models.Max("pk"))["newest"] or 0
        if one.is_single and one.rows(done.survivor).exists():
            continue  # there is place for one: the other stays with its record
        if pks := list(one.rows(done.gone).order_by("pk").values_list("pk", flat=True)):
            done.moved[one.label] = pks
            one.rows(done.gone).filter(pk__in=pks).update(**{one.column: done.survivor})


# ---- back -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Undoing:
    """What taking a merge back does: `back` goes to the other record, `stays` was added since, `kept` was edited since.

    `strayed` were moved by the merge and given to somebody else, or deleted, since.
    """

    back: list[str]
    stays: list[str]
    kept: list[str]
    strayed: list[str]


def merges_of(patient: Patient, clinic: Clinic) -> list[PatientMerge]:
    """Return the merges into a record that stand and that this clinic may take back, the newest first."""
    standing = patient.merges.filter(undone_at=None).select_related("gone", "survivor", "merged_by", "clinic")
    return [done for done in standing.filter(gone__clinics=clinic) if clinic.pk not in done.clinics_added]


def preview(done: PatientMerge, clinic: Clinic) -> Undoing:
    """Return what taking it back does, as far as this clinic may know."""
    told = Undoing([], [], [name for name, since in _edited_since(done).items() if since], [])
    for one in relations():
        moved = done.moved.get(one.label, [])
        seen = one.seen(done.survivor, clinic)
        returning = seen.filter(pk__in=moved).count()
        added = seen.filter(pk__gt=done.newest.get(one.label, 0)).exclude(pk__in=moved).count()
        elsewhere = len(moved) - one.rows(done.survivor).filter(pk__in=moved).count()
        for number, words in ((returning, told.back), (added, told.stays), (elsewhere, told.strayed)):
            if number:
                words.append(counted(one.model, number))
    return told


def _edited_since(done: PatientMerge) -> dict[str, bool]:
    """Return for each column of the record whether a person changed it since the merge."""
    now = _record(done.survivor)
    return {name: now[name] != done.fields[name][1] for name in NAMES if name in done.fields}


@transaction.atomic
def undo(done: PatientMerge, *, clinic: Clinic, by: User, now: datetime) -> Undoing:
    """Take a merge back: its rows go to the record they came from, and the fields are as they were.

    What a person changed or added since stays with the survivor, and is told. Raises UndoRefused.
    """
    survivor, gone = hold_records(done.survivor, done.gone)
    done = PatientMerge.objects.select_for_update(of=("self",)).get(pk=done.pk)
    done.survivor, done.gone = survivor, gone
    _refuse_undo(done)
    told = preview(done, clinic)
    since = _edited_since(done)
    restored = {
        name: _value(Patient, name, before)
        for name, (before, after) in done.fields.items()
        if name in since and not since[name] and before != after
    }
    survivor.change(None, **restored)
    Patient.every.filter(pk=gone.pk).update(merged_into=None, version=models.F("version") + 1)
    write_names(gone)
    for label, pks in done.moved.items():
        _give_back(relation(label), pks, done)
    _unfollow(done)
    _remove_clinics(done)
    done.undone_by, done.undone_at = by, now
    done.save(update_fields=["undone_by", "undone_at"])
    facts = {"merge": done.pk, "restored": sorted(restored), "kept": sorted(told.kept)}
    audit.record(by, "intake.patient.unmerged", survivor, clinic=clinic, gone=gone.pk, **facts)
    audit.record(by, "intake.patient.stands_again", gone, clinic=clinic, survivor=survivor.pk, merge=done.pk)
    return told


def _refuse_undo(done: PatientMerge) -> None:
    if done.undone_at is not None:
        raise UndoRefused("This merge was taken back already.")
    if done.survivor.merged_into_id is not None:
        raise UndoRefused("The record was merged into another one since. Take that merge back first.")
    if done.survivor.merges.filter(undone_at=None, pk__gt=done.pk).exists():
        raise UndoRefused("Another record was merged into this one since. Take the newer merge back first.")
    newest = done.newest.get("intake.legalhold.patient", 0)
    if LegalHold.objects.filter(patient=done.survivor, lifted_at=None, pk__gt=newest).exists():
        raise UndoRefused("A legal hold was set since, and holds the whole record. It has to be lifted first.")


def _give_back(one: Relation | None, pks: list[int], done: PatientMerge) -> None:
    if one is not None:
        one.rows(done.survivor).filter(pk__in=pks).update(**{one.column: done.gone})


def _unfollow(done: PatientMerge) -> None:
    """Let coverages name the subscriber they named before, unless a person changed that since."""
    wrote = {f"subscriber_{name}": done.fields[name][1] for name in ("first_name", "last_name", "birth_date")}
    for pk, said in done.followed.items():
        row = Coverage.objects.filter(pk=int(pk)).first()
        if row is not None and _texts(Coverage, {name: getattr(row, name) for name in wrote}) == wrote:
            row.change(None, **{name: _value(Coverage, name, text) for name, text in said.items()})
    label = "intake.coverage.patient"
    follow_patient(done.survivor, newer_than=done.newest[label])


def _remove_clinics(done: PatientMerge) -> None:
    """Take the survivor from the clinics that see it because of the merge, unless they have given it rows since."""
    for pk in done.clinics_added:
        uses = (one.rows(done.survivor).filter(clinic=pk).exists() for one in relations() if one.has_clinic)
        if not any(uses):
            done.survivor.clinics.remove(pk)
