"""Legal hold: while one is in force nothing of the patient is deleted, by rule or by button."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from clinic.models import Clinic

from ..models import CardScan, Coverage, LegalHold, Patient

WHY = "A legal hold keeps everything of this patient. An admin of the clinic that set it lifts it."
ELSEWHERE = "Another clinic holds this patient: everything is kept until that clinic lifts its own hold."
WHY_STRAYS = (
    "A legal hold is in force, and nobody can tell whose these cards are. They can be deleted once no patient is held."
)


class Held(Exception):
    """Nothing may be deleted; the message is a sentence that says why."""

    def __init__(self, sentence: str = WHY) -> None:
        super().__init__(sentence)


def hold_of(patient: Patient, clinic: Clinic) -> LegalHold | None:
    """Return this clinic's hold in force, None when there is none; of two that a merge brought together the newest."""
    own = LegalHold.objects.filter(patient=patient, clinic=clinic, lifted_at=None)
    return own.select_related("set_by").first()


def is_held(patient_pk: int) -> bool:
    """Return whether a hold of this patient is in force."""
    return LegalHold.objects.filter(patient=patient_pk, lifted_at=None).exists()


def require_free(patient_pk: int) -> None:
    """Lock the patient for this transaction and raise Held when nothing may be deleted: a hold set now comes later."""
    Patient.objects.select_for_update().filter(pk=patient_pk).first()
    if is_held(patient_pk):
        raise Held


def require_free_card(card_pk: int) -> None:
    """Lock a card and then its patient, as a merge does, and raise Held when nothing of the patient may be deleted.

    The patient is looked up under the lock: the card may have been given to somebody who is held since it was read.
    """
    require_free(CardScan.objects.select_for_update().values_list("patient_id", flat=True).get(pk=card_pk))


def require_free_coverage(coverage_pk: int) -> None:
    """Lock the patient of a coverage, and raise Held when nothing of the patient may be deleted.

    Patients come before coverages, so whose it is is read first and looked at again under the lock: a merge that gave
    the coverage to somebody who is held may have come between.
    """
    owner = Coverage.objects.filter(pk=coverage_pk).values_list("patient_id", flat=True)
    looked, patient_pk = None, owner.get()
    while looked != patient_pk:
        require_free(patient_pk)
        looked, patient_pk = patient_pk, owner.get()


def require_none() -> None:
    """Raise Held when any patient is held."""
    if LegalHold.objects.filter(lifted_at=None).exists():
        raise Held(WHY_STRAYS)


def without_held(cards: QuerySet[CardScan]) -> QuerySet[CardScan]:
    """Return the cards of patients who are not held."""
    return cards.exclude(Exists(LegalHold.objects.filter(patient=OuterRef("patient"), lifted_at=None)))


def is_held_elsewhere(patient: Patient, clinic: Clinic) -> bool:
    """Return whether a hold that another clinic set is in force; who set it, and why, stays there."""
    return LegalHold.objects.filter(patient=patient, lifted_at=None).exclude(clinic=clinic).exists()


def lifted_holds(patient: Patient, clinic: Clinic) -> Iterable[LegalHold]:
    """Return the holds of a patient that this clinic set and lifted, the newest first."""
    lifted = LegalHold.objects.filter(patient=patient, clinic=clinic).exclude(lifted_at=None)
    return lifted.select_related("set_by", "lifted_by")
