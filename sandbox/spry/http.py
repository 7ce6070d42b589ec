"""SPRY's HTTP: capture and search, in the vendor's envelope (docs/vendors/spry.md). Tokens: `sandbox.spry.tokens`."""

from __future__ import annotations

from collections.abc import Callable

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from sandbox import dead_end, faults
from sandbox.answers import answer
from sandbox.guards import OnlyFromHere
from sandbox.quick import quickly
from sandbox.spry import rules, tokens
from sandbox.spry.answers import Doc, error_doc, refuse, short_body, success, told
from sandbox.spry.bodies import json_body
from sandbox.state import store

_BASE = "/apis/eligibility/v2/insurance/eligibility"
_OUT_OF_ORDER = "<html><head><title>503</title></head><body><h1>Service Unavailable</h1></body></html>"


def _failed() -> Response:
    return answer({"code": 2999, "message": "The request could not be carried out", "data": None})


# Faults of SPRY's own, beside those of every vendor: nothing is saved.
_FAULTS: dict[str, Callable[[], Response]] = {
    "400": lambda: refuse(400, "patient_id is required"),
    "2999": _failed,
    "503_html": lambda: HTMLResponse(_OUT_OF_ORDER, 503),
}


def routes() -> list[BaseRoute]:
    """Return SPRY's routes."""
    faults.speak("spry", error_doc)
    faults.plays("spry", ("capture", "search"), {kind: {} for kind in _FAULTS})
    faults.plays("spry", ("capture",), {"someone_else": {}})
    faults.plays("spry", ("search",), {"stale_reads": {}})
    window = [Route("/records", records, methods=["GET"])]
    spoken: list[BaseRoute] = [
        Route("/apis/v2/oauth/authorize", told(tokens.authorize), methods=["GET"], name="spry.authorize"),
        Route("/apis/v2/oauth/token", told(tokens.token_v2), methods=["POST"], name="spry.token"),
        Route("/apis/v1/oauth/token", told(tokens.token_v1), methods=["POST"], name="spry.token_v1"),
        Route(f"{_BASE}/offline", told(capture), methods=["POST"], name="spry.capture"),
        Route(f"{_BASE}/search", told(search), methods=["GET"], name="spry.search"),
        Mount("/__sandbox__", routes=window, middleware=[Middleware(OnlyFromHere)]),
    ]
    return dead_end.closed(spoken, refuse)


async def capture(request: Request) -> Response:
    """Keep a phone call."""
    claims = tokens.claims_of(request)
    doc = json_body(request.headers.get("content-type", ""), await short_body(request))
    return await quickly(_do, "capture", rules.capture, doc, claims)


async def search(request: Request) -> Response:
    """Read back what was kept of a patient's card."""
    claims = tokens.claims_of(request)
    return await quickly(_do, "search", rules.search, dict(request.query_params), claims)


def _do(route: str, rule: Callable[[Doc, Doc], Doc], given: Doc, claims: Doc) -> Response:
    """Do what is asked, unless a fault of SPRY's own is set for it."""
    if fault := faults.take_one_of("spry", route, _FAULTS):
        return _FAULTS[fault["kind"]]()
    return success(rule(given, claims))


def records(request: Request) -> Response:
    """Show every record as it was kept, oldest first; no part of the vendor's API."""
    return answer({"records": [record for _key, record in store().items("spry", "records")]})
