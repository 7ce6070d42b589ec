"""A card made on CardScan's own page: its photos are fetched from there and kept like uploads."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core.http import Rejected, VendorError

from .. import images
from ..models import CardImage, CardScan
from ..models.cards import image_path
from ..services import deletions
from ..vendors import cardscan

logger = logging.getLogger("frontdesk.commands")


@dataclass(frozen=True)
class Fetched:
    """A card that was read, and its photos by side: cleaned, and stored under a name already."""

    scanned: cardscan.ScannedCard
    photos: dict[str, tuple[str, images.CleanPhoto]] = field(repr=False)


def fetch(vendor: cardscan.CardScanClient, card: CardScan, *, patient: bool) -> Fetched | cardscan.ScannedCard:
    """Return the card as it stands, with its photos once it was read. A photo that is none, or is
    refused to us, is left out.

    While `patient` a photo that is not to be had for another reason raises core.http's errors, and all is tried again.
    """
    scanned = vendor.get_card(card.vendor_card_id)
    if scanned.meaning is not cardscan.Meaning.READ:
        return scanned
    photos = {}
    for side, url in scanned.photos.items():
        try:
            photo = images.clean(vendor.fetch_photo(url), quarters=0)  # as the values' places count on it
        except images.PhotoRefused:
            logger.warning("a photo of card %s at CardScan is none that we keep", card.pk)
        except VendorError as error:
            if patient and not isinstance(error, Rejected):
                raise
            logger.warning("a photo of card %s at CardScan was not to be had: %s", card.pk, error.why)
        else:
            photos[side] = (default_storage.save(image_path(None, ""), ContentFile(photo.jpeg)), photo)
    return Fetched(scanned, photos)


def keep(card: CardScan, fetched: Fetched, *, now: datetime) -> None:
    """Write the rows of the photos; called inside the recording transaction."""
    for side, (name, photo) in fetched.photos.items():
        CardImage.objects.create(
            card=card,
            side=side.upper(),
            file=name,
            width=photo.width,
            height=photo.height,
            concern=photo.concern,
            look=photo.look,
            proof=deletions.proof_of(photo.jpeg),
            sent_at=now,
        )
    CardScan.objects.filter(pk=card.pk).update(has_back="back" in fetched.scanned.photos)
