"""Checkers' signatures: approve exactly what was seen, withdraw it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from clinic.models import User
from core import audit
from payments.models import Approval, PaymentBatch
from payments.services.frozen import hash_of_bytes, is_approved, live_approvals
from payments.services.moves import lock, move, must_be
from payments.services.people import must_check
from payments.services.refusals import ChangedSinceSeen, WrongState
from payments.services.sending import open_order, send_on
from payments.services.submitting import stop_waiting
from payments.states import Actor, BatchStatus

LAPSES_AFTER = timedelta(days=5)
# Where a batch may be when its approval lapsed or was withdrawn and someone approves it anew.
_APPROVED_BEFORE = (BatchStatus.APPROVED, BatchStatus.LOADING, BatchStatus.LOADED, BatchStatus.HELD)


@dataclass(frozen=True)
class Seen:
    """The figures on the page that was looked at; the total in dollars."""

    content_hash: str
    total: Decimal
    count: int


def approve(*, batch: PaymentBatch, seen: Seen, by: User, now: datetime) -> None:
    """Sign the batch as it was seen; when enough people have, it is on its way to the vendor.

    Raises NotAllowed, WrongState, ChangedSinceSeen.
    """
    must_check(by, batch)
    must_be(batch, BatchStatus.SUBMITTED, *_APPROVED_BEFORE)
    if seen != Seen(batch.content_hash, batch.total, batch.count) or hash_of_bytes(batch) != batch.content_hash:
        raise ChangedSinceSeen("The batch is not the one you looked at. Look at it again before you approve.")
    with transaction.atomic():
        batch = lock(batch.pk)
        must_be(batch, BatchStatus.SUBMITTED, *_APPROVED_BEFORE)
        if batch.content_hash != seen.content_hash:
            raise ChangedSinceSeen("The batch was changed while you looked at it. Look at it again.")
        _sign(batch, by, now)
        if is_approved(batch, now):
            _go_on(batch, by, now)


def withdraw(*, batch: PaymentBatch, reason: str, by: User, now: datetime) -> None:
    """Take all approvals back; what was not sent is submitted again, what is held cannot be released without new ones.

    Raises NotAllowed, WrongState when the batch is being sent right now or has been released.
    """
    must_check(by, batch)
    with transaction.atomic():
        batch = lock(batch.pk)
        must_be(batch, BatchStatus.SUBMITTED, BatchStatus.APPROVED, BatchStatus.LOADED, BatchStatus.HELD)
        stop_waiting(batch, now)
        if batch.status == BatchStatus.APPROVED:
            move(batch, BatchStatus.SUBMITTED, actor=Actor.CHECKER, by=by, reason=reason, now=now, **_NOBODY)
        else:
            batch.change(batch.version, **_NOBODY)
        _void(batch, f"Withdrawn: {reason}", now)
        audit.record(by, "payments.approval.withdrawn", batch, clinic=batch.clinic)


_NOBODY: dict[str, Any] = {"approved_by": None, "approved_at": None}


def _sign(batch: PaymentBatch, by: User, now: datetime) -> None:
    if any(approval.by_id == by.pk for approval in live_approvals(batch, now)):
        raise WrongState("You have approved this batch already. A second approval has to come from someone else.")
    batch.approvals.filter(by=by, voided_at=None).update(voided_at=now, void_reason="Lapsed and given anew.")
    Approval.objects.create(
        batch=batch,
        by=by,
        submitted_by=batch.submitted_by or batch.created_by,
        at=now,
        content_hash=batch.content_hash,
        total=batch.total,
        count=batch.count,
        lapses_at=now + LAPSES_AFTER,
    )
    audit.record(by, "payments.batch.signed", batch, clinic=batch.clinic, count=batch.count)


def _go_on(batch: PaymentBatch, by: User, now: datetime) -> None:
    approver: dict[str, Any] = {"approved_by": by, "approved_at": now}
    if batch.status == BatchStatus.SUBMITTED:
        move(batch, BatchStatus.APPROVED, actor=Actor.CHECKER, by=by, now=now, **approver)
    else:
        batch.change(batch.version, **approver)
    if open_order(batch) is None:
        send_on(batch, now=now)


def _void(batch: PaymentBatch, reason: str, now: datetime) -> None:
    batch.approvals.filter(voided_at=None).update(voided_at=now, void_reason=reason[:300])
