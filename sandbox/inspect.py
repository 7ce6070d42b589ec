"""The window into the sandbox: /__sandbox__/, a page for people and JSON for tests. See docs/sandbox.md."""

from __future__ import annotations

import functools
import ipaddress
import os
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox import NAME, clock, faults, front, gate, page, switches, webhooks
from sandbox.cardscan import cards, reading
from sandbox.cardscan.worker import worker
from sandbox.payments import rules
from sandbox.payments.http import sandbox_routes as payments_routes
from sandbox.state import dump, load, store

VENDORS = ("cardscan", "candid", "spry", "payments")
Doc = dict[str, Any]


class Unclear(Exception):
    """A request to the window makes no sense; the message says why."""


def answer(doc: Any, status: int = 200) -> Response:
    """Return a JSON answer; Decimals stay exact."""
    return Response(dump(doc), status, media_type="application/json")


def orders(handle: Callable[[Doc], tuple[Doc, int]]) -> Callable[[Request], Awaitable[Response]]:
    """Make an endpoint of a function that obeys a JSON body; a form of the page is led back to the page."""

    @functools.wraps(handle)
    async def endpoint(request: Request) -> Response:
        is_form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        try:
            body = dict(await request.form()) if is_form else load(await request.body() or b"{}")
            doc, status = await run_in_threadpool(handle, body)
        except (Unclear, KeyError, TypeError, ValueError) as error:
            said = str(error) if isinstance(error, Unclear) else "The body is not what this address expects."
            return answer({"message": said}, 400)
        return RedirectResponse("./", 303) if is_form else answer(doc, status)

    return endpoint


def show(request: Request) -> Response:
    """Show the page."""
    return HTMLResponse(page.html(clock.now(), VENDORS, gate.names(request.app.routes)))


def style(request: Request) -> Response:
    """Send the page's style sheet."""
    return Response((Path(__file__).parent / "page.css").read_text(), media_type="text/css")


def health(request: Request) -> Response:
    """Say that the sandbox is up, and whether the card reader has loaded its models."""
    reader = "ready" if worker.warm else "loading"
    return answer({"ok": True, "sandbox": True, "name": NAME, "reader": reader, "ports": front.ports()})


def state(request: Request) -> Response:
    """Tell how much every vendor holds, what is set, and what time it is."""
    held = [{"vendor": vendor, "collection": name, "count": count} for vendor, name, count in store().collections()]
    names = gate.names(request.app.routes)
    told = {
        "routes": names,
        "faults": _all_faults(),
        "switches": switches.all_switches(),
        "clock": clock.now().isoformat(),
    }
    return answer({"held": held, **told})


@orders
def reset(body: Doc) -> tuple[Doc, int]:
    """Forget everything, clock, faults and switches too; or with {"vendor"} what one vendor holds and has set."""
    vendor = body.get("vendor") or None
    if vendor is None:
        store().reset()
        _clear_faults(None)
    else:
        _known_vendor(vendor)
        store().reset(vendor)
        _clear_faults(vendor)
        switches.clear_switches(vendor)
    return {"reset": vendor or "everything"}, 200


@orders
def set_fault(body: Doc) -> tuple[Doc, int]:
    """Add a fault rule: {"vendor", "route", "kind", "times", "skip", "options"}; other keys count as options."""
    if body.get("_method") == "DELETE":
        _clear_faults(None)
        return {}, 200
    options = _options(body)
    vendor, route, kind = body["vendor"], body.get("route") or "*", body["kind"]
    if vendor != "*":
        _known_vendor(vendor)
    if kind == "refused" and route == "*":
        seconds = float(options.get("seconds", 5))
        front.refuse(vendor, seconds)
        return _refusal(vendor, seconds), 201
    times, skip = body.get("times", 1), body.get("skip") or options.pop("skip", 0)
    rule = faults.add(
        vendor, route, kind, times=None if times in (None, "") else int(times), skip=int(skip or 0), **options
    )
    return rule, 201


def _clear_faults(vendor: str | None) -> None:
    faults.clear(vendor)
    front.stop_refusing(vendor)


