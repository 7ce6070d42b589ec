"""What a person orders at the vendor: release, cancel, go on, look; and how a person settles what nobody knows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from clinic.models import User
from core import audit, commands
from core.models import Command
from payments.models import PaymentBatch, PaymentChunk
from payments.services.approvals import Seen
from payments.services.certainty import has_refused_part, must_be_quiet, not_done_twice, surely_unsent
from payments.services.frozen import is_approved
from payments.services.moves import free_keys, lock, move, must_be
from payments.services.people import must_check, must_prepare
from payments.services.refusals import ChangedSinceSeen, NotAllowed, WrongState
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
        must_be(batch, S.HELD if batch.holds else S.LOADED)
        _must_be_free(batch)
        must_be_quiet(batch, now)
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
        must_be_quiet(batch, now)
        if not batch.may_send_again or has_refused_part(batch):
            raise WrongState("It is not proven that the first attempt came to nothing. Ask the vendor first.")
        _must_be_sendable(batch, now)
        kind = _kind_of_review(batch)
        batch.change(batch.version, reason=f"{by.name} has it sent again: {reason}"[:500])
        if kind == RELEASE or (kind == SINGLE and not batch.holds):
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
    """Write down what the vendor said by telephone: that it was released, still waits, is finished with
    what could not be paid, or is not there any more.

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
        fields: dict[str, Any] = {"released_at": now} if to is S.RELEASED else {}
        if to in (S.HELD, S.LOADED):
            _must_be_ruled_out(batch, now)
            fields = {"released_by": None, "settled_by": by}
        move(batch, to, actor=Actor.CHECKER, by=by, now=now, reason=f"Settled by telephone: {reason}"[:500], **fields)
        if to is S.RELEASED:
            ask_vendor(batch, now=now)


def _must_be_ruled_out(batch: PaymentBatch, now: datetime) -> None:
    """A telephone call alone does not make money leave twice: the quiet period is over, and looks say the same."""
    must_be_quiet(batch, now)
    if settings.PAYMENTS_STATUS_READS and not not_done_twice(batch):
        raise WrongState("Two looks have to say as well that it was not done. Ask the vendor here, twice, and wait.")


def settlements(batch: PaymentBatch) -> list[BatchStatus]:
    """Return how a person may settle a batch that needs review."""
    rests = [S.HELD] if batch.holds and batch.came_from != S.STARTING else [S.LOADED]
    if batch.kept is False and batch.account.holds:
        rests.insert(0, S.HELD)  # its start was its release, and the vendor may keep it all the same
    if batch.came_from in (S.RELEASING, S.RELEASED, S.CANCELLING, S.STARTING, S.HELD):
        finished = [S.RECONCILED] if batch.came_from == S.RELEASED else []
        return [S.RELEASED, *finished, *(rests if batch.vendor_batch_id else []), S.CANCELLED]
    return [S.CANCELLED]


def ask(*, batch: PaymentBatch, by: User, now: datetime) -> None:
    """Have the vendor's figures read now. Raises NotAllowed, WrongState when reads are switched off."""
    must_prepare(by, batch.clinic)
    if not settings.PAYMENTS_STATUS_READS:
        raise WrongState("This installation does not read batches at the vendor (PAYMENTS_STATUS_READS).")
    with transaction.atomic():
        ask_vendor(lock(batch.pk), now=now, by=by)


def resume(*, batch: PaymentBatch, by: User, now: datetime) -> None:
    """Go on after what was to be sent was called off: back to where it waits, and on from there once it is approved.

    Where a try of it may have reached the vendor it is looked up instead, or left to a checker. A release waits for a
    new press. Raises NotAllowed, WrongState.
    """
    must_prepare(by, batch.clinic)
    with transaction.atomic():
        batch = lock(batch.pk)
        if not is_stalled(batch):
            raise WrongState("The batch is on its way; there is nothing to go on with.")
        if batch.status == S.UNCLEAR or (batch.status in _SENDING and not surely_unsent(batch)):
            _find_out(batch, by, now)
            return
        if batch.status == S.CANCELLING:
            order(CANCEL, batch, by=by)
            return
        if batch.status in _SENDING:
            _back_to_rest(batch, by, now)
        if batch.status != S.SUBMITTED:
            send_on(batch, now=now, by=by)


