"""What each writing call of the claim payments service does: checked here and in `guards`, changed in `effects`.

Every call takes its desk and returns a Plan, or raises Problem. Known facts and guesses: docs/vendors/optum.md.
"""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from sandbox import clock
from sandbox.payments import accounts, effects, guards, records, shapes, strict
from sandbox.payments.effects import Step
from sandbox.payments.ledger import report
from sandbox.payments.plans import Desk, Plan
from sandbox.payments.problems import Problem
from sandbox.state import store

Json = dict[str, Any]


def ledger() -> dict[str, Json]:
    """Return how often money left, by issuerReferenceId: {"times_money_left": 1, "amount": "25.00", "accounts": …}."""
    effects.land(store(), clock.now())
    return report(store())


def status_of(batch: Json, payment: Json) -> str:
    """Return the status of a payment: its own where it went apart, else that of its batch."""
    return payment["status"] or effects.STATUS_OF_PAYMENT[batch["batchStatus"]]


def single(desk: Desk, body: Json) -> Plan:
    """Create a batch of one and execute it: held in an account that holds, paid at once in one that does not."""
    guards.must_pass(shapes.single(desk.strict, desk.claim_adjustments), body)
    guards.must_be_own_account(desk, body)
    guards.must_balance(desk, [("payment.", body["payment"])])
    if known := _made_before(desk, body):
        payments = records.payments_of(desk.store, known)
        return _created(desk, [], batchId=known, paymentId=payments[0]["paymentId"] if payments else None)
    amount = records.dollars(body["payment"]["paymentDetails"]["amount"])
    batch = _new_batch(desk, body | {"totalAmount": amount, "numberOfPayments": 1})
    payment = _new_payment(desk, batch["batchId"], body["payment"])
    guards.must_be_new(desk, [payment])
    steps = [_create(batch), _add(batch, [payment]), _start(desk, batch)]
    return _created(desk, steps, batchId=batch["batchId"], paymentId=payment["paymentId"])


def create(desk: Desk, body: Json) -> Plan:
    """Create an empty batch that promises a total and a number of payments."""
    guards.must_pass(shapes.create_batch(), body)
    guards.must_be_own_account(desk, body)
    if known := _made_before(desk, body):
        return _created(desk, [], batchId=known)
    batch = _new_batch(desk, body)
    return _created(desk, [_create(batch)], batchId=batch["batchId"])


def add(desk: Desk, body: Json, batch_id: str) -> Plan:
    """Add payments to a batch that is created or held; all or none unless a switch or a fault has it otherwise."""
    batch = guards.must_find(desk, batch_id)
    guards.must_pass(shapes.add(desk.strict, desk.claim_adjustments), body)
    given = [(f"payments[{place}].", payment) for place, payment in enumerate(body["payments"])]
    guards.must_balance(desk, given, batch_id)
    guards.must_be_open(batch)
    payments = [_new_payment(desk, batch_id, payment) for payment in body["payments"]]
    try:
        guards.must_be_new(desk, payments)
    except Problem as refusal:
        return _add_with_duplicates(desk, batch, payments, refusal)
    return _created(desk, [_add(batch, payments)], paymentId=payments[0]["paymentId"])


def start(desk: Desk, batch_id: str) -> Plan:
    """Execute a batch: it is held, or its money leaves at once if the account does not hold."""
    batch = guards.must_find(desk, batch_id)
    if batch["batchStatus"] != "Created":
        raise Problem(409, "The batch has been started already.")
    guards.must_have_its_totals(desk, batch)
    return Plan([_start(desk, batch)])


def release(desk: Desk, body: Json, batch_id: str) -> Plan:
    """Release a held batch: the money of all its payments leaves."""
    guards.must_pass(shapes.release(), body)
    batch = guards.must_find(desk, batch_id)
    guards.must_name(desk, batch, body)
    pay: Step = ("pay", _address(batch))
    if batch["fundingRequestId"]:
        return _release_again(desk, pay)
    guards.must_be_held(desk, batch)
    return Plan([pay])


def release_single(desk: Desk, body: Json, payment_id: str) -> Plan:
    """Release one held payment."""
    guards.must_pass(shapes.release(), body)
    batch, payment = guards.must_find_payment(desk, payment_id)
    guards.must_name(desk, batch, body)
    pay: Step = ("pay_apart", _address(batch) | {"payment_ids": [payment_id]})
    if batch["fundingRequestId"] or payment["status"]:
        return _release_again(desk, pay)
    guards.must_be_held(desk, batch)
    return Plan([pay])


def release_partial(desk: Desk, body: Json, batch_id: str) -> Plan:
    """Release some payments of a held batch; the others stay held."""
    guards.must_pass(shapes.release_partial(), body)
    batch = guards.must_find(desk, batch_id)
    guards.must_name(desk, batch, body)
    guards.must_be_held(desk, batch)
    wanted = list(dict.fromkeys(body["paymentIds"]))
    for payment_id in wanted:
        owner, payment = guards.must_find_payment(desk, payment_id)
        if owner["batchId"] != batch_id:
            raise Problem(404, "A payment of this list is not in the batch.")
        if payment["status"]:
            raise Problem(409, "A payment of this list is not held any more.")
    return Plan([("pay_apart", _address(batch) | {"payment_ids": wanted})])


def cancel(desk: Desk, batch_id: str) -> Plan:
    """Cancel a batch none of whose money has left."""
    batch = guards.must_find(desk, batch_id)
    guards.must_be_open(batch)
    if batch["partlyReleased"]:
        raise Problem(409, "Some payments of the batch have been released.")
    return Plan([("cancel", _address(batch))])


