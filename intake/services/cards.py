"""A card's way through the reader: photos, start, by hand, once more, another patient, deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from clinic.models import Clinic, User
from core import audit, commands

from .. import fields, images
from ..models import CardExtra, CardField, CardImage, CardMovedOn, CardScan, Patient
from ..models.cards import image_path
from ..vendors.cardscan.wire import ENRICHED, ReadField, ScannedCard
from . import accuracy, deletions, flags, holds
from .payers import match_payer, names_a_payer

READ, ENRICH, DELETE = "intake.card.read", "intake.card.enrich", "intake.card.delete"
# CardScan looks for phones, addresses and copays after the fields are there, about eight seconds later.
SECOND_PASS = timedelta(seconds=9)
Status = CardScan.Status
HELD_PHOTO = "A legal hold keeps the photo that is here. Add another card to the patient for the new photo."
# On a phone, which may be the patient's: it says nothing of the hold.
STAYS = "The photo that came first stays. Ask the desk to begin another card for a new one."


class FrontMissing(Exception):
    """The front of the card has not been photographed yet."""


class PhotoDoubtful(Exception):
    """A photo may be too bad to be read, and nobody has said to use it all the same."""


@transaction.atomic
def new_card(*, patient: Patient, clinic: Clinic, by: User, earlier: CardScan | None = None) -> CardScan:
    """Begin a card for a patient of this clinic; photos come next. Raises MergedAway.

    `earlier` is the reading that it is taken instead of.
    """
    patient.hold()
    card = CardScan.objects.create(patient=patient, clinic=clinic, created_by=by, earlier=earlier)
    audit.record(by, "intake.card.created", card, clinic=clinic)
    return card


def begin_card(*, patient: Patient, clinic: Clinic, by: User) -> CardScan:
    """Return the card to photograph next: this person's draft that never got a photo, else a new one."""
    drafts = CardScan.objects.filter(patient=patient, clinic=clinic, created_by=by, status=Status.DRAFT)
    return drafts.filter(images=None).first() or new_card(patient=patient, clinic=clinic, by=by)


def put_photo(
    card: CardScan,
    side: str,
    data: bytes,
    *,
    by: User | None,
    still: Callable[[], None] | None = None,
    quarters: int = images.AS_PRINTED,
) -> CardImage:
    """Clean and keep the photo of one side, replacing an earlier one; the other side stays as it is.

    `by` is None for a phone that the card was handed to; `still` is then called in the transaction that keeps the
    photo, and raises when the phone's time has ended while the photo was on its way. With `quarters` it is the photo
    that is there, and a person turns it by so many (clockwise); a new one is turned as its print stands. Under a legal
    hold a photo is turned, and never replaced by another one.

    Raises images.PhotoRefused with a sentence, CardMovedOn when the card is already being read.
    """
    if card.status != Status.DRAFT:
        raise CardMovedOn
    photo = images.clean(data, quarters=quarters)
    # The file is written before the transaction, which then only has to name it.
    name = default_storage.save(image_path(None, ""), ContentFile(photo.jpeg))
    try:
        image, replaced = _keep(card, side, name, photo, by, still, is_same=quarters != images.AS_PRINTED)
    except BaseException:
        default_storage.delete(name)
        raise
    if replaced:
        default_storage.delete(replaced)
    return image


@transaction.atomic
def _keep(
    card: CardScan,
    side: str,
    name: str,
    photo: images.CleanPhoto,
    by: User | None,
    still: Callable[[], None] | None,
    *,
    is_same: bool,
) -> tuple[CardImage, str]:
    """Write the row of a photo; return it and the name of the file it replaces, "" for none.

    `is_same` says that it is the photo that is there, turned. Raises images.PhotoRefused for another one that would
    take the place of a photo under legal hold.
    """
    card.move(Status.DRAFT, allowed=(Status.DRAFT,))
    if still:
        still()
    before = CardImage.objects.filter(card=card, side=side).first()
    if before and not is_same:
        _require_replaceable(card, HELD_PHOTO if by else STAYS)
    image, _ = CardImage.objects.update_or_create(
        card=card,
        side=side,
        defaults={
            "file": name,
            "width": photo.width,
            "height": photo.height,
            "concern": photo.concern,
            "look": photo.look,
            "turned": photo.turned,
            "proof": deletions.proof_of(photo.jpeg),
            "overruled_by": None,
            "sends": 0,
        },
    )
    audit.record(by, "intake.card.photographed", card, clinic=card.clinic, side=side, concern=photo.concern)
    return image, str(before.file.name) if before else ""


def _require_replaceable(card: CardScan, sentence: str) -> None:
    try:
        holds.require_free_card(card.pk)
    except holds.Held:
        raise images.PhotoRefused(sentence) from None


@transaction.atomic
def use_anyway(card: CardScan, side: str, *, by: User, photo: str = "") -> None:
    """Keep that a person wants a doubtful photo to be read as it is; `photo` names the one they saw, if they did.

    Raises CardMovedOn, also when the photo they saw is no longer the one that is there.
    """
    card.move(Status.DRAFT, allowed=(Status.DRAFT,))
    doubtful = CardImage.objects.filter(card=card, side=side, overruled_by=None).exclude(concern="")
    if photo and not any(image.stamp == photo for image in doubtful):
        raise CardMovedOn
    if doubtful.update(overruled_by=by):
        audit.record(by, "intake.card.photo_overruled", card, clinic=card.clinic, side=side)


