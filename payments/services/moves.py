"""The one way a batch changes its status: table checked, row written if nobody else did, history and audit appended."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from clinic.models import User
from core import audit
from core.models import Command, CommandAttempt
from payments.models import Payment, PaymentAccount, PaymentBatch, Transition
from payments.models.batches import CREATE, LOOK
from payments.services.refusals import WrongState
from payments.states import Actor, BatchStatus, check_move

logger = logging.getLogger("frontdesk.payments")
ASIDE = frozenset({BatchStatus.UNCLEAR, BatchStatus.NEEDS_REVIEW})


def move(
    batch: PaymentBatch,
    new: BatchStatus,
    *,
    actor: Actor,
    now: datetime,
    by: User | None = None,
    reason: str = "",
    **fields: Any,
) -> None:
    """Take one step, with other columns that change with it, inside a transaction.

    Raises IllegalMove when the table has no such step, EditedMeanwhile when someone else changed the batch first.
    """
    old = BatchStatus(batch.status)
    check_move(old, new, actor)
    fields.setdefault("may_send_again", False)
    if new is BatchStatus.HELD:
        fields["kept"] = True
    fields["came_from"] = (old if old not in ASIDE else batch.came_from) if new in ASIDE else ""
    batch.change(batch.version, status=new, reason=reason, **fields)
    Transition.objects.create(batch=batch, old=old, new=new, at=now, by=by, reason=reason)
    audit.record(by, f"payments.batch.{new.lower()}", batch, clinic=batch.clinic, old=old.value)
    if new is BatchStatus.NEEDS_REVIEW:
        logger.error("payment batch %s needs review", batch.pk)


def lock(batch_pk: int) -> PaymentBatch:
    """Return the batch for the rest of the transaction; on PostgreSQL others wait for it, on SQLite for any writer.

    Its open orders are locked before it, since a worker holds its order when it comes for the batch: one order of
    locks everywhere, so nobody waits in a circle.
    """
    orders = PaymentBatch(pk=batch_pk).commands.exclude(kind=LOOK).filter(status__in=Command.OPEN)
    list(orders.select_for_update().order_by("pk").values_list("pk", flat=True))
    rows = PaymentBatch.objects.select_for_update(of=("self",)).select_related("account", "clinic")
    return rows.get(pk=batch_pk)


def must_be(batch: PaymentBatch, *statuses: BatchStatus) -> None:
    """Raise WrongState unless the batch is in one of the states."""
    if batch.status not in statuses:
        raise WrongState("The batch has moved on since this page was shown. Look at where it stands now.")


def free_keys(batch: PaymentBatch) -> None:
    """Set the batch's references free, unless an order that carries them was ever tried: then they are used for good.

    Making an empty batch carries none.
    """
    carrying = batch.commands.exclude(kind__in=[CREATE, LOOK])
    if CommandAttempt.objects.filter(command__in=carrying).exists():
        return
    Payment.objects.filter(batch=batch).update(keys_free=True)


def freeze(account: PaymentAccount, *, reason: str, by: User | None, now: datetime) -> None:
    """Let nothing leave the account until a person thaws it."""
    PaymentAccount.objects.filter(pk=account.pk).update(frozen_at=now, frozen_by=by, frozen_reason=reason[:300])
    account.refresh_from_db()
    audit.record(by, "payments.account.frozen", account)
    logger.error("payment account %s is frozen", account.pk)


def thaw(account: PaymentAccount, *, by: User) -> None:
    """Let the account send again."""
    PaymentAccount.objects.filter(pk=account.pk).update(frozen_at=None, frozen_by=None, frozen_reason="")
    account.refresh_from_db()
    audit.record(by, "payments.account.thawed", account)
