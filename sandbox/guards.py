"""What stands around the sandbox's window: keeps other web sites out, and answers for the sandbox's own mistakes."""

from __future__ import annotations

import ipaddress
import logging
import os
import time
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox import mishap
from sandbox.answers import Unclear, problem

logger = logging.getLogger("sandbox")

# No page elsewhere may show the window in a frame, and nothing that slipped into it may run or leave.
_HEADERS = [
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
]


class Guarded:
    """Serves the window: its headers, its line of log, and a problem document where the sandbox itself is wrong."""

    def __init__(self, app: ASGIApp) -> None:
        """Guard `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the window answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, statuses = time.perf_counter(), list[int]()

        async def passed(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
                message = {**message, "headers": [*message.get("headers", []), *_HEADERS]}
            await send(message)

        try:
            await self.app(scope, receive, passed)
        except ClientDisconnect:
            return  # nobody is there to read an answer
        except Exception as error:
            mishap.log("window", error)
            if statuses:
                scope["state"]["wire"].reset()
            else:
                mistake = Unclear("This is a mistake of the sandbox; its log says where.", status=500)
                await problem(mistake)(scope, receive, passed)
        name = getattr(scope.get("endpoint"), "__name__", "nowhere")
        logger.info("window.%s %d %.0f ms", name, statuses[0], (time.perf_counter() - started) * 1000)


class OnlyFromHere:
    """Keeps other web sites out: a page elsewhere may not press our buttons or read our answers through a browser."""

    def __init__(self, app: ASGIApp) -> None:
        """Guard `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request whose Origin is not this sandbox, or whose Host is a name instead of an address."""
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        host, origin = headers.get(b"host", ""), headers.get(b"origin")
        if (origin is not None and urlsplit(origin).netloc != host) or not _is_address(host):
            refusal = problem(Unclear("The sandbox's window opens from its own address only.", status=403))
            await refusal(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _is_address(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or os.environ.get("SANDBOX_ALLOW_REMOTE") == "1" or bool(ipaddress.ip_address(name))
    except ValueError:
        return False
