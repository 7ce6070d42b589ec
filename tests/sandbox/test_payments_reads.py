"""The sandbox's claim payments: what it answers when asked, how time passes, and what it does beyond the main flow."""

from typing import Any

import pytest
import simplejson

from tests.payments_data import Json, make_batch, make_request
from tests.sandbox.payments_vendor import Vendor, problem
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real


@pytest.fixture
def vendor(sandbox: SandboxProcess) -> Vendor:
    return Vendor(sandbox)


def tick(vendor: Vendor, **body: Any) -> int:
    return vendor.sandbox.call("POST", "payments/tick", body)["moved"]


def payments_of(vendor: Vendor, batch_id: str) -> list[Json]:
    return vendor.get(f"/payments/batch/{batch_id}/details")["payments"]


def statuses(vendor: Vendor, batch_id: str) -> list[str]:
    return [payment["status"] for payment in payments_of(vendor, batch_id)]


# Reads


def test_a_batch_has_the_vendors_members(vendor: Vendor) -> None:
    batch_id = vendor.held()
    batch = vendor.get(f"/payments/batch/{batch_id}")
    assert set(batch) == {
        "batchId",
        "tenantId",
        "clientRequestId",
        "accountId",
        "subAccountId",
        "fundingType",
        "fundingRequestId",
        "batchStatus",
        "expectedBatchTotal",
        "expectedNumberOfPayments",
        "currentBatchTotal",
        "currentNumberOfPayments",
        "batchCreatedDate",
    }
    assert batch["clientRequestId"] == "REQUEST-FDT"
    assert batch["fundingRequestId"] is None
    vendor.release(batch_id)
    assert vendor.get(f"/payments/batch/{batch_id}")["fundingRequestId"]


def test_the_list_is_filtered_and_paged(vendor: Vendor) -> None:
    ids = [vendor.created(make_batch(1), f"REQUEST-{number}") for number in range(3)]
    ids.append(vendor.held())

    def found(query: str) -> list[str]:
        return [batch["batchId"] for batch in vendor.get(f"/payments/batch{query}")["batches"]]

    assert found("") == ids
    assert found("?clientRequestId=REQUEST-1") == ids[1:2]
    assert found("?clientRequestId=NEVER") == []
    assert found("?batchStatus=Held") == ids[3:]
    assert found("?pageSize=3&pageNumber=2") == ids[3:]
    assert vendor.get("/payments/batch?pageSize=3")["totalCount"] == 4
    problem(vendor.call("GET", "/payments/batch?pageSize=many"), 400)


def test_a_payment_is_told_without_anything_about_its_patient(vendor: Vendor) -> None:
    request = make_request(1, amount="25.00")
    ids = vendor.call("POST", "/payments", request).json()
    payment = vendor.get(f"/payments/{ids['paymentId']}")
    assert set(payment) == {"paymentId", "tenantId", "batchId", "issuerReferenceId", "amount", "status", "version"}
    details = vendor.get(f"/payments/{ids['paymentId']}/details")
    assert details["paymentDetails"] == request["payment"]["paymentDetails"]
    assert (details["status"], details["totalNumberClaims"]) == ("Held", 2)
    patient = request["payment"]["claimLevelInformation"][0]["claimLoop"][0]["involvedEntitiesInfo"][0]
    assert patient["lastName"] not in str(details)
    kept = b"".join(path.read_bytes() for path in vendor.sandbox.data.glob("sandbox.sqlite3*"))
    assert b"FDT000000001" in kept
    assert patient["lastName"].encode() not in kept


def test_what_is_not_there_is_404_and_what_cannot_be_done_405(vendor: Vendor) -> None:
    nothing = "0" * 32
    for path in (f"/payments/batch/{nothing}", f"/payments/batch/{nothing}/details", f"/payments/{nothing}"):
        problem(vendor.call("GET", path), 404)
    for path in (f"/payments/batch/{nothing}/start", f"/payments/batch/{nothing}/cancel", f"/payments/{nothing}/void"):
        problem(vendor.call("POST", path), 404)
    assert vendor.call("DELETE", "/payments/batch").status_code == 405


# Time


def test_time_passes_from_funding_to_completed(vendor: Vendor) -> None:
    batch_id, waiting = vendor.held(1, "A"), vendor.held(1, "B")
    assert tick(vendor) == 0
    vendor.release(batch_id)
    seen = [(vendor.status(batch_id), *statuses(vendor, batch_id))]
    while tick(vendor, batchId=batch_id):
        seen.append((vendor.status(batch_id), *statuses(vendor, batch_id)))
    assert seen == [("Funding", "Released"), ("Loading", "Loading"), ("Completed", "Loaded")]
    assert vendor.status(waiting) == "Held"
    assert vendor.times() == [1]


