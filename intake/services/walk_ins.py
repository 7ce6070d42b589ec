"""Somebody stands at the counter without an appointment: found or registered, and here now."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypedDict
from uuid import UUID

from django.db import transaction

from clinic.models import Clinic, Provider, User

from ..access import get_patient, patients_for
from ..models import Appointment, Patient, folded_name
from .appointments import add_walk_in, move_appointment, visit_today
from .duplicates import Candidate, like
from .patients import known_elsewhere, link_patient, register_patient

# Whom a clerk may choose beside the records of this clinic.
NEW, LINK = "new", "link"
MOST_NAMESAKES = 10


class Person(TypedDict):
    """Who somebody says they are."""

    first_name: str
    last_name: str
    birth_date: date


class WhoIsIt(Exception):
    """Several records may be this person's.

    `here` are this clinic's of the same name and birth date, `alike` those that may be spelled otherwise; `elsewhere`
    says that another clinic has one.
    """

    def __init__(self, here: list[Patient], alike: list[Candidate], elsewhere: bool) -> None:
        super().__init__(len(here), len(alike), elsewhere)
        self.here, self.alike, self.elsewhere = here, alike, elsewhere


class IsExpected(Exception):
    """The patient has an appointment today or is here already: `visit`. Somebody has to say whether it is this one."""

    def __init__(self, visit: Appointment) -> None:
        super().__init__(visit.pk)
        self.visit = visit


@transaction.atomic
def walk_in(
    *,
    clinic: Clinic,
    person: Person,
    by: User,
    now: datetime,
    visit_type: str,
    provider: Provider | None,
    who: str = "",
    visit: str = "",
) -> Appointment:
    """Check in somebody who came without an appointment, and return the visit.

    One record of this name and birth date in the clinic is taken; somebody unlike all is registered. `who` answers
    WhoIsIt (a patient's code, NEW or LINK), `visit` answers IsExpected ("expected": that visit; "another": one more).
    Raises WhoIsIt, IsExpected, Http404 for a code of another clinic, patients.NobodyToLink,
    MergedAway.
    """
    patient = _chosen(clinic, person, by, who) if who else _only_one(clinic, person, by)
    patient.hold()  # of two desks that check in one patient, the second is asked
    expected = visit_today(clinic, patient, now=now) if visit != "another" else None
    if expected and visit != "expected":
        raise IsExpected(expected)
    if expected:
        is_here = expected.status == Appointment.Status.ARRIVED
        return expected if is_here else move_appointment(expected, Appointment.Status.ARRIVED, by=by, now=now)
    return add_walk_in(clinic=clinic, patient=patient, by=by, now=now, visit_type=visit_type, provider=provider)


def _chosen(clinic: Clinic, person: Person, by: User, who: str) -> Patient:
    if who == NEW:
        return register_patient(clinic=clinic, by=by, **person)
    if who == LINK:
        return link_patient(clinic=clinic, by=by, **person)
    return get_patient(clinic, UUID(who))


def _only_one(clinic: Clinic, person: Person, by: User) -> Patient:
    """Return the clinic's one patient of this name and birth date, or register somebody unlike all. Raises WhoIsIt."""
    named = patients_for(clinic).filter(folded_name=folded_name(person["first_name"], person["last_name"]))
    here = list(named.filter(birth_date=person["birth_date"]).order_by("pk")[:MOST_NAMESAKES])
    if len(here) == 1:
        return here[0]
    elsewhere = not here and known_elsewhere(clinic, **person) is not None
    alike = [] if here else like(Patient(**person), clinic)
    if here or alike or elsewhere:
        raise WhoIsIt(here, alike, elsewhere)
    return register_patient(clinic=clinic, by=by, **person)
