"""The payment format: every member of the vendor's JSON with its type, length and code list (docs/payments.md).

Members of an 835 loop stand under the names that the vendor gives them; the 835 elements are named beside them.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from payments.rules import codes
from payments.rules.checks import (
    Check,
    Member,
    as_day,
    code,
    day,
    many,
    money,
    needed,
    npi,
    number,
    tax_id,
    text,
    thing,
    whole,
)
from payments.rules.findings import Context, Finding, error, warning

_ZERO, _ONE = Decimal(0), Decimal(1)
_AHEAD = timedelta(days=30)


def check_format(payment: Any, path: str, context: Context) -> list[Finding]:
    """Return what is wrong with the payment's shape, values and codes (V0 to V8); `path` is where it stands."""
    out: list[Finding] = []
    _payment(context.claim_adjustment_field)(payment, path, out, context)
    return out


def _remit_method(value: Any, path: str, out: list[Finding], context: Context) -> None:
    allowed = ", ".join(sorted(context.remit_methods))
    code(context.remit_methods, f"way to send the remittance: use {allowed}")(value, path, out, context)


def _payment_details(value: Any, path: str, out: list[Finding], context: Context) -> None:
    """Members of paymentDetails, and how its dates stand to each other and to today (V3)."""
    _PAYMENT_DETAILS(value, path, out, context)
    if type(value) is not dict:
        return
    paid_on, cut_off = as_day(value.get("paymentDate")), as_day(value.get("adjudicationCutoffDate"))
    if paid_on and paid_on > context.today + _AHEAD:
        out.append(error("V3", f"{path}.paymentDate", "The payment date lies more than 30 days ahead."))
    if paid_on and cut_off and cut_off > paid_on:
        out.append(error("V3", f"{path}.adjudicationCutoffDate", "The cut-off date lies after the payment date."))


_PAYMENT_DETAILS = thing(
    {
        "issuerPaymentId": needed(text(50)),
        "issuerReferenceId": needed(text(50)),  # nearest to TRN02; the vendor's duplicate key
        "paymentDate": needed(day()),  # BPR16
        "adjudicationCutoffDate": day(),  # DTM*405
        "adjudicationVersion": text(50),  # REF*F2
        "amount": needed(money(least=_ZERO)),  # BPR02
        "remitMethod": needed(_remit_method),
        "jurisdictionalBody": code(codes.STATES, "state of the United States", certain=False, rule="V6"),
        "numberOfAttachedPDFs": whole(),
    }
)

_ADDRESS = thing(
    {
        "address1": needed(text(55)),  # N301
        "address2": text(55),
        "city": needed(text(30, least=2)),  # N401
        "state": text(2, least=2),
        "postalCode": text(15),
        "country": needed(
            text(3, least=2, pattern=r"[A-Z]{2,3}", says="A country is two or three capital letters.", rule="V5")
        ),
    }
)


def _address(value: Any, path: str, out: list[Finding], context: Context) -> None:
    """Members of an address, and what the United States ask of one (V6)."""
    _ADDRESS(value, path, out, context)
    if type(value) is not dict or value.get("country") not in codes.UNITED_STATES:
        return
    state, postal_code = value.get("state"), value.get("postalCode")
    for name, given in (("state", state), ("postalCode", postal_code)):
        if given is None:
            out.append(error("V0", f"{path}.{name}", "An address in the United States has to give this."))
    if type(state) is str and state not in codes.STATES:
        out.append(warning("V6", f"{path}.state", "This is not a state of the United States."))
    digits = postal_code.replace("-", "", 1) if type(postal_code) is str else "00000"
    if not (digits.isascii() and digits.isdigit() and len(digits) in (5, 9)):
        out.append(error("V6", f"{path}.postalCode", "A postal code of the United States has five or nine digits."))


_PAYEE = thing(
    {
        "name": needed(text(60)),  # N1*PE
        "address": needed(_address),
        "taxId": needed(tax_id()),  # N104 or REF*TJ
        "npiId": needed(npi()),
        "receiverId": text(50),  # REF*EV
    }
)
_SHIPPING = thing({"name": needed(text(60)), "address": needed(_address)})

_PLACE = code(codes.PLACES_OF_SERVICE, "place of service", certain=False)

# TS3: all five or none
_PROVIDER_SUMMARY = thing(
    {
        "referenceIdentification": needed(text(50)),
        "facilityCode": needed(_PLACE),
        "date": needed(day()),
        "quantity": needed(number(_ZERO)),
        "monetaryAmount": needed(money()),
    }
)

