"""Reads a batch at the vendor: settles what is unclear, follows what was released, shows a person what is the case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from core import commands
from core.commands import Done, Failed, Handler, Later, Next, Policy
from core.http import OutcomeUnknown, VendorError
from core.models import Command
from payments.handlers.orders import client_of, load
from payments.handlers.outcomes import alarm, finish, quiet, review
from payments.models import PaymentBatch, VendorLook
from payments.proof import Proof, Step, Verdict, judge
from payments.services.moves import lock, move
from payments.services.sending import LOOK, expected, open_order
from payments.states import Actor, BatchStatus
from payments.vendors.optum import Optum
from payments.vendors.optum.client import READ_SECONDS
from payments.vendors.optum.wire import STANDINGS, RemoteBatch, Standing

S = BatchStatus
_FOLLOW_EVERY = timedelta(minutes=15)
_FOLLOW_FOR = timedelta(days=90)
_STEPS = {
    S.CREATING: Step.CREATE,
    S.LOADING: Step.ADD,
    S.STARTING: Step.START,
    S.HELD: Step.START,
    S.RELEASING: Step.RELEASE,
    S.RELEASED: Step.RELEASE,
    S.CANCELLING: Step.CANCEL,
}


@dataclass(frozen=True)
class Seen:
    """What a look brought: the batch (None: the vendor does not have it) and, for a single payment, its id."""

    remote: RemoteBatch | None
    payment_id: str = ""
    failed: str = ""


@commands.register
class Look(Handler):
    """Ask the vendor how a batch stands."""

    kind = LOOK
    label = "Read a payment batch at the vendor"
    vendor = "optum"
    policy = Policy.ASK_AGAIN
    deadline = 2 * READ_SECONDS
    tries = 3

    def call(self, command: Command) -> Seen:
        """Read by the vendor's id, or find the batch by our request id."""
        batch = load(command)
        client = client_of(batch)
        try:
            if batch.vendor_batch_id:
                remote = client.batch(batch.vendor_batch_id)
            else:
                remote = client.find_batch(batch.client_request_id)
            if remote is None or step_of(batch) is not Step.SINGLE:
                return Seen(remote)
            return Seen(remote, _payment_id(client, batch, remote))
        except VendorError as error:
            if batch.status != S.RELEASED:
                raise
            return Seen(None, failed=error.why)  # a released batch is followed for weeks; one miss says nothing

    def record(self, command: Command, seen: Seen, *, now: datetime) -> Next:
        """Keep what was seen, and do what it proves."""
        batch = lock(command.target_pk)
        if seen.failed:
            return Later(now + _FOLLOW_EVERY, f"Optum {seen.failed}.")
        verdict = judge(step_of(batch), seen.remote, expected(batch))
        _keep(batch, command, seen.remote, verdict, now)
        if batch.status == S.UNCLEAR:
            outcome = _resolve(batch, seen, verdict, now)
        elif batch.status == S.NEEDS_REVIEW:
            outcome = _show(batch, seen, verdict, now)
        elif batch.status == S.RELEASED:
            return _follow(batch, seen.remote, verdict, now)
        else:
            if verdict.proof is Proof.ALARM and batch.status == S.HELD:
                alarm(batch, verdict.sentence, now)
            return Done()
        # A batch that a look found released is followed by this same look from then on.
        return Later(now + quiet()) if batch.status == S.RELEASED else outcome

    def gave_up(self, command: Command, *, reason: str, now: datetime) -> None:
        """The vendor could not be read: an unclear batch is left to a person."""
        batch = lock(command.target_pk)
        if batch.status == S.UNCLEAR:
            _settle(batch, Failed(reason), now)
            review(batch, f"{batch.reason} {reason} So nobody knows how it stands.", now, look=False)


def _payment_id(client: Optum, batch: PaymentBatch, remote: RemoteBatch) -> str:
    """Return the vendor's id of a single payment, which its release needs. Raises OutcomeUnknown without one."""
    reference = batch.payments.get().issuer_reference_id
    found = client.payment_ids(remote.batch_id).get(reference, "")
    if not found:
        raise OutcomeUnknown("optum", "does not tell the payment's id")
    return found


def step_of(batch: PaymentBatch) -> Step:
    """Return the call that a look at this batch speaks of."""
    status = BatchStatus(batch.came_from or batch.status)
    if batch.is_single and (status is S.CREATING or (status is S.RELEASING and not batch.account.holds)):
        return Step.SINGLE
    if status is S.LOADED:
        return Step.START if batch.account.holds else Step.RELEASE
    return _STEPS.get(status, Step.CREATE)


