"""The sandbox's claim payments: the calls that make, hold and release money."""

import threading
from decimal import Decimal

import pytest

from tests.payments_data import make_batch, make_payment, make_request
from tests.sandbox.payments_vendor import KEYS, Vendor, problem
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real
PREFIXES = ("/payments/api/v1", "/payments/v1", "/payments/api/issue/v1")


@pytest.fixture
def vendor(sandbox: SandboxProcess) -> Vendor:
    return Vendor(sandbox)


@pytest.fixture
def quick_vendor(sandbox: SandboxProcess) -> Vendor:
    """An account without hold: starting is paying."""
    return Vendor(sandbox, "ACCT2")


# One batch


def test_it_pays_a_batch_once_and_to_the_cent(vendor: Vendor) -> None:
    made = make_batch(5)
    batch_id = vendor.loaded(made)
    batch = vendor.get(f"/payments/batch/{batch_id}")
    assert (batch["currentBatchTotal"], batch["currentNumberOfPayments"]) == (made.total, 5)
    assert (batch["expectedBatchTotal"], batch["expectedNumberOfPayments"]) == (made.total, 5)
    assert vendor.start(batch_id).status_code == 204
    assert vendor.status(batch_id) == "Held"
    assert vendor.times() == []
    answer = vendor.release(batch_id)
    assert (answer.status_code, answer.content) == (204, b"")
    assert vendor.status(batch_id) == "Funding"
    ledger = vendor.sandbox.ledger()
    for payment in made.payments:
        details = payment["paymentDetails"]
        left = {"times_money_left": 1, "amount": str(details["amount"])}
        assert ledger[details["issuerReferenceId"]] == left | {"accounts": {"ACCT1": left}}


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("slashes", ["/", "//"])
def test_it_answers_at_every_address_the_vendor_prints(sandbox: SandboxProcess, prefix: str, slashes: str) -> None:
    vendor, made = Vendor(sandbox, prefix=prefix), make_batch(1)
    batch_id = vendor.loaded(made)
    path = f"/payments{slashes}batch/{batch_id}/release"
    assert vendor.call("POST", path).status_code == 204
    assert vendor.status(batch_id) == "Held"
    body = {"batchId": batch_id, "releasedBy": "ana@clinic.test"}
    assert vendor.call("POST", path, body).status_code == 204
    assert vendor.times() == [1]


def test_it_has_nothing_behind_a_trailing_slash(vendor: Vendor) -> None:
    problem(vendor.call("POST", "/payments/batch/", {"clientRequestId": "R"}), 404)


def test_it_answers_the_first_payment_of_those_added(vendor: Vendor) -> None:
    made = make_batch(3)
    answer = vendor.add(vendor.created(made), made.payments)
    payment_id = answer.json()["paymentId"]
    reference = made.payments[0]["paymentDetails"]["issuerReferenceId"]
    assert vendor.get(f"/payments/{payment_id}")["issuerReferenceId"] == reference


def test_it_takes_payments_while_held_and_not_after(vendor: Vendor) -> None:
    batch_id = vendor.held(1)
    more = make_payment(7, amount="10.00")
    assert vendor.add(batch_id, [more]).status_code == 200
    problem(vendor.release(batch_id), 409)  # the totals are not what was promised any more
    totals = vendor.get(f"/payments/batch/{batch_id}")
    promise = {"totalAmount": totals["currentBatchTotal"], "numberOfPayments": 2}
    assert vendor.call("PATCH", f"/payments/batch/{batch_id}", promise).status_code == 204
    assert vendor.release(batch_id).status_code == 204
    problem(vendor.add(batch_id, [make_payment(8)]), 409)


def test_it_starts_and_releases_only_what_was_promised(vendor: Vendor) -> None:
    made = make_batch(2)
    batch_id = vendor.created(made)
    problem(vendor.start(batch_id), 409)
    vendor.sandbox.switch("payments", "wrong_totals", "allow")
    assert vendor.start(batch_id).status_code == 204


def test_it_refuses_a_second_start_and_a_second_release(vendor: Vendor) -> None:
    batch_id = vendor.held()
    problem(vendor.start(batch_id), 409)
    assert vendor.release(batch_id).status_code == 204
    problem(vendor.release(batch_id), 409)
    assert vendor.times() == [1, 1]


@pytest.mark.parametrize(("kind", "times"), [("204", 1), ("pays", 2)])
def test_a_switch_takes_a_second_release(vendor: Vendor, kind: str, times: int) -> None:
    vendor.sandbox.switch("payments", "second_release", kind)
    batch_id = vendor.held(1)
    assert [vendor.release(batch_id).status_code for _time in range(2)] == [204, 204]
    assert vendor.times() == [times]


