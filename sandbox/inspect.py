"""The window into the sandbox: /__sandbox__/, a page for people and JSON for tests. See docs/sandbox.md."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox import (
    NAME,
    VENDORS,
    clock,
    faults,
    front,
    gate,
    openapi,
    page,
    scenario_api,
    scenarios,
    switch_table,
    switches,
    webhooks,
)
from sandbox.answers import Doc, Unclear, answer, number_of, orders, problem, text_of
from sandbox.cardscan import cards, reading
from sandbox.cardscan.worker import worker
from sandbox.payments import rules
from sandbox.payments.http import sandbox_routes as payments_routes
from sandbox.scenario_page import number_of as plain_number
from sandbox.scenario_page import pairs_of
from sandbox.state import load, store

_YEARS = (1990, 2200)
_MOST_SECONDS = 1e9
_FAULT_KEYS = ("vendor", "route", "kind", "times", "skip", "options", "place", "own_kind", "_method")


def show(request: Request) -> Response:
    """Show the page; ?edit= opens the editor on a scenario."""
    kept = scenarios.find(request.query_params.get("edit", ""))
    editing: tuple[str, Doc, dict[str, str]] | None = (str(kept["id"]), kept, {}) if kept else None
    return HTMLResponse(page.html_of(gate.names(request.app.routes), editing=editing))


def show_again(request: Request, sent: Doc, errors: Mapping[str, str]) -> Response:
    """Show the page with a form as it was sent and what is wrong with it."""
    form = request.url.path.rpartition("/")[2]
    return HTMLResponse(page.html_of(gate.names(request.app.routes), page.Sent(form, sent, dict(errors))), 422)


def style(request: Request) -> Response:
    """Send the page's style sheet."""
    return Response((Path(__file__).parent / "page.css").read_text(), media_type="text/css")


async def health(request: Request) -> Response:
    """Say that the sandbox is up, where, and whether the card reader has loaded its models."""
    reader = "ready" if worker.warm else "loading"
    return answer({"ok": True, "sandbox": True, "name": NAME, "reader": reader, "ports": front.ports()})


def state(request: Request) -> Response:
    """Tell how much every vendor holds, what is set, and what time it is."""
    held = [{"vendor": vendor, "collection": name, "count": count} for vendor, name, count in store().collections()]
    told = {
        "routes": gate.names(request.app.routes),
        "faults": gate.rules(),
        "scenarios": scenarios.all_scenarios(),
        "switches": switches.all_switches(),
        "clock": clock.now().isoformat(),
    }
    return answer({"held": held, **told})


@orders(show_again)
def reset(request: Request, body: Doc) -> tuple[Doc, int]:
    """Forget everything, clock, faults, scenarios and switches too; or with {"vendor"} all that is about one vendor."""
    vendor = body.get("vendor") or None
    if vendor is None:
        store().reset()
        front.stop_refusing(None)
    else:
        _known_vendor(vendor)
        store().reset(vendor)
        _clear_faults(vendor)
        scenarios.clear(vendor)
        switches.clear_switches(vendor)
    return {"reset": vendor or "everything"}, 200


# Faults


def list_faults(request: Request) -> Response:
    """List the fault rules that still wait."""
    return answer({"faults": gate.rules()})


@orders(show_again)
def set_fault(request: Request, body: Doc) -> tuple[Doc, int]:
    """Add a fault rule: {"vendor", "route", "kind", "times", "skip", "options"}; other keys count as options."""
    if body.get("_method") == "DELETE":
        _clear_faults(None)
        return {}, 200
    vendor, route = _fault_place(body)
    kind = text_of({"kind": body.get("own_kind") or body.get("kind")}, "kind")
    options = _playable(request, vendor, route, kind, _options(body))
    if kind == "refused" and route == "*":
        front.refuse(vendor, float(options.get("seconds", 5)))
        return gate.refusal(vendor, float(options.get("seconds", 5))), 201
    times = body.get("times", 1)
    often = None if times in (None, "") else int(number_of(body | {"times": times}, "times", 1, 1e6))
    skip = int(number_of(body, "skip", 0, 1e6)) if body.get("skip") else 0
    return faults.add(vendor, route, kind, times=often, skip=skip, **options), 201


def _fault_place(body: Doc) -> tuple[str, str]:
    if isinstance(body.get("place"), str):
        vendor, _, route = body["place"].partition(".")
    else:
        vendor, route = text_of(body, "vendor"), text_of(body, "route", otherwise="*")
    if vendor != "*":
        _known_vendor(vendor)
    return vendor, route or "*"


def _playable(request: Request, vendor: str, route: str, kind: str, options: Doc) -> Doc:
    """Return the options of a fault that somebody plays; else raise Unclear, with a sentence for the form's field."""
    try:
        return faults.checked(vendor, route, kind, options, gate.names(request.app.routes))
    except faults.Unknown as unknown:
        field = next((name for name in ("route", "kind") if name in unknown.errors), "options")
        raise Unclear("Nobody would play this fault.", {field: str(unknown)}) from unknown


def _options(body: Doc) -> Doc:
    given = body.get("options") or {}
    if isinstance(given, str):
        given = _options_of(given)
    if not isinstance(given, dict):
        raise Unclear("The options of a fault are a JSON object.", {"options": "A JSON object, or seconds=5."})
    skip = {"skip": given.pop("skip")} if "skip" in given else {}
    body |= skip
    return {name: body[name] for name in body if name not in _FAULT_KEYS} | given


