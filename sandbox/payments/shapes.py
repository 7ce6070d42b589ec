"""The shape of every request body: members, types, lengths and codes.

Lenient, only what the service is known to insist on is required, and the service's own sample passes. Strict,
everything an 835 remittance needs is required, forms are exact and unknown members are refused; then `strict` and
`balance` look at how the members fit together. Source: docs/vendors/optum.md.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache, partial
from typing import Any

from sandbox.payments import codes
from sandbox.payments.checks import Check, day, integer, many, money, npi, number, one_of, record, tax_id, text
from sandbox.payments.problems import Errors

ZERO, ONE = Decimal(0), Decimal(1)

DRG_AMOUNTS = (
    "totalDrgAmount totalFederalSpecificAmount totalHospitalSpecificAmount totalDisproportionateShareAmount"
    " totalCapitalAmount totalImeAmount totalDayOutlierAmount totalCostOutlierAmount totalMspPassThroughAmount"
    " totalPpsCapitalFspDrgAmount totalPpsCapitalHspDrgAmount totalPpsDshDrgAmount"
)
DRG_COUNTS = (
    "totalOutlierDayCount totalDischargeCount totalCostReportDayCount totalCoveredDayCount totalNonCoveredDayCount"
)
INPATIENT_AMOUNTS = (
    "ppsOperatingOutlierAmount claimDrgAmount claimDisproportionateShareAmount claimMspPassThroughAmount"
    " claimPpsCapitalAmount ppsCapitalFspDrgAmount ppsCapitalHspDrgAmount ppsCapitalDshDrgAmount oldCapitalAmount"
    " ppsCapitalImeAmount ppsOperatingHospitalSpecificDrgAmount ppsOperatingFederalSpecificDrgAmount"
)
INPATIENT_COUNTS = "coveredDaysOrVisitsCount lifetimePsychiatricDaysCount costReportDaysCount"
REMARKS = " ".join(f"claimPaymentRemarkCode{place}" for place in range(1, 6))
MODIFIERS = " ".join(f"procedureModifier{place}" for place in range(1, 5))


PAYMENT_DETAILS = (
    "issuerPaymentId",
    "issuerReferenceId",
    "paymentDate",
    "adjudicationCutoffDate",
    "adjudicationVersion",
    "amount",
    "remitMethod",
    "jurisdictionalBody",
    "numberOfAttachedPDFs",
)


def errors_in(check: Check, body: Any) -> Errors:
    """Return what is wrong with a body, by path; nothing when it passes."""
    errors: Errors = {}
    check(body, "", errors)
    return errors


@cache
def create_batch() -> Check:
    """Return the shape of a new batch; lengths and bounds are the service's own."""
    return record(
        {**_request_members(), **_totals_members()},
        required=(*_request_members(), *_totals_members()),
    )


@cache
def single(strict: bool, claim_adjustments: str = "") -> Check:
    """Return the shape of a single payment that is created and executed at once."""
    members = {**_request_members(), "payment": payment(strict, claim_adjustments)}
    return record(members, required=tuple(members))


@cache
def add(strict: bool, claim_adjustments: str = "") -> Check:
    """Return the shape of `{"payments": [...]}`."""
    return record({"payments": many(payment(strict, claim_adjustments), least=1)}, required=("payments",))


@cache
def release() -> Check:
    """Return the shape of a release: which batch, and who releases it."""
    return record({"batchId": text(64), "releasedBy": text(254)}, required=("batchId", "releasedBy"))


@cache
def release_partial() -> Check:
    """Return the shape of a release of some payments of a batch (its shape is our guess)."""
    members = {"batchId": text(64), "releasedBy": text(254), "paymentIds": many(text(64), least=1)}
    return record(members, required=tuple(members))


@cache
def change_totals() -> Check:
    """Return the shape of a change of what a batch promises (its shape is our guess)."""
    return record(_totals_members())


