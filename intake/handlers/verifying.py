"""Looking whether what was deleted is gone: in our storage, and at CardScan."""

from __future__ import annotations

from datetime import datetime

from django.core.files.storage import default_storage

from core import commands
from core.commands import Done, Handler, Policy
from core.models import Command

from ..models import Deletion, DeletionStep
from ..services import deletions
from ..vendors import cardscan

Look = tuple[bool | None, bool | None]


@commands.register
class VerifyDeletion(Handler):
    """Ask the storage for every photo, and the vendor for the card, once it has said that it is deleted."""

    kind = deletions.VERIFY
    label = "Look whether a deleted card is gone"
    vendor = "cardscan"
    policy = Policy.ASK_AGAIN
    deadline = cardscan.DEADLINE

    def call(self, command: Command) -> Look:
        """Return whether it is gone here and there; None where there is nothing to ask about."""
        deletion = Deletion.objects.get(pk=command.target_pk)
        here = None if deletion.what == Deletion.What.STRAY else not any(_exists(entry) for entry in deletion.files)
        told = deletion.steps.filter(outcome=DeletionStep.Outcome.VENDOR_DELETED).exists()
        return here, cardscan.client().is_deleted(deletion.vendor_card_id) if told else None

    def record(self, command: Command, answer: Look, *, now: datetime) -> commands.Next:
        """Append what was found."""
        deletion = Deletion.objects.get(pk=command.target_pk)
        deletions.keep_look(deletion, is_gone_here=answer[0], is_gone_there=answer[1], now=now)
        return Done()


def _exists(entry: dict[str, str]) -> bool:
    return default_storage.exists(entry["file"])
