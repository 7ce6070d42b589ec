"""Every way a release can end without a sure answer, against the real sandbox: money leaves once or waits for a person.

The sandbox pays again whenever a release comes a second time, so that nothing hides a repeat.
"""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core import commands
from core.models import Command
from payments.models import PaymentBatch
from payments.services import orders
from payments.services.refusals import WrongState
from payments.states import BatchStatus
from payments.vendors.optum import client_for, wire
from tests.payments.conftest import Desk, fresh, left, sent_bytes
from tests.payments.unclear import DONE_AFTER_ALL, NEVER_DONE, QUIET, again, attempts, never_twice, rehearse, waited
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.real, pytest.mark.django_db(transaction=True)]
S = BatchStatus


@pytest.fixture(autouse=True)
def guard(settings: Any, sandbox: SandboxProcess, desk: Desk) -> Iterator[None]:
    """Whatever happens in these tests, no payment's money leaves more than once."""
    rehearse(settings, sandbox)
    yield
    assert never_twice(sandbox)


# ---- release: money; done only when read beyond held, again only by a person ------------------------------


@pytest.mark.parametrize("fault", DONE_AFTER_ALL)
def test_release_read_beyond_held_is_done(desk: Desk, sandbox: SandboxProcess, fault: str) -> None:
    batch = desk.held()
    sandbox.fault("payments", "release", fault)
    batch = desk.until(desk.release(batch), S.RELEASED)
    assert attempts(batch, "release") == 1
    assert left(sandbox, batch) == [1] * 3


@pytest.mark.parametrize("fault", [*NEVER_DONE, "429", "200_error_body"])
def test_release_read_as_held_twice_waits_for_a_person(desk: Desk, sandbox: SandboxProcess, fault: str) -> None:
    batch = desk.held()
    sandbox.fault("payments", "release", fault)
    batch = desk.until(desk.release(batch), S.NEEDS_REVIEW)
    assert attempts(batch, "release") == 1
    assert waited(batch) >= QUIET * 1.2
    desk.work()
    assert left(sandbox, batch) == [0] * 3
    assert batch.may_send_again
    again(desk, batch)
    batch = desk.until(batch, S.RELEASED)
    assert batch.commands.filter(kind="payments.release").count() == 2
    assert batch.released_by == desk.cast.ana
    assert left(sandbox, batch) == [1] * 3


