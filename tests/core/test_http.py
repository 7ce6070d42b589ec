"""The door out, against real sockets that misbehave."""

import socket
import socketserver
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from email.utils import format_datetime

import pytest
from django.utils import timezone

from core import http
from core.http import NotSent, OutcomeUnknown, Rejected, Throttled, VendorSession

pytestmark = pytest.mark.real
Play = Callable[[socket.socket], None]


class Stage:
    """A server that plays one script for every connection and counts them."""

    def __init__(self, play: Play) -> None:
        stage = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                stage.connections += 1
                self.request.settimeout(10)
                stage.request = self.request.recv(65536)
                try:
                    play(self.request)
                except OSError:
                    return

        socketserver.ThreadingTCPServer.daemon_threads = True
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.connections = 0
        self.request = b""
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def stage() -> Iterator[Callable[[Play], Stage]]:
    stages: list[Stage] = []

    def make(play: Play) -> Stage:
        stages.append(Stage(play))
        return stages[-1]

    yield make
    for one in stages:
        one.close()


def answer(status: str, body: bytes = b"{}", *headers: str) -> Play:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
    return lambda sock: sock.sendall((head + "".join(f"{h}\r\n" for h in headers) + "\r\n").encode() + body)


def session(url: str, **options: float) -> VendorSession:
    return VendorSession("candid", url, **options)


def test_it_returns_the_answer_with_exact_numbers(stage):
    server = stage(answer("200 OK", b'{"amount": 10.10, "id": 1}'))
    got = session(server.url + "/base/").ask("POST", "/checks", json_bytes=b"{}")
    assert got.json() == {"amount": Decimal("10.10"), "id": 1}
    assert server.request.startswith(b"POST /base/checks HTTP/1.1")
    assert f"X-Request-Id: {got.request_id}".encode() in server.request


