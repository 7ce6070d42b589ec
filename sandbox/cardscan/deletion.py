"""Deleting a card with everything that hangs on it (contract section 4.2)."""

from __future__ import annotations

from sandbox import members
from sandbox.cardscan import cards, hooks, photos, reading
from sandbox.cardscan.access import Caller
from sandbox.cardscan.eligibility import records
from sandbox.state import store


def delete(caller: Caller, card_id: str) -> None:
    """Remove what a card and its eligibility checks hold about a person; the bare records stay.

    The payers forget the member, too, whom they know from this card alone.

    Raises:
        Problem: as `cards.card_for`; a second time is 404.
    """
    with store().transaction():
        card = cards.card_for(caller, card_id)
        members.leave(card.get("details") or {}, card_id)
        scans = cards.empty(card)
        records.empty(card)
        hooks.tell("card.deleted", card)
    for scan_id in scans:
        photos.forget(scan_id)
    reading.forget(scans)
