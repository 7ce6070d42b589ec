"""The claims of a payment as plain rows, read from its JSON whatever state that is in (835 loops 2100 and 2110)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from payments.rules import codes


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One CAS triplet: where it stands, its group, its reason, and its amount in dollars (None when malformed)."""

    path: str
    group: str
    reason: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Line:
    """One service line: what was charged and paid, and why they differ."""

    path: str
    charge: Decimal | None
    paid: Decimal | None
    adjustments: tuple[Adjustment, ...]
    has_revenue_code: bool
    day: Any
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim of a payment with its lines."""

    path: str
    status: Any
    charge: Decimal | None
    paid: Decimal | None
    patient_owes: Decimal | None
    payer_control_number: Any
    patient_control_number: Any
    adjustments: tuple[Adjustment, ...]
    lines: tuple[Line, ...]
    is_institutional: bool
    document: dict[str, Any]

    @property
    def is_reversal(self) -> bool:
        """Whether it takes an earlier payment back."""
        return bool(self.status == codes.REVERSAL)

    def all_adjustments(self) -> Iterator[Adjustment]:
        """Yield the adjustments of the claim and of its lines."""
        yield from self.adjustments
        for line in self.lines:
            yield from line.adjustments


def read_claims(payment: dict[str, Any], path: str, claim_adjustment_field: str) -> list[Claim]:
    """Return the claims of a payment, whatever state its JSON is in; malformed amounts are None."""
    claims = []
    for place, block in objects_in(payment.get("claimLevelInformation")):
        for number, document in objects_in(block.get("claimLoop")):
            where = f"{path}.claimLevelInformation[{place}].claimLoop[{number}]"
            claims.append(_read_claim(document, where, claim_adjustment_field))
    return claims


def _read_claim(document: dict[str, Any], path: str, claim_adjustment_field: str) -> Claim:
    facts = object_in(document.get("claimPaymentInformation"))
    lines = tuple(_read_line(line, f"{path}.loop2110[{n}]") for n, line in objects_in(document.get("loop2110")))
    adjustments = document.get(claim_adjustment_field) if claim_adjustment_field else None
    return Claim(
        path=path,
        status=facts.get("statusCode"),
        charge=amount_in(facts, "totalChargeAmount"),
        paid=amount_in(facts, "paymentAmount"),
        patient_owes=amount_in(facts, "patientResponsibilityAmount"),
        payer_control_number=facts.get("payerClaimControlNumber"),
        patient_control_number=facts.get("patientControlNumber"),
        adjustments=tuple(_read_adjustments(adjustments, f"{path}.{claim_adjustment_field}")),
        lines=lines,
        is_institutional=_is_institutional(document, facts, lines),
        document=document,
    )


def _is_institutional(document: dict[str, Any], facts: dict[str, Any], lines: tuple[Line, ...]) -> bool:
    """A hospital's claim has a DRG, an inpatient block or revenue codes; any other counts as professional."""
    return bool(
        facts.get("diagnosisRelatedGroupDrgCode")
        or document.get("inPatientAdjudicationInformation")
        or any(line.has_revenue_code for line in lines)
    )


def _read_line(document: dict[str, Any], path: str) -> Line:
    facts = object_in(document.get("servicePaymentInformation"))
    procedure = object_in(facts.get("compositeMedicalProcedureId1"))
    return Line(
        path=path,
        charge=amount_in(facts, "lineItemChargeAmount"),
        paid=amount_in(facts, "lineItemProviderPaymentAmount"),
        adjustments=tuple(_read_adjustments(document.get("serviceAdjustment"), f"{path}.serviceAdjustment")),
        has_revenue_code=bool(
            facts.get("nationalUniformBillingCommitteeRevenueCode")
            or procedure.get("productServiceIdQualifier") == "NU"
        ),
        day=object_in(document.get("serviceDate")).get("date"),
        document=document,
    )


def _read_adjustments(groups: Any, path: str) -> Iterator[Adjustment]:
    for place, group in objects_in(groups):
        for number, document in objects_in(group.get("adjustments")):
            yield Adjustment(
                path=f"{path}[{place}].adjustments[{number}]",
                group=str(group.get("claimAdjustmentGroupCode")),
                reason=str(document.get("adjustmentReasonCode")),
                amount=amount_in(document, "monetaryAmount"),
            )


def provider_adjustments(payment: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the PLB adjustments of a payment."""
    for _, block in objects_in(payment.get("providerLevelAdjustment")):
        for _, adjustment in objects_in(block.get("adjustments")):
            yield adjustment


_TOO_MUCH = Decimal(10) ** 15


def amount_in(document: Any, name: str) -> Decimal | None:
    """Return a member that is an amount in dollars one can reckon with, else None; the format rules tell the rest."""
    value: Any = document.get(name) if isinstance(document, dict) else None
    return Decimal(value) if is_amount(value) else None


def is_amount(value: Any) -> bool:
    """Whether it is a number of dollars small enough to be added up exactly."""
    return type(value) in (int, Decimal) and Decimal(value).is_finite() and Decimal(value).copy_abs() < _TOO_MUCH


def total(amounts: list[Decimal | None]) -> Decimal | None:
    """Return the sum in dollars, or None when one of the amounts is not known."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal("0.00")) if len(known) == len(amounts) else None


def object_in(value: Any) -> dict[str, Any]:
    """Return the value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects_in(value: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of a JSON list with their places."""
    if isinstance(value, list):
        yield from ((place, item) for place, item in enumerate(value) if isinstance(item, dict))
