"""The sandbox's claim payments tell their subscribers what happens: handshake, signature, retries, missed events."""

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

import pytest
import simplejson

from tests.payments_data import make_batch
from tests.sandbox.payments_vendor import Vendor, problem
from tests.sandbox.webhook_receiver import Received, Receiver, receiving
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real
BATCH = ["batch_created", "batch_held", "batch_funding_requested", "batch_loading_requested", "batch_completed"]
PAYMENT = ["payment_loading_requested", "payment_loading_completed", "payment_loading_failed", "payment_voided"]
SUBSCRIPTIONS = "/event-api/subscriptions"


@pytest.fixture
def vendor(sandbox: SandboxProcess) -> Vendor:
    return Vendor(sandbox)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def wish(receiver: Receiver, *names: str, key: str = "secret-1") -> dict[str, Any]:
    return {"url": receiver.url, "eventNames": list(names or BATCH), "auth": {"apiKey": {"key": key}}}


def subscribed(vendor: Vendor, receiver: Receiver, *names: str) -> str:
    """Subscribe, and wait for the handshake; return the subscription's address."""
    path = f"{SUBSCRIPTIONS}/{vendor.call('POST', SUBSCRIPTIONS, wish(receiver, *names)).json()['id']}"
    receiver.wait(lambda: vendor.get(path)["status"] == "Active")
    receiver.received.clear()
    return path


def is_signed(one: Received, key: str) -> bool:
    right = hmac.new(key.encode(), one.body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(one.headers["x-optum-webhook-callback-hmac-signature"], right)


def pass_time(vendor: Vendor, seconds: float) -> None:
    vendor.sandbox.call("POST", "clock", {"advance_seconds": seconds})


def missed(vendor: Vendor, path: str) -> list[Any]:
    return vendor.get(f"{path}/missed-events")


# Subscriptions


def test_a_subscription_is_made_shaken_hands_with_read_and_ended(vendor: Vendor, receiver: Receiver) -> None:
    answer = vendor.call("POST", SUBSCRIPTIONS, wish(receiver))
    made = answer.json()
    assert (answer.status_code, set(made)) == (200, {"id", "url", "eventNames", "createdAt", "status"})
    receiver.wait(lambda: vendor.get(f"{SUBSCRIPTIONS}/{made['id']}")["status"] == "Active")
    (handshake,) = receiver.received
    assert (handshake.document["type"], handshake.document["id"]) == ("subscription_handshake", made["id"])
    assert is_signed(handshake, "secret-1")
    assert [one["id"] for one in vendor.get(SUBSCRIPTIONS)] == [made["id"]]
    assert "secret-1" not in vendor.call("GET", SUBSCRIPTIONS).text
    assert vendor.sandbox.call("GET", "state")["switches"] == []
    assert vendor.call("DELETE", f"{SUBSCRIPTIONS}/{made['id']}").status_code == 204
    assert vendor.get(SUBSCRIPTIONS) == []
    problem(vendor.call("GET", f"{SUBSCRIPTIONS}/{made['id']}"), 404)


@pytest.mark.parametrize(
    "base", ["/payments/v1/event-api", "/payments/api/event-api/v1", "/payments//api//v1//event-api"]
)
def test_subscriptions_are_at_every_address_the_vendor_prints(vendor: Vendor, receiver: Receiver, base: str) -> None:
    path = subscribed(vendor, receiver)
    vendor.base = vendor.sandbox.url + base
    assert missed(vendor, path.removeprefix("/event-api")) == []


def test_an_account_sees_its_own_subscriptions_only(vendor: Vendor, receiver: Receiver) -> None:
    path, other = subscribed(vendor, receiver), Vendor(vendor.sandbox, "ACCT2")
    assert other.get(SUBSCRIPTIONS) == []
    for method, end in (("GET", ""), ("DELETE", ""), ("GET", "/missed-events"), ("POST", "/reopen")):
        problem(other.call(method, path + end), 404)
    other.created(make_batch(1))
    vendor.created(make_batch(1))
    receiver.wait(lambda: bool(receiver.received))
    assert [one.document["data"]["account"] for one in receiver.received] == ["ACCT1"]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"url": "ftp://127.0.0.1/"}, "url"),
        ({"url": "https://elsewhere.example/hook"}, "url"),
        ({"url": None}, "url"),
        ({"eventNames": []}, "eventNames"),
        ({"eventNames": ["Batch Created"]}, "eventNames[0]"),
        ({"auth": {"basic": {}}}, "auth.apiKey"),
        ({"auth": {"apiKey": {"key": ""}}}, "auth.apiKey.key"),
    ],
)
def test_a_wrong_subscription_is_refused(
    vendor: Vendor, receiver: Receiver, changes: dict[str, Any], wrong: str
) -> None:
    answer = vendor.call("POST", SUBSCRIPTIONS, wish(receiver) | changes)
    assert list(problem(answer, 400)["errors"]) == [wrong]
    assert vendor.get(SUBSCRIPTIONS) == []


# Events


