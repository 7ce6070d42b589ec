"""Telling CardScan what a person found wrong with a reading."""

from __future__ import annotations

from datetime import datetime

from core import commands
from core.commands import Done, Failed, Handler, NotWanted, Policy
from core.http import Rejected
from core.models import Command

from ..models import CardFlag
from ..services import flags
from ..vendors import cardscan

Fate = CardFlag.Fate
NO_FLAGS = "CardScan does not take remarks about this card. The card here is as it was."
KEY_REFUSED = "CardScan refuses our key, so an administrator has to check it. The card here is as it was."
NO_ANSWER = "CardScan did not answer. The card here is as it was; write it once more later."


@commands.register
class FlagCard(Handler):
    """Send one remark. After an unclear end it is sent again: a remark told twice does no harm, a lost one does."""

    kind = flags.FLAG
    label = "Tell CardScan that a reading is wrong"
    vendor = "cardscan"
    policy = Policy.ASK_AGAIN
    deadline = cardscan.DEADLINE
    tries = 20

    def claim(self, command: Command, *, now: datetime) -> None:
        """A card that was deleted meanwhile is not spoken of any more. Raises NotWanted."""
        flag = CardFlag.objects.select_related("card").get(pk=command.target_pk)
        if flag.fate != Fate.WAITING or not flag.card.vendor_card_id:
            raise NotWanted(flags.DELETED)

    def call(self, command: Command) -> None:
        """Tell CardScan."""
        flag = CardFlag.objects.select_related("card").get(pk=command.target_pk)
        cardscan.client().flag_card(flag.card.vendor_card_id, flag.kind, flag.message)

    def record(self, command: Command, answer: None, *, now: datetime) -> commands.Next:
        """CardScan has it."""
        flags.settle(command.target_pk, Fate.SENT, now=now)
        return Done()

    def rejected(self, command: Command, error: Rejected, *, now: datetime) -> commands.Next:
        """The vendor does not know the card or takes no flags: said on the flag, and no failure of the card."""
        reason = KEY_REFUSED if error.status in {401, 403} else NO_FLAGS
        flags.settle(command.target_pk, Fate.UNSUPPORTED, reason=reason, now=now)
        return Failed(reason)

    def gave_up(self, command: Command, *, reason: str, now: datetime) -> None:
        """No try is left; the remark stays here."""
        flags.settle(command.target_pk, Fate.LOST, reason=NO_ANSWER, now=now)

    def restart(self, command: Command, *, now: datetime) -> None:
        """Somebody had it sent once more."""
        flags.settle(command.target_pk, Fate.WAITING, now=None)
