"""Pages of one check: asking, the answer, asking again, corrections, the raw answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import simplejson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from core import audit
from core.models import EditedMeanwhile
from intake.access import appointments_for, get_coverage
from intake.models import Appointment, Coverage
from intake.services.appointments import day_bounds
from intake.views.common import Asker, said

from .. import services
from ..access import captures_for, checks_for, get_check, get_correction
from ..choices import Answer, CheckStatus, Decision, Reason
from ..forms import CheckForm, check_initial, next_appointment
from ..models import EligibilityCheck
from ..showing import is_plan_stated, plan_dates, shown
from .common import MAY_ASK, asks, bills, reads, reads_raw

_EXPECTED = Appointment.Status.SCHEDULED
_STATES = {
    Answer.ACTIVE: "done",
    Answer.INACTIVE: "blocked",
    Answer.NOT_FOUND: "needs-you",
    Answer.PAYER_UNAVAILABLE: "needs-you",
    Answer.CALL_PAYER: "needs-you",
}


def state_of(check: EligibilityCheck) -> tuple[str, str]:
    """Return the state word and the label that a check is shown with."""
    if check.status == CheckStatus.WAITING:
        return "waiting", "Payer cannot answer now"
    if check.is_open:
        return "waiting", "Asking the payer" if check.status == CheckStatus.RUNNING else "Waiting for its turn"
    if check.reason == Reason.NOT_COVERED:
        return "needs-you", f"Active, but {check.service_words} is not covered"
    return _STATES[Answer(check.answer)], Answer(check.answer).label


@require_safe
@reads
def coverage_checks(request: HttpRequest, code: UUID) -> HttpResponse:
    """Fragment for the coverage's page: the form to ask, and the history by channel."""
    asker = Asker(request)
    coverage = get_coverage(asker.clinic, code)
    audit.record(asker.user, "eligibility.history.viewed", coverage, clinic=asker.clinic)
    return render(request, "eligibility/_coverage_checks.html", _history(asker, coverage))


def _history(asker: Asker, coverage: Coverage, form: CheckForm | None = None) -> dict[str, Any]:
    if form is None:
        appointment = next_appointment(asker.clinic, coverage)
        initial = check_initial(asker.clinic, coverage, appointment)
        form = CheckForm(asker.clinic, coverage, initial=initial)
    checks = list(checks_for(asker.clinic).light().filter(coverage=coverage)[:30])
    captures = captures_for(asker.clinic).filter(coverage=coverage)
    unfinished = captures.filter(eligibility_check=None)
    return {
        "coverage": coverage,
        "form": form,
        "rows": [(check, *state_of(check)) for check in checks],
        "unfinished": list(unfinished),
        "may_ask": asker.role in MAY_ASK,
    }


@require_POST
@asks
def start_check(request: HttpRequest, code: UUID) -> HttpResponse:
    """Put the question; from Today, from the coverage's page, or from its form."""
    asker = Asker(request)
    coverage = get_coverage(asker.clinic, code)
    form = CheckForm(asker.clinic, coverage, request.POST)
    if not form.is_valid():
        return _not_asked(request, asker, coverage, form)
    try:
        check = services.request_check(
            clinic=asker.clinic, coverage=coverage, by=asker.user, now=timezone.now(), **form.cleaned_data
        )
    except services.CheckAlreadyOpen as already:
        return said(request, "This question is open already.", "check-detail", already.check.code, level=messages.INFO)
    except services.CannotAsk as missing:
        form.add_error(missing.field if missing.field in form.fields else None, missing.sentence)
        return _not_asked(request, asker, coverage, form)
    return redirect("check-detail", check.code)


def _not_asked(request: HttpRequest, asker: Asker, coverage: Coverage, form: CheckForm) -> HttpResponse:
    return render(request, "eligibility/check_start.html", _history(asker, coverage, form), status=422)


@require_safe
@reads
def check_detail(request: HttpRequest, code: UUID) -> HttpResponse:
    """Show an answer with its benefits, the payer's corrections and every other time it was asked."""
    asker = Asker(request)
    check = get_check(asker.clinic, code)
    audit.record(asker.user, "eligibility.check.viewed", check, clinic=asker.clinic)
    return render(request, "eligibility/check.html", _detail(asker, check))


@require_safe
@reads
def check_status(request: HttpRequest, code: UUID) -> HttpResponse:
    """Fragment that the page asks for while the answer is on its way; once there is news the whole page is."""
    asker = Asker(request)
    check = get_check(asker.clinic, code)
    if request.GET.get("shown") != state_of(check)[1]:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "eligibility/_check.html", _detail(asker, check))


