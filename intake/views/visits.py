"""One visit: added, walked in, its state, another time, called off, and what was changed about it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import audit
from core.models import EditedMeanwhile

from ..access import get_appointment, get_patient
from ..day import Wanted
from ..models import Appointment
from ..services import appointments, injuries, walk_ins
from ..services.patients import NobodyToLink
from ..visit_forms import AppointmentForm, CancelForm, SlotForm, VisitInjuryForm, WalkInForm
from .common import Asker, reads, said, version_of, visit_day_of, writes

Status = Appointment.Status
MOVED_ON = "This appointment was changed meanwhile. The list shows how it stands now."
CHANGED = (
    "Somebody else changed this appointment while you had it open; it is shown as it stands now, and what you typed is "
    "still in the form. Save again if yours is right."
)
KEEPS_ITS_DAY = "The patient has arrived, so this visit stays on its day. Add another appointment for another day."
CHANGED_VISIT = "Somebody else changed this appointment meanwhile. Look at it again."
NOT_THEIRS = "This insurance is not in use for an injury of the patient any more. Nothing is changed."
NOBODY_LEFT = "Nobody of this name and birth date is known elsewhere any more."


@require_http_methods(["GET", "HEAD", "POST"])
@writes
def new_appointment(request: HttpRequest, code: UUID) -> HttpResponse:
    """Add an appointment for a patient."""
    asker = Asker(request)
    patient = get_patient(asker.clinic, code)
    data = request.POST if request.method == "POST" else None
    wanted = visit_day_of(request)
    day = date.fromisoformat(wanted) if wanted else asker.clinic.today(timezone.now())
    form = AppointmentForm(asker.clinic, injuries.claims_of(patient), data, initial={"day": day})
    if data is not None and form.is_valid():
        added = appointments.add_appointment(clinic=asker.clinic, patient=patient, by=asker.user, **form.values())
        sentence = f"The appointment is on {added.date_of_service:%A, %-d %B %Y}."
        return said(request, sentence, _today_url(added))
    return render(request, "intake/appointment_form.html", {"form": form, "patient": patient})


def _today_url(appointment: Appointment, wanted: Wanted | None = None) -> str:
    return f"{reverse('today')}?{(wanted or Wanted()).query(appointment.date_of_service.isoformat())}"


@require_http_methods(["GET", "HEAD", "POST"])
@writes
def walk_in(request: HttpRequest) -> HttpResponse:
    """Check in somebody who comes without an appointment, in one form."""
    asker = Asker(request)
    form = WalkInForm(asker.clinic, request.POST if request.method == "POST" else None)
    question: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        try:
            visit = _walked_in(request, asker, form)
        except walk_ins.WhoIsIt as asked:
            question = _who(asker, asked)
        except walk_ins.IsExpected as asked:
            question = {"expected": asked.visit, "who": request.POST.get("who", "")}
        except NobodyToLink:
            form.add_error(None, NOBODY_LEFT)
        else:
            return said(request, f"{visit.patient.name} is checked in.", _today_url(visit))
    return render(request, "intake/walk_in.html", {"form": form, **question})


def _who(asker: Asker, asked: walk_ins.WhoIsIt) -> dict[str, Any]:
    """Return whom somebody has to choose from; records of other spelling are told of, so that is kept."""
    if asked.alike:
        others = [one.patient.pk for one in asked.alike]
        audit.record(asker.user, "intake.patients.compared", clinic=asker.clinic, others=others)
    return {"here": asked.here, "alike": asked.alike, "elsewhere": asked.elsewhere, "asks_who": True}


def _walked_in(request: HttpRequest, asker: Asker, form: WalkInForm) -> Appointment:
    try:
        return walk_ins.walk_in(
            clinic=asker.clinic,
            person=walk_ins.Person(**form.person()),  # type: ignore[typeddict-item]
            by=asker.user,
            now=timezone.now(),
            visit_type=form.cleaned_data["visit_type"],
            provider=form.chosen_provider(),
            who=request.POST.get("who", ""),
            visit=request.POST.get("visit", ""),
        )
    except ValueError:  # `who` is no code
        raise Http404 from None


@require_safe
@reads
def appointment_detail(request: HttpRequest, code: UUID) -> HttpResponse:
    """Show a visit: when and why, what was changed about it, and the forms that change it."""
    asker = Asker(request)
    visit = get_appointment(asker.clinic, code)
    audit.record(asker.user, "intake.appointment.viewed", visit, clinic=asker.clinic)
    return _page(request, asker, visit)


def _page(
    request: HttpRequest,
    asker: Asker,
    visit: Appointment,
    *,
    form: SlotForm | None = None,
    cancel: CancelForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "visit": visit,
        "form": form or _slot_form(asker, visit),
        "cancel_form": cancel or CancelForm(),
        "injury_form": _injury_form(visit) if asker.may_write else None,
        "changes": appointments.changes_of(visit),
        "may_write": asker.may_write,
        "may_cancel": visit.status in (Status.SCHEDULED, Status.NO_SHOW),
        "back": _today_url(visit, Wanted.of(request.GET)),
    }
    return render(request, "intake/appointment.html", context, status=status)


def _slot_form(asker: Asker, visit: Appointment, data: Any = None) -> SlotForm:
    starts = visit.starts_at.astimezone(asker.clinic.zone)
    initial = {
        "day": starts.date(),
        "time": starts.time(),
        "visit_type": visit.visit_type,
        "provider": str(visit.provider.code) if visit.provider else "",
    }
    return SlotForm(asker.clinic, data, initial=initial, also=visit.provider)


@require_POST
@writes
def reschedule_appointment(request: HttpRequest, code: UUID) -> HttpResponse:
    """Give a visit another time, provider or purpose."""
    asker = Asker(request)
    visit = get_appointment(asker.clinic, code)
    form = _slot_form(asker, visit, request.POST)
    if not form.is_valid():
        return _page(request, asker, visit, form=form, status=400)
    try:
        appointments.reschedule(visit, form.slot(), by=asker.user, now=timezone.now(), version=version_of(request))
    except appointments.AppointmentMovedOn:
        form.add_error("day", KEEPS_ITS_DAY)
        return _page(request, asker, visit, form=form, status=400)
    except EditedMeanwhile:
        form.add_error(None, CHANGED)
        return _page(request, asker, get_appointment(asker.clinic, code), form=form, status=409)
    at = visit.starts_at.astimezone(asker.clinic.zone)
    return said(request, f"The visit is on {at:%A, %-d %B %Y, %H:%M}.", _today_url(visit))


def _injury_form(visit: Appointment, data: Any = None) -> VisitInjuryForm | None:
    """Return the form that says which injury a visit is about, None for a patient without any."""
    claims = injuries.claims_of(visit.patient)
    if visit.injury and visit.injury not in claims:  # taken out since; it still stands there until somebody changes it
        claims.append(visit.injury)
    initial = {"injury": str(visit.injury.code) if visit.injury else ""}
    return VisitInjuryForm(claims, data, initial=initial) if claims else None


@require_POST
@writes
def set_injury(request: HttpRequest, code: UUID) -> HttpResponse:
    """Say which injury a visit is about, or that it is about none."""
    asker = Asker(request)
    visit = get_appointment(asker.clinic, code)
    form = _injury_form(visit, request.POST)
    try:
        if form is None or not form.is_valid():
            raise injuries.NotTheirInjury
        claim = form.cleaned_data["injury"]
        is_other = injuries.set_injury(visit, claim, by=asker.user, version=version_of(request))
    except injuries.NotTheirInjury:
        return said(request, NOT_THEIRS, "appointment-detail", visit.code, level=messages.WARNING)
    except EditedMeanwhile:
        return said(request, CHANGED_VISIT, "appointment-detail", visit.code, level=messages.WARNING)
    sentence = f"{claim.payer_name} pays for this visit." if claim else "The visit is about no injury."
    return said(request, sentence if is_other else "Nothing is changed.", "appointment-detail", visit.code)


@require_POST
@writes
def move_appointment(request: HttpRequest, code: UUID) -> HttpResponse:
    """Check a patient in, or write down that the visit is over, was called off, or that nobody came."""
    asker = Asker(request)
    visit = get_appointment(asker.clinic, code)
    text = request.GET.get("version", "") or request.POST.get("version", "")
    seen = int(text) if text.isdecimal() and len(text) < 10 else None
    to, reason = request.POST.get("to", ""), request.POST.get("reason", "")
    try:
        appointments.move_appointment(visit, to, by=asker.user, now=timezone.now(), version=seen, reason=reason)
    except appointments.ReasonMissing:
        cancel = CancelForm(request.POST)
        cancel.is_valid()
        return _page(request, asker, visit, cancel=cancel, status=400)
    except (appointments.AppointmentMovedOn, EditedMeanwhile):
        messages.warning(request, MOVED_ON)
    return redirect(_today_url(visit, Wanted.of(request.GET)))
