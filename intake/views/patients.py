"""Patients: search before create, register, edit, and the record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.models import Role
from core import audit
from core.models import EditedMeanwhile

from .. import fields, timeline
from ..access import appointments_for, get_patient, kept_cards_for, loose_photos_for
from ..forms import PersonForm
from ..models import Coverage, Patient
from ..patient_form import PatientForm, initial_of
from ..patient_record import BY_NAME
from ..record_page import sections_of, silent_groups
from ..services import accuracy, duplicates, finding, holds, merging, patients, paying_order, registration
from .common import (
    CHANGED_MEANWHILE,
    Asker,
    differences,
    is_fragment,
    reads,
    render_part,
    said,
    version_of,
    visit_day_of,
    writes,
)
from .patient_lines import lines_of

PERSON = ("first_name", "last_name", "birth_date")


@require_http_methods(["GET", "HEAD", "POST"])
@reads
def patient_list(request: HttpRequest) -> HttpResponse:
    """List the patients by name, or search them. The words are posted, so that no name stands in an address or a log.

    A page of the list is named by the code of the patient at its edge (`after`, `before`).
    """
    asker = Asker(request)
    text = request.POST.get("q", "").strip()[:100]
    day = visit_day_of(request)
    context: dict[str, object] = {"q": text, "visit_day": day, "may_write": asker.may_write}
    if text:
        findings = finding.find_patients(asker.clinic, text, today=asker.clinic.today(timezone.now()))
        audit.record(asker.user, "intake.patients.searched", clinic=asker.clinic, found=len(findings.found))
        context |= {"rows": lines_of(findings.found, day, asker.may_write), "has_more": findings.has_more}
    else:
        page = finding.list_patients(asker.clinic, after=_code(request, "after"), before=_code(request, "before"))
        audit.record(asker.user, "intake.patients.listed", clinic=asker.clinic, rows=len(page.patients))
        context |= {
            "rows": lines_of([finding.Found(patient) for patient in page.patients], day, asker.may_write),
            "page": page,
        }
    if is_fragment(request):
        return render_part(request, "intake/_patients_found.html", context)
    context["loose_count"] = loose_photos_for(asker.clinic).count()
    context["to_type"] = accuracy.to_type(asker.clinic, asker.user).count()
    return render(request, "intake/patients.html", context)


def _code(request: HttpRequest, name: str) -> UUID | None:
    """Return the code that the address gives, None where it gives none or a broken one."""
    try:
        return UUID(request.GET.get(name, ""))
    except ValueError:
        return None


def _typed(text: str) -> dict[str, str]:
    """Return what a search already says about a new patient, to be carried into the form."""
    name = " ".join(word for word in text.split() if not any(sign.isdigit() for sign in word))
    dates = [word for word in text.split() if "/" in word]
    before, comma, after = (part.strip() for part in name.partition(","))
    first, last = (after, before) if comma else fields.split_name(name)
    return {"first_name": _cased(first), "last_name": _cased(last), "birth_date": dates[0] if dates else ""}


def _cased(name: str) -> str:
    """Return a name that was typed in one case with capitals, and any other as it was typed ("McDonald")."""
    return name.title() if name.islower() or name.isupper() else name


@writes
def new_patient(request: HttpRequest) -> HttpResponse:
    """Register a patient; somebody of the same name and birth date is shown first, then what the clinic misses.

    Neither stops the desk: a second press, which the page offers, goes on.
    """
    asker = Asker(request)
    required = registration.required_of(asker.clinic)
    context: dict[str, object] = {"visit_day": visit_day_of(request)}
    if request.method != "POST" or "q" in request.POST:
        context["form"] = form = PatientForm(required=required, initial=_typed(request.POST.get("q", "")))
        form.fields["first_name"].widget.attrs["autofocus"] = True
        return render(request, "intake/patient_form.html", context)
    context["form"] = form = PatientForm(request.POST, required=required)
    if not form.is_valid():
        return render(request, "intake/patient_form.html", context)
    values = dict(form.cleaned_data)
    same = {} if "anyway" in request.POST else _same_person(asker, form)
    if same:
        return render(request, "intake/patient_form.html", context | same)
    missing = [] if "incomplete" in request.POST else form.say_missing(asker.clinic.today(timezone.now()))
    if missing:
        context |= {"missing": missing, "pressed_anyway": "anyway" in request.POST}
        return render(request, "intake/patient_form.html", context)
    patient = patients.register_patient(clinic=asker.clinic, by=asker.user, **values)
    return _go_on(request, patient, "The patient is registered.")


def _go_on(request: HttpRequest, patient: Patient, sentence: str) -> HttpResponse:
    """Go to the record, or to the appointment that somebody looked for the patient for."""
    messages.success(request, sentence)
    if day := visit_day_of(request):
        return redirect(f"{reverse('appointment-new', args=[patient.code])}?visit_day={day}")
    return redirect("patient-detail", patient.code)


def _same_person(asker: Asker, form: PersonForm) -> dict[str, object]:
    """Return whom the clinic or another one may know already; of another clinic's patient, only that there is one."""
    person = {name: form.cleaned_data[name] for name in PERSON}
    here = patients.known_here(asker.clinic, **person)
    if here:
        return {"known_here": here}
    if patients.known_elsewhere(asker.clinic, **person):
        return {"known_elsewhere": True}
    found = duplicates.like(Patient(**form.cleaned_data), asker.clinic)
    if found:
        others = [one.patient.pk for one in found]
        audit.record(asker.user, "intake.patients.compared", clinic=asker.clinic, others=others)
    return {"alike": found} if found else {}