@transaction.atomic
def start_reading(card: CardScan, *, by: User, now: datetime) -> None:
    """Send the card to be read. Raises FrontMissing, PhotoDoubtful, or CardMovedOn when that has begun already."""
    CardScan.objects.select_for_update().get(pk=card.pk)  # what is judged is what is sent
    photos = {image.side: image for image in CardImage.objects.filter(card=card)}
    sides = set(photos)
    if CardImage.Side.FRONT not in sides:
        raise FrontMissing
    if any(photo.is_doubtful for photo in photos.values()):
        raise PhotoDoubtful
    card.move(Status.QUEUED, allowed=(Status.DRAFT,), has_back=CardImage.Side.BACK in sides, started_at=now, problem="")
    commands.create(READ, card, clinic=card.clinic, by=by)
    audit.record(by, "intake.card.started", card, clinic=card.clinic, sides=len(sides))


@transaction.atomic
def take_again(card: CardScan, *, by: User, now: datetime) -> CardScan:
    """Return a new card to photograph instead of one whose reading is not good enough; the two name each other.

    The vendor never reads a card twice. One that could not be read gives its photos to the new one and is deleted there
    and here. One that was read keeps its photos and values, to compare with and to go back to: it is put aside, unless
    a coverage was made of it already. Raises CardMovedOn.
    """
    if CardScan.objects.select_for_update().get(pk=card.pk).status != card.status:
        raise CardMovedOn
    if card.status not in {Status.FAILED, Status.REVIEW, Status.CONFIRMED}:
        raise CardMovedOn
    failed = card.status == Status.FAILED
    if card.status == Status.REVIEW:
        card.move(Status.RETAKEN, allowed=(Status.REVIEW,))
    fresh = new_card(patient=card.patient, clinic=card.clinic, by=by, earlier=card)
    if failed and not holds.is_held(card.patient_id):  # under a legal hold it stays as it is, with its photos
        card.images.update(card=fresh, sends=0, sent_at=None, answered_at=None)
        delete_card(card, by=by, now=now)
    return fresh


def earlier_of(card: CardScan) -> list[CardScan]:
    """Return the cards that this one was begun instead of, one after another, without those that are deleted."""
    found, one = [], card.earlier
    while one is not None:
        found.append(one)
        one = one.earlier
    return [row for row in found if row.status != Status.DISCARDED]


@transaction.atomic
def use_earlier(card: CardScan, *, by: User, now: datetime) -> None:
    """Go back to a reading that was put aside: the card that was begun instead of it is put aside or deleted.

    Raises CardMovedOn, also when that one is being read or was confirmed meanwhile.
    """
    card.move(Status.REVIEW, allowed=(Status.RETAKEN,))
    for later in card.later.exclude(status=Status.DISCARDED):
        held = holds.is_held(later.patient_id) and later.status in {Status.DRAFT, Status.FAILED}
        if later.status == Status.REVIEW or held:
            later.move(Status.RETAKEN, allowed=(Status.REVIEW, Status.DRAFT, Status.FAILED))
        elif later.status in {Status.DRAFT, Status.FAILED}:
            delete_card(later, by=by, now=now)
        elif later.status != Status.RETAKEN:
            raise CardMovedOn
    audit.record(by, "intake.card.earlier_used", card, clinic=card.clinic)


@transaction.atomic
def type_by_hand(card: CardScan, *, by: User, now: datetime) -> None:
    """Stop waiting for the reader and let a person type the fields beside the photo. Raises CardMovedOn."""
    _stop_reading(card, now)
    card.move(
        Status.REVIEW, allowed=(Status.DRAFT, Status.FAILED, *CardScan.WORKING), problem="", retry_at=None, read_at=now
    )
    _add_missing(card, found=())
    audit.record(by, "intake.card.by_hand", card, clinic=card.clinic)


def receive_fields(card: CardScan, scanned: ScannedCard, *, now: datetime) -> None:
    """Keep what the reader found and put the card up for review; called inside the recording transaction."""
    CardField.objects.bulk_create([_row(card, read) for read in scanned.fields])
    _add_missing(card, found={read.name for read in scanned.fields})
    printed = {read.name: read.value for read in scanned.fields if read.position == 0}
    guess = match_payer(
        printed.get("payer_id", ""), printed.get("payer_name", ""), [pair[0] for pair in scanned.payers]
    )
    on_card = names_a_payer(printed.get("payer_id", ""), printed.get("payer_name", ""))
    card.move(
        Status.REVIEW,
        allowed=CardScan.WORKING,
        vendor_state=scanned.state,
        vendor_answer=scanned.answer,
        payer=guess.payer,
        payer_match=guess.match or (CardScan.Match.CARD if on_card else ""),
        read_at=now,
        problem="",
        retry_at=None,
    )
    accuracy.accept_by_rule(card, now=now)


