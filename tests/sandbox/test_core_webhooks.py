"""Webhooks: queued, signed anew, tried again, given up, and to this machine alone."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from sandbox import clock, switches, webhooks
from sandbox.payments import events
from sandbox.state import Store, open_store

pytestmark = pytest.mark.real


class Receiver(ThreadingHTTPServer):
    """Answers with the next status of a list, the last one for ever, and keeps what came."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuses = [200]
        self.came: list[tuple[str, bytes, dict[str, str]]] = []
        self.on_arrival: Callable[[], None] = lambda: None
        self.url = f"http://127.0.0.1:{self.server_port}/hook?key=1"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.on_arrival()
        self.server.came.append((self.path, body, dict(self.headers)))
        status = self.server.statuses[0] if len(self.server.statuses) == 1 else self.server.statuses.pop(0)
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server of the customer's."""
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Store:
    """The store of this process, empty."""
    return open_store(tmp_path / "sandbox.sqlite3")


def send(receiver: Receiver, vendor: str = "cardscan") -> str:
    """Queue one webhook; return its id."""
    return webhooks.send(vendor, receiver.url, b'{"type": "card.completed", "card_id": "1"}', {"X-Of": "vendor"})


def only() -> dict[str, object]:
    """Return the one delivery there is."""
    (delivery,) = webhooks.all_deliveries()
    return delivery


def pause() -> float:
    """Return the seconds between the last try of the one delivery and the next, by the clock that both are told by."""
    delivery: Any = only()
    last, following = delivery["tries"][-1]["at"], delivery["next_at"]
    return (datetime.fromisoformat(following) - datetime.fromisoformat(last)).total_seconds()


def test_it_arrives_as_it_was_written(receiver: Receiver) -> None:
    send(receiver)
    assert webhooks.deliver_due() == 0
    ((path, body, headers),) = receiver.came
    assert (path, body) == ("/hook?key=1", b'{"type": "card.completed", "card_id": "1"}')
    assert (headers["Content-Type"], headers["User-Agent"]) == ("application/json", "frontdesk-sandbox")
    assert headers["X-Of"] == "vendor"
    assert (only()["state"], only()["type"]) == ("delivered", "card.completed")
    assert webhooks.deliver_due() > 1
    assert len(receiver.came) == 1


def test_its_list_shows_no_contents(receiver: Receiver) -> None:
    send(receiver)
    assert set(only()) == {"id", "vendor", "to", "type", "state", "tries", "next_at", "created_at"}
    assert "key=1" not in str(only())


@pytest.mark.parametrize("status", [302, 400, 500])
def test_it_comes_again_later_and_later(receiver: Receiver, status: int) -> None:
    receiver.statuses = [status, status, 204]
    send(receiver)
    webhooks.deliver_due()
    assert only()["state"] == "waiting"
    assert pause() == 5
    clock.advance(5)
    webhooks.deliver_due()
    assert pause() == 300
    clock.advance(300)
    webhooks.deliver_due()
    assert [one["outcome"] for one in only()["tries"]] == [str(status), str(status), "204"]  # type: ignore[union-attr]
    assert only()["state"] == "delivered"


def test_it_is_given_up_in_the_end(receiver: Receiver) -> None:
    receiver.statuses = [500]
    switches.set_switch("cardscan", "webhook_retry_seconds", [1, 1])
    delivery_id = send(receiver)
    for _ in range(5):
        webhooks.deliver_due()
        clock.advance(1)
    assert (only()["state"], len(receiver.came)) == ("given up", 3)
    receiver.statuses = [200]
    assert webhooks.send_again(delivery_id)
    webhooks.deliver_due()
    assert only()["state"] == "delivered"
    assert not webhooks.send_again("nothing")


def test_a_vendor_has_pauses_of_its_own(receiver: Receiver) -> None:
    webhooks.retry_with("candid", (70,))
    receiver.statuses = [500]
    send(receiver, "candid")
    webhooks.deliver_due()
    assert pause() == 70
    clock.advance(70)
    webhooks.deliver_due()
    assert only()["state"] == "given up"
    assert switches.all_switches() == []


def test_nobody_there_counts_as_a_try(receiver: Receiver) -> None:
    webhooks.send("cardscan", "http://127.0.0.1:9/", b"{}", {})
    webhooks.deliver_due()
    assert [one["outcome"] for one in only()["tries"]] == ["ConnectionRefusedError"]  # type: ignore[union-attr]


def test_it_is_signed_anew_for_every_try(receiver: Receiver) -> None:
    webhooks.sign_with("spry", lambda delivery_id, body, now: {"X-Signed": f"{delivery_id} {now.isoformat()}"})
    receiver.statuses = [500, 200]
    delivery_id = send(receiver, "spry")
    webhooks.deliver_due()
    clock.advance(5)
    webhooks.deliver_due()
    first, second = (headers["X-Signed"] for _path, _body, headers in receiver.came)
    assert first.startswith(delivery_id) and second.startswith(delivery_id) and first != second


