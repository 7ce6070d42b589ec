"""What is done for a card in the background: read a side, finish, enrich (contract section 4.1)."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from typing import Any, Protocol

from sandbox import faults, members
from sandbox.cardscan import lifecycle, photos
from sandbox.cardscan.cards import Card
from sandbox.cardscan.lifecycle import Event
from sandbox.cardscan.problems import REJECTED
from sandbox.switches import switch

Outcome = Callable[[Card], list[Event]]
# Changes the card as it is now and publishes what the change returns; the card's job stays.
Tell = Callable[[Outcome], None]


class ReadCard(Protocol):
    """What the reader returns."""

    details: dict[str, Any]
    enriched: dict[str, Any]
    is_card: bool
    seconds: float


def reader() -> Callable[[bytes, bytes | None], ReadCard]:
    """Return the reader; the first call loads its models, which takes a second or two."""
    read: Callable[[bytes, bytes | None], ReadCard] = importlib.import_module("sandbox.cardscan.reader").read_card
    return read


def outcome_of(kind: str, card: Card, tell: Tell) -> Outcome:
    """Do one job outside any transaction and return what it makes of the card.

    Args:
        kind: front, back, without_back or enrich.
        card: the card as it was when the job began.
        tell: for a state on the way.
    """
    if kind == "enrich":
        return lifecycle.enriched
    if kind == "without_back" and "back" in card["scans"]:
        return lambda current: []
    side = "front" if kind == "without_back" else kind
    return _fault(side) or _outcome_of_side(side, card, tell, alone=kind == "without_back")


def _outcome_of_side(side: str, card: Card, tell: Tell, *, alone: bool) -> Outcome:
    started = time.time()
    result = _read(side, card)
    if not result.is_card:
        return _timed(side, started, result, lambda current: lifecycle.refused(current, side))
    if side == "front" and card["backside"] != "disabled" and not alone:
        return _timed(side, started, result, lifecycle.front_passed)
    tell(lifecycle.reading_done)
    enrol(result)
    details, enrichment = result.details, result.enriched
    return _timed(
        side,
        started,
        result,
        lambda current: lifecycle.completed(current, side, details=details, enrichment=enrichment),
    )


def _read(side: str, card: Card) -> ReadCard:
    front = photos.load(card["scans"]["front"])
    back = photos.load(card["scans"]["back"]) if side == "back" else None
    slow = faults.take("cardscan", "process", "slow") or {"seconds": switch("cardscan", "extra_seconds", 0)}
    time.sleep(float(slow.get("seconds", 5)))
    return reader()(front, back)


def _timed(side: str, started: float, result: ReadCard, then: Outcome) -> Outcome:
    """Have an outcome note, too, when its side was worked on (seconds since 1970) and how long the reading took."""

    def outcome(current: Card) -> list[Event]:
        current["timings"].setdefault(side, {"landed": started})
        current["timings"][side] |= {"started": started, "finished": time.time(), "reading_seconds": result.seconds}
        return then(current)

    return outcome


def enrol(result: ReadCard) -> None:
    """Make the card's member known to the payers that the sandbox plays, with the copays on the card."""
    members.enrol({**result.details, "copays_deductibles": result.enriched.get("copays_deductibles", [])})


def _fault(side: str) -> Outcome | None:
    """Return what a fault of the route "process" makes of this side, or None."""
    if faults.take("cardscan", "process", "stuck"):
        return lambda current: []
    for state in ("error", f"{side}side_failed", "unknown"):
        if faults.take("cardscan", "process", state):
            return lambda current, state=state: lifecycle.failed(current, state, REJECTED)  # type: ignore[misc]
    return None


def timings(card: Card) -> dict[str, Any]:
    """Return when and how long the sandbox worked on a card, for benchmarks.

    `processing_seconds` is the time during which a photo was here and not yet done with: what the sandbox itself took,
    without the time it waited for the client to send the other side.
    """
    sides = card["timings"]
    spans = sorted((times["landed"], times["finished"]) for times in sides.values() if "finished" in times)
    total, reached = 0.0, 0.0
    for landed, finished in spans:
        total += max(0.0, finished - max(landed, reached))
        reached = max(reached, finished)
    return {
        "card_id": card["card_id"],
        "state": card["state"],
        "history": card["history"],
        "sides": sides,
        "processing_seconds": round(total, 4),
        "reading_seconds": round(sum(float(times.get("reading_seconds", 0)) for times in sides.values()), 4),
    }
