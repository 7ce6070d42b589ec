"""What a call changes, apart from what it checks.

A call is checked first and its effect written as steps, plain JSON; then the steps are done. So a fault can leave them
out, do half of them, or let them land later than the answer, as a service does that commits late: such steps look again
at the keys, which only one payment may use, and add or cancel nothing once money has left. They do not look whether a
batch was released meanwhile before they release it, which is what makes repeating a release dangerous.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.indexes import Presence
from sandbox.payments import events, ledger, records
from sandbox.payments.accounts import VENDOR
from sandbox.state import Store

Json = dict[str, Any]
Step = tuple[str, Json]

OPEN = ("Created", "Held")
_LATE = Presence(VENDOR, "late")
NEXT_OF_BATCH = {"Funding": "Loading", "Loading": "Completed"}
# What a payment is while nothing has set it apart from its batch.
STATUS_OF_PAYMENT = {
    "Created": "Created",
    "Held": "Held",
    "Funding": "Released",
    "Loading": "Loading",
    "Completed": "Loaded",
    "Cancelled": "Voided",
}
NEXT_OF_PAYMENT = {"Released": "Loading", "Loading": "Loaded"}


class Overtaken(Exception):
    """A key of these steps has been used in the meantime, or what they build on is gone."""


def do(store: Store, steps: list[Step], now: datetime) -> None:
    """Do all steps or none.

    Raises:
        Overtaken: two payments have the same key, or a batch is gone or closed; nothing is changed.
    """
    with store.transaction():
        for name, arguments in steps:
            STEPS[name](store, now, **arguments)


def do_later(store: Store, steps: list[Step], due: datetime) -> None:
    """Have the steps done when `due` has come; see `land`."""
    store.put(VENDOR, "late", uuid.uuid4().hex, {"due": records.stamp(due), "steps": steps})


def land(store: Store, now: datetime) -> None:
    """Do the late steps that are due. Called before anything else is looked at, so nobody sees them missing."""
    if _LATE.is_empty():
        return
    late = [(doc["due"], key, doc["steps"]) for key, doc in store.items(VENDOR, "late")]
    for due, key, steps in sorted(late, key=lambda entry: entry[0]):
        if due <= records.stamp(now):
            _land_one(store, key, steps, datetime.fromisoformat(due))


def _land_one(store: Store, key: str, steps: list[Step], due: datetime) -> None:
    try:
        with store.transaction():
            if store.delete(VENDOR, "late", key):  # else another thread was first
                _must_be_free(store, steps)
                do(store, steps, due)
    except Overtaken:  # the repeated call won; the late one comes to nothing
        store.delete(VENDOR, "late", key)


def _must_be_free(store: Store, steps: list[Step]) -> None:
    """The keys that late steps use are still free; what is done at once was checked in the same transaction."""
    for name, arguments in steps:
        if name == "create":
            batch = arguments["batch"]
            used = records.batch_of_request(store, batch["account"], batch["clientRequestId"]) is not None
        else:
            used = name == "add" and any(
                records.payments_of_keys(store, arguments["account"], arguments["payments"]),
            )
        if used:
            raise Overtaken


def tick(store: Store, account: str, now: datetime, *, batch_id: str | None, load_failed: list[str]) -> int:
    """Let time pass for one batch or all batches of an account; return how many batches moved.

    Payments that are loading and whose issuerReferenceId is in `load_failed` fail to load.
    """
    moved = 0
    with store.transaction():
        for batch in records.all_batches(store, account):
            if batch_id in (None, batch["batchId"]):
                moved += _tick_one(store, batch, now, load_failed)
    return moved


def _tick_one(store: Store, batch: Json, now: datetime, load_failed: list[str]) -> bool:
    apart = records.payments_of(store, batch["batchId"]) if batch["apart"] else []
    moved = [_tick_apart(store, batch, payment, now) for payment in apart]
    following = NEXT_OF_BATCH.get(batch["batchStatus"])
    if following == "Completed" and load_failed:
        _fail_to_load(store, batch, load_failed, now)
    if following:
        batch["batchStatus"] = following
        _save_moved(store, batch, now)
        together = [payment for payment in records.payments_of(store, batch["batchId"]) if payment["status"] is None]
        events.payments_moved(store, batch, together, STATUS_OF_PAYMENT[following], now)
    return following is not None or any(moved)


def _tick_apart(store: Store, batch: Json, payment: Json, now: datetime) -> bool:
    """Move a payment that was released apart from its batch."""
    following = NEXT_OF_PAYMENT.get(payment["status"] or "")
    if following:
        _set_status(store, batch, payment, following, now)
    return bool(following)


def _fail_to_load(store: Store, batch: Json, references: list[str], now: datetime) -> None:
    for payment in records.payments_of(store, batch["batchId"]):
        if payment["issuerReferenceId"] in references and payment["status"] in (None, "Loaded"):
            _set_status(store, batch, payment, "LoadFailed", now)
            batch["apart"] = True


def _save_moved(store: Store, batch: Json, now: datetime) -> None:
    """Keep a batch with a new status, and the event of it."""
    records.save_batch(store, batch, now)
    events.batch_moved(store, batch, now)


def _create(store: Store, now: datetime, batch: Json) -> None:
    records.keep_request(store, batch)
    _save_moved(store, batch, now)


def _add(store: Store, now: datetime, account: str, batch_id: str, payments: list[Json]) -> None:
    batch = _batch(store, account, batch_id)
    if batch["batchStatus"] not in OPEN:
        raise Overtaken
    if records.share_a_key(payments):
        raise Overtaken
    records.add_payments(store, account, payments)
    batch["currentBatchTotal"] += sum((payment["amount"] for payment in payments), Decimal("0.00"))
    batch["currentNumberOfPayments"] += len(payments)
    records.save_batch(store, batch, now)


def _hold(store: Store, now: datetime, account: str, batch_id: str) -> None:
    batch = _batch(store, account, batch_id)
    if batch["batchStatus"] == "Created":
        batch["batchStatus"] = "Held"
        _save_moved(store, batch, now)


def _pay(store: Store, now: datetime, account: str, batch_id: str) -> None:
    """Let the money of every payment that goes with its batch leave."""
    batch = _batch(store, account, batch_id)
    for payment in records.payments_of(store, batch_id):
        if payment["status"] is None:
            ledger.money_left(store, account, payment)
    _fund(store, batch, now)


def _pay_apart(store: Store, now: datetime, account: str, batch_id: str, payment_ids: list[str]) -> None:
    """Let the money of some payments leave; the batch follows when none is left behind."""
    batch = _batch(store, account, batch_id)
    for payment_id in payment_ids:
        payment = _payment(store, batch_id, payment_id)
        ledger.money_left(store, account, payment)
        _set_status(store, batch, payment, "Released", now)
    batch |= {"apart": True, "partlyReleased": True}
    if all(payment["status"] for payment in records.payments_of(store, batch_id)):
        _fund(store, batch, now)
    else:
        records.save_batch(store, batch, now)


def _fund(store: Store, batch: Json, now: datetime) -> None:
    batch |= {"batchStatus": "Funding", "fundingRequestId": uuid.uuid4().hex}
    _save_moved(store, batch, now)


def _cancel(store: Store, now: datetime, account: str, batch_id: str) -> None:
    batch = _batch(store, account, batch_id)
    if batch["batchStatus"] not in OPEN or batch["partlyReleased"]:
        raise Overtaken
    batch["batchStatus"] = "Cancelled"
    _save_moved(store, batch, now)


def _promise(store: Store, now: datetime, account: str, batch_id: str, totals: Json) -> None:
    batch = _batch(store, account, batch_id)
    if batch["batchStatus"] not in OPEN:
        raise Overtaken
    batch |= totals
    records.save_batch(store, batch, now)


def _void(store: Store, now: datetime, account: str, batch_id: str, payment_id: str) -> None:
    """Take a payment back; before its release it no longer counts in the batch's current totals."""
    batch, payment = _batch(store, account, batch_id), _payment(store, batch_id, payment_id)
    if payment["status"] is None and batch["batchStatus"] in ("Created", "Held"):
        batch["currentBatchTotal"] -= payment["amount"]
        batch["currentNumberOfPayments"] -= 1
    _set_status(store, batch, payment, "Voided", now)
    batch["apart"] = True
    records.save_batch(store, batch, now)


def _batch(store: Store, account: str, batch_id: str) -> Json:
    batch = records.find_batch(store, account, batch_id)
    if batch is None:  # reset in the meantime
        raise Overtaken
    return batch


def _payment(store: Store, batch_id: str, payment_id: str) -> Json:
    payment = store.get(VENDOR, f"members:{batch_id}", payment_id)
    if payment is None:  # reset in the meantime
        raise Overtaken
    return payment


def _set_status(store: Store, batch: Json, payment: Json, status: str, now: datetime) -> None:
    payment |= {"status": status, "version": payment["version"] + 1}
    records.save_payment(store, payment)
    events.payments_moved(store, batch, [payment], status, now)


STEPS: dict[str, Callable[..., None]] = {
    "create": _create,
    "add": _add,
    "hold": _hold,
    "pay": _pay,
    "pay_apart": _pay_apart,
    "cancel": _cancel,
    "promise": _promise,
    "void": _void,
}
