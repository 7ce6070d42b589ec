"""SPRY's HTTP: tokens, capture and search, in the vendor's envelope (docs/vendors/spry.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from sandbox import clock, faults, jwts
from sandbox.inspect import OnlyFromHere
from sandbox.spry import rules
from sandbox.spry.bodies import Refused, invalid, json_body
from sandbox.state import dump, store
from sandbox.switches import switch

Doc = dict[str, Any]
Endpoint = Callable[[Request], Awaitable[Response]]

CLIENT_ID = "spry-sandbox"
CLIENT_SECRET = "spry-sandbox-secret"
_SIGNING_KEY = "the sandbox's spry tokens are signed with this public text"
_AUDIENCE = "spry-sandbox-api"
LIFETIME = 3600
MOST_BYTES = 64 * 1024
_BASE = "/apis/eligibility/v2/insurance/eligibility"


def routes() -> list[BaseRoute]:
    """Return SPRY's routes."""
    faults.speak("spry", error_doc)
    window = [Route("/records", records, methods=["GET"])]
    return [
        Route("/apis/v2/oauth/token", told(token_v2), methods=["POST"], name="spry.token"),
        Route("/apis/v1/oauth/token", told(token_v1), methods=["POST"], name="spry.token_v1"),
        Route(f"{_BASE}/offline", told(capture), methods=["POST"], name="spry.capture"),
        Route(f"{_BASE}/search", told(search), methods=["GET"], name="spry.search"),
        Mount("/__sandbox__", routes=window, middleware=[Middleware(OnlyFromHere)]),
    ]


def error_doc(status: int, message: str) -> Doc:
    """Return an error in SPRY's envelope; its codes are the HTTP status in another dress, and 5000 for a fault."""
    return {"code": 5000 if status >= 500 else 4000 + status % 100, "message": message, "data": None}


def answer(doc: Any, status: int = 200) -> Response:
    """Return a JSON answer; Decimals stay exact."""
    return Response(dump(doc), status, media_type="application/json")


def told(endpoint: Endpoint) -> Endpoint:
    """Turn an endpoint's refusal into the vendor's error answer."""

    async def call(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refused as refused:
            return answer({"code": refused.code, "message": refused.message, "data": None}, refused.status)

    return call


async def token_v2(request: Request) -> Response:
    """Hand out a token for the client's id and secret (client credentials)."""
    form = await _form(request)
    if form.get("grant_type") != "client_credentials":
        raise invalid("grant_type must be client_credentials")
    return _token(form, form.get("scope", "read write"))


async def token_v1(request: Request) -> Response:
    """Hand out a token for a refresh token; a token is its own refresh token, as SPRY shows no other."""
    form = await _form(request)
    if form.get("grant_type") != "refresh_token":
        raise invalid("grant_type must be refresh_token")
    try:
        claims = jwts.read(_SIGNING_KEY, _AUDIENCE, f"Bearer {form.get('refresh_token', '')}")
    except jwts.BadToken as error:
        raise Refused(401, 4001, "The refresh token is wrong or expired") from error
    return _token(form, str(claims["scope"]))


async def capture(request: Request) -> Response:
    """Keep a phone call."""
    claims = _claims(request)
    raw = await _short_body(request)
    doc = json_body(request.headers.get("content-type", ""), raw)
    if faults.take("spry", "capture", "400"):
        raise invalid("patient_id is required")
    if faults.take("spry", "capture", "2999"):
        return answer({"code": 2999, "message": "The record could not be saved", "data": None})
    return _success(await run_in_threadpool(rules.capture, doc, claims))


async def search(request: Request) -> Response:
    """Read back what was kept of a patient's card."""
    claims = _claims(request)
    if faults.take("spry", "search", "2999"):
        return answer({"code": 2999, "message": "The search failed", "data": None})
    return _success(await run_in_threadpool(rules.search, dict(request.query_params), claims))


def records(request: Request) -> Response:
    """Show every record as it was kept, oldest first; no part of the vendor's API."""
    return answer({"records": [record for _key, record in store().items("spry", "records")]})


def _success(data: Doc) -> Response:
    return answer({"code": 2000, "data": data, "message": "Success"})


def _token(form: Mapping[str, str], scope: str) -> Response:
    if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
        raise Refused(401, 4001, "client_id or client_secret is wrong")
    allowed = " ".join(word for word in ("read", "write") if word in scope.split())
    lifetime = int(switch("spry", "token_seconds", LIFETIME))
    told_of = {
        "scope": allowed,
        "organisation_id": rules.ORGANISATION_ID,
        "user_id": 4711,
        "roles": ["API_USER"],
        "clinic_id_list": list(rules.CLINIC_IDS),
        "name": "Sandbox client",
    }
    text = jwts.issue(_SIGNING_KEY, _AUDIENCE, told_of, lifetime, clock.now())
    return answer({"access_token": text, "token_type": "Bearer", "expires_in": lifetime, **told_of})


def _claims(request: Request) -> Doc:
    try:
        return jwts.read(_SIGNING_KEY, _AUDIENCE, request.headers.get("authorization", ""))
    except jwts.BadToken as error:
        raise Refused(401, 4001, "The access token is missing, wrong or expired") from error


async def _form(request: Request) -> dict[str, str]:
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise Refused(415, 4015, "The content type must be application/x-www-form-urlencoded")
    form = parse_qs((await _short_body(request)).decode("utf-8", "replace"))
    return {name: values[0] for name, values in form.items()}


async def _short_body(request: Request) -> bytes:
    """Return the body, or as much of it as is needed to see that it is too long."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise Refused(413, 4013, "The body is longer than 64 KiB")
    return bytes(body)
