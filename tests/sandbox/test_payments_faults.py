"""Every way in which the sandbox's claim payments can fail, and what the ledger says about it."""

from decimal import Decimal

import pytest
import requests

from tests.payments_data import make_batch, make_payment, make_request
from tests.sandbox.described import spoilt
from tests.sandbox.payments_vendor import Vendor, problem
from tests.sandbox.waiting import wait_until
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real
NO_ANSWER = requests.exceptions.ConnectionError
GIVEN_UP = requests.exceptions.ReadTimeout


@pytest.fixture
def vendor(sandbox: SandboxProcess) -> Vendor:
    return Vendor(sandbox)


def fault(vendor: Vendor, route: str, kind: str, times: int | None = 1, **options: object) -> None:
    rule = {"vendor": "payments", "route": route, "kind": kind, "times": times, "options": options}
    vendor.sandbox.call("POST", "faults", rule)


def pass_time(vendor: Vendor, seconds: float) -> None:
    vendor.sandbox.call("POST", "clock", {"advance_seconds": seconds})


def late(kind: str) -> dict[str, float]:
    """Return the option that keeps a slow fault short."""
    return {"seconds": 0.01} if kind.startswith("slow") else {}


# The answer to a release


@pytest.mark.parametrize(("kind", "status", "left"), [
    ("500_before", 500, []),
    ("500_after", 500, [1, 1]),
    ("502_html", 502, []),
    ("429", 429, []),
    ("401", 401, []),
    ("403", 403, []),
    ("413", 413, []),
    ("200_error_body", 200, []),
    ("204_without_effect", 204, []),
    ("other_2xx", 202, [1, 1]),
    ("slow_first_byte", 204, [1, 1]),
    ("slow_before", 204, [1, 1]),
])  # fmt: skip
@spoilt(perhaps=True)
def test_a_release_that_is_answered(vendor: Vendor, kind: str, status: int, left: list[int]) -> None:
    batch_id = vendor.held()
    fault(vendor, "release", kind, **({"retry_after": 7} if kind == "429" else {}), **late(kind))
    answer = vendor.release(batch_id)
    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == ("7" if kind == "429" else None)
    assert vendor.times() == left
    assert vendor.release(batch_id).status_code == (409 if left else 204)
    assert vendor.times() == [1, 1]


@pytest.mark.parametrize(("kind", "left"), [("reset_before", []), ("reset_after", [1, 1])])
def test_a_release_whose_connection_is_reset(vendor: Vendor, kind: str, left: list[int]) -> None:
    batch_id = vendor.held()
    fault(vendor, "release", kind)
    with pytest.raises(NO_ANSWER):
        vendor.release(batch_id)
    assert vendor.times() == left
    assert vendor.status(batch_id) == ("Funding" if left else "Held")


@pytest.mark.parametrize(("kind", "left"), [("black_hole_before", []), ("black_hole_after", [1, 1])])
def test_a_release_that_nobody_answers(vendor: Vendor, kind: str, left: list[int]) -> None:
    batch_id = vendor.held()
    fault(vendor, "release", kind)
    with pytest.raises(GIVEN_UP):
        vendor.release(batch_id, timeout=0.4)
    # The call may still be on its way in: it is there once it has used the fault up, and done when the ledger says so.
    wait_until(lambda: not vendor.sandbox.call("GET", "faults")["faults"])
    wait_until(lambda: vendor.times() == left)
    assert vendor.release(batch_id).status_code == (409 if left else 204)
    assert vendor.times() == [1, 1]


def test_a_slow_release_is_carried_out_although_nobody_waits_for_it(vendor: Vendor) -> None:
    batch_id = vendor.held()
    fault(vendor, "release", "slow_before", seconds=1)
    with pytest.raises(GIVEN_UP):
        vendor.release(batch_id, timeout=0.1)
    wait_until(lambda: vendor.times() == [1, 1])


@spoilt()
def test_a_fault_hits_its_route_and_its_number_of_calls(vendor: Vendor) -> None:
    made = make_batch(1)
    fault(vendor, "add", "500_after", times=2)
    batch_id = vendor.created(made)
    statuses = [vendor.add(batch_id, made.payments).status_code for _time in range(3)]
    assert statuses == [500, 500, 409]
    assert vendor.get(f"/payments/batch/{batch_id}")["currentNumberOfPayments"] == 1


