"""The window into the sandbox: /__sandbox__/, a page for people and JSON for tests. See docs/sandbox.md."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from sandbox import (
    NAME,
    VENDORS,
    clock,
    dead_end,
    faults,
    front,
    gate,
    openapi,
    page,
    scenario_api,
    scenario_editor,
    scenarios,
    switch_table,
    switches,
    webhooks,
)
from sandbox.answers import Doc, Form, Unclear, Wrongs, answer, json_object, number_of, orders, problem, text_of
from sandbox.cardscan import cards, reading
from sandbox.cardscan.worker import worker
from sandbox.details import Garbled, values_of
from sandbox.guards import Guarded, OnlyFromHere
from sandbox.html import HOME
from sandbox.payments import rules
from sandbox.payments.http import sandbox_routes as payments_routes
from sandbox.shown import Shown
from sandbox.state import store
from sandbox.values import Number

_YEARS = (1990, 2200)
_STEP = Number(-1e9, 1e9)
_TIMES, _SKIP = Number(1, 1e6, whole=True), Number(0, 1e6, whole=True)
_FAULT_KEYS = ("vendor", "route", "kind", "times", "skip", "options", "place", "_method")


def show(request: Request) -> Response:
    """Show the page; ?edit= opens the editor on a scenario, ?done= says what was done."""
    kept = scenarios.find(request.query_params.get("edit", ""))
    if kept is not None and scenarios.is_sound(kept):
        shown = Shown(form="scenarios", editing=str(kept["id"]), values=scenario_editor.form_of(kept))
    else:
        shown = Shown(done=request.query_params.get("done", ""))
    return HTMLResponse(page.html_of(gate.names(request.app.routes), shown))


def show_again(request: Request, sent: Form, unclear: Unclear) -> Response:
    """Show the page with a form as it was sent and what is wrong with it."""
    form = request.url.path.removeprefix(f"{HOME}").partition("/")[0]
    shown = Shown(form=form, values=sent, errors=unclear.errors, detail=str(unclear))
    return HTMLResponse(page.html_of(gate.names(request.app.routes), shown), 422)


def style(request: Request) -> Response:
    """Send the page's style sheet."""
    return Response((Path(__file__).parent / "page.css").read_text(), media_type="text/css")


async def health(request: Request) -> Response:
    """Say that the sandbox is up, where, and whether the card reader has loaded its models."""
    reader = ("ready" if worker.warm else "loading") if worker.reads else "off"
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


@orders(show_again, lambda sent: "emptied")
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


def _done_with_faults(sent: Mapping[str, Any]) -> str:
    return "faults-back" if sent.get("_method") == "DELETE" else "fault"


@orders(show_again, _done_with_faults)
def set_fault(request: Request, body: Doc) -> tuple[Doc, int]:
    """Add a fault rule: {"vendor", "route", "kind", "times", "skip", "options"}; other keys count as options."""
    if body.get("_method") == "DELETE":
        _clear_faults(None)
        return {}, 200
    vendor, route, kind, options, (times, skip) = _fault(request, body)
    if kind == "refused" and route == "*":
        _must_be_plain(times, skip)
        front.refuse(vendor, float(options.get("seconds", 5)))
        return gate.refusal(vendor, float(options.get("seconds", 5))), 201
    return faults.add(vendor, route, kind, times=times, skip=skip, **options), 201


def _fault(request: Request, body: Doc) -> tuple[str, str, str, Doc, tuple[int | None, int]]:
    """Return the vendor, the route, the kind, its options and how often; else raise Unclear with all that is wrong."""
    wrongs = Wrongs()
    options = wrongs.tried(_options, body)  # first, as they may say `skip`, too
    place = wrongs.tried(_fault_place, body)
    kind = wrongs.tried(text_of, body, "kind", "Say what happens: the kind of the fault.")
    often = wrongs.tried(_how_often, body)
    if place is not None and kind is not None and options is not None:
        options = wrongs.tried(_playable, request, *place, kind, options)
    if place is None or kind is None or options is None or often is None:
        raise wrongs.together()
    return *place, kind, options, often


def _how_often(body: Doc) -> tuple[int | None, int]:
    """Return how many calls a rule hits (None: all), and how many it lets pass first."""
    wrongs, skip = Wrongs(), 0.0
    often: float | None = None
    if body.get("times", 1) not in (None, ""):
        often = wrongs.tried(number_of, {"times": 1} | body, "times", _TIMES)
    if body.get("skip"):
        skip = wrongs.tried(number_of, body, "skip", _SKIP) or 0
    if wrongs.errors:
        raise wrongs.together()
    return None if often is None else int(often), int(skip)


def _must_be_plain(times: int | None, skip: int) -> None:
    sentence = "A port refuses for some seconds (option seconds) and not for a number of calls: leave this as it was."
    wrong = {name: sentence for name, set_ in (("times", times not in (None, 1)), ("skip", skip)) if set_}
    if wrong:
        raise Unclear("Refused connections are no calls that anybody could count.", wrong)


