"""Eligibility checks and phone captures over the API: the same services as the pages; see docs/eligibility.md."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.access import clinic_api
from clinic.models import Role
from core import audit
from core.api import Problem
from intake.access import get_appointment, get_coverage
from intake.api import page_of, read_input
from intake.models import Appointment, Coverage
from intake.views.common import Asker

from . import serializers as shapes
from . import services
from .access import captures_for, checks_for, get_capture, get_check
from .capture_form import CaptureForm, prefilled
from .forms import check_initial
from .models import ManualCapture

READERS = (Role.FRONT_DESK, Role.BILLING, Role.ADMIN)
ASKERS = (Role.FRONT_DESK, Role.BILLING)


def _asker(request: Request) -> Asker:
    """Return who asks and where, as the token says."""
    return Asker(cast(HttpRequest, request))


def _only_askers(asker: Asker) -> None:
    if asker.role not in ASKERS:
        raise Problem(403, "Not allowed", "The front desk and billing ask payers; your role reads.")


def _visit(asker: Asker, coverage: Coverage, code: UUID | None) -> Appointment | None:
    if code is None:
        return None
    appointment = get_appointment(asker.clinic, code)
    if appointment.patient_id != coverage.patient_id:
        raise Problem(400, "Some values are not right", errors={"appointment": ["This is another patient's visit."]})
    return appointment


# ---- /eligibility-checks/ -------------------------------------------------------------------------------------------


@extend_schema(methods=["GET"], parameters=[shapes.CheckQuery], responses=shapes.CheckOut(many=True))
@extend_schema(
    methods=["POST"],
    request=shapes.CheckIn,
    responses={201: shapes.CheckOut, 409: OpenApiResponse(description="This question is open; see `check`.")},
)
@clinic_api(*READERS)
@api_view(["GET", "POST"])
def check_list(request: Request) -> Response:
    """List checks, newest first, or ask a payer; the answer comes later, read it from the check."""
    asker = _asker(request)
    if request.method == "POST":
        _only_askers(asker)
        return _ask(asker, read_input(shapes.CheckIn, request.data))
    query = read_input(shapes.CheckQuery, request.query_params)
    rows = checks_for(asker.clinic).light()
    if query["needs_attention"]:
        rows = rows.needing_attention()
    if "coverage" in query:
        rows = rows.filter(coverage=get_coverage(asker.clinic, query["coverage"]))
    audit.record(asker.user, "eligibility.checks.listed", clinic=asker.clinic)
    return page_of(request, rows, shapes.CheckOut)


def _ask(asker: Asker, values: dict[str, Any]) -> Response:
    coverage = get_coverage(asker.clinic, values["coverage"])
    appointment = _visit(asker, coverage, values.get("appointment"))
    initial = check_initial(asker.clinic, coverage, appointment)
    try:
        check = services.request_check(
            clinic=asker.clinic,
            coverage=coverage,
            appointment=appointment,
            date_of_service=values.get("date_of_service") or initial["date_of_service"],
            service_type_code=values.get("service_type_code") or initial["service_type_code"],
            ask_as=values.get("ask_as", ""),
            by=asker.user,
            now=timezone.now(),
        )
    except services.CannotAsk as missing:
        raise Problem(400, "Some values are not right", errors={missing.field: [missing.sentence]}) from None
    except services.CheckAlreadyOpen as already:
        sentence = "The same question is open already."
        raise Problem(409, "Already asked", sentence, check=str(already.check.code)) from None
    return Response(shapes.CheckOut(check).data, status=201)


@extend_schema(responses=shapes.CheckDetailOut)
@clinic_api(*READERS)
@api_view(["GET"])
def check_detail(request: Request, code: UUID) -> Response:
    """Return a check with its answer and benefits."""
    asker = _asker(request)
    check = get_check(asker.clinic, code)
    audit.record(asker.user, "eligibility.check.viewed", check, clinic=asker.clinic)
    return Response(shapes.CheckDetailOut(check).data)


# ---- /manual-captures/ ----------------------------------------------------------------------------------------------


@extend_schema(methods=["GET"], parameters=[shapes.CheckQuery], responses=shapes.CaptureOut(many=True))
@extend_schema(methods=["POST"], request=shapes.CaptureIn, responses={201: shapes.CaptureOut})
@clinic_api(*READERS)
@api_view(["GET", "POST"])
def capture_list(request: Request) -> Response:
    """List phone calls, newest first, or begin to write one down; a draft is sent nowhere."""
    asker = _asker(request)
    if request.method == "GET":
        query = read_input(shapes.CheckQuery, request.query_params)
        rows = captures_for(asker.clinic)
        if "coverage" in query:
            rows = rows.filter(coverage=get_coverage(asker.clinic, query["coverage"]))
        audit.record(asker.user, "eligibility.captures.listed", clinic=asker.clinic)
        return page_of(request, rows, shapes.CaptureOut)
    _only_askers(asker)
    values = read_input(shapes.CaptureIn, request.data)
    coverage = get_coverage(asker.clinic, values["coverage"])
    appointment = _visit(asker, coverage, values.get("appointment"))
    form = CaptureForm(asker.clinic, coverage, prefilled(asker.clinic, coverage, appointment) | values["call"])
    capture = services.start_capture(
        coverage=coverage, clinic=asker.clinic, typed=form.typed(), by=asker.user, appointment=appointment
    )
    return Response(shapes.CaptureOut(capture).data, status=201)


@extend_schema(methods=["GET"], responses=shapes.CaptureOut)
@clinic_api(*READERS)
@api_view(["GET"])
def capture_detail(request: Request, code: UUID) -> Response:
    """Return a phone call: where it stands, here and at SPRY."""
    asker = _asker(request)
    capture = get_capture(asker.clinic, code)
    audit.record(asker.user, "eligibility.capture.viewed", capture, clinic=asker.clinic)
    return Response(shapes.CaptureOut(capture).data)


@extend_schema(request=shapes.FinishIn, responses=shapes.CaptureOut)
@clinic_api(*ASKERS)
@api_view(["POST"])
def capture_finish(request: Request, code: UUID) -> Response:
    """Finish a draft: its benefits are used from now on, and it goes to SPRY when SPRY's numbers are known."""
    asker = _asker(request)
    capture = get_capture(asker.clinic, code)
    override = read_input(shapes.FinishIn, request.data)["override"]
    form = CaptureForm(asker.clinic, capture.coverage, capture.typed)
    if not form.is_valid() or form.rule_errors(now=timezone.now()):
        raise Problem(400, "Some values are not right", errors=dict(form.errors))
    _finish(asker, capture, form, override)
    return Response(shapes.CaptureOut(capture).data)


def _finish(asker: Asker, capture: ManualCapture, form: CaptureForm, override: list[str]) -> None:
    try:
        services.finish_capture(
            capture,
            call=form.call(),
            typed=form.typed(),
            ticked=override,
            date_of_service=form.cleaned_data["date_of_service"],
            service_type_code=form.cleaned_data["service_type_code"],
            by=asker.user,
            now=timezone.now(),
        )
    except services.NotFinished as stopped:
        doubts = {doubt.code: doubt.sentence for doubt in stopped.warnings}
        sentence = "Send the codes of what the payer really said in `override`."
        raise Problem(409, "Is this right?", sentence, warnings=doubts) from None
    except services.CaptureMovedOn:
        raise Problem(409, "Finished already", "To change it, correct it on its page.") from None
