"""From a coverage and a visit to the question a payer is asked."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db.models import TextChoices

from clinic.models import Clinic, Provider
from intake.models import Appointment, Coverage

from ..vendors.candid import Member, Question
from ..vendors.candid import Provider as Asker


class AskAs(TextChoices):
    """In whose name a payer is asked."""

    CLINIC = "CLINIC", "The clinic"
    PROVIDER = "PROVIDER", "The treating provider"


class CannotAsk(Exception):
    """The question lacks something; `field` names our value and `sentence` says what to do."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(field)
        self.field, self.sentence = field, sentence


def ask_as_of(payer_id: str, service_type_code: str) -> str:
    """Return in whose name a question goes by rule: the clinic's, unless this payer or service asks for the provider.

    settings.CANDID_RENDERING_PROVIDER_FOR lists such payer ids and service type codes.
    """
    wanted = set(settings.CANDID_RENDERING_PROVIDER_FOR)
    return AskAs.PROVIDER if {payer_id, service_type_code} & wanted else AskAs.CLINIC


def build_question(
    coverage: Coverage,
    *,
    clinic: Clinic,
    appointment: Appointment | None,
    date_of_service: date,
    service_type_code: str,
    ask_as: str = "",
) -> Question:
    """Return the question. Raises CannotAsk when a value that every payer needs is missing."""
    if coverage.is_injury:
        raise CannotAsk("payer", "This insurance answers for one injury; its adjuster is asked, on the phone.")
    if coverage.payer is None:
        raise CannotAsk("payer", "The patient pays, so there is nobody to ask.")
    if coverage.status == Coverage.Status.REMOVED:
        raise CannotAsk("coverage", "This coverage was taken out and is not used.")
    payer_id = coverage.payer.edi_payer_id
    if not payer_id:
        sentence = f"{coverage.payer.name} has no payer id yet. Search the payer and save it on the coverage."
        raise CannotAsk("payer", sentence)
    if not coverage.member_id:
        raise CannotAsk("member_id", "The coverage has no member number. Add it from the card.")
    rule = ask_as or ask_as_of(payer_id, service_type_code)
    subscriber, dependent = _people(coverage)
    return Question(
        payer_id=payer_id,
        provider=_asker(clinic, appointment.provider if appointment else None, rule),
        subscriber=subscriber,
        dependent=dependent,
        date_of_service=date_of_service,
        service_type_code=service_type_code,
    )


def _asker(clinic: Clinic, provider: Provider | None, rule: str) -> Asker:
    """Return who asks; when the one wanted has no NPI here the other one asks."""
    person = None
    if provider is not None and provider.npi:
        person = Asker(provider.npi, first_name=provider.first_name, last_name=provider.last_name)
    clinic_npi = clinic.billing_npi
    if person is not None and (rule == AskAs.PROVIDER or not clinic_npi):
        return person
    if not clinic_npi:
        raise CannotAsk("provider", "The clinic has no NPI. An admin adds it under Settings, Clinic.")
    return Asker(clinic_npi, organization_name=clinic.organization.name)


def _people(coverage: Coverage) -> tuple[Member, Member | None]:
    """Return subscriber and dependent: the patient is the dependent unless they hold the policy themselves."""
    patient = coverage.patient
    if coverage.is_self:
        return Member(patient.first_name, patient.last_name, patient.birth_date, coverage.member_id), None
    if not coverage.subscriber_first_name or not coverage.subscriber_last_name:
        raise CannotAsk("subscriber_name", "Someone else holds this policy. Add the subscriber's name and birth date.")
    subscriber = Member(
        coverage.subscriber_first_name,
        coverage.subscriber_last_name,
        coverage.subscriber_birth_date,
        coverage.member_id,
    )
    return subscriber, Member(patient.first_name, patient.last_name, patient.birth_date)
