"""The sandbox: its calls against an empty route, its memory with 500 sockets, 1,000 checks at 50 a time."""

import contextlib
import json
import statistics
import threading
import time

import psutil
import websocket

from bench.measure import Figure, seconds
from bench.sandbox_calls import CARDSCAN, bearer, calls, check_body
from bench.sandbox_client import Connection, request, running, sandbox

ROUNDS = 400
SOCKETS, CHECKS, PARALLEL = 500, 1000, 50


def run() -> list[Figure]:
    """Return every figure of the sandbox but those of its reader."""
    return [*_calls(), _sockets(), _checks()]


def _calls() -> list[Figure]:
    """Return every call's time over that of an empty route which gets the very same bytes."""
    with sandbox("--without-reader") as ours, running("bench.sandbox_empty") as theirs:
        connection, empty = Connection(ours.port), Connection(theirs.port)
        figures = [_ratio(name, asked, connection, empty) for name, asked in calls(connection)]
    return figures


def _ratio(name: str, asked: bytes, ours: Connection, theirs: Connection) -> Figure:
    """Compare the tenth percentiles of single calls in turn: what is above them is mostly the machine's other work."""
    status = ours.ask(asked)[0]
    pairs = [(seconds(lambda: ours.ask(asked)), seconds(lambda: theirs.ask(asked))) for _ in range(ROUNDS)]
    a, b = (statistics.quantiles([pair[side] for pair in pairs], n=10)[0] * 1000 for side in (0, 1))
    return Figure(f"sandbox, {name} / an empty route", a / b, 3.0, note=f"{a:.2f} ms against {b:.2f} ms, {status}")


def _sockets() -> Figure:
    """Return the memory (PSS) of a sandbox without its reader that has 500 websockets open, each registered."""
    with sandbox("--without-reader") as server, contextlib.ExitStack() as opened:
        connection = Connection(server.port)
        before = _megabytes(server.process.pid)
        address = f"ws://127.0.0.1:{server.port}/cardscan/ws?token={CARDSCAN['Authorization'].partition(' ')[2]}"
        listeners = [
            opened.enter_context(contextlib.closing(websocket.create_connection(address))) for _ in range(SOCKETS)
        ]
        for listener in listeners:
            card = json.loads(connection.ask(request("POST", "/cardscan/v1/cards", b"{}", **CARDSCAN))[1])["card_id"]
            listener.send(json.dumps({"action": "register", "card_id": card}))
            listener.send("ping")
            assert listener.recv() == "pong"
        note = f"{before:.1f} MB without any"
        return Figure(f"sandbox: memory with {SOCKETS} websockets", _megabytes(server.process.pid), 150.0, "MB", note)


def _megabytes(pid: int) -> float:
    return psutil.Process(pid).memory_full_info().pss / 1e6


def _checks() -> Figure:
    """Return how many of 1,000 eligibility checks, 50 at a time, did not end in 200."""
    statuses: list[int] = []

    def ask(port: int, headers: dict[str, str], numbers: range) -> None:
        connection = Connection(port)
        for number in numbers:
            body = check_body(number)
            statuses.append(connection.ask(request("POST", "/candid/eligibility-checks/v1", body, **headers))[0])

    with sandbox("--without-reader") as server:
        headers = bearer(Connection(server.port), "candid")
        parts = [range(first, CHECKS, PARALLEL) for first in range(PARALLEL)]
        threads = [threading.Thread(target=ask, args=(server.port, headers, numbers)) for numbers in parts]
        started = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        spent = time.perf_counter() - started
    wrong = CHECKS - statuses.count(200)
    return Figure(f"sandbox: errors in {CHECKS} checks, {PARALLEL} at a time", wrong, 0, "errors", f"in {spent:.1f} s")
