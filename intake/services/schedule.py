"""Importing the schedule of one or more days: whom each row means, what is new, what moved, what is here already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from clinic.access import providers_for
from clinic.imports import Importer, Outcome, Planned, refused
from clinic.models import Clinic, Provider, User
from core import audit
from core.tables import Row, Table, TableRefused, values_of

from ..access import appointments_for, patients_for
from ..models import Appointment, Patient, folded_name, mrn_key
from ..models.people import add_patients
from ..schedule_rows import COLUMNS, CellRefused, Slotted, Visitor, provider_keys, slot_of, visitor_of
from .appointments import Slot, reschedule

ADD, REGISTER, MOVE, SAME = "add", "register", "move", "same"
OUTCOMES = {
    ADD: Outcome("done", "Visit added"),
    REGISTER: Outcome("done", "Patient registered and visit added"),
    MOVE: Outcome("done", "Visit moved, or given another provider"),
    SAME: Outcome("none", "Here already"),
}
_CHUNK = 400
_Person = tuple[str, date]


@dataclass(frozen=True)
class Entry:
    """What a row asks for: whose visit, when, and the visit it is already."""

    visitor: Visitor
    slot: Slotted
    patient: Patient | None
    visit: Appointment | None = None

    @property
    def person(self) -> _Person:
        """Return what two rows of one new patient share."""
        return folded_name(self.visitor.first_name, self.visitor.last_name), self.visitor.birth_date


@dataclass
class Known:
    """What the clinic has of the people and visits of a file; loaded once for all rows."""

    by_person: dict[_Person, list[Patient]] = field(default_factory=lambda: defaultdict(list))
    by_mrn: dict[str, list[Patient]] = field(default_factory=lambda: defaultdict(list))
    elsewhere: set[_Person] = field(default_factory=set)
    by_external_id: dict[str, Appointment] = field(default_factory=dict)
    by_time: dict[tuple[int, datetime], Appointment] = field(default_factory=dict)


def plan_schedule(clinic: Clinic, table: Table, found: dict[str, int]) -> list[Planned]:
    """Return what happens to each row. Raises TableRefused when the file names no patients, days or times."""
    _require_columns(found)
    providers, today = provider_keys(providers_for(clinic)), clinic.today(timezone.now())
    read = [_read(row, values_of(row, found), clinic, providers, today) for row in table.rows]
    asked = [(visitor, slot) for _, visitor, slot, _ in read if visitor and slot]
    known = _known(clinic, asked)
    plan, seen = [], _Seen()
    for row, visitor, slot, problems in read:
        if visitor is None or slot is None or row.problems:
            plan.append(refused(row, *problems))
        else:
            plan.append(seen.checked(_planned(row, visitor, slot, known)))
    return plan


def _require_columns(found: dict[str, int]) -> None:
    if "name" not in found and not {"first_name", "last_name"} <= set(found):
        raise TableRefused("No column names the patient. Its header is “Patient”, or “First name” and “Last name”.")
    if "birth_date" not in found:
        raise TableRefused("No column has the birth date. Its header is “Birth date” or “DOB”.")
    if "starts_at" not in found and not {"day", "time"} <= set(found):
        raise TableRefused("No column says when. The headers are “Date” and “Time”, or “Date and time”.")


_Read = tuple[Row, Visitor | None, Slotted | None, list[str]]


def _read(
    row: Row, values: dict[str, str], clinic: Clinic, providers: dict[str, Provider | None], today: date
) -> _Read:
    """Return a row's values, or every sentence about them."""
    visitor, slot, problems = None, None, []
    try:
        visitor = visitor_of(values, today)
    except CellRefused as cell:
        problems.append(str(cell))
    try:
        slot = slot_of(values, clinic.zone, providers)
    except CellRefused as cell:
        problems.append(str(cell))
    return row, visitor, slot, problems


# ---- what is known --------------------------------------------------------------------------------------------------


def _chunks(items: Iterable[Any]) -> Iterable[list[Any]]:
    every = sorted(set(items))
    return (every[start : start + _CHUNK] for start in range(0, len(every), _CHUNK))


