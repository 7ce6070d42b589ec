"""Pages of a phone call: writing it down, finishing, correcting, sending it to SPRY."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.models import Clinic, Role
from core import audit
from core.models import EditedMeanwhile
from intake.access import appointments_for, get_coverage
from intake.models import Appointment, CardImage, Coverage
from intake.services.holds import Held
from intake.views.common import Asker, said, version_of

from .. import services
from ..access import checks_for, get_capture
from ..capture_form import CaptureForm, prefilled, spoken, theirs
from ..choices import CaptureStatus
from ..forms import DecisionForm, next_appointment
from ..models import ManualCapture
from .common import MAY_ASK, asks, reads

_GONE = "This call is finished already. To change it, correct it."


@asks
def start_capture(request: HttpRequest, code: UUID) -> HttpResponse:
    """Begin to write a call down; the first save makes the draft."""
    asker = Asker(request)
    coverage = get_coverage(asker.clinic, code)
    about = _code(request, "check")
    check = checks_for(asker.clinic).filter(coverage=coverage, code=about).first() if about else None
    appointment = check.appointment if check else _appointment(request, asker, coverage)
    if request.method != "POST":
        initial = prefilled(asker.clinic, coverage, appointment)
        if check is not None:  # the call answers this question, so it joins its thread
            initial |= {"date_of_service": check.date_of_service, "service_type_code": check.service_type_code}
        form = CaptureForm(asker.clinic, coverage, initial=initial)
        return render(request, "eligibility/capture_form.html", _page(form, coverage, None, appointment))
    form = CaptureForm(asker.clinic, coverage, request.POST)
    known: dict[str, Any] = {"coverage": coverage, "appointment": appointment, "form_code": _code(request, "form")}
    try:
        capture = services.start_capture(clinic=asker.clinic, typed=form.typed(), by=asker.user, **known)
    except services.BegunAlready as begun:
        return _sent_twice(request, begun.capture, form)
    return _saved(request, asker, capture, form)


def _sent_twice(request: HttpRequest, first: ManualCapture, form: CaptureForm) -> HttpResponse:
    """Go to what the form made the first time; a draft that says something else by now is shown beside it."""
    if not first.is_draft:
        return redirect("capture-detail", first.code)
    if not (differing := theirs(form, first)):
        return redirect("capture-edit", first.code)
    page = _page(form, first.coverage, first, first.appointment) | {"theirs": differing}
    return render(request, "eligibility/capture_form.html", page, status=409)


def _appointment(request: HttpRequest, asker: Asker, coverage: Coverage) -> Appointment | None:
    """Return the visit named in the address or the form, else the patient's next one."""
    code = _code(request, "appointment")
    if code is None:
        return next_appointment(asker.clinic, coverage)
    return appointments_for(asker.clinic).filter(code=code, patient=coverage.patient_id).first()


def _code(request: HttpRequest, name: str) -> UUID | None:
    try:
        return UUID(request.GET.get(name, "") or request.POST.get(name, ""))
    except ValueError:
        return None


@asks
def edit_capture(request: HttpRequest, code: UUID) -> HttpResponse:
    """Go on writing a draft."""
    asker = Asker(request)
    capture = get_capture(asker.clinic, code)
    if not capture.is_draft:
        return said(request, _GONE, "capture-detail", capture.code, level=messages.INFO)
    if request.method != "POST":
        audit.record(asker.user, "eligibility.capture.viewed", capture, clinic=asker.clinic)
        form = CaptureForm(asker.clinic, capture.coverage, initial=capture.typed)
        page = _page(form, capture.coverage, capture, capture.appointment)
        return render(request, "eligibility/capture_form.html", page)
    form = CaptureForm(asker.clinic, capture.coverage, request.POST)
    try:
        services.save_draft(capture, version=version_of(request), typed=form.typed(), by=asker.user)
    except services.CaptureMovedOn:
        return said(request, _GONE, "capture-detail", capture.code, level=messages.INFO)
    except EditedMeanwhile:
        page = _page(form, capture.coverage, capture, capture.appointment) | {"theirs": theirs(form, capture)}
        return render(request, "eligibility/capture_form.html", page, status=409)
    return _saved(request, asker, capture, form)


