"""Ways around the guards of a release, against the real sandbox: each is closed, and money leaves at most once."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from core import commands
from core.models import Command
from payments.models import Approval, PaymentAccount, PaymentBatch, PaymentChunk
from payments.services import accounts, drafts, orders, sending
from payments.services.people import is_maker
from payments.services.refusals import NotAllowed, WrongState
from payments.states import BatchStatus
from payments.vendors.optum import client_for, wire
from tests.payments.conftest import Desk, fresh, left
from tests.payments.unclear import NEVER_DONE, QUIET, never_twice, rehearse
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.real, pytest.mark.django_db(transaction=True)]
S = BatchStatus
SAID = "Optum's desk told me so at 10:40."


@pytest.fixture(autouse=True)
def guard(settings: Any, sandbox: SandboxProcess, desk: Desk) -> Iterator[None]:
    """Whatever happens in these tests, no payment's money leaves more than once."""
    rehearse(settings, sandbox)
    yield
    assert never_twice(sandbox)


def settle(desk: Desk, batch: PaymentBatch, to: BatchStatus = S.HELD) -> None:
    """Have Ana write down what the telephone said."""
    orders.settle(batch=fresh(batch), to=to, reason=SAID, by=desk.cast.ana, now=timezone.now())


def resume(desk: Desk, batch: PaymentBatch) -> PaymentBatch:
    """Have Bo press "Go on"."""
    orders.resume(batch=fresh(batch), by=desk.cast.bo, now=timezone.now())
    return fresh(batch)


# ---- settling by telephone ---------------------------------------------------------------------------


