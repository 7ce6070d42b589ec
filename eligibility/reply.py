"""What one answer holds, in our words: the same facts whether a payer answered electronically or on the phone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from .answers import Evidence
from .benefits import BenefitLine


@dataclass(frozen=True)
class PlanDate:
    """One of the plan's periods, under the payer's name for it ("eligibility", "plan", "policy effective")."""

    name: str
    start_date: date | None
    end_date: date | None


@dataclass(frozen=True)
class Plan:
    """The plan as the payer has it; "" and None where it did not say."""

    payer_name: str = ""
    plan_name: str = ""
    insurance_type: str = ""
    member_id: str = ""
    group_number: str = ""
    start_date: date | None = None
    end_date: date | None = None
    dates: tuple[PlanDate, ...] = ()
    trading_partner: str = ""


@dataclass(frozen=True)
class Entity:
    """Somebody the answer points at: a primary care provider, another payer, a pharmacy manager."""

    role: str = ""
    entity_type: str = ""
    name: str = ""
    contacts: tuple[tuple[str, str], ...] = ()
    service_type_codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Correction:
    """A value the payer has differently: the vendor's path of it, what we sent, what the payer has."""

    path: str
    sent: str
    corrected: str


@dataclass(frozen=True)
class Reply:
    """Everything read from one answer.

    Args:
        prior_authorization: True, False, or None when the payer did not say (X12 271 EB11).
        auto_updated_check_id: the vendor's id of a check it repeats by itself, "" for none.
    """

    evidence: Evidence
    plan: Plan = field(default_factory=Plan)
    lines: tuple[BenefitLine, ...] = ()
    entities: tuple[Entity, ...] = ()
    corrections: tuple[Correction, ...] = ()
    notes: str = ""
    prior_authorization: bool | None = None
    auto_updated_check_id: str = ""
