"""What becomes of a batch after an answer, a proof, or an end that nobody can be sure about."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings

from core.commands import Failed, Later, Next, Unclear
from core.models import Command, CommandAttempt
from payments.models import Payment, PaymentAccount, PaymentBatch, PaymentChunk
from payments.proof import Step
from payments.services.certainty import quiet
from payments.services.moves import free_keys, freeze, move
from payments.services.sending import BytesChanged, ask_vendor, send_on
from payments.states import Actor, BatchStatus
from payments.vendors.optum.wire import RemoteBatch, Standing

S = BatchStatus
Outcome = CommandAttempt.Outcome
_UNSURE = (Outcome.UNCLEAR, Outcome.LOST, Outcome.BROKEN, Outcome.LATE)


def is_money(step: Step, batch: PaymentBatch) -> bool:
    """Whether this call lets money leave: a release, or creating a single payment in an account that does not hold."""
    return step is Step.RELEASE or (step is Step.SINGLE and not batch.holds)


# ---- done ----------------------------------------------------------------------------------------


def finish(
    step: Step,
    batch: PaymentBatch,
    *,
    now: datetime,
    reason: str = "",
    batch_id: str = "",
    payment_id: str = "",
) -> None:
    """Move the batch on after a call that is certainly done, and create the next order."""
    if step is Step.CREATE:
        _to(batch, S.LOADING, now, reason, vendor_batch_id=batch_id)
    elif step is Step.SINGLE:
        _finish_single(batch, batch_id, payment_id, now, reason)
    elif step is Step.ADD:
        _finish_chunk(batch, payment_id, now, reason)
    elif step is Step.START:
        _to(batch, S.HELD, now, reason)
    elif step is Step.RELEASE:
        _to(batch, S.RELEASED, now, reason, released_at=now)
    else:
        _to(batch, S.CANCELLED, now, reason)
    go_on(batch, now)


def go_on(batch: PaymentBatch, now: datetime) -> None:
    """Create whatever comes next: the next order, or the look that follows a release."""
    if batch.status == S.RELEASED:
        ask_vendor(batch, now=now, due_at=now + quiet())
        return
    try:
        send_on(batch, now=now)
    except BytesChanged:
        review(batch, "The stored payments are not the approved ones any more. Nothing more is sent.", now, look=False)


def _finish_single(batch: PaymentBatch, batch_id: str, payment_id: str, now: datetime, reason: str) -> None:
    Payment.objects.filter(batch=batch).update(vendor_payment_id=payment_id)
    batch.chunks.update(status=PaymentChunk.Status.CONFIRMED, vendor_payment_id=payment_id)
    if batch.holds:
        _to(batch, S.HELD, now, reason, vendor_batch_id=batch_id)
    else:
        _to(batch, S.RELEASED, now, reason, vendor_batch_id=batch_id, released_at=now)


def _finish_chunk(batch: PaymentBatch, payment_id: str, now: datetime, reason: str) -> None:
    sending = batch.chunks.filter(status=PaymentChunk.Status.SENDING)
    fresh = {"vendor_payment_id": payment_id} if payment_id else {}
    sending.update(status=PaymentChunk.Status.CONFIRMED, **fresh)
    if batch.chunks.filter(status=PaymentChunk.Status.WAITING).exists():
        if batch.status != S.LOADING:
            _to(batch, S.LOADING, now, reason)
    else:
        _to(batch, S.LOADED, now, reason)


def _to(batch: PaymentBatch, new: BatchStatus, now: datetime, reason: str, **fields: Any) -> None:
    move(batch, new, actor=Actor.MACHINE, now=now, reason=reason, **fields)


def seen_held(batch: PaymentBatch, seen: RemoteBatch | None, now: datetime) -> bool:
    """Note that the vendor holds what it was told to start; True when that was to be the batch's release.

    Then nothing has left: the batch waits as any held one does, and its release is another press.
    """
    account = batch.account
    if seen is None or seen.standing is not Standing.HELD or not account.holds or not settings.PAYMENTS_STATUS_READS:
        return False
    if account.hold_proven_at is None and not account.is_frozen:
        PaymentAccount.objects.filter(pk=account.pk).update(hold_proven_at=now)
        account.refresh_from_db()
    whole = (seen.current_total, seen.current_count) == (batch.total, batch.count)
    releasing = S.RELEASING in (batch.status, batch.came_from)
    if not (whole and releasing and batch.kept is False):
        return False
    reason = "The vendor holds it after all: nothing has left. It waits for its release."
    if batch.is_single:
        batch.chunks.update(status=PaymentChunk.Status.CONFIRMED)
    _to(batch, S.HELD, now, reason, released_by=None, vendor_batch_id=seen.batch_id)
    return True


# ---- refused -------------------------------------------------------------------------------------


def refused_whole(step: Step, batch: PaymentBatch, reason: str, now: datetime) -> Failed:
    """The vendor refused to make the batch. Where it was to be an empty one, no payment's key was ever sent."""
    _to(batch, S.REJECTED, now, reason)
    if step is Step.CREATE:
        free_keys(batch)
    return Failed(reason)


# ---- nobody knows --------------------------------------------------------------------------------


def unsure_ends(command: Command) -> int:
    """Return how many attempts of the command ended without a sure answer, the present one counted."""
    return command.tries.filter(outcome__in=_UNSURE).count() + command.tries.filter(ended_at=None).count()


def uncertain(step: Step, batch: PaymentBatch, reason: str, now: datetime) -> Next:
    """Nobody knows whether the call was carried out: look, or leave it to a person where looking is not possible."""
    if settings.PAYMENTS_STATUS_READS:
        _to(batch, S.UNCLEAR, now, reason)
        ask_vendor(batch, now=now)
        return Unclear(reason)
    if step in (Step.CREATE, Step.SINGLE, Step.ADD) and not is_money(step, batch):
        # The vendor refuses a duplicate of these, so the same bytes may go again once it has come to rest.
        _to(batch, S.UNCLEAR, now, reason)
        return Later(now + quiet(), reason)
    return review(batch, f"{reason} Frontdesk has no way to look it up.", now)


def review(
    batch: PaymentBatch, reason: str, now: datetime, *, may_send_again: bool = False, look: bool = True
) -> Failed:
    """Leave it to a person; `look` has the vendor's figures read for them."""
    _to(batch, S.NEEDS_REVIEW, now, reason, may_send_again=may_send_again)
    if look and batch.vendor_batch_id:
        ask_vendor(batch, now=now)
    return Failed(reason)


def alarm(batch: PaymentBatch, reason: str, now: datetime) -> Failed:
    """Money moves that nobody released: freeze the account and leave it to a person."""
    PaymentAccount.objects.filter(pk=batch.account_id).update(hold_proven_at=None)
    freeze(batch.account, reason=reason, by=None, now=now)
    return review(batch, reason, now, look=False)