def test_a_payment_fails_to_load_and_is_reissued_once(vendor: Vendor) -> None:
    batch_id = vendor.held()
    vendor.release(batch_id)
    tick(vendor, times=2, loadFailed=["FDT000000001"])
    assert statuses(vendor, batch_id) == ["Loaded", "LoadFailed"]
    good, failed = (payment["paymentId"] for payment in payments_of(vendor, batch_id))
    ids = {"issuerPaymentId": "again", "issuerReferenceId": "FDT-AGAIN"}
    problem(vendor.call("POST", f"/payments/{good}/reissue", ids), 409)
    answer = vendor.call("POST", f"/payments/{failed}/reissue", ids)
    assert vendor.status(answer.json()["batchId"]) == "Funding"
    problem(vendor.call("POST", f"/payments/{failed}/reissue", {**ids, "issuerReferenceId": "FDT-MORE"}), 409)
    assert vendor.sandbox.ledger()["FDT-AGAIN"]["times_money_left"] == 1
    assert vendor.times() == [1, 1, 1]


# Partial release and void


def test_a_part_is_released_and_then_the_rest(vendor: Vendor) -> None:
    batch_id = vendor.held(3)
    first, *others = (payment["paymentId"] for payment in payments_of(vendor, batch_id))
    path = f"/payments/batch/{batch_id}/release-partial"
    body = {"batchId": batch_id, "releasedBy": "ana@clinic.test", "paymentIds": [first, first]}
    assert vendor.call("POST", path, body).status_code == 204
    assert (vendor.status(batch_id), statuses(vendor, batch_id)) == ("Held", ["Released", "Held", "Held"])
    problem(vendor.call("POST", path, body), 409)
    problem(vendor.call("POST", path, {**body, "paymentIds": ["0" * 32]}), 404)
    problem(vendor.call("POST", f"/payments/batch/{batch_id}/cancel"), 409)
    assert len(others) == 2
    assert vendor.release(batch_id).status_code == 204
    assert vendor.times() == [1, 1, 1]
    tick(vendor)
    assert (vendor.status(batch_id), statuses(vendor, batch_id)) == ("Loading", ["Loading"] * 3)


def test_the_last_part_releases_the_batch(vendor: Vendor) -> None:
    batch_id = vendor.held(2)
    for payment in payments_of(vendor, batch_id):
        body = {"batchId": batch_id, "releasedBy": "ana@clinic.test"}
        assert vendor.call("POST", f"/payments/{payment['paymentId']}/release", body).status_code == 204
    assert vendor.status(batch_id) == "Funding"
    problem(vendor.release(batch_id), 409)
    assert vendor.times() == [1, 1]


def test_a_voided_payment_does_not_leave(vendor: Vendor) -> None:
    made = make_batch(2)
    batch_id = vendor.held(2)
    first = payments_of(vendor, batch_id)[0]["paymentId"]
    assert vendor.call("POST", f"/payments/{first}/void").status_code == 204
    problem(vendor.call("POST", f"/payments/{first}/void"), 409)
    problem(vendor.release(batch_id), 409)  # the totals are not what was promised any more
    rest = made.payments[1]["paymentDetails"]["amount"]
    totals = {"totalAmount": rest, "numberOfPayments": 1}
    assert vendor.call("PATCH", f"/payments/batch/{batch_id}", totals).status_code == 204
    assert vendor.release(batch_id).status_code == 204
    assert list(vendor.sandbox.ledger()) == [made.payments[1]["paymentDetails"]["issuerReferenceId"]]
    assert statuses(vendor, batch_id) == ["Voided", "Released"]


def test_a_released_payment_is_voided_until_it_is_loaded(vendor: Vendor) -> None:
    batch_id = vendor.held(2)
    vendor.release(batch_id)
    first, second = (payment["paymentId"] for payment in payments_of(vendor, batch_id))
    tick(vendor)
    assert vendor.call("POST", f"/payments/{first}/void").status_code == 204
    tick(vendor)
    problem(vendor.call("POST", f"/payments/{second}/void"), 409)
    assert statuses(vendor, batch_id) == ["Voided", "Loaded"]
    assert vendor.times() == [1, 1]


def test_time_is_told_to_pass_in_few_words(vendor: Vendor) -> None:
    long = {"batchId": "x" * 64, "loadFailed": ["y" * 50] * 1000}
    url = f"{vendor.sandbox.url}/__sandbox__/payments/tick"
    answer = vendor.session.post(url, data=simplejson.dumps(long), timeout=20)
    assert problem(answer, 413)["detail"] == "The body of this request has at most 20 kB."
    assert tick(vendor) == 0
