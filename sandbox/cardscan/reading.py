"""What is done for a card in the background: read a side, finish, enrich (contract section 4.1)."""

from __future__ import annotations

import importlib
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

from sandbox import faults, members, scenarios
from sandbox.cardscan import jobs, lifecycle, payer_match, photos
from sandbox.cardscan.cards import Card
from sandbox.cardscan.happenings import Event
from sandbox.cardscan.problems import REJECTED
from sandbox.switches import switch

Outcome = Callable[[Card], list[Event]]
# Changes the card as it is now and publishes what the change returns; the card's job stays.
Tell = Callable[[Outcome], None]

# Fronts that wait for their backs need no second reading; after a restart they are read again.
_MOST_KEPT = 64
_kept: OrderedDict[str, Any] = OrderedDict()


def reader() -> ModuleType:
    """Return the reader; imported late, because its models take a second or two and the sandbox answers meanwhile."""
    return importlib.import_module("sandbox.cardscan.reader")


def outcome_of(kind: str, card: Card, tell: Tell) -> Outcome:
    """Do one job outside any transaction and return what it makes of the card.

    Args:
        kind: front, back, without_back or enrich.
        card: the card as it was when the job began.
        tell: for a state on the way.
    """
    if kind == jobs.ENRICH:
        return lifecycle.enriched
    alone = kind == jobs.WITHOUT_BACK
    if alone and "back" in card["scans"]:
        return _nothing
    side = "front" if alone else kind
    return _fault(side) or _outcome_of_side(side, card, tell, alone=alone)


def _outcome_of_side(side: str, card: Card, tell: Tell, *, alone: bool) -> Outcome:
    started = time.time()
    _take_longer()
    front = _read(card["scans"]["front"])
    back = _read(card["scans"]["back"]) if side == "back" else None
    result = reader().put_together(front, back)
    newest = back or front
    ordered = _scenario(side, card, result.details)
    if ordered is not None:
        return ordered
    if not result.is_card or not newest.is_picture:
        outcome: Outcome = partial(lifecycle.refused, side=side, is_picture=newest.is_picture)
    elif side == "front" and card["backside"] != "disabled" and not alone:
        outcome = lifecycle.front_passed
    else:
        tell(lifecycle.reading_done)
        _forget(card["scans"])
        members.enrol({**result.details, "copays_deductibles": result.enriched.get("copays_deductibles", [])})
        outcome = partial(lifecycle.completed, side=side, details=result.details, enrichment=result.enriched)
    return _timed(side, started, newest.seconds, outcome)


def _read(scan_id: str) -> Any:
    """Return what the reader saw on one photo."""
    if scan_id not in _kept:
        _kept[scan_id] = reader().read_side(photos.load(scan_id))
        if len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return _kept[scan_id]


def _forget(scans: dict[str, str]) -> None:
    for scan_id in scans.values():
        _kept.pop(scan_id, None)


def _take_longer() -> None:
    """Wait as long as the switch `extra_seconds`, or the fault `slow`, asks for."""
    slow = faults.take("cardscan", "process", "slow") or {"seconds": switch("cardscan", "extra_seconds", 0)}
    time.sleep(float(slow.get("seconds", 5)))


def _timed(side: str, started: float, seconds: float, then: Outcome) -> Outcome:
    """Have an outcome note, too, when its side was worked on (seconds since 1970) and how long the reading took."""

    def outcome(current: Card) -> list[Event]:
        current["timings"].setdefault(side, {"landed": started})
        current["timings"][side] |= {"started": started, "finished": time.time(), "reading_seconds": seconds}
        return then(current)

    return outcome


def _fault(side: str) -> Outcome | None:
    """Return what a fault of the route "process" makes of this side, or None."""
    for kind in ("stuck", *_ends_of(side)):
        if faults.take("cardscan", "process", kind):
            return _end(kind)
    return None


def _scenario(side: str, card: Card, details: dict[str, Any]) -> Outcome | None:
    """Return what a scenario makes of this side, or None; waits as long as it says."""
    payer, _score = payer_match.payer_of(details)
    about = {"card_id": card["card_id"]} | ({} if payer is None else {"payer_name": payer.name})
    step = scenarios.next_step("cardscan", "read", about)
    if step is None:
        return None
    time.sleep(step.seconds)
    fault = step.fault or {"kind": ""}
    if fault["kind"] == "slow":
        time.sleep(float(fault.get("seconds", 5)))
    return _end(fault["kind"]) if fault["kind"] in ("stuck", *_ends_of(side)) else None


def _ends_of(side: str) -> tuple[str, ...]:
    """Return the states in which a side can be made to end its card."""
    return "error", f"{side}side_failed", "unknown"


def _end(kind: str) -> Outcome:
    return _nothing if kind == "stuck" else partial(lifecycle.failed, state=kind, error=REJECTED)


def _nothing(card: Card) -> list[Event]:
    return []


def timings(card: Card) -> dict[str, Any]:
    """Return when and how long the sandbox worked on a card, for benchmarks.

    `processing_seconds` is the time during which a photo was here and not yet done with: what the sandbox itself took,
    without the time it waited for the client to send the other side.
    """
    sides = card["timings"]
    done = [times for times in sides.values() if "finished" in times]
    spans = sorted((float(times["landed"]), float(times["finished"])) for times in done)
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
        "reading_seconds": round(sum(float(times["reading_seconds"]) for times in done), 4),
    }
