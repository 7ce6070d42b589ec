"""One request on its way to a vendor's route, and the answer that is caught before it leaves."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox import faults
from sandbox.front import Wire
from sandbox.scenarios import Order
from sandbox.state import dump

RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Answer:
    """An answer that was caught before it left."""

    status: int
    headers: RawHeaders = field(default_factory=list)
    body: bytes = b""

    def with_body(self, body: bytes) -> Answer:
        """Return the same answer with another body and its length; one that may have no body becomes a 200."""
        kept = [pair for pair in self.headers if pair[0].lower() != b"content-length"]
        status = 200 if body and self.status in (204, 304) else self.status
        return replace(self, status=status, headers=[*kept, (b"content-length", str(len(body)).encode())], body=body)

    def with_headers(self, *pairs: tuple[bytes, bytes]) -> Answer:
        """Return the same answer with more headers."""
        return replace(self, headers=[*self.headers, *pairs])


def json_answer(status: int, doc: Any) -> Answer:
    """Return an answer with a JSON document."""
    return Answer(status, [(b"content-type", b"application/json")]).with_body(dump(doc).encode())


class Call:
    """One request. Its answer passes through, unless the order of the gate or a scenario wants to play on it."""

    def __init__(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, name: str, order: Order) -> None:
        """Keep what ASGI gives; `name` is the route's, and `order` may be filled while the work is done."""
        self.scope = scope
        self.order = order
        self.status = 0
        self.vendor, _, self.route = name.partition(".")
        self._app = app
        self._receive = receive
        self._send = send
        self._sent_all = False
        self._caught: Answer | None = None

    @property
    def is_interrupted(self) -> bool:
        """Whether a fault is ordered that happens instead of the work."""
        return self.order.fault is not None and self.order.fault["kind"] in faults.BEFORE_KINDS

    @property
    def wire(self) -> Wire:
        """The connection below."""
        wire: Wire = self.scope["state"]["wire"]
        return wire

    async def receive(self) -> Message:
        """Pass on what the client sends."""
        message = await self._receive()
        if not message.get("more_body", False):
            self._sent_all = True
        return message

    async def drain(self) -> None:
        """Read what the client sends and throw it away, so that it gets as far as reading our answer."""
        while not self._sent_all:
            await self.receive()

    async def work(self) -> Answer | None:
        """Let the vendor do its work; return its answer if a fault is to be played on it, else it has been sent."""
        await self._app(self.scope, self.receive, self._pass)
        return self._caught

    async def _pass(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif self._caught is not None:
            self._caught = replace(self._caught, body=self._caught.body + message.get("body", b""))
        else:
            await self._send(message)

    async def _begin(self, message: Message) -> None:
        if self.order.seconds:
            await asyncio.sleep(self.order.seconds)
        if self.order.fault is None:
            self.status = message["status"]
            await self._send(message)
        else:
            self._caught = Answer(message["status"], list(message.get("headers", [])))

    async def answer(self, answer: Answer) -> None:
        """Send an answer."""
        await self.begin(answer)
        await self.more(answer.body, last=True)

    async def begin(self, answer: Answer) -> None:
        """Send the head of an answer."""
        self.status = answer.status
        await self._send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})

    async def more(self, body: bytes, *, last: bool) -> None:
        """Send a part of the body of an answer."""
        await self._send({"type": "http.response.body", "body": body, "more_body": not last})

    async def refuse(self, status: int, message: str, *headers: tuple[bytes, bytes]) -> None:
        """Answer with an error in the vendor's shape, without any work."""
        await self.drain()
        await self.answer(self.error(status, message).with_headers(*headers))

    def error(self, status: int, message: str) -> Answer:
        """Return an error in the vendor's shape."""
        body, media_type = faults.error_answer(self.vendor, self.route, status, message)
        return Answer(status, [(b"content-type", media_type.encode())]).with_body(body)

    async def reset(self) -> None:
        """Reset the connection, without a byte more."""
        self.wire.reset()
        await self.gone()

    async def gone(self) -> None:
        """Wait until the connection is over."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def silence(self, seconds: float) -> None:
        """Say nothing until the client gives up or the time is over; then the connection goes."""
        try:
            async with asyncio.timeout(seconds):
                await self.gone()
        except TimeoutError:
            await self.reset()
