"""The calls of the sandbox's CardScan that are measured, among some cards and one that was read."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from bench.sandbox_calls import Asked, again, anew, as_bytes
from bench.sandbox_client import Connection, request
from sandbox import state
from sandbox.cardscan import lifecycle, photos, uploads
from sandbox.cardscan.access import API_KEY, caller_of_token

CARDSCAN = {"Authorization": f"Bearer {API_KEY}"}
CARDS = "/cardscan/v1/cards"
_DETAILS = {
    "payer_name": "Aetna",
    "payer_id": "60054",
    "member_name": "ELLEN MOORE",
    "member_number": "W100000000",
    "group_number": "70318",
}
_ELIGIBILITY = {
    "provider": {"first_name": "Ana", "last_name": "Ruiz", "npi": "1999999984"},
    "subscriber": {"first_name": "Ellen", "last_name": "Moore", "date_of_birth": "19800203"},
}
# Much smaller than a photo, whose own bytes would take most of the time of both sides.
_PHOTO = b"\xff\xd8\xff" + os.urandom(2000)
_BOUNDARY = "frontdesk-bench"


def read_card(data: str) -> str:
    """Keep a card that was read in a folder that no sandbox has opened yet, and return its id."""
    state.open_store(Path(data) / "sandbox.sqlite3")
    card, _events = lifecycle.begin(caller_of_token(API_KEY), {})
    with state.store().transaction():
        scan = uploads.new_scan(card, {"orientation": "front"})
        card["scans"]["front"] = scan["scan_id"]
        details = {name: {"value": value, "scores": ["0.97", "0.97"]} for name, value in _DETAILS.items()}
        photos.save(scan["scan_id"], _PHOTO)
        lifecycle.completed(card, "front", details=details, enrichment={})
    return str(card["card_id"])


def calls(connection: Connection, read: str) -> Iterator[Asked]:
    """Prepare a sandbox and return its calls; `read` is a card that was read."""
    cards = [_card(connection) for _ in range(20)]
    yield "cardscan.list of 20", again(request("GET", f"{CARDS}?limit=10", **CARDSCAN))
    yield "cardscan.search in 20", again(request("GET", f"{CARDS}/search?query=aetna", **CARDSCAN))
    yield "cardscan.health", again(request("GET", "/cardscan/v1/health"))
    yield from _tokens(connection)
    yield from _cards(connection, cards[0])
    yield from _photos(connection)
    yield from _eligibility(connection, read)
    seen = request("GET", f"{CARDS}/{read}", **CARDSCAN)
    image = urlsplit(connection.document(seen)["images"]["front"]["url"])
    yield "cardscan.get of a read card", again(seen)
    yield "cardscan.image", again(request("GET", f"{image.path}?{image.query}"))


def _card(connection: Connection) -> str:
    return str(connection.document(request("POST", CARDS, b"{}", **CARDSCAN))["card_id"])


def _tokens(connection: Connection) -> Iterator[Asked]:
    link = request("GET", "/cardscan/v1/generate-magic-link", **CARDSCAN)
    token = connection.document(link)["token"]
    yield "cardscan.access_token", again(request("GET", "/cardscan/v1/access-token?user_id=bench", **CARDSCAN))
    yield "cardscan.magic_link", again(link)
    yield "cardscan.validate_magic_link", again(request("GET", f"/cardscan/v1/validate-magic-link?token={token}"))
    session = connection.document(request("GET", "/cardscan/v1/access-token?user_id=bench", **CARDSCAN))["Token"]
    headers = {"Authorization": f"Bearer {session}"}
    yield "cardscan.create by a user", again(request("POST", CARDS, b"{}", **headers))


def _cards(connection: Connection, card: str) -> Iterator[Asked]:
    side, flag = b'{"orientation": "front"}', b'{"flag_type": "other"}'
    issued = connection.document(request("POST", f"{CARDS}/{card}/generate-upload-url", side, **CARDSCAN))
    told = f"/cardscan/v1/scans/{issued['scan_id']}/metadata"
    legacy = "/cardscan/v1/generate-upload-url?expiration=3600"
    yield "cardscan.create", again(request("POST", CARDS, b"{}", **CARDSCAN))
    yield "cardscan.get", again(request("GET", f"{CARDS}/{card}", **CARDSCAN))
    yield "cardscan.flag", again(request("POST", f"{CARDS}/{card}/flag", flag, **CARDSCAN))
    yield "cardscan.performance", again(request("POST", f"{CARDS}/{card}/performance", b'{"ms": 5}', **CARDSCAN))
    yield "cardscan.upload_url", again(request("POST", f"{CARDS}/{card}/generate-upload-url", side, **CARDSCAN))
    yield "cardscan.legacy_upload_url", again(request("GET", legacy, **CARDSCAN))
    yield "cardscan.metadata", again(request("POST", told, b'{"seen": "by the clinic"}', **CARDSCAN))
    yield "cardscan.delete", anew(lambda number: request("DELETE", f"{CARDS}/{_card(connection)}", **CARDSCAN))


def _photos(connection: Connection) -> Iterator[Asked]:
    def direct(number: int) -> bytes:
        return request(
            "POST", f"{CARDS}/{_card(connection)}/upload?orientation=front&capture_type=api", _PHOTO, **CARDSCAN
        )

    yield "cardscan.direct_upload", anew(direct)
    yield "cardscan.upload", anew(lambda number: _form(connection))


def _form(connection: Connection) -> bytes:
    """Return the upload form of a new card."""
    address, side = f"{CARDS}/{_card(connection)}/generate-upload-url", b'{"orientation": "front"}'
    issued = connection.document(request("POST", address, side, **CARDSCAN))
    head = f"--{_BOUNDARY}\r\nContent-Disposition: form-data; name="
    fields = "".join(f'{head}"{name}"\r\n\r\n{value}\r\n' for name, value in issued["upload_parameters"].items())
    file = f'{head}"file"; filename="card.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    body = f"{fields}{file}".encode() + _PHOTO + f"\r\n--{_BOUNDARY}--\r\n".encode()
    kind = f"multipart/form-data; boundary={_BOUNDARY}"
    return request("POST", urlsplit(issued["upload_url"]).path, body, Content_Type=kind)


def _eligibility(connection: Connection, read: str) -> Iterator[Asked]:
    address = "/cardscan/v1/eligibility"
    create = request("POST", address, as_bytes({"card_id": read, "eligibility": _ELIGIBILITY}), **CARDSCAN)
    made = connection.document(create)["eligibility_id"]
    yield "cardscan.eligibility_list", again(request("GET", address, **CARDSCAN))
    yield "cardscan.eligibility_get", again(request("GET", f"{address}/{made}", **CARDSCAN))
    yield "cardscan.eligibility", again(create)
