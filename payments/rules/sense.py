"""What a claim's codes say together: people on it, reversals, denials, dates, provider adjustments.

Rules V5 (codes that contradict each other), V6 (where it is mailed to), V7, V9, V16 and V18 to V21.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from core.money import show
from payments.rules import codes
from payments.rules.checks import as_day, is_npi
from payments.rules.claims import Adjustment, Claim, Line, object_in, objects_in
from payments.rules.findings import Finding, error, warning

_NOTHING = Decimal(0)
_OLDEST_YEARS = 2


def check_sense(payment: dict[str, Any], claims: list[Claim], path: str) -> Iterator[Finding]:
    """Yield what the payment's codes, dates and signs say that cannot be, or that is rare enough to ask about."""
    paid_on = as_day(object_in(payment.get("paymentDetails")).get("paymentDate"))
    corrected = {claim.patient_control_number for claim in claims if not claim.is_reversal}
    for claim in claims:
        yield from _people(claim)
        yield from _status(claim)
        yield from _reversal(claim, corrected)
        yield from _blocks(claim)
        yield from _adjustments(claim.adjustments)
        for line in claim.lines:
            yield from _adjustments(line.adjustments)
            yield from _line(line, paid_on)
            yield from _procedures(line)
    yield from _payee(payment, path)


def _people(claim: Claim) -> Iterator[Finding]:
    """NM1: exactly one patient, and for each entity the types and identifiers that it may have."""
    entities = list(objects_in(claim.document.get("involvedEntitiesInfo")))
    path = f"{claim.path}.involvedEntitiesInfo"
    counts = Counter(entity.get("entityIdentifierCode") for _, entity in entities)
    if entities and counts["QC"] != 1:
        yield error("V5", path, f"A claim names exactly one patient (QC); this one names {counts['QC']}.")
    for name, (_, _, _, most) in codes.ENTITIES.items():
        if name != "QC" and counts[name] > most:
            yield error("V5", path, f"A claim names at most {most} of {name}; this one names {counts[name]}.")
    for place, entity in entities:
        yield from _entity(entity, f"{path}[{place}]")


def _entity(entity: dict[str, Any], path: str) -> Iterator[Finding]:
    rules = codes.ENTITIES.get(str(entity.get("entityIdentifierCode")))
    if rules is None:
        return
    types, qualifiers, needs_id, _ = rules
    if entity.get("entityTypeQualifier") in codes.ENTITY_TYPES - types:
        yield error("V5", f"{path}.entityTypeQualifier", "This kind of entity cannot be of this type.")
    qualifier, identifier = entity.get("identificationCodeQualifier"), entity.get("entityIdentifier")
    if (qualifier is None) != (identifier is None) or (needs_id and identifier is None):
        yield error("V5", path, "An identifier and the code that says what it is are needed here together.")
    if qualifier is not None and qualifier not in qualifiers:
        allowed = ", ".join(sorted(qualifiers))
        yield error("V5", f"{path}.identificationCodeQualifier", f"Only {allowed} can stand here.")
    if qualifier == "XX" and not is_npi(identifier):
        yield error("V7", f"{path}.entityIdentifier", "This is no NPI: its ten digits do not pass the check.")
    if qualifier == "34" and not re.fullmatch(r"[0-9]{9}", str(identifier)):
        yield error("V5", f"{path}.entityIdentifier", "A social security number has nine digits.")


def _status(claim: Claim) -> Iterator[Finding]:
    """CLP02 against the amounts and people of the claim."""
    path = f"{claim.path}.claimPaymentInformation"
    if claim.status == codes.PREDETERMINATION and claim.paid:
        yield error("V19", f"{path}.paymentAmount", f"A predetermination pays nothing; {show(claim.paid)} is stated.")
    if claim.status == codes.DENIED and _has_member_id(claim):
        yield warning(
            "V5",
            f"{path}.statusCode",
            "Status 4 is for a patient who is not known, but this one has a member id. A claim that came to nothing "
            "keeps 1, 2 or 3.",
        )
    if claim.is_reversal or claim.charge is None or claim.paid is None:
        return
    for name, amount in (("totalChargeAmount", claim.charge), ("paymentAmount", claim.paid)):
        if amount < 0:
            yield error("V16", f"{path}.{name}", "Only a reversal (status 22) has a negative amount.")
    if claim.paid > claim.charge and not _adds(claim):
        off = claim.paid - claim.charge
        yield error("V11", f"{path}.paymentAmount", f"The claim pays {show(off)} more than it charges.", off)


def _has_member_id(claim: Claim) -> bool:
    return any(
        entity.get("entityIdentifierCode") == "QC" and entity.get("identificationCodeQualifier") == "MI"
        for _, entity in objects_in(claim.document.get("involvedEntitiesInfo"))
    )


def _adds(claim: Claim) -> bool:
    """Whether interest, an incentive or a bonus lifts the payment."""
    return any(
        a.reason in codes.ADDING_REASONS and a.amount is not None and a.amount < 0 for a in claim.all_adjustments()
    )


