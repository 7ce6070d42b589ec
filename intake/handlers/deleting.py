"""Deleting cards at CardScan: ours, and those nobody here knows."""

from __future__ import annotations

from datetime import datetime

from core import commands
from core.commands import Done, Handler, NotWanted, Policy
from core.models import Command

from ..models import CardScan, Finding
from ..services import cards, deletions, holds, stocktake
from ..vendors import cardscan


class DeleteThere(Handler):
    """Have the vendor delete a card; `request` is the vendor's id of it, for the row may have another by then."""

    vendor = "cardscan"
    policy = Policy.ASK_AGAIN
    deadline = cardscan.DEADLINE
    tries = 20

    def claim(self, command: Command, *, now: datetime) -> None:
        """Send no deletion that names no card. Raises NotWanted."""
        if not command.request:
            raise NotWanted("It does not name the card. Compare again, and have it deleted from the new list.")

    def call(self, command: Command) -> None:
        """Delete the card there; one that is gone already is deleted too."""
        cardscan.client().delete_card(bytes(command.request or b"").decode())


@commands.register
class DeleteCard(DeleteThere):
    """Have the vendor delete its copy of a card of ours."""

    kind = cards.DELETE
    label = "Delete an insurance card at CardScan"

    def claim(self, command: Command, *, now: datetime) -> None:
        """Send nothing for a patient under legal hold; lifting the hold goes on with it. Raises NotWanted."""
        super().claim(command, now=now)
        card = CardScan.objects.filter(pk=command.target_pk).first()
        if card and holds.is_held(card.patient_id):
            raise NotWanted(holds.WHY)

    def record(self, command: Command, answer: None, *, now: datetime) -> commands.Next:
        """Forget the vendor's id, since there is nothing left at the other end of it, and complete the proof."""
        gone = bytes(command.request or b"").decode()  # the card may have been opened there anew meanwhile
        deletions.deleted_at_vendor(gone, now=now)
        CardScan.objects.filter(pk=command.target_pk, vendor_card_id=gone).update(vendor_card_id="")
        return Done()


@commands.register
class DeleteStray(DeleteThere):
    """Have the vendor delete a card that a comparison found there and nobody here knows."""

    kind = stocktake.DELETE
    label = "Delete an unknown card at CardScan"

    def claim(self, command: Command, *, now: datetime) -> None:
        """Send nothing while any patient is under legal hold: nobody knows whose card it is. Raises NotWanted."""
        super().claim(command, now=now)
        try:
            holds.require_none()
        except holds.Held as held:
            raise NotWanted(str(held)) from None

    def record(self, command: Command, answer: None, *, now: datetime) -> commands.Next:
        """Keep when it was deleted, in the proof, and if it is still there in the comparison that found it."""
        deletions.deleted_at_vendor(bytes(command.request or b"").decode(), now=now)
        Finding.objects.filter(pk=command.target_pk).update(deleted_at=now)
        return Done()
