"""Which buttons a person is shown for a batch: those that would not be refused as the batch stands now."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import datetime

from django.conf import settings

from clinic.models import User
from core.models import Command
from payments.models import PaymentBatch
from payments.services.frozen import is_approved, live_approvals
from payments.services.orders import AT_VENDOR, is_stalled
from payments.services.people import may_check
from payments.services.sending import CANCEL, RELEASE, SINGLE
from payments.states import BatchStatus

S = BatchStatus
_BEFORE_SENDING = (S.SUBMITTED, S.APPROVED)
_LOOKED_AT = (S.LOADING, S.LOADED, S.HELD, S.RELEASED)


@dataclass(frozen=True)
class Next:
    """What stands at the top of the page: what the person is there to do."""

    submit: bool = False
    approve: bool = False
    approve_again: bool = False
    release: bool = False
    go_on: bool = False
    copy: bool = False


@dataclass(frozen=True)
class More:
    """What else may be done, folded away."""

    stop: bool = False
    discard: bool = False
    take_back: bool = False
    give_up: bool = False
    withdraw: bool = False
    cancel: bool = False
    ask: bool = False

    def __bool__(self) -> bool:
        """Whether there is any."""
        return any(astuple(self))


def next_of(batch: PaymentBatch, by: User, order: Command | None, now: datetime) -> Next:
    """Return what this person can do next; `order` is the open order, which nothing else may overtake."""
    checker, status = may_check(by, batch), batch.status
    signed = checker and any(approval.by_id == by.pk for approval in live_approvals(batch, now))
    waits = checker and status == (S.HELD if batch.holds else S.LOADED)
    approved = is_approved(batch, now)
    return Next(
        submit=status == S.DRAFT,
        approve=status == S.SUBMITTED and checker and not signed,
        approve_again=waits and not approved and not signed,
        release=waits and approved and order is None,
        go_on=is_stalled(batch),
        copy=status in (S.REJECTED, S.CANCELLED),
    )


def more_of(batch: PaymentBatch, checker: bool, order: Command | None) -> More:
    """Return what else can be done, by a checker or anybody; what is being sent right now cannot be stopped any more.

    `checker` is whether the person may approve and release this batch.
    """
    status = batch.status
    is_due = order is not None and order.status == Command.Status.DUE
    may_stop = order is None or is_due
    return More(
        stop=is_due,
        discard=status == S.DRAFT,
        take_back=status == S.SUBMITTED,
        give_up=status in _BEFORE_SENDING and may_stop,
        withdraw=checker and bool(batch.approved_by_id) and status in (S.APPROVED, S.LOADED, S.HELD) and may_stop,
        cancel=checker and may_cancel(batch, order),
        ask=settings.PAYMENTS_STATUS_READS and bool(batch.vendor_batch_id) and status in _LOOKED_AT,
    )


def may_cancel(batch: PaymentBatch, order: Command | None) -> bool:
    """Whether a checker may take the batch back from the vendor now."""
    is_there = bool(batch.vendor_batch_id) or batch.status == S.LOADED
    return batch.status in AT_VENDOR and is_there and order is None


def ordered(batch: PaymentBatch, order: Command | None) -> str:
    """Return the word for what a person ordered while the batch still stands where it waited; "" for nothing."""
    if order is None or batch.status not in AT_VENDOR:
        return ""
    if order.kind == CANCEL:
        return "Cancellation ordered"
    if order.kind == RELEASE or (order.kind == SINGLE and not batch.holds):
        return "Release ordered"
    return "Ordered again" if batch.status == S.NEEDS_REVIEW else ""
