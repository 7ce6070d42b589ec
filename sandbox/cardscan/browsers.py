"""Lets pages of other origins call CardScan from a browser, as the vendor's scanning widget does.

The vendor's API is open to every origin. Here everybody knows the key and the cards may be somebody's own, so pages of
this machine alone are let in, and others where SANDBOX_ALLOW_REMOTE=1 says that the sandbox is not private.
"""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox import webhooks


class _FromPages:
    """Adds what a browser wants to see before a page of another origin may read an answer."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self._app = app
        self._open = CORSMiddleware(
            app, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"], expose_headers=["Retry-After"]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a page's question beforehand, or let the vendor answer; to anybody else nothing is added."""
        is_let_in = scope["type"] == "http" and _is_let_in(Headers(scope=scope).get("origin"))
        await (self._open if is_let_in else self._app)(scope, receive, send)


def _is_let_in(origin: str | None) -> bool:
    if origin is None:
        return False
    try:
        host = urlsplit(origin).hostname or ""
    except ValueError:
        return False
    return os.environ.get("SANDBOX_ALLOW_REMOTE") == "1" or webhooks.is_this_machine(host)


def middleware() -> list[Middleware]:
    """Return what stands before everything of CardScan."""
    return [Middleware(_FromPages)]
