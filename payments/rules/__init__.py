"""The rules that a payment has to pass before anyone may send it; pure, with exact Decimals (docs/payments.md).

An error blocks; a warning needs a written reason. Rule ids are stable: tests, pages and the API use them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.money import show
from payments.rules.balancing import check_balance
from payments.rules.claims import read_claims, total
from payments.rules.duplicates import Checkable, Facts, check_duplicates, read_facts
from payments.rules.findings import Context, Finding, Level, error
from payments.rules.formats import check_format
from payments.rules.sense import check_sense

__all__ = ["Checked", "Context", "Facts", "Finding", "Level", "check_payments", "check_totals"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of looking at some payments: every finding, and the facts of each payment that has any."""

    findings: list[Finding]
    facts: list[Facts | None]

    @property
    def errors(self) -> list[Finding]:
        """Return what blocks."""
        return [finding for finding in self.findings if finding.is_error]

    @property
    def warnings(self) -> list[Finding]:
        """Return what needs a reason."""
        return [finding for finding in self.findings if not finding.is_error]


def check_payments(payments: list[Any], context: Context, *, first: int = 0) -> Checked:
    """Return what rules V0 to V24 say about the payments, in their order; `first` is the place of the first one."""
    findings: list[Finding] = []
    members: list[Checkable] = []
    for place, payment in enumerate(payments, start=first):
        path = f"payments[{place}]"
        findings += check_format(payment, path, context)
        if not isinstance(payment, dict):
            members.append((path, None, []))
            continue
        claims = read_claims(payment, path, context.claim_adjustment_field)
        findings += check_balance(payment, claims, path)
        findings += check_sense(payment, claims, path)
        members.append((path, read_facts(payment, claims), claims))
    findings += check_duplicates(members)
    return Checked(findings, [facts for _, facts, _ in members])


def check_totals(checked: Checked, *, total_amount: Decimal | None, count: int | None) -> list[Finding]:
    """Return where the control totals differ from the payments (T1), and whether there are none at all (T6)."""
    findings = []
    if not checked.facts:
        findings.append(error("T6", "payments", "There is no payment in it. A batch has at least one."))
    if count is not None and count != len(checked.facts):
        there = len(checked.facts)
        more = count - there
        sentence = f"The control count says {count}, there are {there}: the count is {abs(more)} too {_side(more)}."
        findings.append(error("T1", "numberOfPayments", sentence))
    amount = total([facts.amount if facts else None for facts in checked.facts])
    if total_amount is not None and amount is not None and total_amount != amount:
        off = total_amount - amount
        sentence = (
            f"The control total says {show(total_amount)}, the payments come to {show(amount)}: "
            f"the control total is {show(abs(off))} too {_side(off)}."
        )
        findings.append(error("T1", "totalAmount", sentence, off))
    return findings


def _side(off: Decimal | int) -> str:
    return "high" if off > 0 else "low"