@spoilt()
def test_every_writing_route_can_work_and_not_say_so(vendor: Vendor) -> None:
    fault(vendor, "*", "500_after", times=None)
    vendor.create(Decimal("10.00"), 1)
    vendor.call("POST", "/payments", make_request(5, amount="20.00"))
    vendor.sandbox.call("DELETE", "faults")
    batch, single = vendor.get("/payments/batch")["batches"]
    fault(vendor, "*", "500_after", times=None)
    vendor.add(batch["batchId"], [make_payment(6, amount="10.00")])
    vendor.start(batch["batchId"])
    vendor.release(batch["batchId"])
    vendor.sandbox.call("DELETE", "faults")
    assert vendor.status(batch["batchId"]) == "Funding"
    assert vendor.status(single["batchId"]) == "Held"
    assert vendor.times() == [1]


# The answer to a create or an add


@pytest.mark.parametrize("route", ["create", "single"])
@spoilt()
def test_half_an_answer_hides_a_batch_that_is_there(vendor: Vendor, route: str) -> None:
    fault(vendor, route, "truncated_json")
    body = {**vendor.names(), "clientRequestId": "REQUEST-1"}
    if route == "create":
        answer = vendor.call("POST", "/payments/batch", {**body, "totalAmount": 5, "numberOfPayments": 1})
    else:
        answer = vendor.call("POST", "/payments", {**body, "payment": make_payment(1)})
    assert answer.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()
    assert len(vendor.get("/payments/batch?clientRequestId=REQUEST-1")["batches"]) == 1


@spoilt()
def test_a_partial_add_leaves_the_first_half(vendor: Vendor) -> None:
    made = make_batch(5)
    batch_id = vendor.created(made)
    fault(vendor, "add", "partial_add")
    problem(vendor.add(batch_id, made.payments), 500)
    batch = vendor.get(f"/payments/batch/{batch_id}")
    first = sum(payment["paymentDetails"]["amount"] for payment in made.payments[:2])
    assert (batch["currentBatchTotal"], batch["currentNumberOfPayments"]) == (first, 2)
    problem(vendor.add(batch_id, made.payments), 409)


# Late work


def test_late_work_lands_after_the_connection_is_gone(vendor: Vendor) -> None:
    batch_id = vendor.held()
    fault(vendor, "release", "late_work", seconds=60)
    with pytest.raises(NO_ANSWER):
        vendor.release(batch_id)
    assert (vendor.status(batch_id), vendor.times()) == ("Held", [])
    pass_time(vendor, 61)
    assert (vendor.times(), vendor.status(batch_id)) == ([1, 1], "Funding")


def test_a_release_that_is_sent_again_too_soon_pays_twice(vendor: Vendor) -> None:
    """What a client must never do, and what the ledger is for."""
    batch_id = vendor.held(1)
    fault(vendor, "release", "late_work", seconds=60)
    with pytest.raises(NO_ANSWER):
        vendor.release(batch_id)
    assert vendor.release(batch_id).status_code == 204
    pass_time(vendor, 61)
    assert vendor.times() == [2]


@spoilt()
def test_late_work_cannot_use_a_key_twice(vendor: Vendor) -> None:
    made = make_batch(2)
    fault(vendor, "create", "late_work", seconds=60, answer="500")
    problem(vendor.create(made.total, 2), 500)
    batch_id = vendor.created(made)
    fault(vendor, "add", "late_work", seconds=60, answer="500")
    problem(vendor.add(batch_id, made.payments), 500)
    assert vendor.add(batch_id, made.payments).status_code == 200
    pass_time(vendor, 61)
    [batch] = vendor.get("/payments/batch")["batches"]
    assert (batch["batchId"], batch["currentBatchTotal"]) == (batch_id, made.total)


