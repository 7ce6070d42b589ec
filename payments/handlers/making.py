"""Makes a batch at the vendor: an empty one, or a single payment, which an account without hold pays at once."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from core import commands
from core.commands import Done, Next, NotWanted, Policy
from core.models import Command
from payments.handlers.orders import Order, Sent, body_of, client_of, late_success, load, look_after
from payments.handlers.outcomes import alarm, finish, refused_whole, review, seen_held, uncertain
from payments.models import Payment, PaymentBatch
from payments.proof import Proof, Step, judge
from payments.services.frozen import hash_of_bytes
from payments.services.moves import move
from payments.services.sending import CREATE, SINGLE, expected
from payments.states import Actor, BatchStatus
from payments.vendors.optum.wire import Answer, Outcome


class Making(Order):
    """What making an empty batch and making a single payment share."""

    policy = Policy.KEYED

    def hash_now(self, batch: PaymentBatch) -> str:
        """Before the first byte leaves, every stored byte is hashed anew."""
        return hash_of_bytes(batch)

    def refused(self, batch: PaymentBatch, answer: Answer, now: datetime) -> Next:
        """Return what an answer other than yes leads to."""
        if answer.outcome is Outcome.DUPLICATE and not settings.PAYMENTS_STATUS_READS:
            return review(batch, "The vendor has a batch with this key already, and its ids are lost.", now)
        if answer.outcome is Outcome.DUPLICATE:
            return uncertain(self.step(batch), batch, "The vendor already has a batch or payment with this key.", now)
        if answer.outcome is Outcome.INVALID:
            places = ", ".join(answer.places) or "no place named"
            return refused_whole(self.step(batch), batch, f"The vendor refused the request: {places}."[:300], now)
        return review(batch, f"The vendor refused the request ({answer.outcome.lower()}).", now, may_send_again=True)


@commands.register
class Create(Making):
    """Make an empty batch with its control totals."""

    kind = CREATE
    label = "Create a payment batch"

    def step(self, batch: PaymentBatch) -> Step:
        """It is the keyed create."""
        return Step.CREATE

    def rests(self, batch: PaymentBatch) -> BatchStatus:
        """It follows the approval."""
        return BatchStatus.APPROVED

    def doing(self, batch: PaymentBatch) -> BatchStatus:
        """While it is carried out."""
        return BatchStatus.CREATING

    def call(self, command: Command) -> Sent:
        """Send the frozen bytes."""
        return Sent(client_of(load(command)).create_batch(body_of(command)))

    def record(self, command: Command, sent: Sent, *, now: datetime) -> Next:
        """Keep the vendor's id and start adding."""
        batch, answer = self.batch_of(command), sent.answer
        if answer is None or answer.outcome is Outcome.UNUSABLE:
            return self.unusable(command, now=now)
        if answer.outcome is not Outcome.DONE:
            return self.refused(batch, answer, now)
        finish(Step.CREATE, batch, now=now, batch_id=answer.batch_id)
        return Done()


@commands.register
class Single(Making):
    """Make a single payment. In an account without hold this is its release."""

    kind = SINGLE
    label = "Create a single payment"

    def step(self, batch: PaymentBatch) -> Step:
        """It is the keyed create of one payment."""
        return Step.SINGLE

    def rests(self, batch: PaymentBatch) -> BatchStatus:
        """It follows the approval, or the release press where creating is paying."""
        return BatchStatus.APPROVED if batch.holds else BatchStatus.LOADED

    def doing(self, batch: PaymentBatch) -> BatchStatus:
        """While it is carried out."""
        return BatchStatus.CREATING if batch.holds else BatchStatus.RELEASING

    def claim(self, command: Command, *, now: datetime) -> None:
        """As for every order; a late answer to an earlier attempt stops a new one."""
        if late_success(self.batch_of(command), SINGLE):
            raise NotWanted("An answer to an earlier attempt came late and says it was done. Ask the vendor.")
        super().claim(command, now=now)

    def call(self, command: Command) -> Sent:
        """Send the frozen bytes, and read back what they did."""
        client = client_of(load(command))
        answer = client.create_single(body_of(command))
        return Sent(answer, look_after(client, answer.batch_id, answer))

    def record(self, command: Command, sent: Sent, *, now: datetime) -> Next:
        """Keep both ids; the payment is held, or on its way."""
        batch, answer = self.batch_of(command), sent.answer
        if answer is None or answer.outcome is Outcome.UNUSABLE:
            return self.unusable(command, now=now)
        if answer.outcome is not Outcome.DONE:
            return self.refused(batch, answer, now)
        ids = {"batch_id": answer.batch_id, "payment_id": answer.payment_id}
        if settings.PAYMENTS_STATUS_READS:
            # The ids are ours whatever the read shows: a later look needs them.
            batch.change(batch.version, vendor_batch_id=answer.batch_id)
            if sent.seen is None:
                return self.unusable(command, now=now)
            Payment.objects.filter(batch=batch).update(vendor_payment_id=answer.payment_id)
            if seen_held(batch, sent.seen, now):
                return Done()
            verdict = judge(Step.SINGLE, sent.seen, expected(batch))
            if verdict.proof is Proof.ALARM:
                return alarm(batch, verdict.sentence, now)
            if verdict.proof is not Proof.DONE:
                return self.unclear(command, reason=verdict.sentence, now=now)
        finish(Step.SINGLE, batch, now=now, **ids)
        return Done()

    def gave_up(self, command: Command, *, reason: str, now: datetime) -> None:
        """It could not be sent; an unreleased payment waits for another press."""
        batch = self.batch_of(command)
        if batch.holds:
            super().gave_up(command, reason=reason, now=now)
            return
        reason = f"{reason} Nothing was sent. Release it again when the vendor can be reached."
        move(batch, BatchStatus.LOADED, actor=Actor.MACHINE, now=now, reason=reason, released_by=None)
