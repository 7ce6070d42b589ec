"""What is done for a card in the background: read a side, finish, enrich (contract section 4.1)."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

from sandbox import faults, members, scenarios
from sandbox.cardscan import jobs, lifecycle, payer_match, photos
from sandbox.cardscan.cards import Card
from sandbox.cardscan.happenings import Event
from sandbox.cardscan.jobs import Job
from sandbox.cardscan.problems import REJECTED, UNKNOWN
from sandbox.switches import switch

Outcome = Callable[[Card], list[Event]]
# Changes the card as it is now and publishes what the change returns; the card's job stays.
Tell = Callable[[Outcome], None]

# Fronts that wait for their backs need no second reading; after a restart they are read again.
_MOST_KEPT = 64
_SLOW = 5.0  # seconds, where a fault does not say
_kept: dict[str, Any] = {}


@dataclass(frozen=True)
class Later:
    """A job is to be done in some seconds; `marks` tell it then what was decided already.

    Nobody sleeps meanwhile: the other cards go on, and a reset ends the waiting.
    """

    seconds: float
    marks: dict[str, str]


def reader() -> ModuleType:
    """Return the reader; imported late, because its models take a second or two and the sandbox answers meanwhile."""
    return importlib.import_module("sandbox.cardscan.reader")


def outcome_of(job: Job, card: Card, tell: Tell) -> Outcome | Later:
    """Do one job outside any transaction and return what it makes of the card.

    Args:
        job: of the kind front, back, without_back or enrich.
        card: the card as it was when the job began.
        tell: for a state on the way.
    """
    if job["kind"] == jobs.ENRICH:
        return lifecycle.enriched
    alone = job["kind"] == jobs.WITHOUT_BACK
    if alone and "back" in card["scans"]:
        return _nothing
    side = "front" if alone else job["kind"]
    return _before_reading(job, side) or _outcome_of_side(job, side, card, tell)


def _outcome_of_side(job: Job, side: str, card: Card, tell: Tell) -> Outcome | Later:
    started = time.time()
    front = _read(card["scans"]["front"])
    back = _read(card["scans"]["back"]) if side == "back" else None
    result = reader().put_together(front, back)
    newest = back or front
    ordered = _scenario(job, side, card, result.details)
    if ordered is not None:
        return ordered
    if not result.is_card or not newest.is_picture:
        outcome: Outcome = partial(lifecycle.refused, side=side, is_picture=newest.is_picture)
    elif job["kind"] == jobs.FRONT and card["backside"] != "disabled":
        outcome = lifecycle.front_passed
    else:
        tell(lifecycle.reading_done)
        forget(card["scans"].values())
        outcome = partial(_completed, side=side, details=result.details, enrichment=result.enriched)
    return _timed(side, started, newest.seconds, outcome)


def _completed(current: Card, *, side: str, details: dict[str, Any], enrichment: dict[str, Any]) -> list[Event]:
    """Complete a card; the payers that the sandbox plays know its member from now on."""
    amounts = {"copays_deductibles": enrichment.get("copays_deductibles", [])}
    members.enrol({**details, **amounts}, source=current["card_id"])
    return lifecycle.completed(current, side=side, details=details, enrichment=enrichment)


def _read(scan_id: str) -> Any:
    """Return what the reader saw on one photo."""
    seen = _kept.get(scan_id)
    if seen is None:
        seen = _kept[scan_id] = reader().read_side(photos.load(scan_id))
        forget(list(_kept)[:-_MOST_KEPT])
    return seen


def forget(scan_ids: Iterable[str] | None = None) -> None:
    """Forget what was read of some photos, or of all; what is needed after all is read again. From any thread."""
    for scan_id in list(_kept) if scan_ids is None else scan_ids:
        _kept.pop(scan_id, None)


def _before_reading(job: Job, side: str) -> Outcome | Later | None:
    """Return what a fault of the route "process" makes of this side, or what it waits for; each asked once."""
    if "began" in job:
        return None
    for kind in ("stuck", *_ends_of(side)):
        if faults.take("cardscan", "process", kind):
            return _end(kind)
    slow = faults.take("cardscan", "process", "slow") or {"seconds": switch("cardscan", "extra_seconds", 0)}
    seconds = float(slow.get("seconds", _SLOW))
    return Later(seconds, {"began": "late"}) if seconds > 0 else None


def _timed(side: str, started: float, seconds: float, then: Outcome) -> Outcome:
    """Have an outcome note, too, when its side was worked on (seconds since 1970) and how long the reading took."""

    def outcome(current: Card) -> list[Event]:
        current["timings"].setdefault(side, {"landed": started})
        current["timings"][side] |= {"started": started, "finished": time.time(), "reading_seconds": seconds}
        return then(current)

    return outcome


def _scenario(job: Job, side: str, card: Card, details: dict[str, Any]) -> Outcome | Later | None:
    """Return what a scenario makes of this side, or how long it has to wait for that; None for the usual."""
    if "ordered" in job:
        return _end(job["ordered"]) if job["ordered"] else None
    payer, _score = payer_match.payer_of(details)
    about = {"card_id": card["card_id"]} | ({} if payer is None else {"payer_name": payer.name})
    step = scenarios.next_step("cardscan", "read", about)
    if step is None:
        return None
    fault = step.fault or {"kind": ""}
    seconds = step.seconds + (float(fault.get("seconds", _SLOW)) if fault["kind"] == "slow" else 0.0)
    kind = fault["kind"] if fault["kind"] in ("stuck", *_ends_of(side)) else ""
    if seconds > 0:
        return Later(seconds, {"ordered": kind})
    return _end(kind) if kind else None


def _ends_of(side: str) -> tuple[str, ...]:
    """Return the states in which a side can be made to end its card."""
    return "error", f"{side}side_failed", "unknown"


def _end(kind: str) -> Outcome:
    if kind == "stuck":
        return _nothing
    return partial(lifecycle.failed, state=kind, error=UNKNOWN if kind == "unknown" else REJECTED)


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
