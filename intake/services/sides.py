"""Front and back mixed up, and photos that lie on their side: put right by a press, or by itself where that is sure."""

from __future__ import annotations

from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from clinic.models import User
from core import audit, commands

from ..models import CardImage, CardMovedOn, CardScan
from ..models.cards import image_path
from . import cards

Side, Status = CardImage.Side, CardScan.Status


@transaction.atomic
def swap_sides(card: CardScan, *, by: User) -> None:
    """The photo of the front is the back's, and the reverse; a single photo changes its side. Raises CardMovedOn."""
    card.move(Status.DRAFT, allowed=(Status.DRAFT,))
    exchange(card)
    audit.record(by, "intake.card.sides_swapped", card, clinic=card.clinic)


def exchange(card: CardScan) -> None:
    """Give each photo of a card the other side, as not sent yet; called inside a transaction."""
    other = {Side.FRONT: Side.BACK, Side.BACK: Side.FRONT}
    photos = list(CardImage.objects.select_for_update().filter(card=card))
    CardImage.objects.filter(card=card).delete()  # one photo per side, at every moment
    for photo in photos:
        photo.side = other[Side(photo.side)]
        _as_new(photo)
    CardImage.objects.bulk_create(photos)


def _as_new(photo: CardImage) -> None:
    """Make a photo one that is not kept yet and was never sent."""
    photo.pk, photo.sends, photo.sent_at, photo.answered_at = None, 0, None, None


def try_the_other_way(card: CardScan) -> bool:
    """Have a card of two photos that gave nothing read once more with its sides exchanged; return whether it is.

    Called inside the recording transaction. The vendor never reads a card twice, so its copy is deleted there.
    """
    if card.swapped or not card.has_back or card.images.count() != 2 or commands.open_for(cards.DELETE, card):
        return False
    exchange(card)
    cards.delete_at_vendor(card, card.vendor_card_id, by=None)
    card.move(Status.PROCESSING, allowed=CardScan.WORKING, vendor_card_id="", vendor_state="", swapped=True)
    audit.record(None, "intake.card.sides_tried", card, clinic=card.clinic)
    return True


def turn_photo(card: CardScan, side: str, *, by: User, photo: str = "", quarters: int = 1) -> None:
    """Turn a photo by quarters, clockwise, and judge it anew; `photo` names the one the person saw, if they did.

    Raises images.PhotoRefused, CardMovedOn, also when there is another photo by now.
    """
    kept = CardImage.objects.filter(card=card, side=side).first()
    if kept is None or (photo and kept.stamp != photo):
        raise CardMovedOn

    def still() -> None:
        if not CardImage.objects.filter(pk=kept.pk, file=kept.file.name).exists():
            raise CardMovedOn

    with default_storage.open(str(kept.file.name)) as file:
        cards.put_photo(card, side, file.read(), by=by, still=still, quarters=quarters)


def turn_back(card: CardScan, side: str, *, by: User, now: datetime) -> CardScan:
    """Return a new card to be read instead of one that was read from a photo turned wrongly by its print: with copies
    of the same photos, that one as it came. The reading stays to go back to.

    Raises CardMovedOn, also when the photo was not turned; images.PhotoRefused when the copy could not be turned, which
    then lies as it did.
    """
    photos = list(CardImage.objects.filter(card=card))
    wrong = next((photo for photo in photos if photo.side == side and photo.was_turned), None)
    if wrong is None or card.status != CardScan.Status.REVIEW:
        raise CardMovedOn
    names: dict[str, str] = {}
    try:  # the files are written before the transaction, which then only has to name them
        for photo in photos:
            with default_storage.open(str(photo.file.name)) as file:
                names[photo.side] = default_storage.save(image_path(None, ""), ContentFile(file.read()))
        fresh = _again_with(names, photos, card, by=by, now=now)
    except BaseException as failure:
        for name in names.values():
            default_storage.delete(name)
        if isinstance(failure, FileNotFoundError):  # its photos were deleted at this moment
            raise CardMovedOn from None
        raise
    turn_photo(fresh, side, by=by, quarters=4 - wrong.turned)
    return fresh


@transaction.atomic
def _again_with(names: dict[str, str], photos: list[CardImage], card: CardScan, *, by: User, now: datetime) -> CardScan:
    """Begin the new card with a row for each copy of a photo. Raises CardMovedOn."""
    fresh = cards.take_again(card, by=by, now=now)
    for photo in photos:
        _as_new(photo)
        photo.card, photo.file.name = fresh, names[photo.side]
        photo.save(force_insert=True)
        audit.record(by, "intake.card.photographed", fresh, clinic=card.clinic, side=photo.side, concern=photo.concern)
    return fresh
