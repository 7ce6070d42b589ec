"""CardScan tells by itself what has happened: its websocket and its webhooks, with the sandbox as the vendor."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core import commands, heartbeats, hints
from core.models import Command, Heartbeat, WebhookEvent
from intake import listener
from intake.models import CardImage, CardScan, Patient
from intake.services import cards, events
from intake.vendors import cardscan
from intake.vendors.cardscan import socket as sockets
from intake.vendors.cardscan.wire import Event
from tests.conftest import Cast
from tests.intake.test_reading import begin, sides, vendor_cards
from tests.sandbox_process import SandboxProcess

__all__ = ["begin", "sides"]
pytestmark = [pytest.mark.real, pytest.mark.django_db]
Begin = Callable[..., CardScan]


early_hints: deque[int] = deque()


@pytest.fixture(autouse=True)
def _hints_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep which commands are to be done before their time, as their hints say."""
    early_hints.clear()
    monkeypatch.setattr(hints, "send_on_commit", lambda pk, *, early=False: early_hints.append(pk) if early else None)


def work_once() -> None:
    """Do what the hints name, then what is due, as a worker would."""
    while early_hints:
        commands.run(early_hints.popleft(), early=True)
    commands.run_due()


class Meanwhile(threading.Event):
    """Stands for the event that stops the listener: each time it is asked, a worker does its work.

    So both run in the test's thread and see its database.
    """

    def __init__(self, over: Callable[[], bool], seconds: float = 60.0) -> None:
        super().__init__()
        self.over, self.ends = over, time.monotonic() + seconds

    def is_set(self) -> bool:
        work_once()
        return self.over() or time.monotonic() > self.ends

    def wait(self, timeout: float | None = None) -> bool:
        time.sleep(min(timeout or 0.0, 0.2))
        return False


def listen(over: Callable[[], bool], *, seconds: float = 60.0) -> None:
    listener.listen(Meanwhile(over, seconds))


def is_in(card: CardScan, *statuses: str) -> Callable[[], bool]:
    return lambda: CardScan.objects.filter(pk=card.pk, status__in=statuses).exists()


def looks(card: CardScan) -> int:
    """How often the vendor was asked in all: opening, sending, looking."""
    return Command.objects.get(kind=cards.READ, target_pk=card.pk).tries.count()


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever listens looks by himself so late that only an event can be why a card is read."""
    monkeypatch.setattr(events, "FALLBACK", timedelta(minutes=10))


def test_a_card_is_read_when_the_vendor_says_so(sandbox: SandboxProcess, begin: Begin, far: None) -> None:
    sandbox.switch("cardscan", "extra_seconds", 0.5)
    heartbeats.beat(events.LISTENER, now=timezone.now())
    card = begin("FRONT", "BACK")
    listen(is_in(card, "REVIEW", "FAILED"))
    card.refresh_from_db()
    assert card.status == "REVIEW"
    assert looks(card) <= 7, "opened, sent twice, looked for each event and once for having registered late"
    assert all(image.answered_at > image.sent_at for image in card.images.all())
    assert not Heartbeat.objects.exists(), "who stops says so"


def test_what_the_second_pass_finds_comes_with_its_event(sandbox: SandboxProcess, begin: Begin, far: None) -> None:
    sandbox.switch("cardscan", "enrich_seconds", 1)
    heartbeats.beat(events.LISTENER, now=timezone.now())
    card = begin("FRONT", "BACK")
    listen(lambda: Command.objects.filter(kind=cards.ENRICH, status="DONE").exists())
    assert card.extras.exists()


def test_a_failure_is_an_event_too(sandbox: SandboxProcess, begin: Begin, far: None) -> None:
    sandbox.fault("cardscan", "process", "frontside_failed")
    sandbox.switch("cardscan", "extra_seconds", 0.3)
    heartbeats.beat(events.LISTENER, now=timezone.now())
    card = begin()
    listen(is_in(card, "REVIEW", "FAILED"))
    card.refresh_from_db()
    assert card.status == "FAILED" and "front" in card.problem


def test_an_event_that_was_lost_is_found_by_looking(sandbox: SandboxProcess, begin: Begin) -> None:
    sandbox.fault("cardscan", "socket", "silent", times=None)
    sandbox.switch("cardscan", "extra_seconds", 0.5)
    heartbeats.beat(events.LISTENER, now=timezone.now())
    card = begin()
    listen(is_in(card, "PROCESSING"))
    command = Command.objects.get(kind=cards.READ)
    assert command.due_at <= timezone.now() + timedelta(seconds=6)
    listen(is_in(card, "REVIEW", "FAILED"))
    card.refresh_from_db()
    assert card.status == "REVIEW"


def test_what_was_sent_before_anybody_listened_is_looked_at_once(
    sandbox: SandboxProcess, begin: Begin, far: None, work: Callable[..., int]
) -> None:
    sandbox.switch("cardscan", "enrich_seconds", 600)  # no other event comes
    heartbeats.beat(events.LISTENER, now=timezone.now())
    card = begin()
    work(is_in(card, "PROCESSING"))
    ends = time.monotonic() + 60
    while vendor_state(card) != "completed" and time.monotonic() < ends:
        time.sleep(0.1)
    listen(is_in(card, "REVIEW"))
    card.refresh_from_db()
    assert card.status == "REVIEW"


def vendor_state(card: CardScan) -> str:
    return cardscan.client().get_card(CardScan.objects.get(pk=card.pk).vendor_card_id).state


def test_after_the_connection_broke_every_card_is_registered_again(
    sandbox: SandboxProcess, begin: Begin, far: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.fault("cardscan", "process", "slow", seconds=2)
    heartbeats.beat(events.LISTENER, now=timezone.now())
    opened: list[sockets.CardScanSocket] = []

    class Fragile(sockets.CardScanSocket):
        """The first connection is cut under the listener's feet."""

        def __init__(self) -> None:
            super().__init__()
            opened.append(self)

        def next_event(self, seconds: float) -> Event | None:
            if len(opened) == 1 and is_in(card, "PROCESSING")():
                self._socket.close_socket()
            return super().next_event(seconds)

    monkeypatch.setattr(listener, "CardScanSocket", Fragile)
    card = begin()
    listen(is_in(card, "REVIEW", "FAILED"))
    card.refresh_from_db()
    assert (card.status, len(opened)) == ("REVIEW", 2)


