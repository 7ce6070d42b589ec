"""Legal hold: while one is in force nothing of the patient is deleted, by rule or by button."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from ..models import CardScan, LegalHold, Patient

WHY = "A legal hold keeps everything of this patient. An admin lifts it on the patient's record."
WHY_STRAYS = (
    "A legal hold is in force, and nobody can tell whose these cards are. They can be deleted once no patient is held."
)


class Held(Exception):
    """Nothing may be deleted; the message is a sentence that says why."""

    def __init__(self, sentence: str = WHY) -> None:
        super().__init__(sentence)


def hold_of(patient: Patient) -> LegalHold | None:
    """Return the hold in force, None when there is none; of two that a merge brought together the newest."""
    return LegalHold.objects.filter(patient=patient, lifted_at=None).select_related("set_by", "clinic").first()


def is_held(patient_pk: int) -> bool:
    """Return whether a hold of this patient is in force."""
    return LegalHold.objects.filter(patient=patient_pk, lifted_at=None).exists()


def require_free(patient_pk: int) -> None:
    """Lock the patient for this transaction and raise Held when nothing may be deleted: a hold set now comes later."""
    Patient.objects.select_for_update().filter(pk=patient_pk).first()
    if is_held(patient_pk):
        raise Held


def require_none() -> None:
    """Raise Held when any patient is held."""
    if LegalHold.objects.filter(lifted_at=None).exists():
        raise Held(WHY_STRAYS)


def without_held(cards: QuerySet[CardScan]) -> QuerySet[CardScan]:
    """Return the cards of patients who are not held."""
    return cards.exclude(Exists(LegalHold.objects.filter(patient=OuterRef("patient"), lifted_at=None)))


def holds_of(patient: Patient) -> Iterable[LegalHold]:
    """Return all holds of a patient, the newest first, lifted ones too."""
    return LegalHold.objects.filter(patient=patient).select_related("set_by", "lifted_by", "clinic")
