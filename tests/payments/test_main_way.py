"""The main way of a batch against the real sandbox: created, loaded, held, released, reconciled; money leaves once."""

from typing import Any

import pytest

from payments.states import BatchStatus
from tests.payments.conftest import Desk, fresh, left, sent_bytes
from tests.payments_data import dumps, make_batch
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.real, pytest.mark.django_db(transaction=True)]
S = BatchStatus


def test_a_batch_goes_all_the_way_and_money_leaves_once(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.held(5)
    assert left(sandbox, batch) == [0] * 5
    assert batch.vendor_batch_id
    batch = desk.until(desk.release(batch), S.RELEASED)
    assert left(sandbox, batch) == [1] * 5
    assert batch.released_by == desk.cast.ade
    assert [t.new for t in batch.transitions.all()] == [
        S.SUBMITTED,
        S.APPROVED,
        S.CREATING,
        S.LOADING,
        S.LOADED,
        S.STARTING,
        S.HELD,
        S.RELEASING,
        S.RELEASED,
    ]
    sandbox.call("POST", "payments/tick", {"times": 2})
    assert desk.until(batch, S.RECONCILED).status == S.RECONCILED
    assert left(sandbox, batch) == [1] * 5


def test_the_release_names_the_person_who_pressed(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.until(desk.release(desk.held(1)), S.RELEASED)
    (body,) = sent_bytes(batch, "payments.release")
    expected = f'{{"batchId":"{batch.vendor_batch_id}","releasedBy":"{desk.cast.ade.email}"}}'
    assert body == expected.encode()


def test_a_single_payment_is_held_and_released(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.until(desk.approved(desk.single()), S.HELD)
    assert batch.payments.get().vendor_payment_id
    assert left(sandbox, batch) == [0]
    batch = desk.until(desk.release(batch), S.RELEASED)
    assert left(sandbox, batch) == [1]


def test_without_hold_nothing_leaves_before_the_release_press(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.until(desk.approved(desk.draft(4, account=desk.instant)), S.LOADED)
    desk.work()
    assert fresh(batch).status == S.LOADED
    assert left(sandbox, batch) == [0] * 4
    batch = desk.until(desk.release(batch), S.RELEASED)
    assert left(sandbox, batch) == [1] * 4


def test_a_single_payment_without_hold_is_not_even_made_before_the_press(desk: Desk, sandbox: SandboxProcess) -> None:
    batch = desk.until(desk.approved(desk.single(account=desk.instant)), S.LOADED)
    desk.work()
    assert not fresh(batch).commands.exists()
    batch = desk.until(desk.release(batch), S.RELEASED)
    assert left(sandbox, batch) == [1]


def test_2500_payments_go_in_25_parts_with_totals_to_the_cent(desk: Desk, sandbox: SandboxProcess) -> None:
    made = make_batch(2500)
    batch = desk.draft(2500)
    desk.submit(batch)
    assert batch.chunks.count() == 25
    for admin in (desk.cast.ana, desk.cast.ade):
        desk.approve(batch, admin)
    batch = desk.until(batch, S.HELD, seconds=120)
    assert batch.commands.filter(kind="payments.add").count() == 25
    assert batch.total == made.total
    batch = desk.until(desk.release(batch, desk.cast.ana), S.RELEASED)
    assert set(left(sandbox, batch)) == {1}


def test_a_part_is_no_larger_than_the_settings_say(desk: Desk, settings: Any) -> None:
    settings.PAYMENTS_CHUNK_BYTES = 9_000
    batch = desk.submit(desk.draft(6))
    sizes = [sum(payment.size for payment in chunk.payments.all()) for chunk in batch.chunks.all()]
    assert len(sizes) > 2
    assert max(sizes) <= 9_000
    settings.PAYMENTS_CHUNK_BYTES = 10
    assert desk.submit(desk.draft(3, prefix="ALONE")).chunks.count() == 3


@pytest.mark.parametrize("bad", [0, 6, 9])
def test_the_one_bad_payment_is_found(desk: Desk, sandbox: SandboxProcess, settings: Any, bad: int) -> None:
    settings.PAYMENTS_REMIT_METHODS = ["DATA", "PAPER"]

    payments = make_batch(10).payments
    payments[bad]["paymentDetails"]["remitMethod"] = "PAPER"  # we let it pass, the vendor does not
    batch = desk.approved(desk.create(dumps({"payments": payments}), desk.account))
    batch = desk.until(batch, S.NEEDS_REVIEW)
    refused = batch.chunks.get(status="REFUSED")
    assert refused.payments.get().issuer_reference_id == payments[bad]["paymentDetails"]["issuerReferenceId"]
    assert payments[bad]["paymentDetails"]["issuerReferenceId"] in batch.reason
    assert left(sandbox, batch) == [0] * 10


def test_submitting_more_payments_takes_no_more_queries(desk: Desk, django_assert_max_num_queries: Any) -> None:
    small, large = desk.draft(5, prefix="SMALL"), desk.draft(80, prefix="LARGE")
    for batch in (small, large):
        with django_assert_max_num_queries(40):
            desk.submit(batch)
