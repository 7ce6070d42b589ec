"""The websocket: who listens for which card, and what they are told (contract section 5)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.websockets import WebSocket

from sandbox import exact, faults
from sandbox.cardscan import access, cards
from sandbox.cardscan.access import Caller
from sandbox.cardscan.eligibility import records
from sandbox.cardscan.happenings import Event
from sandbox.cardscan.problems import Problem
from sandbox.state import dump, store


@dataclass(eq=False)
class Listener:
    """One open websocket: who has it, the cards it registered for, the frames that wait to be sent."""

    caller: Caller
    cards: set[str] = field(default_factory=set)
    waiting: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    def hears(self, event: Event) -> bool:
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

    def publish(self, events: Iterable[Event]) -> None:
        """Tell the sockets, in the transaction that makes the events true: once it is over, and before any other's."""
        told = list(events)
        if told:
            store().afterwards(partial(self._hand_over, told))

    def _hand_over(self, events: list[Event]) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._deliver, events)

    def _deliver(self, events: list[Event]) -> None:
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
    if not token:
        raise Problem(401, "Unknown authorization error - please check your token format and try again")
    return access.caller_of_token(token), faults.take("cardscan", "socket", "silent") is not None


async def _receive(websocket: WebSocket, listener: Listener) -> None:
    while (message := await websocket.receive())["type"] == "websocket.receive":
        text = message.get("text") or ""
        if text == "ping":
            listener.waiting.put_nowait("pong")
            continue
        missed = await run_in_threadpool(_register, listener, text)
        if missed is not None:
            listener.waiting.put_nowait(dump(missed))


def _register(listener: Listener, text: str) -> Event | None:
    """Take a `register` frame and return the event that is repeated for it, if one is.

    Nothing is acknowledged, since any frame without a type ends the vendor's SDK, and no card's state is repeated. What
    is repeated is the state of the card's newest eligibility check, which was begun before its client could listen.
    """
    try:
        frame = exact.read_json(text.encode())
    except exact.NotExact:
        return None
    if not isinstance(frame, dict) or frame.get("action") != "register":
        return None
    card = cards.find(str(frame.get("card_id")))
    if card is None or not listener.caller.may_see(card):
        return None
    listener.cards.add(card["card_id"])
    return records.newest_event(card)


async def _send(websocket: WebSocket, listener: Listener, silent: bool) -> None:
    while True:
        frame = await listener.waiting.get()
        if not silent or frame == "pong":
            await websocket.send_text(frame)
