"""Every way an order can end without a sure answer, against the real sandbox, and what it leads to.

docs/payments.md has the table; the quiet period of the tests is short. The sandbox pays again whenever a release comes
a second time, so that nothing hides a repeat; in each test money leaves at most once.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from payments.services.refusals import WrongState
from payments.states import BatchStatus
from payments.vendors.optum import client_for, wire
from tests.payments.conftest import Desk, sent_bytes
from tests.payments.unclear import DONE_AFTER_ALL, NEVER_DONE, QUIET, attempts, never_twice, rehearse, waited
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.real, pytest.mark.django_db(transaction=True)]
S = BatchStatus


@pytest.fixture(autouse=True)
def guard(settings: Any, sandbox: SandboxProcess, desk: Desk) -> Iterator[None]:
    """Whatever happens in these tests, no payment's money leaves more than once."""
    rehearse(settings, sandbox)
    yield
    assert never_twice(sandbox)


# ---- create: found is done, not found after the quiet period goes again ----------------------------


@pytest.mark.parametrize("fault", [*DONE_AFTER_ALL, "truncated_json", "wrong_types", "duplicate_keys"])
def test_create_found_with_equal_totals_is_adopted(desk: Desk, sandbox: SandboxProcess, fault: str) -> None:
    sandbox.fault("payments", "create", fault)
    batch = desk.until(desk.approved(desk.draft()), S.HELD)
    assert attempts(batch, "create") == 1
    assert waited(batch) < QUIET


@pytest.mark.parametrize("fault", [*NEVER_DONE, "200_error_body", "redirect"])
def test_create_not_found_goes_again_with_the_same_bytes(desk: Desk, sandbox: SandboxProcess, fault: str) -> None:
    sandbox.fault("payments", "create", fault)
    batch = desk.until(desk.approved(desk.draft()), S.HELD)
    assert attempts(batch, "create") == 2
    assert waited(batch) >= QUIET * 1.2
    assert len(sent_bytes(batch, "payments.create")) == 1


def test_create_that_lands_late_is_adopted(desk: Desk, sandbox: SandboxProcess) -> None:
    sandbox.fault("payments", "create", "late_work", seconds=0.5)
    batch = desk.until(desk.approved(desk.draft()), S.HELD)
    assert attempts(batch, "create") == 1


