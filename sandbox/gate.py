"""Stands before every route of every vendor: plays the faults that are set for it and writes one line of log.

What an ASGI application cannot do itself (resetting the connection, sending byte by byte) it asks of `sandbox.front`
with the internal header `x-sandbox-fault`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox import faults
from sandbox.state import dump, load

logger = logging.getLogger("sandbox")

RawHeaders = list[tuple[bytes, bytes]]
FAULT_HEADER = b"x-sandbox-fault"


@dataclass(frozen=True)
class Answer:
    """An answer that was caught before it left."""

    status: int
    headers: RawHeaders = field(default_factory=list)
    body: bytes = b""

    def with_body(self, body: bytes) -> Answer:
        """Return the same answer with another body and its length."""
        kept = [pair for pair in self.headers if pair[0].lower() != b"content-length"]
        return replace(self, headers=[*kept, (b"content-length", str(len(body)).encode())], body=body)

    def with_headers(self, *pairs: tuple[bytes, bytes]) -> Answer:
        """Return the same answer with more headers."""
        return replace(self, headers=[*self.headers, *pairs])


@dataclass(frozen=True)
class Call:
    """One request on its way to a vendor's route."""

    app: ASGIApp
    scope: Scope
    receive: Receive
    send: Send
    vendor: str

    async def drain(self) -> None:
        """Read what the client sends and throw it away, so that it gets as far as reading our answer."""
        more = True
        while more:
            message = await self.receive()
            more = message["type"] == "http.request" and message.get("more_body", False)

    async def work(self) -> Answer:
        """Let the vendor do its work and return its answer instead of sending it."""
        caught: dict[str, Any] = {"status": 500, "headers": [], "body": b""}

        async def catch(message: Message) -> None:
            if message["type"] == "http.response.start":
                caught.update(status=message["status"], headers=list(message.get("headers", [])))
            elif message["type"] == "http.response.body":
                caught["body"] += message.get("body", b"")

        await self.app(self.scope, self.receive, catch)
        return Answer(**caught)

    async def answer(self, answer: Answer) -> None:
        """Send an answer."""
        await self.send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await self.send({"type": "http.response.body", "body": answer.body})

    async def refuse(self, status: int, message: str, *headers: tuple[bytes, bytes]) -> None:
        """Answer with an error in the vendor's shape, without any work."""
        await self.drain()
        await self.answer(_json(status, faults.error_body(self.vendor, status, message)).with_headers(*headers))

    async def reset(self) -> None:
        """Have the front reset the connection."""
        await self.answer(Answer(500, [(FAULT_HEADER, b'{"do":"reset"}')]))

    async def silence(self, seconds: float) -> None:
        """Say nothing until the client gives up or the time is over; then the connection goes."""
        try:
            async with asyncio.timeout(seconds):
                while (await self.receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            await self.reset()


def _json(status: int, doc: Any) -> Answer:
    return Answer(status, [(b"content-type", b"application/json")]).with_body(dump(doc).encode())


async def _reset_before(call: Call, rule: dict[str, Any]) -> None:
    await call.drain()
    await call.reset()


async def _reset_after(call: Call, rule: dict[str, Any]) -> None:
    await call.work()
    await call.reset()


async def _black_hole_before(call: Call, rule: dict[str, Any]) -> None:
    await call.drain()
    await call.silence(float(rule.get("seconds", 600)))


async def _black_hole_after(call: Call, rule: dict[str, Any]) -> None:
    await call.work()
    await call.silence(float(rule.get("seconds", 600)))


async def _slow_first_byte(call: Call, rule: dict[str, Any]) -> None:
    answer = await call.work()
    await asyncio.sleep(float(rule.get("seconds", 5)))
    await call.answer(answer)


async def _slow_drip(call: Call, rule: dict[str, Any]) -> None:
    answer = await call.work()
    plan = {"do": "drip", "pause": rule.get("pause", 0.5), "bytes": rule.get("bytes", 1)}
    await call.answer(answer.with_headers((FAULT_HEADER, dump(plan).encode()), (b"connection", b"close")))


async def _500_before(call: Call, rule: dict[str, Any]) -> None:
    await call.refuse(500, "Internal server error")


async def _500_after(call: Call, rule: dict[str, Any]) -> None:
    await call.work()
    await call.answer(_json(500, faults.error_body(call.vendor, 500, "Internal server error")))


async def _502_html(call: Call, rule: dict[str, Any]) -> None:
    await call.drain()
    page = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
    await call.answer(Answer(502, [(b"content-type", b"text/html")]).with_body(page))


async def _429(call: Call, rule: dict[str, Any]) -> None:
    after = rule.get("retry_after", 1)
    headers = [] if after is None else [(b"retry-after", str(after).encode())]
    await call.refuse(429, "Rate limit exceeded", *headers)


async def _401(call: Call, rule: dict[str, Any]) -> None:
    await call.refuse(401, "Unauthorized")


async def _403(call: Call, rule: dict[str, Any]) -> None:
    await call.refuse(403, "Forbidden")


async def _413(call: Call, rule: dict[str, Any]) -> None:
    await call.refuse(413, "Request entity too large")


async def _truncated_json(call: Call, rule: dict[str, Any]) -> None:
    answer = await call.work()
    await call.answer(answer.with_body(answer.body[: len(answer.body) // 2]))


async def _wrong_types(call: Call, rule: dict[str, Any]) -> None:
    answer = await call.work()
    await call.answer(answer.with_body(dump(_mistyped(load(answer.body or b"null"))).encode()))


async def _duplicate_keys(call: Call, rule: dict[str, Any]) -> None:
    answer = await call.work()
    doc = load(answer.body or b"null")
    if isinstance(doc, dict) and doc:
        twice = dump({next(iter(doc)): None})[:-1] + ","
        answer = answer.with_body(twice.encode() + answer.body.lstrip()[1:])
    await call.answer(answer)


async def _200_error_body(call: Call, rule: dict[str, Any]) -> None:
    await call.drain()
    await call.answer(_json(200, {"error": faults.error_body(call.vendor, 500, "Internal server error")}))


async def _big_body(call: Call, rule: dict[str, Any]) -> None:
    answer = await call.work()
    blanks = b" " * (int(rule.get("megabytes", 50)) * 1_000_000)
    await call.answer(answer.with_body(answer.body + blanks))


async def _redirect(call: Call, rule: dict[str, Any]) -> None:
    await call.drain()
    location = str(rule.get("location", "http://127.0.0.1:9/elsewhere")).encode()
    await call.answer(Answer(302, [(b"location", location)]).with_body(b""))


def _mistyped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _mistyped(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return {"0": [_mistyped(inner) for inner in value]}
    if isinstance(value, str):
        return 7
    return value if value is None else str(value)


PLAYERS: dict[str, Callable[[Call, dict[str, Any]], Awaitable[None]]] = {
    "reset_before": _reset_before,
    "reset_after": _reset_after,
    "black_hole_before": _black_hole_before,
    "black_hole_after": _black_hole_after,
    "slow_first_byte": _slow_first_byte,
    "slow_drip": _slow_drip,
    "500_before": _500_before,
    "500_after": _500_after,
    "502_html": _502_html,
    "429": _429,
    "401": _401,
    "403": _403,
    "413": _413,
    "truncated_json": _truncated_json,
    "wrong_types": _wrong_types,
    "duplicate_keys": _duplicate_keys,
    "200_error_body": _200_error_body,
    "big_body": _big_body,
    "redirect": _redirect,
}


class Gate:
    """The ASGI application of one route, with its faults and its log line before it."""

    def __init__(self, app: ASGIApp, name: str) -> None:
        """Guard `app`; `name` is the route's, such as "payments.add"."""
        self.app = app
        self.name = name
        self.vendor, _, self.route = name.partition(".")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Play the oldest fault that hits this route, or pass the request on."""
        started = time.monotonic()
        outcome = {"status": 0}

        async def watch(message: Message) -> None:
            outcome["status"] = message.get("status", outcome["status"])
            await send(message)

        rule = None
        if faults.waits(self.vendor, self.route, faults.GATE_KINDS):
            # In a thread: taking a rule writes, and the event loop must not wait for another writer.
            rule = await run_in_threadpool(faults.take_one_of, self.vendor, self.route, faults.GATE_KINDS)
        if rule is None:
            await self.app(scope, receive, watch)
        else:
            await PLAYERS[rule["kind"]](Call(self.app, scope, receive, watch, self.vendor), rule)
        # No path and no query: a search text or an id in them is nobody's business.
        spent = (time.monotonic() - started) * 1000
        logger.info("%s %d %.0f ms%s", self.name, outcome["status"], spent, f" fault {rule['kind']}" if rule else "")


def guard(routes: Iterable[BaseRoute]) -> None:
    """Put a gate before every named HTTP route, also those inside mounts."""
    for route in _named(routes):
        route.app = Gate(route.app, route.name)


def names(routes: Iterable[BaseRoute]) -> list[str]:
    """Return the names that fault rules may use, such as "payments.add", in order and once each."""
    return list(dict.fromkeys(route.name for route in _named(routes)))


def _named(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    for route in routes:
        if isinstance(route, Mount):
            yield from _named(route.routes or [])
        elif isinstance(route, Route) and "." in route.name:
            yield route