def _reversal(claim: Claim, corrected: set[Any]) -> Iterator[Finding]:
    """A reversal negates the charge, the payment and every adjustment, and keeps their groups."""
    if not claim.is_reversal:
        return
    path = f"{claim.path}.claimPaymentInformation"
    for name, amount in (("totalChargeAmount", claim.charge), ("paymentAmount", claim.paid)):
        if amount is not None and amount > 0:
            yield error("V16", f"{path}.{name}", "A reversal takes back: this amount has to be negative or zero.")
    for adjustment in claim.all_adjustments():
        positive = adjustment.amount is not None and adjustment.amount > 0
        if positive and adjustment.reason not in codes.ADDING_REASONS:
            yield error("V16", adjustment.path, "A reversal takes back: this adjustment has to be negative.")
    if claim.patient_control_number not in corrected:
        yield warning("V16", claim.path, "A reversal without its corrected claim in the same payment.")


def _blocks(claim: Claim) -> Iterator[Finding]:
    inpatient = claim.document.get("inPatientAdjudicationInformation")
    if inpatient and claim.document.get("outPatientAdjudicationInformation"):
        yield error("V5", claim.path, "A claim is inpatient or outpatient: only one of the two blocks can be given.")
    if object_in(inpatient).get("coveredDaysOrVisitsCount"):
        path = f"{claim.path}.inPatientAdjudicationInformation.coveredDaysOrVisitsCount"
        yield warning("V5", path, "Readers of remittance files expect 0 here; days have a place of their own.")


def _adjustments(adjustments: tuple[Adjustment, ...]) -> Iterator[Finding]:
    """CAS triplets of one loop."""
    seen: set[tuple[str, str]] = set()
    for adjustment in adjustments:
        key = adjustment.group, adjustment.reason
        if key in seen:
            yield error("V18", adjustment.path, f"{'-'.join(key)} stands twice in one place: add the two together.")
        seen.add(key)
        if adjustment.amount == _NOTHING:
            yield warning("V18", adjustment.path, "An adjustment of nothing: leave it out.")
        if adjustment.group == "CO" and adjustment.reason in codes.PATIENT_REASONS:
            yield warning("V5", adjustment.path, f"CO-{adjustment.reason}: what the patient owes is group PR.")


def _line(line: Line, paid_on: date | None) -> Iterator[Finding]:
    denied = any(a.group == "CO" and a.reason in codes.FULL_DENIALS for a in line.adjustments)
    if denied and line.paid is not None and line.paid > 0:
        yield warning("V20", line.path, f"The line is denied in full, yet pays {show(line.paid)}.")
    served = as_day(line.day)
    if served is None or paid_on is None:
        return
    if served > paid_on:
        yield warning("V21", f"{line.path}.serviceDate.date", "The service lies after the payment date.")
    elif (served.year + _OLDEST_YEARS, served.month, served.day) < (paid_on.year, paid_on.month, paid_on.day):
        yield warning("V21", f"{line.path}.serviceDate.date", "The service lies more than two years back.")


def _procedures(line: Line) -> Iterator[Finding]:
    """SVC01 and SVC06: the code has the form its qualifier asks for, and modifiers leave no gap."""
    facts = object_in(line.document.get("servicePaymentInformation"))
    path = f"{line.path}.servicePaymentInformation"
    for name in ("compositeMedicalProcedureId1", "compositeMedicalProcedureId2"):
        procedure = object_in(facts.get(name))
        pattern = codes.PROCEDURE_PATTERNS.get(str(procedure.get("productServiceIdQualifier")))
        given = procedure.get("procedureCode")
        if pattern and isinstance(given, str) and not re.fullmatch(pattern, given):
            qualifier = procedure["productServiceIdQualifier"]
            yield error("V5", f"{path}.{name}.procedureCode", f"This is not a procedure code of the kind {qualifier}.")
        modifiers = [procedure.get(f"procedureModifier{place}") is not None for place in range(1, 5)]
        if modifiers != sorted(modifiers, reverse=True):
            yield error("V5", f"{path}.{name}", "The modifiers leave a gap: fill them from the first.")
    kind = object_in(line.document.get("serviceDate")).get("dateTimeQualifier")
    if kind in ("150", "151"):
        where = f"{line.path}.serviceDate.dateTimeQualifier"
        yield warning("V5", where, "A span of days does not fit here, only one of its ends; a single day is 472.")
    yield from _remark(object_in(line.document.get("healthCareRemarkCode")), f"{line.path}.healthCareRemarkCode")


def _remark(remark: dict[str, Any], path: str) -> Iterator[Finding]:
    given = remark.get("remarkCode")
    if remark.get("codeListQualifierCode") == "HE" and not re.fullmatch(codes.REMARK_PATTERN, str(given)):
        yield warning("V5", f"{path}.remarkCode", "This does not look like a remark code, such as N130 or MA01.")


def _payee(payment: dict[str, Any], path: str) -> Iterator[Finding]:
    payee, shipping = object_in(payment.get("payeeDetails")), object_in(payment.get("shippingDetails"))
    for place, block in objects_in(payment.get("providerLevelAdjustment")):
        if block.get("providerIdentifier") != payee.get("npiId"):
            where = f"{path}.providerLevelAdjustment[{place}].providerIdentifier"
            yield warning("V9", where, "This adjustment is for another provider than the payee's NPI.")
    if shipping and (shipping.get("name"), shipping.get("address")) != (payee.get("name"), payee.get("address")):
        where = f"{path}.shippingDetails"
        yield warning("V6", where, "The payment is mailed to another name or address than the payee's.")