# TS2, Medicare Part A
_SUPPLEMENTAL_MONEY = (
    "totalDrgAmount totalFederalSpecificAmount totalHospitalSpecificAmount totalDisproportionateShareAmount "
    "totalCapitalAmount totalImeAmount totalDayOutlierAmount totalCostOutlierAmount totalMspPassThroughAmount "
    "totalPpsCapitalFspDrgAmount totalPpsCapitalHspDrgAmount totalPpsDshDrgAmount"
)
_SUPPLEMENTAL_COUNTS = (
    "totalOutlierDayCount totalDischargeCount totalCostReportDayCount totalCoveredDayCount totalNonCoveredDayCount "
    "averageDrgLengthOfStay averageDrgWeight"
)
_SUPPLEMENTAL_SUMMARY = thing(
    {name: money() for name in _SUPPLEMENTAL_MONEY.split()}
    | {name: number(_ZERO) for name in _SUPPLEMENTAL_COUNTS.split()}
)


def _status(value: Any, path: str, out: list[Finding], context: Context) -> None:
    if type(value) is not int:
        out.append(error("V4", path, "The claim's status is a whole number, such as 1."))
    elif value not in codes.CLAIM_STATUS:
        out.append(error("V5", path, f"{value} is not a known claim status."))


# CLP
_CLAIM_PAYMENT = thing(
    {
        "patientControlNumber": needed(text(38)),
        "statusCode": needed(_status),
        "totalChargeAmount": needed(money()),
        "paymentAmount": needed(money()),
        "patientResponsibilityAmount": money(),
        "filingIndicatorCode": needed(code(codes.FILING_INDICATORS, "claim filing indicator")),
        "payerClaimControlNumber": needed(text(50)),
        "facilityTypeCode": _PLACE,
        "claimFrequencyCode": text(1, pattern=r"[0-9A-Z]", says="A claim frequency is one digit or letter.", rule="V5"),
        "diagnosisRelatedGroupDrgCode": text(4),
        "diagnosisRelatedGroupDrgWeight": number(_ZERO),
        "dischargeFraction": number(_ZERO, _ONE),
    }
)

# NM1
_ENTITY = thing(
    {
        "entityIdentifierCode": needed(code(codes.ENTITY_CODES, "kind of person or organization on a claim")),
        "entityTypeQualifier": needed(code(codes.ENTITY_TYPES, "entity type: 1 is a person, 2 an organization")),
        "lastName": text(60),
        "firstName": text(35),
        "middleNameOrInitial": text(25),
        "nameSuffix": text(10),
        "identificationCodeQualifier": text(2),
        "entityIdentifier": text(80, least=2),
    }
)


def _remark(value: Any, path: str, out: list[Finding], context: Context) -> None:
    """A remark code (RARC): only its form is known for certain, so another form is a warning (V5)."""
    before = len(out)
    text(50)(value, path, out, context)
    if len(out) == before and not _is_remark(value):
        out.append(warning("V5", path, "This does not look like a remark code, such as N130 or MA01."))


def _is_remark(value: str) -> bool:
    letters = value.rstrip("0123456789")
    return letters in ("M", "MA", "N") and 1 <= len(value) - len(letters) <= 4


# MIA
_INPATIENT_MONEY = (
    "ppsOperatingOutlierAmount claimDrgAmount claimDisproportionateShareAmount claimMspPassThroughAmount "
    "claimPpsCapitalAmount ppsCapitalFspDrgAmount ppsCapitalHspDrgAmount ppsCapitalDshDrgAmount oldCapitalAmount "
    "ppsCapitalImeAmount ppsOperatingHospitalSpecificDrgAmount ppsOperatingFederalSpecificDrgAmount"
)
_INPATIENT = thing(
    {name: money() for name in _INPATIENT_MONEY.split()}
    | {name: number(_ZERO) for name in ("coveredDaysOrVisitsCount", "lifetimePsychiatricDaysCount")}
    | {"costReportDaysCount": number(_ZERO), "claimPaymentRemarkCode": _remark}
)

# MOA
_OUTPATIENT = thing(
    {f"claimPaymentRemarkCode{place}": _remark for place in range(1, 6)}
    | {"reimbursementRate": number(_ZERO, _ONE), "hcpcsPayableAmount": money(), "esrdPaymentAmount": money()}
)

_PHONE = thing(
    {
        "type": needed(code(frozenset({"Phone", "Fax"}), "type of number: use Phone or Fax")),
        "number": needed(text(256, pattern=r"[0-9]+", says="Give the number in digits alone.")),
        "extension": text(256, pattern=r"[0-9]+", says="Give the extension in digits alone."),
    }
)
_CONTACT = thing({"name": text(60), "primaryPhone": _PHONE, "secondaryPhone": _PHONE, "email": text(256)})


def _procedure(table: frozenset[str]) -> Check:
    """SVC01 or SVC06: a qualifier and the code, modifiers and words that belong to it."""
    modifier = text(2, least=2, pattern=r"[A-Z0-9]{2}", says="A modifier is two capital letters or digits.", rule="V5")
    members: dict[str, Member | Check] = {f"procedureModifier{place}": modifier for place in range(1, 5)}
    members["productServiceIdQualifier"] = needed(code(table, "kind of procedure code"))
    members["procedureCode"] = needed(text(48))
    members["procedureCodeDesc"] = text(80)
    return thing(members)


