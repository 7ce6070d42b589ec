"""What CardScan tells by itself, and how long it is waited for: an event only shortens the wait for a look."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from django.db.models import CharField

from core import heartbeats, waking
from core.compiled import Compiled, Place
from core.models import Command

from ..models import CardImage, CardScan, VendorLink
from ..vendors.cardscan.wire import Event
from . import vendor_link
from .cards import ENRICH, READ

FOR_CARDS = (READ, ENRICH)  # the kinds of commands that wait for a card
LISTENER = "cardscan.events"  # its heartbeat
BEAT_EVERY, SILENT_AFTER = timedelta(seconds=2), timedelta(seconds=6)

# With a listener: whatever it misses is found by looking this often.
FALLBACK = timedelta(seconds=5)
# Without: how soon at the earliest and how late at the latest a card is looked at again.
SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=0.2), timedelta(seconds=2)
# The wait grows with what was waited already, so that on average a card waits a few per cent longer than it has to.
PART = 14
# A card that takes longer than this has met with something; it is looked at less and less often.
SLOW, SLOW_WAIT = timedelta(minutes=1), timedelta(seconds=15)
# So many of the last photos say how long the vendor takes, and so many it takes to say anything.
RECENT, ENOUGH = 50, 8


def card_changed(event: Event, *, now: datetime) -> bool:
    """Have the card of an event looked at, if somebody waits for it. Return whether."""
    if not event.matters:
        return False
    found = _waiting_for_card().rows(card=event.card_id)
    if ids := _ids(event.user_id):
        links = VendorLink.objects.filter(user_id__in=ids, ended_at=None).values("pk")
        found += waking.waiting(Command.objects.filter(target_pk__in=links), [vendor_link.FIND])
    return waking.wake(found, now=now)


@cache
def _waiting_for_card() -> Compiled:
    """What waits for the card that CardScan calls `card`. Every event asks it, and a person waits for the answer."""
    cards = CardScan.objects.filter(vendor_card_id=Place("card", CharField())).values("pk")
    return Compiled(waking.waiting(Command.objects.filter(target_pk__in=cards), FOR_CARDS))


def _ids(text: str) -> list[UUID]:
    """Return the id that CardScan was given for a user of ours; it has other forms for others."""
    try:
        return [UUID(text)]
    except ValueError:
        return []


def look_now(card_pk: int, *, now: datetime) -> bool:
    """Have a card looked at without waiting any longer. Return whether somebody waits for it."""
    return waking.wake(waking.waiting(Command.objects.filter(target_pk=card_pk), FOR_CARDS), now=now)


def awaited() -> dict[str, int]:
    """Return the rows of the cards that something is waited for, by their ids at the vendor; "" for those without."""
    return dict(_awaited().rows())


@cache
def _awaited() -> Compiled:
    """What a listener asks ten times a second."""
    waiting = waking.waiting(Command.objects.all(), FOR_CARDS)
    cards = CardScan.objects.filter(pk__in=waiting.values("target_pk"))
    return Compiled(cards.values_list("vendor_card_id", "pk"))


def first_look(side: str, *, now: datetime) -> datetime:
    """Return when to look for the first time after a photo of this side was sent."""
    if someone_listens(now=now):
        return now + FALLBACK
    return now + max(SHORTEST_WAIT, _quickest(side))


def next_look(waited: timedelta, *, now: datetime) -> datetime:
    """Return when to look again at a card that has been waited for so long."""
    shortest = FALLBACK if someone_listens(now=now) else SHORTEST_WAIT
    longest = SLOW_WAIT if waited > SLOW else max(shortest, LONGEST_WAIT)
    return now + min(max(waited / PART, shortest), longest)


def someone_listens(*, now: datetime) -> bool:
    """Return whether a listener has been at work within the last seconds."""
    return heartbeats.is_beating(LISTENER, within=SILENT_AFTER, now=now)


def _quickest(side: str) -> timedelta:
    """Return what the vendor takes for such a photo when it is quick: a little below the 5th percentile of the last.

    A little, since a card is never found before the first look: when the vendor becomes faster, so do we.
    """
    times = CardImage.objects.filter(side=side, answered_at__isnull=False).order_by("-answered_at")
    rows = times.values_list("sent_at", "answered_at")[:RECENT]
    found = sorted(answered - sent for sent, answered in rows if sent and answered)
    return found[len(found) // 20] * 0.9 if len(found) >= ENOUGH else timedelta(0)
