"""Comparing the cards that CardScan keeps with ours, one page of its list per run."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from core import commands
from core.commands import Done, Failed, Handler, Later, NotWanted, Policy
from core.http import Rejected
from core.models import Command

from ..models import Stocktake
from ..services import stocktake
from ..vendors import cardscan
from ..vendors.cardscan.wire import CardList

NO_ANSWER = "CardScan did not answer, so nothing was compared. Start again later."
REFUSED = "CardScan refused to list its cards, so nothing was compared. Check its key on the Clinic page."
OVER = "This comparison is over; a newer one counts."


@commands.register
class CompareCards(Handler):
    """List the vendor's cards page by page; after the last one, keep what is on one side only."""

    kind = stocktake.COMPARE
    label = "Compare the cards at CardScan with ours"
    vendor = "cardscan"
    policy = Policy.ASK_AGAIN
    deadline = cardscan.DEADLINE
    tries = 8

    def claim(self, command: Command, *, now: datetime) -> None:
        """Ask nothing for a comparison that is gone or has ended. Raises NotWanted."""
        if not Stocktake.objects.filter(pk=command.target_pk, finished_at=None).exists():
            raise NotWanted(OVER)

    def call(self, command: Command) -> CardList:
        """Ask for the next page."""
        taken = _taken(command)
        return cardscan.client().list_cards(taken.cursor if taken else "")

    def record(self, command: Command, answer: CardList, *, now: datetime) -> commands.Next:
        """Keep the page; go on, or finish."""
        taken = _taken(command)
        if taken is None:
            return Failed(OVER)
        if stocktake.keep_page(taken, answer, now=now):
            return Failed(taken.problem) if taken.problem else Done()
        return Later(now)

    def rejected(self, command: Command, error: Rejected, *, now: datetime) -> commands.Next:
        """Say on the comparison that the vendor refused."""
        _fail(command, REFUSED, now)
        return Failed(REFUSED)

    def gave_up(self, command: Command, *, reason: str, now: datetime) -> None:
        """Say on the comparison that the vendor did not answer."""
        _fail(command, NO_ANSWER, now)

    def may_retry(self, command: Command) -> bool:
        """A comparison that is still kept may go on, while no other is under way."""
        others = Stocktake.objects.filter(finished_at=None).exclude(pk=command.target_pk)
        return _taken(command) is not None and not others.exists()

    def restart(self, command: Command, *, now: datetime) -> None:
        """Go on from the page where it stopped; one that was begun in the same moment goes first."""
        try:
            with transaction.atomic():
                Stocktake.objects.filter(pk=command.target_pk).update(problem="", finished_at=None)
        except IntegrityError:
            return  # it stays as it ended, and `claim` does not want it


def _taken(command: Command) -> Stocktake | None:
    return Stocktake.objects.filter(pk=command.target_pk).first()


def _fail(command: Command, problem: str, now: datetime) -> None:
    taken = _taken(command)
    if taken is not None:
        stocktake.fail(taken, problem, now=now)