def _visit(asker: Asker, check: EligibilityCheck) -> Appointment | None:
    """Return the visit of the day that was asked about: the one it was asked for, else the patient's first open one."""
    if check.appointment:
        return check.appointment
    begin, end = day_bounds(asker.clinic, check.date_of_service)
    day = appointments_for(asker.clinic).filter(starts_at__gte=begin, starts_at__lt=end).order_by("starts_at")
    return next((visit for visit in day.filter(patient=check.coverage.patient_id) if visit.is_open), None)


def _detail(asker: Asker, check: EligibilityCheck) -> dict[str, Any]:
    state, label = state_of(check)
    visit = _visit(asker, check)
    is_today = check.date_of_service == asker.clinic.today(timezone.now())
    may_check_in = is_today and asker.may_write and visit is not None and visit.status == _EXPECTED
    thread = (
        checks_for(asker.clinic)
        .light()
        .filter(
            coverage=check.coverage, date_of_service=check.date_of_service, service_type_code=check.service_type_code
        )
    )
    corrections = list(check.corrections.all())
    places = [(item, services.applies_to(item, check.coverage)) for item in corrections]
    return {
        "check": check,
        "visit": visit,
        "may_check_in": may_check_in,
        "checks_in_next": may_check_in and check.answer == Answer.ACTIVE,
        "is_today": is_today,
        "wants_card": asker.may_write and check.answer == Answer.INACTIVE and not check.reason,
        "is_plan_stated": is_plan_stated(check),
        "state": state,
        "label": label,
        "benefits": shown(check, [row.line for row in check.benefits.all()]) if check.answered_at else None,
        "plan_dates": plan_dates(check),
        "entities": list(check.entities.all()),
        "corrections": places,
        "undecided": any(item.decision == Decision.OPEN for item in corrections),
        "thread": [(row, *state_of(row)) for row in thread],
        "may_ask": asker.role in MAY_ASK,
        "may_review": asker.role == "BILLING" and bool(check.owner or places) and not check.is_open,
        "may_read_raw": asker.role in ("BILLING", "ADMIN") and check.response is not None,
    }


@require_POST
@asks
def ask_again(request: HttpRequest, code: UUID) -> HttpResponse:
    """Ask the same question once more."""
    asker = Asker(request)
    check = get_check(asker.clinic, code)
    try:
        check = services.ask_again(check, clinic=asker.clinic, by=asker.user, now=timezone.now())
    except services.CheckAlreadyOpen as already:
        return said(request, "The payer is being asked now.", "check-detail", already.check.code, level=messages.INFO)
    except services.CannotAsk as missing:
        return said(request, missing.sentence, "check-detail", check.code, level=messages.WARNING)
    return redirect("check-detail", check.code)


@require_POST
@bills
def review_check(request: HttpRequest, code: UUID) -> HttpResponse:
    """Mark a check as dealt with; it leaves the worklist."""
    asker = Asker(request)
    check = get_check(asker.clinic, code)
    if services.review_check(check, by=asker.user, clinic=asker.clinic, now=timezone.now()):
        messages.success(request, "Marked as reviewed. It is off the worklist.")
    else:
        messages.info(request, "Somebody reviewed it already.")
    if request.POST.get("from") == "worklist":
        return redirect("worklist")
    return redirect("check-detail", check.code)


@require_POST
@asks
def decide_correction(request: HttpRequest, code: UUID, correction: UUID) -> HttpResponse:
    """Accept what the payer has, or keep what we have."""
    asker = Asker(request)
    check = get_check(asker.clinic, code)
    row = get_correction(check, correction)
    known: dict[str, Any] = {"clinic": asker.clinic, "by": asker.user, "now": timezone.now()}
    try:
        if request.POST.get("decision") == "accept":
            place = services.accept_correction(row, **known)
            sentence, level = f"The {place.label} is changed to what the payer has.", messages.SUCCESS
        else:
            services.keep_ours(row, **known)
            sentence, level = "Our value is kept.", messages.SUCCESS
    except services.AlreadyDecided:
        sentence, level = "Somebody decided this already.", messages.INFO
    except services.CannotApply:
        sentence, level = "This value cannot be taken over. Change the record by hand, or keep ours.", messages.WARNING
    except EditedMeanwhile:
        sentence, level = "Somebody is changing that record now. Look at it, then decide again.", messages.WARNING
    return said(request, sentence, "check-detail", check.code, level=level)


@require_safe
@reads_raw
def raw_answer(request: HttpRequest, code: UUID) -> HttpResponse:
    """Show the full answer as it came, for billing."""
    asker = Asker(request)
    check = get_check(asker.clinic, code)
    audit.record(asker.user, "eligibility.check.raw_viewed", check, clinic=asker.clinic)
    text = simplejson.dumps(check.response, use_decimal=True, indent=2, ensure_ascii=False)
    asked = simplejson.dumps(check.request, use_decimal=True, indent=2, ensure_ascii=False)
    return render(request, "eligibility/check_raw.html", {"check": check, "text": text, "asked": asked})
