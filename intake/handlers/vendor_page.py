"""CardScan's own page for phones: its link is made, and the card that comes of it is looked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from core import commands
from core.commands import Done, Failed, Handler, Later, NotWanted, Policy
from core.http import Rejected
from core.models import Command

from ..models import CardScan, VendorLink
from ..services import vendor_link
from ..vendors import cardscan
from ..vendors.cardscan.wire import CardList

OVER = "The link is not wanted any more."


class WorkForLink(Handler):
    """What is done for a link, as long as it is wanted."""

    vendor = "cardscan"
    policy = Policy.ASK_AGAIN
    deadline = 2 * cardscan.DEADLINE
    tries = 6
    no_answer = vendor_link.NO_LINK

    def claim(self, command: Command, *, now: datetime) -> None:
        """Ask nothing for a link that has ended. Raises NotWanted."""
        link = _link(command)
        if link is None or not link.is_wanted:
            raise NotWanted(OVER)

    def gave_up(self, command: Command, *, reason: str, now: datetime) -> None:
        """Say on the link that it did not work."""
        _fail(command, now, self.no_answer)

    def may_retry(self, command: Command) -> bool:
        """Nobody stands there with a phone any more: a new link is one press."""
        return False


@commands.register
class MakeLink(WorkForLink):
    """Open a session for a user that only this link has, and have a link made for it."""

    kind = vendor_link.MAKE
    label = "Make a link to CardScan's page"

    def call(self, command: Command) -> vendor_link.Made | None:
        """Ask for a session and, with it, for the link."""
        link = _link(command)
        if link is None:
            return None
        session = cardscan.client().session_for(str(link.user_id))
        return vendor_link.Made(session, cardscan.client().magic_link(session))

    def record(self, command: Command, answer: vendor_link.Made | None, *, now: datetime) -> commands.Next:
        """Show the link."""
        link = _held(command)
        if answer is not None and link is not None:
            vendor_link.show(link, answer, now=now)
        return Done()

    def rejected(self, command: Command, error: Rejected, *, now: datetime) -> commands.Next:
        """Say on the link that CardScan makes none: our key, or an account without this page."""
        return _fail(command, now, self.no_answer)


@dataclass(frozen=True)
class Found:
    """What the link's user has at CardScan, and the session it was asked in."""

    session: str = field(repr=False)
    cards: CardList


@commands.register
class FindCard(WorkForLink):
    """Look whether a card was made through the link."""

    kind = vendor_link.FIND
    label = "Look for a card made on CardScan's page"
    no_answer = vendor_link.NOT_FOUND

    def call(self, command: Command) -> Found | None:
        """List the cards of the link's user, in a new session when the last one is over."""
        link = _link(command)
        if link is None:
            return None
        session = link.session or cardscan.client().session_for(str(link.user_id))
        return Found(session, cardscan.client().list_cards(session=session))

    def record(self, command: Command, answer: Found | None, *, now: datetime) -> commands.Next:
        """Take the card that was read, or look again."""
        link = _held(command)
        if answer is None or link is None:
            return Done()
        VendorLink.objects.filter(pk=link.pk).update(session=answer.session)
        again = vendor_link.take(link, answer.cards, now=now)
        return Done() if again is None else Later(again)

    def rejected(self, command: Command, error: Rejected, *, now: datetime) -> commands.Next:
        """A session that is over is opened anew, once; any other refusal ends the link."""
        link = _locked(command)
        if link is None or not link.session or error.status not in (401, 403):
            return _fail(command, now, self.no_answer)
        VendorLink.objects.filter(pk=link.pk).update(session="")
        return Later(now)


def _link(command: Command) -> VendorLink | None:
    return VendorLink.objects.select_related("card__clinic").filter(pk=command.target_pk).first()


def _locked(command: Command) -> VendorLink | None:
    """Lock the link's card, as whoever ends the link or deletes the card does, and return the link as it is then."""
    for card in VendorLink.objects.filter(pk=command.target_pk).values_list("card", flat=True):
        CardScan.objects.select_for_update().get(pk=card)
    return _link(command)


def _held(command: Command) -> VendorLink | None:
    """Do as `_locked`, but return None when the link is not wanted any more."""
    link = _locked(command)
    return link if link is not None and link.is_wanted else None


def _fail(command: Command, now: datetime, problem: str) -> Failed:
    link = _locked(command)
    if link is not None:
        vendor_link.fail(link, problem, now=now)
    return Failed(problem)