def _saved(request: HttpRequest, asker: Asker, capture: ManualCapture, form: CaptureForm) -> HttpResponse:
    """The draft is safe; finish it when that was asked for and nothing stands against it."""
    if "finish" not in request.POST:
        return said(request, "The draft is saved. Nothing is sent.", "capture-edit", capture.code)
    page = _page(form, capture.coverage, capture, capture.appointment)
    if form.is_valid() and not form.rule_errors(now=timezone.now()):
        try:
            _finish(request, asker, capture, form)
            return redirect("capture-detail", capture.code)
        except services.NotFinished as stopped:
            page["doubts"] = stopped.warnings
        except services.CaptureMovedOn:
            return said(request, _GONE, "capture-detail", capture.code, level=messages.INFO)
    return render(request, "eligibility/capture_form.html", page, status=422)


def _finish(request: HttpRequest, asker: Asker, capture: ManualCapture, form: CaptureForm) -> None:
    services.finish_capture(
        capture,
        call=form.call(),
        typed=form.typed(),
        ticked=request.POST.getlist("override"),
        date_of_service=form.cleaned_data["date_of_service"],
        service_type_code=form.cleaned_data["service_type_code"],
        by=asker.user,
        now=timezone.now(),
    )


def _page(
    form: CaptureForm, coverage: Coverage, capture: ManualCapture | None, appointment: Appointment | None
) -> dict[str, Any]:
    return {
        "form": form,
        "coverage": coverage,
        "photos": _photos(form.clinic, coverage),
        "capture": capture,
        "appointment": appointment,
        "doubts": [],
        "form_code": uuid4(),
    }


def _photos(clinic: Clinic, coverage: Coverage) -> list[CardImage]:
    """Return the photos of the card the coverage came from; they do not follow the patient to other clinics."""
    card = coverage.card
    return list(card.images.all()) if card and card.clinic_id == clinic.pk else []


@require_safe
@reads
def capture_detail(request: HttpRequest, code: UUID) -> HttpResponse:
    """Show a call as it was written down, and where it stands at SPRY."""
    asker = Asker(request)
    capture = get_capture(asker.clinic, code)
    audit.record(asker.user, "eligibility.capture.viewed", capture, clinic=asker.clinic)
    return render(request, "eligibility/capture.html", _capture_page(asker, capture))


@require_safe
@reads
def capture_status(request: HttpRequest, code: UUID) -> HttpResponse:
    """Fragment that the page asks for while the call is on its way to SPRY; once it ended the whole page is."""
    asker = Asker(request)
    capture = get_capture(asker.clinic, code)
    if not capture.is_moving and request.GET.get("shown") != capture.status:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "eligibility/_capture.html", _capture_page(asker, capture))


def _capture_page(asker: Asker, capture: ManualCapture) -> dict[str, Any]:
    state, label, sentence = told(capture)
    form = CaptureForm(asker.clinic, capture.coverage, initial=capture.typed)
    refused = form.fields.get(capture.refused_field)
    may_ask = asker.role in MAY_ASK
    waits_here = capture.status == CaptureStatus.SAVED_HERE and not services.missing_numbers(capture)
    refused_for_admin = capture.status == CaptureStatus.REJECTED and asker.role == Role.ADMIN
    return {
        "capture": capture,
        "state": state,
        "label": label,
        "sentence": sentence,
        "refused_label": refused.label if refused else "",
        "said": spoken(form),
        "superseded_by": capture.corrections.exclude(status=CaptureStatus.DRAFT).first(),
        "may_correct": may_ask and capture.is_correctable,
        "may_continue": may_ask and capture.is_draft,
        "may_send": (may_ask and waits_here) or refused_for_admin,
        "decision": DecisionForm() if capture.status == CaptureStatus.UNCLEAR and asker.role == Role.ADMIN else None,
    }


def told(capture: ManualCapture) -> tuple[str, str, str]:
    """Return state word, label and sentence for where a call stands."""
    status = CaptureStatus(capture.status)
    return (_TOLD[status][0], status.label, _sentence(capture))


_TOLD = {
    CaptureStatus.DRAFT: ("needs-you", "This call is a draft. Finish it to use its benefits."),
    CaptureStatus.SAVED_HERE: ("done", "The call is saved here and its benefits are in use."),
    CaptureStatus.QUEUED: ("waiting", "The call is saved here and goes to SPRY next."),
    CaptureStatus.SENDING: ("waiting", "The call is saved here and is being sent to SPRY."),
    CaptureStatus.SAVED: ("done", "The call is saved here and at SPRY."),
    CaptureStatus.REJECTED: ("blocked", "SPRY refused the call. It is saved here and its benefits are in use."),
    CaptureStatus.UNKNOWN: ("waiting", "SPRY's answer got lost. The call is saved here; we look for it at SPRY."),
    CaptureStatus.UNCLEAR: (
        "needs-you",
        "SPRY's answer got lost and nobody looks for it any more. The call is saved here and its benefits are in use. "
        "An admin looks at SPRY and says here whether it is there.",
    ),
    CaptureStatus.SUPERSEDED: ("none", "A later call replaces this one. It is kept as evidence."),
}


