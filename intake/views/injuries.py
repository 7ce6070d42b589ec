"""Insurance that answers for one injury: added, and said which visits belong to it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from ..access import appointments_for, get_coverage, get_patient
from ..coverage_forms import InjuryForm
from ..models import Coverage
from ..services import coverage, injuries
from ..services.payers import payer_from_choice
from .common import Asker, said, writes


@writes
def new_injury(request: HttpRequest, code: UUID) -> HttpResponse:
    """Add the insurance of an injury."""
    asker = Asker(request)
    patient = get_patient(asker.clinic, code)
    form = InjuryForm(request.POST if request.method == "POST" else None, initial={"type": Coverage.Type.WORKERS_COMP})
    if request.method == "POST" and form.is_valid():
        added = coverage.add_coverage(
            patient=patient,
            clinic=asker.clinic,
            by=asker.user,
            placing=coverage.Placing(),
            today=asker.clinic.today(timezone.now()),
            payer=payer_from_choice(form.cleaned_data["edi_payer_id"], form.cleaned_data["payer_name"]),
            **form.values(),
        )
        return said(request, "The claim is added. Say which visits belong to it.", "coverage-detail", added.code)
    return render(request, "intake/injury_form.html", {"form": form, "patient": patient})


@require_POST
@writes
def set_visits(request: HttpRequest, code: UUID) -> HttpResponse:
    """Keep which of the patient's visits in this clinic belong to the injury; the form says which ones it showed."""
    asker = Asker(request)
    claim = get_coverage(asker.clinic, code)
    if not claim.is_injury:
        return said(request, "Only an insurance for an injury has visits of its own.", "coverage-detail", claim.code)
    shown = [str(visit.code) for visit in injuries.visits_shown(claim, asker.clinic)]
    listed = [text for text in request.POST.getlist("shown") if text in shown]
    chosen = {text for text in request.POST.getlist("visits") if text in listed}
    visits = list(appointments_for(asker.clinic).filter(patient=claim.patient, code__in=listed))
    changed = injuries.set_visits(claim, visits, chosen, clinic=asker.clinic, by=asker.user)
    sentence = f"{changed} visit{'' if changed == 1 else 's'} changed." if changed else "Nothing is changed."
    return said(request, sentence, "coverage-detail", claim.code)