# SVC
_SERVICE_PAYMENT = thing(
    {
        "compositeMedicalProcedureId1": needed(_procedure(codes.PROCEDURE_QUALIFIERS)),
        "compositeMedicalProcedureId2": _procedure(codes.SUBMITTED_QUALIFIERS),
        "lineItemChargeAmount": needed(money()),
        "lineItemProviderPaymentAmount": needed(money()),
        "nationalUniformBillingCommitteeRevenueCode": text(
            4, pattern=r"[0-9]{4}", says="A revenue code has four digits, such as 0420.", rule="V5"
        ),
        "quantity1": number(_ZERO),
        "quantity2": number(_ZERO),
    }
)

# CAS, one entry for each group
_ADJUSTMENTS = many(
    thing(
        {
            "claimAdjustmentGroupCode": needed(code(codes.ADJUSTMENT_GROUPS, "adjustment group")),
            "adjustments": needed(
                many(
                    thing(
                        {
                            "adjustmentReasonCode": needed(
                                code(codes.ADJUSTMENT_REASONS, "adjustment reason", certain=False)
                            ),
                            "monetaryAmount": needed(money()),
                            "adjustmentQuantity": number(),
                        }
                    ),
                    least=1,
                )
            ),
        }
    )
)


def _amount_information(table: frozenset[str]) -> Check:
    """AMT: information beside the claim or line, never part of balancing."""
    return thing(
        {
            "amountQualifierCode": needed(code(table, "kind of amount")),
            "claimSupplementalInformationAmount": needed(money()),
        }
    )


def _references(table: frozenset[str], name: str) -> Check:
    """REF; the vendor names the value differently on claims and on lines."""
    return many(
        thing(
            {
                "referenceIdentificationQualifier": needed(code(table, "kind of reference")),
                name: needed(text(50)),
            }
        )
    )


_LINE = thing(
    {
        "servicePaymentInformation": needed(_SERVICE_PAYMENT),
        "serviceDate": needed(
            thing({"dateTimeQualifier": needed(code(codes.SERVICE_DATES, "kind of date")), "date": needed(day())})
        ),
        "serviceAdjustment": _ADJUSTMENTS,
        "relatedIdentificationRefSvc": _references(codes.SERVICE_REFERENCES, "referenceIdentifier"),
        "serviceSupplementalAmountInformationAmt": _amount_information(codes.SERVICE_AMOUNTS),
        "healthCareRemarkCode": thing(
            {"codeListQualifierCode": needed(code(codes.REMARK_LISTS, "remark list")), "remarkCode": needed(text(30))}
        ),
    }
)

_PROVIDER_ADJUSTMENTS = many(
    thing(
        {
            "providerIdentifier": needed(text(50)),  # PLB01
            "fiscalPeriodDate": needed(day()),
            "adjustments": needed(
                many(
                    thing(
                        {
                            "reasonCode": needed(code(codes.PROVIDER_REASONS, "provider adjustment reason")),
                            "identifier": text(50),
                            "amount": needed(money()),
                        }
                    ),
                    least=1,
                )
            ),
        }
    )
)


def _claim(claim_adjustment_field: str) -> Check:
    """Loop 2100. Adjustments of the whole claim have a place only when the setting names it."""
    members: dict[str, Member | Check] = {
        "claimPaymentInformation": needed(_CLAIM_PAYMENT),
        "involvedEntitiesInfo": needed(many(_ENTITY, least=1)),
        "inPatientAdjudicationInformation": _INPATIENT,
        "outPatientAdjudicationInformation": _OUTPATIENT,
        "relatedIdentification": _references(codes.CLAIM_REFERENCES, "referenceIdentification"),
        "relevantDates": many(
            thing({"qualifier": needed(code(codes.CLAIM_DATES, "kind of date")), "date": needed(day())})
        ),
        "claimContactInformation": _CONTACT,
        "claimSupplementalInformation": _amount_information(codes.CLAIM_AMOUNTS),
        "loop2110": many(_LINE),
    }
    if claim_adjustment_field:
        members[claim_adjustment_field] = _ADJUSTMENTS
    return thing(members)


@lru_cache(maxsize=8)
def _payment(claim_adjustment_field: str) -> Check:
    claims = thing(
        {
            "providerSummaryInformation": _PROVIDER_SUMMARY,
            "supplementalProviderSummaryInformation": _SUPPLEMENTAL_SUMMARY,
            "claimLoop": needed(many(_claim(claim_adjustment_field), least=1)),
        }
    )
    return thing(
        {
            "paymentDetails": needed(_payment_details),
            "payeeDetails": needed(_PAYEE),
            "shippingDetails": _SHIPPING,
            "totalNumberClaims": needed(whole()),
            "claimLevelInformation": many(claims),
            "providerLevelAdjustment": _PROVIDER_ADJUSTMENTS,
        }
    )
