"""How Candid answers over HTTP: its error envelope, who may ask, and how often."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox import clock, jwts
from sandbox.candid.fields import BadRequest
from sandbox.candid.limits import Limiter
from sandbox.state import dump
from sandbox.switches import switch

Doc = dict[str, Any]
Endpoint = Callable[[Request], Awaitable[Response]]

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


def answer(doc: Any, status: int = 200) -> Response:
    """Return a JSON answer; Decimals stay exact."""
    return Response(dump(doc), status, media_type="application/json")


def refusal(status: int, message: str, **more: Any) -> Response:
    """Return an error answer; `more` stands beside the message."""
    return answer(error_doc(status, message, **more), status)


def caller(request: Request) -> str:
    """Return whose calls are counted together: an address."""
    return request.client.host if request.client else ""


def new_token(client_id: str, lifetime: int) -> str:
    """Return an access token that is good for `lifetime` seconds of the sandbox's clock."""
    return jwts.issue(_SIGNING_KEY, _AUDIENCE, {"sub": client_id}, lifetime, clock.now())


def guarded(endpoint: Endpoint) -> Endpoint:
    """Let an endpoint be called with a good token only, and not more often than the limit allows."""

    async def call(request: Request) -> Response:
        most = int(switch("candid", "rate_limit", 1000))
        if not calls.allows(caller(request), most=most, seconds=10):
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
