"""Reads a batch at the vendor: settles what is unclear, follows what was released, shows a person what is the case."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core import commands
from core.commands import Done, Failed, Handler, Later, Next, Policy
from core.http import OutcomeUnknown, Rejected, VendorError
from core.models import Command
from payments.handlers.orders import client_of, load
from payments.handlers.outcomes import alarm, finish, review, seen_held
from payments.models import Payment, PaymentBatch, VendorLook
from payments.proof import Proof, Step, Verdict, judge
from payments.services.certainty import has_refused_part, not_done_twice, quiet, step_of
from payments.services.moves import lock, move
from payments.services.sending import LOOK, expected, open_order
from payments.states import Actor, BatchStatus
from payments.vendors.optum import Optum
from payments.vendors.optum.client import READ_SECONDS
from payments.vendors.optum.wire import ARRIVED, ON_THE_WAY, RemoteBatch, RemotePayment, Standing

S = BatchStatus
_FOLLOW_EVERY = timedelta(minutes=15)
_FOLLOW_FOR = timedelta(days=90)


@dataclass(frozen=True)
class Seen:
    """What a look brought: the batch (None: the vendor does not have it) and, for a single payment, its id."""

    remote: RemoteBatch | None
    payment_id: str = ""
    payments: dict[str, RemotePayment] = field(default_factory=dict)
    failed: VendorError | None = None


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
            if remote is not None and batch.status == S.RELEASED and remote.standing is Standing.FINISHED:
                return Seen(remote, payments=client.payments_in(remote.batch_id))
            if remote is None or step_of(batch) is not Step.SINGLE:
                return Seen(remote)
            return Seen(remote, _payment_id(client, batch, remote))
        except VendorError as error:
            if batch.status != S.RELEASED:
                raise
            return Seen(None, failed=error)  # a released batch is followed for weeks; one miss says nothing

    def record(self, command: Command, seen: Seen, *, now: datetime) -> Next:
        """Keep what was seen, and do what it proves."""
        batch = lock(command.target_pk)
        if seen.failed is not None:
            wait = max(_FOLLOW_EVERY, timedelta(seconds=seen.failed.retry_after or 0))
            return _too_long(batch, now) or Later(now + wait, f"Optum {seen.failed.why}.")
        verdict = judge(step_of(batch), seen.remote, expected(batch))
        _keep(batch, command, seen.remote, verdict, now)
        if seen_held(batch, seen.remote, now):
            _keep_id(batch, seen)
            _settle(batch, Done(), now)
            return Done()
        if batch.status == S.UNCLEAR:
            outcome = _resolve(batch, seen, verdict, now)
        elif batch.status == S.NEEDS_REVIEW:
            outcome = _show(batch, seen, verdict, now)
        elif batch.status == S.RELEASED:
            return _follow(batch, seen, verdict, now)
        else:
            if verdict.proof is Proof.ALARM and batch.status == S.HELD:
                alarm(batch, verdict.sentence, now)
            return Done()
        # A batch that a look found released is followed by this same look from then on.
        return Later(now + quiet()) if batch.status == S.RELEASED else outcome

    def rejected(self, command: Command, error: Rejected, *, now: datetime) -> Next:
        """The vendor refuses to be asked: what is unclear is left to a person."""
        reason = f"The vendor refused to tell (HTTP {error.status})."
        self.gave_up(command, reason=reason, now=now)
        return Failed(reason)

    def gave_up(self, command: Command, *, reason: str, now: datetime) -> None:
        """The vendor could not be read: what is unclear, or was to be followed, is left to a person."""
        batch = lock(command.target_pk)
        if batch.status in (S.UNCLEAR, S.RELEASED):
            _settle(batch, Failed(reason), now)
            review(batch, f"{batch.reason} {reason} So nobody knows how it stands."[:500], now, look=False)


def _payment_id(client: Optum, batch: PaymentBatch, remote: RemoteBatch) -> str:
    """Return the vendor's id of a single payment, which its release needs. Raises OutcomeUnknown without one."""
    reference = batch.payments.get().issuer_reference_id
    found = client.payments_in(remote.batch_id).get(reference)
    if found is None:
        raise OutcomeUnknown("optum", "does not tell the payment's id")
    return found.payment_id


