"""The same thing paid twice inside one batch (V22 to V24); earlier batches are looked up by the services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from payments.rules import codes
from payments.rules.checks import as_day
from payments.rules.claims import Claim, amount_in, object_in
from payments.rules.findings import Finding, error, warning

SAME_WITHIN = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is looked at when payments are compared, listed and added up; amounts in dollars."""

    issuer_payment_id: str
    issuer_reference_id: str
    amount: Decimal
    payment_date: date
    payee_name: str
    tax_id: str
    claim_numbers: tuple[str, ...]

    @property
    def likeness(self) -> str:
        """The same for two payments to one tax id for the same claims."""
        return "|".join((self.tax_id, *self.claim_numbers))


Checkable = tuple[str, Facts | None, list[Claim]]


def read_facts(payment: dict[str, Any], claims: list[Claim]) -> Facts | None:
    """Return the payment's facts, or None when its format is so wrong that it has none."""
    details, payee = object_in(payment.get("paymentDetails")), object_in(payment.get("payeeDetails"))
    amount, paid_on = amount_in(details, "amount"), as_day(details.get("paymentDate"))
    given = [details.get("issuerPaymentId"), details.get("issuerReferenceId"), payee.get("name"), payee.get("taxId")]
    words = [word for word in given if isinstance(word, str)]
    if amount is None or paid_on is None or len(words) != len(given):
        return None
    numbers = {str(claim.payer_control_number) for claim in claims if claim.payer_control_number is not None}
    return Facts(
        issuer_payment_id=words[0],
        issuer_reference_id=words[1],
        amount=amount,
        payment_date=paid_on,
        payee_name=words[2],
        tax_id=words[3].replace("-", ""),
        claim_numbers=tuple(sorted(numbers)),
    )


def check_duplicates(members: list[Checkable]) -> Iterator[Finding]:
    """Yield what stands twice in the batch; a member is its path, its facts and its claims."""
    known = [(path, facts) for path, facts, _ in members if facts is not None]
    yield from _keys(known)
    yield from _alike(known)
    yield from _claims(members)


def _keys(known: list[tuple[str, Facts]]) -> Iterator[Finding]:
    for attribute, name in (("issuer_reference_id", "issuerReferenceId"), ("issuer_payment_id", "issuerPaymentId")):
        first: dict[str, str] = {}
        for path, facts in known:
            other = first.setdefault(getattr(facts, attribute), path)
            if other != path:
                sentence = f"{other} has the same: every payment needs its own."
                yield error("V22", f"{path}.paymentDetails.{name}", sentence)


def _alike(known: list[tuple[str, Facts]]) -> Iterator[Finding]:
    seen: dict[tuple[str, Decimal], list[tuple[str, date]]] = defaultdict(list)
    for path, facts in known:
        key = facts.likeness, facts.amount
        for other, paid_on in seen[key]:
            if abs(paid_on - facts.payment_date) <= SAME_WITHIN:
                yield warning("V23", path, f"{other} pays the same payee the same amount for the same claims.")
                break
        seen[key].append((path, facts.payment_date))


def _claims(members: list[Checkable]) -> Iterator[Finding]:
    """V24: one payer claim number paid twice, unless one of the two takes the money back."""
    groups: dict[str, list[Claim]] = defaultdict(list)
    for _, _, claims in members:
        for claim in claims:
            if isinstance(claim.payer_control_number, str):
                groups[claim.payer_control_number].append(claim)
    for group in groups.values():
        paying = [claim for claim in group if claim.status in codes.PAID_STATUSES]
        if len(paying) > 1 and not any(claim.is_reversal for claim in group):
            for claim in paying[1:]:
                where = f"{claim.path}.claimPaymentInformation.payerClaimControlNumber"
                yield error("V24", where, f"{paying[0].path} pays the same claim already.")
