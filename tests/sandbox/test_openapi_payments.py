"""Claim payments: every answer that the document describes is given at least once, and is as described."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.payments_data import Json, make_batch, make_payment, make_request
from tests.sandbox.described import described_by, noted, pairs
from tests.sandbox.payments_vendor import Vendor
from tests.sandbox.webhook_receiver import Receiver, receiving
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real
BATCHES, SUBSCRIPTIONS = "/payments/batch", "/event-api/subscriptions"
NOBODY = {"batchId": "nothing", "releasedBy": "ana@clinic.test"}
AGAIN = {"issuerPaymentId": "P-AGAIN", "issuerReferenceId": "R-AGAIN"}
# What the calls with a body send where it does not matter what they are about.
BODIES: dict[str, Json] = {
    "payments.release_single": NOBODY,
    "payments.reissue": AGAIN,
    "payments.change_totals": {"numberOfPayments": 1},
    "payments.add": {"payments": [make_payment(1)]},
    "payments.release": NOBODY,
    "payments.release_partial": NOBODY | {"paymentIds": ["nothing"]},
    "payments.change_subscription": {},
    "payments.acknowledge": {"ids": ["nothing"]},
}


@pytest.fixture
def vendor(sandbox: SandboxProcess) -> Vendor:
    return Vendor(sandbox)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def calls() -> list[tuple[str, str, str]]:
    """Return (name, method, path) of every call, each about something that is not there."""
    return [
        (operation["operationId"], method.upper(), re.sub(r"{\w+}", "nothing", path.removeprefix("/api/v1")))
        for path, method, operation in described_by("payments")
    ]


def test_every_answer_that_is_described_is_given(vendor: Vendor, receiver: Receiver) -> None:
    with noted() as notes:
        refuse_callers(vendor)
        refuse_what_is_sent(vendor)
        follow_scenarios(vendor)
        for status in (200, 201):
            vendor.sandbox.reset()
            vendor.sandbox.switch("payments", "create_status", status)
            go_through_a_batch(vendor)
            go_through_a_payment(vendor)
            subscribe(vendor, receiver)
            use_keys(vendor)
    assert sorted(pairs("payments") - notes.seen) == []


def refuse_callers(vendor: Vendor) -> None:
    """401 without a key and 403 with a revoked one, everywhere."""
    nobody, revoked = Vendor(vendor.sandbox), Vendor(vendor.sandbox)
    del nobody.session.headers["API-Key"]
    revoked.session.headers["API-Key"] = vendor.call("POST", "/keys").json()["apiKey"]
    revoked.call("DELETE", "/keys")
    everywhere(nobody, 401)
    everywhere(revoked, 403)


def refuse_what_is_sent(vendor: Vendor) -> None:
    """413 everywhere, 400 where there is something to get wrong, 404 where something is sought."""
    vendor.sandbox.switch("payments", "max_body_kb", 1)
    everywhere(vendor, 413, b" " * 1001)
    vendor.sandbox.switch("payments", "max_body_kb", None)
    for name, method, path in calls():
        if (name, "400") in pairs("payments"):
            asked = "?pageSize=many" if method == "GET" else ""
            assert vendor.call(method, path + asked, b"[").status_code == 400
        if (name, "404") in pairs("payments"):
            sent = BODIES.get(name)
            if name == "payments.change_subscription":
                sent = wish("http://127.0.0.1:9/")
            assert vendor.call(method, path, sent).status_code == 404


def follow_scenarios(vendor: Vendor) -> None:
    """422 and 429 everywhere, since a scenario may order them."""
    for status in (422, 429):
        vendor.sandbox.reset()
        for name, _method, _path in calls():
            steps = [{"answer": {"refuse": status}, "times": 1}]
            scenario = {"name": name, "vendor": "payments", "route": name.partition(".")[2], "steps": steps}
            vendor.sandbox.call("POST", "scenarios", scenario | {"subject": {}})
        everywhere(vendor, status, b"{}")


def everywhere(vendor: Vendor, status: int, body: bytes | None = None) -> None:
    """Make every call once; all are answered with this status."""
    for name, method, path in calls():
        assert vendor.call(method, path, body).status_code == status, name


def go_through_a_batch(vendor: Vendor) -> None:
    """A batch from its making to its release, with every conflict on its way."""
    made = make_batch(2)
    batch_id = vendor.created(made)
    path = f"{BATCHES}/{batch_id}"
    conflicts(vendor, lambda: vendor.create(made.total, 2), lambda: vendor.start(batch_id))
    vendor.call("PATCH", path, {"totalAmount": made.total, "numberOfPayments": 2})
    vendor.add(batch_id, made.payments)
    conflicts(vendor, lambda: vendor.add(batch_id, made.payments))
    vendor.start(batch_id)
    for end in ("", "/details"):
        vendor.call("GET", path + end)
    vendor.call("GET", BATCHES)
    part = {**NOBODY, "batchId": batch_id, "paymentIds": [payment_ids(vendor, batch_id)[0]]}
    vendor.call("POST", f"{path}/release-partial", part)
    vendor.release(batch_id)
    conflicts(
        vendor,
        lambda: vendor.release(batch_id),
        lambda: vendor.call("POST", f"{path}/release-partial", part),
        lambda: vendor.call("PATCH", path, {"numberOfPayments": 3}),
        lambda: vendor.call("POST", f"{path}/cancel"),
    )
    vendor.call("POST", f"{BATCHES}/{vendor.created(make_batch(1), 'GOES')}/cancel")


def go_through_a_payment(vendor: Vendor) -> None:
    """Single payments: one is voided, one is released, fails to load and is paid once more."""
    made = vendor.call("POST", "/payments", make_request(11)).json()
    path = f"/payments/{made['paymentId']}"
    for end in ("", "/details"):
        vendor.call("GET", path + end)
    release = {**NOBODY, "batchId": made["batchId"]}
    vendor.call("POST", f"{path}/release", release)
    vendor.sandbox.call("POST", "payments/tick", {"times": 2, "loadFailed": ["FDT000000011"]})
    vendor.call("POST", f"{path}/reissue", AGAIN)
    other = f"/payments/{vendor.call('POST', '/payments', make_request(12)).json()['paymentId']}"
    vendor.call("POST", f"{other}/void")
    conflicts(
        vendor,
        lambda: vendor.call("POST", "/payments", make_request(11)),
        lambda: vendor.call("POST", f"{path}/release", release),
        lambda: vendor.call("POST", f"{path}/reissue", AGAIN),
        lambda: vendor.call("POST", f"{other}/void"),
    )


def subscribe(vendor: Vendor, receiver: Receiver) -> None:
    """A subscription from its making to its end; it misses an event, since it has not shaken hands."""
    receiver.status = 404
    path = f"{SUBSCRIPTIONS}/{vendor.call('POST', SUBSCRIPTIONS, wish(receiver.url)).json()['id']}"
    vendor.created(make_batch(1), "TOLD")
    (event,) = vendor.get(f"{path}/missed-events")
    vendor.call("POST", f"{path}/missed-events/acknowledge", {"ids": [event["id"]]})
    vendor.call("POST", f"{path}/reopen")
    vendor.call("GET", SUBSCRIPTIONS)
    vendor.call("GET", path)
    vendor.call("PUT", path, wish(receiver.url))
    vendor.call("DELETE", path)


def use_keys(vendor: Vendor) -> None:
    """Five keys, of which the last goes."""
    made = [vendor.call("POST", "/keys").json()["apiKey"] for _number in range(4)]
    conflicts(vendor, lambda: vendor.call("POST", "/keys"))
    other = Vendor(vendor.sandbox)
    other.session.headers["API-Key"] = made[-1]
    assert other.call("DELETE", "/keys").status_code == 204


def conflicts(vendor: Vendor, *made: Callable[[], Any]) -> None:
    """Make calls that do not go with what was done before."""
    assert [call().status_code for call in made] == [409] * len(made)


def payment_ids(vendor: Vendor, batch_id: str) -> list[str]:
    return [payment["paymentId"] for payment in vendor.get(f"{BATCHES}/{batch_id}/details")["payments"]]


def wish(url: str) -> Json:
    return {"url": url, "eventNames": ["batch_created"], "auth": {"apiKey": {"key": "secret-1"}}}
