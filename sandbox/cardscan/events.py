"""The websocket: who listens for which card, and what they are told (contract section 5)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.websockets import WebSocket

from sandbox import faults
from sandbox.cardscan import access, cards
from sandbox.cardscan.access import Caller
from sandbox.cardscan.problems import Problem
from sandbox.state import dump, load


@dataclass(eq=False)
class Listener:
    """One open websocket: who has it, the cards it registered for, the frames that wait to be sent."""

    caller: Caller
    cards: set[str] = field(default_factory=set)
    waiting: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    def hears(self, event: dict[str, Any]) -> bool:
        """Tell whether an event is for this socket: its card was registered, or its session is the socket's own."""
        session = event.get("session_id")
        return event["card_id"] in self.cards or (session is not None and session == self.caller.session_id)


class Hub:
    """Brings events from any thread to the sockets, in the order in which they were published."""

    def __init__(self) -> None:
        """Start without sockets; `bind` comes before the first event."""
        self._listeners: set[Listener] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def bind(self) -> None:
        """Deliver through the running event loop from now on."""
        self._loop = asyncio.get_running_loop()

    def publish(self, events: Iterable[dict[str, Any]]) -> None:
        """Tell the sockets; call it after the transaction that made the events true."""
        told = list(events)
        if told and self._loop is not None:
            self._loop.call_soon_threadsafe(self._deliver, told)

    def _deliver(self, events: list[dict[str, Any]]) -> None:
        for event in events:
            for listener in self._listeners:
                if listener.hears(event):
                    listener.waiting.put_nowait(dump(event))

    @contextlib.contextmanager
    def listening(self, caller: Caller) -> Iterator[Listener]:
        """Keep a listener for as long as its socket is open."""
        listener = Listener(caller)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)


hub = Hub()


async def socket(websocket: WebSocket) -> None:
    """Serve one websocket: `?token=`, then `register` frames and plain `ping`s come in, events go out."""
    try:
        caller, silent = await run_in_threadpool(_welcome, websocket.query_params.get("token", ""))
    except Problem as problem:
        denial = Response(dump(problem.body), problem.status, media_type="application/json")
        await websocket.send_denial_response(denial)
        return
    await websocket.accept()
    with hub.listening(caller) as listener:
        sender = asyncio.create_task(_send(websocket, listener, silent))
        try:
            await _receive(websocket, listener)
        finally:
            sender.cancel()


def _welcome(token: str) -> tuple[Caller, bool]:
    """Return who opens a socket, and whether a fault wants it silent."""
    rule = faults.take_one_of("cardscan", "socket", ("401", "403"))
    if rule is not None:
        raise Problem(int(rule["kind"]), "The websocket is refused")
    if not token:
        raise Problem(401, "Unknown authorization error - please check your token format and try again")
    return access.caller_of_token(token), faults.take("cardscan", "socket", "silent") is not None


async def _receive(websocket: WebSocket, listener: Listener) -> None:
    while (message := await websocket.receive())["type"] == "websocket.receive":
        text = message.get("text") or ""
        if text == "ping":
            listener.waiting.put_nowait("pong")
        else:
            await run_in_threadpool(_register, listener, text)


def _register(listener: Listener, text: str) -> None:
    """Take a `register` frame; nothing is answered and nothing repeated, since that breaks the vendor's SDK."""
    try:
        frame = load(text)
    except ValueError:
        return
    if not isinstance(frame, dict) or frame.get("action") != "register":
        return
    card = cards.find(str(frame.get("card_id")))
    if card is not None and listener.caller.may_see(card):
        listener.cards.add(card["card_id"])


async def _send(websocket: WebSocket, listener: Listener, silent: bool) -> None:
    while True:
        frame = await listener.waiting.get()
        if not silent or frame == "pong":
            await websocket.send_text(frame)
