"""Stands before every route of every vendor: plays faults and scenarios, waits as they say, writes one line of log."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect
from uvicorn.protocols.utils import ClientDisconnected

from sandbox import faults, front, mishap, players, scenarios, socket_gate
from sandbox.call import Call

logger = logging.getLogger("sandbox")

# What the id of a port that refuses begins with; its vendor follows.
_REFUSAL = "refused."


class Gate:
    """The ASGI application of one route, with its faults and its log line before it."""

    def __init__(self, app: ASGIApp, name: str) -> None:
        """Guard `app`; `name` is the route's, such as "payments.add"."""
        self.app = app
        self.name = name
        self.vendor, _, self.route = name.partition(".")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Play the oldest fault that hits this route, or what a scenario orders, or pass the request on."""
        started = time.perf_counter()
        order = scenarios.listen()
        call = Call(players.Late(self.app, order), scope, receive, send, self.name, order)
        try:
            await self._play(call)
        except ClientDisconnect:
            pass  # nobody is there to read an answer
        except Exception as error:
            # A mistake of the sandbox costs one call and has the vendor's shape, too, unless an answer has begun.
            mishap.log(self.name, error)
            await (call.reset() if call.status else call.refuse(500, "Internal server error"))
        self._log(call, started)

    async def _play(self, call: Call) -> None:
        try:
            await ordered(call, self.vendor, self.route)
            await self._work(call)
        except scenarios.Interrupted:
            await players.before(call)

    async def _work(self, call: Call) -> None:
        if call.is_interrupted:
            raise scenarios.Interrupted
        answer = await call.work()
        if answer is not None:
            await players.after(call, answer)

    def _log(self, call: Call, started: float) -> None:
        # No path and no query: a search text or an id in them is nobody's business.
        spent = (time.perf_counter() - started) * 1000
        logger.info("%s %d %.0f ms%s", self.name, call.status, spent, call.order.said)


async def ordered(call: Call | socket_gate.SocketCall, vendor: str, route: str) -> None:
    """Fill the order of a call: from a port that refuses, a fault rule, or a scenario whose vendor does not ask."""
    if front.refuses(vendor):
        call.order.fault = {"kind": "refused"}
        return
    if faults.waits(vendor, route, faults.GATE_KINDS):
        # In a thread: taking a rule writes, and the event loop must not wait for another writer.
        call.order.fault = await run_in_threadpool(faults.take_one_of, vendor, route, faults.GATE_KINDS)
        if call.order.fault is not None and call.order.fault["kind"] == faults.SLOW_BEFORE:
            call.order.wait, call.order.fault = float(call.order.fault.get("seconds", 1)), None
    if call.order.fault is None and not scenarios.asks_itself(vendor, route) and scenarios.waits(vendor, route):
        await run_in_threadpool(scenarios.order, vendor, route)


class SocketGate:
    """The same for a websocket: one opening is one call."""

    def __init__(self, app: ASGIApp, name: str) -> None:
        """Guard `app`; `name` is the route's, such as "cardscan.socket"."""
        self.app = app
        self.name = name
        self.vendor, _, self.route = name.partition(".")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Play the oldest fault that hits the opening of this websocket, or pass it on."""
        order = scenarios.listen()
        call = socket_gate.SocketCall(players.Late(self.app, order), scope, receive, send, self.name, order)
        try:
            await ordered(call, self.vendor, self.route)
            logger.info("%s opening%s", self.name, call.order.said)
            await call.play()
        except (WebSocketDisconnect, ClientDisconnected):
            pass  # the client has gone; there is nobody to tell
        except Exception as error:
            mishap.log(self.name, error)
            await call.give_up()


def guard(routes: Iterable[BaseRoute]) -> None:
    """Put a gate before every named route, also those inside mounts."""
    for route in _named(routes):
        route.app = Gate(route.app, route.name) if isinstance(route, Route) else SocketGate(route.app, route.name)


def names(routes: Iterable[BaseRoute]) -> list[str]:
    """Return the names that fault rules may use, such as "payments.add", in order and once each."""
    return list(dict.fromkeys(route.name for route in _named(routes)))


def rules() -> list[dict[str, Any]]:
    """Return the fault rules that still wait and the ports that refuse just now."""
    return faults.all_rules() + [refusal(vendor, seconds) for vendor, seconds in list(front.refusing.items())]


def refusal(vendor: str, seconds: float) -> dict[str, Any]:
    """Return a port that refuses connections for some seconds as a fault rule."""
    options = {"seconds": seconds}
    rule = {"id": f"{_REFUSAL}{vendor}", "vendor": vendor, "route": "*", "kind": "refused", "times": None, "skip": 0}
    return rule | {"options": options}


def remove_rule(rule_id: str) -> bool:
    """Take back one of `rules()` by its id; return whether there was such a one."""
    vendor = rule_id.removeprefix(_REFUSAL)
    if vendor == rule_id or vendor not in front.refusing:
        return faults.remove(rule_id)
    front.stop_refusing(vendor)
    return True


def _named(routes: Iterable[BaseRoute]) -> Iterator[Route | WebSocketRoute]:
    for route in routes:
        if isinstance(route, Mount):
            yield from _named(route.routes or [])
        elif isinstance(route, Route | WebSocketRoute) and "." in route.name:
            yield route
