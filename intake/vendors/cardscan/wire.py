"""CardScan's bytes and our words for them; no I/O. See docs/vendors/cardscan.md."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from .wire_fields import Place, ReadField, Source, as_number, as_text, read_fields, tidy

__all__ = ["Place", "ReadField", "Source", "tidy"]  # of wire_fields, for those who import wire


class Unreadable(ValueError):
    """An answer lacks something we need; the message names what is missing and holds nothing of the answer."""


class Meaning(enum.Enum):
    """What a vendor state asks of us."""

    WAIT = "look again later"
    SEND_BACK = "the front is read; send the back now"
    READ = "the fields are there"
    FAILED = "this card will not be read"


# The vendor's eleven states (OpenAPI CardState). A word we do not know is waited for: the vendor added a step.
STATES: dict[str, Meaning] = {
    "pending": Meaning.WAIT,
    "processing": Meaning.WAIT,
    "frontside_processing": Meaning.WAIT,
    "frontside_failed": Meaning.FAILED,
    "backside_processing": Meaning.SEND_BACK,
    "backside_failed": Meaning.FAILED,
    "post_processing": Meaning.WAIT,
    "completed": Meaning.READ,
    "enriched": Meaning.READ,
    "error": Meaning.FAILED,
    "unknown": Meaning.FAILED,
}

_LONGEST_ID, _LONGEST_STATE, _LONGEST_CURSOR = (
    64,
    24,
    1000,
)  # characters that are kept; the vendor's own words are shorter

_LONGEST_ADDRESS = 1500  # what a code for a phone's camera still holds

_MOST_EXTRAS, _LONGEST_EXTRA = 30, 300  # of each kind; a card prints a handful

# DELETE /cards/{card_id} answers 204; 404 for a card that is gone already.
DELETED = frozenset({204, 404})

# What a person may say is wrong with a result (docs.cardscan.ai); with `message`, in their own words.
FLAG_TYPES = (
    "missing_elements",
    "incorrect_elements",
    "bad_payer_match",
    "unreadable_text",
    "eligibility_issue",
    "other",
)
LONGEST_FLAG = 1000  # characters of the message

# The state of a card whose second pass is through: phones, addresses, copays.
ENRICHED = "enriched"

# Before the first photo has been received the vendor's card is "pending".
NOTHING_RECEIVED = "pending"


@dataclass(frozen=True)
class UploadForm:
    """Where a photo goes and the form fields that must go with it, in the order and spelling they came in."""

    url: str
    parameters: list[tuple[str, str]] = field(repr=False)

    @property
    def success(self) -> int:
        """Return the status of a photo that arrived: S3 answers 204 unless the form asks for 200 or 201."""
        wished = dict(self.parameters).get("success_action_status", "")
        return int(wished) if wished in {"200", "201"} else 204


@dataclass(frozen=True)
class Extra:
    """What the second pass found: `kind` is PHONE, ADDRESS or AMOUNT, `type` and `label` the vendor's words for it."""

    kind: str
    type: str
    label: str = field(repr=False)
    value: str = field(repr=False)
    score: Decimal | None


@dataclass(frozen=True)
class ScannedCard:
    """A card as the vendor has it. `payers` are clearinghouse (id, name) pairs, best score first; `photos` are the
    addresses of its images by side ("front", "back"), good for a day."""

    card_id: str
    state: str
    deleted: bool = False
    error_type: str = ""
    fields: list[ReadField] = field(default_factory=list, repr=False)
    payers: list[tuple[str, str]] = field(default_factory=list)
    extras: list[Extra] = field(default_factory=list, repr=False)
    photos: dict[str, str] = field(default_factory=dict, repr=False)
    answer: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def meaning(self) -> Meaning:
        """Return what the state asks of us; a deleted card will not be read."""
        return Meaning.FAILED if self.deleted else STATES.get(self.state, Meaning.WAIT)


@dataclass(frozen=True)
class ListedCard:
    """A card as the vendor's list has it. `made_at` is None when the list does not say it readably."""

    card_id: str
    state: str
    deleted: bool
    made_at: datetime | None

    @property
    def meaning(self) -> Meaning:
        """Return what the state asks of us."""
        return STATES.get(self.state, Meaning.WAIT)


@dataclass(frozen=True)
class MagicLink:
    """A link to the vendor's own page for phones; whoever has it may scan for its user until it ends."""

    address: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class Event:
    """What CardScan tells by itself: something has happened to a card. `state` is "" when it does not say which."""

    card_id: str
    state: str
    session_id: str = ""
    user_id: str = ""

    @property
    def matters(self) -> bool:
        """Return whether there is something to fetch or to do; states on the way are not worth a look."""
        return not self.state or STATES.get(self.state, Meaning.WAIT) is not Meaning.WAIT


