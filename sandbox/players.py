"""How each kind of fault is played on a call (docs/sandbox.md, "Faults")."""

from __future__ import annotations

import asyncio
import email.utils
import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox import NAME
from sandbox.call import Answer, Call, json_answer
from sandbox.scenarios import Order
from sandbox.state import dump, load

Rule = dict[str, Any]

RETRY_AFTER = {"absent": None, "negative": "-5", "huge": "99999999999"}
_CHUNK = b" " * 1_000_000
_MOST_HELD = 64_000_000


class Late:
    """A route's application that begins its work when the wait of the order is over, with what was sent until then.

    The request is read before the wait: who has sent it all may go, and the work is done nevertheless.
    """

    def __init__(self, app: ASGIApp, order: Order) -> None:
        """Keep the application and the order, which is filled when it is called."""
        self._app = app
        self._order = order

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read, wait, work; without a wait only work."""
        if self._order.wait:
            read = await _read(receive) if scope["type"] == "http" else []
            await asyncio.sleep(self._order.wait)
            receive = _replay(read, receive)
        await self._app(scope, receive, send)


async def _read(receive: Receive) -> list[Message]:
    """Read a request, or as much of a very long one as the sandbox wants to hold."""
    read = [await receive()]
    while read[-1].get("more_body", False) and sum(len(part.get("body", b"")) for part in read) < _MOST_HELD:
        read.append(await receive())
    return read


def _replay(read: list[Message], receive: Receive) -> Receive:
    """Return a `receive` that gives what was read already, then what comes."""
    waiting = iter(read)

    async def again() -> Message:
        message = next(waiting, None)
        return await receive() if message is None else message

    return again


async def before(call: Call) -> None:
    """Play the fault that is ordered instead of the work."""
    rule = call.order.fault or {}
    await asyncio.sleep(call.order.seconds)
    await BEFORE[rule["kind"]](call, rule)


async def after(call: Call, answer: Answer) -> None:
    """Play the fault that is ordered on an answer."""
    rule = call.order.fault or {}
    await AFTER[rule["kind"]](call, answer, rule)


async def _refused(call: Call, rule: Rule) -> None:
    await call.reset()


async def _reset_before(call: Call, rule: Rule) -> None:
    await call.drain()
    await call.reset()


async def _black_hole_before(call: Call, rule: Rule) -> None:
    await call.drain()
    await call.silence(float(rule.get("seconds", 600)))


async def _500_before(call: Call, rule: Rule) -> None:
    await call.refuse(500, "Internal server error")


async def _502_html(call: Call, rule: Rule) -> None:
    await call.drain()
    page = f"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1><hr>{NAME}</body></html>"
    await call.answer(Answer(502, [(b"content-type", b"text/html")]).with_body(page.encode()))


async def _429(call: Call, rule: Rule) -> None:
    after = retry_after(rule)
    await call.refuse(429, "Rate limit exceeded", *([] if after is None else [(b"retry-after", after.encode())]))


def retry_after(rule: Rule) -> str | None:
    """Return the Retry-After of a 429, or None for none.

    Args:
        rule: `retry_after` is null or a word of RETRY_AFTER, "date" (a date `seconds` ahead, 30, by the machine's
            clock), or what is sent as it is.
    """
    wish = rule.get("retry_after", 1)
    if wish == "date":
        return email.utils.formatdate(time.time() + float(rule.get("seconds", 30)), usegmt=True)
    return None if wish is None else RETRY_AFTER.get(str(wish), str(wish))


async def _401(call: Call, rule: Rule) -> None:
    await call.refuse(401, "Unauthorized")


async def _403(call: Call, rule: Rule) -> None:
    await call.refuse(403, "Forbidden")


async def _413(call: Call, rule: Rule) -> None:
    await call.refuse(413, "Request entity too large")


async def _200_error_body(call: Call, rule: Rule) -> None:
    await call.drain()
    error = call.error(500, "Internal server error")
    is_json = b"json" in error.headers[0][1]
    doc = {"error": load(error.body)} if is_json else None
    await call.answer(json_answer(200, doc) if is_json else Answer(200, error.headers, error.body))


async def _redirect(call: Call, rule: Rule) -> None:
    await call.drain()
    location = str(rule.get("location", "http://127.0.0.1:9/elsewhere")).encode("latin-1", "replace")
    await call.answer(Answer(int(rule.get("status", 302)), [(b"location", location)]).with_body(b""))


async def _reset_after(call: Call, answer: Answer, rule: Rule) -> None:
    await call.reset()


async def _black_hole_after(call: Call, answer: Answer, rule: Rule) -> None:
    await call.silence(float(rule.get("seconds", 600)))


async def _slow_first_byte(call: Call, answer: Answer, rule: Rule) -> None:
    await asyncio.sleep(float(rule.get("seconds", 5)))
    await call.answer(answer)


async def _slow_drip(call: Call, answer: Answer, rule: Rule) -> None:
    call.wire.drip(pause=float(rule.get("pause", 0.5)), size=int(rule.get("bytes", 1)))
    await call.answer(answer.with_headers((b"connection", b"close")))


async def _500_after(call: Call, answer: Answer, rule: Rule) -> None:
    await call.answer(call.error(500, "Internal server error"))


async def _truncated_json(call: Call, answer: Answer, rule: Rule) -> None:
    body = answer.body or dump(document(answer.body)).encode()
    await call.answer(answer.with_body(body[: max(1, len(body) // 2)]))


async def _wrong_types(call: Call, answer: Answer, rule: Rule) -> None:
    await call.answer(answer.with_body(dump(mistyped(document(answer.body))).encode()))


async def _duplicate_keys(call: Call, answer: Answer, rule: Rule) -> None:
    await call.answer(answer.with_body(twice(document(answer.body)).encode()))


async def _big_body(call: Call, answer: Answer, rule: Rule) -> None:
    """Let blanks follow the document; in pieces, so that the sandbox itself stays small."""
    chunks = int(rule.get("megabytes", 50))
    body = answer.body or dump(document(answer.body)).encode()
    size = str(len(body) + chunks * len(_CHUNK)).encode()
    head = answer.with_body(body)
    kept = [pair for pair in head.headers if pair[0].lower() != b"content-length"]
    await call.begin(Answer(head.status, [*kept, (b"content-length", size)]))
    await call.more(body, last=False)
    for _number in range(chunks):
        await call.more(_CHUNK, last=False)
    await call.more(b"", last=True)


def document(body: bytes | str) -> Any:
    """Return the JSON document of an answer; one without stands for an answer that had none."""
    try:
        return load(body) if body else {"ok": True}
    except ValueError:
        return {"ok": True}


def mistyped(value: Any) -> Any:
    """Return a document in which texts are numbers, numbers are texts and lists are objects."""
    if isinstance(value, dict):
        return {key: mistyped(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return {"0": [mistyped(inner) for inner in value]}
    if isinstance(value, str):
        return 7
    return value if value is None else str(value)


def twice(doc: Any) -> str:
    """Return the JSON text of a document whose first key comes twice, first as null."""
    if isinstance(doc, list) and doc:
        return f"[{','.join([twice(doc[0]), *map(dump, doc[1:])])}]"
    if isinstance(doc, dict) and doc:
        return dump({next(iter(doc)): None})[:-1] + "," + dump(doc)[1:]
    return dump(doc)


BEFORE: dict[str, Callable[[Call, Rule], Awaitable[None]]] = {
    "refused": _refused,
    "reset_before": _reset_before,
    "black_hole_before": _black_hole_before,
    "500_before": _500_before,
    "502_html": _502_html,
    "429": _429,
    "401": _401,
    "403": _403,
    "413": _413,
    "200_error_body": _200_error_body,
    "redirect": _redirect,
}
AFTER: dict[str, Callable[[Call, Answer, Rule], Awaitable[None]]] = {
    "reset_after": _reset_after,
    "black_hole_after": _black_hole_after,
    "slow_first_byte": _slow_first_byte,
    "slow_drip": _slow_drip,
    "500_after": _500_after,
    "truncated_json": _truncated_json,
    "wrong_types": _wrong_types,
    "duplicate_keys": _duplicate_keys,
    "big_body": _big_body,
}