def change_totals(desk: Desk, body: Json, batch_id: str) -> Plan:
    """Change what a batch promises."""
    guards.must_pass(shapes.change_totals(), body)
    batch = guards.must_find(desk, batch_id)
    guards.must_be_open(batch)
    totals: Json = {}
    if body.get("totalAmount") is not None:
        totals["expectedBatchTotal"] = records.dollars(body["totalAmount"])
    if body.get("numberOfPayments") is not None:
        totals["expectedNumberOfPayments"] = body["numberOfPayments"]
    return Plan([("promise", _address(batch) | {"totals": totals})])


def void(desk: Desk, payment_id: str) -> Plan:
    """Take back a payment that is not loaded yet."""
    batch, payment = guards.must_find_payment(desk, payment_id)
    if status_of(batch, payment) in ("Loaded", "LoadFailed", "Voided"):
        raise Problem(409, "The payment cannot be voided any more.")
    return Plan([("void", _address(batch) | {"payment_id": payment_id})])


def reissue(desk: Desk, body: Json, payment_id: str) -> Plan:
    """Pay once more what failed to load or was voided after its release, as a batch of one with ids of its own."""
    guards.must_pass(shapes.reissue(), body)
    old_batch, old = guards.must_find_payment(desk, payment_id)
    if status_of(old_batch, old) not in ("LoadFailed", "Voided") or not old_batch["fundingRequestId"]:
        raise Problem(409, "Only a payment that failed to load, or was voided after its release, can be reissued.")
    request = {"clientRequestId": f"reissue-{payment_id}", "totalAmount": old["amount"], "numberOfPayments": 1}
    guards.must_be_new_request(desk, request["clientRequestId"])
    batch = _new_batch(desk, request)
    payment = old | {name: body[name] for name in ("issuerPaymentId", "issuerReferenceId")}
    payment |= {"paymentId": uuid.uuid4().hex, "batchId": batch["batchId"], "status": None, "version": 1}
    guards.must_be_new(desk, [payment])
    steps = [_create(batch), _add(batch, [payment]), ("pay", _address(batch))]
    return _created(desk, steps, batchId=batch["batchId"], paymentId=payment["paymentId"])


def make_key(desk: Desk) -> Plan:
    """Make a further key of the account."""
    return _created(desk, [], apiKey=accounts.make_key(desk.store, desk.account))


def _made_before(desk: Desk, body: Json) -> str | None:
    """Return the batch of this request id if the service answers a repeated request with the same ids.

    Raises:
        Problem: 409, which is what the service does unless the switch `create_duplicates` is "same".
    """
    if desk.switch("create_duplicates", "409") == "same":
        return records.batch_of_request(desk.store, desk.account.code, body["clientRequestId"])
    guards.must_be_new_request(desk, body["clientRequestId"])
    return None


def _add_with_duplicates(desk: Desk, batch: Json, payments: list[Json], refusal: Problem) -> Plan:
    """Refuse all; or, by switch, leave out what is there already, or keep what comes before the first of it."""
    there = records.payments_of_keys(desk.store, desk.account.code, payments)
    if desk.switch("add_duplicates", "409") == "ignore":
        new = [payment for payment, known in zip(payments, there, strict=True) if not known]
        return _created(desk, [_add(batch, new)], paymentId=there[0] or payments[0]["paymentId"])
    if not desk.switch("add_atomic", True):
        first = next((place for place, known in enumerate(there) if known), 0)
        return Plan([_add(batch, payments[:first])], refusal=refusal)
    raise refusal


def _release_again(desk: Desk, pay: Step) -> Plan:
    """Refuse a second release; by the switch `second_release` take it silently ("204") or pay once more ("pays")."""
    kind = desk.switch("second_release", "409")
    if kind == "409":
        raise Problem(409, "The batch has been released already.")
    return Plan([pay] if kind == "pays" else [])


def _created(desk: Desk, steps: list[Step], **ids: str | None) -> Plan:
    return Plan(steps, status=int(desk.switch("create_status", 200)), body=ids)


def _address(batch: Json) -> Json:
    return {"account": batch["account"], "batch_id": batch["batchId"]}


def _create(batch: Json) -> Step:
    return ("create", {"batch": batch})


def _add(batch: Json, payments: list[Json]) -> Step:
    return ("add", _address(batch) | {"payments": payments})


def _start(desk: Desk, batch: Json) -> Step:
    holds = desk.account.holds and desk.fault("jump_past_held") is None
    return ("hold" if holds else "pay", _address(batch))


def _new_batch(desk: Desk, request: Json) -> Json:
    return {
        "batchId": uuid.uuid4().hex,
        "account": desk.account.code,
        "clientRequestId": request["clientRequestId"],
        "fundingRequestId": None,
        "batchStatus": "Created",
        "expectedBatchTotal": records.dollars(request["totalAmount"]),
        "expectedNumberOfPayments": request["numberOfPayments"],
        "currentBatchTotal": Decimal("0.00"),
        "currentNumberOfPayments": 0,
        "batchCreatedDate": records.stamp(desk.now),
        "revision": 0,
        "apart": False,
        "partlyReleased": False,
    }


def _new_payment(desk: Desk, batch_id: str, payment: Json) -> Json:
    """Return what is kept of a payment: nothing about patients, and no member that the service does not know."""
    sent = payment["paymentDetails"]
    details = {name: sent[name] for name in shapes.PAYMENT_DETAILS if name in sent}
    return {
        "paymentId": uuid.uuid4().hex,
        "batchId": batch_id,
        "issuerReferenceId": details["issuerReferenceId"],
        "issuerPaymentId": details.get("issuerPaymentId"),
        "amount": records.dollars(details["amount"]),
        "status": None,
        "version": 1,
        "paymentDetails": details,
        "totalNumberClaims": payment["totalNumberClaims"],
        "claims": strict.paid_claim_numbers(payment) if desk.strict else [],
    }