def test_a_telephone_call_does_not_replace_two_looks(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.held(1)
    sandbox.fault("payments", "release", "500_before")
    sandbox.fault("payments", "batch", "413", skip=1)
    batch = desk.until(desk.release(batch), S.NEEDS_REVIEW)
    with pytest.raises(WrongState):
        settle(desk, batch)  # the vendor may still be working on it
    time.sleep(QUIET)
    with pytest.raises(WrongState):
        settle(desk, batch)  # nobody looked
    assert fresh(batch).status == S.NEEDS_REVIEW


def test_who_settles_that_it_is_held_does_not_release_it(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.held(1)
    sandbox.fault("payments", "release", NEVER_DONE[0])
    batch = desk.until(desk.release(batch), S.NEEDS_REVIEW)
    settle(desk, batch)
    with pytest.raises(NotAllowed):
        desk.release(batch, by=desk.cast.ana)
    batch = desk.until(desk.release(batch, by=desk.cast.ade), S.RELEASED)
    assert left(sandbox, batch) == [1]


def test_without_reads_settling_waits_for_the_quiet_period(desk: Desk, sandbox: SandboxProcess, settings: Any) -> None:
    settings.PAYMENTS_STATUS_READS = False
    settings.PAYMENTS_QUIET_SECONDS = 300
    batch = desk.until(desk.approved(desk.draft(1, account=desk.instant)), S.LOADED)
    sandbox.fault("payments", "start", "500_before")
    batch = desk.until(desk.release(batch), S.NEEDS_REVIEW)
    with pytest.raises(WrongState):
        settle(desk, batch, S.LOADED)


# ---- whether an account holds ------------------------------------------------------------------------


def test_a_hold_counts_once_it_was_seen(desk: Desk, sandbox: SandboxProcess) -> None:
    PaymentAccount.objects.update(hold_proven_at=None)
    batch = desk.until(desk.approved(desk.draft(2)), S.LOADED)
    desk.work(seconds=1)
    assert fresh(batch).status == S.LOADED  # nothing is started without a release
    batch = desk.until(desk.release(batch), S.HELD)
    assert (left(sandbox, batch), batch.released_by) == ([0, 0], None)
    assert batch.account.hold_proven_at is not None
    batch = desk.until(desk.release(batch), S.RELEASED)
    assert left(sandbox, batch) == [1, 1]


def test_a_single_payment_of_an_unproven_hold_waits_too(desk: Desk, sandbox: SandboxProcess) -> None:
    PaymentAccount.objects.update(hold_proven_at=None)
    batch = desk.until(desk.approved(desk.single()), S.LOADED)
    batch = desk.until(desk.release(batch), S.HELD)
    assert left(sandbox, batch) == [0]
    batch = desk.until(desk.release(batch), S.RELEASED)
    assert left(sandbox, batch) == [1]


def test_saying_that_an_account_holds_starts_nothing(desk: Desk, sandbox: SandboxProcess) -> None:
    change = {"clinic": desk.cast.clinic_a, "account": desk.instant, "holds": True, "by": desk.cast.ana}
    batch = desk.submit(desk.draft(1, account=desk.instant))
    with pytest.raises(WrongState):
        accounts.set_holds(**change)
    PaymentAccount.objects.filter(pk=desk.instant.pk).update(holds=True)  # even so the approval signs another hash
    with pytest.raises(Exception, match="not the one you looked at"):
        desk.approve(batch)
    PaymentAccount.objects.filter(pk=desk.instant.pk).update(holds=False)
    batch = desk.approve(batch)
    batch = desk.until(batch, S.LOADED)
    assert left(sandbox, batch) == [0]


def test_a_change_of_the_hold_clears_its_proof(desk: Desk) -> None:
    for holds in (False, True):
        accounts.set_holds(clinic=desk.cast.clinic_a, account=desk.account, holds=holds, by=desk.cast.ana)
        assert desk.account.hold_proven_at is None


def test_without_reads_a_started_batch_of_a_holding_account_is_asked_about(
    desk: Desk, sandbox: SandboxProcess, settings: Any
) -> None:
    settings.PAYMENTS_STATUS_READS = False
    batch = desk.until(desk.approved(desk.draft(1)), S.LOADED)
    batch = desk.until(desk.release(batch), S.NEEDS_REVIEW)
    time.sleep(QUIET)
    settle(desk, batch, S.HELD)
    batch = desk.until(desk.release(batch), S.RELEASED)
    assert left(sandbox, batch) == [1]


# ---- after the release -------------------------------------------------------------------------------


def look_now(desk: Desk, batch: PaymentBatch) -> None:
    """Have the look that follows a release made now."""
    Command.objects.filter(kind="payments.look", target_pk=batch.pk).update(due_at=timezone.now())
    commands.run_due()


def test_a_payment_that_did_not_arrive_is_told(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.until(desk.release(desk.held(2)), S.RELEASED)
    lost = batch.payments.first()
    sandbox.call("POST", "payments/tick", {"times": 2, "loadFailed": [lost.issuer_reference_id]})
    look_now(desk, batch)
    batch = fresh(batch)
    assert (batch.status, batch.reason[:25]) == (S.NEEDS_REVIEW, "1 of 2 payments did not a")
    assert [payment.vendor_status for payment in batch.payments.all()] == ["LoadFailed", "Loaded"]
    settle(desk, batch, S.RECONCILED)  # paid anew under new keys, or by cheque: this batch is over
    look_now(desk, batch)
    assert fresh(batch).status == S.RECONCILED


def test_only_a_released_batch_is_finished_by_telephone(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.held(2)
    sandbox.fault("payments", "release", "500_before")
    batch = desk.until(desk.release(batch), S.NEEDS_REVIEW)
    with pytest.raises(WrongState):
        settle(desk, batch, S.RECONCILED)


def test_a_batch_whose_payments_all_arrived_is_reconciled(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.until(desk.release(desk.held(2)), S.RELEASED)
    sandbox.call("POST", "payments/tick", {"times": 2})
    look_now(desk, batch)
    assert fresh(batch).status == S.RECONCILED
    assert all(payment.vendor_payment_id and payment.vendor_status == "Loaded" for payment in batch.payments.all())


def test_an_unknown_word_after_the_release_is_told(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.until(desk.release(desk.held(1)), S.RELEASED)
    sandbox.fault("payments", "batch", "unknown_status", times=100)
    batch = desk.until(batch, S.NEEDS_REVIEW)
    assert "does not know" in batch.reason


def test_a_release_that_never_finishes_is_told(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.until(desk.release(desk.held(1)), S.RELEASED)
    PaymentBatch.objects.filter(pk=batch.pk).update(released_at=timezone.now() - timedelta(days=91))
    look_now(desk, batch)
    assert fresh(batch).status == S.NEEDS_REVIEW


# ---- ways out ----------------------------------------------------------------------------------------


def test_a_look_that_is_refused_leaves_it_to_a_person(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.held(1)
    sandbox.fault("payments", "release", "500_after")
    sandbox.fault("payments", "batch", "413", skip=1)
    batch = desk.until(desk.release(batch), S.NEEDS_REVIEW)
    assert "refused to tell" in batch.reason
    assert sending.open_order(batch) is None


@pytest.mark.parametrize("reads", [True, False])
def test_going_on_from_unclear_finds_out_first(desk: Desk, sandbox: SandboxProcess, settings: Any, reads: bool) -> None:
    batch = desk.held(1)
    sandbox.fault("payments", "release", "500_after")
    batch = desk.release(batch)
    commands.run(batch.commands.get(kind="payments.release").pk)
    Command.objects.filter(status__in=["DUE", "UNCLEAR"]).update(status="CANCELLED")
    settings.PAYMENTS_STATUS_READS = reads
    assert fresh(batch).status == S.UNCLEAR
    batch = resume(desk, batch)
    assert batch.status == (S.UNCLEAR if reads else S.NEEDS_REVIEW)
    if reads:
        assert desk.until(batch, S.RELEASED).released_by == desk.cast.ade


def test_keys_of_an_order_that_was_tried_are_never_free(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.until(desk.approved(desk.single(account=desk.instant)), S.LOADED)
    sandbox.fault("payments", "single", "401")
    batch = desk.release(batch)
    order = batch.commands.get(kind="payments.single")
    commands.run(order.pk)
    order.refresh_from_db()
    commands.cancel(order, reason="Stopped.", now=timezone.now())
    batch = resume(desk, batch)
    assert batch.status == S.LOADED
    orders.cancel_at_vendor(batch=batch, reason="Not wanted.", by=desk.cast.ana, now=timezone.now())
    assert not batch.payments.get().keys_free
    copy = drafts.copy_batch(batch=fresh(batch), by=desk.cast.ana, now=timezone.now())
    assert [warning.rule for warning in copy.warnings.all()] == ["V23"]  # it may have been paid
    assert is_maker(desk.cast.bo, copy)  # Bo wrote what is copied


def test_a_lapsed_approval_leaves_a_way_out(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.approved(desk.draft(1))
    sandbox.fault("payments", "create", "401")
    commands.run(batch.commands.get(kind="payments.create").pk)
    Approval.objects.update(lapses_at=timezone.now())
    Command.objects.update(due_at=timezone.now())
    commands.run_due()
    assert fresh(batch).status == S.CREATING
    assert PaymentBatch.objects.filter(orders.needs_someone(), pk=batch.pk).exists()
    assert resume(desk, batch).status == S.SUBMITTED
    desk.until(desk.approve(batch, by=desk.cast.ade), S.HELD)


# ---- adding ------------------------------------------------------------------------------------------


def test_an_add_without_a_part_is_never_made(desk: Desk, sandbox: SandboxProcess) -> None:
    sandbox.fault("payments", "add", "413")
    batch = desk.until(desk.approved(desk.draft(1)), S.NEEDS_REVIEW)
    assert batch.chunks.get().status == PaymentChunk.Status.REFUSED
    with transaction.atomic(), pytest.raises(WrongState):
        sending.order(sending.ADD, batch)
    time.sleep(QUIET)
    for _ in range(2):
        orders.ask(batch=fresh(batch), by=desk.cast.bo, now=timezone.now())
        commands.run_due()
        time.sleep(QUIET / 4)
    assert not fresh(batch).may_send_again


def test_a_strangers_reference_is_not_taken_for_ours(desk: Desk, sandbox: SandboxProcess, settings: Any) -> None:
    settings.PAYMENTS_STATUS_READS = False
    draft = desk.draft(2)
    names = {"account": "ACCT1", "sub_account": "SUBACCT1", "payment": bytes(draft.payments.first().content)}
    client_for("ACCT1").create_single(wire.single_body(client_request_id="stranger", **names))
    batch = desk.until(desk.approved(draft), S.NEEDS_REVIEW)
    assert not batch.chunks.filter(status="CONFIRMED").exists()
