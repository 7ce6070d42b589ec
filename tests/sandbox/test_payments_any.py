"""Whatever is sent to the sandbox's claim payments, no answer is a 5xx and every refusal is a problem."""

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.payments_data import Json, make_payment
from tests.sandbox import odd
from tests.sandbox.payments_vendor import Vendor
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real

QUIET = settings(max_examples=100, deadline=None, derandomize=True, database=None)
NAMES = {"accountShortCode": "ACCT1", "subAccountShortCode": "SUBACCT1"}
PERSON = {"batchId": "b", "releasedBy": "ana@clinic.test"}
SUBSCRIPTION = {"url": "http://127.0.0.1:9/", "eventNames": ["batch_created"], "auth": {"apiKey": {"key": "k"}}}
# (method, address, a right body); "*" is an id.
CALLS: list[tuple[str, str, Any]] = [
    ("POST", "/payments", {"clientRequestId": "R", **NAMES, "payment": make_payment(1)}),
    ("POST", "/payments/batch", {"clientRequestId": "R", **NAMES, "totalAmount": 5, "numberOfPayments": 1}),
    ("POST", "/payments/batch/*/add", {"payments": [make_payment(34)]}),
    ("POST", "/payments/batch/*/release", PERSON),
    ("POST", "/payments/batch/*/release-partial", PERSON | {"paymentIds": ["p"]}),
    ("PATCH", "/payments/batch/*", {"totalAmount": 5, "numberOfPayments": 1}),
    ("POST", "/payments/*/release", PERSON),
    ("POST", "/payments/*/reissue", {"issuerPaymentId": "P", "issuerReferenceId": "R"}),
    ("POST", "/event-api/subscriptions", SUBSCRIPTION),
    ("PUT", "/event-api/subscriptions/*", SUBSCRIPTION),
    ("POST", "/event-api/subscriptions/*/missed-events/acknowledge", {"ids": ["e"]}),
]
READS = ["/payments/batch", "/payments/batch/*", "/payments/batch/*/details", "/payments/*", "/payments/*/details"]


@pytest.fixture(scope="module")
def vendor(sandbox_process: SandboxProcess) -> Vendor:
    sandbox_process.reset()
    return Vendor(sandbox_process)


def check(vendor: Vendor, method: str, path: str, body: bytes | None = None) -> None:
    """Make a call; its answer is good, or a problem that is the caller's."""
    answer = vendor.call(method, path, body)
    assert answer.status_code < 500, (method, path, body)
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"
        told: Json = answer.json()
        assert (told["status"], set(told) >= {"type", "title", "detail"}) == (answer.status_code, True)


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("call", CALLS, ids=[f"{method} {path}" for method, path, _body in CALLS])
def test_no_body_breaks_a_call(vendor: Vendor, call: tuple[str, str, Any], strict: bool) -> None:
    method, path, right = call
    vendor.sandbox.reset()
    vendor.sandbox.switch("payments", "strict", strict)
    batch_id = vendor.create(5, 1, "THERE").json()["batchId"]

    @settings(QUIET, max_examples=100 if right.get("payment") or right.get("payments") else 25)
    @given(place=st.sampled_from(odd.paths_of(right)), text=odd.texts)
    def ask(place: tuple[Any, ...], text: str) -> None:
        check(vendor, method, path.replace("*", batch_id), odd.with_text(right, place, text))

    ask()


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]), parts=st.lists(odd.segments, max_size=5)
)
@settings(QUIET)
def test_no_address_breaks_the_service(vendor: Vendor, method: str, parts: list[str]) -> None:
    path = "/payments/" + "/".join(quote(part, safe="") for part in parts)
    answer = vendor.call(method, path, b"{}")
    assert answer.status_code < 500


@given(path=st.sampled_from(READS), name=odd.segments, text=st.text(max_size=30))
@settings(QUIET)
def test_no_question_breaks_a_read(vendor: Vendor, path: str, name: str, text: str) -> None:
    query = (
        f"?clientRequestId={quote(text, safe='', errors='replace')}&pageSize={quote(text, safe='', errors='replace')}"
    )
    check(vendor, "GET", path.replace("*", quote(name, safe="")) + query)


@given(key=st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=60))
@settings(QUIET)
def test_no_key_breaks_a_call(vendor: Vendor, key: str) -> None:
    headers = {"API-Key": key.encode("latin-1")}
    answer = vendor.session.get(f"{vendor.base}/payments/batch", headers=headers, timeout=20)
    assert answer.status_code in (400, 401)
