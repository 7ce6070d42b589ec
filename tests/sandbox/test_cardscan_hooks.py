"""The webhooks of the sandbox's CardScan: what is told to whom, signed how, and when it is told again."""

import base64
import hashlib
import hmac
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from sandbox.cardscan import hooks
from tests.sandbox.cardscan_vendor import FRONT, Vendor, landscape, picture
from tests.sandbox.webhook_receiver import Receiver, receiving
from tests.sandbox_process import SandboxProcess

SECRET = "whsec_" + base64.b64encode(b"a secret of the tests").decode()
OF_EVERY_EVENT = {"type", "card_id", "created_at", "updated_at", "deleted", "session_id", "user_id"}


@pytest.fixture
def receiver(sandbox: SandboxProcess) -> Iterator[Receiver]:
    """A customer's server to which every webhook goes."""
    with receiving() as server:
        sandbox.switch("cardscan", "webhooks", [server.url])
        sandbox.switch("cardscan", "webhook_secret", SECRET)
        sandbox.switch("cardscan", "eligibility_seconds", 0)
        yield server


@pytest.fixture
def vendor(sandbox: SandboxProcess) -> Vendor:
    return Vendor(sandbox)


def told(receiver: Receiver, kind: str) -> dict[str, Any]:
    """Wait for an event and return it."""
    receiver.wait(lambda: kind in receiver.types())
    return next(one.document for one in receiver.received if one.document["type"] == kind)


def read_card(vendor: Vendor) -> str:
    """Scan a card and return its id."""
    card_id = vendor.create()
    vendor.upload(card_id, picture(*FRONT))
    assert vendor.wait(card_id)["state"] == "completed"
    return card_id


