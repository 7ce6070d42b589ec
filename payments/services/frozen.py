"""What is frozen at submission: content, hash, totals, the parts it is sent in; and whether an approval still holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, Sum

from payments import canonical
from payments.models import Approval, Payment, PaymentBatch, PaymentChunk
from payments.proof import Totals


def totals_of(batch: PaymentBatch) -> Totals:
    """Return the sum and number of the batch's payments, as the database adds them up."""
    sums = batch.payments.aggregate(total=Sum("amount"), count=Count("pk"))
    return Totals(sums["total"] or Decimal("0.00"), sums["count"])


def hash_of(batch: PaymentBatch) -> str:
    """Return the hash of what stands in the columns: account, shape, and the hash of each payment in order."""
    return _hash(batch, batch.payments.values_list("content_hash", flat=True))


def hash_of_bytes(batch: PaymentBatch) -> str:
    """Return the same hash made anew from every byte that is or will be sent."""
    contents = batch.payments.values_list("content", flat=True)
    return _hash(batch, (canonical.payment_hash(content) for content in contents))


def plan_chunks(batch: PaymentBatch) -> None:
    """Fix the parts in which the payments are sent: at most PAYMENTS_CHUNK_COUNT payments and PAYMENTS_CHUNK_BYTES."""
    batch.payments.update(chunk=None)
    batch.chunks.all().delete()
    rows = list(batch.payments.only("pk", "batch", "position", "size", "amount"))
    for part in _parts(rows):
        make_chunk(batch, part)


def make_chunk(batch: PaymentBatch, part: list[Payment], *, may_be_added: bool = False) -> PaymentChunk:
    """Save one part of these payments."""
    chunk = PaymentChunk.objects.create(
        batch=batch,
        first=part[0].position,
        count=len(part),
        total=sum((payment.amount for payment in part), Decimal("0.00")),
        may_be_added=may_be_added,
    )
    Payment.objects.filter(pk__in=[payment.pk for payment in part]).update(chunk=chunk)
    return chunk


def approvals_needed(batch: PaymentBatch) -> int:
    """Return how many people have to approve: two above PAYMENTS_SECOND_APPROVAL_OVER dollars."""
    return 2 if batch.total > settings.PAYMENTS_SECOND_APPROVAL_OVER else 1


def live_approvals(batch: PaymentBatch, now: datetime) -> list[Approval]:
    """Return the approvals that count: not voided, not lapsed, and of exactly this content, total and count."""
    signed = (batch.content_hash, batch.total, batch.count)
    rows = batch.approvals.filter(voided_at=None).select_related("by")
    return [row for row in rows if row.is_live(now) and (row.content_hash, row.total, row.count) == signed]


def is_approved(batch: PaymentBatch, now: datetime) -> bool:
    """Whether enough people have approved the batch as it is."""
    return bool(batch.content_hash) and len(live_approvals(batch, now)) >= approvals_needed(batch)


def _hash(batch: PaymentBatch, hashes: Iterable[str]) -> str:
    account = batch.account
    shape = "single" if batch.is_single else "batch"
    hold = "holds" if account.holds else "pays at start"
    return canonical.content_hash([account.short_code, account.sub_account_short_code, shape, hold], hashes)


def _parts(rows: list[Payment]) -> Iterator[list[Payment]]:
    part: list[Payment] = []
    size = 0
    for row in rows:
        if part and (len(part) >= settings.PAYMENTS_CHUNK_COUNT or size + row.size > settings.PAYMENTS_CHUNK_BYTES):
            yield part
            part, size = [], 0
        part.append(row)
        size += row.size + 1
    if part:
        yield part
