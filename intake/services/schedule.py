"""Importing the schedule of one or more days: whom each row means, what is new, what moved, what is here already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db import IntegrityError
from django.utils import timezone

from clinic.access import providers_for
from clinic.imports import ASKED, Importer, Outcome, Planned, PlanOutdated, refused
from clinic.models import Clinic, Provider, User
from core import audit
from core.chunks import chunks
from core.models import EditedMeanwhile
from core.tables import Row, Table, TableRefused, values_of

from ..access import appointments_for
from ..models import Appointment, MergedAway, Patient, mrn_key
from ..models.people import add_patients, hold_all
from ..schedule_rows import COLUMNS, CellRefused, Slotted, Visitor, provider_keys, slot_of, visitor_of
from .appointments import Slot, reschedule
from .schedule_people import NotSure, People, people_of

ADD, REGISTER, MOVE, NUMBER, SAME = "add", "register", "move", "number", "same"
OUTCOMES = {
    ADD: Outcome("done", "Visit added"),
    REGISTER: Outcome("done", "Patient registered and visit added"),
    MOVE: Outcome("done", "Visit moved, or given another provider"),
    NUMBER: Outcome("done", "Here already; its number is new"),
    SAME: Outcome("none", "Here already", changes=False),
}
_CANCELLED = Appointment.Status.CANCELLED


@dataclass(frozen=True)
class Entry:
    """What a row asks for: whose visit, when, and the visit it is already."""

    visitor: Visitor
    slot: Slotted
    patient: Patient | None
    visit: Appointment | None = None

    @property
    def person(self) -> tuple[str, date]:
        """Return what two rows of one new patient share."""
        return self.visitor.person

    @property
    def owner(self) -> int | tuple[str, date]:
        """Return whose visit it is: a patient's number, or what the rows of a new one share."""
        return self.patient.pk if self.patient else self.person


@dataclass
class Known:
    """What the clinic has of the people and visits of a file; loaded once for all rows."""

    people: People
    by_external_id: dict[str, Appointment] = field(default_factory=dict)
    by_time: dict[tuple[int, datetime], list[Appointment]] = field(default_factory=lambda: defaultdict(list))

    def numbered(self, slot: Slotted) -> Appointment | None:
        """Return the visit that has the row's number here."""
        return self.by_external_id.get(slot.external_id) if slot.external_id else None

    def is_anothers(self, visitor: Visitor, slot: Slotted) -> bool:
        """Whether the row's number is another patient's visit here; False while nobody knows who is meant."""
        visit = self.numbered(slot)
        try:
            return visit is not None and not _is_theirs(visit, self.people.whom(visitor))
        except (CellRefused, NotSure):
            return False

    def visit_of(self, patient: Patient, slot: Slotted) -> Appointment | None:
        """Return the patient's visit that a row without a known number is already, by its time; None for a new one.

        A visit that was called off under a number of its own is not the one that a row of another number brings.
        """
        found = [
            visit
            for visit in self.by_time.get((patient.pk, slot.starts_at), ())
            if not (slot.external_id and visit.external_id and visit.status == _CANCELLED)
        ]
        # Of several, the one that stands, and that no number binds to a row of another file.
        return min(found, key=lambda visit: (visit.status == _CANCELLED, bool(visit.external_id)), default=None)


def plan_schedule(clinic: Clinic, table: Table, found: dict[str, int], answers: Mapping[str, str]) -> list[Planned]:
    """Return what happens to each row. Raises TableRefused when the file names no patients, days or times."""
    _require_columns(found)
    providers, today = provider_keys(providers_for(clinic)), clinic.today(timezone.now())
    values = [values_of(row, found) for row in table.rows]
    numbers = {number for cells in values if (number := cells.get("external_id"))}
    read = [_read(row, cells, clinic, providers, today) for row, cells in zip(table.rows, values, strict=True)]
    asked = {row.number: (visitor, slot) for row, visitor, slot, _ in read if visitor and slot and not row.problems}
    known = _known(clinic, asked, numbers, answers)
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


def _known(
    clinic: Clinic, asked: dict[int, tuple[Visitor, Slotted]], numbers: set[str], answers: Mapping[str, str]
) -> Known:
    """Load what the rows need. `numbers` are those of all rows, also of those that cannot be read.

    A visit that a row of its number moves away, or would, is no other row's visit by its time.
    """
    known = Known(people_of(clinic, {row: visitor for row, (visitor, _) in asked.items()}, answers))
    rows = appointments_for(clinic).select_related(None).select_related("provider")
    for some in chunks(slot.external_id for _, slot in asked.values() if slot.external_id):
        known.by_external_id.update({row.external_id: row for row in rows.filter(external_id__in=some)})
    for visitor, slot in asked.values():
        _settle(visitor, slot, known)
    moments = [slot.starts_at for _, slot in asked.values()]
    leaving = numbers - {slot.external_id for visitor, slot in asked.values() if _stays(visitor, slot, known)}
    if moments:
        for row in rows.filter(starts_at__gte=min(moments), starts_at__lte=max(moments)):
            if row.external_id not in leaving:
                known.by_time[row.patient_id, row.starts_at].append(row)
    return known


