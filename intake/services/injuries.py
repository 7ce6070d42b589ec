"""Which visits belong to which injury: for them the insurance of the injury pays, for all others it does not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from clinic.models import Clinic, User
from core import audit

from ..access import appointments_for
from ..coverage_words import INJURY
from ..models import Appointment, Coverage, Patient

MOST_SHOWN = 30


class NotTheirInjury(Exception):
    """The coverage answers for no injury of this patient, or is not in use any more."""


def claims_of(patient: Patient) -> list[Coverage]:
    """Return the insurances in use that answer for an injury of the patient, the newest injury first."""
    rows = Coverage.objects.current().filter(patient=patient, type__in=INJURY).select_related("payer")
    return sorted(rows, key=lambda claim: claim.injury_date or date.min, reverse=True)


def named(claim: Coverage) -> str:
    """Return a claim as a choice names it: who pays, the number, the day of the injury."""
    on = f"injured {claim.injury_date:%-d %b %Y}" if claim.injury_date else ""
    return ", ".join(filter(None, [claim.payer_name, f"claim {claim.claim_number}" if claim.claim_number else "", on]))


@transaction.atomic
def set_injury(visit: Appointment, claim: Coverage | None, *, by: User, version: int) -> bool:
    """Have a visit belong to an injury, or to none; return whether that changed.

    Raises NotTheirInjury, and core.models.EditedMeanwhile when somebody else changed the visit since `version`.
    """
    if visit.injury_id == (claim.pk if claim else None):
        return False
    check_injury(visit.patient, claim)
    before = visit.injury_id
    visit.change(version, injury=claim)
    action = "intake.appointment.injury_set" if claim else "intake.appointment.injury_cleared"
    audit.record(by, action, visit, clinic=visit.clinic, coverage=claim.pk if claim else before)
    return True


def check_injury(patient: Patient, claim: Coverage | None) -> None:
    """Raise NotTheirInjury where a claim is not one of the patient's that are in use."""
    if claim and not (claim.is_injury and claim.is_current and claim.patient_id == patient.pk):
        raise NotTheirInjury


def visits_shown(claim: Coverage, clinic: Clinic) -> list[Appointment]:
    """Return the newest visits here that took or take place, without those of other injuries."""
    visits = appointments_for(clinic).filter(patient=claim.patient_id).select_related("injury")
    lost = (Appointment.Status.CANCELLED, Appointment.Status.NO_SHOW)
    possible = list(visits.exclude(status__in=lost).order_by("-starts_at")[: 2 * MOST_SHOWN])
    return [visit for visit in possible if _may_belong(visit, claim)][:MOST_SHOWN]


def _may_belong(visit: Appointment, claim: Coverage) -> bool:
    """Return whether a visit is of no other injury; a claim that was taken out has no visits any more."""
    other = visit.injury if visit.injury_id != claim.pk else None
    return other is None or other.status == Coverage.Status.REMOVED


@transaction.atomic
def set_visits(claim: Coverage, visits: Iterable[Appointment], chosen: set[str], *, clinic: Clinic, by: User) -> int:
    """Have those of the visits belong to the claim whose code is chosen, and the others to no injury.

    A visit of another injury stays with it. Returns how many changed.
    """
    changed = 0
    for visit in visits:
        belongs = claim.pk if str(visit.code) in chosen else None
        if not _may_belong(visit, claim) or visit.injury_id == belongs or (belongs is None and visit.injury != claim):
            continue
        visit.change(None, injury_id=belongs)
        action = "intake.appointment.injury_set" if belongs else "intake.appointment.injury_cleared"
        audit.record(by, action, visit, clinic=clinic, coverage=claim.pk)
        changed += 1
    return changed
