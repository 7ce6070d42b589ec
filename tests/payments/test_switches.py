"""The kill switch, the freeze, cancelling, stopping and going on; and the app switched off as a whole."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from payments.models import PaymentBatch
from payments.services import accounts, approvals, drafts, orders, submitting
from payments.services.refusals import NotAllowed, WrongState
from payments.states import BatchStatus
from tests.payments.conftest import Desk, fresh, left, sent_bytes
from tests.payments.unclear import attempts
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.real, pytest.mark.django_db(transaction=True)]
S = BatchStatus
ROOT = Path(__file__).resolve().parents[2]


def last_reason(batch: PaymentBatch) -> str:
    return batch.commands.exclude(kind="payments.look").latest("pk").reason


def freeze(desk: Desk) -> None:
    now = timezone.now()
    accounts.freeze(clinic=desk.cast.clinic_a, account=desk.account, reason="Bank asked.", by=desk.cast.ana, now=now)


def test_the_kill_switch_is_checked_at_the_last_moment(desk: Desk, sandbox: SandboxProcess, settings: Any) -> None:
    batch = desk.approved(desk.draft())
    settings.PAYMENTS_OUTBOUND_ENABLED = False
    desk.work()
    batch = fresh(batch)
    assert (batch.status, attempts(batch, "create")) == (S.APPROVED, 0)
    assert "switched off" in last_reason(batch)
    settings.PAYMENTS_OUTBOUND_ENABLED = True
    before = sent_bytes(batch, "payments.create")
    orders.resume(batch=batch, by=desk.cast.bo, now=timezone.now())
    batch = desk.until(batch, S.HELD)
    assert sent_bytes(batch, "payments.create") == before


def test_a_release_behind_the_kill_switch_needs_a_new_press(desk: Desk, sandbox: SandboxProcess, settings: Any) -> None:
    batch = desk.release(desk.held())
    settings.PAYMENTS_OUTBOUND_ENABLED = False
    desk.work()
    assert fresh(batch).status == S.HELD
    settings.PAYMENTS_OUTBOUND_ENABLED = True
    desk.work()
    assert left(sandbox, batch) == [0] * 3
    batch = desk.until(desk.release(batch), S.RELEASED)
    assert left(sandbox, batch) == [1] * 3


def test_the_freeze_is_checked_at_the_last_moment(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.release(desk.held())
    freeze(desk)
    desk.work()
    assert fresh(batch).status == S.HELD
    assert "frozen" in last_reason(batch)
    assert left(sandbox, batch) == [0] * 3
    with pytest.raises(WrongState, match="frozen"):
        desk.release(batch)


def test_a_freeze_between_two_parts_stops_the_loading(desk: Desk, sandbox: SandboxProcess, settings: Any) -> None:
    settings.PAYMENTS_CHUNK_COUNT = 1
    batch = desk.approved(desk.draft(3))
    desk.work(until=lambda: batch.chunks.filter(status="CONFIRMED").count() == 1)
    freeze(desk)
    desk.work()
    assert (fresh(batch).status, orders.is_stalled(fresh(batch))) == (S.LOADING, True)
    accounts.thaw(clinic=desk.cast.clinic_a, account=desk.account, by=desk.cast.ana)
    orders.resume(batch=fresh(batch), by=desk.cast.bo, now=timezone.now())
    assert desk.until(batch, S.HELD).status == S.HELD


def test_a_withdrawn_approval_stops_the_release(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.held()
    approvals.withdraw(batch=batch, reason="One payee is in doubt.", by=desk.cast.ana, now=timezone.now())
    with pytest.raises(WrongState, match="approved again"):
        desk.release(batch)
    desk.approve(batch, desk.cast.ade)
    batch = desk.until(desk.release(batch, desk.cast.ana), S.RELEASED)
    assert left(sandbox, batch) == [1] * 3


def test_a_changed_byte_stops_the_release(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.held()
    payment = batch.payments.first()
    batch.payments.filter(pk=payment.pk).update(content=bytes(payment.content).replace(b"USA", b"USB"))
    desk.release(batch)
    desk.work()
    assert "not the approved ones" in last_reason(batch)
    assert left(sandbox, batch) == [0] * 3


def test_a_changed_byte_stops_the_loading(desk: Desk, sandbox: SandboxProcess, settings: Any) -> None:
    settings.PAYMENTS_CHUNK_COUNT = 1
    batch = desk.approved(desk.draft(2))
    desk.work(until=lambda: fresh(batch).status == S.LOADING)
    payment = batch.payments.last()
    batch.payments.filter(pk=payment.pk).update(content=bytes(payment.content).replace(b"USA", b"USB"))
    batch = desk.until(batch, S.NEEDS_REVIEW)
    assert batch.chunks.filter(status="CONFIRMED").count() == 1
    assert "not the approved ones" in batch.reason


def test_a_held_batch_can_be_cancelled_and_copied(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.held()
    reason = "The payees sent new figures."
    with pytest.raises(NotAllowed):
        orders.cancel_at_vendor(batch=batch, reason=reason, by=desk.cast.bo, now=timezone.now())
    orders.cancel_at_vendor(batch=batch, reason=reason, by=desk.cast.ana, now=timezone.now())
    with pytest.raises(WrongState):
        desk.release(batch)
    batch = desk.until(batch, S.CANCELLED)
    copy = drafts.copy_batch(batch=batch, by=desk.cast.bo, now=timezone.now())
    why = {"V23": "The first batch was cancelled at the vendor."}  # it was sent once, so its copy is asked about
    submitting.submit(batch=copy, reasons=why, by=desk.cast.bo, now=timezone.now())
    copy = desk.until(desk.approve(copy), S.HELD)
    copy = desk.until(desk.release(copy), S.RELEASED)
    assert (left(sandbox, batch), left(sandbox, copy)) == ([0] * 3, [1] * 3)


def test_a_released_batch_is_not_cancelled(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.until(desk.release(desk.held()), S.RELEASED)
    with pytest.raises(WrongState):
        orders.cancel_at_vendor(batch=batch, reason="Too late.", by=desk.cast.ana, now=timezone.now())


@pytest.mark.parametrize(("fault", "ends"), [("500_after", S.CANCELLED), ("500_before", S.NEEDS_REVIEW)])
def test_an_unclear_cancel_is_looked_up(desk: Desk, sandbox: SandboxProcess, fault: str, ends: BatchStatus) -> None:
    batch = desk.held()
    sandbox.fault("payments", "cancel", fault)
    orders.cancel_at_vendor(batch=batch, reason="New figures.", by=desk.cast.ana, now=timezone.now())
    batch = desk.until(batch, ends)
    if ends is S.NEEDS_REVIEW:
        orders.cancel_at_vendor(batch=batch, reason="New figures.", by=desk.cast.ana, now=timezone.now())
        batch = desk.until(batch, S.CANCELLED)
    assert left(sandbox, batch) == [0] * 3


def test_what_waits_to_be_sent_can_be_stopped(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.release(desk.held())
    orders.stop(batch=batch, by=desk.cast.bo, now=timezone.now())
    desk.work()
    assert fresh(batch).status == S.HELD
    assert left(sandbox, batch) == [0] * 3
    with pytest.raises(WrongState):
        orders.stop(batch=fresh(batch), by=desk.cast.bo, now=timezone.now())


def test_a_stopped_release_that_could_not_be_sent_goes_back_to_held(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.held()
    sandbox.fault("payments", "batch", "500_before", times=50)
    desk.release(batch)
    desk.work(until=lambda: attempts(batch, "release") == 1)
    batch = fresh(batch)
    assert batch.status == S.RELEASING
    orders.stop(batch=batch, by=desk.cast.ana, now=timezone.now())
    orders.resume(batch=fresh(batch), by=desk.cast.ana, now=timezone.now())
    assert (fresh(batch).status, fresh(batch).released_by) == (S.HELD, None)


def test_a_refused_create_rejects_the_batch_with_its_places(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.draft()
    PaymentBatch.objects.filter(pk=batch.pk).update(client_request_id="")  # shorter than the vendor takes
    batch = desk.until(desk.approved(fresh(batch)), S.REJECTED)
    assert "clientRequestId" in batch.reason
    assert drafts.copy_batch(batch=batch, by=desk.cast.bo, now=timezone.now()).client_request_id


def test_the_strict_sandbox_takes_what_our_rules_pass(desk: Desk, sandbox: SandboxProcess) -> None:
    sandbox.switch("payments", "strict", True)
    batch = desk.until(desk.release(desk.held(20)), S.RELEASED)
    single = desk.until(desk.approved(desk.single()), S.HELD)
    single = desk.until(desk.release(single), S.RELEASED)
    assert left(sandbox, batch) + left(sandbox, single) == [1] * 21


def test_initiate_by_the_printed_address_means_the_same(desk: Desk, sandbox: SandboxProcess, settings: Any) -> None:
    settings.PAYMENTS_INITIATE_ACTION = "release-empty"
    batch = desk.held()
    assert left(sandbox, batch) == [0] * 3
    batch = desk.until(desk.release(batch), S.RELEASED)
    assert left(sandbox, batch) == [1] * 3


def test_switched_off_the_pages_the_api_and_the_navigation_are_gone(tmp_path: Path) -> None:
    program = (
        "import django; django.setup()\n"
        "from django.apps import apps; from django.urls import NoReverseMatch, reverse\n"
        "assert not apps.is_installed('payments')\n"
        "for name in ('batch-list', 'api-payment-batches'):\n"
        "    try: reverse(name)\n"
        "    except NoReverseMatch: continue\n"
        "    raise SystemExit(name)\n"
        "from clinic.context import _nav; from types import SimpleNamespace as N; from clinic.models import Role\n"
        "print([item['label'] for item in _nav(N(role=Role.ADMIN, path='/'))])\n"
    )
    env = {**os.environ, "PAYMENTS_ENABLED": "0", "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "core.settings"}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Payments" not in done.stdout
    assert "Today" in done.stdout
