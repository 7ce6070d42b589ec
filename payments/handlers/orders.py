"""What all orders to the vendor share: the checks just before sending, and what an unclear end leads to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.conf import settings

from core.commands import Handler, Next, NotWanted
from core.http import NotSent, Rejected, VendorError
from core.models import Command, CommandAttempt
from payments.handlers.outcomes import review, uncertain, unsure_ends
from payments.models import PaymentBatch
from payments.models.batches import ADD
from payments.proof import Step
from payments.services.frozen import hash_of, is_approved, totals_of
from payments.services.moves import lock, move
from payments.states import Actor, BatchStatus
from payments.vendors.optum import Optum, client_for
from payments.vendors.optum.client import READ_SECONDS, SECONDS
from payments.vendors.optum.wire import Answer, Outcome, RemoteBatch

S = BatchStatus


@dataclass(frozen=True)
class Sent:
    """What came of an order: the vendor's answer (None when a look before it stopped us), and what looks showed."""

    answer: Answer | None
    seen: RemoteBatch | None = None


class Order(Handler):
    """One call that changes something at the vendor."""

    vendor = "optum"
    deadline = SECONDS + 2 * READ_SECONDS
    needs_approval: ClassVar[bool] = True

    def step(self, batch: PaymentBatch) -> Step:
        """Return which call this is."""
        raise NotImplementedError

    def rests(self, batch: PaymentBatch) -> BatchStatus:
        """Return where the batch waits for this order."""
        raise NotImplementedError

    def doing(self, batch: PaymentBatch) -> BatchStatus:
        """Return the status while it is carried out."""
        raise NotImplementedError

    def batch_of(self, command: Command) -> PaymentBatch:
        """Return the batch for the rest of the transaction."""
        return lock(command.target_pk)

    def may_retry(self, command: Command) -> bool:
        """Orders are repeated from the batch's own page alone, which knows what was proven."""
        return False

    def claim(self, command: Command, *, now: datetime) -> None:
        """Check once more, inside the claim, that this may be sent; then move the batch on."""
        batch = self.batch_of(command)
        doing = self.doing(batch)
        self._must_be_expected(batch, doing)
        self._must_be_allowed(batch, now)
        if batch.status != doing:
            move(batch, doing, actor=Actor.MACHINE, by=command.created_by, now=now)

    def _must_be_expected(self, batch: PaymentBatch, doing: BatchStatus) -> None:
        aside = batch.status in (S.UNCLEAR, S.NEEDS_REVIEW)
        if aside and batch.came_from in (doing, self.rests(batch), S.RELEASED):
            return
        if batch.status not in (doing, self.rests(batch)):
            raise NotWanted("The batch has moved on; this was not sent.")

    def _must_be_allowed(self, batch: PaymentBatch, now: datetime) -> None:
        """The kill switch, the freeze, the approval and the totals, read in the claiming transaction."""
        if not settings.PAYMENTS_OUTBOUND_ENABLED:
            raise NotWanted("Sending payments is switched off for the whole installation. Nothing was sent.")
        if not self.needs_approval:
            return
        if batch.account.is_frozen:
            raise NotWanted("The account is frozen. Nothing was sent.")
        if not is_approved(batch, now):
            raise NotWanted("The approval has lapsed or was withdrawn. Nothing was sent; approve the batch again.")
        totals = totals_of(batch)
        if (totals.amount, totals.count) != (batch.total, batch.count) or self.hash_now(batch) != batch.content_hash:
            raise NotWanted("The stored payments are not the approved ones. Nothing was sent.")

    def hash_now(self, batch: PaymentBatch) -> str:
        """Return the hash of the payments as they are stored now."""
        return hash_of(batch)

    def gave_up(self, command: Command, *, reason: str, now: datetime) -> None:
        """It could not be sent, again and again; nothing happened, and a person may send it later."""
        reason = f"{reason} Nothing was sent. Try again when the vendor can be reached."
        review(self.batch_of(command), reason, now, may_send_again=True, look=False)

    def rejected(self, command: Command, error: Rejected, *, now: datetime) -> Next:
        """A refusal that no table knows."""
        return review(self.batch_of(command), f"The vendor refused the request (HTTP {error.status}).", now)

    def unclear(self, command: Command, *, reason: str, now: datetime) -> Next:
        """Nobody knows whether it was carried out; a second time in a row it is left to a person."""
        batch = self.batch_of(command)
        if unsure_ends(command) > 1:
            return review(batch, f"{reason} It was the second unclear end.", now)
        return uncertain(self.step(batch), batch, reason, now)

    def unusable(self, command: Command, *, now: datetime) -> Next:
        """An answer that says neither yes nor no."""
        return self.unclear(command, reason="The vendor's answer did not say whether it was done.", now=now)


def client_of(batch: PaymentBatch) -> Optum:
    """Return a client with the key of the batch's account."""
    return client_for(batch.account.short_code)


def body_of(command: Command) -> bytes:
    """Return the frozen bytes of an order that has some."""
    return bytes(command.request or b"")


def load(command: Command) -> PaymentBatch:
    """Return the batch of an order, outside any transaction."""
    rows = PaymentBatch.objects.select_related("account", "clinic")
    return rows.get(chunks=command.target_pk) if command.kind == ADD else rows.get(pk=command.target_pk)


def look_before(client: Optum, batch: PaymentBatch) -> RemoteBatch | None:
    """Read the batch before an order. Raises NotSent when that is not possible: then the order is not sent either."""
    try:
        return client.batch(batch.vendor_batch_id)
    except VendorError as error:
        raise NotSent.because(error, f"could not be asked first: it {error.why}") from None


def look_after(client: Optum, batch_id: str, answer: Answer) -> RemoteBatch | None:
    """Read the batch after an order that says it was done; None when there is nothing to read or it fails."""
    if answer.outcome is not Outcome.DONE or not settings.PAYMENTS_STATUS_READS:
        return None
    try:
        return client.batch(batch_id)
    except VendorError:
        return None  # the order's own answer stands; what it did is looked up later


def late_success(batch: PaymentBatch, kind: str) -> bool:
    """Whether an answer to an earlier attempt came after its lease and said that it was done."""
    return CommandAttempt.objects.filter(
        command__in=batch.commands.filter(kind=kind), outcome=CommandAttempt.Outcome.LATE, http_status__range=(200, 299)
    ).exists()


def was_sent_before(batch: PaymentBatch, command: Command) -> bool:
    """Whether an earlier order of this kind may have reached the vendor."""
    earlier = batch.commands.filter(kind=command.kind, pk__lt=command.pk, tries__isnull=False)
    return earlier.exists() or unsure_ends(command) > 1
