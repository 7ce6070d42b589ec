"""The payer's file differs: taking a value over, or keeping ours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from clinic.models import Clinic, User
from core import audit
from intake.coverage_words import Source
from intake.models import Coverage
from intake.services.coverage import edit_coverage
from intake.services.patients import edit_patient

from ..asked import asked_of
from ..choices import Decision
from ..models import EligibilityCheck, PayerCorrection

_DATE = re.compile(r"^(\d{4})-?(\d{2})-?(\d{2})$")
_PERSON = {"first_name": "first name", "last_name": "last name", "date_of_birth": "birth date"}


class AlreadyDecided(Exception):
    """Somebody accepted or kept this value a moment ago."""


class CannotApply(Exception):
    """The value has no place in our records, or cannot be read; it can only be kept as a note."""


@dataclass(frozen=True)
class Place:
    """Where a corrected value goes: "patient" or "coverage", the column, and its name for people."""

    row: str
    column: str
    label: str


def applies_to(correction: PayerCorrection, coverage: Coverage) -> Place | None:
    """Return where the value would go, or None when we keep no such value.

    The vendor's paths read `subscriber.last_name`, `dependent.date_of_birth`, `subscriber.member_id`. The subscriber of
    a patient's own policy is the patient.
    """
    who, _, what = correction.path.lower().rpartition(".")
    if what in ("member_id", "group_number"):
        return Place("coverage", what, what.replace("_id", " number").replace("_", " "))
    if what not in _PERSON or who not in ("subscriber", "dependent"):
        return None
    column = "birth_date" if what == "date_of_birth" else what
    if who == "dependent" or coverage.is_self:
        return Place("patient", column, f"patient's {_PERSON[what]}")
    return Place("coverage", f"subscriber_{column}", f"subscriber's {_PERSON[what]}")


def accept_correction(correction: PayerCorrection, *, clinic: Clinic, by: User, now: datetime) -> Place:
    """Write the payer's value into our record, and return where it went.

    Raises AlreadyDecided, CannotApply, and core.models.EditedMeanwhile when somebody edits that record now.
    """
    check = correction.eligibility_check
    coverage, held = check.coverage, not check.is_outdated
    place = applies_to(correction, coverage)
    value = _readable(place, correction.corrected)
    if place is None or value is None:
        raise CannotApply
    with transaction.atomic():
        _decide(correction, Decision.ACCEPTED, clinic, by, now)
        if place.row == "patient":
            patient = coverage.patient
            edit_patient(patient, clinic=clinic, by=by, version=patient.version, **{place.column: value})
        else:
            values, seen = {place.column: value}, coverage.version
            edit_coverage(coverage, clinic=clinic, by=by, version=seen, source=Source.PAYER, **values)
        if held:  # the payer knows this person under the new value: its answer holds for it too
            _answer_stays(check)
    return place


def _answer_stays(check: EligibilityCheck) -> None:
    coverage = Coverage.objects.select_related("patient").get(pk=check.coverage_id)
    EligibilityCheck.objects.filter(pk=check.pk).update(asked_of=asked_of(coverage))


def keep_ours(correction: PayerCorrection, *, clinic: Clinic, by: User, now: datetime) -> None:
    """Leave our record as it is; the payer's value stays visible on the check. Raises AlreadyDecided."""
    with transaction.atomic():
        _decide(correction, Decision.KEPT, clinic, by, now)


def _decide(correction: PayerCorrection, decision: str, clinic: Clinic, by: User, now: datetime) -> None:
    still_open = PayerCorrection.objects.filter(pk=correction.pk, decision=Decision.OPEN)
    if still_open.update(decision=decision, decided_by=by, decided_at=now) != 1:
        raise AlreadyDecided
    correction.decision, correction.decided_by, correction.decided_at = decision, by, now
    facts = {"path": correction.path, "decision": decision}
    audit.record(by, "eligibility.correction.decided", correction.eligibility_check, clinic=clinic, **facts)


def _readable(place: Place | None, text: str) -> Any:
    """Return the value in our form: a date, or text; payers write names in capitals."""
    if place is None or not text:
        return None
    if place.column.endswith("birth_date"):
        found = _DATE.match(text)
        try:
            return date(*(int(part) for part in found.groups())) if found else None
        except ValueError:
            return None
    if place.column.endswith("_name"):
        return text.title() if text.isupper() else text
    return text
