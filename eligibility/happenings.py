"""What eligibility tells of a patient on the record's timeline: questions to payers, and calls."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from clinic.models import Clinic
from core.models import AuditEvent
from intake.timeline import Kind, Told, Words, register_events

from .access import captures_for, checks_for
from .choices import Answer
from .models import EligibilityCheck, ManualCapture


def _asked(event: AuditEvent, row: EligibilityCheck | None) -> Told:
    if row is None:
        return Told("A payer was asked")
    answer = Answer(row.answer).label.lower() if row.answer else "no answer yet"
    words = f"{row.payer_label} asked about {row.date_of_service:%-d %b %Y}: {answer}"
    return Told(words, reverse("check-detail", args=[row.code]))


def _called(words: str) -> Words:
    def told(event: AuditEvent, row: ManualCapture | None) -> Told:
        if row is None:
            return Told(words)
        return Told(f"{words}: {row.coverage.payer_name}", reverse("capture-detail", args=[row.code]))

    return told


def _checks(clinic: Clinic, people: list[int]) -> QuerySet[Any]:
    return checks_for(clinic).filter(coverage__patient__in=people).light()


def _captures(clinic: Clinic, people: list[int]) -> QuerySet[Any]:
    return captures_for(clinic).filter(coverage__patient__in=people).defer("typed", "facts")


def register() -> None:
    """Show checks and calls on the timeline; called from AppConfig.ready()."""
    checked: dict[str, Words] = {"eligibility.check.requested": _asked}
    called = {
        "eligibility.capture.finished": _called("Call to the payer written down"),
        "eligibility.capture.sent": _called("Call sent to SPRY"),
    }
    register_events(Kind("eligibility.eligibilitycheck", _checks, checked))
    register_events(Kind("eligibility.manualcapture", _captures, called))
