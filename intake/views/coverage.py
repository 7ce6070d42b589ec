"""Coverage without a card: add, edit, remove, and the patient who pays."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from core import audit
from core.models import EditedMeanwhile

from ..access import get_coverage, get_patient
from ..coverage_forms import CoverageForm, InjuryForm
from ..forms import AsOfForm, OnFileForm
from ..models import CardScan, Coverage, Patient
from ..services import coverage, history, injuries, printed
from ..services.payers import payer_from_choice
from .common import CHANGED_MEANWHILE, Asker, differences, reads, said, version_of, writes
from .facts import groups_of
from .lines import also_on

CHANGED_HERE = "Somebody else changed this coverage meanwhile. Look at it again."
PRINTED_OTHERWISE = (
    "The card was read again since you opened this page, and it prints otherwise: {}. Nothing is taken over; look at "
    "what stands here now."
)
NEW_ON_FILE = "A coverage was added meanwhile. Say what happens to it."


@require_safe
@reads
def coverage_detail(request: HttpRequest, code: UUID) -> HttpResponse:
    """Show one coverage with where it came from; eligibility adds its checks by URL."""
    asker = Asker(request)
    row = get_coverage(asker.clinic, code)
    audit.record(asker.user, "intake.coverage.viewed", row, clinic=asker.clinic)
    card = _card_here(row, asker)
    today = asker.clinic.today(timezone.now())
    offers = printed.offers(row, card) if row.is_current and asker.may_write else []
    context = {
        "coverage": row,
        "card": card,
        "groups": groups_of(row, card, asker.clinic),
        "also": also_on(printed.beyond(row, card, offers)),
        "offers": offers,
        "visits": injuries.visits_shown(row, asker.clinic) if row.is_injury else [],
        "may_lead": row.priority in (Coverage.Priority.SECONDARY, Coverage.Priority.TERTIARY),
        "holds": row.is_valid_on(today),
        "may_write": asker.may_write,
    }
    return render(request, "intake/coverage.html", context)


def _card_here(row: Coverage, asker: Asker) -> CardScan | None:
    """Return the card that the coverage was made of, if it was photographed in this clinic and is still kept."""
    card = row.card
    return card if card and card.clinic_id == asker.clinic.pk and card.status != CardScan.Status.DISCARDED else None


@require_POST
@writes
def take_printed(request: HttpRequest, code: UUID) -> HttpResponse:
    """Take over what the card prints and the coverage does not state yet."""
    asker = Asker(request)
    row = get_coverage(asker.clinic, code)
    try:
        taken = _taken(request, asker, row)
    except EditedMeanwhile:
        return said(request, CHANGED_HERE, "coverage-detail", row.code, level=messages.WARNING)
    except printed.PrintedMeanwhile as other:
        sentence = PRINTED_OTHERWISE.format(", ".join(other.changed))
        return said(request, sentence, "coverage-detail", row.code, level=messages.WARNING)
    if not taken:
        return said(request, "There is nothing to take over any more.", "coverage-detail", row.code)
    sentence = f"{len(taken)} value{'s are' if len(taken) > 1 else ' is'} taken over from the card, not checked."
    return said(request, sentence, "coverage-detail", row.code)


def _taken(request: HttpRequest, asker: Asker, row: Coverage) -> list[printed.Offer]:
    """Take over what the page showed. Raises EditedMeanwhile, printed.PrintedMeanwhile."""
    card, shown = _card_here(row, asker), request.POST.getlist("shown")
    if card is None:
        return []
    version = version_of(request)
    return printed.take_over(row, card, clinic=asker.clinic, by=asker.user, version=version, shown=shown)


@writes
def new_coverage(request: HttpRequest, code: UUID) -> HttpResponse:
    """Add a coverage without a card."""
    asker = Asker(request)
    patient = get_patient(asker.clinic, code)
    current = coverage.current_coverages(patient)
    data = request.POST if request.method == "POST" else None
    initial = {"relationship": Coverage.Relationship.SELF}
    form = CoverageForm(data, patient=patient, initial=initial)
    on_file = OnFileForm(current, data, may_leave=False)
    if data is not None and form.is_valid() & on_file.is_valid():
        payer = payer_from_choice(form.cleaned_data["edi_payer_id"], form.cleaned_data["payer_name"])
        added = _add(asker, patient, on_file, payer=payer, **form.values())
        if added and added.priority != Coverage.Priority.PRIMARY:
            return said(request, f"{added.payer_name} is added. See who pays first.", "paying-order", patient.code)
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
    if row.is_self_pay:
        return said(request, "There is nothing to edit: the patient pays.", "coverage-detail", row.code)
    if request.method != "POST":
        return _edit_page(request, form_for(row), row)
    form = form_for(row, request.POST)
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


def form_for(row: Coverage, data: QueryDict | None = None) -> CoverageForm | InjuryForm:
    """Return the form that fits the kind of coverage, filled with what was typed, else with the coverage."""
    if row.is_injury:
        return InjuryForm(data, initial=InjuryForm.initial_of(row))
    return CoverageForm(data, initial=CoverageForm.initial_of(row), patient=row.patient)


def _edit_page(
    request: HttpRequest, form: CoverageForm | InjuryForm, row: Coverage, theirs: list[tuple[str, str]] | None = None
) -> HttpResponse:
    context = {"form": form, "coverage": row, "patient": row.patient, "theirs": theirs}
    page = "intake/injury_form.html" if row.is_injury else "intake/coverage_form.html"
    return render(request, page, context, status=409 if theirs is not None else 200)


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
