"""Today: who comes, what is ready, and the one next thing to do."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from core import audit

from .. import today as lights
from ..access import get_appointment, get_patient
from ..forms import AppointmentForm
from ..models import Appointment
from ..services import appointments
from ..visit_day import day_of
from .common import Asker, is_fragment, reads, said, visit_day_of, writes

NO_SUCH_DAY = "The address asks for a day that is none, or more than ten years away. Today is shown instead."


@require_safe
@reads
def today(request: HttpRequest) -> HttpResponse:
    """Show the appointments of the clinic's day (`day=2026-11-22` for another one)."""
    asker = Asker(request)
    this_day = asker.clinic.today(timezone.now())
    day = _day(request, this_day)
    rows = lights.rows(asker.clinic, appointments.appointments_on(asker.clinic, day))
    if not is_fragment(request):
        audit.record(asker.user, "intake.day.viewed", clinic=asker.clinic, day=day.isoformat(), rows=len(rows))
    context = {
        "rows": rows,
        "labels": lights.labels(),
        "day": day,
        "day_text": day.isoformat(),
        "is_today": day == this_day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "waiting": any(light.state == "waiting" for row in rows for _, light in row.lights),
        "arrived": sum(row.appointment.status == Appointment.Status.ARRIVED for row in rows),
        "may_write": asker.may_write,
    }
    return render(request, "intake/_today_rows.html" if is_fragment(request) else "intake/today.html", context)


def _day(request: HttpRequest, today: date) -> date:
    """Return the day that the address asks for; today, with a sentence, when it is none."""
    text = request.GET.get("day", "")
    try:
        return day_of(text) if text else today
    except ValidationError:
        messages.warning(request, NO_SUCH_DAY)
        return today


@writes
def new_appointment(request: HttpRequest, code: UUID) -> HttpResponse:
    """Add an appointment for a patient."""
    asker = Asker(request)
    patient = get_patient(asker.clinic, code)
    data = request.POST if request.method == "POST" else None
    wanted = visit_day_of(request)
    day = date.fromisoformat(wanted) if wanted else asker.clinic.today(timezone.now())
    form = AppointmentForm(asker.clinic, data, initial={"day": day})
    if data is not None and form.is_valid():
        added = appointments.add_appointment(clinic=asker.clinic, patient=patient, by=asker.user, **form.values())
        sentence = f"The appointment is on {added.date_of_service:%A, %-d %B %Y}."
        return said(request, sentence, _today_url(added))
    return render(request, "intake/appointment_form.html", {"form": form, "patient": patient})


def _today_url(appointment: Appointment) -> str:
    return f"/?day={appointment.date_of_service.isoformat()}"


@require_POST
@writes
def move_appointment(request: HttpRequest, code: UUID) -> HttpResponse:
    """Check a patient in, or write down that the visit is over, was cancelled, or that nobody came."""
    asker = Asker(request)
    appointment = get_appointment(asker.clinic, code)
    try:
        appointments.move_appointment(appointment, request.POST.get("to", ""), by=asker.user)
    except appointments.AppointmentMovedOn:
        messages.warning(request, "This appointment was changed meanwhile. The list shows how it stands now.")
    return redirect(_today_url(appointment))
