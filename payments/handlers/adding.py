"""Adds the parts of a batch, one after another, and compares the totals after each."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from core import commands
from core.commands import Done, Failed, Next, NotWanted, Policy
from core.models import Command
from payments.handlers.orders import Order, Sent, body_of, client_of, load, look_after
from payments.handlers.outcomes import finish, go_on, review, uncertain
from payments.models import Payment, PaymentBatch, PaymentChunk
from payments.models.batches import ADD
from payments.proof import Proof, Step, judge
from payments.services.frozen import make_chunk
from payments.services.moves import lock
from payments.services.sending import bytes_of, expected
from payments.states import BatchStatus
from payments.vendors.optum.wire import Answer, Outcome


@commands.register
class Add(Order):
    """Add one part of a batch; its target is the part."""

    kind = ADD
    label = "Add payments to a batch"
    policy = Policy.KEYED

    def step(self, batch: PaymentBatch) -> Step:
        """It is the add."""
        return Step.ADD

    def rests(self, batch: PaymentBatch) -> BatchStatus:
        """The batch is loading throughout."""
        return BatchStatus.LOADING

    def doing(self, batch: PaymentBatch) -> BatchStatus:
        """The batch is loading throughout."""
        return BatchStatus.LOADING

    def batch_of(self, command: Command) -> PaymentBatch:
        """Return the batch of the part."""
        return lock(PaymentChunk.objects.values_list("batch", flat=True).get(pk=command.target_pk))

    def claim(self, command: Command, *, now: datetime) -> None:
        """As for every order; its bytes have to be those of the very part that is being sent."""
        batch = self.batch_of(command)
        part = batch.chunks.filter(pk=command.target_pk, status=PaymentChunk.Status.SENDING).first()
        if part is None or bytes_of(ADD, batch, by=None, chunk=part) != body_of(command):
            raise NotWanted("This part is not the one that is to be added. Nothing was sent.")
        super().claim(command, now=now)

    def call(self, command: Command) -> Sent:
        """Send the frozen bytes, and read the totals back."""
        batch = load(command)
        client = client_of(batch)
        answer = client.add(batch.vendor_batch_id, body_of(command))
        return Sent(answer, look_after(client, batch.vendor_batch_id, answer))

    def unclear(self, command: Command, *, reason: str, now: datetime) -> Next:
        """As for every order; from now on a duplicate of it may be its own."""
        PaymentChunk.objects.filter(pk=command.target_pk).update(may_be_added=True)
        return super().unclear(command, reason=reason, now=now)

    def record(self, command: Command, sent: Sent, *, now: datetime) -> Next:
        """Confirm the part when the totals say so; find the bad payment when the vendor refuses."""
        batch, answer = self.batch_of(command), sent.answer
        if answer is None or answer.outcome is Outcome.UNUSABLE:
            return self.unusable(command, now=now)
        if answer.outcome is not Outcome.DONE:
            chunk = PaymentChunk.objects.get(pk=command.target_pk)
            return _refused(batch, chunk, answer, now)
        if settings.PAYMENTS_STATUS_READS:
            verdict = judge(Step.ADD, sent.seen, expected(batch)) if sent.seen else None
            if verdict is None or verdict.proof is not Proof.DONE:
                why = verdict.sentence if verdict else "The totals could not be read after payments were added."
                return self.unclear(command, reason=why, now=now)
        finish(Step.ADD, batch, now=now, payment_id=answer.payment_id)
        return Done()


def _refused(batch: PaymentBatch, chunk: PaymentChunk, answer: Answer, now: datetime) -> Next:
    if answer.outcome is Outcome.DUPLICATE:
        return _duplicate(batch, chunk, now)
    if answer.outcome is Outcome.MISSING:
        return review(batch, "The vendor does not know this batch any more.", now)
    if chunk.count > 1:
        return _split(batch, chunk, (chunk.count + 1) // 2, now)
    PaymentChunk.objects.filter(pk=chunk.pk).update(status=PaymentChunk.Status.REFUSED)
    payment = chunk.payments.get()
    places = ", ".join(place.partition(".")[2] or place for place in answer.places) or "no place named"
    reason = f"The vendor refuses payment {payment.issuer_reference_id}: {places}. The others are untouched."
    return review(batch, reason[:300], now)


def _duplicate(batch: PaymentBatch, chunk: PaymentChunk, now: datetime) -> Next:
    """Some of these references are known already. Without reads each payment is asked about on its own."""
    if settings.PAYMENTS_STATUS_READS:
        return uncertain(Step.ADD, batch, "The vendor already has one of these payments.", now)
    if not chunk.may_be_added:
        return review(batch, "The vendor has one of these references already, though it was never sent from here.", now)
    if chunk.count > 1:
        return _split(batch, chunk, 1, now)
    finish(Step.ADD, batch, now=now, reason="The vendor had this payment already.")
    return Done()


def _split(batch: PaymentBatch, chunk: PaymentChunk, size: int, now: datetime) -> Failed:
    """Cut a part into parts of `size` payments, which are sent one after another."""
    payments = list(Payment.objects.filter(chunk=chunk).only("pk", "batch", "position", "amount"))
    PaymentChunk.objects.filter(pk=chunk.pk).update(status=PaymentChunk.Status.SPLIT)
    for start in range(0, len(payments), size):
        make_chunk(batch, payments[start : start + size], may_be_added=chunk.may_be_added)
    go_on(batch, now)
    return Failed(f"The vendor refused this part of {chunk.count} payments; it is sent again in smaller parts.")