def _known(clinic: Clinic, asked: list[tuple[Visitor, Slotted]]) -> Known:
    known = Known()
    columns = ("pk", "code", "first_name", "last_name", "folded_name", "birth_date", "mrn", "mrn_key")
    for days in _chunks(visitor.birth_date for visitor, _ in asked):
        for patient in patients_for(clinic).filter(birth_date__in=days).only(*columns):
            known.by_person[patient.folded_name, patient.birth_date].append(patient)
        others = Patient.objects.filter(organization=clinic.organization, birth_date__in=days).exclude(clinics=clinic)
        known.elsewhere.update(others.values_list("folded_name", "birth_date"))
    for numbers in _chunks(mrn_key(visitor.mrn) for visitor, _ in asked if visitor.mrn):
        for patient in patients_for(clinic).filter(mrn_key__in=numbers).only(*columns):
            known.by_mrn[patient.mrn_key].append(patient)
    _know_visits(clinic, asked, known)
    return known


def _know_visits(clinic: Clinic, asked: list[tuple[Visitor, Slotted]], known: Known) -> None:
    rows = appointments_for(clinic).select_related(None).select_related("provider")
    for numbers in _chunks(slot.external_id for _, slot in asked if slot.external_id):
        known.by_external_id.update({row.external_id: row for row in rows.filter(external_id__in=numbers)})
    moments = [slot.starts_at for _, slot in asked]
    if moments:
        for row in rows.filter(starts_at__gte=min(moments), starts_at__lte=max(moments)):
            known.by_time.setdefault((row.patient_id, row.starts_at), row)


# ---- what happens ---------------------------------------------------------------------------------------------------


def _planned(row: Row, visitor: Visitor, slot: Slotted, known: Known) -> Planned:
    """Return what happens to a row that can be read."""
    try:
        patient = _patient(visitor, known)
    except CellRefused as cell:
        return refused(row, str(cell))
    numbered = known.by_external_id.get(slot.external_id) if slot.external_id else None
    if numbered and (patient is None or numbered.patient_id != patient.pk):
        return refused(row, str(CellRefused("external_id", "This number is another patient's visit here.")))
    visit = numbered or (known.by_time.get((patient.pk, slot.starts_at)) if patient else None)
    entry = Entry(visitor, slot, patient, visit)
    return Planned(row, _outcome(entry), _words(entry), entry)


def _outcome(entry: Entry) -> str:
    if entry.visit is None:
        return ADD if entry.patient else REGISTER
    slot, visit = entry.slot, entry.visit
    is_other = visit.starts_at != slot.starts_at or slot.provider not in (None, visit.provider)
    is_moved = slot.external_id and slot.external_id == visit.external_id and is_other
    return MOVE if is_moved and visit.status == Appointment.Status.SCHEDULED else SAME


def _patient(visitor: Visitor, known: Known) -> Patient | None:
    """Return whom a row means, None for somebody new. Raises CellRefused where that is not certain."""
    person = (folded_name(visitor.first_name, visitor.last_name), visitor.birth_date)
    named = known.by_person.get(person, [])
    numbered = known.by_mrn.get(mrn_key(visitor.mrn), []) if visitor.mrn else []
    if numbered:
        both = [patient for patient in numbered if patient in named]
        if len(both) != 1:
            raise CellRefused("mrn", "This number belongs to somebody of another name or birth date here.")
        return both[0]
    if len(named) > 1:
        raise CellRefused("mrn", "Two people here have this name and birth date. Write the record number of one.")
    if named and visitor.mrn and named[0].mrn:
        raise CellRefused("mrn", "The patient of this name and birth date has another record number here.")
    if not named and person in known.elsewhere:
        raise CellRefused("name", "Another clinic knows this name and birth date. Register them by hand, and say so.")
    return named[0] if named else None


