"""Candid's HTTP: token, check and payer search, in the vendor's envelopes (docs/vendors/candid.md)."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from sandbox import clock, faults, jwts, members
from sandbox.candid import checks, payers
from sandbox.candid.limits import Limiter
from sandbox.candid.questions import BadRequest, body_of
from sandbox.inspect import OnlyFromHere
from sandbox.state import dump, load, store
from sandbox.switches import switch

Doc = dict[str, Any]
Endpoint = Callable[[Request], Awaitable[Response]]

CLIENT_ID = "candid-sandbox"
CLIENT_SECRET = "candid-sandbox-secret"
_SIGNING_KEY = "the sandbox's candid tokens are signed with this public text"
_AUDIENCE = "candid-sandbox-api"
LIFETIME = 18_000
_PAGE, _LARGEST_PAGE = 20, 100
_ERROR_NAMES = {
    400: "BadRequestError",
    401: "UnauthorizedError",
    403: "UnauthorizedError",
    404: "NotFoundError",
    409: "VersionConflictError",
    415: "InvalidContentTypeError",
    422: "UnprocessableEntityError",
    429: "TooManyRequestsError",
}
_calls = Limiter()


def routes() -> list[BaseRoute]:
    """Return Candid's routes; both of its hosts are served under the one prefix."""
    store().on_reset(lambda vendor: _calls.forget())
    faults.speak("candid", error_doc)
    window = [
        Route("/members", list_members, methods=["GET"]),
        Route("/members", enrol_member, methods=["POST"]),
    ]
    return [
        Route("/api/auth/v2/token", token, methods=["POST"], name="candid.token"),
        Route("/eligibility-checks/v1", guarded(check), methods=["POST"], name="candid.check"),
        Route("/eligibility-checks/v1/payer/search", guarded(search), methods=["GET"], name="candid.payer_search"),
        Mount("/__sandbox__", routes=window, middleware=[Middleware(OnlyFromHere)]),
    ]


def error_doc(status: int, message: str) -> Doc:
    """Return an error in Candid's envelope."""
    return {"errorName": _ERROR_NAMES.get(status, "InternalError"), "content": {"message": message}}


def answer(doc: Any, status: int = 200) -> Response:
    """Return a JSON answer; Decimals stay exact."""
    return Response(dump(doc), status, media_type="application/json")


def refusal(status: int, message: str) -> Response:
    """Return an error answer."""
    return answer(error_doc(status, message), status)


def guarded(endpoint: Endpoint) -> Endpoint:
    """Let an endpoint be called with a good token only, and not more often than the limit allows."""

    async def call(request: Request) -> Response:
        most = int(switch("candid", "rate_limit", 1000))
        if not _calls.allows(_caller(request), most=most, seconds=10):
            return refusal(429, "Rate limit exceeded.")
        try:
            jwts.read(_SIGNING_KEY, _AUDIENCE, request.headers.get("authorization", ""))
        except jwts.BadToken:
            return refusal(401, "The access token is missing, wrong or expired.")
        try:
            return await endpoint(request)
        except BadRequest as error:
            return refusal(error.status, str(error))

    return call


async def token(request: Request) -> Response:
    """Hand out an access token for the client's id and secret, sent as JSON or as a form."""
    most = int(switch("candid", "token_limit", 300))
    if not _calls.allows(f"token {_caller(request)}", most=most, seconds=60):
        return refusal(429, "Tokens are requested too often. Keep the token until it expires.")
    given = _credentials(request.headers.get("content-type", ""), await request.body())
    if given is None:
        return refusal(415, "Send application/json or application/x-www-form-urlencoded.")
    if given != (CLIENT_ID, CLIENT_SECRET):
        return refusal(401, "The client id or secret is wrong.")
    lifetime = int(switch("candid", "token_seconds", LIFETIME))
    text = jwts.issue(_SIGNING_KEY, _AUDIENCE, {"sub": CLIENT_ID}, lifetime, clock.now())
    return answer({"access_token": text, "expires_in": lifetime, "token_type": "Bearer"})


async def check(request: Request) -> Response:
    """Run one eligibility check and answer as late as the payer does."""
    doc = body_of(await request.body())
    reply = await run_in_threadpool(checks.check, doc)
    await asyncio.sleep(reply.seconds)
    return answer(reply.doc, reply.status)


async def search(request: Request) -> Response:
    """Answer one page of payers that fit the text."""
    size = _page_size(request.query_params.get("page_size", ""))
    start = _offset(request.query_params.get("page_token", ""))
    hits = await run_in_threadpool(payers.search, request.query_params.get("query", ""))
    page = hits[start : start + size]
    return answer(
        {
            "items": [{"score": score, "payer": payer.as_json()} for score, payer in page],
            "stats": {"total": len(hits)},
            "total": len(hits),
            "next_page_token": _token_of(start + size) if start + size < len(hits) else None,
            "prev_page_token": _token_of(max(0, start - size)) if start else None,
        }
    )


def list_members(request: Request) -> Response:
    """Show the members of cards the sandbox has read; no part of the vendor's API."""
    return answer({"members": [doc for _key, doc in store().items("candid", "members")]})


async def enrol_member(request: Request) -> Response:
    """Enrol a member as if the sandbox had read the card: {"member_number": …, "member_name": …, "payer_id": …}."""
    key = await run_in_threadpool(members.enrol, load(await request.body()))
    return answer({"member": key}, 201 if key else 422)


def _caller(request: Request) -> str:
    return request.client.host if request.client else ""


def _credentials(content_type: str, body: bytes) -> tuple[str, str] | None:
    """Return (client id, secret) of a token request, or None if its type is neither JSON nor a form."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        form = parse_qs(body.decode("utf-8", "replace"))
        return form.get("client_id", [""])[0], form.get("client_secret", [""])[0]
    if kind != "application/json":
        return None
    try:
        doc = body_of(body)
    except BadRequest:
        return "", ""
    return str(doc.get("client_id", "")), str(doc.get("client_secret", ""))


def _page_size(text: str) -> int:
    if not text:
        return _PAGE
    if not text.isdecimal() or not 1 <= int(text) <= _LARGEST_PAGE:
        raise BadRequest(f"must be a whole number from 1 to {_LARGEST_PAGE}.", field="page_size")
    return int(text)


def _token_of(start: int) -> str:
    return base64.urlsafe_b64encode(f"p{start}".encode()).decode()


def _offset(token_text: str) -> int:
    """Return where the page begins that a token stands for."""
    if not token_text:
        return 0
    try:
        text = base64.urlsafe_b64decode(token_text.encode()).decode("ascii", "replace")
    except (binascii.Error, ValueError) as error:
        raise BadRequest("is not a token of this search.", field="page_token", status=400) from error
    if not text.startswith("p") or not text[1:].isdecimal():
        raise BadRequest("is not a token of this search.", field="page_token", status=400)
    return int(text[1:])
