"""What a person orders at the vendor: release, cancel, go on, look; and how a person settles what nobody knows."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from clinic.models import User
from core import audit, commands
from core.models import Command
from payments.models import PaymentBatch
from payments.services.approvals import Seen
from payments.services.frozen import is_approved
from payments.services.moves import free_keys, lock, move, must_be
from payments.services.people import must_check, must_prepare
from payments.services.refusals import ChangedSinceSeen, WrongState
from payments.services.sending import (
    ADD,
    CANCEL,
    CREATE,
    LOOK,
    RELEASE,
    SINGLE,
    START,
    ask_vendor,
    open_order,
    order,
    send_on,
)
from payments.states import Actor, BatchStatus

S = BatchStatus
_SHORTEST_REASON = 10
# Where a batch may stand while something of it is at the vendor and nothing has left.
AT_VENDOR = frozenset({S.LOADING, S.LOADED, S.HELD, S.NEEDS_REVIEW})
# Steps that come to rest when what was to be sent is called off before it was sent.
_SENDING = frozenset({S.CREATING, S.STARTING, S.RELEASING, S.CANCELLING, S.UNCLEAR})


def release(*, batch: PaymentBatch, seen: Seen, by: User, now: datetime) -> None:
    """Order the release of exactly what was seen. Money leaves.

    Raises NotAllowed, WrongState, ChangedSinceSeen.
    """
    must_check(by, batch)
    with transaction.atomic():
        batch = lock(batch.pk)
        must_be(batch, S.HELD if batch.account.holds else S.LOADED)
        _must_be_free(batch)
        _must_be_sendable(batch, now)
        if seen != Seen(batch.content_hash, batch.total, batch.count):
            raise ChangedSinceSeen("The batch is not the one you looked at. Look at it again before you release it.")
        _order_release(batch, by, "payments.release.pressed")


def send_again(*, batch: PaymentBatch, reason: str, by: User, now: datetime) -> None:
    """Order once more what was proven not to have been done, as a new attempt with the same bytes and a written reason.

    Raises NotAllowed, WrongState.
    """
    must_check(by, batch)
    _must_be_reason(reason)
    with transaction.atomic():
        batch = lock(batch.pk)
        must_be(batch, S.NEEDS_REVIEW)
        _must_be_free(batch)
        if not batch.may_send_again:
            raise WrongState("It is not proven that the first attempt came to nothing. Ask the vendor first.")
        _must_be_sendable(batch, now)
        kind = _kind_of_review(batch)
        batch.change(batch.version, reason=f"{by.name} has it sent again: {reason}"[:500])
        if kind == RELEASE or (kind == SINGLE and not batch.account.holds):
            _order_release(batch, by, "payments.release.pressed_again")
        else:
            order(kind, batch, by=by)
            audit.record(by, "payments.order.sent_again", batch, clinic=batch.clinic, kind=kind)


def cancel_at_vendor(*, batch: PaymentBatch, reason: str, by: User, now: datetime) -> None:
    """Take the batch back from the vendor, or end it here when nothing of it was sent.

    Raises NotAllowed, WrongState.
    """
    must_check(by, batch)
    with transaction.atomic():
        batch = lock(batch.pk)
        must_be(batch, *AT_VENDOR)
        _must_be_free(batch)
        if batch.vendor_batch_id:
            batch.change(batch.version, reason=f"{by.name} has it cancelled: {reason}"[:500])
            order(CANCEL, batch, by=by)
            audit.record(by, "payments.cancel.pressed", batch, clinic=batch.clinic)
        elif batch.status == S.LOADED:
            move(batch, S.CANCELLED, actor=Actor.CHECKER, by=by, now=now, reason=reason)
            free_keys(batch)
        else:
            raise WrongState("The vendor's id of this batch is not known. Ask the vendor first.")


def settle(*, batch: PaymentBatch, to: BatchStatus, reason: str, by: User, now: datetime) -> None:
    """Write down what the vendor said by telephone: that it was released, still waits, or is not there any more.

    Raises NotAllowed, WrongState.
    """
    must_check(by, batch)
    _must_be_reason(reason)
    with transaction.atomic():
        batch = lock(batch.pk)
        must_be(batch, S.NEEDS_REVIEW)
        _must_be_free(batch)
        if to not in settlements(batch):
            raise WrongState("A batch that stands here cannot be settled like this.")
        fields = {"released_at": now} if to is S.RELEASED else {}
        move(batch, to, actor=Actor.CHECKER, by=by, now=now, reason=f"Settled by telephone: {reason}"[:500], **fields)
        if to is S.RELEASED:
            ask_vendor(batch, now=now)


def settlements(batch: PaymentBatch) -> list[BatchStatus]:
    """Return how a person may settle a batch that needs review."""
    rests = S.HELD if batch.account.holds else S.LOADED
    if batch.came_from in (S.RELEASING, S.RELEASED, S.CANCELLING, S.STARTING, S.HELD):
        return [S.RELEASED, rests, S.CANCELLED] if batch.vendor_batch_id else [S.RELEASED, S.CANCELLED]
    return [S.CANCELLED]


def ask(*, batch: PaymentBatch, by: User, now: datetime) -> None:
    """Have the vendor's figures read now. Raises NotAllowed, WrongState when reads are switched off."""
    must_prepare(by, batch.clinic)
    if not settings.PAYMENTS_STATUS_READS:
        raise WrongState("This installation does not read batches at the vendor (PAYMENTS_STATUS_READS).")
    with transaction.atomic():
        ask_vendor(lock(batch.pk), now=now, by=by)