def _keep(batch: PaymentBatch, command: Command, remote: RemoteBatch | None, verdict: Verdict, now: datetime) -> None:
    figures = {}
    if remote is not None:
        names = ("word", "expected_total", "expected_count", "current_total", "current_count")
        figures = {name: getattr(remote, name) for name in names}
    VendorLook.objects.create(
        batch=batch,
        command=command,
        at=now,
        step=step_of(batch),
        proof=verdict.proof,
        sentence=verdict.sentence[:300],
        **figures,
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
    elif order is None or step in (Step.CANCEL, Step.RELEASE):
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
        proven = verdict.proof is Proof.NOT_DONE and not_done_twice(batch)
        may_send_again = proven and not has_refused_part(batch)
        batch.change(batch.version, may_send_again=may_send_again)
    return Done()


def _follow(batch: PaymentBatch, seen: Seen, verdict: Verdict, now: datetime) -> Next:
    """Follow a released batch until every payment of it has arrived; a person is told when it goes otherwise."""
    if verdict.proof is not Proof.DONE:
        return _not_released(batch, seen.remote, verdict, now)
    if seen.remote is None or seen.remote.standing is not Standing.FINISHED:
        return _too_long(batch, now) or Later(now + _FOLLOW_EVERY)
    words = _keep_payments(batch, seen.payments)
    lost = sum(word not in ON_THE_WAY and word != ARRIVED for word in words)
    if lost:
        reason = f"{lost} of {len(words)} payments did not arrive. The payments below name them."
        review(batch, reason, now, look=False)
        return Done()
    if any(word != ARRIVED for word in words):
        return _too_long(batch, now) or Later(now + _FOLLOW_EVERY)
    move(batch, S.RECONCILED, actor=Actor.MACHINE, now=now, reason="The vendor has paid every payment of it.")
    return Done()


def _not_released(batch: PaymentBatch, remote: RemoteBatch | None, verdict: Verdict, now: datetime) -> Next:
    """Two looks after the quiet period say that it is not on its way."""
    since = (batch.released_at or now) + quiet()
    proofs = list(batch.looks.filter(at__gte=since).values_list("proof", flat=True)[:2])
    if len(proofs) < 2 or Proof.DONE in proofs:
        return Later(now + quiet() / 5)
    keeps = remote is not None and remote.standing in (Standing.CREATED, Standing.HELD)
    reason = "The vendor said that it released the batch, but still keeps it." if keeps else verdict.sentence
    review(batch, reason, now, may_send_again=verdict.proof is Proof.NOT_DONE, look=False)
    return Done()


def _too_long(batch: PaymentBatch, now: datetime) -> Next | None:
    """After weeks the machine stops looking, and says so."""
    if batch.released_at is None or now - batch.released_at <= _FOLLOW_FOR:
        return None
    reason = f"{_FOLLOW_FOR.days} days after its release the vendor has not finished it."
    review(batch, reason, now, look=False)
    return Done()


def _keep_payments(batch: PaymentBatch, told: dict[str, RemotePayment]) -> list[str]:
    """Write down the vendor's id and word of each payment; return the words, empty where it tells none."""
    rows = list(batch.payments.only("pk", "issuer_reference_id", "vendor_payment_id", "vendor_status"))
    for row in rows:
        payment = told.get(row.issuer_reference_id)
        if payment is not None:
            row.vendor_payment_id, row.vendor_status = payment.payment_id, payment.word
    Payment.objects.bulk_update(rows, ["vendor_payment_id", "vendor_status"], batch_size=500)
    return [row.vendor_status.strip().casefold() for row in rows]


def _keep_id(batch: PaymentBatch, seen: Seen) -> None:
    if seen.payment_id:
        batch.payments.update(vendor_payment_id=seen.payment_id)


def _finish(batch: PaymentBatch, seen: Seen, verdict: Verdict, now: datetime) -> None:
    batch_id = seen.remote.batch_id if seen.remote else ""
    finish(step_of(batch), batch, now=now, reason=verdict.sentence, batch_id=batch_id, payment_id=seen.payment_id)


def _settle(batch: PaymentBatch, outcome: Next, now: datetime) -> None:
    order = open_order(batch)
    if order is not None:
        commands.settle(order.pk, outcome, now=now)