def test_create_refused_as_duplicate_and_not_ours_needs_a_person(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.approved(desk.draft())
    other = {"account": "ACCT1", "sub_account": "SUBACCT1", "total": batch.total + 1, "count": 1}
    client_for("ACCT1").create_batch(wire.create_body(client_request_id=batch.client_request_id, **other))
    key = batch.client_request_id
    batch = desk.until(batch, S.NEEDS_REVIEW)
    assert not batch.may_send_again
    assert batch.client_request_id == key
    assert attempts(batch, "create") == 1  # a 409 never makes a new key, nor a new attempt


def test_create_unclear_a_second_time_needs_a_person(desk: Desk, sandbox: SandboxProcess) -> None:
    sandbox.fault("payments", "create", "500_before", times=2)
    batch = desk.until(desk.approved(desk.draft()), S.NEEDS_REVIEW)
    assert attempts(batch, "create") == 2
    assert "second unclear end" in batch.reason


# ---- add: totals after, before, in between -----------------------------------------------------------


@pytest.mark.parametrize("fault", [*DONE_AFTER_ALL, "truncated_json"])
def test_add_with_totals_after_is_done(desk: Desk, sandbox: SandboxProcess, settings: Any, fault: str) -> None:
    settings.PAYMENTS_CHUNK_COUNT = 2
    sandbox.fault("payments", "add", fault)
    batch = desk.until(desk.approved(desk.draft(4)), S.HELD)
    assert attempts(batch, "add") == 2  # two parts, once each


@pytest.mark.parametrize("fault", NEVER_DONE[:2])
def test_add_with_totals_before_goes_again_with_the_same_bytes(
    desk: Desk, sandbox: SandboxProcess, settings: Any, fault: str
) -> None:
    settings.PAYMENTS_CHUNK_COUNT = 2
    sandbox.fault("payments", "add", fault)
    batch = desk.until(desk.approved(desk.draft(4)), S.HELD)
    assert attempts(batch, "add") == 3
    assert len(sent_bytes(batch, "payments.add")) == 2
    assert waited(batch) >= QUIET * 1.2


def test_add_with_totals_in_between_needs_a_person(desk: Desk, sandbox: SandboxProcess) -> None:
    sandbox.fault("payments", "add", "partial_add")
    batch = desk.until(desk.approved(desk.draft(4)), S.NEEDS_REVIEW)
    assert attempts(batch, "add") == 1
    assert "neither those before the call nor those after it" in batch.reason
    assert not batch.may_send_again


def test_add_whose_yes_does_not_show_in_the_totals_is_unclear(desk: Desk, sandbox: SandboxProcess) -> None:
    sandbox.fault("payments", "batch", "stale_reads")
    batch = desk.until(desk.approved(desk.draft(3)), S.HELD)
    assert S.UNCLEAR in [step.new for step in batch.transitions.all()]
    assert attempts(batch, "add") == 1


def test_add_a_cent_off_needs_a_person(desk: Desk, sandbox: SandboxProcess) -> None:
    sandbox.fault("payments", "batch", "off_by_one_cent", times=20)
    batch = desk.until(desk.approved(desk.draft(3)), S.NEEDS_REVIEW)
    assert attempts(batch, "add") == 1


def test_add_of_a_reference_the_vendor_has_elsewhere_needs_a_person(desk: Desk, sandbox: SandboxProcess) -> None:
    elsewhere = desk.draft(1)
    body = wire.single_body(
        client_request_id="ELSEWHERE",
        account="ACCT1",
        sub_account="SUBACCT1",
        payment=bytes(elsewhere.payments.get().content),
    )
    client_for("ACCT1").create_single(body)
    batch = desk.until(desk.approved(elsewhere), S.NEEDS_REVIEW)
    assert attempts(batch, "add") == 1
    assert not batch.may_send_again


# ---- start of a holding account: no money moves, one more attempt by itself ----------------------------


@pytest.mark.parametrize("fault", DONE_AFTER_ALL)
def test_start_read_as_held_is_done(desk: Desk, sandbox: SandboxProcess, fault: str) -> None:
    sandbox.fault("payments", "start", fault)
    batch = desk.until(desk.approved(desk.draft()), S.HELD)
    assert attempts(batch, "start") == 1


@pytest.mark.parametrize("fault", NEVER_DONE[:2])
def test_start_read_as_created_goes_once_more(desk: Desk, sandbox: SandboxProcess, fault: str) -> None:
    sandbox.fault("payments", "start", fault)
    batch = desk.until(desk.approved(desk.draft()), S.HELD)
    assert attempts(batch, "start") == 2
    assert waited(batch) >= QUIET * 1.2


def test_start_unclear_a_second_time_needs_a_person(desk: Desk, sandbox: SandboxProcess) -> None:
    sandbox.fault("payments", "start", "reset_before", times=2)
    batch = desk.until(desk.approved(desk.draft()), S.NEEDS_REVIEW)
    assert attempts(batch, "start") == 2


def test_start_read_beyond_held_freezes_the_account(desk: Desk, sandbox: SandboxProcess) -> None:
    sandbox.fault("payments", "start", "jump_past_held")
    batch = desk.until(desk.approved(desk.draft()), S.NEEDS_REVIEW)
    assert batch.account.is_frozen
    assert "nobody released it" in batch.account.frozen_reason
    with pytest.raises(WrongState):
        desk.release(batch)


def test_start_429_and_409_are_looked_up(desk: Desk, sandbox: SandboxProcess) -> None:
    sandbox.fault("payments", "start", "429")
    batch = desk.until(desk.approved(desk.draft()), S.HELD)
    assert attempts(batch, "start") == 2
    assert S.UNCLEAR in [step.new for step in batch.transitions.all()]
