"""How faults are played on a websocket: on its opening as on any answer, or on the frames that it sends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox import players
from sandbox.call import Call
from sandbox.scenarios import Order
from sandbox.state import dump

Rule = dict[str, Any]
# The answer to a ping is let through: only what the vendor tells goes wrong.
_PONG = "pong"


class Closed(Exception):
    """The fault has ended the websocket."""


class SocketCall(Call):
    """One websocket, from its opening on."""

    def __init__(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, name: str, order: Order) -> None:
        """As for `Call`."""
        super().__init__(app, scope, receive, send, name, order)
        self._accepted = False
        self._is_open = False

    async def play(self) -> None:
        """Let the vendor serve the websocket, with the fault that is ordered."""
        if self.is_interrupted:
            await self._receive()  # the opening itself
            await players.before(self)
            return
        with contextlib.suppress(Closed):
            await self._app(self.scope, self._receive, self._frame if self.order.fault else self._after_a_while)

    async def give_up(self) -> None:
        """End what the sandbox itself has done wrong: refuse the opening, or close what is open."""
        if self._is_open:
            await self.pass_on({"type": "websocket.close", "code": 1011, "reason": "Internal server error"})
        elif self.status:
            self.wire.reset()
        else:
            await self.answer(self.error(500, "Internal server error"))

    async def drain(self) -> None:
        """An opening has no body to be read."""

    async def gone(self) -> None:
        """Wait until the connection is over."""
        while (await self._receive())["type"] != "websocket.disconnect":
            pass

    async def begin(self, answer: Any) -> None:
        """Send the head of a refusal."""
        self.status = answer.status
        message = {"type": "websocket.http.response.start", "status": answer.status, "headers": answer.headers}
        await self._send(message)

    async def more(self, body: bytes, *, last: bool) -> None:
        """Send a part of the body of a refusal."""
        await self._send({"type": "websocket.http.response.body", "body": body, "more_body": not last})

    async def _after_a_while(self, message: Message) -> None:
        if self.order.seconds and not self._accepted:
            self._accepted = True
            await asyncio.sleep(self.order.seconds)
        await self.pass_on(message)

    async def _frame(self, message: Message) -> None:
        rule = self.order.fault or {}
        if message["type"] == "websocket.accept":
            await _OPENINGS.get(rule["kind"], _open)(self, rule, message)
        elif message["type"] == "websocket.send" and message.get("text") != _PONG:
            await _FRAMES.get(rule["kind"], _as_it_is)(self, rule, message)
        else:
            await self._send(message)

    async def pass_on(self, message: Message) -> None:
        """Send what the vendor sends."""
        await self._send(message)
        self._is_open = self._is_open or message["type"] == "websocket.accept"
        self.status = message.get("status", self.status)  # of a refusal by the vendor itself


async def _open(call: SocketCall, rule: Rule, message: Message) -> None:
    await call.pass_on(message)


async def _as_it_is(call: SocketCall, rule: Rule, message: Message) -> None:
    await call.pass_on(message)


async def _open_late(call: SocketCall, rule: Rule, message: Message) -> None:
    await asyncio.sleep(float(rule.get("seconds", 5)))
    await call.pass_on(message)


async def _open_dripping(call: SocketCall, rule: Rule, message: Message) -> None:
    call.wire.drip(pause=float(rule.get("pause", 0.5)), size=int(rule.get("bytes", 1)))
    await call.pass_on(message)


async def _reset(call: SocketCall, rule: Rule, message: Message) -> None:
    await call.reset()
    raise Closed


async def _nothing(call: SocketCall, rule: Rule, message: Message) -> None:
    """Keep the frame."""


async def _close_1011(call: SocketCall, rule: Rule, message: Message) -> None:
    await call.pass_on({"type": "websocket.close", "code": 1011, "reason": "Internal server error"})
    raise Closed


async def _half(call: SocketCall, rule: Rule, message: Message) -> None:
    text = message["text"]
    await call.pass_on({"type": "websocket.send", "text": text[: len(text) // 2]})


async def _wrong_types(call: SocketCall, rule: Rule, message: Message) -> None:
    text = dump(players.mistyped(players.document(message["text"])))
    await call.pass_on({"type": "websocket.send", "text": text})


async def _twice(call: SocketCall, rule: Rule, message: Message) -> None:
    await call.pass_on({"type": "websocket.send", "text": players.twice(players.document(message["text"]))})


async def _big(call: SocketCall, rule: Rule, message: Message) -> None:
    blanks = " " * (int(rule.get("megabytes", 50)) * 1_000_000)
    await call.pass_on({"type": "websocket.send", "text": message["text"] + blanks})


_Play = Callable[[SocketCall, Rule, Message], Awaitable[None]]
_OPENINGS: dict[str, _Play] = {"slow_first_byte": _open_late, "slow_drip": _open_dripping}
_FRAMES: dict[str, _Play] = {
    "reset_after": _reset,
    "black_hole_after": _nothing,
    "500_after": _close_1011,
    "truncated_json": _half,
    "wrong_types": _wrong_types,
    "duplicate_keys": _twice,
    "big_body": _big,
}