def test_a_late_start_does_not_take_a_release_back(vendor: Vendor) -> None:
    batch_id = vendor.loaded(make_batch(1))
    fault(vendor, "start", "late_work", seconds=60)
    with pytest.raises(NO_ANSWER):
        vendor.start(batch_id)
    assert vendor.start(batch_id).status_code == 204
    assert vendor.release(batch_id).status_code == 204
    pass_time(vendor, 61)
    assert (vendor.status(batch_id), vendor.times()) == ("Funding", [1])


# Held, or not


@pytest.mark.parametrize("route", ["start", "release"])
def test_a_batch_jumps_past_held(vendor: Vendor, route: str) -> None:
    batch_id = vendor.loaded(make_batch(2))
    fault(vendor, route, "jump_past_held")
    assert vendor.call("POST", f"/payments/batch/{batch_id}/{route}").status_code == 204
    assert (vendor.status(batch_id), vendor.times()) == ("Funding", [1, 1])


def test_a_single_payment_jumps_past_held(vendor: Vendor) -> None:
    fault(vendor, "single", "jump_past_held")
    ids = vendor.call("POST", "/payments", make_request(1)).json()
    assert (vendor.status(ids["batchId"]), vendor.times()) == ("Funding", [1])


# Reads


def test_reads_are_stale_for_a_number_of_reads(vendor: Vendor) -> None:
    made = make_batch(2)
    batch_id = vendor.loaded(made)
    fault(vendor, "batch", "stale_reads", times=2)
    path = f"/payments/batch/{batch_id}"
    assert [vendor.get(path)["currentNumberOfPayments"] for _time in range(3)] == [0, 0, 2]
    fault(vendor, "batch_details", "stale_reads")
    assert [len(vendor.get(f"{path}/details")["payments"]) for _time in range(2)] == [0, 2]
    vendor.start(batch_id)
    vendor.release(batch_id)
    fault(vendor, "batch", "stale_reads")
    assert [vendor.status(batch_id), vendor.status(batch_id)] == ["Held", "Funding"]


def test_reads_are_stale_for_a_time(vendor: Vendor) -> None:
    fault(vendor, "batch", "stale_reads", times=None, seconds=60)
    fault(vendor, "batches", "stale_reads", times=None, seconds=60)
    batch_id = vendor.created(make_batch(1))
    problem(vendor.call("GET", f"/payments/batch/{batch_id}"), 404)
    assert vendor.get("/payments/batch")["batches"] == []
    pass_time(vendor, 61)
    assert len(vendor.get("/payments/batch")["batches"]) == 1
    vendor.add(batch_id, make_batch(1).payments)
    assert vendor.get(f"/payments/batch/{batch_id}")["currentNumberOfPayments"] == 0
    pass_time(vendor, 61)
    assert vendor.get(f"/payments/batch/{batch_id}")["currentNumberOfPayments"] == 1


def test_a_stale_read_of_what_has_one_look_only_finds_nothing(vendor: Vendor) -> None:
    batch_id = vendor.created(make_batch(1))
    fault(vendor, "batch", "stale_reads")
    problem(vendor.call("GET", f"/payments/batch/{batch_id}"), 404)


def test_a_total_is_a_cent_off(vendor: Vendor) -> None:
    made = make_batch(1)
    batch_id = vendor.loaded(made)
    fault(vendor, "batch", "off_by_one_cent")
    path = f"/payments/batch/{batch_id}"
    totals = [vendor.get(path)["currentBatchTotal"] for _time in range(2)]
    assert totals == [made.total + Decimal("0.01"), made.total]


@spoilt()
def test_a_status_word_is_unknown(vendor: Vendor) -> None:
    batch_id = vendor.held()
    fault(vendor, "batch", "unknown_status")
    fault(vendor, "batch", "unknown_status", word="Suspended")
    assert [vendor.status(batch_id) for _time in range(3)] == ["Reviewing", "Suspended", "Held"]


@pytest.mark.parametrize(("kind", "status"), [("500_before", 500), ("502_html", 502), ("429", 429)])
@spoilt(perhaps=True)
def test_a_read_fails(vendor: Vendor, kind: str, status: int) -> None:
    batch_id = vendor.held()
    fault(vendor, "batch", kind)
    assert vendor.call("GET", f"/payments/batch/{batch_id}").status_code == status
    assert vendor.status(batch_id) == "Held"