def in_a_thread(work: Callable[[], object]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


@pytest.mark.parametrize(("keep_alive", "connections"), [(True, 1), (False, 3)])
def test_threads_use_each_others_connections_unless_each_call_wants_its_own(stage, keep_alive, connections):
    def answers_again(sock: socket.socket) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        while sock.recv(65536):
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    server = stage(answers_again)
    for _ in range(3):
        in_a_thread(lambda: session(server.url, keep_alive=keep_alive).ask("GET", "/"))
    assert server.connections == connections


def test_a_refused_connection_was_not_sent():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(NotSent):
        session(f"http://127.0.0.1:{port}").ask("GET", "/")


def test_a_reset_after_sending_is_unknown(stage):
    def reset(sock: socket.socket) -> None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        sock.close()

    with pytest.raises(OutcomeUnknown, match="broke the connection"):
        session(stage(reset).url).ask("POST", "/", json_bytes=b"{}")


@pytest.mark.parametrize(
    "play",
    [
        pytest.param(lambda sock: time.sleep(3), id="silence"),
        pytest.param(lambda sock: [(sock.sendall(b"H"), time.sleep(0.05)) for _ in range(60)], id="drip in the head"),
        pytest.param(
            lambda sock: [
                sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"),
                *[(sock.sendall(b" "), time.sleep(0.05)) for _ in range(60)],
            ],
            id="drip in the body",
        ),
        pytest.param(
            lambda sock: [sock.sendall(b"HTTP/1.1 204 "), *[(sock.sendall(b"x"), time.sleep(0.05)) for _ in range(60)]],
            id="drip after the status",
        ),
        pytest.param(
            lambda sock: [
                sock.sendall(b"HTTP/1.0 200 OK\r\n\r\n"),
                *[(sock.sendall(b"1"), time.sleep(0.05)) for _ in range(60)],
            ],
            id="drip in a body of unknown length",
        ),
    ],
)
def test_the_total_deadline_ends_everything(stage, play):
    server = stage(play)
    with pytest.raises(OutcomeUnknown, match="did not answer within"):
        session(server.url, total=0.4, read=10).ask("GET", "/")
    assert threading.active_count() < 50


@pytest.mark.parametrize("status", ["500 Oops", "502 Bad Gateway", "302 Found", "408 Timeout"])
def test_an_answer_that_says_nothing_is_unknown(stage, status):
    with pytest.raises(OutcomeUnknown):
        session(stage(answer(status)).url).ask("GET", "/")


def test_a_redirect_is_not_followed(stage):
    other = stage(answer("200 OK"))
    server = stage(answer("307 Temporary Redirect", b"", f"Location: {other.url}/"))
    with pytest.raises(OutcomeUnknown):
        session(server.url).ask("POST", "/", json_bytes=b"{}")
    assert other.connections == 0


def test_nothing_is_retried(stage):
    server = stage(answer("503 Busy"))
    with pytest.raises(OutcomeUnknown):
        session(server.url).ask("GET", "/")
    assert server.connections == 1


def test_a_refusal_carries_the_status_and_no_body(stage):
    server = stage(answer("404 Not Found", b'{"name": "Emily Dickinson"}'))
    with pytest.raises(Rejected) as caught:
        session(server.url).ask("GET", "/")
    assert caught.value.status == 404
    assert "Emily" not in f"{caught.value!r} {caught.value.args}"


def test_a_refusal_can_be_an_answer(stage):
    got = session(stage(answer("409 Conflict", b'{"a": 1}')).url).ask("GET", "/", answers={409})
    assert (got.status, got.json()) == (409, {"a": 1})


def test_an_answer_that_is_too_big_is_cut(stage):
    server = stage(answer("200 OK", b"x" * 300_000))
    with pytest.raises(OutcomeUnknown, match="too big"):
        session(server.url, max_bytes=100_000).ask("GET", "/")


def test_a_big_body_costs_no_memory(stage):
    """One that says its size is not read at all; one that does not is read up to the cap."""
    sent = []

    def flood(sock: socket.socket, head: bytes = b"") -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"Connection: close\r\n\r\n")
        for _ in range(50):
            sock.sendall(b" " * 1_000_000)
            sent.append(1_000_000)

    declared = stage(lambda sock: flood(sock, b"Content-Length: 50000000\r\n"))
    endless = stage(flood)
    tracemalloc.start()
    try:
        for server, most in ((declared, 300_000), (endless, 1_500_000)):
            tracemalloc.reset_peak()
            with pytest.raises(OutcomeUnknown, match="too big"):
                session(server.url, max_bytes=1_000_000).ask("GET", "/")
            assert tracemalloc.get_traced_memory()[1] < most + 2_000_000  # what the server itself holds
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "body",
    [b"<html>", b'{"a": NaN}', b'{"a": ', b"\xff\xfe", b"[" * 100_000, b'{"a": 1, "a": 2}', b"1e99999999999999999999"],
)
def test_an_unreadable_body_is_unknown(stage, body):
    got = session(stage(answer("200 OK", body)).url).ask("GET", "/")
    with pytest.raises(OutcomeUnknown):
        got.json()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("-5", 0.0), ("999999999", 3600.0), ("nonsense", None), ("nan", None), (None, None)],
)
def test_it_reads_retry_after(stage, header, seconds):
    server = stage(answer("429 Too Many", b"", *([f"Retry-After: {header}"] if header else [])))
    with pytest.raises(Throttled) as caught:
        session(server.url).ask("GET", "/")
    assert caught.value.retry_after == seconds


def test_a_vendor_that_is_closed_may_say_for_how_long(stage):
    with pytest.raises(OutcomeUnknown) as caught:
        session(stage(answer("503 Closed", b"", "Retry-After: 120")).url).ask("GET", "/")
    assert caught.value.retry_after == 120.0


def test_retry_after_may_be_a_date():
    assert http.retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    soon = format_datetime(timezone.now() + timedelta(seconds=90), usegmt=True)
    assert 85 < http.retry_after(soon) <= 90
    assert http.retry_after("Wed, 21 Oct 2999 07:28:00 GMT") == 3600.0


@pytest.mark.parametrize(
    "date", ["Wed, 21 Oct 2015 07:28:00 +99999999999999", "Wed, 21 Oct 99999 07:28:00 GMT", "Wed, 99 Oct 2015", "١٢"]
)
def test_retry_after_may_be_an_odd_date(date):
    assert http.retry_after(date) in {None, 12.0}


def test_the_log_names_no_address_and_no_body(stage, caplog):
    caplog.set_level("INFO")
    server = stage(answer("200 OK", b'{"name": "Emily"}'))
    session(server.url).ask("GET", "/search", params={"insurance_number": "128845682"})
    assert "candid GET 200 answered" in caplog.text
    assert "128845682" not in caplog.text
    assert "Emily" not in caplog.text


def test_the_attempt_log_sees_the_last_call(stage):
    server = stage(answer("200 OK"))
    with http.watched() as exchange:
        session(server.url).ask("GET", "/")
    assert (exchange.status, exchange.calls) == (200, 1)
    assert len(exchange.request_id) == 32