def not_done_twice(batch: PaymentBatch) -> bool:
    """Whether two looks after the quiet period, a fifth of it apart, say that the call was not carried out."""
    since = batch.transitions.filter(new__in=[S.UNCLEAR, S.NEEDS_REVIEW]).order_by("-pk").first()
    unclear = batch.transitions.filter(new=S.UNCLEAR).order_by("-pk").first() or since
    if unclear is None:
        return False
    looks = list(batch.looks.filter(at__gte=unclear.at + quiet())[:2])
    proven = len(looks) == 2 and all(look.proof == Proof.NOT_DONE for look in looks)
    return proven and looks[0].at - looks[1].at >= quiet() / 5


def _keep(batch: PaymentBatch, command: Command, remote: RemoteBatch | None, verdict: Verdict, now: datetime) -> None:
    figures = {}
    if remote is not None:
        names = ("word", "expected_total", "expected_count", "current_total", "current_count")
        figures = {name: getattr(remote, name) for name in names}
    VendorLook.objects.create(
        batch=batch, command=command, at=now, proof=verdict.proof, sentence=verdict.sentence[:300], **figures
    )


def _resolve(batch: PaymentBatch, seen: Seen, verdict: Verdict, now: datetime) -> Next:
    """Settle an unclear order by what the look proves."""
    if verdict.proof is Proof.DONE:
        _settle(batch, Done(), now)
        _finish(batch, seen, verdict, now)
        return Done()
    if verdict.proof is Proof.ALARM:
        _settle(batch, Failed(verdict.sentence), now)
        alarm(batch, verdict.sentence, now)
        return Done()
    quiet_until = batch.transitions.filter(new=S.UNCLEAR).order_by("-pk")[0].at + quiet()
    if now < quiet_until:
        return Later(quiet_until)
    if verdict.proof is Proof.NEITHER:
        _settle(batch, Failed(verdict.sentence), now)
        review(batch, verdict.sentence, now, look=False)
        return Done()
    if not not_done_twice(batch):
        return Later(now + quiet() / 5)
    _not_done(batch, verdict, now)
    return Done()


def _not_done(batch: PaymentBatch, verdict: Verdict, now: datetime) -> None:
    """It certainly was not carried out. What has a key, and the start of a held batch, goes once more by itself."""
    step = step_of(batch)
    order = open_order(batch)
    refused = order is not None and _was_refused_as_duplicate(order)
    if refused:
        reason = "The vendor refuses this as a duplicate, but what it has is not ours. Nothing is sent again."
        _settle(batch, Failed(reason), now)
        review(batch, reason, now, look=False)
    elif step in (Step.CANCEL, Step.RELEASE):
        _settle(batch, Failed(verdict.sentence), now)
        review(batch, f"{verdict.sentence} Two looks say so.", now, may_send_again=True, look=False)
    else:
        _settle(batch, Later(now), now)


def _was_refused_as_duplicate(order: Command) -> bool:
    last = order.tries.order_by("-fence").first()
    return last is not None and last.http_status == 409


def _show(batch: PaymentBatch, seen: Seen, verdict: Verdict, now: datetime) -> Next:
    """A person decides; only a proof of "done" moves the batch on, and only a proof of "not done" allows a repeat."""
    if verdict.proof is Proof.DONE:
        _finish(batch, seen, verdict, now)
    else:
        may_send_again = verdict.proof is Proof.NOT_DONE and not_done_twice(batch)
        batch.change(batch.version, may_send_again=may_send_again)
    return Done()


def _follow(batch: PaymentBatch, remote: RemoteBatch | None, verdict: Verdict, now: datetime) -> Next:
    """Follow a released batch until the vendor has finished it; say so when it never left."""
    if remote is not None and remote.standing is Standing.FINISHED and verdict.proof is Proof.DONE:
        move(batch, S.RECONCILED, actor=Actor.MACHINE, now=now, reason=verdict.sentence)
        return Done()
    if remote is not None and remote.standing in (Standing.CREATED, Standing.HELD):
        if _kept_twice(batch):
            reason = "The vendor said that it released the batch, but still keeps it."
            review(batch, reason, now, may_send_again=verdict.proof is Proof.NOT_DONE, look=False)
            return Done()
        return Later(now + quiet() / 5)
    if batch.released_at is not None and now - batch.released_at > _FOLLOW_FOR:
        return Done()
    return Later(now + _FOLLOW_EVERY)


def _kept_twice(batch: PaymentBatch) -> bool:
    if batch.released_at is None:
        return False
    looks = batch.looks.filter(at__gte=batch.released_at + quiet())
    words = [look.word.casefold() for look in looks[:2]]
    return len(words) == 2 and all(STANDINGS.get(word) in (Standing.CREATED, Standing.HELD) for word in words)


def _finish(batch: PaymentBatch, seen: Seen, verdict: Verdict, now: datetime) -> None:
    batch_id = seen.remote.batch_id if seen.remote else ""
    finish(step_of(batch), batch, now=now, reason=verdict.sentence, batch_id=batch_id, payment_id=seen.payment_id)


def _settle(batch: PaymentBatch, outcome: Next, now: datetime) -> None:
    order = open_order(batch)
    if order is not None:
        commands.settle(order.pk, outcome, now=now)
