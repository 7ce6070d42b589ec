"""Do the sums of a payment come out? The balancing rules of the 835, to the cent, in Decimal.

They are applied in strict mode to a payment whose shape is right. Source: docs/vendors/optum.md, X12 005010X221A1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from sandbox.payments import codes
from sandbox.payments.checks import say
from sandbox.payments.problems import Errors

Json = dict[str, Any]
ZERO = Decimal(0)


def check(payment: Json, path: str, errors: Errors, claim_adjustments: str = "") -> None:
    """Add what does not balance in a payment: lines, claims, the payment, and the number of claims.

    `path` leads to the payment and ends in a dot unless it is empty.
    """
    for claim_path, claim in claims_of(payment, path):
        _check_claim(claim, claim_path, errors, claim_adjustments)
    _check_payment(payment, path, errors)


def claims_of(payment: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    """Yield (path, claim) for every claim of a payment."""
    for level_place, level in enumerate(payment.get("claimLevelInformation") or ()):
        for place, claim in enumerate(level.get("claimLoop") or ()):
            yield f"{path}claimLevelInformation[{level_place}].claimLoop[{place}].", claim


def lines_of(claim: Json) -> list[Json]:
    """Return the service lines of a claim."""
    return claim.get("loop2110") or []


def _check_payment(payment: Json, path: str, errors: Errors) -> None:
    claims = [claim["claimPaymentInformation"] for _path, claim in claims_of(payment)]
    if payment["totalNumberClaims"] != len(claims):
        say(errors, f"{path}totalNumberClaims", f"There are {len(claims)} claims.")
    taken = _total(
        adjustment["amount"]
        for block in payment.get("providerLevelAdjustment") or ()
        for adjustment in block["adjustments"]
    )
    right = _total(claim["paymentAmount"] for claim in claims) - taken
    if payment["paymentDetails"]["amount"] != right:
        say(errors, f"{path}paymentDetails.amount", f"Claims less provider adjustments are {right}.")


def _check_claim(claim: Json, path: str, errors: Errors, claim_adjustments: str) -> None:
    information = claim["claimPaymentInformation"]
    at = f"{path}claimPaymentInformation."
    own = claim.get(claim_adjustments) or []
    lines = lines_of(claim)
    placed = list(_groups_of(claim, path, claim_adjustments))
    groups = [group for _path, group in placed]
    right = information["totalChargeAmount"] - _adjusted(groups)
    if information["paymentAmount"] != right:
        say(errors, f"{at}paymentAmount", f"The charge less all adjustments is {right}.")
    _check_charges(information, lines, at, errors)
    _check_patient_share(information, groups, at, errors)
    if information["statusCode"] == codes.REVERSAL:
        _check_reversal(information, placed, at, errors)
    else:
        _check_signs(information, at, errors)
    _check_repeats(own, f"{path}{claim_adjustments}", errors)
    for place, line in enumerate(lines):
        _check_line(line, f"{path}loop2110[{place}].", errors)


def _groups_of(claim: Json, path: str, claim_adjustments: str) -> Iterator[tuple[str, Json]]:
    """Yield (path, group) for every group of adjustments of a claim: its own, then those of its lines."""
    for place, group in enumerate(claim.get(claim_adjustments) or ()):
        yield f"{path}{claim_adjustments}[{place}].", group
    for line_place, line in enumerate(lines_of(claim)):
        for place, group in enumerate(line.get("serviceAdjustment") or ()):
            yield f"{path}loop2110[{line_place}].serviceAdjustment[{place}].", group


def _check_line(line: Json, path: str, errors: Errors) -> None:
    service = line["servicePaymentInformation"]
    groups = line.get("serviceAdjustment") or []
    right = service["lineItemChargeAmount"] - _adjusted(groups)
    if service["lineItemProviderPaymentAmount"] != right:
        at = f"{path}servicePaymentInformation.lineItemProviderPaymentAmount"
        say(errors, at, f"The charge less the adjustments is {right}.")
    _check_repeats(groups, f"{path}serviceAdjustment", errors)


def _check_charges(information: Json, lines: list[Json], at: str, errors: Errors) -> None:
    """A professional claim's charge is the sum of its lines' charges; other claims need not list all lines."""
    if not lines or not _is_professional(information, lines):
        return
    right = _total(line["servicePaymentInformation"]["lineItemChargeAmount"] for line in lines)
    if information["totalChargeAmount"] != right:
        say(errors, f"{at}totalChargeAmount", f"The charges of its lines are {right}.")


def _is_professional(information: Json, lines: list[Json]) -> bool:
    services = [line["servicePaymentInformation"] for line in lines]
    institutional = any(
        service.get("nationalUniformBillingCommitteeRevenueCode")
        or service["compositeMedicalProcedureId1"]["productServiceIdQualifier"] == "NU"
        for service in services
    )
    return not institutional and not information.get("diagnosisRelatedGroupDrgCode")


def _check_patient_share(information: Json, groups: list[Json], at: str, errors: Errors) -> None:
    if information["statusCode"] == codes.REVERSAL:
        return
    right = _adjusted(group for group in groups if group["claimAdjustmentGroupCode"] == "PR")
    if (information.get("patientResponsibilityAmount") or ZERO) != right:
        say(errors, f"{at}patientResponsibilityAmount", f"The adjustments of group PR are {right}.")


def _check_reversal(information: Json, placed: list[tuple[str, Json]], at: str, errors: Errors) -> None:
    """A reversal is negated throughout: its charge, its payment and each adjustment, whatever their sum."""
    for name in ("totalChargeAmount", "paymentAmount"):
        if information[name] > 0:
            say(errors, f"{at}{name}", "A reversal has this amount negated.")
    for path, group in placed:
        for place, adjustment in enumerate(group["adjustments"]):
            if adjustment["monetaryAmount"] > 0:
                say(errors, f"{path}adjustments[{place}].monetaryAmount", "A reversal has every adjustment negated.")


def _check_signs(information: Json, at: str, errors: Errors) -> None:
    """Nothing but a reversal has a negative charge or payment; a prediction pays nothing."""
    status, charge, paid = (information[name] for name in ("statusCode", "totalChargeAmount", "paymentAmount"))
    if charge < 0:
        say(errors, f"{at}totalChargeAmount", "Only a reversal has a negative charge.")
    if paid < 0:
        say(errors, f"{at}paymentAmount", "Only a reversal has a negative payment.")
    if status == codes.PREDETERMINATION and paid != 0:
        say(errors, f"{at}paymentAmount", "A predetermination pays nothing.")


def _check_repeats(groups: list[Json], path: str, errors: Errors) -> None:
    seen: set[tuple[str, str]] = set()
    for place, group in enumerate(groups):
        for inner, adjustment in enumerate(group["adjustments"]):
            pair = (group["claimAdjustmentGroupCode"], adjustment["adjustmentReasonCode"])
            if pair in seen:
                say(errors, f"{path}[{place}].adjustments[{inner}]", "The same group and reason come twice.")
            seen.add(pair)


def _adjusted(groups: Iterable[Json]) -> Decimal:
    return _total(adjustment["monetaryAmount"] for group in groups for adjustment in group["adjustments"])


def _total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
