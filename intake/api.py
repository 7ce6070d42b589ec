"""Patients, appointments, payers and coverages over the API: the same services as the pages; see docs/intake.md."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Prefetch, prefetch_related_objects
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.access import clinic_api, providers_for
from clinic.models import Provider, Role
from core import audit
from core.api import PageOf, Problem

from . import patient_shapes as people
from . import serializers as shapes
from .access import coverages_for, get_appointment, get_coverage, get_patient, patients_for
from .asker import Asker
from .coverage_shapes import CoverageIn, CoverageOut, CoveragePatch
from .models import Appointment, Coverage, Patient, Payer
from .services import appointments, coverage, duplicates, finding, injuries, patients, registration
from .services.payers import payer_from_choice, search_payers

READERS = (Role.FRONT_DESK, Role.BILLING, Role.ADMIN)
PERSON = ("first_name", "last_name", "birth_date")


def read_input(serializer: type[Any], data: Any, **options: Any) -> dict[str, Any]:
    """Return what a request carries, checked. Raises ValidationError, which becomes a problem document."""
    checked = serializer(data=data, **options)
    checked.is_valid(raise_exception=True)
    return dict(checked.validated_data)


def page_of(request: Request, rows: Any, shape: type[Any]) -> Response:
    """Return one page of rows, newest first."""
    page, after = PageOf.of(request, rows)
    return Response({"results": shape(page, many=True).data, "after": after})


# ---- /patients/ -----------------------------------------------------------------------------------------------------


@extend_schema(request=shapes.SearchIn, responses=people.FoundOut(many=True))
@clinic_api(*READERS)
@api_view(["POST"])
def search(request: Request) -> Response:
    """Find patients by names, birth date, phone, member id or record number; posted: no name stands in an address."""
    asker = Asker(request)
    text = read_input(shapes.SearchIn, request.data)["text"]
    found = finding.find_patients(asker.clinic, text, today=asker.clinic.today(timezone.now())).found
    audit.record(asker.user, "intake.patients.searched", clinic=asker.clinic, found=len(found))
    return Response(people.FoundOut(found, many=True).data)


@extend_schema(methods=["GET"], parameters=[PageOf], responses=people.PatientOut(many=True))
@extend_schema(methods=["POST"], request=people.NewPatientIn, responses={201: people.PatientDetail})
@clinic_api(*READERS)
@api_view(["GET", "POST"])
def patient_list(request: Request) -> Response:
    """List the clinic's patients, or register one; a known name and birth date answers 409 until told what to do."""
    asker = Asker(request)
    if request.method == "GET":
        audit.record(asker.user, "intake.patients.listed", clinic=asker.clinic)
        return page_of(request, patients_for(asker.clinic), people.PatientOut)
    only_desk(request)
    values = read_input(people.NewPatientIn, request.data)
    patient = _registered(request, values.pop("if_known"), values)
    return Response(_detail(asker, patient), status=201)


def _registered(request: Request, if_known: str, values: dict[str, Any]) -> Patient:
    asker = Asker(request)
    person = {name: values[name] for name in PERSON}
    here = patients.known_here(asker.clinic, **person)
    if here and if_known == "ask":
        raise Problem(
            409,
            "Already registered here",
            "A patient of this name and birth date is registered.",
            patient=str(here.code),
        )
    elsewhere = patients.known_elsewhere(asker.clinic, **person)
    if elsewhere and if_known == "ask":
        sentence = 'Another clinic knows somebody of this name and birth date. Send "if_known": "link" or "register".'
        raise Problem(409, "Known in another clinic", sentence, known_elsewhere=True)
    if elsewhere and if_known == "link":
        return patients.link_patient(clinic=asker.clinic, by=asker.user, **person)
    return patients.register_patient(clinic=asker.clinic, by=asker.user, **values)


