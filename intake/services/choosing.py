"""Two records side by side: what differs, which of the two is likely right, and what a merge would move."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models

from clinic.models import Clinic
from core.models import AuditEvent

from ..fields import fold
from ..models import Coverage, Patient, phone_fingerprint
from ..nicknames import may_be_one
from ..patient_record import BY_NAME, PATIENT_RECORD, Group, Guarantor, Item, Kind
from .relations import counted, relations

KEEP, GONE = "keep", "gone"
# An address of two halves is nobody's: these are chosen as a whole.
_WHOLE = (Group.ADDRESS, Group.RESPONSIBLE, Group.EMERGENCY, Group.EMPLOYER)
_RESPONSIBLE = Group.RESPONSIBLE.name
# Numbers that other programs know the person by: nobody guesses which of two is the right one.
_ASKED = ("mrn", "spry_patient_id")
_WRITES = ("intake.patient.registered", "intake.patient.edited", "intake.patient.merged")


@dataclass(frozen=True)
class Parcel:
    """Columns of a record that are chosen together."""

    name: str
    label: str
    items: tuple[Item, ...]

    def words(self, patient: Patient) -> list[str]:
        """Return what a record says here, a line per column; a column that stands alone needs no label."""
        said = [(item, item.shown(patient)) for item in self.items if item.applies(patient)]
        if len(self.items) == 1 or self.name == Group.ADDRESS.name:
            return [words for _, words in said if words]
        return [
            item.label if item.kind == Kind.FLAG else f"{item.label}: {words}" for item, words in said if words
        ]  # fmt: skip

    def is_empty(self, patient: Patient) -> bool:
        """Return whether a record says nothing here; "the patient" is what a record says when nobody was asked."""
        return not self.words(patient) or (self.name == _RESPONSIBLE and patient.guarantor == Guarantor.PATIENT)


def _parcels() -> tuple[Parcel, ...]:
    """Return the record in parcels, each column in one of them."""
    found: dict[str, Parcel] = {}
    excuses = {item.excuse: item.name for item in PATIENT_RECORD if item.excuse}
    for item in PATIENT_RECORD:
        whole = item.group in _WHOLE
        name = item.group.name if whole else excuses.get(item.name, item.name)
        label = item.group.value if whole else BY_NAME[name].label
        before = found[name].items if name in found else ()
        found[name] = Parcel(name, label, (*before, item))
    return tuple(found.values())


PARCELS = _parcels()


@dataclass(frozen=True, repr=False)
class Choice:
    """A parcel in which two records differ, what each says, and which is chosen: KEEP, GONE, or "" for nobody knows."""

    parcel: Parcel
    keep: list[str]
    gone: list[str]
    chosen: str

    @property
    def sides(self) -> list[tuple[str, list[str], bool]]:
        """Return both sides for the page: the value, the words, whether it is chosen."""
        return [(side, words, self.chosen == side) for side, words in ((KEEP, self.keep), (GONE, self.gone))]


def choices(keep: Patient, gone: Patient) -> list[Choice]:
    """Return where two records differ, with the likelier side chosen: what is filled, then what was written later.

    Of a first name and what it is shortened to, the whole one is chosen; of two medical record or SPRY numbers, none.
    """
    written = _written(keep, gone)
    found = []
    for parcel in PARCELS:
        if not all(_is_same(item, keep, gone) for item in parcel.items):
            chosen = _likelier(parcel, keep, gone, written)
            found.append(Choice(parcel, parcel.words(keep), parcel.words(gone), chosen))
    return [choice for choice in found if choice.keep or choice.gone]


def columns_of(names: Iterable[str]) -> list[str]:
    """Return the columns of some parcels, by the parcels' names."""
    wanted = set(names)
    return [item.name for parcel in PARCELS if parcel.name in wanted for item in parcel.items]


def _is_same(item: Item, one: Patient, other: Patient) -> bool:
    """Return whether two records say the same; how a phone is written says nothing, nor do case and spaces."""
    value, value2 = getattr(one, item.name), getattr(other, item.name)
    if value == value2 or (item.is_empty(one) and item.is_empty(other)):
        return True
    if item.kind == Kind.PHONE:
        mark = phone_fingerprint(value)
        return bool(mark) and mark == phone_fingerprint(value2)
    if not item.is_sealed or not isinstance(value, str):
        return False
    return " ".join(value.casefold().split()) == " ".join(str(value2).casefold().split())


def _likelier(parcel: Parcel, keep: Patient, gone: Patient, written: dict[tuple[int, str], datetime]) -> str:
    if parcel.is_empty(keep) or parcel.is_empty(gone):
        return GONE if parcel.is_empty(keep) else KEEP
    if parcel.name in _ASKED:
        return ""
    if parcel.name == "first_name" and may_be_one(fold(keep.first_name), fold(gone.first_name)):
        return KEEP if len(keep.first_name) >= len(gone.first_name) else GONE
    newest = {
        record.pk: max(written.get((record.pk, item.name), record.created_at) for item in parcel.items)
        for record in (keep, gone)
    }
    return GONE if newest[gone.pk] > newest[keep.pk] else KEEP


def _written(*records: Patient) -> dict[tuple[int, str], datetime]:
    """Return when each column of each record was last changed by a person; what never was is not in it."""
    events = AuditEvent.objects.filter(
        target_type=Patient._meta.label_lower, target_pk__in=[record.pk for record in records], action__in=_WRITES
    )
    found: dict[tuple[int, str], datetime] = {}
    for event in events.order_by("at", "pk"):
        for name in event.facts.get("fields", ()):
            found[event.target_pk or 0, name] = event.at
    return found


# ---- what comes along -----------------------------------------------------------------------------------------------


def moving(gone: Patient, clinic: Clinic) -> list[str]:
    """Return what a merge moves, counted in the desk's words, as far as this clinic may know."""
    found = [(one.model, one.seen(gone, clinic).count()) for one in relations()]
    found += [
        (model, model._base_manager.filter(coverage__patient=gone, clinic=clinic).count()) for model in _followers()
    ]
    return [counted(model, number) for model, number in found if number]


def _followers() -> list[type[models.Model]]:
    """Return the models above intake whose rows come along with a coverage."""
    related = (one.related_model for one in Coverage._meta.related_objects)
    return [model for model in related if model._meta.app_label != "intake"]


def clashes(keep: Patient, gone: Patient, today: date) -> list[str]:
    """Return, in sentences, what a person has to decide about the coverages once the records are one."""
    sets = [
        [row for row in Coverage.objects.on_file().filter(patient=one).select_related("payer") if _lasts(row, today)]
        for one in (keep, gone)
    ]
    found, twice = [], set[Any]()
    for row in sets[1]:
        same = [one for one in sets[0] if one.member_id_fingerprint and _key(one) == _key(row)]
        if same:
            twice |= {same[0].pk, row.pk}
            found.append(f"{row.payer_name} is on both records with the same member ID. Take one of the two out then.")
    first = [
        [row.payer_name for row in rows if row.priority == Coverage.Priority.PRIMARY and row.pk not in twice]
        for rows in sets
    ]
    if all(first):
        found.append(f"{first[0][0]} and {first[1][0]} are both primary. Say then which of them pays first.")
    return found


def _lasts(row: Coverage, today: date) -> bool:
    return not row.has_ended_before(today)


def _key(row: Coverage) -> tuple[int | None, str]:
    return row.payer_id, row.member_id_fingerprint