@cache
def reissue() -> Check:
    """Return the shape of a reissue: the successor's own two ids (its shape is our guess)."""
    members = {"issuerPaymentId": text(50), "issuerReferenceId": text(50)}
    return record(members, required=tuple(members))


@cache
def subscription() -> Check:
    """Return the shape of a subscription to events: where to, which, and the secret that signs them."""
    key = record({"key": text(256)}, required=("key",))
    auth = record({"apiKey": key}, required=("apiKey",))
    members = {"url": text(2000), "eventNames": many(text(100, pattern="[a-z0-9_]+"), least=1), "auth": auth}
    return record(members, required=tuple(members))


@cache
def acknowledge() -> Check:
    """Return the shape of an acknowledgement of missed events (its shape is our guess)."""
    return record({"ids": many(text(64), least=1)}, required=("ids",))


@cache
def tick() -> Check:
    """Return the shape of the order to let time pass."""
    return record({"batchId": text(64), "times": integer(0, 100), "loadFailed": many(text(50))})


@cache
def payment(strict: bool, claim_adjustments: str = "") -> Check:
    """Return the shape of one payment.

    `claim_adjustments` names the array of claim-level adjustments, which the service's page does not have.
    """
    members = {
        "paymentDetails": _payment_details(strict),
        "payeeDetails": _payee(strict),
        "shippingDetails": _ship_to(strict),
        "totalNumberClaims": integer(),
        "claimLevelInformation": many(_claim_level(strict, claim_adjustments)),
        "providerLevelAdjustment": many(_provider_adjustment(strict)),
    }
    needed = _needed(strict, "totalNumberClaims paymentDetails", "payeeDetails")
    return record(members, needed, closed=strict)


def _needed(strict: bool, always: str, strictly: str = "") -> tuple[str, ...]:
    return tuple((f"{always} {strictly}" if strict else always).split())


def _request_members() -> dict[str, Check]:
    return {"clientRequestId": text(50), "accountShortCode": text(50), "subAccountShortCode": text(50)}


def _totals_members() -> dict[str, Check]:
    return {"totalAmount": money(least=ZERO), "numberOfPayments": integer(1)}


def _payment_details(strict: bool) -> Check:
    line = partial(text, clean=strict)
    checks: tuple[Check, ...] = (
        line(50),
        line(50),
        day,
        day,
        line(50),
        money(least=ZERO),
        one_of(codes.REMIT_METHOD),
        line(50),
        integer(),
    )
    needed = _needed(strict, "issuerReferenceId amount", "issuerPaymentId paymentDate remitMethod")
    return record(dict(zip(PAYMENT_DETAILS, checks, strict=True)), needed, closed=strict)


def _address(strict: bool) -> Check:
    line = partial(text, clean=strict)
    members = {
        "address1": line(55),
        "address2": line(55),
        "city": line(30, 2),
        "state": line(2, 2),
        "postalCode": line(15),
        "country": line(3, 2),
    }
    return record(members, _needed(strict, "", "address1 city country"), closed=strict)


def _payee(strict: bool) -> Check:
    line = partial(text, clean=strict)
    members = {
        "name": line(60),
        "address": _address(strict),
        "taxId": tax_id if strict else text(50),
        "npiId": npi if strict else text(50),
        "receiverId": line(50),
    }
    return record(members, _needed(strict, "", "name address taxId npiId"), closed=strict)


def _ship_to(strict: bool) -> Check:
    members = {"name": text(60, clean=strict), "address": _address(strict)}
    return record(members, _needed(strict, "", "name address"), closed=strict)


def _claim_level(strict: bool, claim_adjustments: str) -> Check:
    summary = {
        "referenceIdentification": text(50, clean=strict),
        "facilityCode": text(2, clean=strict),
        "date": day,
        "quantity": number(ZERO),
        "monetaryAmount": money(),
    }
    supplement = _amounts(DRG_AMOUNTS) | _counts(DRG_COUNTS)
    supplement |= {"averageDrgLengthOfStay": number(ZERO), "averageDrgWeight": number(ZERO)}
    members = {
        "providerSummaryInformation": record(summary, tuple(summary) if strict else (), closed=strict),
        "supplementalProviderSummaryInformation": record(supplement, closed=strict),
        "claimLoop": many(_claim(strict, claim_adjustments)),
    }
    return record(members, _needed(strict, "", "claimLoop"), closed=strict)