@extend_schema(methods=["GET"], responses=people.PatientDetail)
@extend_schema(methods=["PATCH"], request=people.PatientPatch, responses=people.PatientDetail)
@clinic_api(*READERS)
@api_view(["GET", "PATCH"])
def patient_detail(request: Request, code: UUID) -> Response:
    """Return a patient, or change what is sent."""
    asker = Asker(request)
    patient = get_patient(asker.clinic, code)
    if request.method == "PATCH":
        only_desk(request)
        values = read_input(people.PatientPatch, request.data, partial=True)
        version = values.pop("version", None)
        patients.edit_patient(patient, clinic=asker.clinic, by=asker.user, version=version, **values)
    else:
        audit.record(asker.user, "intake.patient.viewed", patient, clinic=asker.clinic)
    return Response(_detail(asker, patient))


def _detail(asker: Asker, patient: Patient) -> dict[str, Any]:
    """Return the record as the API shows it, with what the clinic misses in it."""
    missing = [found.item.name for found in registration.missing_from(patient, asker.clinic, timezone.now())]
    return dict(people.PatientDetail(patient, context={"missing": missing}).data)


@extend_schema(responses=shapes.AlikeOut(many=True))
@clinic_api(*READERS)
@api_view(["GET"])
def patient_alike(request: Request, code: UUID) -> Response:
    """List the clinic's patients who may be the same person, the likeliest first, with the reasons."""
    asker = Asker(request)
    patient = get_patient(asker.clinic, code)
    found = duplicates.like(patient, asker.clinic)
    others = [one.patient.pk for one in found]
    audit.record(asker.user, "intake.patients.compared", patient, clinic=asker.clinic, others=others)
    return Response(shapes.AlikeOut(found, many=True).data)


# ---- /appointments/ -------------------------------------------------------------------------------------------------


@extend_schema(methods=["GET"], parameters=[shapes.DayQuery], responses=shapes.AppointmentOut(many=True))
@extend_schema(methods=["POST"], request=shapes.AppointmentIn, responses={201: shapes.AppointmentOut})
@clinic_api(*READERS)
@api_view(["GET", "POST"])
def appointment_list(request: Request) -> Response:
    """List the appointments of one day (`day=2026-11-22`, today when absent), or add one."""
    asker = Asker(request)
    if request.method == "GET":
        query = read_input(shapes.DayQuery, request.query_params)
        rows = appointments.appointments_on(asker.clinic, query.get("day") or asker.clinic.today(timezone.now()))
        prefetch_related_objects(rows, Prefetch("injury", Coverage.objects.only("code")))
        audit.record(asker.user, "intake.day.viewed", clinic=asker.clinic, rows=len(rows))
        return Response(shapes.AppointmentOut(rows, many=True).data)
    only_desk(request)
    values = read_input(shapes.AppointmentIn, request.data)
    patient = get_patient(asker.clinic, values.pop("patient"))
    values["provider"] = _provider(asker, values["provider"])
    values["injury"] = _injury(asker, patient, values["injury"])
    _refuse_if_here(asker, values["external_id"])
    try:
        added = appointments.add_appointment(clinic=asker.clinic, patient=patient, by=asker.user, **values)
    except IntegrityError:  # an import or another program has added it since
        _refuse_if_here(asker, values["external_id"])
        raise
    return Response(shapes.AppointmentOut(added).data, status=201)


def _refuse_if_here(asker: Asker, external_id: str) -> None:
    """Raise Problem where the clinic has a visit of this number of another program."""
    if here := appointments.by_external_id(asker.clinic, external_id):
        raise Problem(409, "Here already", "An appointment has this external_id.", appointment=str(here.code))


def _injury(asker: Asker, patient: Patient, code: UUID | None) -> Coverage | None:
    """Return the insurance of an injury of the patient. Raises Http404, and Problem where it is none of theirs."""
    claim = get_coverage(asker.clinic, code) if code else None
    try:
        injuries.check_injury(patient, claim)
    except injuries.NotTheirInjury:
        sentence = "This coverage answers for no injury of the patient, or is not in use any more."
        raise Problem(400, "Some values are not right", errors={"injury": [sentence]}) from None
    return claim


def _provider(asker: Asker, code: UUID | None) -> Provider | None:
    """Return the clinic's provider of a code. Raises Http404."""
    return get_object_or_404(providers_for(asker.clinic), code=code) if code else None