def ask_about(vendor: Vendor, card_id: str, **changes: Any) -> str:
    """Have the member of a card checked; return the check's id."""
    subscriber = {"first_name": "Emily", "last_name": "Dickinson", "date_of_birth": "18301210"} | changes
    provider = {"npi": "1952535221", "organization_name": "Riverside Clinic"}
    body = {"card_id": card_id, "eligibility": {"provider": provider, "subscriber": subscriber}}
    answer = vendor.call("POST", "/eligibility", body=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["eligibility_id"]


def test_it_signs_as_svix_does() -> None:
    secret = "whsec_Y2FyZHNjYW4tc2FuZGJveC10ZXN0LXNlY3JldC0zMmI="
    body = b'{"type":"card.completed","card_id":"00000000-0000-4000-8000-000000000001"}'
    headers = hooks.signed(secret, "msg_test_0001", 1735689600, body)
    expected = {
        "id": "msg_test_0001",
        "timestamp": "1735689600",
        "signature": "v1,ewJ0TkIXcxOO992xTK1CbeQ2jjsTZhgWdeE5v3xo010=",
    }
    assert headers == {f"{brand}-{name}": expected[name] for brand in ("svix", "webhook") for name in expected}


@pytest.mark.real
def test_the_life_of_a_card_is_told(vendor: Vendor, receiver: Receiver) -> None:
    card_id = read_card(vendor)
    vendor.sandbox.call("POST", "clock", {"advance_seconds": 9})
    vendor.wait(card_id, "enriched")
    told(receiver, "card.enriched")
    check_id = ask_about(vendor, card_id)
    completed = told(receiver, "eligibility.completed")
    assert (completed["eligibility_id"], completed["card_id"]) == (check_id, card_id)
    assert set(completed) == OF_EVERY_EVENT | {"eligibility_id"}
    vendor.call("DELETE", f"/cards/{card_id}")
    assert told(receiver, "card.deleted")["deleted"] is True
    assert told(receiver, "eligibility.deleted")["eligibility_id"] == check_id
    kinds = ["created", "completed", "enriched", "deleted"]
    expected = [f"card.{kind}" for kind in kinds] + [f"eligibility.{kind}" for kind in kinds if kind != "enriched"]
    assert sorted(receiver.types()) == sorted(expected)


@pytest.mark.real
def test_an_event_carries_ids_and_no_data(vendor: Vendor, receiver: Receiver) -> None:
    token = vendor.call("GET", "/access-token", user_id="u-1").json()
    card_id = Vendor(vendor.sandbox, token["Token"]).create(enable_backside_scan=True)
    created = told(receiver, "card.created")
    assert set(created) == OF_EVERY_EVENT | {"configuration"}
    assert (created["card_id"], created["user_id"], created["session_id"]) == (card_id, "u-1", token["session_id"])
    assert created["configuration"] == {
        "enable_backside_scan": True,
        "enable_livescan": False,
        "enable_payer_match": False,
    }


@pytest.mark.real
def test_failures_are_told_with_their_reason(vendor: Vendor, receiver: Receiver) -> None:
    bad, good = vendor.create(), read_card(vendor)
    vendor.upload(bad, landscape())
    failed = told(receiver, "card.error")
    assert failed["error"] == {"error": "RejectedCard", "message": "Rejecting scan for invalid card"}
    assert set(failed) == OF_EVERY_EVENT | {"error"}
    vendor.sandbox.fault("cardscan", "payer", "error")
    ask_about(vendor, good)
    assert told(receiver, "eligibility.error")["error"]["error"] == "PayerUnavailable"


@pytest.mark.real
def test_every_try_is_signed_anew_under_one_id(vendor: Vendor, receiver: Receiver) -> None:
    receiver.status = 500
    vendor.create()
    receiver.wait(lambda: len(receiver.received) == 1)
    receiver.status = 204
    until_noted(vendor)
    vendor.sandbox.call("POST", "clock", {"advance_seconds": 6})
    receiver.wait(lambda: len(receiver.received) == 2)
    first, second = receiver.received
    assert (first.body, first.headers["svix-id"]) == (second.body, second.headers["svix-id"])
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    for one in (first, second):
        moment = one.headers["svix-timestamp"]
        text = f"{one.headers['svix-id']}.{moment}.".encode() + one.body
        expected = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
        assert one.headers["svix-signature"] == one.headers["webhook-signature"] == f"v1,{expected}"
        assert abs(datetime.now(UTC).timestamp() - int(moment)) < 300


def until_noted(vendor: Vendor) -> None:
    """Wait until the sandbox has noted its first try."""
    ends = time.monotonic() + 20
    while not vendor.sandbox.call("GET", "webhooks")["webhooks"][0]["tries"]:
        assert time.monotonic() < ends
        time.sleep(0.02)


@pytest.mark.real
def test_an_address_hears_the_events_that_it_wants(vendor: Vendor, receiver: Receiver) -> None:
    wanted = [{"url": receiver.url, "events": ["card.deleted"]}, receiver.url]
    vendor.sandbox.switch("cardscan", "webhooks", wanted)
    vendor.call("DELETE", f"/cards/{vendor.create()}")
    receiver.wait(lambda: len(receiver.received) == 3)
    assert sorted(receiver.types()) == ["card.created", "card.deleted", "card.deleted"]


@pytest.mark.real
@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("ftp://nowhere", "begins with http://"),
        (["http://127.0.0.1/hook", "http://10.0.0.1/"], "'http://10.0.0.1/': The sandbox calls this machine only"),
        ([{"url": "https://example.com/hook"}], "this machine only"),
        ("http://127.0.0.1:port/", "no address"),
        ("\r\n", "%20"),
        ("http://127.0.0.1/a b", "%20"),
        ("http://127.0.0.1/\u00e4", "%20"),
        ({"url": "/hook", "events": ["card.created"]}, "names a host"),
    ],
)
def test_an_address_that_cannot_be_called_is_refused(vendor: Vendor, value: Any, why: str) -> None:
    wanted = {"vendor": "cardscan", "name": "webhooks", "value": value}
    answer = requests.post(f"{vendor.sandbox.url}/__sandbox__/switches", json=wanted, timeout=20)
    assert answer.status_code == 400
    (sentence,) = answer.json()["errors"].values()
    assert sentence.startswith("webhooks cannot hold ")
    assert why in sentence
    assert sentence.endswith(".")
    assert vendor.sandbox.call("GET", "state")["switches"] == []
