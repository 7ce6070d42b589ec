"""What has to hold before a call may do anything. Each guard raises the Problem that the service answers with."""

from __future__ import annotations

from typing import Any

from sandbox.payments import records, shapes, strict
from sandbox.payments.checks import Check, say
from sandbox.payments.effects import OPEN
from sandbox.payments.plans import Desk
from sandbox.payments.problems import Errors, Problem, invalid

Json = dict[str, Any]


def must_pass(shape: Check, body: Any) -> None:
    """The body has the right shape, else 400."""
    errors = shapes.errors_in(shape, body)
    if errors:
        raise invalid(errors)


def must_be_own_account(desk: Desk, body: Json) -> None:
    """The account of the body is the one of the key, else 403."""
    if (body["accountShortCode"], body["subAccountShortCode"]) != (desk.account.code, desk.account.sub_code):
        raise Problem(403, "This API key belongs to another account.")


def must_balance(desk: Desk, payments: list[tuple[str, Json]], batch_id: str = "") -> None:
    """In strict mode every payment, given with the path to it, fits together and no claim is paid twice, else 400."""
    if not desk.strict:
        return
    errors: Errors = {}
    for path, payment in payments:
        strict.check(payment, path, errors, today=desk.now.date(), claim_adjustments=desk.claim_adjustments)
    _find_claims_paid_twice(desk, payments, batch_id, errors)
    if errors:
        raise invalid(errors)


def must_find(desk: Desk, batch_id: str) -> Json:
    """Return the batch, else 404."""
    batch = records.find_batch(desk.store, desk.account.code, batch_id)
    if batch is None:
        raise Problem(404, "The payment batch cannot be found.")
    return batch


def must_find_payment(desk: Desk, payment_id: str) -> tuple[Json, Json]:
    """Return (batch, payment), else 404."""
    found = records.find_payment(desk.store, desk.account.code, payment_id)
    if found is None:
        raise Problem(404, "The payment cannot be found.")
    return found


def must_be_open(batch: Json) -> None:
    """None of the batch's money has left, and it may still change, else 409."""
    if batch["batchStatus"] not in OPEN:
        raise Problem(409, "The batch cannot be changed any more.")


def must_be_held(desk: Desk, batch: Json) -> None:
    """The batch waits for its release and its totals are what it promised, else 409."""
    if batch["batchStatus"] != "Held":
        raise Problem(409, "The batch is not held.")
    must_have_its_totals(desk, batch)


def must_have_its_totals(desk: Desk, batch: Json) -> None:
    """What the batch holds is what it promised, else 409; the switch `wrong_totals` set to "allow" lets it pass."""
    promised = (batch["expectedBatchTotal"], batch["expectedNumberOfPayments"])
    if promised != (batch["currentBatchTotal"], batch["currentNumberOfPayments"]) and (
        desk.switch("wrong_totals", "409") != "allow"
    ):
        raise Problem(409, "The totals of the batch are not what it promised.")


def must_name(desk: Desk, batch: Json, body: Json) -> None:
    """The body of a release names its batch, else 404.

    Strict, by its id. Lenient, the request id will do, as in the service's own sample.
    """
    names = {batch["batchId"]} if desk.strict else {batch["batchId"], batch["clientRequestId"]}
    if body["batchId"] not in names:
        raise Problem(404, "The payment batch cannot be found.")


def must_be_new_request(desk: Desk, client_request_id: str) -> None:
    """No batch was made for this request id before, else 409."""
    known = records.batch_of_request(desk.store, desk.account.code, client_request_id)
    if known:
        raise _conflict(desk, "A batch with this request id already exists.", existingBatchId=known)


def must_be_new(desk: Desk, payments: list[Json]) -> None:
    """No payment before, and none beside it, uses the same reference id or payment id, else 409."""
    known = next(filter(None, records.payments_of_keys(desk.store, desk.account.code, payments)), None)
    if known:
        raise _conflict(desk, "A payment with this reference id already exists.", existingPaymentId=known)
    if records.share_a_key(payments):
        raise _conflict(desk, "Two payments of this request have the same id.")


def _conflict(desk: Desk, detail: str, **ids: str) -> Problem:
    """Return a 409; it tells no ids unless the switch `conflict_ids` is on."""
    return Problem(409, detail, **(ids if desk.switch("conflict_ids", False) else {}))


def _find_claims_paid_twice(desk: Desk, payments: list[tuple[str, Json]], batch_id: str, errors: Errors) -> None:
    reversed_numbers = {number for _path, payment in payments for number in strict.reversed_claim_numbers(payment)}
    seen: set[str] = set()
    for path, payment in payments:
        for number in strict.paid_claim_numbers(payment):
            before = number in seen or records.pays_claim(desk.store, batch_id, number)
            if before and number not in reversed_numbers:
                say(errors, f"{path}claimLevelInformation", "A claim is paid twice in this batch.")
            seen.add(number)
