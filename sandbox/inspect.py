"""The window into the sandbox: /__sandbox__/, for people and for tests."""

from __future__ import annotations

import importlib
import importlib.util
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox import NAME, clock, faults, switches
from sandbox.state import dump, load, store


def answer(doc: Any, status: int = 200) -> Response:
    """Return a document as a JSON answer; Decimals stay exact."""
    return Response(dump(doc), status, media_type="application/json")


def health(request: Request) -> Response:
    """Say that the sandbox is up."""
    return answer({"ok": True, "sandbox": True, "name": NAME})


def state(request: Request) -> Response:
    """Tell how much every vendor holds, what is set, and what time it is."""
    held = [{"vendor": v, "collection": c, "count": n} for v, c, n in store().collections()]
    return answer(
        {
            "held": held,
            "faults": faults.all_rules(),
            "switches": switches.all_switches(),
            "clock": clock.now().isoformat(),
        }
    )


async def reset(request: Request) -> Response:
    """Forget everything, or one vendor's things: {"vendor": "candid"}."""
    body = load(await request.body() or b"{}")
    vendor = body.get("vendor")
    store().reset(vendor)
    if vendor:
        faults.clear(vendor)
        switches.clear_switches(vendor)
    return answer({"reset": vendor or "everything"})


async def set_fault(request: Request) -> Response:
    """Add a fault rule: {"vendor", "route", "kind", "times", "skip", "options"}; more keys count as options."""
    body = load(await request.body())
    options = body.pop("options", {}) or {}
    known = {key: body.pop(key) for key in ("vendor", "route", "kind", "times", "skip") if key in body}
    return answer(faults.add(**known, **body, **options), 201)


def list_faults(request: Request) -> Response:
    """List the fault rules that still wait."""
    return answer({"faults": faults.all_rules()})


def clear_faults(request: Request) -> Response:
    """Take all fault rules back, or one vendor's: ?vendor=candid."""
    faults.clear(request.query_params.get("vendor"))
    return Response(status_code=204)


async def move_clock(request: Request) -> Response:
    """Move the clock: {"advance_seconds": 60}, {"now": "2026-11-22T10:00:00Z"} or {"reset": true}."""
    body = load(await request.body())
    if "advance_seconds" in body:
        moment = clock.advance(body["advance_seconds"])
    elif "now" in body:
        moment = clock.move_to(datetime.fromisoformat(body["now"]))
    else:
        moment = clock.back_to_real_time()
    return answer({"now": moment.isoformat()})


async def set_switch(request: Request) -> Response:
    """Set a switch: {"vendor", "name", "value"}; the value null puts it back to its default."""
    body = load(await request.body())
    switches.set_switch(body["vendor"], body["name"], body["value"])
    return answer({"switches": switches.all_switches()})


def ledger(request: Request) -> Response:
    """Tell what the payments vendor did with money."""
    if importlib.util.find_spec("sandbox.payments") is None:
        return answer({})
    return answer(importlib.import_module("sandbox.payments.rules").ledger())


def routes() -> list[BaseRoute]:
    """Return the routes under /__sandbox__."""
    return [
        Route("/health", health),
        Route("/state", state),
        Route("/reset", reset, methods=["POST"]),
        Route("/faults", list_faults, methods=["GET"]),
        Route("/faults", set_fault, methods=["POST"]),
        Route("/faults", clear_faults, methods=["DELETE"]),
        Route("/clock", move_clock, methods=["POST"]),
        Route("/switches", set_switch, methods=["POST"]),
        Route("/payments/ledger", ledger),
    ]
