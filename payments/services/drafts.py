"""Makers' work on a draft: make it from given payments, add to it, take one out, throw it away, copy an ended one."""

from __future__ import annotations

import re
import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Sum

from clinic.models import Clinic, User
from core import audit
from payments import canonical
from payments.models import Payment, PaymentAccount, PaymentBatch, PaymentWarning
from payments.models.batches import new_request_id
from payments.reading import GivenPayments
from payments.rules import Checked, Facts, Finding, check_totals
from payments.rules.findings import error
from payments.services.checking import check, likeness, payee_fingerprint
from payments.services.moves import free_keys, move, must_be
from payments.services.people import must_prepare
from payments.services.refusals import HasErrors
from payments.states import Actor, BatchStatus

_PLACE = re.compile(r"payments\[(\d+)\]")
_MOST_KEY = 50


def create_batch(
    *,
    clinic: Clinic,
    account: PaymentAccount,
    given: GivenPayments,
    by: User,
    now: datetime,
    title: str = "",
    control_total: Decimal | None = None,
    control_count: int | None = None,
) -> PaymentBatch:
    """Save the payments as a draft. `control_total` (dollars) and `control_count` are what the maker expects.

    Raises NotAllowed, or HasErrors when a payment breaks a rule or a control total does not fit; nothing is saved then.
    """
    must_prepare(by, clinic)
    checked = check(given.payments, account=account, clinic=clinic, batch=None, now=now)
    totals = check_totals(checked, total_amount=given.total_amount, count=given.count)
    totals += check_totals(checked, total_amount=control_total, count=control_count)
    _must_pass(checked, [*_fits(given, account), *dict.fromkeys(totals)])
    with transaction.atomic():
        batch = PaymentBatch.objects.create(
            clinic=clinic,
            account=account,
            title=title.strip()[:80],
            is_single=given.is_single,
            client_request_id=given.client_request_id or new_request_id(),
            created_by=by,
            created_at=now,
        )
        _fill(batch, given.payments, checked, first=0, by=by)
        audit.record(by, "payments.batch.created", batch, clinic=clinic, count=batch.count)
    return batch


def add_payments(*, batch: PaymentBatch, given: GivenPayments, by: User, now: datetime) -> None:
    """Add payments to a draft. Raises NotAllowed, WrongState, HasErrors, EditedMeanwhile."""
    must_prepare(by, batch.clinic)
    must_be(batch, BatchStatus.DRAFT)
    documents = [*contents(batch), *given.payments]
    checked = check(documents, account=batch.account, clinic=batch.clinic, batch=batch, now=now)
    around = _fits(given, batch.account)
    if batch.is_single or given.is_single:
        around.append(error("V0", "payment", "A single payment stands alone. Make a batch of several instead."))
    _must_pass(checked, around)
    with transaction.atomic():
        batch.change(batch.version)
        _fill(batch, documents, checked, first=len(documents) - len(given.payments), by=by)
        audit.record(by, "payments.batch.added_to", batch, clinic=batch.clinic, count=len(given.payments))


def remove_payment(*, batch: PaymentBatch, payment: Payment, by: User, now: datetime) -> None:
    """Take one payment out of a draft. Raises NotAllowed, WrongState, EditedMeanwhile."""
    must_prepare(by, batch.clinic)
    must_be(batch, BatchStatus.DRAFT)
    rest = list(batch.payments.exclude(pk=payment.pk))
    documents = [canonical.of_bytes(row.content) for row in rest]
    checked = check(documents, account=batch.account, clinic=batch.clinic, batch=batch, now=now)
    with transaction.atomic():
        batch.change(batch.version)
        batch.payments.filter(pk=payment.pk).delete()
        _add_up(batch, by)
        keep_warnings(batch, checked)
        audit.record(by, "payments.batch.taken_out_of", batch, clinic=batch.clinic)


def discard(*, batch: PaymentBatch, by: User, now: datetime) -> None:
    """Throw a draft away. Raises NotAllowed, WrongState, EditedMeanwhile."""
    must_prepare(by, batch.clinic)
    must_be(batch, BatchStatus.DRAFT)
    with transaction.atomic():
        move(batch, BatchStatus.CANCELLED, actor=Actor.MAKER, by=by, reason="The draft was thrown away.", now=now)
        free_keys(batch)


