"""The sandbox's ASGI application: four vendors and a window to look inside."""

from __future__ import annotations

import importlib
import importlib.util
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from sandbox import clock, gate, inspect, state
from sandbox.cardscan.events import hub, socket
from sandbox.cardscan.worker import worker

VENDORS = ("cardscan", "candid", "spry", "payments")


def build() -> Starlette:
    """Return the application; `sandbox.state.open_store` must have been called before."""
    routes: list[BaseRoute] = inspect.routes()
    for vendor in VENDORS:
        if importlib.util.find_spec(f"sandbox.{vendor}") and importlib.util.find_spec(f"sandbox.{vendor}.http"):
            try:
                vendor_routes: list[BaseRoute] = importlib.import_module(f"sandbox.{vendor}.http").routes()
            except Exception:
                logging.exception("sandbox.%s is not there yet", vendor)
                continue
            gate.guard(vendor_routes)
            routes.append(Mount(f"/{vendor}", routes=vendor_routes))
    # The vendor's SDK puts "?token=" right behind whatever it is given as websocket address.
    routes += [WebSocketRoute(path, socket) for path in ("/", "/cardscan")]
    routes.append(Route("/", _to_the_window))
    return Starlette(routes=routes, lifespan=_lifespan)


def _to_the_window(request: Request) -> Response:
    return RedirectResponse("/__sandbox__/")


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    hub.bind()
    clock.on_move(worker.tidy)
    state.store().on_reset(lambda vendor: worker.tidy())
    worker.start()
    yield
    worker.stop(seconds=1.0)
