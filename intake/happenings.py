"""What the audit trail's events of intake say on a patient's timeline."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from clinic.models import Clinic
from core.models import AuditEvent

from .access import cards_for, coverages_for
from .models import Appointment, CardScan, Coverage, Patient
from .patient_record import PATIENT_RECORD
from .timeline import Kind, Told, Words, register_events


def _says(words: str) -> Words:
    return lambda event, row: Told(words)


def _labels(event: AuditEvent) -> str:
    """Return which fields of a record an event names, in the desk's words."""
    named = set(event.facts.get("fields", ()))
    names = [item.label for item in PATIENT_RECORD if item.name in named]
    return ", ".join([names[0], *(name[:1].lower() + name[1:] for name in names[1:])]) if names else ""


def _edited(event: AuditEvent, row: Any) -> Told:
    labels = _labels(event)
    return Told(f"Record edited: {labels[:1].lower()}{labels[1:]}" if labels else "Record saved without a change")


def _merged(event: AuditEvent, row: Any) -> Told:
    labels = _labels(event)
    taken = f"; taken from the other: {labels[:1].lower()}{labels[1:]}" if labels else ""
    return Told(f"Made one with another record of the same person{taken}")


_PATIENT: dict[str, Words] = {
    "intake.patient.registered": _says("Registered"),
    "intake.patient.linked": _says("Registered here too"),
    "intake.patient.edited": _edited,
    "intake.patient.merged": _merged,
    "intake.patient.unmerged": _says("Taken apart from another record"),
    "intake.hold.set": _says("Legal hold set: nothing is deleted"),
    "intake.hold.lifted": _says("Legal hold lifted"),
    "intake.patient.told_apart": _says("Written down: this and another record are two people"),
    "intake.patient.not_told_apart": _says("Taken back: this and another record are two people"),
}


def _patients(clinic: Clinic, people: list[int]) -> QuerySet[Patient]:
    return Patient.every.filter(pk__in=people).only("pk")


def _visit(words: str) -> Words:
    """Return the words of an event about a visit, with the time it is for."""

    def told(event: AuditEvent, row: Appointment | None) -> Told:
        if row is None:
            return Told(words)
        at = row.starts_at.astimezone(row.clinic.zone)
        return Told(f"{words}: {at:%-d %b %Y, %H:%M}", reverse("appointment-detail", args=[row.code]))

    return told


def _moved(event: AuditEvent, row: Appointment | None) -> Told:
    to = event.facts.get("to", "")
    label = dict(Appointment.Status.choices).get(to, "Changed")
    return _visit(f"Visit: {label.lower()}")(event, row) or Told(label)


_VISIT: dict[str, Words] = {
    "intake.appointment.added": _visit("Visit added"),
    "intake.appointment.moved": _moved,
    "intake.appointment.rescheduled": _visit("Visit given another time"),
}


def _visits(clinic: Clinic, people: list[int]) -> QuerySet[Appointment]:
    return Appointment.objects.filter(clinic=clinic, patient__in=people).select_related("clinic")


def _card(words: str) -> Words:
    def told(event: AuditEvent, row: CardScan | None) -> Told:
        is_there = row is not None and row.status != CardScan.Status.DISCARDED
        return Told(words, reverse("card-review", args=[row.code]) if row and is_there else "")

    return told


_CARD: dict[str, Words] = {
    "intake.card.started": _card("Card sent to be read"),
    "intake.card.by_hand": _card("Card typed by hand"),
    "intake.card.confirmed": _card("Card checked"),
    "intake.card.undone": _card("Card put back to be checked"),
    "intake.card.same": _card("The same card as on file, nothing has changed"),
    "intake.card.moved": _card("Card moved here from another patient"),
    "intake.card.deleted": _card("Card deleted"),
}


def _cards(clinic: Clinic, people: list[int]) -> QuerySet[CardScan]:
    return cards_for(clinic).filter(patient__in=people).select_related(None).only("pk", "code", "status")


def _coverage(words: str) -> Words:
    def told(event: AuditEvent, row: Coverage | None) -> Told:
        if row is None:
            return Told(words)
        return Told(f"{words}: {row.payer_name}", reverse("coverage-detail", args=[row.code]))

    return told


def _covered(event: AuditEvent, row: Coverage | None) -> Told:
    words = "Coverage added in place of another one" if event.facts.get("on_file") == "REPLACE" else "Coverage added"
    return _coverage(words)(event, row) or Told(words)


_COVERAGE: dict[str, Words] = {
    "intake.coverage.added": _covered,
    "intake.coverage.edited": _coverage("Coverage edited"),
    "intake.coverage.moved_in_line": _coverage("Coverage given another place in line"),
    "intake.coverage.removed": _coverage("Coverage taken out"),
}


def _coverages(clinic: Clinic, people: list[int]) -> QuerySet[Coverage]:
    rows = coverages_for(clinic).filter(patient__in=people).select_related(None).select_related("payer")
    return rows.only("pk", "code", "type", "payer__name")


def register() -> None:
    """Show what happens in intake on the timeline; called from AppConfig.ready()."""
    changes = frozenset({"intake.patient.edited", "intake.patient.merged", "intake.patient.unmerged"})
    register_events(Kind("intake.patient", _patients, _PATIENT, elsewhere=changes))
    register_events(Kind("intake.appointment", _visits, _VISIT))
    register_events(Kind("intake.cardscan", _cards, _CARD))
    register_events(Kind("intake.coverage", _coverages, _COVERAGE, elsewhere=frozenset(_COVERAGE)))
