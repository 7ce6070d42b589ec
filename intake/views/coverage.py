"""Coverage without a card: add, edit, remove, and the patient who pays."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core import audit
from core.models import EditedMeanwhile

from ..access import get_coverage, get_patient
from ..forms import AsOfForm, CoverageForm, OnFileForm
from ..models import Coverage, Patient
from ..services import coverage, history
from ..services.payers import payer_from_choice
from .common import CHANGED_MEANWHILE, Asker, differences, reads, said, version_of, writes
from .lines import also_on

NEW_ON_FILE = "A coverage was added meanwhile. Say what happens to it."


@require_safe
@reads
def coverage_detail(request: HttpRequest, code: UUID) -> HttpResponse:
    """Show one coverage with where it came from; eligibility adds its checks by URL."""
    asker = Asker(request)
    row = get_coverage(asker.clinic, code)
    audit.record(asker.user, "intake.coverage.viewed", row, clinic=asker.clinic)
    card = row.card if row.card and row.card.clinic_id == asker.clinic.pk else None
    today = asker.clinic.today(timezone.now())
    context = {
        "coverage": row,
        "card": card,
        "also": also_on(card),
        "holds": row.is_valid_on(today),
        "may_write": asker.may_write,
    }
    return render(request, "intake/coverage.html", context)


@writes
def new_coverage(request: HttpRequest, code: UUID) -> HttpResponse:
    """Add a coverage without a card."""
    asker = Asker(request)
    patient = get_patient(asker.clinic, code)
    current = coverage.current_coverages(patient)
    data = request.POST if request.method == "POST" else None
    form = CoverageForm(data, initial={"relationship": Coverage.Relationship.SELF})
    on_file = OnFileForm(current, data, may_leave=False)
    if data is not None and form.is_valid() & on_file.is_valid():
        payer = payer_from_choice(form.cleaned_data["edi_payer_id"], form.cleaned_data["payer_name"])
        added = _add(asker, patient, on_file, payer=payer, **form.values())
        if added:
            return said(request, f"{added.payer_name} is added.", "coverage-detail", added.code)
        on_file = OnFileForm(coverage.current_coverages(patient), data, may_leave=False)
        form.add_error(None, NEW_ON_FILE)
    context = {"form": form, "on_file_form": on_file, "patient": patient, "on_file": current}
    return render(request, "intake/coverage_form.html", context)


def _add(asker: Asker, patient: Patient, on_file: OnFileForm, **values: Any) -> Coverage | None:
    """Add the coverage; None when somebody else added one since the form was shown."""
    try:
        return coverage.add_coverage(
            patient=patient,
            clinic=asker.clinic,
            by=asker.user,
            placing=on_file.placing(),
            today=asker.clinic.today(timezone.now()),
            **values,
        )
    except coverage.DecisionMissing:
        return None


@writes
def self_pay(request: HttpRequest, code: UUID) -> HttpResponse:
    """Write down that the patient pays."""
    asker = Asker(request)
    patient = get_patient(asker.clinic, code)
    current = coverage.current_coverages(patient)
    data = request.POST if request.method == "POST" else None
    on_file = OnFileForm(current, data, may_leave=False)
    if data is not None and on_file.is_valid():
        if _add(asker, patient, on_file, type=Coverage.Type.SELF_PAY):
            return said(request, "The patient pays for the visits.", "patient-detail", patient.code)
        messages.warning(request, NEW_ON_FILE)
        on_file = OnFileForm(coverage.current_coverages(patient), request.POST, may_leave=False)
    context = {"on_file_form": on_file, "patient": patient, "on_file": current}
    return render(request, "intake/self_pay.html", context)


@writes
def edit_coverage(request: HttpRequest, code: UUID) -> HttpResponse:
    """Correct a coverage."""
    asker = Asker(request)
    row = get_coverage(asker.clinic, code)
    if not row.is_insurance:
        return said(request, "There is nothing to edit: the patient pays.", "coverage-detail", row.code)
    if request.method != "POST":
        initial = {name: getattr(row, name) for name in CoverageForm.COLUMNS}
        initial |= {"payer_name": row.payer_name, "edi_payer_id": row.payer.edi_payer_id if row.payer else ""}
        return _edit_page(request, CoverageForm(initial=initial), row)
    form = CoverageForm(request.POST)
    if not form.is_valid():
        return _edit_page(request, form, row)
    payer = payer_from_choice(form.cleaned_data["edi_payer_id"], form.cleaned_data["payer_name"])
    try:
        coverage.edit_coverage(
            row, clinic=asker.clinic, by=asker.user, version=version_of(request), payer=payer, **form.values()
        )
    except EditedMeanwhile:
        theirs = get_coverage(asker.clinic, code)
        form.add_error(None, CHANGED_MEANWHILE)
        return _edit_page(request, form, theirs, theirs=differences(form, theirs))
    return said(request, "The coverage is saved.", "coverage-detail", row.code)


def _edit_page(
    request: HttpRequest, form: CoverageForm, row: Coverage, theirs: list[tuple[str, str]] | None = None
) -> HttpResponse:
    context = {"form": form, "coverage": row, "patient": row.patient, "theirs": theirs}
    return render(request, "intake/coverage_form.html", context, status=409 if theirs is not None else 200)


@writes
def remove_coverage(request: HttpRequest, code: UUID) -> HttpResponse:
    """Take a coverage out that was never right."""
    asker = Asker(request)
    row = get_coverage(asker.clinic, code)
    if request.method == "POST":
        try:
            coverage.remove_coverage(row, clinic=asker.clinic, by=asker.user, version=version_of(request))
        except EditedMeanwhile:
            sentence = "Somebody else changed this coverage meanwhile. Look at it again before you take it out."
            return said(request, sentence, "coverage-detail", row.code, level=messages.WARNING)
        return said(request, "The coverage is taken out.", "patient-detail", row.patient.code)
    context = {"coverage": row, "patient": row.patient, "restored": coverage.restored_without(row)}
    return render(request, "intake/coverage_remove.html", context)


@require_safe
@reads
def as_of(request: HttpRequest, code: UUID) -> HttpResponse:
    """Say what was believed on one day about the coverage of another day, and draw it."""
    asker = Asker(request)
    patient, today = get_patient(asker.clinic, code), asker.clinic.today(timezone.now())
    given = request.GET if request.GET else {"day": f"{today:%m/%d/%Y}", "believed": f"{today:%m/%d/%Y}"}
    form = AsOfForm(given, today=today)
    context: dict[str, object] = {"patient": patient, "form": form, "today": today}
    if form.is_valid():
        day, believed = form.cleaned_data["day"], form.cleaned_data["believed"]
        end_of_day = datetime.combine(believed + timedelta(days=1), time.min, tzinfo=asker.clinic.zone)
        coverages = history.believed(patient, at=end_of_day)
        audit.record(asker.user, "intake.coverage.history", patient, clinic=asker.clinic, found=len(coverages))
        context |= {
            "day": day,
            "believed": believed,
            "holding": history.holding(coverages, day),
            "line": history.timeline(coverages, day),
        }
    return render(request, "intake/coverage_as_of.html", context)