@require_POST
@writes
def link_patient(request: HttpRequest) -> HttpResponse:
    """Take over a patient whom another clinic of the organization registered."""
    asker, form = Asker(request), PersonForm(request.POST)
    if form.is_valid():
        try:
            patient = patients.link_patient(clinic=asker.clinic, by=asker.user, **form.cleaned_data)
        except patients.NobodyToLink:
            messages.warning(
                request, "Nobody of this name and birth date is known elsewhere any more. Register them here."
            )
            return redirect("patient-new")
        return _go_on(request, patient, "The patient is now registered here too.")
    return render(request, "intake/patient_form.html", {"form": PatientForm(request.POST)})


@writes
def edit_patient(request: HttpRequest, code: UUID) -> HttpResponse:
    """Correct a patient's record."""
    asker = Asker(request)
    patient = get_patient(asker.clinic, code)
    options: dict[str, Any] = {"required": registration.required_of(asker.clinic), "initial": initial_of(patient)}
    if request.method != "POST":
        return _edit_page(request, PatientForm(**options), patient)
    form = PatientForm(request.POST, **options)
    if not form.is_valid():
        return _edit_page(request, form, patient)
    try:
        patients.edit_patient(
            patient, clinic=asker.clinic, by=asker.user, version=version_of(request), **form.cleaned_data
        )
    except EditedMeanwhile:
        theirs = get_patient(asker.clinic, code)
        form.add_error(None, CHANGED_MEANWHILE)
        return _edit_page(request, form, theirs, differences(form, theirs, lambda name: BY_NAME[name].shown(theirs)))
    return said(request, "The record is saved.", "patient-detail", patient.code)


def _edit_page(
    request: HttpRequest, form: PatientForm, patient: Patient, theirs: list[tuple[str, str]] | None = None
) -> HttpResponse:
    context = {"form": form, "patient": patient, "theirs": theirs}
    return render(request, "intake/patient_form.html", context, status=409 if theirs is not None else 200)


@require_safe
@reads
def patient_detail(request: HttpRequest, code: UUID) -> HttpResponse:
    """Show a patient's record: coverages, cards, appointments."""
    asker = Asker(request)
    patient = get_patient(asker.clinic, code)
    audit.record(asker.user, "intake.patient.viewed", patient, clinic=asker.clinic)
    now = timezone.now()
    today = asker.clinic.today(now)
    coverages = list(Coverage.objects.in_line().filter(patient=patient).select_related("payer", "card"))
    cards = kept_cards_for(asker.clinic).filter(patient=patient)
    context = {
        "patient": patient,
        "held": holds.is_held(patient.pk),
        "is_admin": asker.role == Role.ADMIN,
        "paying": paying_order.paying(patient, today=today),
        "current": sorted((row for row in coverages if not row.has_ended_before(today)), key=_starts_later(today)),
        "ended": [row for row in coverages if row.has_ended_before(today)],
        "cards": list(cards.defer("vendor_answer")[:10]),
        "appointments": list(appointments_for(asker.clinic).filter(patient=patient).order_by("-starts_at")[:10]),
        "sections": sections_of(patient),
        "silent": silent_groups(patient),
        "missing": registration.missing_from(patient, asker.clinic, now),
        "merges": merging.merges_of(patient, asker.clinic),
        "today": today,
        "may_write": asker.may_write,
    }
    return render(request, "intake/patient.html", context)


@require_safe
@reads
def timeline_page(request: HttpRequest, code: UUID) -> HttpResponse:
    """Show what happened with a patient, newest first; htmx gets the list alone, for the record's page."""
    asker = Asker(request)
    patient = get_patient(asker.clinic, code)
    audit.record(asker.user, "intake.patient.timeline", patient, clinic=asker.clinic)
    shown = timeline.page(patient, asker.clinic, now=timezone.now(), before=request.GET.get("before", ""))
    context = {"patient": patient, "timeline": shown}
    return render(request, "intake/_timeline.html" if is_fragment(request) else "intake/timeline.html", context)


def _starts_later(today: date) -> Callable[[Coverage], bool]:
    """Return the order of the record: what holds today comes before what starts later."""
    return lambda row: not row.is_valid_on(today)