def resume(*, batch: PaymentBatch, by: User, now: datetime) -> None:
    """Go on after what was to be sent was called off before it was sent; a release waits for a new press.

    Raises NotAllowed, WrongState.
    """
    must_prepare(by, batch.clinic)
    with transaction.atomic():
        batch = lock(batch.pk)
        if not is_stalled(batch):
            raise WrongState("The batch is on its way; there is nothing to go on with.")
        if batch.status not in _SENDING:
            send_on(batch, now=now, by=by)
            return
        doing = BatchStatus(batch.came_from or batch.status)
        if doing is S.RELEASING:
            rests = S.HELD if batch.account.holds else S.LOADED
            move(batch, rests, actor=Actor.MACHINE, by=by, now=now, released_by=None, reason="Nothing was released.")
        else:
            order(_kind_of(doing, batch), batch, by=by)


def stop(*, batch: PaymentBatch, by: User, now: datetime) -> None:
    """Call off what waits to be sent and was certainly not sent yet. Raises NotAllowed, WrongState."""
    must_prepare(by, batch.clinic)
    with transaction.atomic():
        batch = lock(batch.pk)
        waiting = open_order(batch)
        if waiting is None or not commands.cancel(waiting, reason=f"Stopped by {by.name}.", now=now):
            raise WrongState("Nothing waits that could still be stopped.")
        audit.record(by, "payments.order.stopped", batch, clinic=batch.clinic, kind=waiting.kind)


def is_stalled(batch: PaymentBatch) -> bool:
    """Whether the batch should be on its way, but nothing is: an order was called off before it was sent."""
    moving = {S.APPROVED, S.LOADING, *_SENDING}
    if batch.status == S.LOADED and batch.account.holds:
        moving.add(S.LOADED)
    return batch.status in moving and open_order(batch) is None and commands.open_for(LOOK, batch) is None


def _order_release(batch: PaymentBatch, by: User, action: str) -> None:
    batch.change(batch.version, released_by=by)
    kind = SINGLE if batch.is_single and not batch.account.holds else RELEASE
    order(kind, batch, by=by)
    audit.record(by, action, batch, clinic=batch.clinic, count=batch.count)


def _kind_of_review(batch: PaymentBatch) -> str:
    return _kind_of(BatchStatus(batch.came_from), batch)


def _kind_of(doing: BatchStatus, batch: PaymentBatch) -> str:
    if batch.is_single and (doing is S.CREATING or (doing is S.RELEASING and not batch.account.holds)):
        return SINGLE
    kinds = {S.CREATING: CREATE, S.LOADING: ADD, S.STARTING: START, S.CANCELLING: CANCEL}
    return kinds.get(doing, RELEASE)


def _must_be_free(batch: PaymentBatch) -> None:
    waiting = open_order(batch)
    if waiting is not None:
        doing = "is on its way" if waiting.status == Command.Status.CLAIMED else "waits to be sent"
        raise WrongState(f"Something else {doing} for this batch. Wait for its end, or stop it.")


def _must_be_sendable(batch: PaymentBatch, now: datetime) -> None:
    """Say before the press what the claim would say after it."""
    if not settings.PAYMENTS_OUTBOUND_ENABLED:
        raise WrongState("Sending payments is switched off for the whole installation.")
    if batch.account.is_frozen:
        raise WrongState("The account is frozen. An admin thaws it on the page of accounts.")
    if not is_approved(batch, now):
        raise WrongState("The approval has lapsed or was withdrawn. The batch has to be approved again first.")


def _must_be_reason(reason: str) -> None:
    if len(reason.strip()) < _SHORTEST_REASON:
        raise WrongState("Write the reason in a few words: who said what, and when.")
