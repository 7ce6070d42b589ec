"""What the gate does when the sandbox itself makes a mistake, and two that move the clock at once."""

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sandbox import clock
from sandbox.gate import Gate
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


def played(app: Any) -> tuple[list[dict[str, Any]], Wire]:
    """Return what the gate sends for a route that is served by `app`, and the connection."""
    sent: list[dict[str, Any]] = []
    wire, comes = Wire(), [{"type": "http.request"}, {"type": "http.disconnect"}]

    async def receive() -> dict[str, Any]:
        return comes.pop(0) if len(comes) > 1 else comes[0]

    async def send(message: Any) -> None:
        sent.append(message)

    own_loop.run(Gate(app, "spry.capture")({"type": "http", "state": {"wire": wire}}, receive, send))
    return sent, wire


async def _fails(scope: Any, receive: Any, send: Any) -> None:
    raise ValueError("EMILY")


async def _fails_late(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 201, "headers": []})
    raise ValueError("EMILY")


def test_a_mistake_is_an_error_of_the_vendor_and_its_words_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "sandbox"):
        sent, wire = played(_fails)
    assert (sent[0]["status"], wire.was_reset) == (500, False)
    assert "spry.capture failed: ValueError at test_core_gate.py:" in caplog.text
    assert "EMILY" not in caplog.text


def test_a_mistake_after_the_head_is_no_second_answer() -> None:
    sent, wire = played(_fails_late)
    assert [message["type"] for message in sent] == ["http.response.start"]
    assert wire.was_reset


def test_two_that_move_the_clock_at_once_move_it_twice() -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(clock.advance, [10] * 200))
    assert clock.offset().total_seconds() == 2000