def _fault_place(body: Doc) -> tuple[str, str]:
    if isinstance(body, Form) and "place" in body:
        if not body["place"]:
            raise Unclear("The fault has no place.", {"place": "Choose where."})
        vendor, _, route = str(body["place"]).partition(".")
    else:
        vendor = text_of(body, "vendor", "Say the vendor as a text.")
        route = text_of(body | {"route": body.get("route") or "*"}, "route", "Say the route as a text.")
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
        raise Unclear("The options of a fault are a JSON object.", {"options": "The options are a JSON object."})
    if "skip" in given:
        body["skip"] = given["skip"]
    known = {name: body[name] for name in body if name not in _FAULT_KEYS} | given
    return {name: value for name, value in known.items() if name != "skip"}


def _options_of(line: str) -> Doc:
    """Return the options of a form: JSON, or pairs such as "seconds=5"."""
    try:
        return json_object(line.encode()) if line.strip().startswith("{") else values_of(line)
    except (Garbled, Unclear) as error:
        raise Unclear("The options cannot be read.", {"options": str(error)}) from error


def clear_faults(request: Request) -> Response:
    """Take all fault rules back, or with ?vendor= those of one vendor."""
    _clear_faults(request.query_params.get("vendor"))
    return Response(status_code=204)


@orders(show_again, lambda sent: "fault-back")
def remove_fault(request: Request, body: Doc) -> tuple[Doc, int]:
    """Take one fault rule back, or let a port take connections again."""
    if not gate.remove_rule(request.path_params["fault_id"]):
        raise Unclear("There is no such fault.", status=404)
    return {}, 204


def _clear_faults(vendor: str | None) -> None:
    faults.clear(vendor)
    front.stop_refusing(vendor)


# Clock and switches


@orders(show_again, lambda sent: "real-time" if "reset" in sent else "clock")
def move_clock(request: Request, body: Doc) -> tuple[Doc, int]:
    """Move the clock: {"advance_seconds": 60}, {"now": "2026-11-22T10:00:00Z"} or {"reset": true}."""
    if "advance_seconds" in body:
        seconds = number_of(body, "advance_seconds", _STEP)
        moment = _in_bounds(clock.now() + timedelta(seconds=seconds)) and clock.advance(seconds)
    elif "now" in body:
        moment = clock.move_to(_moment(text_of(body, "now", "Say the time: 2026-11-23T09:00:00Z.")))
    elif "reset" in body:
        moment = clock.back_to_real_time()
    else:
        raise Unclear("Say advance_seconds, now or reset.")
    return {"now": moment.isoformat()}, 200


def _moment(text: str) -> datetime:
    try:
        wanted = datetime.fromisoformat(text.strip())
    except ValueError:
        sentence = "A time is written 2026-11-23 09:00; without an offset it is in UTC."
        raise Unclear("This is no time.", {"now": sentence}) from None
    return _in_bounds(wanted if wanted.tzinfo else wanted.replace(tzinfo=UTC))


def _in_bounds(moment: datetime) -> datetime:
    if not _YEARS[0] <= moment.year <= _YEARS[1]:
        sentence = f"The clock goes from {_YEARS[0]} to {_YEARS[1]}."
        raise Unclear(sentence, {"now": sentence})
    return moment


@orders(show_again, lambda sent: "switch" if str(sent.get("value", "")).strip() else "switch-back")
def set_switch(request: Request, body: Doc) -> tuple[Doc, int]:
    """Set a switch: {"vendor", "name", "value"}; the value null puts it back to its default."""
    if isinstance(body, Form) and "switch" in body:
        body["vendor"], _, body["name"] = str(body["switch"]).partition(".")
        if not body["name"]:
            raise Unclear("No switch was chosen.", {"switch": "Choose the switch."})
    vendor, name = (
        text_of(body, "vendor", "Say the vendor as a text."),
        text_of(body, "name", "Say the name as a text."),
    )
    _known_vendor(vendor)
    if "value" not in body:
        raise Unclear("value is missing.", {"value": "Say the value; null is the default."})
    read = switch_table.written if isinstance(body, Form) else switch_table.checked
    try:
        switches.set_switch(vendor, name, read(vendor, name, body["value"]))
    except switch_table.Unknown as unknown:
        raise Unclear("There is no such switch, or it cannot be set so.", {unknown.field: str(unknown)}) from unknown
    return {"switches": switches.all_switches()}, 200


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


@orders(show_again, lambda sent: "webhook")
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


def _refused(status: int, message: str) -> Response:
    return problem(Unclear(message, status=status))


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
        # A form of the page cannot send DELETE.
        Route("/faults/{fault_id}", remove_fault, methods=["DELETE", "POST"]),
        *scenario_api.routes(),
        Route("/clock", move_clock, methods=["POST"]),
        Route("/switches", set_switch, methods=["POST"]),
        Route("/cards/{card_id}", card_timings),
        Route("/webhooks", list_webhooks),
        Route("/webhooks/{delivery_id}", send_webhook_again, methods=["POST"]),
        Route("/payments/ledger", ledger),
        Mount("/payments", routes=dead_end.closed(payments_routes(), _refused)),
    ]
    closed = dead_end.closed(inside, _refused)
    return [Mount("/__sandbox__", routes=closed, middleware=[Middleware(Guarded), Middleware(OnlyFromHere)])]
