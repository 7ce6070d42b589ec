"""Speaks to the sandbox's claim payments service over HTTP, as the vendor's customer would."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import requests
import simplejson

from tests.payments_data import Json, MadeBatch, dumps, make_batch
from tests.sandbox import described
from tests.sandbox_process import SandboxProcess

KEYS = {"ACCT1": "payments-sandbox-key", "ACCT2": "payments-sandbox-key-2"}


class Vendor:
    """One account's key, and the calls with it. Every call returns the answer, whatever its status."""

    def __init__(self, sandbox: SandboxProcess, account: str = "ACCT1", prefix: str = "/payments/api/v1") -> None:
        self.sandbox, self.account = sandbox, account
        self.base = sandbox.url + prefix
        self.session = described.session()
        self.session.headers["API-Key"] = KEYS[account]

    def call(self, method: str, path: str, body: Any = None, *, timeout: float = 20) -> requests.Response:
        """Make a call; `body` is a document, bytes, or nothing."""
        data = body if body is None or isinstance(body, bytes) else dumps(body)
        return self.session.request(method, self.base + path, data=data, timeout=timeout, allow_redirects=False)

    def get(self, path: str) -> Any:
        """Ask, and return the document with exact numbers."""
        return document(self.call("GET", path))

    def create(self, total: Decimal, count: int, request: str = "REQUEST-1") -> requests.Response:
        """Make an empty batch."""
        body = {"clientRequestId": request, **self.names(), "totalAmount": total, "numberOfPayments": count}
        return self.call("POST", "/payments/batch", body)

    def names(self) -> Json:
        """Return the two members that name the account."""
        return {"accountShortCode": self.account, "subAccountShortCode": f"SUB{self.account}"}

    def created(self, made: MadeBatch, request: str = "REQUEST-1") -> str:
        """Make an empty batch for some payments; return its id."""
        answer = self.create(made.total, made.count, request)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()["batchId"]

    def loaded(self, made: MadeBatch, request: str = "REQUEST-1") -> str:
        """Make a batch that holds its payments; return its id."""
        batch_id = self.created(made, request)
        answer = self.add(batch_id, made.payments)
        assert answer.status_code == 200, answer.text
        return batch_id

    def held(self, count: int = 2, prefix: str = "FDT") -> str:
        """Make a batch that waits for its release; return its id."""
        batch_id = self.loaded(make_batch(count, prefix=prefix), f"REQUEST-{prefix}")
        assert self.start(batch_id).status_code == 204
        return batch_id

    def add(self, batch_id: str, payments: list[Json]) -> requests.Response:
        """Add payments to a batch."""
        return self.call("POST", f"/payments/batch/{batch_id}/add", {"payments": payments})

    def start(self, batch_id: str) -> requests.Response:
        """Start a batch."""
        return self.call("POST", f"/payments/batch/{batch_id}/start")

    def release(self, batch_id: str, *, named: str = "", timeout: float = 20) -> requests.Response:
        """Release a batch; `named` is the id in the body, if it is another one."""
        body = {"batchId": named or batch_id, "releasedBy": "ana@clinic.test"}
        return self.call("POST", f"/payments/batch/{batch_id}/release", body, timeout=timeout)

    def status(self, batch_id: str) -> str:
        """Return the status word of a batch."""
        return self.get(f"/payments/batch/{batch_id}")["batchStatus"]

    def times(self) -> list[int]:
        """Return how often money left, for every payment for which it did."""
        return [entry["times_money_left"] for entry in self.sandbox.ledger().values()]


def document(answer: requests.Response) -> Any:
    """Return the document of an answer that is 200, with exact numbers."""
    assert answer.status_code == 200, answer.text
    return simplejson.loads(answer.content, use_decimal=True)


def problem(answer: requests.Response, status: int) -> Json:
    """Return the problem of an answer that is refused with `status`."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    return body
