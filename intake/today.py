"""The day's appointments with their lights: what is ready, what is missing, and the one next thing to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clinic.models import Clinic
from core.links import link

from .access import kept_cards_for
from .models import Appointment, CardScan, Coverage, Patient
from .patient_record import Missing, columns_for, missing_fields
from .services.registration import required_of


@dataclass(frozen=True)
class Light:
    """One thing that has to be ready before a visit.

    Args:
        state: "done", "needs-you", "blocked", "waiting" or "none" (templates/components/state.html).
        sentence: what is the case, in a few words ("Active, $25 copay").
        url: where `action` leads; "" when there is nothing to do.
        action: the words on the button, when this is the next thing to do.
        form: fields to POST to `url`; None means that `url` is a page to open.
    """

    state: str
    sentence: str
    url: str = ""
    action: str = ""
    form: tuple[tuple[str, str], ...] | None = None


@dataclass(frozen=True)
class Row:
    """One line of Today: the appointment, its lights by label, and the next step (None when all is ready)."""

    appointment: Appointment
    lights: list[tuple[str, Light]]
    next_step: Light | None


LightFunction = Callable[[Clinic, list[Appointment]], dict[int, Light]]

RECORD = "Record"  # its step comes after those that a payer depends on
UNSAID = Light("none", "–")
_registered: list[tuple[str, LightFunction]] = []


def register_light(function: LightFunction, label: str = "Eligibility") -> LightFunction:
    """Show one more light on Today; called by apps above this one from AppConfig.ready().

    `function(clinic, appointments)` returns a Light per appointment pk and must need a constant number of queries.
    `label` heads its column; registering a label again replaces its light.
    """
    _registered[:] = [pair for pair in _registered if pair[0] != label]
    _registered.append((label, function))
    return function


def rows(clinic: Clinic, appointments: list[Appointment]) -> list[Row]:
    """Return Today's lines in a constant number of queries, whatever the number of appointments."""
    columns = [(RECORD, record_lights), ("Card", card_lights), ("Coverage", coverage_lights), *_registered]
    lit = [(label, function(clinic, appointments)) for label, function in columns]
    return [
        _row(appointment, [(label, found.get(appointment.pk, UNSAID)) for label, found in lit])
        for appointment in appointments
    ]


def labels() -> list[str]:
    """Return the heads of the light columns in order."""
    return [RECORD, "Card", "Coverage", *(label for label, _ in _registered)]


def _row(appointment: Appointment, lights: list[tuple[str, Light]]) -> Row:
    wanted = sorted(((label == RECORD, light) for label, light in lights if light.action), key=lambda pair: pair[0])
    return Row(appointment, lights, wanted[0][1] if wanted and appointment.is_open else None)


def record_lights(clinic: Clinic, appointments: list[Appointment]) -> dict[int, Light]:
    """Return whether each patient's record says what this clinic asks for."""
    required, today = required_of(clinic), clinic.today()
    patients = Patient.objects.filter(pk__in={visit.patient_id for visit in appointments})
    missing = {row.pk: missing_fields(row, required, today) for row in patients.only("code", *columns_for(required))}
    return {visit.pk: _record_light(visit, missing.get(visit.patient_id, [])) for visit in appointments}


def _record_light(visit: Appointment, missing: list[Missing]) -> Light:
    if not missing:
        return Light("done", "Complete", link("patient-detail", visit.patient.code))
    label = "Responsible party" if missing[0].item.name == "guarantor" else missing[0].item.label
    words = label if len(missing) == 1 else f"{len(missing)} things"
    return Light("needs-you", f"{words} missing", link("patient-edit", visit.patient.code), "Complete the record")


def card_lights(clinic: Clinic, appointments: list[Appointment]) -> dict[int, Light]:
    """Return how far the newest card of each patient is."""
    patients = {appointment.patient_id for appointment in appointments}
    newest: dict[int, CardScan] = {}
    known = kept_cards_for(clinic).filter(patient__in=patients)
    for card in known.select_related(None).only("pk", "code", "patient_id", "status", "problem").order_by("pk"):
        newest[card.patient_id] = card
    covered = set(Coverage.objects.current().filter(patient__in=patients).values_list("patient_id", flat=True))
    return {
        appointment.pk: _card_light(appointment, newest.get(appointment.patient_id), appointment.patient_id in covered)
        for appointment in appointments
    }


def _card_light(appointment: Appointment, card: CardScan | None, is_covered: bool) -> Light:
    if card is None:
        if is_covered:
            return Light("none", "No card")
        return Light("needs-you", "No card", link("card-new", appointment.patient.code), "Scan card", ())
    url, status = link("card-review", card.code), CardScan.Status
    if card.is_working:
        return Light("waiting", "CardScan silent" if card.problem else "Being read", url)
    known = {
        status.DRAFT: Light("needs-you", "Photos not sent", url, "Finish the photos"),
        status.REVIEW: Light("needs-you", "Review", url, "Review card"),
        status.FAILED: Light("blocked", "Not read", url, "Take the card again"),
        status.CONFIRMED: Light("done", "Read", url),
        status.RETAKEN: Light("needs-you", "Taken again", url, "Finish the photos"),
    }
    return known[status(card.status)]


def coverage_lights(clinic: Clinic, appointments: list[Appointment]) -> dict[int, Light]:
    """Return the coverage that counts on the day of each visit, and whether its dates allow the visit."""
    found = Coverage.objects.select_related("payer").defer("member_id").for_visits(appointments)
    return {appointment.pk: _coverage_light(appointment, found.get(appointment.pk)) for appointment in appointments}


def _coverage_light(appointment: Appointment, coverage: Coverage | None) -> Light:
    if coverage is None:
        return Light("none", "None")
    day = appointment.date_of_service
    if coverage.is_valid_on(day):
        words = "Self-pay" if coverage.is_self_pay else coverage.payer_name
        return Light("done", words, link("coverage-detail", coverage.code))
    ended = coverage.termination_date if coverage.termination_date and coverage.termination_date < day else None
    when = f"Ended {ended:%-d %b %Y}" if ended else f"Starts {coverage.effective_date:%-d %b %Y}"
    return Light("needs-you", when, link("card-new", appointment.patient.code), "Scan new card", ())