def test_a_refused_key_is_said_without_the_key(
    sandbox: SandboxProcess, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CARDSCAN_API_KEY = "sk_test_cardscan_ai_not_ours"
    asked = 0

    def twice() -> bool:
        nonlocal asked
        asked += 1
        return asked > 2

    with caplog.at_level(logging.INFO):
        listen(twice)
    assert "refused the websocket (HTTP 403)" in caplog.text
    assert "not_ours" not in caplog.text
    assert not Heartbeat.objects.exists()


def test_the_key_is_in_no_log_line(
    sandbox: SandboxProcess, begin: Begin, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert settings.LOGGING["loggers"]["websockets"]["level"] == "WARNING"
    card = begin()
    listen(is_in(card, "REVIEW"))
    assert settings.CARDSCAN_API_KEY not in caplog.text


def test_nobody_listens_where_it_is_switched_off(sandbox: SandboxProcess, settings: Any) -> None:
    settings.CARDSCAN_LISTEN = False
    stop = threading.Event()
    stop.set()
    listener.listen(stop)
    assert not Heartbeat.objects.exists()


@pytest.mark.parametrize(
    ("url", "socket"),
    [
        ("https://api.cardscan.ai/v1", "wss://ws.cardscan.ai"),
        ("https://sandbox.cardscan.ai/v1", "wss://sandbox-ws.cardscan.ai"),
        ("http://127.0.0.1:8900/cardscan/v1", "ws://127.0.0.1:8900/cardscan/ws"),
        ("https://sandbox.example/cardscan/v1", "wss://sandbox.example/cardscan/ws"),
    ],
)
def test_the_websocket_is_where_the_vendor_has_it(settings: Any, url: str, socket: str) -> None:
    settings.CARDSCAN_URL = url
    assert sockets.base_url() == socket
    settings.CARDSCAN_SOCKET_URL = "wss://elsewhere.example"
    assert sockets.base_url() == "wss://elsewhere.example"


# ---- how long is waited ---------------------------------------------------------------------------------------------


def sent(card: CardScan, seconds: float) -> None:
    """Keep that the vendor took so long for a front of another card."""
    now = timezone.now()
    other = cards.new_card(patient=card.patient, clinic=card.clinic, by=card.created_by)
    CardImage.objects.create(
        card=other, side="FRONT", file="x", width=1, height=1, sent_at=now - timedelta(seconds=seconds), answered_at=now
    )


def test_without_a_listener_the_first_look_follows_what_the_vendor_took(card: CardScan) -> None:
    now = timezone.now()
    for seconds in range(2, 2 + events.ENOUGH - 1):
        sent(card, seconds)
    assert events.first_look("FRONT", now=now) == now + events.SHORTEST_WAIT, "too few to say anything"
    sent(card, 9)
    assert timedelta(seconds=1.7) < events.first_look("FRONT", now=now) - now < timedelta(seconds=1.9)
    assert events.first_look("BACK", now=now) == now + events.SHORTEST_WAIT


def test_with_a_listener_looking_is_for_what_it_misses(card: CardScan) -> None:
    now = timezone.now()
    heartbeats.beat(events.LISTENER, now=now)
    assert events.first_look("FRONT", now=now) == now + timedelta(seconds=5)
    assert events.next_look(timedelta(seconds=3), now=now) == now + timedelta(seconds=5)
    later = now + timedelta(seconds=7)
    assert events.next_look(timedelta(seconds=7), now=later) == later + timedelta(seconds=0.5), "it went silent"


# ---- webhooks -------------------------------------------------------------------------------------------------------


def test_an_event_of_a_strange_card_wakes_nobody(card: CardScan) -> None:
    assert not events.card_changed(Event("00000000-0000-4000-8000-000000000001", "completed"), now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_webhooks_do_what_the_websocket_does(
    sandbox: SandboxProcess, begin: Begin, settings: Any, far: None, live_server: Any, cast: Cast, emily: Patient
) -> None:
    from sandbox.cardscan.hooks import SECRET

    settings.CARDSCAN_WEBHOOK_SECRETS = [SECRET]
    sandbox.switch("cardscan", "webhooks", [f"{live_server.url}/hooks/cardscan/"])
    sandbox.switch("cardscan", "enrich_seconds", 1)
    heartbeats.beat(events.LISTENER, now=timezone.now())
    card = begin("FRONT")
    ends = time.monotonic() + 60
    while not Command.objects.filter(kind=cards.ENRICH, status="DONE").exists() and time.monotonic() < ends:
        work_once()
        time.sleep(0.05)
    card.refresh_from_db()
    assert card.status == "REVIEW" and card.extras.exists()
    assert WebhookEvent.objects.filter(processed_at=None).count() == 0
    assert WebhookEvent.objects.count() >= 3
    assert len(vendor_cards(sandbox, settings)) == 1
    assert Client().post("/hooks/cardscan/", b"{}", content_type="application/json").status_code == 401