@extend_schema(methods=["GET"], responses=shapes.AppointmentOut)
@extend_schema(methods=["PATCH"], request=shapes.AppointmentPatch, responses=shapes.AppointmentOut)
@clinic_api(*READERS)
@api_view(["GET", "PATCH"])
def appointment_detail(request: Request, code: UUID) -> Response:
    """Return an appointment, give it another time, or say where it stands."""
    asker = Asker(request)
    appointment = get_appointment(asker.clinic, code)
    if request.method == "PATCH":
        only_desk(request)
        _change_appointment(asker, appointment, read_input(shapes.AppointmentPatch, request.data))
    else:
        audit.record(asker.user, "intake.appointment.viewed", appointment, clinic=asker.clinic)
    return Response(shapes.AppointmentOut(appointment).data)


@transaction.atomic
def _change_appointment(asker: Asker, visit: Appointment, values: dict[str, Any]) -> None:
    """Do what a PATCH says: first the slot, then the state. Raises Problem, core.models.EditedMeanwhile."""
    known: dict[str, Any] = {"by": asker.user, "now": timezone.now()}
    version = values.get("version", visit.version)
    provider = visit.provider  # who has left the clinic keeps the visits that are theirs
    if "provider" in values and values["provider"] != (provider and provider.code):
        provider = _provider(asker, values["provider"])
    starts_at, visit_type = values.get("starts_at", visit.starts_at), values.get("visit_type", visit.visit_type)
    slot = appointments.Slot(starts_at, provider, visit_type)
    try:
        if slot != appointments.Slot(visit.starts_at, visit.provider, visit.visit_type):
            appointments.reschedule(visit, slot, version=version, **known)
            version = visit.version
        if "injury" in values and values["injury"] != (visit.injury and visit.injury.code):
            claim = _injury(asker, visit.patient, values["injury"])
            injuries.set_injury(visit, claim, by=asker.user, version=version)
            version = visit.version
        if values.get("status", visit.status) != visit.status:
            reason = values.get("cancel_reason", "")
            appointments.move_appointment(visit, values["status"], version=version, reason=reason, **known)
    except appointments.ReasonMissing:
        raise Problem(400, "Some values are not right", errors={"cancel_reason": ["Say why."]}) from None
    except appointments.AppointmentMovedOn:
        raise Problem(409, "Not from where it stands", f"The appointment is {visit.status}.") from None


# ---- /payers/ -------------------------------------------------------------------------------------------------------


@extend_schema(parameters=[shapes.PayerQuery, PageOf], responses=shapes.PayerOut(many=True))
@clinic_api(*READERS)
@api_view(["GET"])
def payer_list(request: Request) -> Response:
    """List the payers this organization knows; `q` looks in names, learned names and ids."""
    query = read_input(shapes.PayerQuery, request.query_params)
    return page_of(request, search_payers(query["q"]), shapes.PayerOut)


def payer_of(choice: dict[str, Any]) -> Payer:
    """Return the payer that a request names, adding one that is new. Raises Http404 for an unknown code."""
    if choice.get("code"):
        return get_object_or_404(Payer, code=choice["code"])
    return payer_from_choice(choice["edi_payer_id"], choice["name"])


# ---- /coverages/ ----------------------------------------------------------------------------------------------------


@extend_schema(methods=["GET"], parameters=[shapes.CoverageQuery], responses=CoverageOut(many=True))
@extend_schema(
    methods=["POST"],
    request=CoverageIn,
    responses={
        201: CoverageOut,
        409: OpenApiResponse(description="A coverage is on file: say on_file."),
    },
)
@clinic_api(*READERS)
@api_view(["GET", "POST"])
def coverage_list(request: Request) -> Response:
    """List a patient's coverages, newest first, or add one without a card."""
    asker = Asker(request)
    if request.method == "GET":
        patient = get_patient(asker.clinic, read_input(shapes.CoverageQuery, request.query_params)["patient"])
        audit.record(asker.user, "intake.patient.viewed", patient, clinic=asker.clinic)
        rows = coverages_for(asker.clinic).filter(patient=patient).order_by("-pk")
        return Response(CoverageOut(rows, many=True).data)
    only_desk(request)
    values = read_input(CoverageIn, request.data)
    patient = get_patient(asker.clinic, values.pop("patient"))
    added = _add_coverage(request, patient, values)
    return Response(CoverageOut(added).data, status=201)


