"""Phone captures: draft, finish, send to SPRY, correct. What becomes of a sent one is the handlers' business."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from clinic.models import Clinic, User
from core import audit, commands
from intake.models import Appointment, Coverage
from intake.services import holds

from ..answers import judge
from ..asked import asked_of
from ..choices import CaptureStatus, Channel, CheckStatus
from ..models import EligibilityCheck, ManualCapture
from ..phone_call import PhoneCall, errors, reply_of, warnings
from ..vendors.spry import Numbers, wire
from .results import verdict_columns, write_answer

KIND = "eligibility.capture.send"


class CaptureMovedOn(Exception):
    """The capture is no longer in a state that allows this step."""


class BegunAlready(Exception):
    """This form was sent before; `capture` is what came of it."""

    def __init__(self, capture: ManualCapture) -> None:
        super().__init__(capture.pk)
        self.capture = capture


class NotFinished(Exception):
    """The call breaks a rule or has a warning that nobody ticked; `errors` and `warnings` say which."""

    def __init__(self, found: dict[str, str], unticked: list[Any]) -> None:
        super().__init__(sorted(found))
        self.errors, self.warnings = found, unticked


def start_capture(
    *,
    coverage: Coverage,
    clinic: Clinic,
    typed: dict[str, Any],
    by: User,
    appointment: Appointment | None = None,
    replaces: ManualCapture | None = None,
    form_code: UUID | None = None,
) -> ManualCapture:
    """Save a call that is being written down, as typed so far. Nothing is sent.

    `form_code` names the form it was typed into. Raises BegunAlready when that form was sent before.
    """
    known = {"coverage": coverage, "clinic": clinic, "appointment": appointment, "replaces": replaces}
    try:
        with transaction.atomic():
            capture = ManualCapture.objects.create(typed=typed, form_code=form_code, created_by=by, **known)
            audit.record(by, "eligibility.capture.started", capture, clinic=clinic)
    except IntegrityError:
        begun = ManualCapture.objects.filter(clinic=clinic, form_code=form_code).exclude(form_code=None).first()
        if begun is None:
            raise
        raise BegunAlready(begun) from None
    return capture


def save_draft(capture: ManualCapture, *, version: int, typed: dict[str, Any], by: User) -> None:
    """Keep what is typed so far, if the draft is still as it was at `version`.

    Raises CaptureMovedOn when it is finished already, and EditedMeanwhile when somebody else saved it since.
    """
    with transaction.atomic():
        if not ManualCapture.objects.filter(pk=capture.pk, status=CaptureStatus.DRAFT).exists():
            raise CaptureMovedOn
        capture.change(version, typed=typed)
        audit.record(by, "eligibility.capture.draft_saved", capture, clinic=capture.clinic)


def discard_draft(capture: ManualCapture, *, by: User) -> None:
    """Throw a draft away. Raises CaptureMovedOn when it is finished already, holds.Held under a legal hold."""
    with transaction.atomic():
        holds.require_free_coverage(capture.coverage_id)
        audit.record(by, "eligibility.capture.draft_discarded", capture, clinic=capture.clinic)
        deleted, _ = ManualCapture.objects.filter(pk=capture.pk, status=CaptureStatus.DRAFT).delete()
        if not deleted:
            raise CaptureMovedOn


def finish_capture(
    capture: ManualCapture,
    *,
    call: PhoneCall,
    typed: dict[str, Any],
    ticked: list[str],
    date_of_service: date,
    service_type_code: str,
    by: User,
    now: datetime,
) -> ManualCapture:
    """Make the draft an answer with benefits, and send it to SPRY if SPRY's numbers are known.

    `ticked` are the codes of warnings a person overrides. Raises NotFinished, and CaptureMovedOn when it is no draft.
    """
    overridden = _overridden(call, ticked, now)
    with transaction.atomic():
        capture.typed, capture.facts = typed, wire.build_facts(call, zone=capture.clinic.zone)
        capture.overridden = overridden
        capture.finished_by, capture.finished_at = by, now
        _leave(capture, (CaptureStatus.DRAFT,), CaptureStatus.SAVED_HERE, "facts", "finished_by", "finished_at")
        capture.eligibility_check = _answer(capture, call, date_of_service, service_type_code, by, now)
        capture.save(update_fields=["typed", "overridden", "eligibility_check"])
        if capture.replaces is not None:
            _leave(capture.replaces, ManualCapture.CORRECTABLE, CaptureStatus.SUPERSEDED)
        audit.record(by, "eligibility.capture.finished", capture, clinic=capture.clinic, overridden=overridden)
        if not missing_numbers(capture):
            _queue(capture, by)
    return capture


def _overridden(call: PhoneCall, ticked: list[str], now: datetime) -> list[str]:
    """Return the warnings that were ticked off. Raises NotFinished for a broken rule and for one that was not."""
    doubts = warnings(call)
    unticked = [doubt for doubt in doubts if doubt.code not in ticked]
    if (broken := errors(call, now=now)) or unticked:
        raise NotFinished(broken, unticked)
    return [doubt.code for doubt in doubts]


def _leave(capture: ManualCapture, was: tuple[str, ...], to: str, *columns: str) -> None:
    """Move the capture on, writing `columns` too, if it still is in one of the states `was`. Raises CaptureMovedOn."""
    row = ManualCapture.objects.select_for_update().filter(pk=capture.pk, status__in=was).first()
    if row is None:
        raise CaptureMovedOn
    capture.status = to
    capture.save(update_fields=["status", *columns])


def _answer(
    capture: ManualCapture, call: PhoneCall, day: date, service_type_code: str, by: User, now: datetime
) -> EligibilityCheck:
    """Save the call as a finished check: the same rows an electronic answer has."""
    reply = reply_of(call, service_type_code=service_type_code)
    check = EligibilityCheck.objects.create(
        coverage=capture.coverage,
        clinic=capture.clinic,
        appointment=capture.appointment,
        date_of_service=day,
        service_type_code=service_type_code,
        channel=Channel.MANUAL_CAPTURE,
        status=CheckStatus.DONE,
        initiated_at=call.called_at,
        asked_of=asked_of(capture.coverage),
        requested_by=by,
        **verdict_columns(judge(reply.evidence, service_type_code=service_type_code, day=day)),
    )
    write_answer(check, reply, response=None, now=now)
    return check


def missing_numbers(capture: ManualCapture) -> list[str]:
    """Return which of SPRY's numbers are not on file, in words."""
    needed = {
        "the organization's SPRY number (SPRY_ORGANISATION_ID)": settings.SPRY_ORGANISATION_ID,
        "the clinic's SPRY number": capture.clinic.spry_clinic_id,
        "the patient's SPRY number": capture.coverage.patient.spry_patient_id,
    }
    return [words for words, number in needed.items() if not number]


