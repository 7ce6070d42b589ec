"""Telling CardScan that a reading is wrong: kept first, then sent by a command."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from clinic.models import User
from core import audit, commands

from ..models import CardFlag, CardMovedOn, CardScan
from ..vendors.cardscan.wire import LONGEST_FLAG

FLAG = "intake.card.flag"
LONGEST = LONGEST_FLAG  # characters of a message
Fate = CardFlag.Fate
DELETED = "The card was deleted before CardScan was told."


def may_flag(card: CardScan) -> bool:
    """Return whether CardScan has a finished reading of this card to speak of."""
    return bool(card.vendor_card_id) and card.status in {
        CardScan.Status.REVIEW,
        CardScan.Status.CONFIRMED,
        CardScan.Status.FAILED,
        CardScan.Status.RETAKEN,
    }


@transaction.atomic
def flag_card(card: CardScan, kind: str, message: str, *, by: User) -> CardFlag:
    """Keep what is wrong with a reading and have CardScan told; the card itself stays as it is.

    Raises CardMovedOn when CardScan has no reading of it (any more).
    """
    now_there = CardScan.objects.select_for_update().get(pk=card.pk)
    if not may_flag(now_there):
        raise CardMovedOn
    flag = CardFlag.objects.create(card=card, kind=kind, message=message, created_by=by)
    commands.create(FLAG, flag, clinic=card.clinic, by=by)
    audit.record(by, "intake.card.flagged", card, clinic=card.clinic, kind=kind)
    return flag


def forget_messages(card: CardScan, *, now: datetime) -> None:
    """A card is deleted: what was written about it goes, and what was not sent yet stays unsent."""
    for flag in card.flags.filter(fate=Fate.WAITING):
        waiting = commands.open_for(FLAG, flag)
        if waiting:
            commands.cancel(waiting, reason=DELETED, now=now)
    card.flags.filter(fate=Fate.WAITING).update(fate=Fate.LOST, reason=DELETED, ended_at=now)
    card.flags.update(message="")


def settle(flag_pk: int, fate: str, *, reason: str = "", now: datetime | None) -> None:
    """Write down what became of a flag; `now` is None while it is still on its way."""
    CardFlag.objects.filter(pk=flag_pk).update(fate=fate, reason=reason, ended_at=now)
