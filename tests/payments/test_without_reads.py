"""An installation that cannot read batches at the vendor: slower, and more often a person's, but just as safe."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from payments.models import PaymentBatch
from payments.services import orders
from payments.services.refusals import WrongState
from payments.states import BatchStatus
from tests.payments.conftest import Desk, fresh, left, sent_bytes
from tests.payments.unclear import QUIET, attempts, never_twice, rehearse
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.real, pytest.mark.django_db(transaction=True)]
S = BatchStatus


@pytest.fixture(autouse=True)
def guard(settings: Any, sandbox: SandboxProcess, desk: Desk) -> Iterator[None]:
    """No reads, and no payment's money leaves more than once."""
    rehearse(settings, sandbox)
    settings.PAYMENTS_STATUS_READS = False
    for route in ("batch", "batches", "batch_details"):
        sandbox.fault("payments", route, "500_before", times=1000)
    yield
    assert never_twice(sandbox)


def loaded(desk: Desk) -> PaymentBatch:
    """Bring a batch of the account that does not hold to where it waits for its release."""
    return desk.until(desk.approved(desk.draft(account=desk.instant)), S.LOADED)


def test_the_main_way_needs_no_reads(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.until(desk.release(loaded(desk)), S.RELEASED)
    assert left(sandbox, batch) == [1] * 3
    assert not batch.looks.exists()


@pytest.mark.parametrize("fault", ["500_after", "500_before"])
def test_an_unclear_release_needs_a_person(desk: Desk, sandbox: SandboxProcess, fault: str) -> None:
    batch = loaded(desk)
    sandbox.fault("payments", "start", fault)
    batch = desk.until(desk.release(batch), S.NEEDS_REVIEW)
    assert attempts(batch, "release") == 1
    assert not batch.may_send_again
    with pytest.raises(WrongState):
        orders.ask(batch=batch, by=desk.cast.bo, now=timezone.now())
    to = S.RELEASED if fault == "500_after" else S.LOADED
    time.sleep(QUIET)
    orders.settle(batch=batch, to=to, reason="Optum's desk told me so at 10:40.", by=desk.cast.ana, now=timezone.now())
    if to is S.LOADED:
        batch = desk.until(desk.release(batch), S.RELEASED)
    assert fresh(batch).status == S.RELEASED
    assert left(sandbox, batch) == [1] * 3


def test_nothing_is_started_without_a_release_where_a_hold_cannot_be_seen(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.until(desk.approved(desk.draft()), S.LOADED)
    desk.work(seconds=1)
    assert attempts(batch, "start") == 0
    assert fresh(batch).status == S.LOADED


def test_an_unclear_payment_without_hold_needs_a_person(desk: Desk, sandbox: SandboxProcess) -> None:
    sandbox.fault("payments", "single", "500_after")
    batch = desk.until(desk.approved(desk.single(account=desk.instant)), S.LOADED)
    batch = desk.until(desk.release(batch), S.NEEDS_REVIEW)
    assert attempts(batch, "single") == 1
    assert left(sandbox, batch) == [1]


def test_an_unclear_create_goes_again_with_the_same_bytes(desk: Desk, sandbox: SandboxProcess) -> None:
    sandbox.fault("payments", "create", "500_before")
    batch = desk.until(desk.approved(desk.draft()), S.LOADED)
    assert attempts(batch, "create") == 2
    assert len(sent_bytes(batch, "payments.create")) == 1


def test_a_create_whose_answer_is_lost_is_refused_as_duplicate_and_needs_a_person(
    desk: Desk, sandbox: SandboxProcess
) -> None:
    sandbox.fault("payments", "create", "500_after")
    batch = desk.until(desk.approved(desk.draft()), S.NEEDS_REVIEW)
    assert attempts(batch, "create") == 2
    assert "ids are lost" in batch.reason
    assert batch.commands.count() == 1  # never a new key


@pytest.mark.parametrize("fault", ["500_after", "500_before", "partial_add"])
def test_an_unclear_part_is_probed_payment_by_payment(desk: Desk, sandbox: SandboxProcess, fault: str) -> None:
    sandbox.fault("payments", "add", fault)
    batch = desk.until(desk.approved(desk.draft(4, account=desk.instant)), S.LOADED)
    probes = 0 if fault == "500_before" else 4
    assert batch.chunks.filter(count=1, status="CONFIRMED").count() == probes
    batch = desk.until(desk.release(batch), S.RELEASED)
    assert left(sandbox, batch) == [1] * 4
