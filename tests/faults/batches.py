"""Batches on the stage: brought to just before the call that fails, and what must hold of them afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from core.models import Command
from payments.models import PaymentBatch
from payments.services import orders
from payments.states import BatchStatus
from tests.faults.plays import Group
from tests.faults.stage import Stage, must_say, next_try, page
from tests.faults.table import Case, End
from tests.payments.conftest import Desk, fresh, left
from tests.payments.unclear import again, attempts

S = BatchStatus
QUIET = 300.0
FOLLOWED = 15 * 60.0  # seconds after which a released batch is read again
LOOKED_UP = "The vendor did not answer clearly. Frontdesk looks at what happened before anything is sent again."
_TRIES = {End.AT_ONCE: 1, End.AGAIN: 2, End.FOUND: 1, End.SENT_AGAIN: 2, End.PERSON: 2}


@dataclass(frozen=True)
class Scene:
    """How to get there, the order that counts, where the batch stands once all is well, and how often money has left.

    `asks`: the call is a question, so what is counted is no order of its own.
    """

    prepare: Callable[[Desk, Stage], PaymentBatch]
    order: str
    target: S
    money: int
    asks: bool = False


def set_up(desk: Desk, stage: Stage) -> None:
    """Real quiet periods, since time is moved; and a vendor that pays again whenever a release comes twice."""
    stage.settings.PAYMENTS_QUIET_SECONDS = QUIET
    stage.sandbox.switch("payments", "second_release", "pays")
    desk.work = stage.work


def _loading(desk: Desk, *statuses: S) -> PaymentBatch:
    batch = desk.approved(desk.draft(2))
    return desk.until(batch, *statuses) if statuses else batch


def _unclear(desk: Desk, stage: Stage) -> PaymentBatch:
    stage.sandbox.fault("payments", "create", "500_after")
    return _loading(desk, S.UNCLEAR)


def _released_single(desk: Desk, stage: Stage) -> PaymentBatch:
    return desk.release(desk.until(desk.approved(desk.single()), S.HELD))


def _started(desk: Desk, stage: Stage) -> PaymentBatch:
    return desk.release(desk.until(desk.approved(desk.draft(2, account=desk.instant)), S.LOADED))


def _paid_single(desk: Desk, stage: Stage) -> PaymentBatch:
    return desk.release(desk.until(desk.approved(desk.single(account=desk.instant)), S.LOADED))


def _cancelled(desk: Desk, stage: Stage) -> PaymentBatch:
    batch = desk.held(2)
    orders.cancel_at_vendor(batch=batch, reason="It is not wanted.", by=desk.cast.ade, now=timezone.now())
    return fresh(batch)


def _followed(desk: Desk, stage: Stage) -> PaymentBatch:
    batch = desk.until(desk.release(desk.held(2)), S.RELEASED)
    stage.sandbox.call("POST", "payments/tick", {"batchId": batch.vendor_batch_id, "times": 2})
    return batch


SCENES = {
    "create": Scene(lambda desk, stage: _loading(desk), "create", S.HELD, 0),
    "add": Scene(lambda desk, stage: _loading(desk, S.LOADING), "add", S.HELD, 0),
    "start": Scene(lambda desk, stage: _loading(desk, S.LOADED), "start", S.HELD, 0),
    "single": Scene(lambda desk, stage: desk.approved(desk.single()), "single", S.HELD, 0),
    "batches": Scene(_unclear, "create", S.HELD, 0, asks=True),
    "release": Scene(lambda desk, stage: desk.release(desk.held(2)), "release", S.RELEASED, 1),
    "release_single": Scene(_released_single, "release", S.RELEASED, 1),
    "start_pays": Scene(_started, "release", S.RELEASED, 1),
    "single_pays": Scene(_paid_single, "single", S.RELEASED, 1),
    "cancel": Scene(_cancelled, "cancel", S.CANCELLED, 0),
    "batch": Scene(lambda desk, stage: desk.release(desk.held(2)), "release", S.RELEASED, 1),
    "batch_details": Scene(_followed, "release", S.RECONCILED, 1, asks=True),
}


def must_stand(case: Case, stage: Stage, batch: PaymentBatch, desk: Desk) -> None:
    """Right after the failure: it goes on, waits with its next try, or is being looked up; and its page says so."""
    text = page(desk.cast.bo, "batch-detail", batch.code)
    open_order = batch.commands.exclude(kind="payments.look").filter(status__in=Command.OPEN).first()
    if case.end is not End.AT_ONCE:
        must_say(text, case.route.meanwhile)
    if case.end in (End.FOUND, End.SENT_AGAIN, End.PERSON):
        assert batch.status == S.UNCLEAR and open_order is not None and open_order.status == "UNCLEAR"
        assert LOOKED_UP in text
    elif case.end is End.AGAIN and SCENES[case.route.scene].asks:
        follows = case.route.scene == "batch_details"
        look = batch.commands.get(kind="payments.look", status="DUE")
        next_try(look.due_at, case.play, never_before=FOLLOWED if follows else 0)
        assert batch.status == (S.RELEASED if follows else S.UNCLEAR)
    elif case.end is End.AGAIN:
        assert open_order is not None and open_order.status == "DUE"
        at = next_try(open_order.due_at, case.play)
        shown = f"{open_order.reason} We try again at {at.astimezone(batch.clinic.zone):%H:%M:%S}."
        assert open_order.reason and shown in text
    else:
        assert batch.status not in (S.UNCLEAR, S.NEEDS_REVIEW) and open_order_is_quick(open_order)


def open_order_is_quick(order: Command | None) -> bool:
    """Whether what comes next, if anything, goes at once."""
    return order is None or (order.status == "DUE" and not order.reason and order.due_at <= timezone.now())


def must_have_left(case: Case, stage: Stage, batch: PaymentBatch) -> None:
    """Right after the failure money has left exactly where the vendor did what it was told to."""
    scene = SCENES[case.route.scene]
    done = case.route.scene == "batch_details" or (
        case.route.scene != "batch" and case.play.group in (Group.DONE, Group.LATE)
    )
    if case.route.scene != "batch" or case.end is not End.AT_ONCE:
        assert set(left(stage.sandbox, batch)) == {scene.money if done else 0}


def must_end(case: Case, stage: Stage, batch: PaymentBatch, desk: Desk) -> None:
    """By itself or by a person's press it comes to its end, and money has left once, or not at all."""
    scene = SCENES[case.route.scene]
    stage.work(until=lambda: fresh(batch).status in (scene.target, S.NEEDS_REVIEW))
    if case.end is End.PERSON:
        must_wait_for_a_person(stage, fresh(batch), desk)
        again(desk, batch)
        stage.work(until=lambda: fresh(batch).status == scene.target)
    batch = fresh(batch)
    assert (batch.status, batch.may_send_again) == (scene.target, False)
    assert set(left(stage.sandbox, batch)) == {scene.money}
    if not scene.asks:
        assert attempts(batch, scene.order) == _TRIES[case.end]
    sent = batch.commands.filter(kind=f"payments.{scene.order}").count()
    assert sent == (2 if case.end is End.PERSON else 1)  # the machine repeats one order with its frozen bytes


def must_wait_for_a_person(stage: Stage, batch: PaymentBatch, desk: Desk) -> None:
    """It was proven twice that nothing was done: the page says so and offers the one thing that is safe."""
    assert (batch.status, batch.may_send_again) == (S.NEEDS_REVIEW, True)
    assert set(left(stage.sandbox, batch)) == {0}
    text = page(desk.cast.ana, "batch-detail", batch.code)
    assert batch.reason and batch.reason in text
    assert ("Release again" if batch.came_from == S.RELEASING else "Send again") in text