def _back_to_rest(batch: PaymentBatch, by: User, now: datetime) -> None:
    """What was called off was certainly never sent: the batch stands where it stood before."""
    step: dict[str, Any] = {"actor": Actor.MACHINE, "by": by, "now": now}
    if batch.status == S.CREATING:
        rests = S.APPROVED if is_approved(batch, now) else S.SUBMITTED
        gone: dict[str, Any] = {} if rests is S.APPROVED else {"approved_by": None, "approved_at": None}
        move(batch, rests, reason="Nothing was sent.", **step, **gone)
    elif batch.status == S.STARTING:
        move(batch, S.LOADED, reason="Nothing was started.", **step)
    else:
        rests = S.HELD if batch.holds else S.LOADED
        move(batch, rests, released_by=None, reason="Nothing was released.", **step)


def _find_out(batch: PaymentBatch, by: User, now: datetime) -> None:
    """Have the vendor asked what became of it, or leave it to a checker where nothing can be read."""
    reason = "The order ended without anybody knowing what became of it."
    if not settings.PAYMENTS_STATUS_READS:
        move(batch, S.NEEDS_REVIEW, actor=Actor.MACHINE, by=by, now=now, reason=f"{reason} It cannot be looked up.")
        return
    if batch.status != S.UNCLEAR:
        move(batch, S.UNCLEAR, actor=Actor.MACHINE, by=by, now=now, reason=reason)
    ask_vendor(batch, now=now, by=by)


def stop(*, batch: PaymentBatch, by: User, now: datetime) -> None:
    """Call off what waits to be sent and was certainly not sent yet. Raises NotAllowed, WrongState."""
    must_prepare(by, batch.clinic)
    with transaction.atomic():
        batch = lock(batch.pk)
        waiting = open_order(batch)
        if waiting is None or not commands.cancel(waiting, reason=f"Stopped by {by.name}.", now=now):
            raise WrongState("Nothing waits that could still be stopped.")
        audit.record(by, "payments.order.stopped", batch, clinic=batch.clinic, kind=waiting.kind)


def needs_someone() -> Q:
    """Return which batches wait for a person: by where they stand, or because nothing brings them on."""
    waiting = Q(status__in=[S.SUBMITTED, S.UNCLEAR, S.NEEDS_REVIEW]) | (_RESTING & ~_has_open(*_ALONE, ADD))
    return waiting | (Q(status__in=[S.APPROVED, S.LOADING, *_SENDING]) & ~_has_open(*_ALONE, ADD, LOOK))


def on_its_way() -> Q:
    """Return which batches go on by themselves, or are being looked up."""
    return Q(status__in=[S.APPROVED, S.LOADING, *_SENDING]) | (_RESTING & _has_open(*_ALONE, ADD))


_RESTING = Q(status__in=[S.HELD, S.LOADED])
_ALONE = (CREATE, SINGLE, START, RELEASE, CANCEL)  # orders for a batch as a whole; ADD is for a part of it


def _has_open(*kinds: str) -> Q:
    """Return which batches have something of these kinds open, for themselves or for a part of them."""
    open_ones = Command.objects.filter(status__in=Command.OPEN, kind__in=kinds)
    whole = Exists(open_ones.exclude(kind=ADD).filter(target_pk=OuterRef("pk")))
    parts = PaymentChunk.objects.filter(batch=OuterRef(OuterRef("pk"))).values("pk")
    return Q(whole) | Q(Exists(open_ones.filter(kind=ADD, target_pk__in=parts)))


def is_stalled(batch: PaymentBatch) -> bool:
    """Whether the batch should be on its way, but nothing is: an order was called off before it was sent."""
    moving = {S.APPROVED, S.LOADING, *_SENDING}
    if batch.status == S.LOADED and batch.holds:
        moving.add(S.LOADED)
    return batch.status in moving and open_order(batch) is None and commands.open_for(LOOK, batch) is None


def _order_release(batch: PaymentBatch, by: User, action: str) -> None:
    if batch.settled_by_id == by.pk:
        raise NotAllowed("You wrote down that this was not paid, so someone else has to release it.")
    batch.change(batch.version, released_by=by, kept=batch.holds)
    kind = SINGLE if batch.is_single and not batch.holds else RELEASE
    order(kind, batch, by=by)
    audit.record(by, action, batch, clinic=batch.clinic, count=batch.count)


def _kind_of_review(batch: PaymentBatch) -> str:
    return _kind_of(BatchStatus(batch.came_from), batch)


def _kind_of(doing: BatchStatus, batch: PaymentBatch) -> str:
    if batch.is_single and (doing is S.CREATING or (doing is S.RELEASING and not batch.holds)):
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
