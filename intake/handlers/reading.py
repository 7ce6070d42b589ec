"""Reading a card at CardScan, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db.models import F

from core import commands
from core.commands import Done, Failed, Handler, Later, NotWanted, Policy
from core.http import Rejected
from core.models import Command

from ..models import CardImage, CardMovedOn, CardScan
from ..services import cards, events, sides
from ..vendors import cardscan
from ..vendors.cardscan.wire import ENRICHED, NOTHING_RECEIVED
from . import made_there

Status, Side = CardScan.Status, CardImage.Side
# When to stop looking at the card; services/events.py says when to look.
TOO_LONG = timedelta(minutes=10)

# A card made on CardScan's own page is shown without its photos rather than not at all.
TRIES_FOR_PHOTOS = 3

# The second pass: for which cards it is waited, and how long; an account may not have it.
ENRICHED_LATER = {Status.REVIEW, Status.CONFIRMED}
NOT_ENRICHED = timedelta(minutes=2)

SAFE = "Your photos are saved."
BY_HAND = "Try again, or type the card in."
VENDOR_SILENT = "CardScan does not answer."
NO_ANSWER = f"CardScan did not answer. {SAFE} {BY_HAND}"
NOT_FINISHED = f"CardScan has not finished this card in ten minutes. {SAFE} {BY_HAND}"
KEY_REFUSED = f"CardScan refuses our key, so an administrator has to check it. {SAFE} Type the card in meanwhile."
GONE = f"CardScan no longer has this card. {SAFE} {BY_HAND}"
REFUSED = f"CardScan refused the request. {SAFE} {BY_HAND}"
_UNREAD = {
    "frontside_failed": "CardScan could not read the front. Take it again: flat, in even light, the card filling it.",
    "backside_failed": "CardScan could not read the back. Take it again: flat, in even light, the card filling it.",
    "RejectedCard": "CardScan sees no insurance card in this photo. Take it again, the card filling the picture.",
}
FRONT_FAILED, REJECTED = "frontside_failed", "RejectedCard"
TRIED_BOTH = "Front and back were tried the other way round, too."
NEXT_TO_NOTHING = 1  # values: a card of two photos that gives no more may have its sides mixed up
UNREAD = "CardScan could not read this card. Take the photos again, or type the card in."


def _front_refused(card: CardScan, answer: cardscan.ScannedCard) -> bool:
    """Return whether the vendor saw no card in the front: it says so, or refuses before it was sent a back."""
    if answer.deleted:
        return False
    rejected = answer.error_type == REJECTED and not card.images.filter(side=Side.BACK, sent_at__isnull=False).exists()
    return answer.state == FRONT_FAILED or rejected


@dataclass(frozen=True)
class Opened:
    """The vendor opened a card."""

    vendor_card_id: str


@dataclass(frozen=True)
class Sent:
    """The vendor has the photo of this side."""

    side: str


Answer = Opened | Sent | made_there.Fetched | cardscan.ScannedCard


@commands.register
class ReadCard(Handler):
    """One step of reading a card per run: open it, send the front, wait, send the back when asked, fetch the fields.

    Which step it is follows from the rows, so a run that died in the middle is repeated from where it was.
    """

    kind = cards.READ
    label = "Read an insurance card"
    vendor = "cardscan"
    policy = Policy.ASK_AGAIN
    # The longest step: a look, a photo that is refused directly, the form, the photo. Fetching a look and two photos,
    # and cleaning them, takes less.
    deadline = 2 * cardscan.DEADLINE + 2 * cardscan.UPLOAD_DEADLINE
    tries = 8

    def claim(self, command: Command, *, now: datetime) -> None:
        """Show that the card is being sent; count the sending of the front, so that it is not sent twice unseen."""
        rows = CardImage.objects.filter(card=command.target_pk).select_related("card")
        photos = {image.side: image for image in rows}
        card = rows[0].card if photos else CardScan.objects.get(pk=command.target_pk)
        if not card.is_working:
            raise NotWanted("The card is not to be read any more.")
        if card.status == Status.QUEUED:
            card.move(Status.UPLOADING, allowed=(Status.QUEUED,))
        front = photos.get(Side.FRONT)
        if card.vendor_card_id and front and front.sent_at is None:
            front.sends += 1
            card.images.filter(pk=front.pk).update(sends=F("sends") + 1)
        command.at_hand = card, photos

    def call(self, command: Command) -> Answer:
        """Take the next step with the vendor."""
        card, photos = command.at_hand
        vendor = cardscan.client()
        if card.vendor_card_id and not photos:
            return made_there.fetch(vendor, card, patient=command.failures < TRIES_FOR_PHOTOS)
        if not card.vendor_card_id:
            opened = vendor.create_card(both_sides=card.has_back, reference=str(card.code))
            return Opened(opened.card_id)
        front, back = photos[Side.FRONT], photos.get(Side.BACK)
        if front.sent_at is None:
            if front.sends > 1 and vendor.get_card(card.vendor_card_id).state != NOTHING_RECEIVED:
                return Sent(Side.FRONT)  # the first time ended unclear, and it is there
            return self._send(vendor, command, front)
        scanned = vendor.get_card(card.vendor_card_id)
        if scanned.meaning is cardscan.Meaning.SEND_BACK and back and back.sent_at is None:
            return self._send(vendor, command, back)
        return scanned

    def _send(self, vendor: cardscan.CardScanClient, command: Command, image: CardImage) -> Sent:
        """Send the photo; after a failure in the way that CardScan's documents have first."""
        with default_storage.open(str(image.file.name)) as file:
            photo = file.read()
        vendor.send_photo(image.card.vendor_card_id, image.side.lower(), photo, by_form=command.failures > 0)
        return Sent(image.side)

    def record(self, command: Command, answer: Answer, *, now: datetime) -> commands.Next:
        """Write the step down and say when the next one is due."""
        card = CardScan.objects.select_related("clinic").get(pk=command.target_pk)
        if isinstance(answer, Opened):
            return self._opened(command, card, answer, now)
        if not card.is_working:
            return Done()
        CardScan.objects.filter(pk=card.pk).update(problem="", retry_at=None)
        if isinstance(answer, Sent):
            card.images.filter(side=Side.FRONT, answered_at=None, sent_at__isnull=False).update(answered_at=now)
            card.images.filter(side=answer.side).update(sent_at=now)
            card.move(Status.PROCESSING, allowed=CardScan.WORKING)
            return Later(events.first_look(answer.side, now=now))
        if isinstance(answer, made_there.Fetched):
            made_there.keep(card, answer, now=now)
            answer = answer.scanned
        if answer.meaning is cardscan.Meaning.READ:
            if len(answer.fields) <= NEXT_TO_NOTHING and sides.try_the_other_way(card):
                return Later(now)
            card.images.filter(answered_at=None).update(answered_at=now)
            cards.receive_fields(card, answer, now=now)
            cards.await_extras(card, answer, now=now)
            return Done()
        if answer.meaning is cardscan.Meaning.FAILED:
            return self._unread(card, answer, now)
        return self._wait(card, answer, now)

    def _opened(self, command: Command, card: CardScan, answer: Opened, now: datetime) -> commands.Next:
        """Keep the vendor's id before any photo goes there, so that it can always be deleted."""
        CardScan.objects.filter(pk=card.pk).update(vendor_card_id=answer.vendor_card_id, problem="", retry_at=None)
        if card.status == Status.DISCARDED:
            cards.delete_at_vendor(card, answer.vendor_card_id, by=None)
        if not card.is_working:
            return Done()
        return Later(now)

    def _unread(self, card: CardScan, answer: cardscan.ScannedCard, now: datetime) -> commands.Next:
        """The vendor gave the card up: that is an answer, and the person retakes the photo.

        When it sees no card in the front, front and back may be mixed up: tried once the other way round.
        """
        gone = GONE if answer.deleted else UNREAD
        problem = _UNREAD.get(answer.state) or _UNREAD.get(answer.error_type) or gone
        if _front_refused(card, answer):
            if sides.try_the_other_way(card):
                return Later(now)
            if card.swapped:
                sides.exchange(card)  # neither way was better: as the person had it
                problem = f"{problem} {TRIED_BOTH}"
        card.move(
            Status.FAILED,
            allowed=CardScan.WORKING,
            vendor_state=answer.state,
            vendor_answer=answer.answer,
            problem=problem,
            retry_at=None,
        )
        return Done()

    def _wait(self, card: CardScan, answer: cardscan.ScannedCard, now: datetime) -> commands.Next:
        if card.vendor_state != answer.state:
            CardScan.objects.filter(pk=card.pk).update(vendor_state=answer.state)
        since = max([card.started_at or now, *(image.sent_at for image in card.images.all() if image.sent_at)])
        if now - since > TOO_LONG:
            return self._fail(card, NOT_FINISHED)
        return Later(events.next_look(now - since, now=now))

    def rejected(self, command: Command, error: Rejected, *, now: datetime) -> commands.Next:
        """The vendor refused: our key, a card it no longer has, or the request itself."""
        reasons = {401: KEY_REFUSED, 403: KEY_REFUSED, 404: GONE}
        return self._fail(CardScan.objects.get(pk=command.target_pk), reasons.get(error.status or 0, REFUSED))

    def retrying(self, command: Command, *, reason: str, at: datetime, now: datetime) -> None:
        """Say on the card that the vendor does not answer and when we try again."""
        working = CardScan.objects.filter(pk=command.target_pk, status__in=CardScan.WORKING)
        working.update(problem=VENDOR_SILENT, retry_at=at)

    def gave_up(self, command: Command, *, reason: str, now: datetime) -> None:
        """Leave the card with its reason; a person goes on from there."""
        self._fail(CardScan.objects.get(pk=command.target_pk), NO_ANSWER)

    def restart(self, command: Command, *, now: datetime) -> None:
        """Put a failed card back in line, when nothing else was done with it meanwhile."""
        failed = CardScan.objects.filter(pk=command.target_pk, status=Status.FAILED)
        failed.update(status=Status.QUEUED, started_at=now, problem="", retry_at=None, version=F("version") + 1)

    def _fail(self, card: CardScan, problem: str) -> Failed:
        try:
            card.move(Status.FAILED, allowed=CardScan.WORKING, problem=problem, retry_at=None)
        except CardMovedOn:
            return Failed("The card was not waited for any more.")
        return Failed(problem)