def _options_of(line: str) -> Any:
    """Return the options of a form: JSON, or pairs such as "seconds=5"."""
    if not line.strip().startswith("{"):
        return {name: plain_number(value) for name, value in pairs_of(line).items()}
    try:
        return load(line)
    except ValueError:
        return None


def clear_faults(request: Request) -> Response:
    """Take all fault rules back, or with ?vendor= those of one vendor."""
    _clear_faults(request.query_params.get("vendor"))
    return Response(status_code=204)


def _clear_faults(vendor: str | None) -> None:
    faults.clear(vendor)
    front.stop_refusing(vendor)


# Clock and switches


@orders(show_again)
def move_clock(request: Request, body: Doc) -> tuple[Doc, int]:
    """Move the clock: {"advance_seconds": 60}, {"now": "2026-11-22T10:00:00Z"} or {"reset": true}."""
    if "advance_seconds" in body:
        seconds = number_of(body, "advance_seconds", -_MOST_SECONDS, _MOST_SECONDS)
        moment = _in_bounds(clock.now() + timedelta(seconds=seconds)) and clock.advance(seconds)
    elif "now" in body:
        moment = clock.move_to(_moment(text_of(body, "now")))
    elif "reset" in body:
        moment = clock.back_to_real_time()
    else:
        raise Unclear("Say advance_seconds, now or reset.")
    return {"now": moment.isoformat()}, 200


def _moment(text: str) -> datetime:
    try:
        wanted = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Unclear("This is no time.", {"now": "A time is written 2026-11-23T09:00:00Z."}) from None
    if wanted.tzinfo is None:
        raise Unclear("The time needs its offset, such as Z.", {"now": "The time needs its offset, such as Z."})
    return _in_bounds(wanted)


def _in_bounds(moment: datetime) -> datetime:
    if not _YEARS[0] <= moment.year <= _YEARS[1]:
        sentence = f"The clock goes from {_YEARS[0]} to {_YEARS[1]}."
        raise Unclear(sentence, {"now": sentence})
    return moment


@orders(show_again)
def set_switch(request: Request, body: Doc) -> tuple[Doc, int]:
    """Set a switch: {"vendor", "name", "value"}; the value null puts it back to its default."""
    if isinstance(body.get("switch"), str):
        body["vendor"], _, body["name"] = body["switch"].partition(".")
    vendor, name = text_of(body, "vendor"), text_of(body, "name")
    _known_vendor(vendor)
    if "value" not in body:
        raise Unclear("value is missing.", {"value": "Say the value; null is the default."})
    value = body["value"]
    if body.get("_as") == "json":
        value = _json_value(str(value))
    try:
        switches.set_switch(vendor, name, switch_table.checked(vendor, name, value))
    except switch_table.Unknown as unknown:
        raise Unclear("There is no such switch, or it cannot be set so.", {unknown.field: str(unknown)}) from unknown
    return {"switches": switches.all_switches()}, 200


def _json_value(text: str) -> Any:
    try:
        return load(text) if text.strip() else None
    except ValueError:
        sentence = 'A value is JSON: true, 8, "strict"; nothing at all is the default.'
        raise Unclear("The value is not JSON.", {"value": sentence}) from None


def _known_vendor(vendor: object) -> None:
    if vendor not in VENDORS:
        sentence = f"The vendor is one of {', '.join(VENDORS)}."
        raise Unclear(sentence, {"vendor": sentence})


# What happened


def card_timings(request: Request) -> Response:
    """Tell when and how long the sandbox worked on a card."""
    card = cards.find(request.path_params["card_id"])
    missing = Unclear("There is no such card.", status=404)
    return problem(missing) if card is None else answer(reading.timings(card))


def list_webhooks(request: Request) -> Response:
    """List the webhooks that were sent or wait, without their contents."""
    return answer({"webhooks": webhooks.all_deliveries()})


@orders()
def send_webhook_again(request: Request, body: Doc) -> tuple[Doc, int]:
    """Have a webhook tried at once."""
    if not webhooks.send_again(request.path_params["delivery_id"]):
        raise Unclear("There is no such webhook.", status=404)
    return {"state": "waiting"}, 200


def described(request: Request) -> Response:
    """Send the OpenAPI document of everything."""
    return answer(openapi.document())


def ledger(request: Request) -> Response:
    """Tell how often money left, by the payment's reference."""
    return answer(rules.ledger())


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


def routes() -> list[BaseRoute]:
    """Return /__sandbox__ and what is under it."""
    inside = [
        Route("/", show),
        Route("/page.css", style),
        Route("/openapi.json", described),
        Route("/health", health),
        Route("/state", state),
        Route("/reset", reset, methods=["POST"]),
        Route("/faults", list_faults, methods=["GET"]),
        Route("/faults", set_fault, methods=["POST"]),
        Route("/faults", clear_faults, methods=["DELETE"]),
        *scenario_api.routes(),
        Route("/clock", move_clock, methods=["POST"]),
        Route("/switches", set_switch, methods=["POST"]),
        Route("/cards/{card_id}", card_timings),
        Route("/webhooks", list_webhooks),
        Route("/webhooks/{delivery_id}", send_webhook_again, methods=["POST"]),
        Route("/payments/ledger", ledger),
        Mount("/payments", routes=payments_routes()),
    ]
    return [Mount("/__sandbox__", routes=inside, middleware=[Middleware(OnlyFromHere)])]
