"""Card records: made, found, shown and deleted (contract sections 3 and 4)."""

from __future__ import annotations

import uuid
from typing import Any

from sandbox.cardscan import payer_match, photos, times
from sandbox.cardscan.access import Caller
from sandbox.cardscan.listing import Listing
from sandbox.cardscan.problems import Problem
from sandbox.indexes import Index
from sandbox.state import store

Card = dict[str, Any]

VERSION = "frontdesk-sandbox-1.0"
SIDES = ("front", "back")
READ = ("completed", "enriched")
FAILED = ("error", "frontside_failed", "backside_failed", "unknown")
FINISHED = READ + FAILED
_SEARCHED = ("member_name", "member_number", "payer_name", "group_number")
_BACKSIDES = ("required", "optional", "disabled")


def new_card(caller: Caller, wish: dict[str, Any]) -> Card:
    """Make and keep a pending card from a CreateCard body (contract section 3.2).

    Raises:
        Problem: 400 when a field has the wrong type.
    """
    for name in ("enable_backside_scan", "enable_livescan"):
        if not isinstance(wish.get(name, False), bool):
            raise Problem(400, f"{name} must be a boolean")
    if not isinstance(wish.get("metadata"), dict | None):
        raise Problem(400, "metadata must be an object")
    now = times.now()
    card = {
        "card_id": str(uuid.uuid4()),
        "state": "pending",
        "created_at": now,
        "deleted": False,
        "backside": _backside(wish),
        "livescan": wish.get("enable_livescan", False),
        "metadata": wish.get("metadata") or {},
        "identity": caller.identity,
        "user_id": caller.user_id,
        "session_id": caller.session_id,
        "scans": {},
        "eligibility_ids": [],
        "front_passed": False,
        "history": [{"state": "pending", "at": now}],
        "timings": {},
    }
    keep(card)
    return card


def _backside(wish: dict[str, Any]) -> str:
    """Return required, optional or disabled; the explicit boolean wins over the newer spelling."""
    newer = wish.get("backside")
    newer = {} if newer is None else newer
    if not isinstance(newer, dict) or newer.get("scanning", "disabled") not in _BACKSIDES:
        raise Problem(400, "backside.scanning must be one of required, optional, disabled")
    spelled = str(newer.get("scanning", "disabled"))
    if "enable_backside_scan" not in wish:
        return spelled
    if not wish["enable_backside_scan"]:
        return "disabled"
    return spelled if spelled != "disabled" else "required"


def keep(card: Card) -> None:
    """Keep a card as it is now."""
    store().put("cardscan", "cards", card["card_id"], card)


def find(card_id: str) -> Card | None:
    """Return a card, deleted ones too, or None."""
    return store().get("cardscan", "cards", card_id)


def card_for(caller: Caller, card_id: str, *, deleted_too: bool = False) -> Card:
    """Return a card that the caller may see.

    Raises:
        Problem: 404 when there is none (or it was deleted, unless `deleted_too`), 403 when it is someone else's.
    """
    card = find(card_id)
    if card is None or (card["deleted"] and not deleted_too):
        raise Problem(404, "Card not found")
    if not caller.may_see(card):
        raise Problem(403, "You do not have access to this card")
    return card


def empty(card: Card) -> list[str]:
    """Remove what a card holds about a person; its bare record stays (contract section 4.2). Inside a transaction.

    Returns:
        The scans it had, whose photos are to be forgotten once the transaction is over.
    """
    for name in ("details", "enriched_results", "enrichment", "payer_match", "error"):
        card.pop(name, None)
    card_id = card["card_id"]
    scans = _scans.of_card(card_id)
    card |= {"deleted": True, "metadata": {}, "scans": {}}
    keep(card)
    for scan_id in scans:
        store().delete("cardscan", "scans", scan_id)
    for told in ("performance", "flags"):
        store().delete("cardscan", told, card_id)
    return scans


def page(
    caller: Caller, *, limit: int, cursor: str | None, text: str | None = None
) -> tuple[list[Card], dict[str, Any]]:
    """Return one page of the caller's cards, newest first, and its `response_metadata`.

    Args:
        caller: whose cards.
        limit: how many cards, 1 to 200.
        cursor: where the last page ended, or None for the first.
        text: only cards with this in member name, member number, payer name or group number.

    Raises:
        Problem: 400 when the cursor is none of ours.
    """

    return _listing.page(caller, limit=limit, cursor=cursor, text=text)


def _searched_texts(card: Card) -> tuple[str, ...]:
    details = card.get("details") or {}
    return tuple(details[name]["value"].lower() for name in _SEARCHED if name in details)


_listing = Listing("cards", _searched_texts)


class _Scans(Index[str]):
    """The scans of each card, by the card's id: more than the card tells of, which are those with a photo."""

    def __init__(self) -> None:
        super().__init__("cardscan", "scans")
        self._of: dict[str, set[str]] = {}

    def entry_of(self, key: str, doc: dict[str, Any]) -> str:
        return str(doc["card_id"])

    def added(self, key: str, entry: str) -> None:
        self._of.setdefault(entry, set()).add(key)

    def removed(self, key: str, entry: str) -> None:
        self._of[entry].discard(key)

    def emptied(self) -> None:
        self._of = {}

    def of_card(self, card_id: str) -> list[str]:
        """Return the ids of a card's scans."""
        with self.entries():
            return list(self._of.get(card_id, ()))


_scans = _Scans()


def shown(card: Card, base: str) -> dict[str, Any]:
    """Return a card as the vendor shows it; keys are absent until there is something (contract section 4).

    Args:
        card: the record.
        base: the sandbox's own address of CardScan, for the photos' presigned addresses.
    """
    seen = {name: card[name] for name in ("card_id", "state", "created_at", "deleted")}
    if card["deleted"] or card["state"] not in FINISHED:
        return seen
    if card.get("error"):
        seen["error"] = card["error"]
    if card["scans"]:
        seen["images"] = {side: {"url": _image(base, scan_id)} for side, scan_id in card["scans"].items()}
    if card["state"] in READ:
        seen["details"] = card["details"]
        match = card["payer_match"]
        seen["payer_match"] = match
        version = payer_match.VERSION if "matches" in match else None
        seen["metadata"] = {"insurance_scan_version": VERSION, "payer_match_version": version}
    if card["state"] == "enriched":
        seen["enriched_results"] = card["enriched_results"]
    return seen


def _image(base: str, scan_id: str) -> str:
    scan = store().get("cardscan", "scans", scan_id)
    return photos.address(base, scan or {"key": scan_id})
