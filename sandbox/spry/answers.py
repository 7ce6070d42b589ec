"""SPRY's envelope: every answer is `code`, `data`, `message` (docs/vendors/spry.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.answers import answer
from sandbox.bodies import KIBIBYTE, TooLong, read_body
from sandbox.spry.bodies import Refused

Doc = dict[str, Any]
Endpoint = Callable[[Request], Awaitable[Response]]

MOST_BYTES = 64 * KIBIBYTE


def success(data: Doc) -> Response:
    """Return the answer of a call that has done what was asked: code 2000."""
    return answer({"code": 2000, "data": data, "message": "Success"})


def error_doc(status: int, message: str) -> Doc:
    """Return an error in the envelope; its codes are the HTTP status in another dress, and 5000 for a fault."""
    return {"code": 5000 if status >= 500 else 4000 + status % 100, "message": message, "data": None}


def refuse(status: int, message: str) -> Response:
    """Return an error answer."""
    return answer(error_doc(status, message), status)


def status_of(code: int) -> int:
    """Return the HTTP status of a code, the way back of `error_doc`; 200 for all others, as for 2999."""
    if 5000 <= code < 5100:
        return 500
    return 400 + code % 100 if 4000 <= code < 4100 else 200


def told(endpoint: Endpoint) -> Endpoint:
    """Turn an endpoint's refusal into the vendor's error answer."""

    async def call(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refused as refused:
            return answer({"code": refused.code, "message": refused.message, "data": None}, refused.status)

    return call


async def short_body(request: Request) -> bytes:
    """Return the body.

    Raises:
        Refused: 413 above 64 KiB.
    """
    try:
        return await read_body(request, MOST_BYTES)
    except TooLong as error:
        raise Refused(413, 4013, str(error)) from error
