"""Starts, releases and cancels a batch. Release is the point of no return: sent once, and again only by a person."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from core import commands
from core.commands import Done, Next, NotWanted, Policy
from core.models import Command
from payments.handlers.orders import (
    Order,
    Sent,
    body_of,
    client_of,
    late_success,
    load,
    look_after,
    look_before,
    was_sent_before,
)
from payments.handlers.outcomes import alarm, finish, review, seen_held, uncertain
from payments.models import PaymentBatch
from payments.proof import Proof, Step, judge
from payments.services.frozen import hash_of_bytes
from payments.services.moves import move
from payments.services.sending import CANCEL, RELEASE, START, expected
from payments.states import Actor, BatchStatus
from payments.vendors.optum.client import Optum
from payments.vendors.optum.wire import BEYOND_HELD, Answer, Outcome, RemoteBatch

S = BatchStatus


class Once(Order):
    """An order without a key: looked at before it is sent, and never repeated blindly."""

    policy = Policy.ONCE

    def send(self, client: Optum, batch: PaymentBatch, command: Command) -> Answer:
        """Make the call."""
        raise NotImplementedError

    def stopped(self, command: Command, batch: PaymentBatch, seen: RemoteBatch | None, now: datetime) -> Next:
        """The look before it showed that it is done already, or that something is not as it should be."""
        verdict = judge(self.step(batch), seen, expected(batch))
        if verdict.proof is Proof.DONE:
            finish(self.step(batch), batch, now=now, reason=verdict.sentence)
            return Done()
        if verdict.proof is Proof.ALARM:
            return alarm(batch, verdict.sentence, now)
        return review(batch, f"{verdict.sentence} Nothing was sent.", now, look=False)

    def call(self, command: Command) -> Sent:
        """Look, send, look."""
        batch = load(command)
        client = client_of(batch)
        if settings.PAYMENTS_STATUS_READS:
            seen = look_before(client, batch)
            if judge(self.step(batch), seen, expected(batch)).proof is not Proof.NOT_DONE:
                return Sent(None, seen)
        answer = self.send(client, batch, command)
        return Sent(answer, look_after(client, batch.vendor_batch_id, answer))

    def record(self, command: Command, sent: Sent, *, now: datetime) -> Next:
        """Move on after a yes; anything that is neither yes nor no is looked up."""
        batch, answer = self.batch_of(command), sent.answer
        if answer is None:
            return self.stopped(command, batch, sent.seen, now)
        if answer.outcome is Outcome.UNUSABLE:
            return self.unusable(command, now=now)
        if answer.outcome is Outcome.DUPLICATE:
            return uncertain(self.step(batch), batch, "The vendor says that this clashes with what it has.", now)
        if answer.outcome is not Outcome.DONE:
            return review(batch, f"The vendor refused the order ({answer.outcome.lower()}).", now)
        return self.done(command, batch, sent.seen, now)

    def done(self, command: Command, batch: PaymentBatch, seen: RemoteBatch | None, now: datetime) -> Next:
        """The vendor said yes."""
        finish(self.step(batch), batch, now=now)
        return Done()


@commands.register
class Start(Once):
    """Start a batch of an account that holds: the vendor keeps it until its release, no money moves."""

    kind = START
    label = "Start a payment batch"

    def step(self, batch: PaymentBatch) -> Step:
        """It is the start."""
        return Step.START

    def rests(self, batch: PaymentBatch) -> BatchStatus:
        """It follows the last part."""
        return S.LOADED

    def doing(self, batch: PaymentBatch) -> BatchStatus:
        """While it is carried out."""
        return S.STARTING

    def claim(self, command: Command, *, now: datetime) -> None:
        """As for every order; only an account that surely holds is started without a release."""
        if not self.batch_of(command).holds:
            raise NotWanted("It is not proven any more that the account holds. It waits for its release.")
        super().claim(command, now=now)

    def send(self, client: Optum, batch: PaymentBatch, command: Command) -> Answer:
        """Start it."""
        return client.start(batch.vendor_batch_id)

    def done(self, command: Command, batch: PaymentBatch, seen: RemoteBatch | None, now: datetime) -> Next:
        """Held only when the vendor says held: an account may not hold after all."""
        if settings.PAYMENTS_STATUS_READS:
            if seen is None:
                return self.unclear(command, reason="The batch could not be read after its start.", now=now)
            verdict = judge(Step.START, seen, expected(batch))
            if verdict.proof is Proof.ALARM:
                return alarm(batch, verdict.sentence, now)
            if verdict.proof is not Proof.DONE:
                return self.unclear(command, reason=verdict.sentence, now=now)
            seen_held(batch, seen, now)
        return super().done(command, batch, seen, now)

    def gave_up(self, command: Command, *, reason: str, now: datetime) -> None:
        """It could not be sent: the batch stays loaded."""
        batch = self.batch_of(command)
        move(batch, S.LOADED, actor=Actor.MACHINE, now=now, reason=f"{reason} Nothing was sent.")


@commands.register
class Release(Once):
    """Let the money leave: release a held batch or payment, or start a batch of an account that does not hold."""

    kind = RELEASE
    label = "Release payments"

    def step(self, batch: PaymentBatch) -> Step:
        """It is the release."""
        return Step.RELEASE

    def rests(self, batch: PaymentBatch) -> BatchStatus:
        """It follows a person's press on a held batch, or a loaded one where nothing is held."""
        return S.HELD if batch.holds else S.LOADED

    def doing(self, batch: PaymentBatch) -> BatchStatus:
        """While it is carried out."""
        return S.RELEASING

    def hash_now(self, batch: PaymentBatch) -> str:
        """Before money leaves, every stored byte is hashed anew."""
        return hash_of_bytes(batch)

    def claim(self, command: Command, *, now: datetime) -> None:
        """As for every order; a late answer to an earlier attempt stops a new one."""
        batch = self.batch_of(command)
        if batch.status == S.UNCLEAR:
            raise NotWanted("An earlier release is still unclear.")
        if late_success(batch, RELEASE):
            raise NotWanted("An answer to an earlier release came late and says it was done. Ask the vendor.")
        super().claim(command, now=now)

    def send(self, client: Optum, batch: PaymentBatch, command: Command) -> Answer:
        """Release it, in the name of the person who pressed."""
        if not batch.holds:
            return client.start(batch.vendor_batch_id)
        if batch.is_single:
            return client.release_single(batch.payments.get().vendor_payment_id, body_of(command))
        return client.release(batch.vendor_batch_id, body_of(command))

    def stopped(self, command: Command, batch: PaymentBatch, seen: RemoteBatch | None, now: datetime) -> Next:
        """Already on its way without an earlier release of ours means that someone else let the money go."""
        verdict = judge(Step.RELEASE, seen, expected(batch))
        if verdict.proof is Proof.DONE and not was_sent_before(batch, command):
            return alarm(batch, "The vendor is paying this batch although nobody released it here.", now)
        return super().stopped(command, batch, seen, now)

    def done(self, command: Command, batch: PaymentBatch, seen: RemoteBatch | None, now: datetime) -> Next:
        """Where a start was the release, an account that is said to hold may have kept it."""
        if batch.kept is False and batch.account.holds:
            if not settings.PAYMENTS_STATUS_READS:
                return review(batch, "It is started. Ask the vendor whether it was paid or is held.", now)
            if seen_held(batch, seen, now):
                return Done()
            if seen is None or seen.standing not in BEYOND_HELD:
                return self.unclear(command, reason="The batch could not be read after its start.", now=now)
        return super().done(command, batch, seen, now)

    def gave_up(self, command: Command, *, reason: str, now: datetime) -> None:
        """It could not be sent: nothing was released, and it takes another press."""
        batch = self.batch_of(command)
        reason = f"{reason} Nothing was released. Release it again when the vendor can be reached."
        move(batch, self.rests(batch), actor=Actor.MACHINE, now=now, reason=reason, released_by=None)


@commands.register
class Cancel(Once):
    """Take a batch back from the vendor before any of its money has left."""

    kind = CANCEL
    label = "Cancel a payment batch"
    needs_approval = False

    def step(self, batch: PaymentBatch) -> Step:
        """It is the cancel."""
        return Step.CANCEL

    def rests(self, batch: PaymentBatch) -> BatchStatus:
        """Wherever the batch stands at the vendor."""
        known = (S.LOADING, S.LOADED, S.HELD, S.NEEDS_REVIEW)
        return BatchStatus(batch.status) if batch.status in known else S.HELD

    def doing(self, batch: PaymentBatch) -> BatchStatus:
        """While it is carried out."""
        return S.CANCELLING

    def send(self, client: Optum, batch: PaymentBatch, command: Command) -> Answer:
        """Cancel it."""
        return client.cancel(batch.vendor_batch_id)
