"""Who pays first: the advice with its rules, the facts it lacks, and one press that follows it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from core import audit
from core.models import EditedMeanwhile

from ..access import get_coverage, get_patient
from ..models import Patient
from ..paying_forms import FactsForm
from ..services import paying_order
from .common import Asker, reads, said, version_of, writes

MOVED_ON = "Something about these coverages changed meanwhile. Look at the advice again."


@require_http_methods(["GET", "HEAD", "POST"])
@reads
def advice(request: HttpRequest, code: UUID) -> HttpResponse:
    """Show the advice; keep what is answered, or follow it."""
    asker = Asker(request)
    patient = get_patient(asker.clinic, code)
    if request.method == "POST":
        return _change(request, code)
    audit.record(asker.user, "intake.patient.viewed", patient, clinic=asker.clinic)
    return _page(request, patient, None)


@writes
def _change(request: HttpRequest, code: UUID) -> HttpResponse:
    asker = Asker(request)
    patient = get_patient(asker.clinic, code)
    return _follow(request, patient) if "follow" in request.POST else _keep(request, patient)


def _forms(paying: paying_order.Paying, request: HttpRequest) -> list[FactsForm]:
    """Return a form per health plan: what is asked for, and what was said before."""
    data = request.POST if request.method == "POST" else None
    plans = [coverage for coverage in paying.in_line if coverage.is_insurance]
    return [FactsForm(data, coverage=plan, asks=paying.asks.get(plan.pk, [])) for plan in plans]


def _page(request: HttpRequest, patient: Patient, forms: list[FactsForm] | None) -> HttpResponse:
    asker = Asker(request)
    paying = paying_order.paying(patient, today=asker.clinic.today(timezone.now()))
    shown = [form for form in forms or _forms(paying, request) if form.fields]
    context = {
        "patient": patient,
        "paying": paying,
        "forms": shown,
        "asks": any(form.asks for form in shown),
        "may_write": asker.may_write,
    }
    return render(request, "intake/paying_order.html", context)


def _keep(request: HttpRequest, patient: Patient) -> HttpResponse:
    asker = Asker(request)
    forms = _forms(paying_order.paying(patient, today=asker.clinic.today(timezone.now())), request)
    if not all([form.is_valid() for form in forms]):
        return _page(request, patient, forms)
    try:
        with transaction.atomic():  # all of it or nothing, as the sentence says
            for form in forms:
                paying_order.keep_facts(
                    form.coverage,
                    form.facts(),
                    form.columns(),
                    clinic=asker.clinic,
                    by=asker.user,
                    version=form.seen_version(request.POST),
                )
    except EditedMeanwhile:
        return said(request, MOVED_ON, "paying-order", patient.code, level=messages.WARNING)
    return said(request, "What you said is kept.", "paying-order", patient.code)


def _follow(request: HttpRequest, patient: Patient) -> HttpResponse:
    asker = Asker(request)
    codes, versions = request.POST.getlist("order"), request.POST.getlist("versions")
    seen, today = list(zip(codes, versions, strict=False)), asker.clinic.today(timezone.now())
    try:
        done = paying_order.follow(patient, seen, clinic=asker.clinic, by=asker.user, today=today)
    except EditedMeanwhile:
        return said(request, MOVED_ON, "paying-order", patient.code, level=messages.WARNING)
    return said(request, f"In line now: {done.words}.", "patient-detail", patient.code)


@require_POST
@writes
def make_first(request: HttpRequest, code: UUID) -> HttpResponse:
    """Have a coverage pay first."""
    asker = Asker(request)
    row = get_coverage(asker.clinic, code)
    try:
        paying_order.lead(row, clinic=asker.clinic, by=asker.user, version=version_of(request))
    except EditedMeanwhile:
        return said(request, MOVED_ON, "coverage-detail", row.code, level=messages.WARNING)
    return said(request, f"{row.payer_name} is primary now.", "coverage-detail", row.code)
