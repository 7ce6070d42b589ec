"""Comparing the cards that CardScan keeps with ours, one page of its list per run."""

from __future__ import annotations

from datetime import datetime

from core import commands, hints
from core.commands import Done, Failed, Handler, Later, Policy
from core.http import Rejected
from core.models import Command

from ..models import Stocktake
from ..services import stocktake
from ..vendors import cardscan
from ..vendors.cardscan.wire import CardList

NO_ANSWER = "CardScan did not answer, so nothing was compared. Start again later."
REFUSED = "CardScan refused to list its cards, so nothing was compared. Check its key on the Clinic page."


@commands.register
class CompareCards(Handler):
    """List the vendor's cards page by page; after the last one, keep what is on one side only."""

    kind = stocktake.COMPARE
    label = "Compare the cards at CardScan with ours"
    vendor = "cardscan"
    policy = Policy.ASK_AGAIN
    deadline = cardscan.DEADLINE
    tries = 8

    def call(self, command: Command) -> CardList:
        """Ask for the next page."""
        return cardscan.client().list_cards(Stocktake.objects.get(pk=command.target_pk).cursor)

    def record(self, command: Command, answer: CardList, *, now: datetime) -> commands.Next:
        """Keep the page; go on, or finish."""
        taken = Stocktake.objects.get(pk=command.target_pk)
        if stocktake.keep_page(taken, answer, now=now):
            return Done()
        hints.send_on_commit(command.pk)
        return Later(now)

    def rejected(self, command: Command, error: Rejected, *, now: datetime) -> commands.Next:
        """Say on the comparison that the vendor refused."""
        stocktake.fail(Stocktake.objects.get(pk=command.target_pk), REFUSED, now=now)
        return Failed(REFUSED)

    def gave_up(self, command: Command, *, reason: str, now: datetime) -> None:
        """Say on the comparison that the vendor did not answer."""
        stocktake.fail(Stocktake.objects.get(pk=command.target_pk), NO_ANSWER, now=now)

    def restart(self, command: Command, *, now: datetime) -> None:
        """Go on from the page where it stopped."""
        Stocktake.objects.filter(pk=command.target_pk).update(problem="", finished_at=None)