def await_extras(card: CardScan, scanned: ScannedCard, *, now: datetime) -> None:
    """Keep what the second pass found, or have it looked for later; called inside the recording transaction."""
    if scanned.state == ENRICHED:
        receive_extras(card, scanned)
    else:
        commands.create(ENRICH, card, clinic=card.clinic, due_at=now + SECOND_PASS)


def receive_extras(card: CardScan, scanned: ScannedCard) -> None:
    """Keep phones, addresses and amounts, instead of earlier ones; what a person has reviewed is not touched."""
    card.extras.all().delete()
    CardExtra.objects.bulk_create(
        CardExtra(card=card, kind=one.kind, type=one.type, label=one.label, value=one.value, score=one.score)
        for one in scanned.extras
    )


def _row(card: CardScan, read: ReadField) -> CardField:
    return CardField(
        card=card,
        name=read.name,
        position=read.position,
        value=read.value[: fields.LONGEST],
        text_score=read.text_score,
        label_score=read.label_score,
        place=asdict(read.place) if read.place else None,
        sources=_sources(read),
    )


def _sources(read: ReadField) -> dict[str, Any] | None:
    """Return what text and barcode say of a value that both say."""
    if not (read.text and read.barcode):
        return None
    both = {"text": read.text, "barcode": read.barcode}
    return {name: {"value": said.value[: fields.LONGEST], "score": said.score} for name, said in both.items()}


def _add_missing(card: CardScan, *, found: Iterable[str]) -> None:
    """Add an empty row for every field the desk expects and the card did not show."""
    missing = [name for name in fields.ASKED if name not in set(found)]
    CardField.objects.bulk_create([CardField(card=card, name=name) for name in missing])


@transaction.atomic
def move_to_patient(card: CardScan, patient: Patient, *, by: User, version: int | None) -> None:
    """Give the card to another patient of the clinic; a confirmed card has to be undone first.

    Raises CardMovedOn, core.models.EditedMeanwhile, MergedAway.
    """
    if card.status in {Status.CONFIRMED, Status.DISCARDED}:
        raise CardMovedOn
    CardScan.objects.select_for_update().get(pk=card.pk)  # cards are locked before patients, everywhere
    patient.hold()
    was = card.patient_id
    card.change(version, patient=patient)
    accuracy.take_back_names(card)
    audit.record(by, "intake.card.moved", card, clinic=card.clinic, from_patient=was, to_patient=patient.pk)


@transaction.atomic
def delete_card(card: CardScan, *, by: User, now: datetime) -> None:
    """Delete a card: photos and fields go here at once, and at the vendor by a command. Coverage made of it stays.

    Raises CardMovedOn when it is deleted already, holds.Held when a legal hold keeps it.
    """
    _stop_reading(card, now)  # a worker that comes for the card holds its command already
    holds.require_free_card(card.pk)
    # First the card, so that whoever adds something to it meanwhile waits and then finds it deleted.
    card.move(
        Status.DISCARDED,
        allowed=tuple(status for status in Status.values if status != Status.DISCARDED),
        vendor_answer=None,
        problem="",
        retry_at=None,
    )
    files = deletions.files_of(card.images.all())
    what, there = deletions.What.CARD, card.vendor_card_id
    deletions.prove(what, clinic=card.clinic, by=by, now=now, card=card, vendor_card_id=there, files=files)
    for rows in (card.images, card.fields, card.extras, card.phone_links, card.vendor_links):
        rows.all().delete()
    flags.forget_messages(card, now=now)
    accuracy.drop_rekeys(card)
    delete_at_vendor(card, there, by=by)
    audit.record(by, "intake.card.deleted", card, clinic=card.clinic, photos=len(files))
    for entry in files:
        transaction.on_commit(partial(default_storage.delete, entry["file"]), robust=True)


@transaction.atomic
def put_aside(card: CardScan, *, by: User, now: datetime) -> None:
    """Delete a photographed card that is not needed; under a legal hold it is kept as checked instead.

    Raises CardMovedOn.
    """
    try:
        delete_card(card, by=by, now=now)
    except holds.Held:
        _add_missing(card, found=())
        kept = CardScan.Outcome.LEFT
        to, drafts = Status.CONFIRMED, (Status.DRAFT,)
        card.move(to, allowed=drafts, confirmed_by=by, confirmed_at=now, outcome=kept, read_at=now)


def delete_at_vendor(card: CardScan, vendor_card_id: str, *, by: User | None) -> None:
    """Have the vendor delete its copy, if it has one and nobody is asking; called inside a transaction."""
    if vendor_card_id:
        commands.create_unless_open(DELETE, card, clinic=card.clinic, by=by, request=vendor_card_id.encode())


def _stop_reading(card: CardScan, now: datetime) -> None:
    """Cancel the reading if it waits; one under way finds the card moved on and changes nothing."""
    for kind in (READ, ENRICH):
        waiting = commands.open_for(kind, card)
        if waiting:
            commands.cancel(waiting, reason="The card is not to be read any more.", now=now)
