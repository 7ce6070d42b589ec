"""Which visits belong to which injury: for them the insurance of the injury pays, for all others it does not."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from clinic.models import Clinic, User
from core import audit

from ..access import appointments_for
from ..models import Appointment, Coverage

MOST_SHOWN = 30


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