def _numbers(capture: ManualCapture) -> Numbers:
    appointment = capture.appointment
    return Numbers(
        patient_id=capture.coverage.patient.spry_patient_id or 0,
        organisation_id=settings.SPRY_ORGANISATION_ID,
        clinic_id=capture.clinic.spry_clinic_id or 0,
        appointment_id=appointment.spry_appointment_id if appointment else None,
    )


def _queue(capture: ManualCapture, by: User) -> None:
    """Freeze the bytes and let them be sent, inside the caller's transaction."""
    body = wire.build_capture(capture.facts or {}, _numbers(capture))
    capture.payload_hash = hashlib.sha256(body).hexdigest()
    capture.sent_at, capture.sends, capture.looks, capture.flag = None, 0, 0, ""
    capture.refused_code, capture.refused_message, capture.refused_field = None, "", ""
    fresh = ("payload_hash", "sent_at", "sends", "looks", "flag", "refused_code", "refused_message", "refused_field")
    _leave(capture, (CaptureStatus.SAVED_HERE, CaptureStatus.REJECTED), CaptureStatus.QUEUED, *fresh)
    commands.create(KIND, capture, clinic=capture.clinic, by=by, request=body)


def send_capture(capture: ManualCapture, *, by: User) -> None:
    """Send a capture that is saved here only, or (an admin's decision, made by the caller) one that SPRY refused.

    Raises CaptureMovedOn when it is neither, and NotFinished when SPRY's numbers are missing.
    """
    if missing := missing_numbers(capture):
        raise NotFinished({"numbers": f"Add {' and '.join(missing)} first."}, [])
    with transaction.atomic():
        _queue(capture, by)
        audit.record(by, "eligibility.capture.sent", capture, clinic=capture.clinic)


def correct_capture(capture: ManualCapture, *, clinic: Clinic, by: User) -> ManualCapture:
    """Return the draft that corrects a finished capture, beginning with what was typed then.

    The old row stays as evidence; it is superseded when the correction is finished. Raises CaptureMovedOn while the old
    one is on its way to SPRY.
    """
    if not capture.is_correctable:
        raise CaptureMovedOn
    existing = capture.corrections.filter(status=CaptureStatus.DRAFT).first()
    if existing is not None:
        return existing
    return start_capture(
        coverage=capture.coverage,
        clinic=clinic,
        typed=capture.typed,
        by=by,
        appointment=capture.appointment,
        replaces=capture,
    )
