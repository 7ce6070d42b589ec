"""Captures of which nobody knows whether SPRY has them: an admin has it looked for again, or decides."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from clinic.models import User
from core import audit, commands
from core.commands import Done, Later, Next

from ..choices import CaptureStatus
from ..models import ManualCapture
from .captures import KIND, CaptureMovedOn

RESOLVE = "eligibility.capture.resolve"


class NumberTaken(Exception):
    """Another call of ours is filed under this number of SPRY."""


def look_again(capture: ManualCapture, *, by: User) -> None:
    """Search SPRY for it once more. Raises CaptureMovedOn when it is not unclear any more."""
    with transaction.atomic():
        _begin_looking(capture, by)
        _move(capture, CaptureStatus.UNKNOWN, looks=0, refused_message="")
        audit.record(by, "eligibility.capture.looked_again", capture, clinic=capture.clinic)


def _begin_looking(capture: ManualCapture, by: User) -> None:
    """Create the command before the row is locked, as a worker has them. Raises CaptureMovedOn when there is one."""
    try:
        commands.create(RESOLVE, capture, clinic=capture.clinic, by=by)
    except IntegrityError:
        raise CaptureMovedOn from None


def say_it_is_there(capture: ManualCapture, *, enquiry_id: str, why: str, by: User, now: datetime) -> None:
    """File it under the number that a person saw at SPRY. Raises NumberTaken and CaptureMovedOn."""
    with transaction.atomic():
        if ManualCapture.objects.filter(enquiry_id=enquiry_id).exists():
            raise NumberTaken
        _settle(capture, Done(), by, now, "there")
        _move(capture, CaptureStatus.SAVED, enquiry_id=enquiry_id, refused_message="", decided_why=why)


def say_it_is_not_there(capture: ManualCapture, *, why: str, by: User, now: datetime) -> None:
    """Send the same bytes again, since a person saw that SPRY does not have it. Raises CaptureMovedOn."""
    with transaction.atomic():
        _settle(capture, Later(now), by, now, "not there")
        _move(capture, CaptureStatus.QUEUED, refused_message="", decided_why=why)


def _move(capture: ManualCapture, to: str, **columns: Any) -> None:
    unclear = ManualCapture.objects.select_for_update().filter(pk=capture.pk, status=CaptureStatus.UNCLEAR)
    if not unclear.exists():
        raise CaptureMovedOn
    for name, value in ({"status": to} | columns).items():
        setattr(capture, name, value)
    capture.save(update_fields=["status", *columns])


def _settle(capture: ManualCapture, outcome: Next, by: User, now: datetime, decision: str) -> None:
    """Move the sending on, which has been waiting unclear since; it is locked before its capture."""
    sending = commands.open_for(KIND, capture)
    if sending is None or not commands.settle(sending.pk, outcome, now=now):
        raise CaptureMovedOn
    audit.record(by, "eligibility.capture.decided", capture, clinic=capture.clinic, decision=decision)
