"""Photos without a patient: a folder of them becomes a queue of cards to give to patients."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from functools import partial

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from clinic.models import Clinic, User
from core import audit

from .. import images
from ..models import CardImage, CardScan, LoosePhoto, Patient
from ..models.cards import image_path
from . import cards, deletions, same_card

Side = CardImage.Side
MOST_AT_ONCE = 40  # photos of one choice
MOST_WAITING = 120  # photos of one clinic
KEPT_DAYS = 3
TOO_MANY_AT_ONCE = f"These are more than {MOST_AT_ONCE} photos. Add the first {MOST_AT_ONCE}, then the rest."
TOO_MANY_WAITING = f"{MOST_WAITING} photos wait already. Give some to patients or delete them, then add this one again."


class PileGone(Exception):
    """The photos were given to a patient or deleted meanwhile."""


def add_photo(data: bytes, *, clinic: Clinic, by: User, lot: uuid.UUID, place: int) -> LoosePhoto:
    """Clean and keep one photo of a lot that was chosen at once, `place` its number in it from 0.

    Raises images.PhotoRefused with a sentence; what came before stays.
    """
    if place >= MOST_AT_ONCE:
        raise images.PhotoRefused(TOO_MANY_AT_ONCE)
    if LoosePhoto.objects.filter(clinic=clinic).count() >= MOST_WAITING:
        raise images.PhotoRefused(TOO_MANY_WAITING)
    photo = images.clean(data)
    name = default_storage.save(image_path(None, ""), ContentFile(photo.jpeg))
    try:
        return _keep(name, photo, clinic=clinic, by=by, lot=lot, place=place)
    except BaseException:
        default_storage.delete(name)
        raise


@transaction.atomic
def _keep(name: str, photo: images.CleanPhoto, *, clinic: Clinic, by: User, lot: uuid.UUID, place: int) -> LoosePhoto:
    kept = LoosePhoto(
        clinic=clinic,
        lot=lot,
        place=place,
        file=name,
        width=photo.width,
        height=photo.height,
        concern=photo.concern,
        look=photo.look,
        turned=photo.turned,
        created_by=by,
    )
    front = _front_of(kept)
    if front:
        kept.pile, kept.side = front.pile, Side.BACK
    kept.save()
    audit.record(by, "intake.photo.added", kept, clinic=clinic, concern=photo.concern)
    return kept


def _front_of(photo: LoosePhoto) -> LoosePhoto | None:
    """Return the photo that this one is offered as the back of: the one before it, when that is the first of a pair.

    People photograph front, back, front, back. Two photos that look alike are two fronts of one plan (or the same card
    twice), so they are left apart.
    """
    if photo.place % 2 == 0:
        return None
    before = LoosePhoto.objects.filter(clinic=photo.clinic, lot=photo.lot, place=photo.place - 1).first()
    if before is None or LoosePhoto.objects.filter(pile=before.pile).count() > 1:
        return None
    alike = bool(before.look and photo.look) and images.far_apart(before.look, photo.look) <= same_card.ALIKE
    return None if alike else before


def _locked(clinic: Clinic, *piles: uuid.UUID) -> list[LoosePhoto]:
    """Return the photos of piles, fronts first, held for this transaction: all at once, in the order everybody takes.

    Raises PileGone when none is left.
    """
    photos = list(LoosePhoto.objects.select_for_update().filter(clinic=clinic, pile__in=piles).order_by("pk"))
    if not photos:
        raise PileGone
    return sorted(photos, key=lambda photo: photo.side, reverse=True)


@transaction.atomic
def swap(clinic: Clinic, pile: uuid.UUID, *, by: User) -> None:
    """What was taken for the front is the back, and the reverse. Raises PileGone."""
    photos = _locked(clinic, pile)
    if len(photos) == 2:
        front, back = photos
        LoosePhoto.objects.filter(pk=front.pk).update(pile=uuid.uuid4())  # one photo per side, at every moment
        LoosePhoto.objects.filter(pk=back.pk).update(side=Side.FRONT)
        LoosePhoto.objects.filter(pk=front.pk).update(pile=pile, side=Side.BACK)
        audit.record(by, "intake.photo.swapped", front, clinic=clinic)


@transaction.atomic
def take_apart(clinic: Clinic, pile: uuid.UUID, *, by: User) -> None:
    """Make two cards of a pair. Raises PileGone."""
    for photo in _locked(clinic, pile)[1:]:
        LoosePhoto.objects.filter(pk=photo.pk).update(pile=uuid.uuid4(), side=Side.FRONT)
        audit.record(by, "intake.photo.apart", photo, clinic=clinic)


@transaction.atomic
def put_together(clinic: Clinic, pile: uuid.UUID, back: uuid.UUID, *, by: User) -> None:
    """Make one card of two single photos, `pile` its front. Raises PileGone when one of them is no single any more."""
    photos = {photo.pile: photo for photo in _singles(_locked(clinic, pile, back))}
    if set(photos) != {pile, back} or pile == back:
        raise PileGone
    LoosePhoto.objects.filter(pk=photos[back].pk).update(pile=pile, side=Side.BACK)
    audit.record(by, "intake.photo.together", photos[back], clinic=clinic)


def _singles(photos: list[LoosePhoto]) -> list[LoosePhoto]:
    """Return those that are alone in their pile."""
    piles = [photo.pile for photo in photos]
    return [photo for photo in photos if piles.count(photo.pile) == 1]


@transaction.atomic
def assign(clinic: Clinic, pile: uuid.UUID, patient: Patient, *, by: User, now: datetime) -> CardScan:
    """Make a card of a patient of the photos, and have it read unless somebody has to look at it first: a photo that is
    doubtful or lies on its side, or one that looks like the card on file. Raises PileGone, MergedAway."""
    photos = _locked(clinic, pile)
    card = cards.new_card(patient=patient, clinic=clinic, by=by)
    for photo in photos:
        CardImage.objects.create(
            card=card,
            side=photo.side,
            file=photo.file.name,
            width=photo.width,
            height=photo.height,
            concern=photo.concern,
            look=photo.look,
            turned=photo.turned,
            proof=deletions.proof_in(str(photo.file.name)),
        )
    LoosePhoto.objects.filter(pk__in=[photo.pk for photo in photos]).delete()
    audit.record(by, "intake.photo.assigned", card, clinic=clinic, photos=len(photos))
    if not any(photo.concern or photo.is_on_side for photo in photos) and same_card.sighting(card) is None:
        cards.start_reading(card, by=by, now=now)
    return card


@transaction.atomic
def throw_away(clinic: Clinic, pile: uuid.UUID, *, by: User) -> None:
    """Delete the photos of a pile. Raises PileGone."""
    _delete(_locked(clinic, pile), by=by)


@transaction.atomic
def sweep_loose(*, now: datetime | None = None) -> int:
    """Delete photos that nobody has given to a patient for three days; return how many. Run every night."""
    oldest = (now or timezone.now()) - timedelta(days=KEPT_DAYS)
    left = list(LoosePhoto.objects.select_for_update().filter(created_at__lt=oldest).order_by("pk"))
    _delete(left, by=None)
    return len(left)


def _delete(photos: list[LoosePhoto], *, by: User | None) -> None:
    for photo in photos:
        audit.record(by, "intake.photo.thrown_away", photo, clinic=photo.clinic)
        transaction.on_commit(partial(default_storage.delete, str(photo.file.name)), robust=True)
    LoosePhoto.objects.filter(pk__in=[photo.pk for photo in photos]).delete()
