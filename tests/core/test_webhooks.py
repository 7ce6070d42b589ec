"""The inbox for what vendors send: checked, kept once, answered at once."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from core import commands, tidying, webhooks
from core.models import Command, WebhookEvent

pytestmark = pytest.mark.django_db
SECRET = "whsec_Y2FyZHNjYW4tc2FuZGJveC10ZXN0LXNlY3JldC0zMmI="
OTHER = "whsec_" + base64.b64encode(b"another secret of this account").decode()
BODY = b'{"type":"card.completed","card_id":"00000000-0000-4000-8000-000000000001"}'


def signed(body: bytes = BODY, secret: str = SECRET, message: str = "msg_1", at: int = 0, brand: str = "svix") -> dict:
    at = at or int(timezone.now().timestamp())
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = base64.b64encode(hmac.new(key, f"{message}.{at}.".encode() + body, hashlib.sha256).digest()).decode()
    return {f"{brand}-id": message, f"{brand}-timestamp": str(at), f"{brand}-signature": f"v1,{text}"}


@pytest.fixture(autouse=True)
def _secret(settings: Any) -> None:
    settings.CARDSCAN_WEBHOOK_SECRETS = [SECRET]


def post(headers: dict[str, str], body: bytes = BODY, path: str = "/hooks/cardscan/") -> int:
    client = Client(enforce_csrf_checks=True)
    return client.post(path, body, content_type="application/json", headers=headers).status_code


def test_it_knows_the_signature_of_the_contract():
    headers = {
        "svix-id": "msg_test_0001",
        "svix-timestamp": "1735689600",
        "svix-signature": "v1,ewJ0TkIXcxOO992xTK1CbeQ2jjsTZhgWdeE5v3xo010=",
    }
    now = datetime.fromtimestamp(1735689600, UTC)
    assert webhooks.svix_message_id(headers, BODY, now, [SECRET]) == "msg_test_0001"


@pytest.mark.parametrize("brand", ["svix", "webhook"])
def test_it_keeps_a_message_sealed_and_has_it_worked_on(brand):
    assert post(signed(brand=brand)) == 204
    event = WebhookEvent.objects.get()
    assert (event.vendor, event.message_id, bytes(event.payload)) == ("cardscan", "msg_1", BODY)
    with connection.cursor() as cursor:
        cursor.execute("select payload from core_webhookevent")
        assert b"card_id" not in bytes(cursor.fetchone()[0])
    command = Command.objects.get(kind=webhooks.TAKE)
    assert commands.run(command.pk)
    event.refresh_from_db()
    command.refresh_from_db()
    assert event.processed_at and command.status == "DONE"


def test_a_message_that_comes_again_is_kept_once_and_is_well():
    headers = signed()
    assert [post(headers), post(headers), post(signed(at=int(timezone.now().timestamp()) - 30))] == [204, 204, 204]
    assert WebhookEvent.objects.count() == Command.objects.count() == 1


def test_an_old_and_a_new_secret_are_both_taken(settings):
    settings.CARDSCAN_WEBHOOK_SECRETS = [OTHER, SECRET]
    assert post(signed(message="msg_1")) == 204
    assert post(signed(message="msg_2", secret=OTHER)) == 204
    several = signed(message="msg_3")
    several["svix-signature"] = "v1,bm9wZQ== v2,x " + several["svix-signature"]
    assert post(several) == 204


def _spoilt() -> dict[str, dict[str, str]]:
    now = int(datetime.now(UTC).timestamp())
    fine = signed()
    return {
        "another secret": signed(secret=OTHER),
        "another body": signed(b"{}"),
        "another id": fine | {"svix-id": "msg_2"},
        "another time": fine | {"svix-timestamp": str(now - 60)},
        "too old": signed(at=now - 301),
        "too new": signed(at=now + 302),
        "no signature": {name: value for name, value in fine.items() if name != "svix-signature"},
        "no base64": fine | {"svix-signature": "v1,%%%"},
        "another version": fine | {"svix-signature": fine["svix-signature"].replace("v1,", "v2,")},
        "no number": fine | {"svix-timestamp": "²"},
        "an endless id": signed(message="x" * 201),
        "nothing": {},
    }


@pytest.mark.parametrize("name", _spoilt())
def test_what_is_not_the_vendors_is_refused_without_a_word(name):
    client = Client()
    answer = client.post("/hooks/cardscan/", BODY, content_type="application/json", headers=_spoilt()[name])
    assert (answer.status_code, answer.content) == (401, b"")
    assert not WebhookEvent.objects.exists()


def test_what_is_too_large_is_refused_before_it_is_read():
    body = b" " * (webhooks.MOST_BYTES + 1)
    assert post(signed(body), body) == 413


def test_without_a_secret_and_for_strangers_there_is_no_such_page(settings):
    assert post(signed(), path="/hooks/nobody/") == 404
    settings.CARDSCAN_WEBHOOK_SECRETS = []
    assert post(signed()) == 404
    assert Client().get("/hooks/cardscan/").status_code == 405


@pytest.mark.parametrize("body", [b"[]", b"not json", b'"text"', b'{"type": 5}', b'{"type": "card.completed"}'])
def test_what_is_signed_and_means_nothing_is_kept_and_done_with(body):
    assert post(signed(body), body) == 204
    assert commands.run_due() == 1
    assert Command.objects.get().status == "DONE" and WebhookEvent.objects.get().processed_at


def test_old_messages_are_forgotten_at_night():
    post(signed(message="msg_1"))
    post(signed(message="msg_2"))
    WebhookEvent.objects.filter(message_id="msg_1").update(received_at=timezone.now() - timedelta(days=31))
    assert webhooks.forget_old in tidying._registered
    webhooks.forget_old()
    assert [event.message_id for event in WebhookEvent.objects.all()] == ["msg_2"]
    commands.run_due()
    assert sorted(Command.objects.values_list("status", flat=True)) == ["CANCELLED", "DONE"]


def test_a_message_holds_nothing_in_its_name():
    post(signed(json.dumps({"type": "card.completed"}).encode()), json.dumps({"type": "card.completed"}).encode())
    assert str(WebhookEvent.objects.get()).startswith("WebhookEvent #")
