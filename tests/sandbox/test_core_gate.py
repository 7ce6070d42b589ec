"""What happens when the sandbox itself makes a mistake, and two that move the clock at once."""

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.websockets import WebSocketDisconnect

from sandbox import clock, faults, players
from sandbox.gate import Gate, SocketGate
from sandbox.guards import Guarded
from sandbox.state import open_store
from tests import own_loop

pytestmark = pytest.mark.real


class Wire:
    """A connection that remembers whether it was reset."""

    def __init__(self) -> None:
        self.was_reset = False

    def reset(self) -> None:
        self.was_reset = True


@pytest.fixture(autouse=True)
def _store(tmp_path: Path) -> None:
    open_store(tmp_path / "sandbox.sqlite3")


def played(guard: Any, kind: str = "http") -> tuple[list[dict[str, Any]], Wire]:
    """Return what is sent for one request, and the connection."""
    sent: list[dict[str, Any]] = []
    end = {"type": f"{kind}.disconnect"}
    wire, comes = Wire(), [{"type": "http.request" if kind == "http" else "websocket.connect"}, end]

    async def receive() -> dict[str, Any]:
        return comes.pop(0) if len(comes) > 1 else comes[0]

    async def send(message: Any) -> None:
        sent.append(message)

    own_loop.run(guard({"type": kind, "state": {"wire": wire}}, receive, send))
    return sent, wire


async def _fails(scope: Any, receive: Any, send: Any) -> None:
    raise ValueError("EMILY")


async def _fails_open(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "websocket.accept"})
    raise ValueError("EMILY")


async def _is_left(scope: Any, receive: Any, send: Any) -> None:
    raise WebSocketDisconnect(1006)


async def _fails_late(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 201, "headers": []})
    raise ValueError("EMILY")


def test_a_mistake_is_an_error_of_the_vendor_and_its_words_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "sandbox"):
        sent, wire = played(Gate(_fails, "spry.capture"))
    assert (sent[0]["status"], wire.was_reset) == (500, False)
    assert "spry.capture failed: ValueError at test_core_gate.py:" in caplog.text
    assert "EMILY" not in caplog.text


def test_a_mistake_after_the_head_is_no_second_answer() -> None:
    sent, wire = played(Gate(_fails_late, "spry.capture"))
    assert [message["type"] for message in sent] == ["http.response.start"]
    assert wire.was_reset


def test_a_mistake_in_a_fault_is_no_more_than_that(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(call: Any, rule: Any) -> None:
        raise ValueError("EMILY")

    monkeypatch.setitem(players.BEFORE, "401", fails)
    faults.add("spry", "capture", "401")
    sent, _wire = played(Gate(_fails, "spry.capture"))
    assert sent[0]["status"] == 500
    assert "spry.capture failed: ValueError" in caplog.text


def test_a_mistake_of_the_window_is_a_problem(caplog: pytest.LogCaptureFixture) -> None:
    sent, wire = played(Guarded(_fails))
    assert (sent[0]["status"], wire.was_reset) == (500, False)
    assert (b"content-type", b"application/problem+json") in sent[0]["headers"]
    assert "window failed: ValueError at test_core_gate.py:" in caplog.text
    assert "EMILY" not in caplog.text


def test_a_late_mistake_of_the_window_is_no_second_answer() -> None:
    sent, wire = played(Guarded(_fails_late))
    assert [message["type"] for message in sent] == ["http.response.start"]
    assert wire.was_reset


def test_a_mistake_at_the_opening_of_a_websocket_refuses_it(caplog: pytest.LogCaptureFixture) -> None:
    sent, _wire = played(SocketGate(_fails, "cardscan.socket"), "websocket")
    assert (sent[0]["type"], sent[0]["status"]) == ("websocket.http.response.start", 500)
    assert "cardscan.socket failed: ValueError at test_core_gate.py:" in caplog.text
    assert "EMILY" not in caplog.text


def test_a_mistake_on_an_open_websocket_closes_it() -> None:
    sent, _wire = played(SocketGate(_fails_open, "cardscan.socket"), "websocket")
    assert [(message["type"], message.get("code")) for message in sent] == [
        ("websocket.accept", None),
        ("websocket.close", 1011),
    ]


def test_a_client_that_leaves_a_websocket_is_no_mistake(caplog: pytest.LogCaptureFixture) -> None:
    assert played(SocketGate(_is_left, "cardscan.socket"), "websocket")[0] == []
    assert "failed" not in caplog.text


def test_two_that_move_the_clock_at_once_move_it_twice() -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(clock.advance, [10] * 200))
    assert clock.offset().total_seconds() == 2000
