"""How Candid answers over HTTP: its error envelope, who may ask, and how often."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from sandbox import clock, jwts
from sandbox.answers import answer
from sandbox.bodies import KILOBYTE, MEGABYTE, TooLong, read_body
from sandbox.candid.fields import BadRequest, json_of
from sandbox.candid.limits import Limiter
from sandbox.switches import switch

Doc = dict[str, Any]
Endpoint = Callable[[Request], Awaitable[Response]]

MOST_BYTES = MEGABYTE
# What takes a millisecond to parse; the event loop does not wait for more.
_SHORT = 64 * KILOBYTE
_SIGNING_KEY = "the sandbox's candid tokens are signed with this public text"
_AUDIENCE = "candid-sandbox-api"
_ERROR_NAMES = {
    400: "BadRequestError",
    401: "UnauthorizedError",
    403: "UnauthorizedError",
    404: "NotFoundError",
    405: "MethodNotAllowedError",
    409: "VersionConflictError",
    413: "BadRequestError",
    415: "InvalidContentTypeError",
    422: "UnprocessableEntityError",
    429: "TooManyRequestsError",
}
calls = Limiter()


def error_doc(status: int, message: str, **more: Any) -> Doc:
    """Return an error in Candid's envelope; `more` stands beside the message."""
    return {"errorName": _ERROR_NAMES.get(status, "InternalError"), "content": {"message": message, **more}}


def refusal(status: int, message: str, **more: Any) -> Response:
    """Return an error answer; `more` stands beside the message."""
    return answer(error_doc(status, message, **more), status)


def caller(request: Request) -> str:
    """Return whose calls are counted together: an address."""
    return request.client.host if request.client else ""


def new_token(client_id: str, lifetime: int) -> str:
    """Return an access token that is good for `lifetime` seconds of the sandbox's clock."""
    return jwts.issue(_SIGNING_KEY, _AUDIENCE, {"sub": client_id}, lifetime, clock.now())


async def doc_of(request: Request) -> Any:
    """Return the JSON document of a request.

    Raises:
        BadRequest: it is no JSON.
        TooLong: it has more than MOST_BYTES.
    """
    raw = await read_body(request, MOST_BYTES)
    return json_of(raw) if len(raw) <= _SHORT else await run_in_threadpool(json_of, raw)


def refusing(endpoint: Endpoint) -> Endpoint:
    """Answer a malformed or too long request in the envelope."""

    async def call(request: Request) -> Response:
        try:
            return await endpoint(request)
        except BadRequest as error:
            return refusal(error.status, str(error))
        except TooLong as error:
            return refusal(413, str(error))

    return call


def guarded(endpoint: Endpoint) -> Endpoint:
    """Let an endpoint be called with a good token only, and not more often than the limit allows."""
    allowed = refusing(endpoint)

    async def call(request: Request) -> Response:
        most = int(switch("candid", "rate_limit", 1000))
        if not calls.allows(caller(request), most=most, seconds=10):
            return refusal(429, "Rate limit exceeded.")
        try:
            jwts.read(_SIGNING_KEY, _AUDIENCE, request.headers.get("authorization", ""))
        except jwts.BadToken:
            return refusal(401, "The access token is missing, wrong or expired.")
        return await allowed(request)

    return call
