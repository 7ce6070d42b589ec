"""CardScan over HTTP: which path does what, and who may ask (contract section 3; docs/vendors/cardscan.md)."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from sandbox import clock, faults
from sandbox.cardscan import access, cards, lifecycle, photos, uploads
from sandbox.cardscan.access import Caller
from sandbox.cardscan.events import hub, socket
from sandbox.cardscan.problems import Problem, UploadRefused, error_body
from sandbox.cardscan.worker import worker
from sandbox.state import dump, load, store

MOST_PER_PAGE = 200
FLAGS = ("missing_elements", "incorrect_elements", "bad_payer_match", "unreadable_text", "eligibility_issue", "other")


@dataclass(frozen=True)
class Ask:
    """One request: what was sent, by whom, and under which address the sandbox was reached."""

    request: Request
    body: bytes
    caller: Caller

    @property
    def base(self) -> str:
        """The address of this CardScan, as the client knows it."""
        return f"{self.request.url.scheme}://{self.request.url.netloc}/cardscan"

    def path(self, name: str) -> str:
        """Return a part of the path."""
        return str(self.request.path_params[name])

    def query(self, name: str) -> str | None:
        """Return a part of the query, or None."""
        return self.request.query_params.get(name)

    def number(self, name: str, default: int | None, least: int, most: int) -> int:
        """Return a number of the query.

        Raises:
            Problem: 400 when it is no number, out of its range, or missing without a default.
        """
        text = self.query(name)
        if text is None and default is not None:
            return default
        if text is None or not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise Problem(400, f"{name} must be an integer between {least} and {most}")
        return int(text)

    def document(self) -> dict[str, Any]:
        """Return the JSON object that was sent; nothing at all counts as an empty one.

        Raises:
            Problem: 400 when it is something else.
        """
        try:
            doc = load(self.body or b"{}")
        except ValueError:
            doc = None
        if not isinstance(doc, dict):
            raise Problem(400, "The request body must be a JSON object")
        return doc


def answer(doc: Any, status: int = 200) -> Response:
    """Return a JSON answer."""
    return Response(dump(doc), status, media_type="application/json")


def asks(handle: Callable[[Ask], Response]) -> Callable[[Request], Awaitable[Response]]:
    """Make an endpoint of a function: its caller is known, it runs in a thread, its problems become answers."""

    def work(request: Request, body: bytes) -> Response:
        try:
            caller = access.caller_of_header(request.headers.get("authorization"))
            return handle(Ask(request, body, caller))
        except Problem as problem:
            return answer(problem.body, problem.status)

    @functools.wraps(handle)
    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(work, request, await request.body())

    return endpoint


@asks
def access_token(ask: Ask) -> Response:
    """GET /access-token: a session token for one end user."""
    return answer(access.issue_token(ask.caller, ask.query("user_id")))


@asks
def create_card(ask: Ask) -> Response:
    """POST /cards: a pending card."""
    card = cards.new_card(ask.caller, ask.document())
    hub.publish([lifecycle.event_for(card, "pending")])
    return answer(cards.shown(card, ask.base), 201)


@asks
def list_cards(ask: Ask) -> Response:
    """GET /cards: the newest first, by pages."""
    return _page(ask, None)


@asks
def search_cards(ask: Ask) -> Response:
    """GET /cards/search: the cards that mention a text."""
    text = ask.query("query")
    if not text:
        raise Problem(400, "query is required")
    return _page(ask, text)


def _page(ask: Ask, text: str | None) -> Response:
    limit = ask.number("limit", 50, 1, MOST_PER_PAGE)
    found, about = cards.page(ask.caller, limit=limit, cursor=ask.query("cursor"), text=text)
    return answer({"cards": [cards.shown(card, ask.base) for card in found], "response_metadata": about})


@asks
def get_card(ask: Ask) -> Response:
    """GET /cards/{card_id}: also of a deleted card, whose bare record stays."""
    card = cards.card_for(ask.caller, ask.path("card_id"), deleted_too=True)
    return answer(cards.shown(card, ask.base))


@asks
def delete_card(ask: Ask) -> Response:
    """DELETE /cards/{card_id}: photos and results go."""
    cards.delete(ask.caller, ask.path("card_id"))
    return Response(status_code=204)


@asks
def upload_url(ask: Ask) -> Response:
    """POST /cards/{card_id}/generate-upload-url: where to send the photo of one side."""
    card = cards.card_for(ask.caller, ask.path("card_id"))
    seconds = ask.number("expiration", 3600, 100, 3600)
    return answer(uploads.issue(card, ask.document(), seconds=seconds, base=ask.base))


@asks
def legacy_upload_url(ask: Ask) -> Response:
    """GET /generate-upload-url: the older way, which makes the card by itself."""
    seconds = ask.number("expiration", None, 100, 3600)
    card = cards.new_card(ask.caller, {})
    return answer(uploads.issue(card, {"orientation": "front"}, seconds=seconds, base=ask.base))


@asks
def direct_upload(ask: Ask) -> Response:
    """POST /cards/{card_id}/upload: the photo itself, without an upload address."""
    card = cards.card_for(ask.caller, ask.path("card_id"))
    started = clock.now()
    photo = uploads.direct_photo(ask.body)
    wish = {"orientation": ask.query("orientation"), "capture_type": ask.query("capture_type")}
    scan = uploads.new_scan(card, wish)
    _land(scan, photo)
    spent = (clock.now() - started).total_seconds() * 1000
    ids = {"card_id": card["card_id"], "scan_id": scan["scan_id"]}
    return answer({**ids, "metadata": {"ocr_latency": f"{spent:.0f}"}})


@asks
def scan_metadata(ask: Ask) -> Response:
    """POST /scans/{scan_id}/metadata: anything the client wants kept with a scan."""
    scan = store().get("cardscan", "scans", ask.path("scan_id"))
    if scan is None:
        raise Problem(404, "Scan not found")
    cards.card_for(ask.caller, scan["card_id"])
    store().put("cardscan", "scans", scan["scan_id"], scan | {"metadata": ask.document()})
    return answer({})


@asks
def performance(ask: Ask) -> Response:
    """POST /cards/{card_id}/performance: what the client measured."""
    card = cards.card_for(ask.caller, ask.path("card_id"))
    store().put("cardscan", "performance", card["card_id"], ask.document())
    return answer({"message": "Performance recorded"})


@asks
def flag(ask: Ask) -> Response:
    """POST /cards/{card_id}/flag: a person says the result is wrong (in the vendor's documents, not its schema)."""
    card = cards.card_for(ask.caller, ask.path("card_id"))
    said = ask.document()
    if said.get("flag_type") not in FLAGS:
        raise Problem(400, f"flag_type must be one of {', '.join(FLAGS)}")
    store().put("cardscan", "flags", card["card_id"], {"flag_type": said["flag_type"], "message": said.get("message")})
    return answer({"message": "Card flagged"})


@asks
def unknown(ask: Ask) -> Response:
    """Anything else under /v1."""
    raise Problem(404, "Not found")


async def upload(request: Request) -> Response:
    """POST to an upload address: the S3 form; no Authorization, the signed policy says what is allowed."""
    try:
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            raise UploadRefused(400, "InvalidArgument", "Bucket POST must be of the enclosure-type multipart/form-data")
        fields, photo = await _form(request)
        scan = await run_in_threadpool(_receive, fields, photo)
    except UploadRefused as refusal:
        return _xml(refusal)
    return Response(status_code=204, headers={"Location": f"/{scan['key']}", "x-amz-request-id": scan["scan_id"]})


async def _form(request: Request) -> tuple[dict[str, str], bytes | None]:
    """Return the fields before the file, and the file; like S3, what follows the file is not looked at."""
    fields: dict[str, str] = {}
    try:
        form = await request.form(max_files=1, max_fields=50)
    except MultiPartException:
        raise UploadRefused(400, "MalformedPOSTRequest", "The body of your POST request is not well-formed.") from None
    for name, value in form.multi_items():
        if name == "file":
            return fields, await value.read() if isinstance(value, UploadFile) else value.encode()
        if isinstance(value, str):
            fields[name] = value
    return fields, None


def _receive(fields: dict[str, str], photo: bytes | None) -> dict[str, Any]:
    scan = uploads.check_form(fields, photo)
    _land(scan, photo or b"")
    return scan


def _land(scan: dict[str, Any], photo: bytes) -> None:
    """Keep a photo, then have it worked on."""
    with store().transaction():
        events = lifecycle.land(scan, lambda: photos.save(scan["scan_id"], photo))
    hub.publish(events)
    worker.wake()


def image(request: Request) -> Response:
    """GET a presigned photo address."""
    try:
        photo = photos.read_presigned(request.path_params["key"], dict(request.query_params))
    except UploadRefused as refusal:
        return _xml(refusal)
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
    return Response(photo, media_type=photos.kind(photo), headers=headers)


def _xml(refusal: UploadRefused) -> Response:
    return Response(refusal.xml(), refusal.status, media_type="application/xml")


def routes() -> list[BaseRoute]:
    """Return CardScan's routes; the part after the dot of a name is what fault rules call the route."""
    faults.speak("cardscan", error_body)
    return [
        Route("/v1/access-token", access_token, name="cardscan.access_token"),
        Route("/v1/cards", create_card, methods=["POST"], name="cardscan.create"),
        Route("/v1/cards", list_cards, methods=["GET"], name="cardscan.list"),
        Route("/v1/cards/search", search_cards, name="cardscan.search"),
        Route("/v1/cards/{card_id}", get_card, methods=["GET"], name="cardscan.get"),
        Route("/v1/cards/{card_id}", delete_card, methods=["DELETE"], name="cardscan.delete"),
        Route("/v1/cards/{card_id}/generate-upload-url", upload_url, methods=["POST"], name="cardscan.upload_url"),
        Route("/v1/cards/{card_id}/upload", direct_upload, methods=["POST"], name="cardscan.direct_upload"),
        Route("/v1/cards/{card_id}/performance", performance, methods=["POST"], name="cardscan.performance"),
        Route("/v1/cards/{card_id}/flag", flag, methods=["POST"], name="cardscan.flag"),
        Route("/v1/scans/{scan_id}/metadata", scan_metadata, methods=["POST"], name="cardscan.metadata"),
        Route("/v1/generate-upload-url", legacy_upload_url, name="cardscan.legacy_upload_url"),
        Route("/uploads/{bucket}", upload, methods=["POST"], name="cardscan.upload"),
        Route("/images/{key:path}", image, name="cardscan.image"),
        *[WebSocketRoute(path, socket) for path in ("/", "/ws", "/v1/ws")],
        Route("/v1/{rest:path}", unknown, methods=["GET", "POST", "PUT", "PATCH", "DELETE"], name="cardscan.unknown"),
    ]