@dataclass(frozen=True)
class CardList:
    """One page of the vendor's cards; `next_cursor` is "" on the last one."""

    cards: list[ListedCard]
    next_cursor: str


# POST /cards, CreateCard
def build_create(*, both_sides: bool, reference: str) -> bytes:
    """Return the body that opens a card; `reference` is our opaque id of the card, the only thing we tell of it."""
    return json.dumps(
        {"enable_backside_scan": both_sides, "enable_livescan": False, "metadata": {"reference": reference}}
    ).encode()


# GenerateCardUploadUrlRequest of POST /cards/{card_id}/generate-upload-url; the query of POST /cards/{card_id}/upload
def build_upload_request(side: str) -> dict[str, str]:
    """Return what is said of a photo that is sent; `side` is "front" or "back"."""
    return {"orientation": side, "capture_type": "api"}


# POST /cards/{card_id}/upload, DirectUpload
def check_direct_upload(doc: Any, card_id: str) -> None:
    """Raises Unreadable unless the answer says that a photo of this card was taken."""
    _need(doc, "scan_id", str)
    if _need(doc, "card_id", str) != card_id:
        raise Unreadable("the answer is about another card")


def parse_upload_form(doc: Any) -> UploadForm:
    """Return the upload form of an UploadUrl answer. Raises Unreadable."""
    url, parameters = _need(doc, "upload_url", str), _need(doc, "upload_parameters", dict)
    return UploadForm(url=url, parameters=[(str(name), as_text(value)) for name, value in parameters.items()])


# GET /cards/{card_id} and the 201 of POST /cards, CardApiResponse
def parse_card(doc: Any) -> ScannedCard:
    """Return the card of an answer. Raises Unreadable when it has no id or state; missing fields are just not there."""
    card_id, state = _need(doc, "card_id", str), _need(doc, "state", str)
    if len(card_id) > _LONGEST_ID:
        raise Unreadable("the answer has an id that is too long")
    return ScannedCard(
        card_id=card_id,
        state=state[:_LONGEST_STATE],
        deleted=doc.get("deleted") is True,
        error_type=_error_type(doc.get("error")),
        fields=list(read_fields(doc.get("details"))),
        payers=[(item.payer_id, item.name) for item in ranked_payers(doc)],
        extras=list(_extras(doc.get("enriched_results"))),
        photos=_photos(doc.get("images")),
        answer={key: value for key, value in doc.items() if key != "images"},
    )


# POST /cards/{card_id}/flag; in the vendor's documents, not in its schema
def build_flag(flag_type: str, message: str) -> bytes:
    """Return the body that says what is wrong with a result. Raises ValueError for a type the vendor does not know."""
    if flag_type not in FLAG_TYPES:
        raise ValueError("no flag type of CardScan")
    said = message.strip()[:LONGEST_FLAG]
    return json.dumps({"flag_type": flag_type} | ({"message": said} if said else {})).encode()


def _photos(images: Any) -> dict[str, str]:
    found = images if isinstance(images, dict) else {}
    sides = {side: found.get(side) for side in ("front", "back")}
    return {side: as_text(image.get("url")) for side, image in sides.items() if isinstance(image, dict)}


# GET /cards
def is_list(doc: Any) -> bool:
    """Return whether an answer is a list of cards, as only CardScan gives it."""
    return isinstance(doc, dict) and isinstance(doc.get("cards"), list)


def parse_list(doc: Any) -> CardList:
    """Return a page of the list. Raises Unreadable: a page that is not whole must not pass for the end of the list."""
    rows, about = _need(doc, "cards", list, may_be_empty=True), doc.get("response_metadata")
    cursor = about.get("next_cursor") if isinstance(about, dict) else None
    if cursor is not None and (not isinstance(cursor, str) or len(cursor) > _LONGEST_CURSOR):
        raise Unreadable("the list has a cursor that we cannot use")
    return CardList([_listed(row) for row in rows], cursor or "")


# GET /access-token, AccessToken, whose keys are capitalised
def parse_session(doc: Any) -> str:
    """Return the session token of an answer. Raises Unreadable."""
    return str(_need(doc, "Token", str))


# GET /generate-magic-link
def parse_magic_link(doc: Any) -> MagicLink:
    """Return the link of an answer. Raises Unreadable, also when it does not say when it ends."""
    address, until = _need(doc, "magic_link", str), _moment(_need(doc, "expires_at", str))
    if until is None or len(address) > _LONGEST_ADDRESS:
        raise Unreadable("the answer has no link that we can show")
    return MagicLink(address, until)


