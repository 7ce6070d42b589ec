"""Sends a phone capture to SPRY once, and finds out by search what became of one whose end is unclear.

SPRY has no key that refuses duplicates, so a capture that may have been saved is looked for before it is sent again.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import simplejson
from django.conf import settings

from core import commands, http
from core.commands import Done, Failed, Handler, Later, Next, NotWanted, Policy, Unclear
from core.models import Command

from ..choices import CaptureStatus
from ..models import ManualCapture
from ..services.captures import KIND
from ..services.unclear import RESOLVE
from ..vendors.spry import Found, Numbers, Refused, Saved, client, wire
from ..vendors.spry.client import DEADLINE

MOST_LOOKS = 3
MOST_SENDS = 3
SOMEONE_ELSE = "someone else"


@commands.register
class SendCapture(Handler):
    """One POST of a phone call to SPRY, with frozen bytes."""

    kind = KIND
    label = "Send a phone call to SPRY"
    vendor = "spry"
    policy = Policy.ONCE
    deadline = 4 * DEADLINE  # a token and the capture, and both again when the token is refused
    tries = 54  # about eight hours at the longest back-off; only what was certainly not saved is tried again

    def claim(self, command: Command, *, now: datetime) -> None:
        """Say that it is being sent; the first sending is what the resolver looks back to."""
        capture = _capture(command)
        if capture.status != CaptureStatus.QUEUED:
            raise NotWanted("The call is not waiting to be sent.")
        sent_at = capture.sent_at or now
        _set(capture, status=CaptureStatus.SENDING, sends=capture.sends + 1, sent_at=sent_at, next_try_at=None)

    def call(self, command: Command) -> Saved | Refused | str:
        """Send the frozen bytes."""
        body = _sent(command)
        numbers = Numbers(body["patient_id"], body["organisation_id"], body["clinic_id"], body.get("appointment_id"))
        try:
            return client().capture(bytes(command.request or b""), numbers, body["insurance_card_number"])
        except wire.SomeoneElse:
            return SOMEONE_ELSE

    def record(self, command: Command, answer: Saved | Refused | str, *, now: datetime) -> Next:
        """Write down what SPRY says."""
        capture = _capture(command)
        if isinstance(answer, Saved):
            _set(capture, status=CaptureStatus.SAVED, enquiry_id=answer.enquiry_id)
            return Done()
        if isinstance(answer, Refused):
            return _refuse(capture, answer)
        _set(capture, flag=ManualCapture.Flag.SOMEONE_ELSE)
        return self.unclear(command, reason="SPRY's answer named someone else.", now=now)

    def unclear(self, command: Command, *, reason: str, now: datetime) -> Next:
        """Look for it at SPRY before anything else happens."""
        capture = _capture(command)
        _set(capture, status=CaptureStatus.UNKNOWN, looks=0)
        commands.create(RESOLVE, capture, clinic=capture.clinic)
        return Unclear(reason)

    def rejected(self, command: Command, error: http.Rejected, *, now: datetime) -> Next:
        """SPRY refuses us: nothing was saved, an admin has to look."""
        message = f"SPRY refused our credentials (HTTP {error.status}). An admin checks them."
        return _refuse(_capture(command), Refused(None, message, ""))

    def retrying(self, command: Command, *, reason: str, at: datetime, now: datetime) -> None:
        """It certainly was not saved, which is no sending; show when the next one is."""
        capture = _capture(command)
        sends = max(capture.sends - 1, 0)
        sent_at = capture.sent_at if sends else None
        _set(capture, status=CaptureStatus.QUEUED, next_try_at=at, sends=sends, sent_at=sent_at)

    def gave_up(self, command: Command, *, reason: str, now: datetime) -> None:
        """SPRY did not take it for hours: the call stays saved here, and a person may send it later."""
        _keep_here(_capture(command), f"{reason} Nothing was saved there.")

    def backoff(self, failures: int) -> float:
        """Return 5 s doubled for each failure, at most ten minutes, with jitter."""
        return min(600.0, 5.0 * 2 ** (failures - 1)) * random.uniform(0.75, 1.0)  # noqa: S311


@commands.register
class ResolveCapture(Handler):
    """Looks for a capture whose end is unclear; settles its sending one way or the other."""

    kind = RESOLVE
    label = "Look for a phone call at SPRY"
    vendor = "spry"
    policy = Policy.ASK_AGAIN
    deadline = 4 * DEADLINE
    tries = 100  # about eight hours at the longest back-off

    def claim(self, command: Command, *, now: datetime) -> None:
        """Nothing to look for once somebody settled it."""
        if _capture(command).status != CaptureStatus.UNKNOWN:
            raise NotWanted("The call is not unclear any more.")

    def call(self, command: Command) -> list[Found]:
        """Search SPRY for the member's captures."""
        body = _sent(_sending(_capture(command)))
        return client().search(body["patient_id"], body["insurance_card_number"])

    def record(self, command: Command, answer: list[Found], *, now: datetime) -> Next:
        """Adopt what is found; after three looks without it send it again."""
        capture = _capture(command)
        sending = _sending(capture, hold=True)  # commands are locked before what they are for
        matching = _matching(capture, _sent(sending), answer, now)
        if matching:
            flag = ManualCapture.Flag.TWICE if len(matching) > 1 else capture.flag
            _set(capture, status=CaptureStatus.SAVED, enquiry_id=matching[0].enquiry_id, flag=flag)
            commands.settle(sending.pk, Done(), now=now)
            return Done()
        _set(capture, looks=capture.looks + 1)
        if capture.looks < MOST_LOOKS:
            return Later(now + timedelta(seconds=settings.SPRY_RESOLVE_SECONDS), "SPRY does not show it yet.")
        commands.settle(sending.pk, _after_the_last_look(capture, now), now=now)
        return Done()

    def rejected(self, command: Command, error: http.Rejected, *, now: datetime) -> Next:
        """SPRY does not let us search: leave it unclear until an admin has looked."""
        _leave_unclear(command, f"SPRY refused our search (HTTP {error.status}). An admin checks the credentials.")
        return Failed("SPRY refused the search.")

    def gave_up(self, command: Command, *, reason: str, now: datetime) -> None:
        """Leave it unclear: only somebody who can look into SPRY knows."""
        _leave_unclear(command, "SPRY could not be searched for hours.")

    def may_retry(self, command: Command) -> bool:
        """It may be looked for again while nobody decided what became of it."""
        return _capture(command).status == CaptureStatus.UNCLEAR

    def restart(self, command: Command, *, now: datetime) -> None:
        """Say that it is looked for again, unless somebody has decided meanwhile what became of it."""
        unclear = ManualCapture.objects.filter(pk=command.target_pk, status=CaptureStatus.UNCLEAR)
        if not unclear.update(status=CaptureStatus.UNKNOWN, looks=0, refused_message=""):
            raise NotWanted("Somebody has said what became of it.")


