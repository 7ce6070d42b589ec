"""The sandbox's ASGI application: four vendors and a window to look inside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from sandbox import clock, gate, inspect, state, webhooks
from sandbox.candid import http as candid
from sandbox.cardscan import http as cardscan
from sandbox.cardscan.events import hub, socket
from sandbox.cardscan.worker import worker
from sandbox.payments import http as payments
from sandbox.spry import http as spry


def build() -> Starlette:
    """Return the application; `sandbox.state.open_store` must have been called before."""
    routes: list[BaseRoute] = [
        *inspect.routes(),
        Mount("/cardscan", routes=cardscan.routes()),
        Mount("/candid", routes=candid.routes()),
        Mount("/spry", routes=spry.routes()),
        Mount("/payments", routes=payments.routes()),
        # CardScan's SDK puts "?token=" right behind whatever it is given as websocket address.
        *[WebSocketRoute(path, socket) for path in ("/", "/cardscan")],
        Route("/", _to_the_window),
    ]
    gate.guard(routes)
    return Starlette(routes=routes, lifespan=_lifespan)


def _to_the_window(request: Request) -> Response:
    return RedirectResponse("/__sandbox__/")


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    hub.bind()
    clock.on_move(worker.tidy)
    state.store().on_reset(lambda vendor: worker.tidy())
    clock.on_move(webhooks.courier.wake)
    worker.start()
    webhooks.courier.start()
    yield
    webhooks.courier.stop(seconds=1.0)
    worker.stop(seconds=1.0)
