"""Appointments: adding one, walking in, the patient's arrival, another time, calling it off. Every change is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from clinic.models import Clinic, Provider, User
from core import audit
from core.sealed import SealedField

from ..access import appointments_for
from ..models import Appointment, AppointmentChange, Patient

Status = Appointment.Status


class AppointmentMovedOn(Exception):
    """The appointment is no longer in a state that allows this step."""


class ReasonMissing(Exception):
    """A visit is called off for a reason, and none was given."""


@dataclass(frozen=True)
class Slot:
    """When a patient comes, to whom and for what: what another time sets."""

    starts_at: datetime
    provider: Provider | None
    visit_type: str


_MOVES: dict[str, tuple[str, ...]] = {
    # Somebody comes, comes after all, or the visit was not over yet.
    Status.ARRIVED: (Status.SCHEDULED, Status.NO_SHOW, Status.DONE),
    Status.DONE: (Status.ARRIVED,),
    Status.CANCELLED: (Status.SCHEDULED, Status.NO_SHOW),
    Status.NO_SHOW: (Status.SCHEDULED,),
    # Put back what was pressed by mistake.
    Status.SCHEDULED: (Status.ARRIVED, Status.CANCELLED, Status.NO_SHOW),
}
# Who is here or was here keeps the day; everybody else may come on another one.
_KEEP_THEIR_DAY = (Status.ARRIVED, Status.DONE)


# Opening sealed contact data for fifty rows that do not show it would cost more than the query.
_SEALED = tuple(f"patient__{field.name}" for field in Patient._meta.fields if isinstance(field, SealedField))


def day_bounds(clinic: Clinic, day: date) -> tuple[datetime, datetime]:
    """Return the first moment of the clinic's day and the first of the next; such a day may have 23 or 25 hours."""
    begin = datetime.combine(day, time.min, tzinfo=clinic.zone)
    return begin, datetime.combine(day + timedelta(days=1), time.min, tzinfo=clinic.zone)


def appointments_on(clinic: Clinic, day: date) -> list[Appointment]:
    """Return the clinic's appointments of one day in order of time, cancelled ones too."""
    begin, end = day_bounds(clinic, day)
    of_the_day = appointments_for(clinic).filter(starts_at__gte=begin, starts_at__lt=end)
    rows = list(of_the_day.select_related(None).select_related("patient", "provider").defer(*_SEALED))
    for row in rows:
        row.clinic = clinic  # one clinic object for all rows: its organization is loaded once
    return rows


@transaction.atomic
def add_appointment(*, clinic: Clinic, patient: Patient, by: User, **values: Any) -> Appointment:
    """Add an appointment for a patient of this clinic; `values` are Appointment's columns. Raises MergedAway."""
    patient.hold()
    appointment = Appointment.objects.create(clinic=clinic, patient=patient, **values)
    of_injury = {"coverage": appointment.injury_id} if appointment.injury_id else {}
    audit.record(
        by, "intake.appointment.added", appointment, clinic=clinic, walk_in=appointment.is_walk_in, **of_injury
    )
    return appointment


def add_walk_in(
    *, clinic: Clinic, patient: Patient, by: User, now: datetime, visit_type: str, provider: Provider | None
) -> Appointment:
    """Add a visit of somebody who stands at the counter: it begins now, and the patient has arrived."""
    here: dict[str, Any] = {"status": Status.ARRIVED, "starts_at": now, "arrived_at": now, "is_walk_in": True}
    return add_appointment(clinic=clinic, patient=patient, by=by, visit_type=visit_type, provider=provider, **here)


def by_external_id(clinic: Clinic, external_id: str) -> Appointment | None:
    """Return the clinic's visit that has this number in another program, None for no number."""
    return appointments_for(clinic).filter(external_id=external_id).first() if external_id else None


def visit_today(clinic: Clinic, patient: Patient, *, now: datetime) -> Appointment | None:
    """Return the first visit for which the patient is expected on the clinic's day, else the one they are here for.

    Nobody else changes it until the transaction ends.
    """
    begin, end = day_bounds(clinic, clinic.today(now))
    rows = appointments_for(clinic).filter(patient=patient, starts_at__gte=begin, starts_at__lt=end)
    held = rows.select_for_update(of=("self",))
    return held.filter(status=Status.SCHEDULED).first() or held.filter(status=Status.ARRIVED).first()


@transaction.atomic
def move_appointment(
    appointment: Appointment, to: str, *, by: User, now: datetime, version: int | None = None, reason: str = ""
) -> Appointment:
    """Check in, finish, call off (with a reason) or put back an appointment.

    Raises AppointmentMovedOn when its state forbids it, ReasonMissing, and core.models.EditedMeanwhile when `version`
    is given and somebody else changed it since.
    """
    if to == Status.CANCELLED and reason not in Appointment.CancelReason.values:
        raise ReasonMissing
    if appointment.status not in _MOVES.get(to, ()):
        raise AppointmentMovedOn
    before, called_off = _as_it_was(appointment), to == Status.CANCELLED
    columns: dict[str, Any] = {"status": to, "cancel_reason": reason if called_off else ""}
    if to == Status.SCHEDULED:
        columns["arrived_at"] = None
    elif to == Status.ARRIVED and appointment.arrived_at is None:
        columns["arrived_at"] = now
    appointment.change(appointment.version if version is None else version, **columns)
    _keep(appointment, before, by=by, now=now)
    audit.record(by, "intake.appointment.moved", appointment, clinic=appointment.clinic, to=to)
    return appointment


@transaction.atomic
def reschedule(appointment: Appointment, slot: Slot, *, by: User, now: datetime, version: int) -> Appointment:
    """Give a visit another time, provider or purpose; one that was called off or missed is expected again.

    Raises AppointmentMovedOn when the patient has arrived and the slot is on another day, and
    core.models.EditedMeanwhile when somebody else changed the visit since `version`.
    """
    another_day = slot.starts_at.astimezone(appointment.clinic.zone).date() != appointment.date_of_service
    if appointment.status in _KEEP_THEIR_DAY and another_day:
        raise AppointmentMovedOn
    before, columns = _as_it_was(appointment), dict(vars(slot))
    if appointment.status not in _KEEP_THEIR_DAY:
        columns |= {"status": Status.SCHEDULED, "cancel_reason": ""}
    appointment.change(version, **columns)
    _keep(appointment, before, by=by, now=now)
    changed = sorted(name for name in vars(slot) if before[f"was_{name}"] != getattr(appointment, name))
    audit.record(by, "intake.appointment.rescheduled", appointment, clinic=appointment.clinic, fields=changed)
    return appointment


def _as_it_was(appointment: Appointment) -> dict[str, Any]:
    return {f"was_{name}": getattr(appointment, name) for name in ("status", "starts_at", "provider", "visit_type")}


def _keep(appointment: Appointment, before: dict[str, Any], *, by: User, now: datetime) -> None:
    """Write down what changed; call it in the transaction that changed it."""
    AppointmentChange.objects.create(
        appointment=appointment,
        at=now,
        by=by,
        reason=appointment.cancel_reason,
        status=appointment.status,
        starts_at=appointment.starts_at,
        provider=appointment.provider,
        visit_type=appointment.visit_type,
        **before,
    )


def changes_of(appointment: Appointment) -> list[AppointmentChange]:
    """Return what was changed about a visit, the newest first."""
    rows = AppointmentChange.objects.filter(appointment=appointment)
    return list(rows.select_related("by", "was_provider", "provider").order_by("-pk"))