def _claim(strict: bool, claim_adjustments: str) -> Check:
    amount = {
        "amountQualifierCode": one_of(codes.CLAIM_AMOUNT),
        "claimSupplementalInformationAmount": money(),
    }
    members = {
        "claimPaymentInformation": _claim_payment(strict),
        "involvedEntitiesInfo": many(_entity(strict)),
        "inPatientAdjudicationInformation": _inpatient(strict),
        "outPatientAdjudicationInformation": _outpatient(strict),
        "relatedIdentification": many(_reference(strict, "referenceIdentification", codes.CLAIM_REFERENCE)),
        "relevantDates": many(_date("qualifier", strict, codes.CLAIM_DATE)),
        "claimContactInformation": _contact(strict),
        "claimSupplementalInformation": record(amount, tuple(amount) if strict else (), closed=strict),
        "loop2110": many(_line(strict)),
    }
    if claim_adjustments:
        members[claim_adjustments] = many(_adjustment_group(strict))
    return record(members, _needed(strict, "", "claimPaymentInformation involvedEntitiesInfo"), closed=strict)


def _claim_payment(strict: bool) -> Check:
    line = partial(text, clean=strict)
    members = {
        "patientControlNumber": line(38),
        "statusCode": one_of(codes.CLAIM_STATUS),
        "totalChargeAmount": money(),
        "paymentAmount": money(),
        "patientResponsibilityAmount": money(),
        "filingIndicatorCode": one_of(codes.FILING_INDICATOR),
        "payerClaimControlNumber": line(50),
        "facilityTypeCode": line(2),
        "claimFrequencyCode": line(1),
        "diagnosisRelatedGroupDrgCode": line(4),
        "diagnosisRelatedGroupDrgWeight": number(ZERO),
        "dischargeFraction": number(ZERO, ONE),
    }
    strictly = (
        "patientControlNumber statusCode totalChargeAmount paymentAmount filingIndicatorCode payerClaimControlNumber"
    )
    return record(members, _needed(strict, "", strictly), closed=strict)


def _entity(strict: bool) -> Check:
    line = partial(text, clean=strict)
    members = {
        "entityIdentifierCode": one_of(codes.ENTITIES),
        "entityTypeQualifier": one_of(codes.words("1 2")),
        "lastName": line(60),
        "firstName": line(35),
        "middleNameOrInitial": line(25),
        "nameSuffix": line(10),
        "identificationCodeQualifier": line(2),
        "entityIdentifier": line(80, 2),
    }
    return record(members, _needed(strict, "", "entityIdentifierCode entityTypeQualifier"), closed=strict)


def _inpatient(strict: bool) -> Check:
    members = _amounts(INPATIENT_AMOUNTS) | _counts(INPATIENT_COUNTS)
    return record({**members, "claimPaymentRemarkCode": text(50, clean=strict)}, closed=strict)


def _outpatient(strict: bool) -> Check:
    members: dict[str, Check] = {name: text(50, clean=strict) for name in REMARKS.split()}
    members |= {"reimbursementRate": number(ZERO, ONE)} | _amounts("hcpcsPayableAmount esrdPaymentAmount")
    return record(members, closed=strict)


def _contact(strict: bool) -> Check:
    phone = {
        "type": one_of(codes.words("Phone Fax")) if strict else text(50),
        "number": text(256, pattern="[0-9]+" if strict else ""),
        "extension": text(256, pattern="[0-9]+" if strict else ""),
    }
    phone_check = record(phone, _needed(strict, "", "type number"), closed=strict)
    members = {
        "name": text(60, clean=strict),
        "primaryPhone": phone_check,
        "secondaryPhone": phone_check,
        "email": text(256, clean=strict),
    }
    return record(members, closed=strict)