def _sentence(capture: ManualCapture) -> str:
    sentence = _TOLD[CaptureStatus(capture.status)][1]
    if capture.status == CaptureStatus.SAVED_HERE and (missing := services.missing_numbers(capture)):
        return f"Saved here; to send it to SPRY add {' and '.join(missing)}."
    if capture.status == CaptureStatus.QUEUED and capture.next_try_at is not None:
        at = capture.next_try_at.astimezone(capture.clinic.zone)
        return f"The call is saved here. SPRY could not take it; we try again at {at:%H:%M}."
    return sentence


@require_POST
@asks
def correct_capture(request: HttpRequest, code: UUID) -> HttpResponse:
    """Begin a correction: a new call that replaces this one when it is finished."""
    asker = Asker(request)
    capture = get_capture(asker.clinic, code)
    try:
        draft = services.correct_capture(capture, clinic=asker.clinic, by=asker.user)
    except services.CaptureMovedOn:
        sentence = "This call cannot be corrected while it is on its way to SPRY. Try again in a minute."
        return said(request, sentence, "capture-detail", capture.code, level=messages.INFO)
    return redirect("capture-edit", draft.code)


@require_POST
@reads
def send_capture(request: HttpRequest, code: UUID) -> HttpResponse:
    """Send a call that is saved here only; an admin also sends a refused one again, or decides an unclear one."""
    asker = Asker(request)
    capture = get_capture(asker.clinic, code)
    if asker.role == Role.ADMIN and "decision" in request.POST:
        return _decide(request, asker, capture)
    if not _capture_page(asker, capture)["may_send"]:
        sentence = "This call cannot be sent from here now."
        return said(request, sentence, "capture-detail", capture.code, level=messages.WARNING)
    try:
        services.send_capture(capture, by=asker.user)
    except (services.CaptureMovedOn, services.NotFinished):
        return said(request, "Somebody sent it already.", "capture-detail", capture.code, level=messages.INFO)
    return redirect("capture-detail", capture.code)


def _decide(request: HttpRequest, asker: Asker, capture: ManualCapture) -> HttpResponse:
    """Do what an admin says about a call of which nobody knows whether SPRY has it."""
    form = DecisionForm(request.POST)
    try:
        if request.POST["decision"] == "look":
            services.look_again(capture, by=asker.user)
        elif form.is_valid():
            _settle(asker, capture, form.cleaned_data)
    except services.CaptureMovedOn:
        sentence = "This call is not unclear any more, so nothing was changed."
        return said(request, sentence, "capture-detail", capture.code, level=messages.INFO)
    except services.NumberTaken:
        form.add_error("enquiry_id", "Another call is filed under this number. Look again which one it is.")
    if form.errors and request.POST["decision"] != "look":
        page = _capture_page(asker, capture) | {"decision": form}
        return render(request, "eligibility/capture.html", page, status=422)
    return redirect("capture-detail", capture.code)


def _settle(asker: Asker, capture: ManualCapture, told: dict[str, Any]) -> None:
    known: dict[str, Any] = {"why": told["why"], "by": asker.user, "now": timezone.now()}
    if told["decision"] == "there":
        services.say_it_is_there(capture, enquiry_id=told["enquiry_id"], **known)
    else:
        services.say_it_is_not_there(capture, **known)


@require_POST
@asks
def discard_capture(request: HttpRequest, code: UUID) -> HttpResponse:
    """Throw a draft away."""
    asker = Asker(request)
    capture = get_capture(asker.clinic, code)
    try:
        services.discard_draft(capture, by=asker.user)
    except services.CaptureMovedOn:
        return said(request, _GONE, "capture-detail", capture.code, level=messages.INFO)
    except Held as held:
        return said(request, str(held), "capture-edit", capture.code, level=messages.WARNING)
    return said(request, "The draft is thrown away.", "coverage-detail", capture.coverage.code)
