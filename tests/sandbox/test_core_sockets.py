"""Faults of a websocket: at its opening, and on the frames that it sends."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import websocket

from tests.sandbox.cardscan_vendor import Listener, Vendor
from tests.sandbox.raw import ask
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.real


@contextmanager
def listening(sandbox: SandboxProcess) -> Iterator[tuple[Vendor, Listener, str]]:
    """Open a websocket and register for a card; yield the vendor, the socket and the card."""
    vendor = Vendor(sandbox)
    listener = vendor.listen()
    card_id = vendor.create()
    listener.register(card_id)
    assert listener.settle() == []
    yield vendor, listener, card_id
    listener.close()


@pytest.mark.parametrize(
    ("kind", "status"),
    [("500_before", 500), ("502_html", 502), ("429", 429), ("401", 401), ("403", 403), ("413", 413)],
)
def test_it_refuses_the_opening(sandbox: SandboxProcess, kind: str, status: int) -> None:
    sandbox.fault("cardscan", "socket", kind)
    address = f"{sandbox.url.replace('http', 'ws', 1)}/cardscan/ws?token={Vendor(sandbox).token}"
    with pytest.raises(websocket.WebSocketBadStatusException) as caught:
        websocket.create_connection(address, timeout=20)
    assert caught.value.status_code == status
    Vendor(sandbox).listen().close()


_OPENING = {"Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/cardscan/ws", _OPENING, 401),
        ("/cardscan/ws?token=bad", _OPENING, 403),
        ("/cardscan/nowhere", _OPENING, 404),
        ("/nowhere", _OPENING, 404),
        ("/candid/a%0Ab", _OPENING, 404),
        ("/cardscan/ws", {"Upgrade": "websocket"}, 400),
    ],
)
def test_every_refused_opening_says_who_refuses(
    sandbox: SandboxProcess, path: str, headers: dict[str, str], status: int
) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
    seen = ask(sandbox, (request + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n").encode())
    assert (seen.status, seen.headers["server"], bool(seen.body)) == (status, "frontdesk-sandbox", True)
    assert "handshake" not in (sandbox.data / "sandbox.log").read_text()


@pytest.mark.parametrize("kind", ["refused", "reset_before", "black_hole_before"])
def test_it_breaks_the_opening(sandbox: SandboxProcess, kind: str) -> None:
    sandbox.fault("cardscan", "socket", kind, **({"seconds": 0.05} if "hole" in kind else {}))
    with pytest.raises(ConnectionResetError):
        Vendor(sandbox).listen()
    Vendor(sandbox).listen().close()


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("slow_before", {"seconds": 0.05}),
        ("slow_first_byte", {"seconds": 0.05}),
        ("slow_drip", {"pause": 0.001, "bytes": 9}),
    ],
)
def test_it_opens_late_or_slowly(sandbox: SandboxProcess, kind: str, options: dict[str, float]) -> None:
    sandbox.fault("cardscan", "socket", kind, **options)
    with listening(sandbox):
        pass


def told(sandbox: SandboxProcess, kind: str, **options: float) -> str:
    """Return the first frame about a card on a socket with a fault."""
    sandbox.fault("cardscan", "socket", kind, **options)
    with listening(sandbox) as (vendor, listener, card_id):
        vendor.upload(card_id, b"no picture")
        return listener.text()


def test_its_frames_are_right_without_a_fault(sandbox: SandboxProcess) -> None:
    assert json.loads(told(sandbox, "slow_first_byte", seconds=0))["type"] == "scan"


def test_its_frames_have_wrong_types(sandbox: SandboxProcess) -> None:
    assert json.loads(told(sandbox, "wrong_types"))["type"] == 7


def test_its_frames_end_in_the_middle(sandbox: SandboxProcess) -> None:
    with pytest.raises(ValueError):
        json.loads(told(sandbox, "truncated_json"))


def test_its_frames_have_a_key_twice(sandbox: SandboxProcess) -> None:
    assert told(sandbox, "duplicate_keys").count('"event_id"') == 2


def test_its_frames_are_very_big(sandbox: SandboxProcess) -> None:
    assert len(told(sandbox, "big_body", megabytes=2)) > 2_000_000


def test_it_closes_when_it_should_tell(sandbox: SandboxProcess) -> None:
    sandbox.fault("cardscan", "socket", "500_after")
    with listening(sandbox) as (vendor, listener, card_id):
        vendor.upload(card_id, b"no picture")
        frame = listener.socket.recv_frame()
        assert (frame.opcode, int.from_bytes(frame.data[:2])) == (websocket.ABNF.OPCODE_CLOSE, 1011)


def test_it_resets_when_it_should_tell(sandbox: SandboxProcess) -> None:
    with pytest.raises(ConnectionResetError):
        told(sandbox, "reset_after")


def test_it_tells_nothing(sandbox: SandboxProcess) -> None:
    sandbox.fault("cardscan", "socket", "black_hole_after")
    with listening(sandbox) as (vendor, listener, card_id):
        vendor.upload(card_id, b"no picture")
        vendor.wait(card_id)
        assert listener.settle() == []