def _leave_unclear(command: Command, message: str) -> None:
    _set(_capture(command), status=CaptureStatus.UNCLEAR, refused_message=message)


def _after_the_last_look(capture: ManualCapture, now: datetime) -> Next:
    """SPRY does not have it: send the same bytes again, unless that has been tried enough or the answer was wrong."""
    if capture.flag == ManualCapture.Flag.SOMEONE_ELSE:
        message = "SPRY answered about someone else and does not show this call. Tell SPRY before sending it again."
        return _refuse(capture, Refused(None, message, ""))
    if capture.sends >= MOST_SENDS:
        _keep_here(capture, "SPRY did not keep it, though it was sent three times.")
        return Failed("SPRY did not keep the call.")
    _set(capture, status=CaptureStatus.QUEUED)
    return Later(now)


def _matching(capture: ManualCapture, body: dict[str, Any], found: list[Found], now: datetime) -> list[Found]:
    """Return the records that can be this call, without those that other calls of ours are known to have made."""
    ids = [item.enquiry_id for item in found]
    taken = set(ManualCapture.objects.filter(enquiry_id__in=ids).values_list("enquiry_id", flat=True))
    free = [item for item in found if item.enquiry_id not in taken]
    zone: ZoneInfo = capture.clinic.zone
    return wire.ours(free, body=body, sent_at=capture.sent_at or now, now=now, zone=zone)


def _refuse(capture: ManualCapture, refused: Refused) -> Next:
    message = refused.message or "SPRY refused it without a reason."
    columns = {"refused_code": refused.code, "refused_message": message, "refused_field": refused.field}
    _set(capture, status=CaptureStatus.REJECTED, **columns)
    return Failed("SPRY refused the call.")


def _keep_here(capture: ManualCapture, message: str) -> None:
    _set(capture, status=CaptureStatus.SAVED_HERE, refused_message=message, next_try_at=None)


def _capture(command: Command) -> ManualCapture:
    return ManualCapture.objects.select_related("clinic").get(pk=command.target_pk)


def _sending(capture: ManualCapture, *, hold: bool = False) -> Command:
    """Return the unclear command whose outcome is looked for; with `hold`, locked."""
    sending = commands.open_for(KIND, capture, hold=hold)
    if sending is None:
        raise Command.DoesNotExist("The sending has been settled.")
    return sending


def _sent(command: Command) -> dict[str, Any]:
    """Return the frozen request."""
    return simplejson.loads(bytes(command.request or b"{}"), use_decimal=True)


def _set(capture: ManualCapture, **columns: Any) -> None:
    for name, value in columns.items():
        setattr(capture, name, value)
    capture.save(update_fields=list(columns))
