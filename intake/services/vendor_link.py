"""Handing a card to CardScan's own page: a link is asked for and shown; the card made there becomes this one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from clinic.models import User
from core import audit, commands

from ..models import CardMovedOn, CardScan, VendorLink
from ..vendors.cardscan.wire import CardList, MagicLink, Meaning
from .cards import READ

MAKE, FIND = "intake.card.link.make", "intake.card.link.find"
# A card that is sent in the last moment is still read; after that nobody looks any more.
GRACE = timedelta(minutes=3)
# How often is looked whether a card was made: while somebody stands there, and later.
OFTEN, SELDOM, A_WHILE = timedelta(seconds=3), timedelta(seconds=10), timedelta(minutes=10)

UNUSED = "Nobody sent a card by this link in time. Show a new code, or take the photos here."
UNREAD = "No photo sent by this link could be read in time. Show a new code, or take the photos here."
PHOTOS_HERE = "Photos were taken here meanwhile, so the card made on CardScan's page was left there."
NOT_FOUND = "CardScan does not answer any more, so no card of this link came. Show a new code, or take the photos here."
NO_LINK = "CardScan made no link. Take the photos here, or with a phone that you hand the card to."


class NotChosen(Exception):
    """The clinic does not use CardScan's page."""


@dataclass(frozen=True)
class Made:
    """A link, and the session in which its cards are found."""

    session: str = field(repr=False)
    link: MagicLink


@transaction.atomic
def ask(card: CardScan, *, by: User, now: datetime) -> VendorLink:
    """Have CardScan make a link for this card; an earlier one counts no more.

    Raises NotChosen, and CardMovedOn when the card has photos or takes none.
    """
    if not card.clinic.uses_cardscan_page:
        raise NotChosen
    card.move(CardScan.Status.DRAFT, allowed=(CardScan.Status.DRAFT,))
    if card.images.exists():
        raise CardMovedOn
    _end_all(card, now)
    link = VendorLink.objects.create(card=card, created_by=by, created_at=now)
    commands.create(MAKE, link, clinic=card.clinic, by=by)
    audit.record(by, "intake.vendor_link.asked", card, clinic=card.clinic)
    return link


def newest(card: CardScan) -> VendorLink | None:
    """Return the last link that was asked for."""
    return card.vendor_links.select_related("card").first()


@transaction.atomic
def end(card: CardScan, *, by: User, now: datetime) -> None:
    """Take the link back: nothing that comes of it is looked for any more."""
    CardScan.objects.select_for_update().get(pk=card.pk)  # before its links; a card that comes is taken, or is not
    if _end_all(card, now):
        audit.record(by, "intake.vendor_link.ended", card, clinic=card.clinic)


def show(link: VendorLink, made: Made, *, now: datetime) -> None:
    """Keep the link, and look for its card from now on; called inside the recording transaction."""
    VendorLink.objects.filter(pk=link.pk).update(
        session=made.session, address=made.link.address, expires_at=made.link.expires_at
    )
    commands.create(FIND, link, clinic=link.card.clinic, due_at=now + OFTEN)


def fail(link: VendorLink, problem: str, *, now: datetime) -> None:
    """End a link with a sentence for the desk, unless it has ended already: then nobody waits for the sentence.

    Called inside the recording transaction, which holds the link's card.
    """
    VendorLink.objects.filter(pk=link.pk, ended_at=None).update(problem=problem, ended_at=now, session="", address="")


def take(link: VendorLink, listed: CardList, *, now: datetime) -> datetime | None:
    """Take what the link's user has at CardScan: a card that was read becomes ours, and is fetched as any other.

    Called inside the recording transaction. Return when to look again, None when there is nothing to look for.
    """
    cards = [card for card in listed.cards if not card.deleted]
    if link.card.images.exists():
        fail(link, PHOTOS_HERE, now=now)
        return None
    read = next((card for card in cards if card.meaning is Meaning.READ), None)
    if read is not None:
        _adopt(link, read.card_id, now)
        return None
    if cards and link.used_at is None:
        VendorLink.objects.filter(pk=link.pk).update(used_at=now)
    if link.expires_at is None or now > link.expires_at + GRACE:
        fail(link, UNREAD if cards else UNUSED, now=now)
        return None
    return now + (OFTEN if now - link.created_at < A_WHILE else SELDOM)


def forget_over() -> int:
    """End the links whose time is over or whose card went another way, and forget what lets somebody act for them;
    return how many. Run every night."""
    now = timezone.now()
    over = Q(expires_at__lt=now - GRACE) | ~Q(card__status=CardScan.Status.DRAFT)
    left = VendorLink.objects.filter(over, ended_at=None).values_list("pk", flat=True)
    return VendorLink.objects.filter(pk__in=list(left)).update(ended_at=now, session="", address="")


def _adopt(link: VendorLink, vendor_card_id: str, now: datetime) -> None:
    card = link.card
    card.move(
        CardScan.Status.PROCESSING, allowed=(CardScan.Status.DRAFT,), vendor_card_id=vendor_card_id, started_at=now
    )
    VendorLink.objects.filter(pk=link.pk).update(used_at=link.used_at or now, ended_at=now, session="", address="")
    commands.create(READ, card, clinic=card.clinic)
    audit.record(None, "intake.vendor_link.used", card, clinic=card.clinic)


def _end_all(card: CardScan, now: datetime) -> int:
    """End the card's links; what works for them finds that out by itself."""
    return card.vendor_links.filter(ended_at=None).update(ended_at=now, session="", address="")
