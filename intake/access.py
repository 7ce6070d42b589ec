"""Who may see which row: everything of intake leaves the database through here. Another clinic's row is 404."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from clinic.models import Clinic
from core.compiled import Place

from .models import Appointment, CardImage, CardScan, Coverage, LoosePhoto, MergedAway, Patient


def patients_for(clinic: Clinic | Place) -> QuerySet[Patient]:
    """Return the patients registered with this clinic, or with the one that comes in its place."""
    return Patient.objects.filter(clinics=clinic)


def get_patient(clinic: Clinic, code: UUID) -> Patient:
    """Return a patient of this clinic; raises Http404, as MergedAway where the code leads to another record by now."""
    patient = get_object_or_404(Patient.every.filter(clinics=clinic), code=code)
    if patient.merged_into_id is not None:
        raise MergedAway(patient.standing())
    return patient


def appointments_for(clinic: Clinic) -> QuerySet[Appointment]:
    """Return this clinic's appointments with patient, provider and clinic loaded."""
    return Appointment.objects.filter(clinic=clinic).select_related("patient", "provider", "clinic")


def get_appointment(clinic: Clinic, code: UUID) -> Appointment:
    """Return an appointment of this clinic; raises Http404."""
    return get_object_or_404(appointments_for(clinic), code=code)


def coverages_for(clinic: Clinic) -> QuerySet[Coverage]:
    """Return the coverages of this clinic's patients: a coverage follows the patient into every clinic."""
    return Coverage.objects.filter(patient__clinics=clinic).select_related("patient", "payer", "card")


def get_coverage(clinic: Clinic, code: UUID) -> Coverage:
    """Return a coverage of a patient of this clinic; raises Http404."""
    return get_object_or_404(coverages_for(clinic), code=code)


def cards_for(clinic: Clinic) -> QuerySet[CardScan]:
    """Return the cards photographed in this clinic; photos do not follow the patient to other clinics."""
    return CardScan.objects.filter(clinic=clinic, patient__clinics=clinic).select_related("patient", "payer", "clinic")


def kept_cards_for(clinic: Clinic) -> QuerySet[CardScan]:
    """Return the cards that hold something: not deleted, and no draft that never got a photo."""
    empty = Q(status=CardScan.Status.DRAFT) & ~Exists(CardImage.objects.filter(card=OuterRef("pk")))
    return cards_for(clinic).exclude(Q(status=CardScan.Status.DISCARDED) | empty)


def get_card(clinic: Clinic, code: UUID) -> CardScan:
    """Return a card of this clinic; raises Http404."""
    return get_object_or_404(cards_for(clinic), code=code)


def loose_photos_for(clinic: Clinic) -> QuerySet[LoosePhoto]:
    """Return this clinic's photos that wait for a patient, in the order in which they came."""
    return LoosePhoto.objects.filter(clinic=clinic)


def get_loose_photo(clinic: Clinic, code: UUID) -> LoosePhoto:
    """Return a photo that waits for a patient of this clinic; raises Http404."""
    return get_object_or_404(loose_photos_for(clinic), code=code)


def refuse_others_pile(clinic: Clinic, pile: UUID) -> None:
    """Raise Http404 for photos that wait in another clinic; those that are gone are the caller's to speak of."""
    if LoosePhoto.objects.filter(pile=pile).exclude(clinic=clinic).exists():
        raise Http404
