"""The sandbox's Candid takes bodies up to a limit, and refuses longer ones in its envelope."""

import json
from typing import Any

import pytest

from tests.sandbox.candid_vendor import Candid, person
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real
JANE = person("Jane", "Doe", "AETNA12345", "2004-04-04")
V1 = "eligibility-checks/v1"
MEGABYTE = 1_000_000
CALLS = [
    ("POST", "api/auth/v2/token"),
    ("POST", V1),
    ("POST", f"{V1}/recommendation"),
    ("PUT", f"{V1}/recommendation/r/2/vote"),
    ("POST", f"{V1}/insurance-discovery"),
    ("POST", f"{V1}/coordination-of-benefits"),
    ("POST", "coverages/v1/insurance-discovery-passthrough"),
    ("POST", "coverages/v1/c/eligibility"),
    ("POST", "__sandbox__/members"),
    ("POST", "__sandbox__/coverages"),
]


@pytest.fixture
def candid(sandbox: SandboxProcess) -> Candid:
    return Candid(sandbox)


def padded(doc: Any, size: int) -> bytes:
    """Return the JSON of a document, followed by as many blanks as make it so many bytes."""
    return json.dumps(doc).encode().ljust(size)


def refused(candid: Candid, method: str, path: str, raw: bytes) -> tuple[int, str, str]:
    """Return (status, errorName, message) of an answer in Candid's envelope."""
    headers = {"Content-Type": "application/json"}
    answer = candid.http.request(method, f"{candid.url}/{path}", data=raw, headers=headers, timeout=60)
    doc = answer.json()
    assert set(doc) == {"errorName", "content"}, answer.text
    return answer.status_code, doc["errorName"], doc["content"]["message"]


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_body_of_more_than_a_megabyte_is_refused(candid: Candid, method: str, path: str) -> None:
    status, name, message = refused(candid, method, path, padded({}, MEGABYTE + 1))
    assert (status, name) == (413, "BadRequestError")
    assert "at most 1 MB" in message


def test_a_body_of_a_megabyte_is_read(candid: Candid) -> None:
    raw = padded(candid.body("60054", JANE), MEGABYTE)
    assert candid.http.post(f"{candid.url}/{V1}", data=raw, timeout=60).status_code == 200


def test_a_body_that_does_not_say_its_length_is_cut_off_too(candid: Candid) -> None:
    parts = (b" " * 100_000 for _ in range(11))
    assert candid.http.post(f"{candid.url}/{V1}", data=parts, timeout=60).status_code == 413


def test_a_batch_may_have_thirty_megabytes(candid: Candid) -> None:
    checks = [candid.body("60054", JANE)]
    raw = padded(checks, 30 * MEGABYTE)
    assert candid.http.post(f"{candid.url}/{V1}/batch", data=raw, timeout=60).status_code == 200
    status, name, message = refused(candid, "POST", f"{V1}/batch", raw + b" ")
    assert (status, name) == (413, "BadRequestError")
    assert "at most 30 MB" in message
    assert candid.held("batches") == 1
