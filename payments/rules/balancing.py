"""Balancing: charge less adjustments is paid, for every line, claim and payment, with no tolerance (V10-V15, V17).

The 835's equations: SVC02 - CAS = SVC03; CLP03 - CAS = CLP04; claims - PLB = BPR02. AMT is information and never
counted. An equation with a missing or malformed amount is left out here: the format rules have already told it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from core.money import show
from payments.rules.claims import Claim, Line, amount_in, provider_adjustments, total
from payments.rules.findings import Finding, error, warning

_NOTHING = Decimal("0.00")
_PATIENT = "PR"


def check_balance(payment: dict[str, Any], claims: list[Claim], path: str) -> list[Finding]:
    """Return every equation of the payment that does not come out, with the amount it is off."""
    out: list[Finding] = []
    for claim in claims:
        for line in claim.lines:
            out += _line(line)
        out += _claim(claim)
        out += _claim_and_lines(claim)
        out += _patient_responsibility(claim)
    out += _payment(payment, claims, path)
    return out


def _line(line: Line) -> Iterator[Finding]:
    adjusted = total([a.amount for a in line.adjustments])
    if line.charge is None or line.paid is None or adjusted is None:
        return
    off = line.paid - (line.charge - adjusted)
    if off:
        yield error(
            "V10",
            line.path,
            f"The line is {_off(off)}: charge {show(line.charge)} less adjustments {show(adjusted)} makes "
            f"{show(line.charge - adjusted)}, but {show(line.paid)} is paid.",
            off,
        )


def _claim(claim: Claim) -> Iterator[Finding]:
    adjusted = total([a.amount for a in claim.all_adjustments()])
    if claim.charge is None or claim.paid is None or adjusted is None:
        return
    off = claim.paid - (claim.charge - adjusted)
    if off:
        yield error(
            "V11",
            claim.path,
            f"The claim is {_off(off)}: charge {show(claim.charge)} less adjustments {show(adjusted)} makes "
            f"{show(claim.charge - adjusted)}, but {show(claim.paid)} is paid.",
            off,
        )


def _claim_and_lines(claim: Claim) -> Iterator[Finding]:
    if not claim.lines:
        return
    charged, paid = total([line.charge for line in claim.lines]), total([line.paid for line in claim.lines])
    if charged is not None and claim.charge is not None and charged != claim.charge:
        say = warning if claim.is_institutional else error
        off = claim.charge - charged
        sentence = f"The claim charges {show(claim.charge)}, its lines together {show(charged)}: {_off(off)}."
        yield say("V13", claim.path, sentence, off)
    if not claim.adjustments and paid is not None and claim.paid is not None and paid != claim.paid:
        off = claim.paid - paid
        sentence = f"The claim pays {show(claim.paid)}, its lines together {show(paid)}: {_off(off)}."
        yield warning("V14", claim.path, sentence, off)


def _patient_responsibility(claim: Claim) -> Iterator[Finding]:
    owed = total([a.amount for a in claim.all_adjustments() if a.group == _PATIENT])
    stated = claim.patient_owes if claim.patient_owes is not None else _NOTHING
    if claim.is_reversal or owed is None or stated == owed:
        return
    off = stated - owed
    yield error(
        "V15",
        f"{claim.path}.claimPaymentInformation.patientResponsibilityAmount",
        f"The patient's share is {_off(off)}: {show(stated)} is stated, the PR adjustments come to {show(owed)}.",
        off,
    )


def _payment(payment: dict[str, Any], claims: list[Claim], path: str) -> Iterator[Finding]:
    stated = payment.get("totalNumberClaims")
    if type(stated) is int and stated != len(claims):
        sentence = f"{stated} claims are stated, {len(claims)} are in the payment."
        yield error("V17", f"{path}.totalNumberClaims", sentence)
    amount = amount_in(payment.get("paymentDetails"), "amount")
    paid = total([claim.paid for claim in claims])
    # Positive takes money away from the payment, negative adds to it.
    taken = total([amount_in(adjustment, "amount") for adjustment in provider_adjustments(payment)])
    if amount is None or paid is None or taken is None:
        return
    off = amount - (paid - taken)
    if off:
        yield error(
            "V12",
            f"{path}.paymentDetails.amount",
            f"The payment is {_off(off)}: claims {show(paid)} less provider adjustments {show(taken)} makes "
            f"{show(paid - taken)}, but the amount is {show(amount)}.",
            off,
        )


def _off(off: Decimal) -> str:
    return f"{show(abs(off))} too {'high' if off > 0 else 'low'}"
