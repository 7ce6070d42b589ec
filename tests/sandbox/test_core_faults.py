"""The faults that every route of every vendor can be told to play, on the wire."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.sandbox.cardscan_vendor import KEY, Vendor
from tests.sandbox.described import spoilt
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real


@pytest.fixture
def vendor(sandbox: SandboxProcess) -> Vendor:
    return Vendor(sandbox)


def made(vendor: Vendor) -> int:
    """Return how many cards were made: the work that was done."""
    return len(vendor.call("GET", "/cards").json()["cards"])


@contextmanager
def raw_create(sandbox: SandboxProcess) -> Iterator[socket.socket]:
    """Ask for a card on a bare socket, to see each byte of the answer."""
    address = urlsplit(sandbox.url)
    request = f"POST /cardscan/v1/cards HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {KEY}\r\n"
    with closing(socket.create_connection((address.hostname, address.port), timeout=20)) as connection:
        connection.sendall(f"{request}Content-Length: 2\r\n\r\n{{}}".encode())
        yield connection


def read_all(connection: socket.socket) -> list[bytes]:
    """Return the pieces that come until the other side closes."""
    pieces = []
    while piece := connection.recv(65536):
        pieces.append(piece)
    return pieces


# Connections


@pytest.mark.parametrize(("kind", "work"), [("reset_before", 0), ("reset_after", 1)])
def test_it_resets_the_connection(sandbox: SandboxProcess, vendor: Vendor, kind: str, work: int) -> None:
    sandbox.fault("cardscan", "create", kind)
    with raw_create(sandbox) as connection, pytest.raises(ConnectionResetError):
        connection.recv(1)
    assert made(vendor) == work


@pytest.mark.parametrize(("kind", "work"), [("black_hole_before", 0), ("black_hole_after", 1)])
def test_it_says_nothing(sandbox: SandboxProcess, vendor: Vendor, kind: str, work: int) -> None:
    sandbox.fault("cardscan", "create", kind)
    with pytest.raises(requests.ReadTimeout):
        vendor.call("POST", "/cards", timeout=0.4)
    assert made(vendor) == work


def test_it_ends_its_silence_with_a_reset(sandbox: SandboxProcess) -> None:
    sandbox.fault("cardscan", "create", "black_hole_before", seconds=0.05)
    with raw_create(sandbox) as connection, pytest.raises(ConnectionResetError):
        connection.recv(1)


def test_it_lets_an_answer_drip(sandbox: SandboxProcess) -> None:
    sandbox.fault("cardscan", "create", "slow_drip", pause=0.02, bytes=20)
    with raw_create(sandbox) as connection:
        pieces = read_all(connection)
    head, _, body = b"".join(pieces).partition(b"\r\n\r\n")
    assert len(pieces) > 2
    assert head.startswith(b"HTTP/1.1 201")
    assert b"x-sandbox-fault" not in head.lower()
    assert json.loads(body)["state"] == "pending"


def test_it_refuses_connections_for_a_while(sandbox: SandboxProcess, vendor: Vendor) -> None:
    sandbox.fault("*", "*", "refused", seconds=0.5)
    seen = {"refused"} & attempts_until(sandbox, "refused")
    assert seen | {"open"} & attempts_until(sandbox, "open") == {"refused", "open"}
    assert vendor.create()


def attempts_until(sandbox: SandboxProcess, wanted: str) -> set[str]:
    """Connect again and again until it ends as wanted; return how it ended."""
    address, ends, seen = urlsplit(sandbox.url), time.monotonic() + 20, set()
    while wanted not in seen and time.monotonic() < ends:
        try:
            socket.create_connection((address.hostname, address.port), timeout=5).close()
            seen.add("open")
        except ConnectionRefusedError:
            seen.add("refused")
        time.sleep(0.01)
    return seen


# Answers


@pytest.mark.parametrize(
    ("kind", "status", "work"),
    [
        ("500_before", 500, 0),
        ("500_after", 500, 1),
        ("502_html", 502, 0),
        ("401", 401, 0),
        ("403", 403, 0),
        ("413", 413, 0),
        ("429", 429, 0),
        ("redirect", 302, 0),
        ("200_error_body", 200, 0),
        ("slow_first_byte", 201, 1),
        ("slow_before", 201, 1),
    ],
)
@spoilt(perhaps=True)
def test_it_answers_wrongly_before_or_after_the_work(
    sandbox: SandboxProcess, vendor: Vendor, kind: str, status: int, work: int
) -> None:
    sandbox.fault("cardscan", "create", kind, **({"seconds": 0.01} if kind.startswith("slow") else {}))
    answer = vendor.call("POST", "/cards")
    assert answer.status_code == status
    assert answer.headers["Server"] == "frontdesk-sandbox"
    assert made(vendor) == work
    assert vendor.call("POST", "/cards").status_code == 201


@spoilt()
def test_its_errors_have_the_vendors_shape(sandbox: SandboxProcess, vendor: Vendor) -> None:
    sandbox.fault("cardscan", "create", "429", retry_after=7)
    answer = vendor.call("POST", "/cards")
    assert answer.json() == {"message": "Rate limit exceeded", "type": "Too Many Requests", "code": 429}
    assert answer.headers["Retry-After"] == "7"


@spoilt()
def test_it_can_leave_retry_after_out(sandbox: SandboxProcess, vendor: Vendor) -> None:
    sandbox.fault("cardscan", "create", "429", retry_after=None)
    assert "Retry-After" not in vendor.call("POST", "/cards").headers


@spoilt()
def test_it_sends_half_a_document(sandbox: SandboxProcess, vendor: Vendor) -> None:
    sandbox.fault("cardscan", "create", "truncated_json")
    answer = vendor.call("POST", "/cards")
    with pytest.raises(ValueError):
        answer.json()
    assert (answer.status_code, made(vendor)) == (201, 1)


@spoilt()
def test_it_sends_other_types(sandbox: SandboxProcess, vendor: Vendor) -> None:
    sandbox.fault("cardscan", "create", "wrong_types")
    card: dict[str, Any] = vendor.call("POST", "/cards").json()
    assert (card["card_id"], card["deleted"]) == (7, "False")


@spoilt()
def test_it_sends_a_key_twice(sandbox: SandboxProcess, vendor: Vendor) -> None:
    sandbox.fault("cardscan", "create", "duplicate_keys")
    assert vendor.call("POST", "/cards").text.count('"card_id"') == 2


def test_it_sends_very_much(sandbox: SandboxProcess, vendor: Vendor) -> None:
    sandbox.fault("cardscan", "create", "big_body", megabytes=3)
    answer = vendor.call("POST", "/cards")
    assert len(answer.content) > 3_000_000
    assert answer.json()["state"] == "pending"


# Rules


@spoilt()
def test_it_hits_the_named_route_alone_and_so_often(sandbox: SandboxProcess, vendor: Vendor) -> None:
    sandbox.fault("cardscan", "create", "500_before", times=2, skip=1)
    assert vendor.call("GET", "/cards").status_code == 200
    assert [vendor.call("POST", "/cards").status_code for _ in range(4)] == [201, 500, 500, 201]


@spoilt()
def test_many_callers_share_one_rule(sandbox: SandboxProcess) -> None:
    sandbox.fault("cardscan", "create", "500_before", times=3)
    statuses: list[int] = []

    def call() -> None:
        statuses.append(Vendor(sandbox).call("POST", "/cards").status_code)

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201] * 5 + [500] * 3
