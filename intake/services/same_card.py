"""A card that was here before: told by its look before anything is sent, and by its values once it was read.

What the machine says is a hint with its reason; that nothing has changed is always a person's word.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from clinic.models import User
from core import audit

from .. import fields
from ..images import far_apart
from ..models import CardField, CardImage, CardMovedOn, CardScan, Coverage, member_id_fingerprint
from . import cards

Status = CardScan.Status
# Two photos of one card taken the same way differ in up to 12 of 64 places, cards of different designs in 22 and more.
# Next year's card of the same plan looks the same: what is printed on both is a person's to compare.
ALIKE = 12
NOT_ON_FILE = "not on file"


@dataclass(frozen=True)
class Sighting:
    """An earlier card that looks like the one in hand, and the coverage that was made of it and is still in use."""

    coverage: Coverage
    front: CardImage
    since: date


def sighting(card: CardScan) -> Sighting | None:
    """Return the patient's newest coverage whose card looks like this one's front; None when no card does.

    A photo that is hard to read looks like any other such photo, so it is compared with none.
    """
    front = CardImage.objects.filter(card=card, side=CardImage.Side.FRONT, concern="").exclude(look="").first()
    if front is None:
        return None
    made = Coverage.objects.on_file().filter(
        patient=card.patient_id, card__clinic=card.clinic_id, card__status=Status.CONFIRMED
    )
    today = card.clinic.today(timezone.now())
    for coverage in made.select_related("payer", "card", "clinic").order_by("-created_at"):
        earlier = _front_of(coverage)
        if earlier and coverage.is_valid_on(today) and far_apart(front.look, earlier.look) <= ALIKE:
            return Sighting(coverage, earlier, _checked_on(coverage))
    return None


def _front_of(coverage: Coverage) -> CardImage | None:
    photos = coverage.card.images.all() if coverage.card else []
    fronts = (photo for photo in photos if photo.side == CardImage.Side.FRONT and photo.look and not photo.concern)
    return next(fronts, None)


def _checked_on(coverage: Coverage) -> date:
    """Return the day on which somebody last had the card of a coverage in hand."""
    if coverage.card_seen_on:
        return coverage.card_seen_on
    return coverage.clinic.today(coverage.card.confirmed_at if coverage.card else coverage.created_at)


@transaction.atomic
def nothing_changed(card: CardScan, coverage: Coverage, *, photos: str, by: User, now: datetime) -> None:
    """Keep that a person has compared the card with the coverage on file: the new photos go, the coverage stays.

    Args:
        card: the draft in hand.
        coverage: with the version that the person saw.
        photos: the stamp of the photos that the person saw (`CardScan.photo_stamp`).
        by: who compared.
        now: when.

    Raises CardMovedOn when the card is being read already, or what the person saw is no longer so.
    """
    card.move(Status.DRAFT, allowed=(Status.DRAFT,))
    fresh = CardScan.objects.select_related("clinic", "patient").get(pk=card.pk)
    seen = sighting(fresh)
    if seen is None or fresh.photo_stamp != photos:
        raise CardMovedOn
    if (seen.coverage.pk, seen.coverage.version) != (coverage.pk, coverage.version):
        raise CardMovedOn
    audit.record(by, "intake.card.same", card, clinic=card.clinic, coverage=coverage.pk)
    cards.put_aside(card, by=by, now=now)  # holds the patient, who comes before the coverage
    card_seen(seen.coverage, today=card.clinic.today(now))


def card_seen(coverage: Coverage, *, today: date) -> None:
    """Keep the day; it is no change of what the coverage says, so its version stays and undoing stays possible."""
    Coverage.objects.filter(pk=coverage.pk).update(card_seen_on=today)


@dataclass(frozen=True)
class Change:
    """A value that the card prints otherwise than the coverage on file has it."""

    label: str
    on_file: str
    on_card: str


@dataclass(frozen=True)
class Comparison:
    """A card that was read beside the coverage on file with the same member id.

    `agree` names the lines (field name, position) that were read as they are on file and nobody has looked at yet.
    """

    coverage: Coverage
    since: date
    changes: list[Change] = field(default_factory=list)
    agree: list[tuple[str, int]] = field(default_factory=list)

    @property
    def title(self) -> str:
        """Return what came of the comparison, in a sentence."""
        if not self.changes:
            return f"All that was read is as on file since {self.since:%-d %B %Y}"
        names = [change.label for change in self.changes]
        return f"{' and '.join([', '.join(names[:-1]), names[-1]] if names[1:] else names)} changed"


def compare(card: CardScan, on_file: list[Coverage]) -> Comparison | None:
    """Compare what was read with the coverage on file that has the card's member id; None when there is none."""
    rows = list(card.fields.all())
    member = next((row.current_value for row in rows if row.name == "member_number"), "")
    mine = member_id_fingerprint(member)
    coverage = next((one for one in on_file if mine and one.member_id_fingerprint == mine), None)
    if coverage is None:
        return None
    comparison = Comparison(coverage, _checked_on(coverage))
    for row in rows:
        if row.current_value and row.name not in fields.PAYER_FIELDS:
            _compare_field(coverage, row, comparison)
    _compare_payer(card, rows, comparison)
    return comparison


def _compare_field(coverage: Coverage, row: CardField, comparison: Comparison) -> None:
    if row.name == "member_name":
        if row.position == 0:
            _compare_name(coverage, row, comparison)
        return
    kind = fields.KINDS.get(row.name)
    if row.position or kind is None or not kind.coverage:
        return  # the coverage does not keep it
    had = getattr(coverage, kind.coverage)
    had = f"{had:%m/%d/%Y}" if isinstance(had, date) else str(had or "")
    _judge(row, had, bool(had) and fields.same_value(row.name, had, row.current_value), comparison)


def _compare_name(coverage: Coverage, row: CardField, comparison: Comparison) -> None:
    first, last = coverage.subscriber_first_name, coverage.subscriber_last_name
    same = fields.compare_names(row.current_value, first, last) is fields.SameName.YES
    _judge(row, coverage.subscriber_name, same, comparison)


def _judge(row: CardField, had: str, is_same: bool, comparison: Comparison) -> None:
    if not is_same:
        comparison.changes.append(Change(fields.label_of(row.name), had or NOT_ON_FILE, row.current_value))
    elif not row.is_reviewed:
        comparison.agree.append((row.name, row.position))


def _compare_payer(card: CardScan, rows: list[CardField], comparison: Comparison) -> None:
    """The payer agrees when the card's is the coverage's; one that is printed and unknown here is a change."""
    coverage = comparison.coverage
    printed = [row for row in rows if row.name in fields.PAYER_FIELDS and row.current_value]
    if card.payer_id is not None and card.payer_id == coverage.payer_id:
        comparison.agree.extend((row.name, row.position) for row in printed if row.value and not row.is_reviewed)
    elif card.payer or printed:
        words = card.payer.name if card.payer else " · ".join(row.current_value for row in printed)
        comparison.changes.append(Change("Payer", coverage.payer_name, words))