def _stays(visitor: Visitor, slot: Slotted, known: Known) -> bool:
    """Whether the visit with the row's number stays at its hour: the row says so, or may not move it."""
    visit = known.numbered(slot)
    return visit is not None and (visit.starts_at == slot.starts_at or known.is_anothers(visitor, slot))


def _settle(visitor: Visitor, slot: Slotted, known: Known) -> None:
    """Ask no second time about a person whose visit has its number here with somebody who may be meant.

    The number alone tells: twins come together, so that a visit at the same time does not say who is meant.
    """
    doubt = known.people.doubts.get(visitor.person)
    numbered = known.numbered(slot)
    if doubt is None or numbered is None:
        return
    owner = next((one.patient for one in doubt.candidates if one.patient.pk == numbered.patient_id), None)
    if owner:
        known.people.settled.setdefault(visitor.person, owner)


# ---- what happens ---------------------------------------------------------------------------------------------------


def _planned(row: Row, visitor: Visitor, slot: Slotted, known: Known) -> Planned:
    """Return what happens to a row that can be read."""
    try:
        patient = known.people.whom(visitor)
    except CellRefused as cell:
        return refused(row, str(cell))
    except NotSure as asks:
        return Planned(row, ASKED, question=asks.doubt.question(row.number, visitor))
    numbered = known.numbered(slot)
    if numbered and not _is_theirs(numbered, patient):
        return refused(row, str(CellRefused("external_id", "This number is another patient's visit here.")))
    visit = numbered or (known.visit_of(patient, slot) if patient else None)
    entry = Entry(visitor, slot, patient, visit)
    return Planned(row, _outcome(entry), _words(entry), entry)


def _is_theirs(visit: Appointment, patient: Patient | None) -> bool:
    """Whether a visit is the patient's; None is somebody new."""
    return patient is not None and visit.patient_id == patient.pk


def _outcome(entry: Entry) -> str:
    if entry.visit is None:
        return ADD if entry.patient else REGISTER
    slot, visit = entry.slot, entry.visit
    is_other = visit.starts_at != slot.starts_at or slot.provider not in (None, visit.provider)
    if slot.external_id and slot.external_id == visit.external_id and is_other and _may_move(visit, slot):
        return MOVE
    return NUMBER if slot.external_id and not visit.external_id else SAME


def _may_move(visit: Appointment, slot: Slotted) -> bool:
    """Whether a visit follows the file: it is expected, or was missed and is put off to a later time."""
    missed = visit.status == Appointment.Status.NO_SHOW
    return visit.status == Appointment.Status.SCHEDULED or (missed and slot.starts_at > visit.starts_at)


_Owner = int | tuple[str, date]


class _Seen:
    """What the rows before said, so that one visit stands once in a file, and one number means one visit or person."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.owners: dict[str, tuple[_Owner, int]] = {}
        self.mrns: dict[_Owner, tuple[str, int]] = {}
        self.times: dict[tuple[_Owner, datetime], int] = {}
        self.registered: set[tuple[str, date]] = set()

    def checked(self, item: Planned) -> Planned:
        """Return what happens to a row, knowing the rows before it."""
        if item.what is None:
            return item
        entry: Entry = item.what
        number, at = entry.slot.external_id, (entry.owner, entry.slot.starts_at)
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
        owner, first = self.owners.setdefault(mrn, (entry.owner, row))
        if owner != entry.owner:
            raise CellRefused("mrn", f"Row {first} has it for another name or birth date.")
        known, first = self.mrns.setdefault(entry.owner, (mrn, row))
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
    """Do what was planned, with a few statements for all rows; call it in a transaction.

    Raises PlanOutdated when a patient of the plan was merged into another record meanwhile, a visit of it was changed,
    or a number of it was given to another visit.
    """
    entries = [(item.outcome, item.what) for item in plan]
    with _as_planned():
        hold_all(entry.patient for outcome, entry in entries if outcome == ADD and entry.patient)
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
    with _as_planned():
        Appointment.objects.bulk_create(visits, batch_size=500)
        for outcome, entry in entries:
            if outcome == MOVE:
                _move(clinic, entry, by, now)
        _number(clinic, [entry for outcome, entry in entries if outcome == NUMBER], by)
    audit.record_many(by, "intake.appointment.added", visits, clinic=clinic, imported=True)


@contextmanager
def _as_planned() -> Iterator[None]:
    """Do a part of the plan. Raises PlanOutdated where it meets what the desk or a program did since it was made."""
    try:
        yield
    except (MergedAway, EditedMeanwhile, IntegrityError) as meanwhile:  # the last: a visit with the number is here now
        raise PlanOutdated from meanwhile


def _new_patient(clinic: Clinic, entry: Entry) -> Patient:
    return Patient(organization=clinic.organization, **entry.visitor.columns())


def _number(clinic: Clinic, entries: list[Entry], by: User) -> None:
    """Give visits that were found by their time the number of the file, so that they are found when they move."""
    visits = [(entry.visit, entry.slot.external_id) for entry in entries if entry.visit]
    for visit, number in visits:
        visit.change(visit.version, external_id=number)
    audit.record_many(by, "intake.appointment.numbered", [visit for visit, _ in visits], clinic=clinic)


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
    goes_on="Go to Today",
)
