"""How the window into the sandbox answers: JSON, problem documents, and pages for whoever sent a form."""

from __future__ import annotations

import copy
import functools
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, ParamSpec, TypeVar
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox.bodies import KIBIBYTE, TooLong, read_body
from sandbox.exact import NotExact, read_json
from sandbox.html import HOME
from sandbox.state import dump
from sandbox.values import Number, Wrong

Doc = dict[str, Any]
Handle = Callable[[Request, Doc], tuple[Doc, int]]
# Names what was done, for the sentence that the page then says (`sandbox.shown`), by what was sent.
Done = Callable[[Mapping[str, Any]], str]
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
MOST_BYTES = 256 * KIBIBYTE
JSON, PROBLEM = "application/json", "application/problem+json"


class Form(dict[str, Any]):
    """What a form of the page has sent: texts by the names of its fields."""


class Unclear(Exception):
    """A request to the window makes no sense; `errors` may say where, by place in the document."""

    def __init__(self, detail: str, errors: Mapping[str, str] | None = None, *, status: int = 400) -> None:
        """Say it in a sentence, and perhaps in one for each place."""
        super().__init__(detail)
        self.errors = dict(errors or {})
        self.status = status


class Wrongs:
    """Collects what is wrong, so that all of it is said at once."""

    def __init__(self) -> None:
        """Begin with nothing wrong."""
        self.errors: dict[str, str] = {}
        self._details: list[str] = []

    def tried(
        self, work: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Result | None:
        """Return what the work returns, or None when it is Unclear."""
        try:
            return work(*args, **kwargs)
        except Unclear as unclear:
            self.errors |= unclear.errors
            if str(unclear) not in unclear.errors.values():
                self._details.append(str(unclear))
            return None

    def together(self) -> Unclear:
        """Return all that was wrong as one."""
        return Unclear(" ".join(self._details) or "This makes no sense as it is.", self.errors)


def answer(doc: Any, status: int = 200, media_type: str = JSON) -> Response:
    """Return a JSON answer, the window's or a vendor's; Decimals stay exact."""
    return Response(dump(doc), status, media_type=media_type)


def problem(unclear: Unclear) -> Response:
    """Return a problem document (RFC 9457)."""
    doc: Doc = {"type": "about:blank", "title": HTTPStatus(unclear.status).phrase, "status": unclear.status}
    doc |= {"detail": str(unclear)} | ({"errors": unclear.errors} if unclear.errors else {})
    return answer(doc, unclear.status, PROBLEM)


# Shows the page again with a form as it was sent and what is wrong with it.
ShowAgain = Callable[[Request, Form, Unclear], Response]


def orders(show_again: ShowAgain, done: Done) -> Callable[[Handle], Callable[[Request], Awaitable[Response]]]:
    """Make an endpoint of a function that obeys a JSON body.

    A form of the page is led back to the page, which says what was `done`; when it makes no sense, `show_again` shows
    it with what is wrong.
    """

    def decorate(handle: Handle) -> Callable[[Request], Awaitable[Response]]:
        @functools.wraps(handle)
        async def endpoint(request: Request) -> Response:
            sent: Doc = {}
            try:
                sent = await _sent(request)
                doc, status = await run_in_threadpool(handle, request, copy.copy(sent))
            except Unclear as unclear:
                if isinstance(sent, Form):
                    return await run_in_threadpool(show_again, request, sent, unclear)
                return problem(unclear)
            if isinstance(sent, Form):
                return RedirectResponse(f"{HOME}?done={done(sent)}#done", 303)
            return Response(status_code=204) if status == 204 else answer(doc, status)

        return endpoint

    return decorate


async def _sent(request: Request) -> Doc:
    """Return the JSON object or the form that was sent.

    Raises:
        Unclear: it is neither, or very long.
    """
    try:
        body = await read_body(request, MOST_BYTES)
    except TooLong as error:
        raise Unclear(str(error), status=413) from None
    if _is_form(request, body):
        return Form(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return json_object(body or b"{}")


def _is_form(request: Request, body: bytes) -> bool:
    """Tell whether a form was sent: curl calls whatever it sends one, and in a form these characters are encoded."""
    kind = request.headers.get("content-type", "")
    return kind.startswith("application/x-www-form-urlencoded") and not body.lstrip().startswith((b"{", b"[", b'"'))


def json_object(text: bytes) -> Doc:
    """Return the JSON object of a text.

    Raises:
        Unclear: it is none.
    """
    try:
        doc = read_json(text)
    except NotExact as error:
        raise Unclear(f"{error}.") from None
    if not isinstance(doc, dict):
        raise Unclear("The body is a JSON object.")
    return doc


def text_of(doc: Mapping[str, Any], name: str, sentence: str) -> str:
    """Return a text of a document.

    Raises:
        Unclear: it is missing or no text; with `sentence` for its place.
    """
    value = doc.get(name)
    if not isinstance(value, str) or not value:
        raise Unclear(f"{name} is missing.", {name: sentence})
    return value


def number_of(doc: Mapping[str, Any], name: str, bounds: Number) -> int | float:
    """Return a number of a document, also one that is written as a text.

    Raises:
        Unclear: it is no number, or out of its bounds.
    """
    try:
        return bounds.clean(doc.get(name))
    except Wrong as wrong:
        raise Unclear(f"{name} {wrong}.", {name: f"{name} {wrong}."}) from wrong