def test_release_that_lands_late_is_found_and_never_repeated(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.held()
    sandbox.fault("payments", "release", "late_work", seconds=0.8)
    batch = desk.until(desk.release(batch), S.RELEASED)
    assert attempts(batch, "release") == 1
    assert left(sandbox, batch) == [1] * 3


def test_release_that_lands_after_the_looks_is_seen_before_a_repeat(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.held()
    sandbox.fault("payments", "release", "late_work", seconds=600)
    batch = desk.until(desk.release(batch), S.NEEDS_REVIEW)
    sandbox.call("POST", "clock", {"advance_seconds": 601})
    again(desk, batch)
    batch = desk.until(batch, S.RELEASED)
    assert left(sandbox, batch) == [1] * 3
    assert "paying" in batch.reason


def test_release_with_an_unknown_word_needs_a_person(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.held()
    sandbox.fault("payments", "release", "500_after")
    sandbox.fault("payments", "batch", "unknown_status", times=20, skip=1)  # the look before the press sees "Held"
    batch = desk.until(desk.release(batch), S.NEEDS_REVIEW)
    assert "Reviewing" in batch.reason
    assert not batch.may_send_again
    with pytest.raises(WrongState):
        again(desk, batch)


def test_one_odd_look_before_the_quiet_period_is_over_decides_nothing(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.held()
    sandbox.fault("payments", "release", "500_after")
    sandbox.fault("payments", "batch", "unknown_status", times=1, skip=1)
    batch = desk.until(desk.release(batch), S.RELEASED, S.NEEDS_REVIEW)
    assert batch.status == S.RELEASED
    assert waited(batch) >= QUIET


def test_release_with_other_totals_needs_a_person(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.held()
    sandbox.fault("payments", "release", "500_before")
    sandbox.fault("payments", "batch", "off_by_one_cent", times=20, skip=1)
    batch = desk.until(desk.release(batch), S.NEEDS_REVIEW)
    assert not batch.may_send_again


def test_release_that_cannot_be_looked_up_needs_a_person(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.held()
    sandbox.fault("payments", "release", "500_after")
    sandbox.fault("payments", "batch", "500_before", times=3, skip=1)
    batch = desk.until(desk.release(batch), S.NEEDS_REVIEW, seconds=60)
    assert not batch.may_send_again
    assert left(sandbox, batch) == [1] * 3
    # A person asks again when the vendor can be read, and the proof moves the batch on.
    orders.ask(batch=batch, by=desk.cast.bo, now=timezone.now())
    assert desk.until(batch, S.RELEASED).status == S.RELEASED


def test_release_is_not_sent_while_the_batch_cannot_be_read(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.held()
    sandbox.fault("payments", "batch", "500_before")
    batch = desk.until(desk.release(batch), S.RELEASED)
    assert [a.outcome for a in batch.commands.get(kind="payments.release").tries.order_by("pk")] == ["NOT_SENT", "DONE"]


def test_release_refused_as_conflict_is_looked_up(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.held()
    sandbox.switch("payments", "second_release", "409")
    sandbox.fault("payments", "batch", "stale_reads", times=1)
    client_for("ACCT1").release(
        batch.vendor_batch_id, wire.release_body(batch_id=batch.vendor_batch_id, released_by="x")
    )
    # Someone else released it: the look before our press is stale, our press is refused, the look after it is not.
    batch = desk.until(desk.release(batch), S.RELEASED)
    assert attempts(batch, "release") == 1
    assert left(sandbox, batch) == [1] * 3


def test_a_batch_that_someone_else_released_raises_the_alarm(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.held()
    client_for("ACCT1").release(
        batch.vendor_batch_id, wire.release_body(batch_id=batch.vendor_batch_id, released_by="x")
    )
    batch = desk.until(desk.release(batch), S.NEEDS_REVIEW)
    assert batch.account.is_frozen
    assert sent_bytes(batch, "payments.release")
    assert batch.commands.get(kind="payments.release").tries.get().http_status == 200  # the look; nothing was posted


def test_release_not_found_needs_a_person(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.until(desk.approved(desk.single()), S.HELD)
    batch.payments.update(vendor_payment_id="f" * 32)  # an id that the vendor does not know
    batch = desk.until(desk.release(batch), S.NEEDS_REVIEW)
    desk.work()
    batch = fresh(batch)
    assert attempts(batch, "release") == 1
    assert batch.looks.first() is not None  # a person sees the vendor's figures
    assert not batch.may_send_again
    assert left(sandbox, batch) == [0]


def test_release_refused_needs_a_person(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.held()
    sandbox.fault("payments", "release", "413")
    batch = desk.until(desk.release(batch), S.NEEDS_REVIEW)
    assert attempts(batch, "release") == 1
    assert left(sandbox, batch) == [0] * 3


def test_a_refused_key_leaves_the_release_to_another_press(desk: Desk, sandbox: SandboxProcess, settings: Any) -> None:
    batch = desk.release(desk.held())
    settings.PAYMENTS_API_KEYS = {"ACCT1": "not-the-key"}
    command = batch.commands.get(kind="payments.release")
    while command.is_open:
        commands.run(command.pk, now=command.due_at)
        command.refresh_from_db()
    batch = fresh(batch)
    assert (batch.status, batch.released_by) == (S.HELD, None)
    assert "Nothing was released" in batch.reason
    settings.PAYMENTS_API_KEYS = {"ACCT1": "payments-sandbox-key"}
    batch = desk.until(desk.release(batch), S.RELEASED)
    assert left(sandbox, batch) == [1] * 3


def test_a_204_without_effect_is_found_out(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.held()
    sandbox.fault("payments", "release", "204_without_effect")
    batch = desk.until(desk.release(batch), S.NEEDS_REVIEW)
    assert "still keeps it" in batch.reason
    assert batch.may_send_again
    again(desk, batch)
    batch = desk.until(batch, S.RELEASED)
    assert left(sandbox, batch) == [1] * 3


def test_a_second_unclear_release_is_a_persons_again(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.held()
    sandbox.fault("payments", "release", "500_before", times=2)
    batch = desk.until(desk.release(batch), S.NEEDS_REVIEW)
    again(desk, batch)
    desk.work(until=lambda: attempts(batch, "release") == 2 and fresh(batch).status == S.NEEDS_REVIEW)
    assert left(sandbox, batch) == [0] * 3


def release_elsewhere(batch: PaymentBatch) -> None:
    """Release the batch as someone else with our key would."""
    body = wire.release_body(batch_id=batch.vendor_batch_id, released_by="someone@else.test")
    client_for("ACCT1").release(batch.vendor_batch_id, body)


def worker_dies(command: Command) -> tuple[Any, Any]:
    """Claim and call like a worker that is then held up; return what it would record."""
    claimed = commands._claim(command.pk, timezone.now())
    assert claimed is not None
    return claimed, commands.handler_of(claimed).call(claimed)


def lease_runs_out(command: Command) -> None:
    """Let time pass until another worker takes the command."""
    command.refresh_from_db()
    assert command.lease_until is not None
    commands.run(command.pk, now=command.lease_until + timedelta(seconds=1))


def test_a_worker_that_dies_after_the_release_leaves_it_to_a_look(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.release(desk.held())
    command = batch.commands.get(kind="payments.release")
    worker_dies(command)
    lease_runs_out(command)
    batch = desk.until(batch, S.RELEASED)
    assert attempts(batch, "release") == 1
    assert left(sandbox, batch) == [1] * 3


def test_a_worker_that_dies_before_the_release_leaves_it_to_a_person(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.release(desk.held())
    command = batch.commands.get(kind="payments.release")
    assert commands._claim(command.pk, timezone.now()) is not None
    lease_runs_out(command)
    batch = desk.until(batch, S.NEEDS_REVIEW)
    assert batch.may_send_again
    assert left(sandbox, batch) == [0] * 3


def test_a_late_answer_is_recorded_and_stops_a_new_attempt(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.release(desk.held())
    command = batch.commands.get(kind="payments.release")
    sandbox.fault("payments", "release", "204_without_effect")
    claimed, answer = worker_dies(command)
    lease_runs_out(command)
    batch = desk.until(batch, S.NEEDS_REVIEW)
    exchange = commands.http.Exchange(status=204)
    commands._record(claimed, None, answer, exchange)  # the first worker wakes up
    assert fresh(batch).status == S.NEEDS_REVIEW
    assert command.tries.get().outcome == "LATE"
    time.sleep(QUIET)  # after a late answer the vendor is left alone once more
    again(desk, batch)
    desk.work(seconds=3)
    second = batch.commands.filter(kind="payments.release").latest("pk")
    assert second.status == Command.Status.CANCELLED
    assert "came late" in second.reason
    assert fresh(batch).status == S.NEEDS_REVIEW
    assert left(sandbox, batch) == [0] * 3


def test_a_late_answer_never_reopens_what_went_on(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.release(desk.held())
    command = batch.commands.get(kind="payments.release")
    claimed, answer = worker_dies(command)
    lease_runs_out(command)
    batch = desk.until(batch, S.RELEASED)
    before = batch.transitions.count()
    commands._record(claimed, None, answer, commands.http.Exchange(status=204))
    assert batch.transitions.count() == before
    assert fresh(batch).status == S.RELEASED


# ---- accounts without hold, and single payments ----------------------------------------------------


@pytest.mark.parametrize("fault", DONE_AFTER_ALL)
def test_start_without_hold_is_a_release_and_is_looked_up(desk: Desk, sandbox: SandboxProcess, fault: str) -> None:
    batch = desk.until(desk.approved(desk.draft(account=desk.instant)), S.LOADED)
    sandbox.fault("payments", "start", fault)
    batch = desk.until(desk.release(batch), S.RELEASED)
    assert attempts(batch, "release") == 1
    assert left(sandbox, batch) == [1] * 3


@pytest.mark.parametrize("fault", NEVER_DONE[:2])
def test_start_without_hold_is_never_repeated_by_itself(desk: Desk, sandbox: SandboxProcess, fault: str) -> None:
    batch = desk.until(desk.approved(desk.draft(account=desk.instant)), S.LOADED)
    sandbox.fault("payments", "start", fault)
    batch = desk.until(desk.release(batch), S.NEEDS_REVIEW)
    assert left(sandbox, batch) == [0] * 3
    again(desk, batch)
    batch = desk.until(batch, S.RELEASED)
    assert left(sandbox, batch) == [1] * 3


@pytest.mark.parametrize("holds", [True, False])
@pytest.mark.parametrize("fault", [*DONE_AFTER_ALL, "truncated_json"])
def test_single_found_with_equal_totals_is_adopted(
    desk: Desk, sandbox: SandboxProcess, fault: str, holds: bool
) -> None:
    sandbox.fault("payments", "single", fault)
    batch = desk.approved(desk.single(account=desk.account if holds else desk.instant))
    if not holds:
        batch = desk.release(desk.until(batch, S.LOADED))
    batch = desk.until(batch, S.HELD if holds else S.RELEASED)
    assert attempts(batch, "single") == 1
    assert batch.payments.get().vendor_payment_id
    assert left(sandbox, batch) == [0 if holds else 1]
    if holds:
        batch = desk.until(desk.release(batch), S.RELEASED)
        assert left(sandbox, batch) == [1]


@pytest.mark.parametrize("holds", [True, False])
@pytest.mark.parametrize("fault", NEVER_DONE[:2])
def test_single_not_found_goes_again_with_the_same_bytes(
    desk: Desk, sandbox: SandboxProcess, fault: str, holds: bool
) -> None:
    sandbox.fault("payments", "single", fault)
    batch = desk.approved(desk.single(account=desk.account if holds else desk.instant))
    if not holds:
        batch = desk.release(desk.until(batch, S.LOADED))
    batch = desk.until(batch, S.HELD if holds else S.RELEASED)
    assert attempts(batch, "single") == 2
    assert waited(batch) >= QUIET * 1.2
    assert len(sent_bytes(batch, "payments.single")) == 1
    assert left(sandbox, batch) == [0 if holds else 1]


def test_single_that_lands_late_is_paid_once(desk: Desk, sandbox: SandboxProcess) -> None:
    sandbox.fault("payments", "single", "late_work", seconds=0.5)
    batch = desk.until(desk.approved(desk.single(account=desk.instant)), S.LOADED)
    batch = desk.until(desk.release(batch), S.RELEASED)
    assert attempts(batch, "single") == 1
    assert left(sandbox, batch) == [1]


def test_single_beyond_held_in_a_holding_account_freezes_it(desk: Desk, sandbox: SandboxProcess) -> None:
    sandbox.fault("payments", "single", "jump_past_held")
    batch = desk.until(desk.approved(desk.single()), S.NEEDS_REVIEW)
    assert batch.account.is_frozen


@pytest.mark.parametrize("fault", DONE_AFTER_ALL[:2])
def test_release_of_a_single_payment_is_looked_up(desk: Desk, sandbox: SandboxProcess, fault: str) -> None:
    batch = desk.until(desk.approved(desk.single()), S.HELD)
    sandbox.fault("payments", "release_single", fault)
    batch = desk.until(desk.release(batch), S.RELEASED)
    assert left(sandbox, batch) == [1]
