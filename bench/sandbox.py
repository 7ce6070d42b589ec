"""The sandbox: its calls against an empty route, its memory with 500 sockets, 1,000 checks at 50 a time."""

import contextlib
import itertools
import json
import statistics
import threading
import time
from collections.abc import Iterator

import psutil
import websocket

from bench import sandbox_candid, sandbox_cardscan, sandbox_payments
from bench.measure import Figure
from bench.sandbox_calls import as_bytes, bearer, prepare, spry
from bench.sandbox_candid import CHECKS, check_doc
from bench.sandbox_cardscan import CARDS, CARDSCAN
from bench.sandbox_client import Connection, data_folder, request, running, sandbox

ROUNDS = 300
_SHORT = request("GET", "/cardscan/v1/health")
SOCKETS, CHECKS_MADE, PARALLEL = 500, 1000, 50


def run() -> list[Figure]:
    """Return every figure of the sandbox but those of its reader."""
    return [*_calls(), _sockets(), _checks()]


def _calls() -> list[Figure]:
    """Return every call's time over that of an empty route which gets the very same bytes."""
    data = data_folder()
    read = sandbox_cardscan.read_card(data)
    with sandbox("--without-reader", data=data) as ours, running("bench.sandbox_empty") as theirs:
        connection, empty = Connection(ours.port), Connection(theirs.port)
        prepare(connection)
        asked = itertools.chain(
            sandbox_cardscan.calls(connection, read),
            sandbox_candid.calls(connection),
            spry(connection),
            sandbox_payments.calls(connection),
        )
        return [_ratio(name, turns, connection, empty) for name, turns in asked]


def _ratio(name: str, turns: Iterator[bytes], ours: Connection, theirs: Connection) -> Figure:
    """Compare the tenth percentiles of single calls in turn: what is above them is mostly the machine's other work.

    Both servers answer something short right before, so that neither has to be woken up; what a call needs before it
    would else have kept one of them awake.
    """
    pairs, status = [], 0
    for asked in itertools.islice(turns, ROUNDS):
        ours.ask(_SHORT), theirs.ask(_SHORT)
        started = time.perf_counter()
        status, _body = ours.ask(asked)
        between = time.perf_counter()
        theirs.ask(asked)
        pairs.append((between - started, time.perf_counter() - between))
    deciles = [statistics.quantiles([pair[side] for pair in pairs], n=10) for side in (0, 1)]
    (a, b), (middle, middle_empty) = ([part[place] * 1000 for part in deciles] for place in (0, 4))
    note = f"{a:.2f} ms against {b:.2f} ms, medians {middle:.2f} and {middle_empty:.2f}, {status}"
    return Figure(f"sandbox, {name} / an empty route", a / b, 3.0, note=note)


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
            card = connection.document(request("POST", CARDS, b"{}", **CARDSCAN))["card_id"]
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
            asked = request("POST", CHECKS, as_bytes(check_doc(number)), **headers)
            statuses.append(connection.ask(asked)[0])

    with sandbox("--without-reader") as server:
        headers = bearer(Connection(server.port), "candid")
        parts = [range(first, CHECKS_MADE, PARALLEL) for first in range(PARALLEL)]
        threads = [threading.Thread(target=ask, args=(server.port, headers, numbers)) for numbers in parts]
        started = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        spent = time.perf_counter() - started
    wrong = CHECKS_MADE - statuses.count(200)
    return Figure(
        f"sandbox: errors in {CHECKS_MADE} checks, {PARALLEL} at a time", wrong, 0, "errors", f"in {spent:.1f} s"
    )
