"""What is known about the last call: when it ended, whether it was surely not sent, whether looks rule it out."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from core.models import Command, CommandAttempt
from payments.models import PaymentBatch, PaymentChunk
from payments.proof import Proof, Step
from payments.services.refusals import WrongState
from payments.services.sending import ORDERS, last_order
from payments.states import BatchStatus

S = BatchStatus
Outcome = CommandAttempt.Outcome
_STEPS = {
    S.CREATING: Step.CREATE,
    S.LOADING: Step.ADD,
    S.STARTING: Step.START,
    S.HELD: Step.START,
    S.RELEASING: Step.RELEASE,
    S.RELEASED: Step.RELEASE,
    S.CANCELLING: Step.CANCEL,
}


def step_of(batch: PaymentBatch) -> Step:
    """Return the call that a look at this batch speaks of."""
    status = BatchStatus(batch.came_from or batch.status)
    if batch.is_single and (status is S.CREATING or (status is S.RELEASING and not batch.holds)):
        return Step.SINGLE
    if status is S.LOADED:
        return Step.START if batch.holds else Step.RELEASE
    return _STEPS.get(status, Step.CREATE)


def quiet() -> timedelta:
    """Return how long the vendor is left alone before "not done" is believed."""
    return timedelta(seconds=settings.PAYMENTS_QUIET_SECONDS)


def tries_of(batch: PaymentBatch) -> QuerySet[CommandAttempt]:
    """Return every try of every order of the batch, the newest first."""
    return CommandAttempt.objects.filter(command__in=batch.commands.filter(kind__in=ORDERS)).order_by("-pk")


def surely_unsent(batch: PaymentBatch) -> bool:
    """Whether the last order certainly never reached the vendor, however often it was tried."""
    order = last_order(batch)
    return order is None or not order.tries.exclude(outcome=Outcome.NOT_SENT).exists()


def not_done_twice(batch: PaymentBatch) -> bool:
    """Whether two looks after the quiet period, a fifth of it apart, say that the last call was not carried out."""
    last = tries_of(batch).first()
    if last is None or last.ended_at is None:
        return False
    looks = list(batch.looks.filter(step=step_of(batch), at__gte=last.ended_at + quiet())[:2])
    proven = len(looks) == 2 and all(look.proof == Proof.NOT_DONE for look in looks)
    return proven and looks[0].at - looks[1].at >= quiet() / 5


def has_refused_part(batch: PaymentBatch) -> bool:
    """Whether the vendor refuses one of its payments: sending that again proves nothing and loads nothing."""
    return batch.chunks.filter(status=PaymentChunk.Status.REFUSED).exists()


def must_be_quiet(batch: PaymentBatch, now: datetime) -> None:
    """Raise WrongState while the vendor may still be working on a try that ended without a sure answer."""
    last = tries_of(batch).select_related("command").first()
    if last is None or last.command.status == Command.Status.DONE:
        return
    unsure = last.command.tries.exclude(outcome__in=[Outcome.DONE, Outcome.NOT_SENT]).order_by("-pk").first()
    ended = None if unsure is None else unsure.ended_at or now
    if ended is not None and now < ended + quiet():
        minutes = max(1, round((ended + quiet() - now).total_seconds() / 60))
        raise WrongState(
            f"The vendor may still be working on the last call. Nothing was changed; do this in {minutes} min."
        )
