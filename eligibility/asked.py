"""Whom a payer was asked about, so that an answer about other data is not taken for one about today's."""

from __future__ import annotations

from core.sealed import fingerprint
from intake.models import Coverage


def asked_of(coverage: Coverage) -> str:
    """Return a fingerprint of payer, member id, relationship, subscriber and patient: what an answer depends on.

    A question is put again when any of them changes; letter case and spaces around a value change nothing.
    """
    patient = coverage.patient
    subscriber = (coverage.subscriber_first_name, coverage.subscriber_last_name, coverage.subscriber_birth_date)
    values = (
        coverage.payer_id,
        coverage.member_id,
        coverage.relationship,
        *(() if coverage.is_self else subscriber),  # the patient's own name and birth date follow
        patient.first_name,
        patient.last_name,
        patient.birth_date,
    )
    return fingerprint("\n".join(str(value).strip().casefold() for value in values), "eligibility question")
