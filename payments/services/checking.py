"""Runs the rules over given payments, with what only the database knows: earlier payments and their keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Q

from clinic.models import Clinic
from core.sealed import fingerprint
from payments.models import Payment, PaymentAccount, PaymentBatch
from payments.rules import Checked, Context, Facts, Finding, check_payments
from payments.rules.duplicates import SAME_WITHIN
from payments.rules.findings import error, warning

_AT_ONCE = 5_000


def check(
    payments: list[Any], *, account: PaymentAccount, clinic: Clinic, batch: PaymentBatch | None, now: datetime
) -> Checked:
    """Return what the rules say, also about payments of other batches; `batch` is the one they are to stand in."""
    context = Context(
        today=clinic.today(now),
        remit_methods=frozenset(settings.PAYMENTS_REMIT_METHODS),
        claim_adjustment_field=settings.PAYMENTS_CLAIM_ADJUSTMENT_FIELD,
    )
    checked = check_payments(payments, context)
    others = Payment.objects.filter(account__organization=account.organization_id)
    if batch is not None:
        others = others.exclude(batch=batch)
    known = [(f"payments[{place}]", facts) for place, facts in enumerate(checked.facts) if facts is not None]
    checked.findings.extend(_used_keys(known, others.filter(account=account, keys_free=False)))
    checked.findings.extend(_paid_before(known, others.filter(keys_free=False)))
    return checked


def payee_fingerprint(facts: Facts) -> str:
    """Return the look-up value of a payee: of the tax id alone."""
    return fingerprint(facts.tax_id, "payments.payee")


def likeness(facts: Facts) -> str:
    """Return the look-up value of "the same payee for the same claims"."""
    return fingerprint(facts.likeness, "payments.likeness")


def _used_keys(known: list[tuple[str, Facts]], others: Any) -> Iterator[Finding]:
    """V22: references and payment ids belong to one payment of the account for ever."""
    for column, name in (("issuer_reference_id", "issuerReferenceId"), ("issuer_payment_id", "issuerPaymentId")):
        used = set(_values(others, column, [getattr(facts, column) for _, facts in known]))
        for path, facts in known:
            if getattr(facts, column) in used:
                where = f"{path}.paymentDetails.{name}"
                yield error("V22", where, "Another batch of this account uses it already. Every payment needs its own.")


def _paid_before(known: list[tuple[str, Facts]], others: Any) -> Iterator[Finding]:
    """V23: the same payee, amount and claims within 90 days, under another key."""
    if not known:
        return
    days = [facts.payment_date for _, facts in known]
    near = Q(payment_date__gte=min(days) - SAME_WITHIN, payment_date__lte=max(days) + SAME_WITHIN)
    marks = {path: likeness(facts) for path, facts in known}
    found: dict[tuple[str, Decimal], list[date]] = defaultdict(list)
    for part in _parts(list(marks.values())):
        rows = others.filter(near, likeness__in=part)
        for mark, amount, day in rows.values_list("likeness", "amount", "payment_date"):
            found[mark, amount].append(day)
    for path, facts in known:
        if any(abs(day - facts.payment_date) <= SAME_WITHIN for day in found.get((marks[path], facts.amount), ())):
            sentence = "A payment of another batch pays the same payee the same amount for the same claims."
            yield warning("V23", path, sentence)


def _values(rows: Any, column: str, wanted: Sequence[str]) -> Iterator[str]:
    for part in _parts(wanted):
        yield from rows.filter(**{f"{column}__in": part}).values_list(column, flat=True)


def _parts(items: Sequence[str]) -> Iterable[Sequence[str]]:
    """Cut a long list into parts that a database takes as parameters of one query."""
    return (items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE))
