"""Front and back mixed up, and photos that lie on their side: put right by a press, or by itself where that is sure."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.db import transaction

from clinic.models import User
from core import audit, commands

from ..models import CardImage, CardMovedOn, CardScan
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
        photo.pk, photo.side = None, other[Side(photo.side)]
        photo.sends, photo.sent_at, photo.answered_at = 0, None, None
    CardImage.objects.bulk_create(photos)


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
