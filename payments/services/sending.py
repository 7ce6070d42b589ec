"""Which order goes to the vendor next, and the exact bytes of each. Used by people's services and by the handlers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db.models import Sum

from clinic.models import User
from core import commands
from core.models import Command
from payments import canonical
from payments.models import PaymentBatch, PaymentChunk
from payments.models.batches import ADD, CREATE, LOOK
from payments.proof import Expected, Totals
from payments.services.moves import move
from payments.services.refusals import WrongState
from payments.states import Actor, BatchStatus
from payments.vendors.optum import wire

SINGLE, START = "payments.single", "payments.start"
RELEASE, CANCEL = "payments.release", "payments.cancel"
ORDERS = (CREATE, SINGLE, ADD, START, RELEASE, CANCEL)
Chunk = PaymentChunk.Status


class BytesChanged(Exception):
    """A payment's content is not what its hash says: nothing of it may be sent."""


def send_on(batch: PaymentBatch, *, now: datetime, by: User | None = None) -> Command | None:
    """Create the order that brings the batch on from where it stands; None when that is a person's press.

    Inside a transaction, when no order is open, or from the record of one. Orders that let money leave are never
    among them.
    """
    kind = _next_kind(batch)
    if batch.status == BatchStatus.APPROVED and kind is None:
        move(batch, BatchStatus.LOADED, actor=Actor.MACHINE, now=now, reason="Nothing is sent before the release.")
    return None if kind is None else order(kind, batch, by=by)


def _next_kind(batch: PaymentBatch) -> str | None:
    if batch.status == BatchStatus.APPROVED:
        if not batch.is_single:
            return CREATE
        return SINGLE if batch.holds else None
    if batch.status == BatchStatus.LOADING:
        return ADD
    if batch.status == BatchStatus.LOADED and batch.holds:
        return START
    return None


def order(kind: str, batch: PaymentBatch, *, by: User | None = None) -> Command:
    """Save the order with its frozen bytes. The database refuses a second open one of its kind.

    Raises WrongState when payments are to be added and no part waits.
    """
    chunk = next_chunk(batch) if kind == ADD else None
    if kind == ADD and chunk is None:
        raise WrongState("No part of this batch waits to be added.")
    if chunk is not None:
        PaymentChunk.objects.filter(pk=chunk.pk).update(status=Chunk.SENDING)
    request = bytes_of(kind, batch, by=by, chunk=chunk)
    return commands.create(kind, chunk or batch, clinic=batch.clinic, by=by, request=request)


def bytes_of(kind: str, batch: PaymentBatch, *, by: User | None, chunk: PaymentChunk | None) -> bytes | None:
    """Return the body of an order; the same batch gives the same bytes every time. None where there is no body.

    Raises BytesChanged when a payment is not what was approved.
    """
    account = batch.account
    names = {"account": account.short_code, "sub_account": account.sub_account_short_code}
    if kind == CREATE:
        return wire.create_body(
            client_request_id=batch.client_request_id, total=batch.total, count=batch.count, **names
        )
    if kind == SINGLE:
        payment = _sealed_contents(batch)[0]
        return wire.single_body(client_request_id=batch.client_request_id, payment=payment, **names)
    if kind == ADD and chunk is not None:
        return wire.add_body(_sealed_contents(batch, chunk))
    if kind == RELEASE and batch.holds and by is not None:
        return wire.release_body(batch_id=batch.vendor_batch_id, released_by=by.email)
    return None


def _sealed_contents(batch: PaymentBatch, chunk: PaymentChunk | None = None) -> list[bytes]:
    rows = batch.payments.all() if chunk is None else chunk.payments.all()
    found = []
    for content, promised in rows.values_list("content", "content_hash"):
        if canonical.payment_hash(content) != promised:
            raise BytesChanged
        found.append(content)
    return found


def open_order(batch: PaymentBatch) -> Command | None:
    """Return the order that is waiting, on its way or unclear, if any."""
    return batch.commands.filter(kind__in=ORDERS, status__in=Command.OPEN).order_by("-pk").first()


def last_order(batch: PaymentBatch) -> Command | None:
    """Return the newest order, whatever became of it."""
    return batch.commands.filter(kind__in=ORDERS).order_by("-pk").first()


def next_chunk(batch: PaymentBatch) -> PaymentChunk | None:
    """Return the part that is being sent, or the first one that waits."""
    parts = batch.chunks.filter(status__in=[Chunk.SENDING, Chunk.WAITING])
    return parts.filter(status=Chunk.SENDING).first() or parts.first()


def loaded(batch: PaymentBatch) -> Totals:
    """Return the dollars and payments that the vendor has confirmed."""
    parts = batch.chunks.filter(status=Chunk.CONFIRMED)
    sums = parts.aggregate(total=Sum("total"), count=Sum("count"))
    return Totals(sums["total"] or Decimal("0.00"), sums["count"] or 0)


def expected(batch: PaymentBatch) -> Expected:
    """Return what a look at the vendor is held against."""
    promised, before = Totals(batch.total, batch.count), loaded(batch)
    chunk = batch.chunks.filter(status=Chunk.SENDING).first()
    after = promised if chunk is None else Totals(before.amount + chunk.total, before.count + chunk.count)
    return Expected(promised=promised, before=before, after=after, holds=batch.holds)


def ask_vendor(batch: PaymentBatch, *, now: datetime, by: User | None = None, due_at: datetime | None = None) -> None:
    """Have the vendor's figures read at once, or at `due_at`; does nothing when reads are switched off."""
    if not settings.PAYMENTS_STATUS_READS:
        return
    waiting = commands.open_for(LOOK, batch)
    if waiting is None:
        commands.create(LOOK, batch, clinic=batch.clinic, by=by, due_at=due_at)
    elif waiting.status == Command.Status.DUE:
        Command.objects.filter(pk=waiting.pk, status=Command.Status.DUE).update(due_at=due_at or now, failures=0)
