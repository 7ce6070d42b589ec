"""What the tests of unclear ends share."""

from typing import Any

from django.utils import timezone

from payments.models import PaymentBatch
from payments.services import orders
from payments.states import BatchStatus
from tests.payments.conftest import Desk, fresh
from tests.sandbox_process import SandboxProcess

QUIET = 1.0
DONE_AFTER_ALL = ["reset_after", "500_after", "other_2xx", "black_hole_after"]
NEVER_DONE = ["reset_before", "500_before", "502_html", "black_hole_before"]


def rehearse(settings: Any, sandbox: SandboxProcess) -> None:
    """Make quiet periods and deadlines short, and have the sandbox pay again whenever a release comes a second time."""
    settings.PAYMENTS_QUIET_SECONDS = QUIET
    settings.DEADLINE_SCALE = 0.04  # a call ends after 1.2 s
    sandbox.switch("payments", "second_release", "pays")


def never_twice(sandbox: SandboxProcess) -> bool:
    """Whether no payment's money has left more than once."""
    return all(entry["times_money_left"] <= 1 for entry in sandbox.ledger().values())


def attempts(batch: PaymentBatch, kind: str) -> int:
    """Return how often orders of a kind were sent."""
    return sum(command.tries.count() for command in batch.commands.filter(kind=f"payments.{kind}"))


def waited(batch: PaymentBatch) -> float:
    """Return the seconds between the first unclear end and the next step of the batch."""
    steps = list(batch.transitions.all())
    at = next(place for place, step in enumerate(steps) if step.new == BatchStatus.UNCLEAR)
    return (steps[at + 1].at - steps[at].at).total_seconds()


def again(desk: Desk, batch: PaymentBatch) -> None:
    """Have Ana send again, for a written reason."""
    reason = "Optum's desk says it never arrived."
    orders.send_again(batch=fresh(batch), reason=reason, by=desk.cast.ana, now=timezone.now())
