"""What is told over websockets: one event for each state that something reaches (contract section 5)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sandbox.cardscan import times
from sandbox.cardscan.problems import Error

Event = dict[str, Any]


def event_of(record: Mapping[str, Any], kind: str, state: str, error: Error | None = None) -> Event:
    """Return an event; it carries no data, whoever hears it asks for the record.

    Args:
        record: the card, or what belongs to one; with `card_id` and `session_id`.
        kind: card, scan or eligibility.
        state: the state that was reached.
        error: why it has failed, if it has.
    """
    event: Event = {
        "event_id": str(uuid.uuid4()),
        "type": kind,
        "card_id": record["card_id"],
        "state": state,
        "created_at": times.now(),
    }
    if record["session_id"]:
        event["session_id"] = record["session_id"]
    return event | {"error": error} if error else event