# The websocket: what is sent, CardWebsocketEvent, and what the vendor's widget sends to keep a connection open
PING, PONG = "ping", "pong"


def build_register(card_id: str) -> str:
    """Return the frame that asks for a card's events."""
    return json.dumps({"action": "register", "card_id": card_id})


def parse_frame(text: str | bytes) -> Event | None:
    """Return what a frame tells about a card; None for whatever else comes: pongs, scans, checks, kinds to come."""
    try:
        doc = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(doc, dict) or doc.get("type") != "card":
        return None
    return _event(doc, as_text(doc.get("state")))


# Webhooks, CardWebhookEvent; an older form has the same below `data`, with the state
def parse_webhook(doc: dict[str, Any]) -> Event | None:
    """Return what a webhook tells about a card; None for eligibility checks and kinds to come."""
    kind, _, what = as_text(doc.get("type")).partition(".")
    data = doc.get("data")
    found = data if isinstance(data, dict) else doc
    if kind != "card" or not what:
        return None
    return _event({"card_id": found.get("id"), **found}, {"created": "pending", "deleted": ""}.get(what, what))


def _event(doc: dict[str, Any], state: str) -> Event | None:
    card_id = doc.get("card_id")
    if not isinstance(card_id, str) or not 0 < len(card_id) <= _LONGEST_ID:
        return None
    return Event(card_id, state, as_text(doc.get("session_id")), as_text(doc.get("user_id")))


def _listed(row: Any) -> ListedCard:
    card = parse_card(row)
    return ListedCard(card.card_id, card.state, card.deleted, _moment(row.get("created_at")))


def _moment(text: Any) -> datetime | None:
    """Return a moment as the vendor writes it: "2026-11-20 15:02:11.12+00:00", also with T and Z, or without zone."""
    try:
        found = datetime.fromisoformat(as_text(text))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _error_type(error: Any) -> str:
    """Return the short name of an error object ("RejectedCard"); its older form calls the type `error`."""
    found = error if isinstance(error, dict) else {}
    return as_text(found.get("type") or found.get("error"))[:60]


def _extras(results: Any) -> Iterator[Extra]:
    """Yield the phones, addresses and amounts of `enriched_results`; an entry without a value is not there."""
    found = results if isinstance(results, dict) else {}
    for entry in _entries(found, "phone_numbers"):
        yield from _extra("PHONE", entry.get("type"), entry.get("label"), entry.get("number"), entry)
    for entry in _entries(found, "addresses"):
        lines = [as_text(entry.get("company_name")), as_text(entry.get("address"))]
        yield from _extra("ADDRESS", entry.get("type"), entry.get("label"), "\n".join(filter(None, lines)), entry)
    for entry in _entries(found, "copays_deductibles"):
        yield from _extra("AMOUNT", entry.get("category"), entry.get("service"), entry.get("value"), entry)


def _entries(found: dict[str, Any], name: str) -> list[dict[str, Any]]:
    rows = found.get(name)
    return [row for row in (rows if isinstance(rows, list) else []) if isinstance(row, dict)][:_MOST_EXTRAS]


def _extra(kind: str, type_: Any, label: Any, value: Any, entry: dict[str, Any]) -> Iterator[Extra]:
    if text := as_text(value).strip()[:_LONGEST_EXTRA]:
        yield Extra(kind, as_text(type_)[:40], as_text(label)[:_LONGEST_EXTRA], text, as_number(entry.get("score")))


@dataclass(frozen=True)
class PayerMatch:
    """A payer of the clearinghouse that the vendor takes a card for; `score` is between 0 and 1, None unsaid."""

    payer_id: str
    name: str
    score: Decimal | None


def ranked_payers(doc: Any) -> list[PayerMatch]:
    """Return whom an answer takes the card for, best score first; an account without the feature has none."""
    match = doc.get("payer_match") if isinstance(doc, dict) else None
    matches = match.get("matches") if isinstance(match, dict) else None
    entries = [entry for entry in (matches if isinstance(matches, list) else []) if isinstance(entry, dict)]
    found = [
        PayerMatch(as_text(entry["payer_id"]), as_text(entry.get("payer_name") or ""), as_number(entry.get("score")))
        for entry in entries
        if as_text(entry.get("payer_id") or "")
    ]
    return sorted(found, key=lambda item: item.score or Decimal(0), reverse=True)


def _need(doc: Any, name: str, kind: type, *, may_be_empty: bool = False) -> Any:
    if not isinstance(doc, dict) or not isinstance(doc.get(name), kind) or not (doc[name] or may_be_empty):
        raise Unreadable(f"the answer has no {name}")
    return doc[name]