def copy_batch(*, batch: PaymentBatch, by: User, now: datetime) -> PaymentBatch:
    """Make a draft of the same payments with new keys, from a batch that was rejected or cancelled.

    A payment's reference gets -C and the number of the copy at its end, its issuer's payment id is made anew.
    Raises NotAllowed, WrongState, HasErrors.
    """
    must_be(batch, BatchStatus.REJECTED, BatchStatus.CANCELLED)
    number = PaymentBatch.objects.filter(account=batch.account, copy_of__isnull=False).count() + 2
    documents = [_with_new_keys(document, number) for document in contents(batch)]
    given = GivenPayments(payments=documents, is_single=batch.is_single)
    with transaction.atomic():
        made = create_batch(clinic=batch.clinic, account=batch.account, given=given, by=by, now=now, title=batch.title)
        PaymentBatch.objects.filter(pk=made.pk).update(copy_of=batch)
        authors = {batch.created_by_id, batch.submitted_by_id, *batch.makers.values_list("pk", flat=True)}
        made.makers.add(*(pk for pk in authors if pk))
    made.refresh_from_db()
    return made


def contents(batch: PaymentBatch) -> list[dict[str, Any]]:
    """Return the batch's payments as JSON objects, in order."""
    return [canonical.of_bytes(content) for content in batch.payments.values_list("content", flat=True)]


def keep_warnings(batch: PaymentBatch, checked: Checked) -> None:
    """Replace the batch's warnings by what the rules say now; reasons of rules that are silent now go."""
    batch.warnings.all().delete()
    rows = list(batch.payments.values_list("pk", flat=True))
    PaymentWarning.objects.bulk_create(
        PaymentWarning(
            batch=batch,
            payment_id=_row_of(finding.path, rows),
            rule=finding.rule,
            path=finding.path[:300],
            sentence=finding.sentence[:500],
        )
        for finding in checked.warnings
    )
    batch.warning_reasons.exclude(rule__in={finding.rule for finding in checked.warnings}).delete()


def _fits(given: GivenPayments, account: PaymentAccount) -> list[Finding]:
    """The accounts and the request id that the file names are those of this batch, and free."""
    out = []
    for name, stated, ours in (
        ("accountShortCode", given.account_short_code, account.short_code),
        ("subAccountShortCode", given.sub_account_short_code, account.sub_account_short_code),
    ):
        if stated and stated != ours:
            out.append(error("V0", name, f"The file names “{stated}”, the chosen account is “{ours}”. Choose one."))
    if given.client_request_id and PaymentBatch.objects.filter(client_request_id=given.client_request_id).exists():
        out.append(error("V22", "clientRequestId", "A batch with this request id exists already."))
    return out


def _must_pass(checked: Checked, around: list[Finding]) -> None:
    findings = [*around, *checked.findings]
    if any(finding.is_error for finding in findings):
        raise HasErrors(findings)


def _fill(batch: PaymentBatch, documents: list[Any], checked: Checked, *, first: int, by: User) -> None:
    """Save the documents from `first` on as payments, with the batch's totals and warnings."""
    last = batch.payments.aggregate(last=Max("position"))["last"]
    start = 0 if last is None else last + 1
    new = zip(documents[first:], checked.facts[first:], strict=True)
    rows = [
        _row(batch, place, document, facts)
        for place, (document, facts) in enumerate(new, start=start)
        if facts is not None
    ]
    try:
        with transaction.atomic():
            Payment.objects.bulk_create(rows, batch_size=500)
    except IntegrityError:
        # Someone saved the same keys between our look and our write.
        sentence = "Another batch that was saved just now uses one of these references."
        raise HasErrors([error("V22", "payments", sentence)]) from None
    _add_up(batch, by)
    keep_warnings(batch, checked)


def _row(batch: PaymentBatch, place: int, document: dict[str, Any], facts: Facts) -> Payment:
    content = canonical.to_bytes(document)
    return Payment(
        batch=batch,
        account=batch.account,
        position=place,
        content=content,
        content_hash=canonical.payment_hash(content),
        size=len(content),
        issuer_reference_id=facts.issuer_reference_id,
        issuer_payment_id=facts.issuer_payment_id,
        amount=facts.amount,
        payment_date=facts.payment_date,
        payee_name=facts.payee_name,
        payee_fingerprint=payee_fingerprint(facts),
        likeness=likeness(facts),
        claim_count=document["totalNumberClaims"],
    )


def _add_up(batch: PaymentBatch, by: User) -> None:
    sums = batch.payments.aggregate(total=Sum("amount"), count=Count("pk"))
    batch.change(batch.version, total=sums["total"] or Decimal("0.00"), count=sums["count"])
    batch.makers.add(by)


def _with_new_keys(document: dict[str, Any], number: int) -> dict[str, Any]:
    details = document["paymentDetails"]
    end = f"-C{number}"
    reference = details["issuerReferenceId"][: _MOST_KEY - len(end)] + end
    keys = {"issuerReferenceId": reference, "issuerPaymentId": uuid.uuid4().hex}
    return {**document, "paymentDetails": {**details, **keys}}


def _row_of(path: str, rows: list[int]) -> int | None:
    """Return the primary key of the payment that a finding speaks of, if it speaks of one."""
    match = _PLACE.match(path)
    return rows[int(match[1])] if match else None