class _Seen:
    """What the rows before said, so that one visit stands once in a file, and one number means one visit or person."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.owners: dict[str, tuple[_Person, int]] = {}
        self.mrns: dict[_Person, tuple[str, int]] = {}
        self.times: dict[tuple[_Person, datetime], int] = {}
        self.registered: set[_Person] = set()

    def checked(self, item: Planned) -> Planned:
        """Return what happens to a row, knowing the rows before it."""
        if item.is_refused:
            return item
        entry: Entry = item.what
        number, at = entry.slot.external_id, (entry.person, entry.slot.starts_at)
        if number in self.numbers:
            sentence = f"Row {self.numbers[number]} has this number too."
            return refused(item.row, str(CellRefused("external_id", sentence)))
        if at in self.times:
            return refused(item.row, f"Row {self.times[at]} is the same patient at the same time.")
        try:
            self._know(entry, item.row.number)
        except CellRefused as cell:
            return refused(item.row, str(cell))
        if number:
            self.numbers[number] = item.row.number
        self.times[at] = item.row.number
        if item.outcome == REGISTER and entry.person in self.registered:
            return replace(item, outcome=ADD)
        if item.outcome == REGISTER:
            self.registered.add(entry.person)
        return item

    def _know(self, entry: Entry, row: int) -> None:
        """Keep whose record number it is. Raises CellRefused: namesakes of one file must not become one patient."""
        mrn = mrn_key(entry.visitor.mrn)
        if not mrn:
            return
        owner, first = self.owners.setdefault(mrn, (entry.person, row))
        if owner != entry.person:
            raise CellRefused("mrn", f"Row {first} has it for another name or birth date.")
        known, first = self.mrns.setdefault(entry.person, (mrn, row))
        if known != mrn:
            raise CellRefused("mrn", f"Row {first} has another one for this name and birth date.")


def _words(entry: Entry) -> str:
    """Return what a row is about: who, when, to whom, for what."""
    starts, visitor = entry.slot.starts_at, entry.visitor
    what = Appointment.VisitType(entry.slot.visit_type).label
    to = f", {entry.slot.provider.name}" if entry.slot.provider else ""
    who = f"{visitor.first_name} {visitor.last_name}, {visitor.birth_date:%m/%d/%Y}"
    return f"{who}: {starts:%m/%d/%Y %H:%M}, {what}{to}"


def run_schedule(clinic: Clinic, plan: list[Planned], by: User, now: datetime) -> None:
    """Do what was planned, with a few statements for all rows; call it in a transaction."""
    entries = [(item.outcome, item.what) for item in plan]
    new = {entry.person: _new_patient(clinic, entry) for outcome, entry in entries if outcome == REGISTER}
    for _, entry in entries:
        if entry.patient is None:  # whichever of a person's rows has the record number
            new[entry.person].mrn = new[entry.person].mrn or entry.visitor.mrn
    add_patients(list(new.values()), clinic.pk)
    audit.record_many(by, "intake.patient.registered", new.values(), clinic=clinic, imported=True)
    visits = [
        Appointment(clinic=clinic, patient=entry.patient or new[entry.person], **vars(entry.slot))
        for outcome, entry in entries
        if outcome in (ADD, REGISTER)
    ]
    Appointment.objects.bulk_create(visits, batch_size=500)
    audit.record_many(by, "intake.appointment.added", visits, clinic=clinic, imported=True)
    for outcome, entry in entries:
        if outcome == MOVE:
            _move(clinic, entry, by, now)
    _number(clinic, [entry for outcome, entry in entries if outcome == SAME], by)


def _new_patient(clinic: Clinic, entry: Entry) -> Patient:
    return Patient(organization=clinic.organization, **vars(entry.visitor))


def _number(clinic: Clinic, entries: list[Entry], by: User) -> None:
    """Give visits that were found by their time the number of the file, so that they are found when they move."""
    numbered = [(entry.visit, entry.slot.external_id) for entry in entries if entry.visit and entry.slot.external_id]
    fresh = [(visit, number) for visit, number in numbered if not visit.external_id]
    for visit, number in fresh:
        visit.change(None, external_id=number)
    audit.record_many(by, "intake.appointment.numbered", [visit for visit, _ in fresh], clinic=clinic)


def _move(clinic: Clinic, entry: Entry, by: User, now: datetime) -> None:
    visit = entry.visit
    assert visit is not None  # noqa: S101 (a visit that is not here is added, not moved)
    visit.clinic = clinic
    slot = Slot(entry.slot.starts_at, entry.slot.provider or visit.provider, entry.slot.visit_type)
    reschedule(visit, slot, by=by, now=now, version=visit.version)


SCHEDULE = Importer(
    purpose="intake.schedule",
    columns=COLUMNS,
    plan=plan_schedule,
    run=run_schedule,
    outcomes=OUTCOMES,
    title="Import a schedule",
    about="The visits of one or more days from another program, as a CSV file. The same file twice adds nothing twice.",
    urls=("schedule-import", "schedule-preview", "schedule-refused", "today"),
)