def _refusal(vendor: str, seconds: float) -> Doc:
    options = {"seconds": seconds}
    return {"vendor": vendor, "route": "*", "kind": "refused", "times": None, "skip": 0, "options": options}


def _all_faults() -> list[Doc]:
    return faults.all_rules() + [_refusal(vendor, seconds) for vendor, seconds in list(front.refusing.items())]


def _options(body: Doc) -> Doc:
    given = body.pop("options", None) or {}
    options = load(given) if isinstance(given, str) else given
    if not isinstance(options, dict):
        raise Unclear("The options of a fault are a JSON object.")
    return {name: body[name] for name in body if name not in ("vendor", "route", "kind", "times", "skip")} | options


def list_faults(request: Request) -> Response:
    """List the fault rules that still wait."""
    return answer({"faults": _all_faults()})


def clear_faults(request: Request) -> Response:
    """Take all fault rules back, or with ?vendor= those of one vendor."""
    _clear_faults(request.query_params.get("vendor"))
    return Response(status_code=204)


@orders
def move_clock(body: Doc) -> tuple[Doc, int]:
    """Move the clock: {"advance_seconds": 60}, {"now": "2026-11-22T10:00:00Z"} or {"reset": true}."""
    if "advance_seconds" in body:
        moment = clock.advance(float(body["advance_seconds"]))
    elif "now" in body:
        wanted = datetime.fromisoformat(body["now"])
        if wanted.tzinfo is None:
            raise Unclear("The time needs its offset, such as Z.")
        moment = clock.move_to(wanted)
    elif "reset" in body:
        moment = clock.back_to_real_time()
    else:
        raise Unclear("Say advance_seconds, now or reset.")
    return {"now": moment.isoformat()}, 200


@orders
def set_switch(body: Doc) -> tuple[Doc, int]:
    """Set a switch: {"vendor", "name", "value"}; the value null puts it back to its default."""
    _known_vendor(body["vendor"])
    value = body["value"]
    if body.get("_as") == "json":
        value = load(value) if value else None
    switches.set_switch(body["vendor"], body["name"], value)
    return {"switches": switches.all_switches()}, 200


def card_timings(request: Request) -> Response:
    """Tell when and how long the sandbox worked on a card."""
    card = cards.find(request.path_params["card_id"])
    return answer({"message": "There is no such card."}, 404) if card is None else answer(reading.timings(card))


def list_webhooks(request: Request) -> Response:
    """List the webhooks that were sent or wait, without their contents."""
    return answer({"webhooks": webhooks.all_deliveries()})


def ledger(request: Request) -> Response:
    """Tell how often money left, by the payment's reference."""
    return answer(rules.ledger())


def _known_vendor(vendor: str) -> None:
    if vendor not in VENDORS:
        raise Unclear(f"The vendor is one of {', '.join(VENDORS)}.")


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
            refusal = answer({"message": "The sandbox's window opens from its own address only."}, 403)
            await refusal(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _is_address(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost" or os.environ.get("SANDBOX_ALLOW_REMOTE") == "1":
        return True
    try:
        return ipaddress.ip_address(name) is not None
    except ValueError:
        return False


def routes() -> list[BaseRoute]:
    """Return /__sandbox__ and what is under it."""
    inside = [
        Route("/", show),
        Route("/page.css", style),
        Route("/health", health),
        Route("/state", state),
        Route("/reset", reset, methods=["POST"]),
        Route("/faults", list_faults, methods=["GET"]),
        Route("/faults", set_fault, methods=["POST"]),
        Route("/faults", clear_faults, methods=["DELETE"]),
        Route("/clock", move_clock, methods=["POST"]),
        Route("/switches", set_switch, methods=["POST"]),
        Route("/cards/{card_id}", card_timings),
        Route("/webhooks", list_webhooks),
        Route("/payments/ledger", ledger),
        Mount("/payments", routes=payments_routes()),
    ]
    return [Mount("/__sandbox__", routes=inside, middleware=[Middleware(OnlyFromHere)])]
