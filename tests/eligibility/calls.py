"""A phone call to vary, and SPRY's numbers for it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from eligibility.phone_call import Amounts, PhoneCall, Subscriber
from eligibility.vendors.spry import Numbers

CHICAGO = ZoneInfo("America/Chicago")
NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
NUMBERS = Numbers(patient_id=901, organisation_id=67, clinic_id=89)


def amounts(**changes: Any) -> Amounts:
    """Return in-network amounts with the deductible met."""
    known: dict[str, Any] = {
        "individual_deductible": Decimal("1000"),
        "individual_deductible_remaining": Decimal("0"),
        "coinsurance_percent": Decimal("20"),
        "copay": Decimal("25.1"),
        "visits": 20,
        "visits_remaining": 17,
    }
    return Amounts(**(known | changes))


def call(**changes: Any) -> PhoneCall:
    """Return a call as the payer's agent told it."""
    known: dict[str, Any] = {
        "member_id": "ZZT0042",
        "service_code": "PT",
        "prior_authorization": False,
        "called_at": NOW,
        "spoke_with": "R. Agent",
        "call_reference": "9874561",
        "payer_name": "Blue Cross",
        "edi_payer_id": "00010",
        "plan_active": True,
        "plan_start_date": date(2026, 1, 1),
        "plan_end_date": date(2026, 12, 31),
        "subscriber": Subscriber(first_name="Jane", last_name="Doe", postal_code="02139"),
        "in_network": amounts(),
        "notes": "Thirty visits a year.",
    }
    return PhoneCall(**(known | changes))
