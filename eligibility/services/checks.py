"""Asking a payer, asking again, marking as reviewed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from clinic.models import Clinic, User
from core import audit, commands
from intake.models import Appointment, Coverage

from ..answers import NOT_SUPPORTED
from ..asked import asked_of
from ..choices import OPEN_STATUSES, CheckStatus
from ..models import EligibilityCheck
from ..vendors.candid import wire
from .questions import AskAs, build_question
from .results import finish

KIND = "eligibility.check"


class CheckAlreadyOpen(Exception):
    """This coverage is already being asked about for this day and service; `check` is that question."""

    def __init__(self, check: EligibilityCheck) -> None:
        super().__init__(check.pk)
        self.check = check


def request_check(
    *,
    clinic: Clinic,
    coverage: Coverage,
    date_of_service: date,
    service_type_code: str,
    by: User,
    now: datetime,
    appointment: Appointment | None = None,
    ask_as: str = "",
) -> EligibilityCheck:
    """Put a question and return it; the payer is asked in the background.

    A payer known not to answer is not asked: the check ends at once with "call the payer". A check that waits with
    other data than today's is asked now with today's.
    Raises CannotAsk when a value is missing and CheckAlreadyOpen when the same question is open.
    """
    asked: dict[str, Any] = {"date_of_service": date_of_service, "service_type_code": service_type_code}
    question = build_question(coverage, clinic=clinic, appointment=appointment, ask_as=ask_as, **asked)
    known: dict[str, Any] = {"coverage": coverage, "clinic": clinic, "appointment": appointment, "requested_by": by}
    known["asked_of"] = asked_of(coverage)
    try:
        with transaction.atomic():
            check = EligibilityCheck.objects.create(request=wire.build_question(question), **known, **asked)
            if coverage.payer is not None and coverage.payer.supports_eligibility is False:
                finish(check, NOT_SUPPORTED, now=now)
            else:
                commands.create(KIND, check, clinic=clinic, by=by)
            audit.record(by, "eligibility.check.requested", check, clinic=clinic, service=service_type_code)
    except IntegrityError:
        already = _open_like(clinic, coverage, asked)
        if already.status != CheckStatus.WAITING or not already.is_outdated:
            raise CheckAlreadyOpen(already) from None
        return _ask_now(already, clinic, by, now)
    return check


def _open_like(clinic: Clinic, coverage: Coverage, asked: dict[str, Any]) -> EligibilityCheck:
    """Return the open check of a question. Raises DoesNotExist: then the constraint that failed was another one."""
    return EligibilityCheck.objects.open().get(clinic=clinic, coverage=coverage, **asked)


def ask_again(check: EligibilityCheck, *, clinic: Clinic, by: User, now: datetime) -> EligibilityCheck:
    """Ask the same question once more, with today's data of the coverage, and return the check that asks.

    A check that waits for its next try is asked now; a finished one stays as it is and a new one follows it.
    Raises CannotAsk, and CheckAlreadyOpen when the payer is being asked at this moment.
    """
    if not check.is_open:
        return request_check(
            clinic=clinic,
            coverage=check.coverage,
            date_of_service=check.date_of_service,
            service_type_code=check.service_type_code,
            by=by,
            now=now,
            appointment=check.appointment,
            ask_as=_asked_as(check),
        )
    if check.status != CheckStatus.WAITING:
        raise CheckAlreadyOpen(check)
    return _ask_now(check, clinic, by, now)


def _ask_now(check: EligibilityCheck, clinic: Clinic, by: User, now: datetime) -> EligibilityCheck:
    """Bring a waiting check's next try forward, with the question made anew."""
    question = build_question(
        check.coverage,
        clinic=clinic,
        appointment=check.appointment,
        date_of_service=check.date_of_service,
        service_type_code=check.service_type_code,
        ask_as=_asked_as(check),
    )
    with transaction.atomic():
        waiting = commands.open_for(KIND, check)
        if waiting is None or not commands.cancel(waiting, reason="Asked now by a person.", now=now):
            raise CheckAlreadyOpen(check)
        check.request = wire.build_question(question)
        check.asked_of = asked_of(check.coverage)
        check.status, check.next_try_at, check.tries, check.initiated_at = CheckStatus.QUEUED, None, 0, None
        check.save(update_fields=["request", "asked_of", "status", "next_try_at", "tries", "initiated_at"])
        commands.create(KIND, check, clinic=clinic, by=by)
        audit.record(by, "eligibility.check.asked_now", check, clinic=clinic)
    return check


def _asked_as(check: EligibilityCheck) -> str:
    """Return in whose name the check was asked: a person's name goes only with the provider's NPI."""
    provider = (check.request or {}).get("provider", {})
    return AskAs.PROVIDER if "last_name" in provider else AskAs.CLINIC


def review_check(check: EligibilityCheck, *, by: User, clinic: Clinic, now: datetime) -> bool:
    """Mark a finished check as seen and dealt with; return False when it is open or somebody did already."""
    with transaction.atomic():
        unseen = EligibilityCheck.objects.filter(pk=check.pk, reviewed_at=None).exclude(status__in=OPEN_STATUSES)
        if unseen.update(reviewed_by=by, reviewed_at=now) != 1:
            return False
        audit.record(by, "eligibility.check.reviewed", check, clinic=clinic)
    check.reviewed_by, check.reviewed_at = by, now
    return True
