"""How the window into the sandbox answers: JSON, problem documents, and pages for whoever sent a form."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox.html import HOME
from sandbox.state import dump, load

Doc = dict[str, Any]
Handle = Callable[[Request, Doc], tuple[Doc, int]]
# Shows the page again with what was sent and what is wrong with it, by the names of the form's fields.
ShowAgain = Callable[[Request, Doc, Mapping[str, str]], Response]
MOST_BYTES = 256 * 1024


class Unclear(Exception):
    """A request to the window makes no sense; `errors` may say where, by place in the document."""

    def __init__(self, detail: str, errors: Mapping[str, str] | None = None, *, status: int = 400) -> None:
        """Say it in a sentence, and perhaps in one for each place."""
        super().__init__(detail)
        self.errors = dict(errors or {})
        self.status = status


def answer(doc: Any, status: int = 200) -> Response:
    """Return a JSON answer; Decimals stay exact."""
    return Response(dump(doc), status, media_type="application/json")


def problem(unclear: Unclear) -> Response:
    """Return a problem document (RFC 9457)."""
    doc: Doc = {"type": "about:blank", "title": HTTPStatus(unclear.status).phrase, "status": unclear.status}
    doc |= {"detail": str(unclear)} | ({"errors": unclear.errors} if unclear.errors else {})
    return Response(dump(doc), unclear.status, media_type="application/problem+json")


def is_form(request: Request) -> bool:
    """Tell whether a form of the page was sent."""
    return request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")


def orders(show_again: ShowAgain | None = None) -> Callable[[Handle], Callable[[Request], Awaitable[Response]]]:
    """Make an endpoint of a function that obeys a JSON body.

    A form of the page is led back to the page; when it makes no sense, `show_again` shows it with what is wrong.
    """

    def decorate(handle: Handle) -> Callable[[Request], Awaitable[Response]]:
        @functools.wraps(handle)
        async def endpoint(request: Request) -> Response:
            sent: Doc = {}
            try:
                sent = await _sent(request)
                doc, status = await run_in_threadpool(handle, request, dict(sent))
            except Unclear as unclear:
                if show_again is None or not is_form(request) or not unclear.errors:
                    return problem(unclear)
                return await run_in_threadpool(show_again, request, sent, unclear.errors)
            if is_form(request):
                return RedirectResponse(HOME, 303)
            return Response(status_code=204) if status == 204 else answer(doc, status)

        return endpoint

    return decorate


async def _sent(request: Request) -> Doc:
    """Return the JSON object or the form that was sent.

    Raises:
        Unclear: it is neither, or very long.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise Unclear("The body is longer than 256 KiB.", status=413)
    if is_form(request):
        return _form(bytes(body))
    try:
        doc = load(bytes(body) or b"{}")
    except (ValueError, RecursionError):
        raise Unclear("The body is not JSON.") from None
    if not isinstance(doc, dict):
        raise Unclear("The body is a JSON object.")
    return doc


def _form(body: bytes) -> Doc:
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def text_of(doc: Mapping[str, Any], name: str, *, otherwise: str | None = None) -> str:
    """Return a text of a document.

    Raises:
        Unclear: it is missing without a default, or no text.
    """
    value = doc.get(name) or otherwise
    if not isinstance(value, str):
        raise Unclear(f"{name} is missing.", {name: f"Say the {name} as a text."})
    return value


def number_of(doc: Mapping[str, Any], name: str, least: float, most: float) -> float:
    """Return a number of a document, also one that is written as a text.

    Raises:
        Unclear: it is no number, or out of its bounds.
    """
    try:
        number = float(doc[name])
    except (KeyError, TypeError, ValueError, OverflowError):
        number = float("nan")
    if isinstance(doc.get(name), bool) or not least <= number <= most:
        raise Unclear(f"{name} is no number that fits.", {name: f"A number from {least:g} to {most:g}."})
    return number
