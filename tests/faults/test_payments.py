"""Optum fails while a batch is made and loaded: it is made once, with the same bytes, and no money leaves."""

from __future__ import annotations

import pytest
from django.utils import timezone

from payments.models import PaymentBatch
from payments.services import orders
from payments.states import BatchStatus
from tests.faults.batches import QUIET, SCENES, must_end, must_have_left, must_stand, set_up
from tests.faults.plays import Play
from tests.faults.stage import Stage, must_say, page
from tests.faults.table import Case, Lasting, cases, lasting
from tests.payments.conftest import Desk, fresh, left
from tests.payments.unclear import again, attempts

pytestmark = [pytest.mark.real, pytest.mark.django_db]
S = BatchStatus


@pytest.mark.parametrize("case", cases("payments", "create", "add", "start", "single", "batches"), ids=str)
def test_a_batch_is_made_once(desk: Desk, stage: Stage, case: Case) -> None:
    set_up(desk, stage)
    batch = SCENES[case.route.scene].prepare(desk, stage)
    stage.meet("payments", case.route.name, case.play, deadline=case.route.deadline)
    must_stand(case, stage, fresh(batch), desk)
    must_have_left(case, stage, batch)
    must_end(case, stage, batch, desk)


@pytest.mark.parametrize(("row", "play"), lasting("payments"), ids=str)
def test_a_batch_that_does_not_get_through_is_left_to_a_person(
    desk: Desk, stage: Stage, row: Lasting, play: Play
) -> None:
    set_up(desk, stage)
    scene = SCENES[row.scene]
    batch = scene.prepare(desk, stage)
    with stage.failing("payments", row.route.name, play, deadline=row.route.deadline, times=None):
        stage.work()
    batch = fresh(batch)
    assert batch.status == row.state and row.sentence in batch.reason
    text = page(desk.cast.ana, "batch-detail", batch.code)
    assert row.sentence in text
    must_say(text, row.by_hand)
    assert set(left(stage.sandbox, batch)) == {0}
    by_hand(row, batch, desk, stage)
    stage.work(until=lambda: fresh(batch).status == scene.target)
    assert set(left(stage.sandbox, batch)) == {scene.money}


def test_a_list_that_is_not_there_proves_nothing(desk: Desk, stage: Stage) -> None:
    """A wrong address answers 404 as well: that is not "the vendor has no such batch", and nothing is sent again."""
    set_up(desk, stage)
    batch = SCENES["batches"].prepare(desk, stage)
    right = stage.settings.PAYMENTS_BASE_URL
    stage.settings.PAYMENTS_BASE_URL = f"{right}/nothing/here"
    stage.work()
    batch = fresh(batch)
    assert batch.status == S.NEEDS_REVIEW and "refused to tell (HTTP 404)" in batch.reason
    assert not batch.may_send_again and attempts(batch, "create") == 1
    stage.settings.PAYMENTS_BASE_URL = right
    orders.ask(batch=batch, by=desk.cast.bo, now=timezone.now())
    stage.work(until=lambda: fresh(batch).status == S.HELD)


def by_hand(row: Lasting, batch: PaymentBatch, desk: Desk, stage: Stage) -> None:
    """Do what the table says that a person does."""
    if batch.status == S.HELD:
        desk.release(batch)
    elif row.scene == "batches":
        orders.ask(batch=batch, by=desk.cast.bo, now=timezone.now())
    else:
        stage.clock.forward(QUIET)
        if not batch.may_send_again:
            ask_twice(batch, desk, stage)
        again(desk, batch)


def ask_twice(batch: PaymentBatch, desk: Desk, stage: Stage) -> None:
    """Only two looks, after the quiet period and a fifth of it apart, prove that nothing was done."""
    for _ in range(2):
        assert not fresh(batch).may_send_again
        orders.ask(batch=batch, by=desk.cast.bo, now=timezone.now())
        stage.work()
        stage.clock.forward(QUIET / 5)
