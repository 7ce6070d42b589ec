"""Rows to ask about: a patient with a coverage, a visit, a finished check, a call as it is typed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from clinic.models import Clinic, User
from eligibility.asked import asked_of
from eligibility.capture_form import CaptureForm, prefilled
from eligibility.models import EligibilityCheck, ManualCapture
from eligibility.services import finish_capture, request_check, start_capture
from eligibility.services.results import write_answer
from eligibility.vendors.candid import wire
from intake.models import Appointment, Coverage, Patient, Payer

JANE = {"first_name": "Jane", "last_name": "Doe", "birth_date": date(2004, 4, 4)}


def coverage(clinic: Clinic, member_id: str = "AETNA12345", *, payer_id: str = "60054", **person: Any) -> Coverage:
    """Save a patient of the clinic with one insurance; Jane Doe at Aetna unless said otherwise."""
    values = JANE | person
    spry = values.pop("spry_patient_id", 901)
    more = {name: values.pop(name) for name in list(values) if name in _COVERAGE}
    patient = Patient.objects.create(organization=clinic.organization, spry_patient_id=spry, **values)
    patient.clinics.add(clinic)
    known = {"name": f"Payer {payer_id}" if payer_id != "60054" else "Aetna"}
    payer, _ = Payer.objects.get_or_create(edi_payer_id=payer_id, defaults=known)
    return Coverage.objects.create(patient=patient, clinic=clinic, payer=payer, member_id=member_id, **more)


_COVERAGE = {"relationship", "subscriber_first_name", "subscriber_last_name", "subscriber_birth_date", "type"}


def visit(clinic: Clinic, patient: Patient, **values: Any) -> Appointment:
    """Save a visit for noon of the clinic's today."""
    noon = datetime.combine(clinic.today(), datetime.min.time(), tzinfo=clinic.zone) + timedelta(hours=12)
    return Appointment.objects.create(clinic=clinic, patient=patient, **({"starts_at": noon} | values))


def asked(clinic: Clinic, row: Coverage, by: User, service: str = "30", **values: Any) -> EligibilityCheck:
    """Put a question for today."""
    known = {"date_of_service": clinic.today(), "service_type_code": service, "by": by, "now": timezone.now()}
    return request_check(clinic=clinic, coverage=row, **(known | values))


def answered(clinic: Clinic, row: Coverage, document: dict[str, Any], service: str = "30", **columns: Any):
    """Save a check that Candid answered with the document."""
    check = EligibilityCheck.objects.create(
        coverage=row,
        clinic=clinic,
        date_of_service=clinic.today(),
        service_type_code=service,
        asked_of=asked_of(row),
        **columns,
    )
    reply = wire.parse_answer(document, service_type_code=service)
    write_answer(check, reply, response=document, now=timezone.now())
    return check


ACTIVE = {"response": None, "parsed_response": {"eligibility_status": "ACTIVE"}}
INACTIVE = {"response": None, "parsed_response": {"eligibility_status": "INACTIVE"}}


def rejected(code: str) -> dict[str, Any]:
    """Return Candid's document of an AAA rejection."""
    return {"response": None, "errors": [{"source": "STEDI", "errorDetails": {"code?": code}}]}


def typed(clinic: Clinic, row: Coverage, **changes: Any) -> dict[str, Any]:
    """Return a whole call as the form sends it."""
    known = {
        "spoke_with": "R. Agent",
        "call_reference": "9874561",
        "member_id_confirmed": "on",
        "plan_active": "Y",
        "plan_start_date": f"{clinic.today().year}-01-01",
        "prior_authorization": "N",
        "in_network_discussed": "on",
        "in_network_individual_deductible": "1000",
        "in_network_individual_deductible_remaining": "0",
        "in_network_coinsurance_percent": "20",
        "in_network_copay": "25.10",
        "in_network_visits": "20",
        "in_network_visits_remaining": "17",
    }
    return {key: value for key, value in (prefilled(clinic, row, None) | known | changes).items() if value is not None}


def finished(clinic: Clinic, row: Coverage, by: User, **changes: Any) -> ManualCapture:
    """Write down a call and finish it."""
    form = CaptureForm(clinic, row, typed(clinic, row))
    capture = start_capture(coverage=row, clinic=clinic, typed=form.typed(), by=by)
    return finish_draft(capture, by, **changes)


def finish_draft(capture: ManualCapture, by: User, **changes: Any) -> ManualCapture:
    """Finish a draft, with some values changed."""
    form = CaptureForm(capture.clinic, capture.coverage, capture.typed | changes)
    assert form.is_valid(), form.errors
    return finish_capture(
        capture,
        call=form.call(),
        typed=form.typed(),
        ticked=[],
        date_of_service=form.cleaned_data["date_of_service"],
        service_type_code=form.cleaned_data["service_type_code"],
        by=by,
        now=timezone.now(),
    )


def dollars(text: str) -> Decimal:
    """Return an amount."""
    return Decimal(text)
