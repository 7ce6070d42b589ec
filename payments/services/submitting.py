"""Makers' last step: freeze a draft and hand it to the checkers; take it back; give it up."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from clinic.models import User
from core import commands
from core.models import Command
from payments.models import PaymentBatch, WarningReason
from payments.services.checking import check
from payments.services.drafts import contents, keep_warnings
from payments.services.frozen import hash_of_bytes, plan_chunks, totals_of
from payments.services.moves import free_keys, lock, move, must_be
from payments.services.people import may_check, must_check, must_prepare
from payments.services.refusals import HasErrors, NeedsReasons, WrongState
from payments.services.sending import ORDERS
from payments.states import Actor, BatchStatus


def submit(*, batch: PaymentBatch, reasons: dict[str, str], by: User, now: datetime) -> None:
    """Freeze the batch: content, totals and parts. `reasons` says per rule why its warnings stand.

    Raises NotAllowed, WrongState, HasErrors when a rule fails by now, NeedsReasons, EditedMeanwhile.
    """
    must_prepare(by, batch.clinic)
    must_be(batch, BatchStatus.DRAFT)
    if batch.count < 1:
        raise WrongState("There is no payment in this batch. Add one first.")
    checked = check(contents(batch), account=batch.account, clinic=batch.clinic, batch=batch, now=now)
    if checked.errors:
        raise HasErrors(checked.findings)
    rules = sorted({finding.rule for finding in checked.warnings})
    with transaction.atomic():
        batch.change(batch.version)
        keep_warnings(batch, checked)
        _keep_reasons(batch, {rule: reasons.get(rule, "").strip() for rule in rules}, by, now)
    missing = sorted(set(rules) - set(batch.warning_reasons.values_list("rule", flat=True)))
    if missing:
        raise NeedsReasons(missing)
    with transaction.atomic():
        _freeze(batch, by, now)


def _freeze(batch: PaymentBatch, by: User, now: datetime) -> None:
    """Fix totals, hash and parts. The version in `move` makes sure that nothing was changed since the check."""
    totals = totals_of(batch)
    plan_chunks(batch)
    batch.makers.add(by)
    move(
        batch,
        BatchStatus.SUBMITTED,
        actor=Actor.MAKER,
        by=by,
        now=now,
        total=totals.amount,
        count=totals.count,
        content_hash=hash_of_bytes(batch),
        submitted_by=by,
        submitted_at=now,
    )


def _keep_reasons(batch: PaymentBatch, reasons: dict[str, str], by: User, now: datetime) -> None:
    for rule, reason in reasons.items():
        if reason:
            values = {"reason": reason[:300], "by": by, "at": now}
            WarningReason.objects.update_or_create(batch=batch, rule=rule, defaults=values)


def take_back(*, batch: PaymentBatch, by: User, now: datetime) -> None:
    """Make a submitted batch a draft again; approvals given so far are void. Raises NotAllowed, WrongState."""
    must_prepare(by, batch.clinic)
    must_be(batch, BatchStatus.SUBMITTED)
    with transaction.atomic():
        move(
            batch,
            BatchStatus.DRAFT,
            actor=Actor.MAKER,
            by=by,
            now=now,
            content_hash="",
            submitted_by=None,
            submitted_at=None,
            approved_by=None,
            approved_at=None,
        )
        batch.approvals.filter(voided_at=None).update(voided_at=now, void_reason="The batch was taken back.")


def give_up(*, batch: PaymentBatch, reason: str, by: User, now: datetime) -> None:
    """Cancel a submitted or approved batch of which nothing was sent, by its makers or a checker.

    Raises NotAllowed, WrongState when it is on its way already.
    """
    must_be(batch, BatchStatus.SUBMITTED, BatchStatus.APPROVED)
    checker = may_check(by, batch)
    if not checker:
        must_prepare(by, batch.clinic)
    actor = Actor.CHECKER if checker and batch.status == BatchStatus.APPROVED else Actor.MAKER
    with transaction.atomic():
        batch = lock(batch.pk)
        must_be(batch, BatchStatus.SUBMITTED, BatchStatus.APPROVED)
        stop_waiting(batch, now)
        move(batch, BatchStatus.CANCELLED, actor=actor, by=by, reason=reason, now=now)
        batch.approvals.filter(voided_at=None).update(voided_at=now, void_reason="The batch was cancelled.")
        free_keys(batch)


def reject(*, batch: PaymentBatch, reason: str, by: User, now: datetime) -> None:
    """Send a submitted batch back for good; it can be copied. Raises NotAllowed, WrongState."""
    must_check(by, batch)
    must_be(batch, BatchStatus.SUBMITTED)
    with transaction.atomic():
        move(batch, BatchStatus.REJECTED, actor=Actor.CHECKER, by=by, reason=reason, now=now)
        batch.approvals.filter(voided_at=None).update(voided_at=now, void_reason="The batch was rejected.")
        free_keys(batch)


def stop_waiting(batch: PaymentBatch, now: datetime) -> None:
    """Cancel what waits to be sent for an unsent batch. Raises WrongState when it is being sent right now."""
    for command in batch.commands.filter(kind__in=ORDERS, status__in=Command.OPEN):
        if not commands.cancel(command, reason="The batch was stopped by a person.", now=now):
            raise WrongState("The batch is on its way to the vendor right now.")
