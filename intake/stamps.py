"""What tells one state of a day's list from another, at the price of a few counts: so that pages can ask often."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from hashlib import blake2b
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max, Q, QuerySet, Sum

from clinic.models import Clinic

from .models import Appointment, CardImage, CardScan, Coverage, Patient
from .services.appointments import day_bounds
from .services.registration import rule_of

Counts = dict[str, Any]
StampFunction = Callable[[Clinic, QuerySet[Appointment]], Counts]

# All desks of a clinic share a count for so long.
SECONDS = 1
_registered: list[StampFunction] = []


def register_stamp(function: StampFunction) -> StampFunction:
    """Have the day's stamp follow rows of an app above this one; called from AppConfig.ready().

    `function(clinic, visits)` returns counts that differ whenever what the app shows of these visits does.
    """
    if function not in _registered:
        _registered.append(function)
    return function


def fresh_stamp(clinic: Clinic, day: date) -> str:
    """Return the stamp of a clinic's day as the rows are now, and let others have it for a second."""
    begin, end = day_bounds(clinic, day)
    visits = Appointment.objects.filter(clinic=clinic, starts_at__gte=begin, starts_at__lt=end)
    own = (_visits, _patients, _cards, _photos, _coverages)
    counts = [clinic.version, rule_of(clinic).version, *(function(visits) for function in own)]
    counts += [function(clinic, visits) for function in _registered]
    stamp = blake2b(repr([counts, clinic.today()]).encode(), digest_size=8).hexdigest()
    cache.set(_key(clinic, day), stamp, SECONDS)
    return stamp


def stamp_of(clinic: Clinic, day: date) -> str:
    """Return the stamp of a clinic's day, at most a second old."""
    return cache.get(_key(clinic, day)) or fresh_stamp(clinic, day)


def _key(clinic: Clinic, day: date) -> str:
    return f"day-stamp:{clinic.pk}:{day.isoformat()}"


def _visits(visits: QuerySet[Appointment]) -> Counts:
    return visits.order_by().aggregate(rows=Count("pk"), last=Max("pk"), versions=Sum("version"))


def _patients(visits: QuerySet[Appointment]) -> Counts:
    rows = Patient.objects.filter(pk__in=visits.order_by().values("patient"))
    return rows.order_by().aggregate(versions=Sum("version"))


def _cards(visits: QuerySet[Appointment]) -> Counts:
    rows = CardScan.objects.filter(patient__in=visits.order_by().values("patient"))
    return rows.order_by().aggregate(
        last=Max("pk"), versions=Sum("version"), silent=Count("pk", filter=~Q(problem="")), retry=Max("retry_at")
    )


def _photos(visits: QuerySet[Appointment]) -> Counts:
    rows = CardImage.objects.filter(card__patient__in=visits.order_by().values("patient"))
    return rows.order_by().aggregate(last=Max("pk"), rows=Count("pk"))


def _coverages(visits: QuerySet[Appointment]) -> Counts:
    rows = Coverage.objects.filter(patient__in=visits.order_by().values("patient"))
    return rows.order_by().aggregate(
        last=Max("pk"),
        versions=Sum("version"),
        payers=Sum("payer__version"),
        by_phone=Count("pk", filter=Q(payer__supports_eligibility=False)),
    )
