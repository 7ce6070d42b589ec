"""CardScan over HTTP: which path does what, and who may ask (contract section 3; docs/vendors/cardscan.md)."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from sandbox import clock, dead_end, faults, scenarios, webhooks
from sandbox.cardscan import access, capture, cards, deletion, hooks, lifecycle, magic, storage, uploads
from sandbox.cardscan.access import Caller
from sandbox.cardscan.asking import Ask, answer, asks, asks_nobody, refusal, scans
from sandbox.cardscan.eligibility import http as eligibility
from sandbox.cardscan.events import hub, socket
from sandbox.cardscan.problems import Problem, error_body
from sandbox.state import store

MOST_PER_PAGE = 200
_PER_PAGE = 50
FLAGS = ("missing_elements", "incorrect_elements", "bad_payer_match", "unreadable_text", "eligibility_issue", "other")


@asks_nobody
def health(ask: Ask) -> Response:
    """GET /health: it is up; needs no key."""
    return answer({"status": "ok"})


@asks
def access_token(ask: Ask) -> Response:
    """GET /access-token: a session token for one end user."""
    return answer(access.issue_token(ask.caller, ask.query("user_id")))


@asks
def generate_magic_link(ask: Ask) -> Response:
    """GET /generate-magic-link: a link for the calling user's telephone."""
    return answer(magic.issue(ask.caller, ask.base))


@asks_nobody
def validate_magic_link(ask: Ask) -> Response:
    """GET /validate-magic-link: the token behind a link; whoever has the link may ask."""
    return answer(magic.validate(ask.query("token")))


@scans
def create_card(ask: Ask) -> Response:
    """POST /cards: a pending card."""
    return answer(cards.shown(_begun(ask.caller, ask.document()), ask.base), 201)


def _begun(caller: Caller, wish: dict[str, Any]) -> cards.Card:
    with store().transaction():
        card, events = lifecycle.begin(caller, wish)
        hub.publish(events)
    return card


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
    limit = ask.number("limit", _PER_PAGE, 1, MOST_PER_PAGE)
    found, about = cards.page(ask.caller, limit=limit, cursor=ask.query("cursor"), text=text)
    return answer({"cards": [cards.shown(card, ask.base) for card in found], "response_metadata": about})


@scans
def get_card(ask: Ask) -> Response:
    """GET /cards/{card_id}: also of a deleted card, whose bare record stays."""
    card = cards.card_for(ask.caller, ask.path("card_id"), deleted_too=True)
    return answer(cards.shown(card, ask.base))


@asks
def delete_card(ask: Ask) -> Response:
    """DELETE /cards/{card_id}: photos and results go."""
    deletion.delete(ask.caller, ask.path("card_id"))
    return Response(status_code=204)


@scans
def upload_url(ask: Ask) -> Response:
    """POST /cards/{card_id}/generate-upload-url: where to send the photo of one side."""
    card = cards.card_for(ask.caller, ask.path("card_id"))
    seconds = ask.number("expiration", 3600, 100, 3600)
    return answer(uploads.issue(card, ask.document(), seconds=seconds, base=ask.base))


@scans
def legacy_upload_url(ask: Ask) -> Response:
    """GET /generate-upload-url: the older way, which makes the card by itself."""
    seconds = ask.number("expiration", None, 100, 3600)
    with store().transaction():
        card = _begun(ask.caller, {})
        issued = uploads.issue(card, {"orientation": "front"}, seconds=seconds, base=ask.base)
    return answer(issued)


@scans
def direct_upload(ask: Ask) -> Response:
    """POST /cards/{card_id}/upload: the photo itself, without an upload address."""
    card = cards.card_for(ask.caller, ask.path("card_id"))
    started = clock.now()
    photo = uploads.direct_photo(ask.body)
    wish = {"orientation": ask.query("orientation"), "capture_type": ask.query("capture_type")}
    with store().transaction():
        scan = uploads.new_scan(card, wish)
        storage.land(scan, photo)
    spent = (clock.now() - started).total_seconds() * 1000
    ids = {"card_id": card["card_id"], "scan_id": scan["scan_id"]}
    return answer({**ids, "metadata": {"ocr_latency": f"{spent:.0f}"}})


@scans
def scan_metadata(ask: Ask) -> Response:
    """POST /scans/{scan_id}/metadata: anything the client wants kept with a scan."""
    told = ask.document()
    with store().transaction():
        scan = store().get("cardscan", "scans", ask.path("scan_id"))
        if scan is None:
            raise Problem(404, "Scan not found")
        cards.card_for(ask.caller, scan["card_id"])
        store().put("cardscan", "scans", scan["scan_id"], scan | {"metadata": told})
    return answer({})


@scans
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
    if not isinstance(said.get("message"), str | None):
        raise Problem(400, "message must be text")
    store().put("cardscan", "flags", card["card_id"], {"flag_type": said["flag_type"], "message": said.get("message")})
    return answer({"message": "Card flagged"})


def routes() -> list[BaseRoute]:
    """Return CardScan's routes; the part after the dot of a name is what fault rules call the route."""
    faults.speak("cardscan", error_body)
    faults.plays("cardscan", ("process",), scenarios.PLACES["cardscan.read"].own_kinds)
    faults.plays("cardscan", ("payer",), {"stuck": {}, "error": {}})
    faults.plays("cardscan", ("socket",), {"silent": {}})
    webhooks.sign_with("cardscan", hooks.sign)
    named = [
        Route("/v1/health", health, name="cardscan.health"),
        Route("/v1/access-token", access_token, name="cardscan.access_token"),
        Route("/v1/generate-magic-link", generate_magic_link, name="cardscan.magic_link"),
        Route("/v1/validate-magic-link", validate_magic_link, name="cardscan.validate_magic_link"),
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
        Route("/v1/eligibility", eligibility.create, methods=["POST"], name="cardscan.eligibility"),
        Route("/v1/eligibility", eligibility.show_all, methods=["GET"], name="cardscan.eligibility_list"),
        Route("/v1/eligibility/{eligibility_id}", eligibility.show, name="cardscan.eligibility_get"),
        Route("/uploads/{bucket}", storage.upload, methods=["POST"], name="cardscan.upload"),
        Route("/images/{key:path}", storage.image, name="cardscan.image"),
    ]
    unnamed = [
        Route("/uploads/{bucket}", storage.OtherMethod("POST")),
        Route("/images/{key:path}", storage.OtherMethod("GET, HEAD")),
        Route("/capture/", capture.show),
        Route("/capture/page.js", capture.script),
    ]
    sockets = [WebSocketRoute(path, socket) for path in ("/", "/ws", "/v1/ws")]
    return dead_end.closed([*named, *unnamed, *sockets], refusal)