def test_a_restart_loses_none(receiver: Receiver, store: Store) -> None:
    send(receiver)
    open_store(store.path)
    webhooks.deliver_due()
    assert only()["state"] == "delivered"


def test_a_reset_forgets_them(receiver: Receiver, store: Store) -> None:
    send(receiver)
    store.reset("cardscan")
    assert webhooks.deliver_due() > 1
    assert receiver.came == []


@pytest.fixture
def courier() -> Iterator[None]:
    """The thread that delivers."""
    webhooks.courier.start()
    yield
    webhooks.courier.stop(20)


def until(done: Callable[[], bool]) -> None:
    """Wait for something that a thread does."""
    ends = time.monotonic() + 20
    while not done():
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_its_threads_are_woken_when_the_transaction_is_over(receiver: Receiver, store: Store, courier: None) -> None:
    with store.transaction():
        send(receiver)
        webhooks.courier.wake()
        until(lambda: webhooks.courier.is_resting)  # all have looked, at what nobody can see yet
        assert receiver.came == []
    until(lambda: only()["state"] == "delivered")


@pytest.fixture
def silent() -> Iterator[str]:
    """An address that takes connections and never answers, until the test is over."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/hook"


@pytest.fixture
def dripping() -> Iterator[str]:
    """An address that answers a byte at a time and never ends, until the client has gone."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with suppress(OSError), listening.accept()[0] as connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while True:
                    connection.sendall(b"X-More: 1\r\n")
                    time.sleep(0.02)

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/hook"
        thread.join(20)


def test_an_answer_that_drips_has_an_end(dripping: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "ANSWER_SECONDS", 0.2)
    webhooks.send("cardscan", dripping, b"{}", {})
    webhooks.deliver_due()
    assert [one["outcome"] for one in only()["tries"]] == ["TimeoutError"]  # type: ignore[union-attr]


def test_the_oldest_are_forgotten(receiver: Receiver, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "KEPT", 3)
    monkeypatch.setattr(webhooks, "_SPARE", 2)
    monkeypatch.setattr(webhooks, "_in_use", {})
    receiver.statuses = [500, 200]
    waiting = send(receiver)
    webhooks.deliver_due()
    sent: list[str] = []
    webhooks.keep_for("cardscan", lambda store: set(sent[:1]))
    for _ in range(5):
        sent.append(send(receiver))
        webhooks.deliver_due()
    kept = [key for key, _kept in store.items("cardscan", webhooks.COLLECTION)]
    assert kept == [waiting, sent[0], *sent[-3:]]


def test_what_a_subscription_of_payments_hangs_on_is_in_use(store: Store) -> None:
    store.put("payments", "subscriptions:ACCT1", "s1", {"id": "s1", "handshake": "of the handshake"})
    store.put("payments", "sent:s1", "e1", {"delivery": "of an event", "told": {}})
    assert events.deliveries_in_use(store) == {"of the handshake", "of an event"}


def test_one_that_does_not_answer_delays_nobody_else(receiver: Receiver, courier: None, silent: str) -> None:
    stuck = [webhooks.send("payments", silent, b'{"type": "batch_created"}', {}) for _ in range(20)]
    arrived = [send(receiver) for _ in range(3)]
    until(lambda: len(receiver.came) == 3)
    until(lambda: all(one["state"] == "delivered" for one in webhooks.all_deliveries() if one["id"] in arrived))
    waiting = {one["id"]: one["tries"] for one in webhooks.all_deliveries() if one["state"] == "waiting"}
    assert waiting == {delivery_id: [] for delivery_id in stuck}


def test_an_address_hears_one_thing_at_a_time(receiver: Receiver, courier: None) -> None:
    now, most = [0], [0]

    def arrive() -> None:
        now[0] += 1
        most[0] = max(most[0], now[0])
        time.sleep(0.02)  # room for a second one, should there be any
        now[0] -= 1

    receiver.on_arrival = arrive
    for _ in range(8):
        send(receiver)
    until(lambda: len(receiver.came) == 8)
    assert most == [1]


def test_what_has_arrived_is_not_looked_at_again(receiver: Receiver, store: Store) -> None:
    for _ in range(3):
        send(receiver)
        webhooks.deliver_due()
    counts = {name: count for vendor, name, count in store.collections() if vendor == "cardscan"}
    assert counts == {webhooks.COLLECTION: 3}


@pytest.mark.parametrize(
    "url",
    ["", "ftp://127.0.0.1/", "http://", "http://192.0.2.1/", "https://vendor.example/", "http://[::1", "http://a:b/"],
)
def test_it_goes_to_this_machine_alone(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.delenv("SANDBOX_ALLOW_REMOTE", raising=False)
    with pytest.raises(webhooks.NotAllowed):
        webhooks.send("cardscan", url, b"{}", {})


def test_other_hosts_can_be_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_WEBHOOK_HOSTS", "app, vendor.example")
    webhooks.must_be_allowed("https://vendor.example/hook")
    webhooks.must_be_allowed("http://localhost:8000/hook")
    with pytest.raises(webhooks.NotAllowed):
        webhooks.must_be_allowed("https://other.example/hook")