def _line(strict: bool) -> Check:
    payment_information = {
        "compositeMedicalProcedureId1": _procedure(strict, codes.PROCEDURE),
        "lineItemChargeAmount": money(),
        "lineItemProviderPaymentAmount": money(),
        "nationalUniformBillingCommitteeRevenueCode": text(4, 4, "[0-9]{4}") if strict else text(48),
        "quantity1": number(),
        "compositeMedicalProcedureId2": _procedure(strict, codes.SUBMITTED_PROCEDURE),
        "quantity2": number(),
    }
    strictly = "compositeMedicalProcedureId1 lineItemChargeAmount lineItemProviderPaymentAmount"
    amount = {"amountQualifierCode": one_of(codes.LINE_AMOUNT), "claimSupplementalInformationAmount": money()}
    remark = {"codeListQualifierCode": one_of(codes.REMARK_LIST), "remarkCode": text(30, clean=strict)}
    members = {
        "servicePaymentInformation": record(payment_information, _needed(strict, "", strictly), closed=strict),
        "serviceDate": _date("dateTimeQualifier", strict, codes.LINE_DATE),
        "serviceAdjustment": many(_adjustment_group(strict)),
        "relatedIdentificationRefSvc": many(_reference(strict, "referenceIdentifier", codes.LINE_REFERENCE)),
        "serviceSupplementalAmountInformationAmt": record(amount, tuple(amount) if strict else (), closed=strict),
        "healthCareRemarkCode": record(remark, tuple(remark) if strict else (), closed=strict),
    }
    return record(members, _needed(strict, "", "servicePaymentInformation serviceDate"), closed=strict)


def _procedure(strict: bool, qualifiers: frozenset[str]) -> Check:
    members: dict[str, Check] = {
        "productServiceIdQualifier": one_of(qualifiers),
        "procedureCode": text(48, clean=strict),
        "procedureCodeDesc": text(80, clean=strict),
    }
    members |= {name: text(2, 2, "[A-Z0-9]{2}" if strict else "") for name in MODIFIERS.split()}
    return record(members, _needed(strict, "", "productServiceIdQualifier procedureCode"), closed=strict)


def _adjustment_group(strict: bool) -> Check:
    adjustment = {
        "adjustmentReasonCode": text(5, clean=strict),
        "monetaryAmount": money(),
        "adjustmentQuantity": number(),
    }
    adjustment_check = record(adjustment, _needed(strict, "", "adjustmentReasonCode monetaryAmount"), closed=strict)
    members = {
        "claimAdjustmentGroupCode": one_of(codes.ADJUSTMENT_GROUP),
        "adjustments": many(adjustment_check, least=1),
    }
    return record(members, tuple(members) if strict else (), closed=strict)


def _provider_adjustment(strict: bool) -> Check:
    adjustment = {
        "reasonCode": one_of(codes.PROVIDER_ADJUSTMENT),
        "identifier": text(50, clean=strict),
        "amount": money(),
    }
    adjustment_check = record(adjustment, _needed(strict, "", "reasonCode amount"), closed=strict)
    members = {
        "providerIdentifier": text(50, clean=strict),
        "fiscalPeriodDate": day,
        "adjustments": many(adjustment_check, least=1),
    }
    return record(members, tuple(members) if strict else (), closed=strict)


def _reference(strict: bool, name: str, qualifiers: frozenset[str]) -> Check:
    members = {"referenceIdentificationQualifier": one_of(qualifiers), name: text(50, clean=strict)}
    return record(members, tuple(members) if strict else (), closed=strict)


def _date(name: str, strict: bool, qualifiers: frozenset[str]) -> Check:
    members = {name: one_of(qualifiers), "date": day}
    return record(members, tuple(members) if strict else (), closed=strict)


def _amounts(names: str) -> dict[str, Check]:
    return {name: money() for name in names.split()}


def _counts(names: str) -> dict[str, Check]:
    return {name: integer() for name in names.split()}
