"""The sandbox's ASGI application: four vendors and a window to look inside."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from sandbox import gate, inspect

VENDORS = ("cardscan", "candid", "spry", "payments")


def build() -> Starlette:
    """Return the application; `sandbox.state.open_store` must have been called before."""
    routes: list[BaseRoute] = [Mount("/__sandbox__", routes=inspect.routes())]
    for vendor in VENDORS:
        if importlib.util.find_spec(f"sandbox.{vendor}") and importlib.util.find_spec(f"sandbox.{vendor}.http"):
            vendor_routes: list[BaseRoute] = importlib.import_module(f"sandbox.{vendor}.http").routes()
            gate.guard(vendor_routes)
            routes.append(Mount(f"/{vendor}", routes=vendor_routes))
    return Starlette(routes=routes, lifespan=_lifespan)


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    yield
