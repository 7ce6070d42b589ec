"""How a card moves through its states (contract section 4.1). Only this module changes `state`.

`pending → processing | frontside_processing → (backside_processing, once, when the front has passed) →
post_processing → completed → enriched`, aside `error`, `frontside_failed`, `backside_failed` and `unknown`.
Work to do is a job document, so that a killed process goes on where it stopped. Every function here runs inside a
transaction and returns the events to publish in it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sandbox.cardscan import cards, hooks, jobs, payer_match, times
from sandbox.cardscan.access import Caller
from sandbox.cardscan.cards import Card
from sandbox.cardscan.happenings import Event, event_of
from sandbox.cardscan.problems import REJECTED, Error, skipped
from sandbox.state import store
from sandbox.switches import switch

# With livescan a side may be tried again until it passes; after so many tries it has failed.
LIVESCAN_TRIES = 5


def begin(caller: Caller, wish: dict[str, Any]) -> tuple[Card, list[Event]]:
    """Make a pending card; return it and the events to publish.

    Raises:
        Problem: as `cards.new_card`.
    """
    card = cards.new_card(caller, wish)
    hooks.tell("card.created", card)
    return card, [event_of(card, "card", "pending")]


def land(scan: dict[str, Any], save: Callable[[], None]) -> list[Event]:
    """A photo has arrived: `save` it and put its side to work, or skip it when the card no longer wants it."""
    card = cards.find(scan["card_id"])
    side = scan["orientation"]
    if card is None or card["deleted"] or card["scans"].get(side) == scan["scan_id"]:
        return []
    if not _wants(card, side):
        _keep_scan(scan, "skipped")
        return [_scan_event(card, scan, "error", skipped(card["state"]))]
    save()
    card["scans"][side] = scan["scan_id"]
    card["timings"][side] = {"landed": time.time()}
    events = [_told_scan(card, scan, "processing")]
    if side == "front":
        if card["state"] == "pending":
            events += move(card, "processing" if card["backside"] == "disabled" else "frontside_processing")
        jobs.add(jobs.FRONT, card["card_id"])
    elif card["front_passed"]:
        jobs.add(jobs.BACK, card["card_id"])
    cards.keep(card)
    return events


def _wants(card: Card, side: str) -> bool:
    return card["state"] not in cards.FINISHED and side not in card["scans"]


def front_passed(card: Card) -> list[Event]:
    """The front of a two-sided card was read: ask for the back, or go on with it if it is here already."""
    card["front_passed"] = True
    events = [_side_event(card, "front", "completed"), *move(card, "backside_processing")]
    if "back" in card["scans"]:
        jobs.add(jobs.BACK, card["card_id"])
    elif card["backside"] == "optional":
        seconds = float(switch("cardscan", "optional_back_seconds", 30))
        jobs.add(jobs.WITHOUT_BACK, card["card_id"], seconds=seconds)
    cards.keep(card)
    return events


def reading_done(card: Card) -> list[Event]:
    """Every side was read: the results are being put together."""
    events = move(card, "post_processing")
    cards.keep(card)
    return events


def completed(card: Card, side: str, *, details: dict[str, Any], enrichment: dict[str, Any]) -> list[Event]:
    """The results are there, with `side` as the last one read; the enrichment follows some seconds later."""
    card["details"], card["enrichment"] = details, enrichment
    card["payer_match"] = payer_match.of_card(details)
    events = [_side_event(card, side, "completed"), *move(card, "completed")]
    jobs.add(jobs.ENRICH, card["card_id"], seconds=float(switch("cardscan", "enrich_seconds", 8)))
    cards.keep(card)
    return events


def enriched(card: Card) -> list[Event]:
    """The second pipeline is through: addresses, phone numbers, copays."""
    card["enriched_results"] = card.pop("enrichment")
    events = move(card, "enriched")
    cards.keep(card)
    return events


def refused(card: Card, side: str, *, is_picture: bool) -> list[Event]:
    """The photo of a side shows no card, or is no picture: the card has failed, or with livescan may be tried again.

    What the vendor answers is known for a front without a card alone (`error`); the failed sides are our reading of its
    list of states.
    """
    events = [_side_event(card, side, "error", REJECTED)]
    tries = card[f"{side}_tries"] = card.get(f"{side}_tries", 0) + 1
    if card["livescan"] and tries < LIVESCAN_TRIES:
        del card["scans"][side]
        cards.keep(card)
        return events
    one_sided = card["backside"] == "disabled"
    is_error = side == "front" and not card["livescan"] and (is_picture or one_sided)
    return events + failed(card, "error" if is_error else f"{side}side_failed", REJECTED)


def failed(card: Card, state: str, error: Error) -> list[Event]:
    """The card ends without a result, in `error`, `frontside_failed`, `backside_failed` or `unknown`."""
    card["error"] = error
    events = move(card, state, error)
    cards.keep(card)
    return events


def move(card: Card, state: str, error: Error | None = None) -> list[Event]:
    """Put a card into a state and return the event that tells so; a state it is in already tells nothing again."""
    if card["state"] == state:
        return []
    card["state"] = state
    card["history"].append({"state": state, "at": times.now()})
    if state in cards.READ:
        hooks.tell(f"card.{state}", card)
    elif state in cards.FAILED:
        hooks.tell("card.error", card, error)
    return [event_of(card, "card", state, error)]


def _scan_event(card: Card, scan: dict[str, Any], state: str, error: Error | None = None) -> Event:
    return event_of(card, "scan", state, error) | {"scan_id": scan["scan_id"]}


def _told_scan(card: Card, scan: dict[str, Any], state: str, error: Error | None = None) -> Event:
    """Keep the state of a scan and return the event that tells so."""
    _keep_scan(scan, state)
    return _scan_event(card, scan, state, error)


def _side_event(card: Card, side: str, state: str, error: Error | None = None) -> Event:
    scan = store().get("cardscan", "scans", card["scans"][side])
    return _told_scan(card, scan or {"scan_id": card["scans"][side]}, state, error)


def _keep_scan(scan: dict[str, Any], state: str) -> None:
    scan["state"] = state
    store().put("cardscan", "scans", scan["scan_id"], scan)