def test_a_batch_tells_its_way_and_its_payments(vendor: Vendor, receiver: Receiver) -> None:
    subscribed(vendor, receiver, *BATCH, *PAYMENT)
    made = make_batch(2)
    batch_id = vendor.loaded(made)
    vendor.start(batch_id)
    vendor.release(batch_id)
    vendor.sandbox.call("POST", "payments/tick", {"times": 2, "loadFailed": ["FDT000000001"]})
    receiver.wait(lambda: len(receiver.received) == 9)
    assert receiver.types()[:5] == [*BATCH[:3], BATCH[3], "payment_loading_requested"]
    assert sorted(receiver.types()) == sorted([*BATCH, *PAYMENT[:1] * 2, *PAYMENT[1:3]])
    first = receiver.received[0].document
    assert set(first) == {"id", "source", "specVersion", "type", "dataContentType", "data", "time", "causationId"}
    assert (first["id"], first["specVersion"]) == (batch_id, "1.0")
    data = first["data"]
    assert (data["status"], data["totalAmount"], data["numberOfPayments"]) == ("Created", made.total, 2)
    assert len({one.document["causationId"] for one in receiver.received}) == 9
    assert all(is_signed(one, "secret-1") for one in receiver.received)


def test_an_event_names_its_payment_and_nobody_in_it(vendor: Vendor, receiver: Receiver) -> None:
    subscribed(vendor, receiver, "payment_voided")
    batch_id = vendor.held(1)
    (payment,) = vendor.get(f"/payments/batch/{batch_id}/details")["payments"]
    vendor.call("POST", f"/payments/{payment['paymentId']}/void")
    receiver.wait(lambda: bool(receiver.received))
    (one,) = receiver.received
    data = one.document["data"]
    assert (one.document["id"], data["amount"], data["status"]) == (payment["paymentId"], payment["amount"], "Voided")
    assert data["paymentNetwork"]["id"]["paymentId"] == payment["paymentId"]
    payee = make_batch(1).payments[0]["payeeDetails"]["name"]
    assert payee.encode() not in one.body


def test_a_refused_call_tells_nothing(vendor: Vendor, receiver: Receiver) -> None:
    subscribed(vendor, receiver)
    made = make_batch(1)
    batch_id = vendor.created(made)
    problem(vendor.create(made.total, 1), 409)
    problem(vendor.start(batch_id), 409)
    vendor.call("POST", f"/payments/batch/{batch_id}/cancel")
    vendor.created(make_batch(1), "LAST")
    receiver.wait(lambda: len(receiver.received) >= 2)
    assert receiver.types() == ["batch_created", "batch_created"]


def test_a_change_takes_the_new_secret_and_shakes_hands_at_a_new_address(vendor: Vendor, receiver: Receiver) -> None:
    path = subscribed(vendor, receiver)
    assert vendor.call("PUT", path, wish(receiver, key="secret-2")).status_code == 200
    vendor.created(make_batch(1))
    receiver.wait(lambda: bool(receiver.received))
    assert receiver.types() == ["batch_created"]
    assert is_signed(receiver.received[0], "secret-2")
    with receiving() as other:
        other.status = 403
        assert vendor.call("PUT", path, wish(other)).json()["status"] == "Pending"
        other.wait(lambda: bool(other.received))
        assert (other.types(), vendor.get(path)["status"]) == (["subscription_handshake"], "Pending")


# What is missed


def test_before_the_handshake_everything_is_missed(vendor: Vendor, receiver: Receiver) -> None:
    receiver.status = 404
    path = f"{SUBSCRIPTIONS}/{vendor.call('POST', SUBSCRIPTIONS, wish(receiver)).json()['id']}"
    vendor.created(make_batch(1))
    (event,) = missed(vendor, path)
    assert set(event) == {"id", "eventName", "subscriptionId", "eventPayload", "failurePayload"}
    assert (event["eventName"], event["failurePayload"]) == ("batch_created", "The handshake has not been completed.")
    assert simplejson.loads(event["eventPayload"])["numberOfPayments"] == 1
    assert set(receiver.types()) <= {"subscription_handshake"}


def test_three_retries_then_it_is_missed_and_the_circuit_is_open(vendor: Vendor, receiver: Receiver) -> None:
    path = subscribed(vendor, receiver)
    receiver.status = 500
    vendor.created(make_batch(1), "REQUEST-1")
    for tries in range(1, 5):
        receiver.wait(lambda tries=tries: len(receiver.received) == tries)
        receiver.wait(lambda tries=tries: len(deliveries(vendor)[-1]["tries"]) == tries)
        pass_time(vendor, 601)
    assert {one.document["causationId"] for one in receiver.received} == {missed(vendor, path)[0]["id"]}
    assert missed(vendor, path)[0]["failurePayload"] == "Http error: StatusCode: 500"
    receiver.status = 200
    vendor.created(make_batch(1), "REQUEST-2")
    assert vendor.get(path)["status"] == "CircuitOpen"
    assert [one["failurePayload"] for one in missed(vendor, path)][1:] == ["The circuit is open."]
    acknowledged = {"ids": [one["id"] for one in missed(vendor, path)]}
    assert vendor.call("POST", f"{path}/missed-events/acknowledge", acknowledged).status_code == 204
    assert vendor.call("POST", f"{path}/reopen").status_code == 204
    vendor.created(make_batch(1), "REQUEST-3")
    receiver.wait(lambda: len(receiver.received) == 5)
    assert (missed(vendor, path), vendor.get(path)["status"]) == ([], "Active")


def deliveries(vendor: Vendor) -> list[Any]:
    return vendor.sandbox.call("GET", "webhooks")["webhooks"]


@pytest.mark.parametrize("body", [{}, {"ids": []}, {"ids": [7]}, {"ids": "all"}])
def test_a_wrong_acknowledgement_is_refused(vendor: Vendor, receiver: Receiver, body: dict[str, Any]) -> None:
    path = subscribed(vendor, receiver)
    problem(vendor.call("POST", f"{path}/missed-events/acknowledge", body), 400)