def _add_coverage(request: Request, patient: Patient, values: dict[str, Any]) -> Coverage:
    asker = Asker(request)
    placing = placing_of(patient, values)
    values["relationship"] = values.get("relationship") or Coverage.Relationship.SELF
    choice = values.pop("payer", None)
    pays_itself = values["type"] == Coverage.Type.SELF_PAY
    values["payer"] = payer_of(choice) if choice and not pays_itself else None
    require_subscriber(values)
    try:
        return coverage.add_coverage(
            patient=patient,
            clinic=asker.clinic,
            by=asker.user,
            placing=placing,
            today=asker.clinic.today(timezone.now()),
            **values,
        )
    except coverage.DecisionMissing:
        raise decision_missing(patient) from None


def placing_of(patient: Patient, values: dict[str, Any]) -> coverage.Placing:
    """Take `on_file` and `replaces` out of the values. REPLACE without a code means the primary coverage."""
    on_file, code = values.pop("on_file"), values.pop("replaces", None)
    if on_file != coverage.OnFile.REPLACE:
        return coverage.Placing(on_file)
    current = [row for row in coverage.current_coverages(patient) if code is None or row.code == code]
    if not current:
        raise Problem(409, "Nothing to replace", "The patient has no such coverage in use.")
    return coverage.Placing(on_file, current[0])


def require_subscriber(values: dict[str, Any]) -> None:
    """Ask for the subscriber when it is not the patient. Raises Problem."""
    if values["relationship"] == Coverage.Relationship.SELF:
        return
    needed = ("subscriber_first_name", "subscriber_last_name", "subscriber_birth_date")
    missing = {name: ["This is needed when the patient is not the subscriber."] for name in needed if not values[name]}
    if missing:
        raise Problem(400, "Some values are not right", errors=missing)


def decision_missing(patient: Patient) -> Problem:
    """Return the problem of a coverage that meets another one on file."""
    codes = [str(row.code) for row in coverage.current_coverages(patient)]
    sentence = "A coverage is on file. Send on_file as REPLACE, SECONDARY or LEAVE."
    return Problem(409, "Say what happens to the coverage on file", sentence, coverages=codes)


@extend_schema(methods=["GET"], responses=CoverageOut)
@extend_schema(
    methods=["PATCH"],
    request=CoveragePatch,
    responses={200: CoverageOut, 409: OpenApiResponse(description="Changed meanwhile, or the patient pays.")},
)
@clinic_api(*READERS)
@api_view(["GET", "PATCH"])
def coverage_detail(request: Request, code: UUID) -> Response:
    """Return a coverage, or change what is sent; one that ends gets its `termination_date`."""
    asker = Asker(request)
    row = get_coverage(asker.clinic, code)
    if request.method == "PATCH":
        only_desk(request)
        _change_coverage(request, row)
    else:
        audit.record(asker.user, "intake.coverage.viewed", row, clinic=asker.clinic)
    return Response(CoverageOut(row).data)


def _change_coverage(request: Request, row: Coverage) -> None:
    """Do what a PATCH says. Raises Problem, core.models.EditedMeanwhile."""
    asker = Asker(request)
    if row.is_self_pay:
        raise Problem(409, "Nothing to change", "The patient pays, so there is nothing to change.")
    values = read_input(CoveragePatch, request.data, instance=row, partial=True)
    # What follows from the other columns is written too, so nothing may have changed since the row was read.
    version = values.pop("version", row.version)
    if "payer" in values:
        values["payer"] = payer_of(values["payer"])
    if not row.is_injury:
        names = ("relationship", "subscriber_first_name", "subscriber_last_name", "subscriber_birth_date")
        require_subscriber({name: values.get(name, getattr(row, name)) for name in names})
    coverage.edit_coverage(row, clinic=asker.clinic, by=asker.user, version=version, **values)


def only_desk(request: Request) -> None:
    """Let the front desk alone change something. Raises Problem."""
    asker = Asker(request)
    if asker.role != Role.FRONT_DESK:
        raise Problem(403, "Not allowed", "Your role reads this; the front desk changes it.")