def test_one_of_many_releases_at_once_wins(vendor: Vendor) -> None:
    batch_id = vendor.held(400)  # enough that the first is still at work when the others come
    gate, statuses = threading.Barrier(8), []

    def release() -> None:
        other = Vendor(vendor.sandbox)
        gate.wait()
        statuses.append(other.release(batch_id).status_code)

    threads = [threading.Thread(target=release) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [204] + [409] * 7
    assert vendor.times() == [1] * 400


def test_a_release_names_its_batch_and_its_person(vendor: Vendor) -> None:
    batch_id = vendor.held(1)
    path = f"/payments/batch/{batch_id}/release"
    errors = problem(vendor.call("POST", path, {"batchId": ""}), 400)["errors"]
    assert set(errors) == {"batchId", "releasedBy"}
    problem(vendor.release(batch_id, named="somebody-elses"), 404)
    problem(vendor.release("0" * 32), 404)
    assert vendor.times() == []


def test_the_request_id_names_the_batch_as_in_the_published_sample_unless_strict(vendor: Vendor) -> None:
    batch_id = vendor.held(1)
    vendor.sandbox.switch("payments", "strict", True)
    problem(vendor.release(batch_id, named="REQUEST-FDT"), 404)
    vendor.sandbox.switch("payments", "strict", False)
    assert vendor.release(batch_id, named="REQUEST-FDT").status_code == 204


def test_it_cancels_what_has_not_left(vendor: Vendor) -> None:
    held, released = vendor.held(1, "A"), vendor.held(1, "B")
    assert vendor.call("POST", f"/payments/batch/{held}/cancel").status_code == 204
    assert vendor.status(held) == "Cancelled"
    problem(vendor.release(held), 409)
    vendor.release(released)
    problem(vendor.call("POST", f"/payments/batch/{released}/cancel"), 409)


# A single payment


def test_it_holds_and_releases_a_single_payment(vendor: Vendor) -> None:
    ids = vendor.call("POST", "/payments", make_request(1, amount="25.00")).json()
    assert vendor.status(ids["batchId"]) == "Held"
    body = {"batchId": ids["batchId"], "releasedBy": "ana@clinic.test"}
    path = f"/payments/{ids['paymentId']}/release"
    problem(vendor.call("POST", path, {**body, "batchId": "0" * 32}), 404)
    assert vendor.call("POST", path, body).status_code == 204
    assert vendor.get(f"/payments/{ids['paymentId']}")["status"] == "Released"
    assert vendor.status(ids["batchId"]) == "Funding"
    problem(vendor.call("POST", path, body), 409)
    left = {"times_money_left": 1, "amount": "25.00"}
    assert vendor.sandbox.ledger() == {"FDT000000001": left | {"accounts": {"ACCT1": left}}}


def test_an_account_without_hold_pays_at_once(quick_vendor: Vendor) -> None:
    ids = quick_vendor.call("POST", "/payments", make_request(1, account="ACCT2")).json()
    assert quick_vendor.status(ids["batchId"]) == "Funding"
    batch_id = quick_vendor.loaded(make_batch(2, prefix="BATCH"))
    assert quick_vendor.times() == [1]
    assert quick_vendor.start(batch_id).status_code == 204
    assert quick_vendor.status(batch_id) == "Funding"
    problem(quick_vendor.release(batch_id), 409)
    assert quick_vendor.times() == [1, 1, 1]


def test_a_reference_in_two_accounts_is_no_double_payment(vendor: Vendor, quick_vendor: Vendor) -> None:
    """A reference names one payment of its account; the other account may use it for another payment."""
    assert quick_vendor.call("POST", "/payments", make_request(1, amount="30.00", account="ACCT2")).status_code == 200
    ids = vendor.call("POST", "/payments", make_request(1, amount="25.00")).json()
    assert vendor.release(ids["batchId"]).status_code == 204
    first, second = ({"times_money_left": 1, "amount": amount} for amount in ("25.00", "30.00"))
    assert vendor.sandbox.ledger() == {"FDT000000001": second | {"accounts": {"ACCT1": first, "ACCT2": second}}}
    vendor.sandbox.switch("payments", "second_release", "pays")
    assert vendor.release(ids["batchId"]).status_code == 204
    twice = {"times_money_left": 2, "amount": "50.00"}
    assert vendor.sandbox.ledger() == {"FDT000000001": twice | {"accounts": {"ACCT1": twice, "ACCT2": second}}}


# Keys that may be used once


def test_it_refuses_a_request_id_twice_without_telling_ids(vendor: Vendor) -> None:
    batch_id = vendor.created(make_batch(1))
    told = problem(vendor.create(Decimal("5.00"), 1), 409)
    assert batch_id not in str(told)
    vendor.sandbox.switch("payments", "conflict_ids", True)
    assert problem(vendor.create(Decimal("5.00"), 1), 409)["existingBatchId"] == batch_id


def test_a_switch_answers_a_repeated_request_with_the_same_ids(vendor: Vendor) -> None:
    vendor.sandbox.switch("payments", "create_duplicates", "same")
    answers = [vendor.call("POST", "/payments", make_request(1)).json() for _time in range(2)]
    assert answers[0] == answers[1]
    assert len(vendor.get("/payments/batch")["batches"]) == 1


@pytest.mark.parametrize("name", ["issuerReferenceId", "issuerPaymentId"])
def test_it_refuses_an_id_of_a_payment_twice(vendor: Vendor, name: str) -> None:
    first, second = make_payment(1), make_payment(2)
    batch_id = vendor.created(make_batch(2))
    assert vendor.add(batch_id, [first]).status_code == 200
    second["paymentDetails"][name] = first["paymentDetails"][name]
    problem(vendor.add(batch_id, [make_payment(3), second]), 409)
    single = {**make_request(9), "payment": second}
    problem(vendor.call("POST", "/payments", single), 409)
    twins = [make_payment(4), make_payment(5)]
    twins[1]["paymentDetails"][name] = twins[0]["paymentDetails"][name]
    problem(vendor.add(batch_id, twins), 409)
    assert vendor.get(f"/payments/batch/{batch_id}")["currentNumberOfPayments"] == 1


def test_an_id_stays_used_after_a_cancel(vendor: Vendor) -> None:
    vendor.call("POST", f"/payments/batch/{vendor.held(1)}/cancel")
    other = vendor.created(make_batch(1), "REQUEST-2")
    problem(vendor.add(other, make_batch(1).payments), 409)


@pytest.mark.parametrize(("switch", "value", "status", "count"), [
    ("add_duplicates", "ignore", 200, 4),
    ("add_atomic", False, 409, 3),
])  # fmt: skip
def test_switches_for_an_add_with_a_duplicate_in_it(
    vendor: Vendor, switch: str, value: object, status: int, count: int
) -> None:
    vendor.sandbox.switch("payments", switch, value)
    batch_id = vendor.created(make_batch(4))
    vendor.add(batch_id, [make_payment(2)])
    answer = vendor.add(batch_id, [make_payment(n) for n in range(4)])
    assert answer.status_code == status
    assert vendor.get(f"/payments/batch/{batch_id}")["currentNumberOfPayments"] == count


# Keys of the account


def test_it_asks_for_a_key(vendor: Vendor) -> None:
    for key, status in ((None, 401), ("somebody-elses", 401), (KEYS["ACCT2"], 403)):
        vendor.session.headers["API-Key"] = key  # type: ignore[assignment]
        problem(vendor.create(Decimal("1.00"), 1), status)


def test_a_key_sees_its_own_account_only(vendor: Vendor, quick_vendor: Vendor) -> None:
    batch_id = vendor.held(1)
    problem(quick_vendor.call("GET", f"/payments/batch/{batch_id}"), 404)
    problem(quick_vendor.release(batch_id), 404)
    assert quick_vendor.get("/payments/batch")["batches"] == []


def test_keys_are_made_and_revoked(vendor: Vendor) -> None:
    made = [vendor.call("POST", "/keys") for _time in range(5)]
    assert [answer.status_code for answer in made] == [200] * 4 + [409]
    vendor.session.headers["API-Key"] = made[0].json()["apiKey"]
    assert vendor.create(Decimal("1.00"), 1).status_code == 200
    assert vendor.call("DELETE", "/keys").status_code == 204
    problem(vendor.create(Decimal("1.00"), 1), 403)


# Size


def test_2500_payments_in_chunks_come_out_to_the_cent(vendor: Vendor) -> None:
    made = make_batch(2500)
    batch_id = vendor.created(made)
    for first in range(0, 2500, 100):
        assert vendor.add(batch_id, made.payments[first : first + 100]).status_code == 200
    batch = vendor.get(f"/payments/batch/{batch_id}")
    assert (batch["currentBatchTotal"], batch["currentNumberOfPayments"]) == (made.total, 2500)
    assert vendor.start(batch_id).status_code == 204
    assert vendor.release(batch_id).status_code == 204
    assert vendor.times() == [1] * 2500


def test_a_restart_loses_nothing(tmp_path) -> None:
    first = SandboxProcess(tmp_path)
    batch_id = Vendor(first).held(3)
    first.kill()
    second = SandboxProcess(tmp_path)
    try:
        vendor = Vendor(second)
        assert vendor.status(batch_id) == "Held"
        assert vendor.release(batch_id).status_code == 204
        assert vendor.times() == [1, 1, 1]
    finally:
        second.stop()
