"""What strict mode asks of a payment besides its shape and its sums: members that have to fit together.

Source: docs/vendors/optum.md, X12 005010X221A1.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from sandbox.payments import balance, codes
from sandbox.payments.checks import npi, say
from sandbox.payments.problems import Errors

Json = dict[str, Any]

DAYS_AHEAD = timedelta(days=30)
US_POSTAL_CODE = re.compile(r"[0-9]{5}(-?[0-9]{4})?")
SOCIAL_SECURITY_NUMBER = re.compile(r"[0-9]{9}")
PROCEDURE_FORMS = {
    "HC": re.compile(r"[0-9]{4}[0-9A-Z]|[A-Z][0-9]{4}"),
    "NU": re.compile(r"[0-9]{4}"),
    "AD": re.compile(r"D[0-9]{4}"),
}


def check(payment: Json, path: str, errors: Errors, *, today: date, claim_adjustments: str = "") -> None:
    """Add everything that a payment of the right shape still has wrong.

    `path` leads to the payment and ends in a dot unless it is empty; `claim_adjustments` names the array of claim-level
    adjustments if there is one.
    """
    _check_dates(payment["paymentDetails"], f"{path}paymentDetails.", errors, today)
    for name in ("payeeDetails", "shippingDetails"):
        if payment.get(name):
            _check_address(payment[name]["address"], f"{path}{name}.address.", errors)
    for claim_path, claim in balance.claims_of(payment, path):
        _check_entities(claim["involvedEntitiesInfo"], f"{claim_path}involvedEntitiesInfo", errors)
        _check_one_setting(claim, claim_path, errors)
        for place, line in enumerate(balance.lines_of(claim)):
            _check_line(line["servicePaymentInformation"], f"{claim_path}loop2110[{place}].", errors)
    balance.check(payment, path, errors, claim_adjustments)


def paid_claim_numbers(payment: Json) -> list[str]:
    """Return the payer's numbers of the claims that a payment pays; a reversal pays none."""
    paid = (claim["claimPaymentInformation"] for _path, claim in balance.claims_of(payment))
    return [claim["payerClaimControlNumber"] for claim in paid if claim["statusCode"] in codes.PAID_STATUS]


def reversed_claim_numbers(payment: Json) -> set[str]:
    """Return the payer's numbers of the claims that a payment reverses."""
    all_claims = (claim["claimPaymentInformation"] for _path, claim in balance.claims_of(payment))
    return {claim["payerClaimControlNumber"] for claim in all_claims if claim["statusCode"] == codes.REVERSAL}


def _check_dates(details: Json, path: str, errors: Errors, today: date) -> None:
    pays_on = date.fromisoformat(details["paymentDate"])
    if pays_on > today + DAYS_AHEAD:
        say(errors, f"{path}paymentDate", "Must not be more than 30 days ahead.")
    cutoff = details.get("adjudicationCutoffDate")
    if cutoff and date.fromisoformat(cutoff) > pays_on:
        say(errors, f"{path}adjudicationCutoffDate", "Must not be after the payment date.")


def _check_address(address: Json, path: str, errors: Errors) -> None:
    if address["country"] not in ("US", "USA"):
        return
    if not address.get("state"):
        say(errors, f"{path}state", "Is required for an address in the United States.")
    if not US_POSTAL_CODE.fullmatch(address.get("postalCode") or ""):
        say(errors, f"{path}postalCode", "Must have five or nine digits.")


def _check_entities(entities: list[Json], path: str, errors: Errors) -> None:
    kinds = [entity["entityIdentifierCode"] for entity in entities]
    if kinds.count("QC") != 1:
        say(errors, path, "There must be exactly one patient (QC).")
    for kind in sorted(set(kinds) - {"QC"}):
        if kinds.count(kind) > (2 if kind == "PR" else 1):
            say(errors, path, f"There are too many entities {kind}.")
    for place, entity in enumerate(entities):
        _check_entity(entity, f"{path}[{place}].", errors)


def _check_entity(entity: Json, path: str, errors: Errors) -> None:
    types, qualifiers, must_qualify = codes.ENTITIES[entity["entityIdentifierCode"]]
    if entity["entityTypeQualifier"] not in types:
        say(errors, f"{path}entityTypeQualifier", "This entity cannot be of this type.")
    qualifier, identifier = entity.get("identificationCodeQualifier"), entity.get("entityIdentifier") or ""
    if (qualifier or must_qualify) and qualifier not in qualifiers:
        say(errors, f"{path}identificationCodeQualifier", "Does not fit this entity.")
    if bool(qualifier) != bool(identifier):
        say(errors, f"{path}entityIdentifier", "An identifier and its qualifier come together.")
    elif qualifier == "XX":
        npi(identifier, f"{path}entityIdentifier", errors)
    elif qualifier == "34" and not SOCIAL_SECURITY_NUMBER.fullmatch(identifier):
        say(errors, f"{path}entityIdentifier", "Must be nine digits.")


def _check_one_setting(claim: Json, path: str, errors: Errors) -> None:
    if claim.get("inPatientAdjudicationInformation") and claim.get("outPatientAdjudicationInformation"):
        say(errors, f"{path}outPatientAdjudicationInformation", "A claim is inpatient or outpatient, not both.")


def _check_line(service: Json, path: str, errors: Errors) -> None:
    for name in ("compositeMedicalProcedureId1", "compositeMedicalProcedureId2"):
        procedure = service.get(name)
        if procedure:
            _check_procedure(procedure, f"{path}servicePaymentInformation.{name}.", errors)


def _check_procedure(procedure: Json, path: str, errors: Errors) -> None:
    form = PROCEDURE_FORMS.get(procedure["productServiceIdQualifier"])
    if form and not form.fullmatch(procedure["procedureCode"]):
        say(errors, f"{path}procedureCode", "Does not have the form that its qualifier asks for.")
    modifiers = [bool(procedure.get(f"procedureModifier{place}")) for place in range(1, 5)]
    if modifiers != sorted(modifiers, reverse=True):
        say(errors, f"{path}procedureModifier1", "Modifiers must not leave a gap.")
