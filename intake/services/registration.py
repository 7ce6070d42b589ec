"""What a clinic asks for when somebody is registered, and what a record lacks of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from clinic.models import Clinic, User
from core import audit

from ..models import Patient, RegistrationRule
from ..patient_record import MAY_BE_REQUIRED, Missing, missing_fields
from .rules import write_rule

MAY_BE = frozenset(item.name for item in MAY_BE_REQUIRED)


def rule_of(clinic: Clinic) -> RegistrationRule:
    """Return the clinic's rule; one that was never written has version 0 and asks for nothing."""
    return RegistrationRule.objects.filter(clinic=clinic).first() or RegistrationRule(clinic=clinic, version=0)


def required_of(clinic: Clinic) -> tuple[str, ...]:
    """Return the columns of a record that the clinic asks for."""
    return tuple(name for name in rule_of(clinic).required if name in MAY_BE)


def missing_from(patient: Patient, clinic: Clinic, now: datetime) -> list[Missing]:
    """Return what the clinic asks for and the record does not say. For many patients: patient_record.missing_fields."""
    return missing_fields(patient, required_of(clinic), clinic.today(now))


@transaction.atomic
def change_rule(clinic: Clinic, required: Iterable[str], *, version: int, by: User) -> None:
    """Ask for these columns from now on.

    Raises core.models.EditedMeanwhile when somebody else changed it since `version`.
    """
    names = sorted(set(required) & MAY_BE)
    rule = rule_of(clinic)
    write_rule(rule, version, required=names)
    audit.record(by, "intake.registration_rule.changed", rule, clinic=clinic, fields=names)
