"""What the tests of payments share: the sandbox's accounts, and a batch brought as far as a test needs it."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from clinic.models import User
from core.models import Command
from payments.models import PaymentAccount, PaymentBatch
from payments.reading import read_payments
from payments.services import approvals, drafts, orders, submitting
from payments.services.approvals import Seen
from tests.conftest import Cast
from tests.payments_data import dumps, make_batch, make_payment
from tests.sandbox_process import SandboxProcess

Work = Callable[..., int]


@dataclass
class Desk:
    """Bo makes batches, Ana approves and Ade releases; the vendor is the sandbox."""

    cast: Cast
    account: PaymentAccount
    instant: PaymentAccount  # pays at once: no hold
    work: Work

    def draft(self, count: int = 3, *, account: PaymentAccount | None = None, prefix: str = "FDT") -> PaymentBatch:
        """Save a draft of `count` balanced payments, made by Bo."""
        raw = dumps({"payments": make_batch(count, prefix=prefix).payments})
        return self.create(raw, account or self.account)

    def single(self, n: int = 1, *, account: PaymentAccount | None = None, prefix: str = "FDS") -> PaymentBatch:
        """Save a draft of a single payment, made by Bo."""
        raw = dumps({"payment": make_payment(n, prefix=prefix)})
        return self.create(raw, account or self.account)

    def create(self, raw: bytes, account: PaymentAccount, by: User | None = None) -> PaymentBatch:
        """Save a draft of what the JSON holds."""
        return drafts.create_batch(
            clinic=self.cast.clinic_a,
            account=account,
            given=read_payments(raw),
            by=by or self.cast.bo,
            now=timezone.now(),
        )

    def submit(self, batch: PaymentBatch, by: User | None = None) -> PaymentBatch:
        """Submit a draft without warnings."""
        submitting.submit(batch=batch, reasons={}, by=by or self.cast.bo, now=timezone.now())
        return fresh(batch)

    def approve(self, batch: PaymentBatch, by: User | None = None) -> PaymentBatch:
        """Approve a batch as it stands; nothing is sent until work is done."""
        batch = fresh(batch)
        approvals.approve(batch=batch, seen=seen(batch), by=by or self.cast.ana, now=timezone.now())
        return fresh(batch)

    def release(self, batch: PaymentBatch, by: User | None = None) -> PaymentBatch:
        """Press release."""
        batch = fresh(batch)
        orders.release(batch=batch, seen=seen(batch), by=by or self.cast.ade, now=timezone.now())
        return fresh(batch)

    def approved(self, batch: PaymentBatch) -> PaymentBatch:
        """Submit and approve."""
        return self.approve(self.submit(batch))

    def held(self, count: int = 3, prefix: str = "FDT") -> PaymentBatch:
        """Bring a batch of the holding account to where it waits for its release."""
        batch = self.approved(self.draft(count, prefix=prefix))
        self.until(batch, "HELD")
        return fresh(batch)

    def until(self, batch: PaymentBatch, *statuses: str, seconds: float = 30) -> PaymentBatch:
        """Do the work until the batch is in one of the states."""
        try:
            self.work(until=lambda: fresh(batch).status in statuses, seconds=seconds)
        except AssertionError:
            raise AssertionError(story(batch)) from None
        return fresh(batch)

    def settled(self, batch: PaymentBatch, seconds: float = 30) -> PaymentBatch:
        """Do the work until nothing of the batch is on its way or unclear any more."""

        def at_rest() -> bool:
            return not batch.commands.exclude(kind="payments.look").filter(status__in=Command.OPEN).exists()

        self.work(until=at_rest, seconds=seconds)
        return fresh(batch)


def fresh(batch: PaymentBatch) -> PaymentBatch:
    """Read the batch anew."""
    return PaymentBatch.objects.select_related("account", "clinic").get(pk=batch.pk)


def story(batch: PaymentBatch) -> str:
    """Return what became of a batch, for a failed test."""
    orders_ = [
        (c.kind, c.status, c.reason, [(t.outcome, t.http_status) for t in c.tries.all()])
        for c in batch.commands.order_by("pk")
    ]
    looks = [(look.proof, look.word, look.sentence) for look in batch.looks.all()]
    return f"{fresh(batch).status}: {fresh(batch).reason}\n{orders_}\n{looks}"


def seen(batch: PaymentBatch) -> Seen:
    """Return the figures that a page shows of the batch."""
    return Seen(batch.content_hash, batch.total, batch.count)


def left(sandbox: SandboxProcess, batch: PaymentBatch) -> list[int]:
    """Return how often money left for each payment of the batch."""
    ledger = sandbox.ledger()
    references = batch.payments.values_list("issuer_reference_id", flat=True)
    return [ledger.get(reference, {"times_money_left": 0})["times_money_left"] for reference in references]


def sent_bytes(batch: PaymentBatch, kind: str) -> set[bytes]:
    """Return the different bodies that orders of a kind had."""
    return {bytes(request) for request in batch.commands.filter(kind=kind).values_list("request", flat=True)}


@pytest.fixture
def desk(cast: Cast, work: Work, settings: Any) -> Desk:
    """The cast with both of the sandbox's accounts."""
    settings.PAYMENTS_API_KEYS = {"ACCT1": "payments-sandbox-key", "ACCT2": "payments-sandbox-key-2"}
    settings.PAYMENTS_SECOND_APPROVAL_OVER = Decimal("50000.00")

    def account(code: str, holds: bool) -> PaymentAccount:
        return PaymentAccount.objects.create(
            organization=cast.organization,
            name=f"Account {code}",
            short_code=code,
            sub_account_short_code=f"SUB{code}",
            holds=holds,
            hold_proven_at=timezone.now() if holds else None,
        )

    return Desk(cast, account("ACCT1", True), account("ACCT2", False), work)
