"""Appointments: adding one, and the patient's arrival."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from clinic.models import Clinic, User
from core import audit

from ..access import appointments_for
from ..models import Appointment, Patient


class AppointmentMovedOn(Exception):
    """The appointment is no longer in a state that allows this step."""


_MOVES: dict[str, tuple[str, ...]] = {
    Appointment.Status.ARRIVED: (Appointment.Status.SCHEDULED,),
    Appointment.Status.DONE: (Appointment.Status.ARRIVED,),
    Appointment.Status.CANCELLED: (Appointment.Status.SCHEDULED,),
    Appointment.Status.NO_SHOW: (Appointment.Status.SCHEDULED,),
    # Put back what was pressed by mistake.
    Appointment.Status.SCHEDULED: (
        Appointment.Status.ARRIVED,
        Appointment.Status.CANCELLED,
        Appointment.Status.NO_SHOW,
    ),
}


# Opening sealed contact data for fifty rows that do not show it would cost more than the query.
_SEALED = tuple(f"patient__{name}" for name in ("phone", "email", "address_line", "city", "state", "postal_code"))


def day_bounds(clinic: Clinic, day: date) -> tuple[datetime, datetime]:
    """Return the first moment of the clinic's day and the first of the next; such a day may have 23 or 25 hours."""
    begin = datetime.combine(day, time.min, tzinfo=clinic.zone)
    return begin, datetime.combine(day + timedelta(days=1), time.min, tzinfo=clinic.zone)


def appointments_on(clinic: Clinic, day: date) -> list[Appointment]:
    """Return the clinic's appointments of one day in order of time, cancelled ones too."""
    begin, end = day_bounds(clinic, day)
    rows = list(appointments_for(clinic).filter(starts_at__gte=begin, starts_at__lt=end).defer(*_SEALED))
    for row in rows:
        row.clinic = clinic  # one clinic object for all rows: its organization is loaded once
    return rows


@transaction.atomic
def add_appointment(*, clinic: Clinic, patient: Patient, by: User, **values: Any) -> Appointment:
    """Add an appointment for a patient of this clinic; `values` are Appointment's columns. Raises MergedAway."""
    patient.hold()
    appointment = Appointment.objects.create(clinic=clinic, patient=patient, **values)
    audit.record(by, "intake.appointment.added", appointment, clinic=clinic)
    return appointment


@transaction.atomic
def move_appointment(appointment: Appointment, to: str, *, by: User) -> Appointment:
    """Check in, finish, cancel or put back an appointment; raises AppointmentMovedOn when its state forbids it."""
    moved = Appointment.objects.filter(pk=appointment.pk, status__in=_MOVES.get(to, ())).update(status=to)
    if not moved:
        raise AppointmentMovedOn
    appointment.status = to
    audit.record(by, "intake.appointment.moved", appointment, clinic=appointment.clinic, to=to)
    return appointment
