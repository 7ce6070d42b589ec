"""Handing a card's photos to a phone: a link shown as a code, opened once by one phone, that can only add photos.

The token stands in the fragment of the address, which no server, proxy or log ever sees; the phone's page posts it,
and the phone that is first gets a secret of its own. Both are 256 random bits, kept as keyed fingerprints.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import F

from clinic.models import User
from core import audit
from core.sealed import fingerprint

from .. import images
from ..models import CardMovedOn, CardScan, PhoneLink
from .cards import put_photo

OFFERED = timedelta(minutes=10)  # from the code on the screen until a phone opens it
OPENED = timedelta(minutes=15)  # from then until the phone's time is over
MOST_PHOTOS = 12  # two sides, and some that turn out badly

ENDED = "This link has been used or is over. Ask the front desk for a new code."
ENOUGH = "These were enough photos for one code. Ask the front desk for a new one."
NO_ADDRESS = (
    "Phones cannot reach this address. An administrator sets PUBLIC_URL to the https address of this installation."
)
NOT_SAFE = "PUBLIC_URL is not an https address, and photos of cards travel only over https."


class LinkEnded(Exception):
    """The link was opened before, is over, or never was; which of these is not said. The message is a sentence."""


class NoAddress(Exception):
    """A phone has no safe way here; the message is a sentence for the desk."""


def address(host: str, *, secure: bool) -> tuple[str, str]:
    """Return the address under which a phone finds us, and what is wrong with it, "" for nothing.

    Without PUBLIC_URL only a browser on this machine can follow a link; that is for trying it out.

    Args:
        host: the host and port of the request; used for this machine's own address alone.
        secure: whether the request came over TLS.

    Raises:
        NoAddress: when there is none, or not a safe one.
    """
    public = settings.PUBLIC_URL
    if public:
        if urlsplit(public).scheme != "https" and not _is_this_machine(urlsplit(public).hostname or ""):
            raise NoAddress(NOT_SAFE)
        return public, ""
    if not _is_this_machine(urlsplit(f"//{host}").hostname or ""):
        raise NoAddress(NO_ADDRESS)
    return f"{'https' if secure else 'http'}://{host}", NO_ADDRESS


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@transaction.atomic
def offer(card: CardScan, *, by: User, now: datetime) -> str:
    """Return the token of a new link for a card; an earlier link of the card ends.

    Raises CardMovedOn when the card takes no photos any more.
    """
    if CardScan.objects.select_for_update().get(pk=card.pk).status != CardScan.Status.DRAFT:
        raise CardMovedOn
    card.phone_links.filter(ended_at=None).update(ended_at=now)
    token = secrets.token_urlsafe(32)
    card.phone_links.create(token_fingerprint=_of_token(token), created_by=by, created_at=now, expires_at=now + OFFERED)
    audit.record(by, "intake.phone.offered", card, clinic=card.clinic)
    return token


@transaction.atomic
def open_link(token: str, *, now: datetime) -> str:
    """Let the first phone in: return its secret, good for OPENED and for this link alone. Raises LinkEnded.

    A token that opens nothing is looked for at most and writes nothing.
    """
    secret, print_of_token = secrets.token_urlsafe(32), _of_token(token)
    fresh = PhoneLink.objects.filter(
        token_fingerprint=print_of_token, opened_at=None, ended_at=None, expires_at__gt=now
    )
    if len(token) != len(secret) or not fresh.exists():
        raise LinkEnded(ENDED)
    if not fresh.update(opened_at=now, expires_at=now + OPENED, phone_fingerprint=_of_phone(secret)):
        raise LinkEnded(ENDED)
    card = PhoneLink.objects.select_related("card__clinic").get(token_fingerprint=print_of_token).card
    audit.record(None, "intake.phone.opened", card, clinic=card.clinic)
    return secret


def link_of_phone(secret: str, *, now: datetime) -> PhoneLink:
    """Return the link that a phone has opened. Raises LinkEnded when its time, or the card's, is over."""
    link = PhoneLink.objects.select_related("card__clinic").filter(phone_fingerprint=_of_phone(secret)).first()
    if link is None or not link.is_live(now):
        raise LinkEnded(ENDED)
    return link


def add_photo(link: PhoneLink, side: str, data: bytes, *, now: datetime) -> None:
    """Keep a photo that a phone took. A refused one leaves everything as it was, but counts, unless we were busy.

    Raises images.PhotoRefused with a sentence, LinkEnded when it is one too many, or when the link or the card's time
    ended while the photo was on its way.
    """
    own = PhoneLink.objects.filter(pk=link.pk, ended_at=None)
    if not own.filter(photos__lt=MOST_PHOTOS).update(photos=F("photos") + 1):
        raise LinkEnded(ENOUGH)

    def still() -> None:
        if not own.filter(expires_at__gt=now).select_for_update().exists():
            raise LinkEnded(ENDED)

    try:
        put_photo(link.card, side, data, by=None, still=still)
    except images.PhotoRefused as refused:
        if str(refused) == images.BUSY:
            own.update(photos=F("photos") - 1)
        raise
    except CardMovedOn:
        raise LinkEnded(ENDED) from None


def newest(card: CardScan) -> PhoneLink | None:
    """Return the last link that was offered for a card."""
    return card.phone_links.select_related("card").first()


@transaction.atomic
def end(card: CardScan, *, by: User | None, now: datetime) -> None:
    """End the card's link: the desk took it back, or (`by` None) the phone is done."""
    if card.phone_links.filter(ended_at=None).update(ended_at=now):
        audit.record(by, "intake.phone.ended", card, clinic=card.clinic)


def _of_token(token: str) -> str:
    return fingerprint(token, "phone link")


def _of_phone(secret: str) -> str:
    return fingerprint(secret, "phone with a link")
