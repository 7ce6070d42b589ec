"""Which days a visit may be on: one check for addresses, forms and the API."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

FURTHEST = timedelta(days=3653)
TOO_FAR = "A visit lies within ten years of today. Check the year."


def validate_visit_day(day: date) -> None:
    """Refuse a day more than ten years away, which nobody means and clocks may not reach. Raises ValidationError."""
    if abs(day - timezone.now().date()) > FURTHEST:
        raise ValidationError(TOO_FAR, code="too_far")


def day_of(text: str) -> date:
    """Return the visit day of an ISO date ("2026-11-22"). Raises ValidationError for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValidationError("Write the day as 2026-11-22.", code="date") from None
    validate_visit_day(day)
    return day
