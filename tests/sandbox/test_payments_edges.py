"""The sandbox's claim payments at their edges: odd bodies, wrong addresses, work that comes too late."""

import pytest
import requests

from tests.payments_data import dumps, make_batch, make_payment
from tests.sandbox.payments_vendor import Vendor, problem
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real


@pytest.fixture
def vendor(sandbox: SandboxProcess) -> Vendor:
    return Vendor(sandbox)


# Odd bodies

ODD = ["1e99999999999999999999", "1e-99999999999999999999", "1e999", "9" * 5000, '"\\ud83d"', '"\\ud83d\\u0041"', "NaN"]


def with_raw(document: object, text: str) -> bytes:
    """Return the JSON of a document with its "@@" written as `text`, which need not be JSON."""
    return dumps(document).replace(b'"@@"', text.encode())


@pytest.mark.parametrize("text", ODD, ids=[text[:12] for text in ODD])
@pytest.mark.parametrize("member", ["clientRequestId", "totalAmount", "numberOfPayments", "unknown"])
def test_no_value_breaks_a_create(vendor: Vendor, member: str, text: str) -> None:
    body = {"clientRequestId": "R", **vendor.names(), "totalAmount": 5, "numberOfPayments": 1, member: "@@"}
    problem(vendor.call("POST", "/payments/batch", with_raw(body, text)), 400)
    assert vendor.get("/payments/batch")["totalCount"] == 0


@pytest.mark.parametrize("text", ODD, ids=[text[:12] for text in ODD])
@pytest.mark.parametrize("member", ["issuerReferenceId", "issuerPaymentId", "amount", "unknown"])
def test_no_value_breaks_an_add(vendor: Vendor, member: str, text: str) -> None:
    batch_id, payment = vendor.created(make_batch(1)), make_payment(1)
    payment["paymentDetails"][member] = "@@"
    body = with_raw({"payments": [payment]}, text)
    problem(vendor.call("POST", f"/payments/batch/{batch_id}/add", body), 400)
    assert vendor.get(f"/payments/batch/{batch_id}")["currentNumberOfPayments"] == 0


@pytest.mark.parametrize(
    "query", ["clientRequestId=%ED%A0%80%00", "pageSize=9999999999999999999&pageNumber=99999999999999", "pageNumber=-4"]
)
def test_no_query_breaks_the_list(vendor: Vendor, query: str) -> None:
    vendor.created(make_batch(1))
    assert vendor.get(f"/payments/batch?{query}")["batches"] in ([], vendor.get("/payments/batch")["batches"])


def test_a_member_that_the_service_does_not_know_is_not_kept(vendor: Vendor) -> None:
    batch_id, payment = vendor.created(make_batch(1)), make_payment(1)
    payment["paymentDetails"]["patientName"] = "Zebedee Quillfeather"
    payment_id = vendor.add(batch_id, [payment]).json()["paymentId"]
    del payment["paymentDetails"]["patientName"]
    assert vendor.get(f"/payments/{payment_id}/details")["paymentDetails"] == payment["paymentDetails"]
    kept = b"".join(path.read_bytes() for path in vendor.sandbox.data.glob("sandbox.sqlite3*"))
    assert b"Quillfeather" not in kept


# Wrong addresses


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/nothing", 404, None),
        ("POST", "/payments/batch/", 404, None),
        ("POST", "/payments/", 404, None),
        ("PUT", "/payments", 405, "POST"),
        ("DELETE", "/payments/batch", 405, "GET, HEAD, POST"),
        ("GET", "/payments/batch/1/release", 405, "POST"),
    ],
)
def test_a_wrong_address_is_a_problem(vendor: Vendor, method: str, path: str, status: int, allow: str | None) -> None:
    answer = vendor.call(method, path)
    problem(answer, status)
    assert answer.headers.get("Allow") == allow


@pytest.mark.parametrize("prefix", ["//api/v1", "/api//v1", "///api//issue///v1", "//v1"])
def test_more_slashes_than_one_are_tolerated_anywhere(sandbox: SandboxProcess, prefix: str) -> None:
    vendor = Vendor(sandbox, prefix=f"/payments{prefix}")
    batch_id = vendor.held(1)
    assert vendor.call("POST", f"//payments///batch//{batch_id}///cancel").status_code == 204
    assert vendor.status(batch_id) == "Cancelled"


# Work that comes too late


def cut_off(vendor: Vendor, route: str, path: str, body: object = None) -> None:
    """Make a call whose work lands a minute after its connection is gone."""
    rule = {"vendor": "payments", "route": route, "kind": "late_work", "options": {"seconds": 60}}
    vendor.sandbox.call("POST", "faults", rule)
    with pytest.raises(requests.exceptions.ConnectionError):
        vendor.call("POST", path, body)


def test_a_late_add_or_cancel_does_nothing_to_a_batch_whose_money_has_left(vendor: Vendor) -> None:
    batch_id = vendor.held(1)
    cut_off(vendor, "add", f"/payments/batch/{batch_id}/add", {"payments": [make_payment(9)]})
    cut_off(vendor, "cancel", f"/payments/batch/{batch_id}/cancel")
    assert vendor.release(batch_id).status_code == 204
    vendor.sandbox.call("POST", "clock", {"advance_seconds": 61})
    batch = vendor.get(f"/payments/batch/{batch_id}")
    assert (batch["batchStatus"], batch["currentNumberOfPayments"], vendor.times()) == ("Funding", 1, [1])
