"""Eligibility checks: made, done, found, listed and forgotten (contract section 6)."""

from __future__ import annotations

import uuid
from typing import Any

from sandbox import clock, scenarios
from sandbox.cardscan import cards, hooks, jobs, times
from sandbox.cardscan.access import Caller
from sandbox.cardscan.cards import Card
from sandbox.cardscan.eligibility import answers
from sandbox.cardscan.eligibility.answers import Answered
from sandbox.cardscan.eligibility.requests import Wanted
from sandbox.cardscan.happenings import Event, event_of
from sandbox.cardscan.listing import Listing
from sandbox.cardscan.problems import Error, Problem
from sandbox.state import store
from sandbox.switches import switch

Record = dict[str, Any]

_PLACE = ("cardscan", "eligibility")
_listing = Listing("eligibility")
_BASE = ("eligibility_id", "state", "card_id", "created_at")
_RESULTS = ("eligibility_request", "eligibility_response", "eligibility_summarized_response", "error")


def ordered(caller: Caller, wanted: Wanted) -> dict[str, Any]:
    """Return the answer that a scenario orders for a check that is asked for; {} is the usual one.

    Raises:
        Problem: as `create`.
        Interrupted: a scenario orders a fault instead of the work.
    """
    if not scenarios.all_scenarios():
        return {}
    card = _readable(caller, wanted.card_id)
    step = scenarios.next_step("cardscan", "eligibility", answers.subject_of(card, wanted.subscriber["last_name"]))
    return step.answer if step else {}


def create(caller: Caller, wanted: Wanted, wish: dict[str, Any]) -> tuple[Record, list[Event]]:
    """Make and keep a check that is being processed; return it and the events to publish. Inside a transaction.

    Args:
        caller: who asks.
        wanted: what is asked.
        wish: as `ordered`.

    Raises:
        Problem: 404 for a card that is not there for the caller, 400 for one that was not read yet.
    """
    card = _readable(caller, wanted.card_id)
    record = _new(card, wanted, wish)
    card["eligibility_ids"].append(record["eligibility_id"])
    cards.keep(card)
    events = [_happened(record, "processing")]
    hooks.tell("eligibility.created", record)
    seconds = float(switch("cardscan", "eligibility_seconds", 0.5))
    jobs.add(jobs.ELIGIBILITY, card["card_id"], seconds=seconds, eligibility_id=record["eligibility_id"])
    return record, events


def _readable(caller: Caller, card_id: str) -> Card:
    card = cards.find(card_id)
    if card is None or card["deleted"] or not caller.may_see(card):
        raise Problem(404, "Card not found")
    if card["state"] not in cards.READ:
        raise Problem(400, "The card must be completed before its eligibility can be checked")
    return card


def _new(card: Card, wanted: Wanted, wish: dict[str, Any]) -> Record:
    now = times.now()
    return {
        "eligibility_id": str(uuid.uuid4()),
        "state": "processing",
        "card_id": card["card_id"],
        "created_at": now,
        "deleted": False,
        "provider": wanted.provider,
        "subscriber": wanted.subscriber,
        "wish": wish,
        **{name: card[name] for name in ("identity", "user_id", "session_id")},
    }


def find(eligibility_id: str) -> Record | None:
    """Return a check, or None."""
    return store().get(*_PLACE, eligibility_id)


def record_for(caller: Caller, eligibility_id: str) -> Record:
    """Return a check that the caller may see.

    Raises:
        Problem: 400 when the id is none, 404 when there is none for the caller or its card was deleted.
    """
    try:
        uuid.UUID(eligibility_id)
    except ValueError:
        raise Problem(400, "eligibility_id must be a UUID") from None
    record = find(eligibility_id)
    if record is None or record["deleted"] or not caller.may_see(record):
        raise Problem(404, "Eligibility not found")
    return record


def page(caller: Caller, *, limit: int, cursor: str | None) -> tuple[list[Record], dict[str, Any]]:
    """Return one page of the caller's checks, the newest first, and its `response_metadata`.

    Raises:
        Problem: 400 when the cursor is none of ours.
    """
    return _listing.page(caller, limit=limit, cursor=cursor)


def shown(record: Record) -> dict[str, Any]:
    """Return a check as the vendor shows it; four keys until there is something."""
    return {name: record[name] for name in (*_BASE, *_RESULTS) if name in record}


def finished(eligibility_id: str, card: Card) -> Answered:
    """Ask the payer, outside any transaction, and return what it said."""
    record = find(eligibility_id)
    if record is None:
        raise LookupError(eligibility_id)
    return answers.ask(record, card, clock.now())


def keep_answer(eligibility_id: str, answered: Answered) -> list[Event]:
    """Keep what came of a check, once; return the events to publish. Inside a transaction."""
    record = find(eligibility_id)
    if record is None or record["deleted"] or record["state"] != "processing":
        return []
    if answered.error is not None:
        return _failed(record, answered.error)
    record |= {
        "state": "completed",
        "eligibility_request": answered.request,
        "eligibility_response": answered.response,
        "eligibility_summarized_response": answered.summary,
    }
    events = [_happened(record, "completed")]
    hooks.tell("eligibility.completed", record)
    return events


def failed(eligibility_id: str, error: Error) -> list[Event]:
    """End a check without an answer; return the events to publish. Inside a transaction."""
    record = find(eligibility_id)
    return [] if record is None or record["deleted"] else _failed(record, error)


def _failed(record: Record, error: Error) -> list[Event]:
    record |= {"state": "error", "error": error}
    events = [_happened(record, "error", error)]
    hooks.tell("eligibility.error", record, error)
    return events


def _happened(record: Record, state: str, error: Error | None = None) -> Event:
    """Return the event of a state and keep it with the check, for whoever registers too late to hear it."""
    event = event_of(record, "eligibility", state, error) | {"eligibility_id": record["eligibility_id"]}
    record["event"] = event
    store().put(*_PLACE, record["eligibility_id"], record)
    return event


def newest_event(card: Card) -> Event | None:
    """Return the last event of the newest check of a card, or None.

    Whoever checks eligibility with the vendor's SDK registers only after the check was made; the older checks are not
    repeated, since it would take the first answer it hears for its own.
    """
    ids = card["eligibility_ids"]
    record = find(ids[-1]) if ids else None
    return None if record is None or record["deleted"] else record["event"]


def empty(card: Card) -> None:
    """Remove what the checks of a card hold about a person; their bare records stay. Inside a transaction."""
    for eligibility_id in card["eligibility_ids"]:
        record = find(eligibility_id)
        if record is not None and not record["deleted"]:
            kept = {name: record[name] for name in (*_BASE, "identity", "user_id", "session_id")} | {"deleted": True}
            store().put(*_PLACE, eligibility_id, kept)
            hooks.tell("eligibility.deleted", kept)