@commands.register
class EnrichCard(Handler):
    """Look for what the vendor's second pass finds; an account without that pass, or a slow one, costs nothing."""

    kind = cards.ENRICH
    label = "Fetch phones, addresses and copays of a card"
    vendor = "cardscan"
    policy = Policy.ASK_AGAIN
    deadline = cardscan.DEADLINE
    tries = 4

    def claim(self, command: Command, *, now: datetime) -> None:
        """A card that was deleted meanwhile is not looked at."""
        card = CardScan.objects.get(pk=command.target_pk)
        if card.status not in ENRICHED_LATER:
            raise NotWanted("The card is not looked at any more.")
        command.at_hand = card

    def call(self, command: Command) -> cardscan.ScannedCard:
        """Ask for the card."""
        return cardscan.client().get_card(command.at_hand.vendor_card_id)

    def record(self, command: Command, answer: cardscan.ScannedCard, *, now: datetime) -> commands.Next:
        """Keep what is there; look again for a while when the pass is not through."""
        card = CardScan.objects.select_for_update().get(pk=command.target_pk)  # nothing comes back to a deleted card
        if card.status not in ENRICHED_LATER:
            return Done()
        if answer.state == ENRICHED:
            cards.receive_extras(card, answer)
            return Done()
        waited = now - (card.read_at or now)
        if waited > NOT_ENRICHED or answer.meaning is not cardscan.Meaning.READ:
            return Done()
        return Later(now + max(waited / 4, events.FALLBACK))
