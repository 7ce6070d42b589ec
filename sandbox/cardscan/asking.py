"""One request to CardScan: who asks, what was sent, and how the answer or the refusal is written."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from sandbox import exact
from sandbox.answers import answer
from sandbox.bodies import MEGABYTE, TooLong, read_body
from sandbox.cardscan import access
from sandbox.cardscan.access import Caller
from sandbox.cardscan.problems import Problem, error_body
from sandbox.quick import quickly

Endpoint = Callable[[Request], Awaitable[Response]]

# A photo of the greatest size in base64, and something around it.
MOST_BODY = 28 * MEGABYTE
# Whatever is longer than this is worked on in a thread: it is a photo.
_SHORT = 100_000
_MOST_DIGITS = 9


@dataclass(frozen=True)
class Ask:
    """One request: what was sent, by whom, and under which address the sandbox was reached."""

    request: Request
    body: bytes
    caller: Caller

    @property
    def base(self) -> str:
        """The address of this CardScan, as the client knows it."""
        return base_of(self.request)

    def path(self, name: str) -> str:
        """Return a part of the path."""
        return str(self.request.path_params[name])

    def query(self, name: str) -> str | None:
        """Return a part of the query, or None."""
        return self.request.query_params.get(name)

    def number(self, name: str, default: int | None, least: int, most: int) -> int:
        """Return a number of the query.

        Raises:
            Problem: 400 when it is no number, out of its range, or missing without a default.
        """
        text = self.query(name)
        if text is None and default is not None:
            return default
        plain = text is not None and text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
        if not plain or not least <= int(text or 0) <= most:
            raise Problem(400, f"{name} must be an integer between {least} and {most}")
        return int(text or 0)

    def document(self) -> dict[str, Any]:
        """Return the JSON object that was sent; nothing at all counts as an empty one.

        Raises:
            Problem: 400 when it is something else.
        """
        try:
            doc = exact.read_json(self.body or b"{}")
        except exact.NotExact:
            doc = None
        if not isinstance(doc, dict):
            raise Problem(400, "The request body must be a JSON object")
        return doc


def base_of(request: Request) -> str:
    """Return the address of this CardScan, as the client knows it."""
    # Not `request.url`, which is made of the query, too; what a Host header has that is no host is passed over.
    return f"{request.base_url.scheme}://{request.base_url.netloc}/cardscan"


def refusal(status: int, message: str) -> Response:
    """Return an error in CardScan's shape."""
    return answer(error_body(status, message), status)


def asks(handle: Callable[[Ask], Response]) -> Endpoint:
    """Make an endpoint of a function: its caller is known, it runs in a thread, its problems become answers.

    A token that came from a magic link may scan and do nothing else, so it is turned away here.
    """
    return _endpoint(handle, _full_caller)


def scans(handle: Callable[[Ask], Response]) -> Endpoint:
    """Like `asks`, for what belongs to scanning a card, which the token of a magic link may do, too."""
    return _endpoint(handle, _caller)


def asks_nobody(handle: Callable[[Ask], Response]) -> Endpoint:
    """Like `asks`, without any authorization."""
    return _endpoint(handle, lambda request: access.NOBODY)


def _endpoint(handle: Callable[[Ask], Response], identify: Callable[[Request], Caller]) -> Endpoint:
    def work(request: Request, body: bytes | None) -> Response:
        try:
            caller = identify(request)
            if body is None:
                raise Problem(413, "The request is too large")
            return handle(Ask(request, body, caller))
        except Problem as problem:
            return answer(problem.body, problem.status)

    @functools.wraps(handle)
    async def endpoint(request: Request) -> Response:
        try:
            body = await read_body(request, MOST_BODY)
        except TooLong:
            body = None
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        run = run_in_threadpool if body is None or len(body) > _SHORT else quickly
        return await run(work, request, body)

    return endpoint


def _caller(request: Request) -> Caller:
    return access.caller_of_header(request.headers.get("authorization"))


def _full_caller(request: Request) -> Caller:
    caller = _caller(request)
    if caller.scans_only:
        raise Problem(403, "This token may scan cards and nothing else")
    return caller
