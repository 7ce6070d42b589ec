"""The sandbox's ASGI application: four vendors and a window to look inside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox import clock, faults, gate, inspect, state, webhooks
from sandbox.candid import http as candid
from sandbox.cardscan import browsers
from sandbox.cardscan import http as cardscan
from sandbox.cardscan.events import hub, socket
from sandbox.cardscan.problems import UploadRefused
from sandbox.cardscan.worker import worker
from sandbox.payments import http as payments
from sandbox.spry import http as spry


def build(*, reads: bool = True) -> Starlette:
    """Return the application; `sandbox.state.open_store` must have been called before.

    Args:
        reads: whether cards are read; without it their photos wait.
    """
    routes: list[BaseRoute] = [
        *inspect.routes(),
        Mount("/cardscan", routes=cardscan.routes(), middleware=browsers.middleware()),
        Mount("/candid", routes=candid.routes()),
        Mount("/spry", routes=spry.routes()),
        Mount("/payments", routes=payments.routes()),
        # CardScan's websockets have a host of their own. Its SDK puts "?token=" right behind whatever address it is
        # given; older clients look for /ws and /v1/ws.
        *[WebSocketRoute(path, socket) for path in ("/", "/ws", "/v1/ws", "/cardscan")],
        Route("/", _to_the_window),
    ]
    for route in _sockets(routes):
        route.name = "cardscan.socket"
    faults.speak("cardscan", _storage_error, route="upload")
    faults.speak("cardscan", _storage_error, route="image")
    gate.guard(routes)
    app = Starlette(routes=routes, lifespan=partial(_lifespan, reads=reads), middleware=[Middleware(_OneLine)])
    app.router.default = _nowhere
    return app


class _OneLine:
    """Lets no path with a line break in: some routes would take it for its first line, the others for nothing."""

    def __init__(self, app: ASGIApp) -> None:
        """Guard `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer such a path like any that leads nowhere."""
        answer = _nowhere if "\n" in scope.get("path", "") else self.app
        await answer(scope, receive, send)


async def _nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer what no route takes, as the vendor does whose path it begins."""
    _root, vendor, part, *_rest = f"{scope['path']}//".split("/")
    body, media_type = faults.error_answer(vendor, _STORAGE_ROUTES.get(part, "*"), 404, "Not found")
    await Response(body, 404, media_type=media_type)(scope, receive, send)


def _sockets(routes: list[BaseRoute]) -> Iterator[WebSocketRoute]:
    """Find the websockets, all of which are CardScan's."""
    for route in routes:
        if isinstance(route, WebSocketRoute):
            yield route
        elif isinstance(route, Mount):
            yield from _sockets(list(route.routes or []))


_STORAGE_ROUTES = {"uploads": "upload", "images": "image"}
_STORAGE_CODES = {401: "AccessDenied", 403: "AccessDenied", 404: "NoSuchKey", 413: "EntityTooLarge", 429: "SlowDown"}


def _storage_error(status: int, message: str) -> str:
    """Return an error of the photos' storage, in S3's words."""
    return UploadRefused(status, _STORAGE_CODES.get(status, "InternalError"), message).xml()


def _to_the_window(request: Request) -> Response:
    return RedirectResponse("/__sandbox__/")


@asynccontextmanager
async def _lifespan(app: Starlette, *, reads: bool) -> AsyncIterator[None]:
    hub.bind()
    clock.on_move(worker.tidy)
    state.store().on_reset(worker.let_go)
    clock.on_move(webhooks.courier.wake)
    worker.start(reads=reads)
    webhooks.courier.start()
    yield
    webhooks.courier.stop(seconds=1.0)
    worker.stop(seconds=1.0)
