"""What compares answers with the OpenAPI document finds what is wrong with them."""

import json
from typing import Any

import httpx
import pytest
import requests

from tests.sandbox.candid_vendor import CLIENT
from tests.sandbox.cardscan_vendor import Vendor as CardScan
from tests.sandbox.described import Heard, NotDescribed, described_httpx, judge, noted, spoilt
from tests.sandbox.payments_vendor import Vendor as Payments
from tests.sandbox_process import SandboxProcess

JSON = {"Content-Type": "application/json"}
PROBLEM = {"Content-Type": "application/problem+json"}
BATCH = "http://127.0.0.1/payments/api/v1/payments/batch"


def heard(status: int, doc: Any, method: str = "POST", url: str = BATCH, headers: Any = JSON) -> Heard:
    body = doc if isinstance(doc, bytes) else json.dumps(doc).encode()
    return Heard(method, url, status, headers, body)


def refused(status: int, **more: Any) -> dict[str, Any]:
    return {"type": "about:blank", "title": "No", "status": status, "detail": "No.", **more}


@pytest.mark.parametrize(
    ("right", "name"),
    [
        (heard(200, {"batchId": "b"}), "payments.create"),
        (heard(200, {"batchId": "b"}, url="http://127.0.0.1/payments//v1/payments//batch?a=b"), "payments.create"),
        (heard(409, refused(409), headers=PROBLEM | {"Server": "x"}), "payments.create"),
        (heard(204, b"", url=f"{BATCH}/b%20c/start", headers={}), "payments.start"),
        (heard(200, b"", method="HEAD"), "payments.batches"),
        (heard(404, refused(404), url=f"{BATCH}/a/b/c", headers=PROBLEM), ""),
        (heard(405, refused(405), "PUT", headers=PROBLEM | {"Allow": "GET, HEAD, POST"}), ""),
    ],
)
def test_what_is_right_is_known_by_its_name(right: Heard, name: str) -> None:
    assert judge(right) == name


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (heard(200, {"batchId": 7}), "batchId: 7 is not of type"),
        (heard(200, {"batchId": "b", "more": 1}), "Additional properties"),
        (heard(202, {"batchId": "b"}), "payments.create 202 is not described"),
        (heard(200, {"batchId": "b"}, headers={"Content-Type": "text/html"}), "payments.create 200 is text/html"),
        (heard(200, b"", headers={}), "payments.create 200 is of no type"),
        (heard(200, b'{"batchId": "b'), "is no JSON"),
        (heard(200, b'{"batchId": null, "batchId": "b"}'), "a key comes twice"),
        (heard(200, b"NaN"), "is no JSON"),
        (heard(204, b"{}", url=f"{BATCH}/b/start", headers={}), "payments.start 204 has a body"),
        (heard(404, b"Not Found", url=f"{BATCH}/a/b/c", headers={"Content-Type": "text/plain"}), "is text/plain"),
        (heard(404, refused(404), "PUT", headers=PROBLEM), "is not described"),
        (heard(405, refused(405), "PUT", headers=PROBLEM | {"Allow": "GET"}), "['get', 'post'] are described"),
        (heard(302, b"", "GET", "http://127.0.0.1/spry/apis/v2/oauth/authorize", {}), "lacks a header"),
    ],
)
def test_what_is_wrong_is_found(wrong: Heard, why: str) -> None:
    with pytest.raises(NotDescribed) as found:
        judge(wrong)
    assert why in str(found.value)


@pytest.mark.real
def test_the_clients_of_the_tests_compare_every_answer(sandbox: SandboxProcess) -> None:
    for vendor, call in ((Payments(sandbox), "batches"), (CardScan(sandbox), "list")):
        path = "/payments/batch" if call == "batches" else "/cards"
        vendor.call("GET", path)
        sandbox.fault("*", call, "wrong_types", times=2)
        with pytest.raises(NotDescribed, match=f"{call} 200"):
            vendor.call("GET", path)
        with spoilt():
            vendor.call("GET", path)
        with pytest.raises(AssertionError, match="nothing is spoilt"), spoilt():
            vendor.call("GET", path)


@pytest.mark.real
def test_a_client_of_httpx_does_so_too(sandbox: SandboxProcess) -> None:
    client = httpx.Client(event_hooks={"response": [described_httpx]}, base_url=sandbox.url)
    sandbox.fault("candid", "token", "200_error_body")
    with client, noted() as notes:
        with pytest.raises(NotDescribed, match=r"candid\.token 200"):
            client.post("/candid/api/auth/v2/token", json=CLIENT)
        client.post("/candid/api/auth/v2/token", json=CLIENT)
    assert notes.seen == {("candid.token", "200")}


@pytest.mark.real
def test_the_window_is_not_compared(sandbox: SandboxProcess) -> None:
    answer = Payments(sandbox).session.get(f"{sandbox.url}/__sandbox__/nothing", timeout=20)
    assert isinstance(answer, requests.Response)
