"""A card that was here before: told by its look before anything is sent, and by its values once it was read.

What the machine says is a hint with its reason; that nothing has changed is always a person's word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from clinic.models import User
from core import audit

from .. import fields
from ..images import far_apart
from ..models import CardField, CardImage, CardMovedOn, CardScan, Coverage, member_id_fingerprint
from . import cards

Status = CardScan.Status
# Two photos of one card taken the same way differ in up to 12 of 64 places, different cards in 22 and more.
ALIKE = 12


@dataclass(frozen=True)
class Sighting:
    """An earlier card that looks like the one in hand, and the coverage that was made of it and is still in use."""

    coverage: Coverage
    front: CardImage
    since: date


def sighting(card: CardScan) -> Sighting | None:
    """Return the patient's newest coverage whose card looks like this one's front; None when no card does."""
    front = card.images.filter(side=CardImage.Side.FRONT).exclude(look="").first()
    if front is None:
        return None
    made = Coverage.objects.current().filter(
        patient=card.patient_id, card__clinic=card.clinic_id, card__status=Status.CONFIRMED
    )
    for coverage in made.select_related("payer", "card", "card__clinic").order_by("-created_at"):
        earlier = _front_of(coverage)
        if earlier and far_apart(front.look, earlier.look) <= ALIKE:
            return Sighting(coverage, earlier, _checked_on(coverage))
    return None


def _front_of(coverage: Coverage) -> CardImage | None:
    images = coverage.card.images.all() if coverage.card else []
    return next((image for image in images if image.side == CardImage.Side.FRONT and image.look), None)


def _checked_on(coverage: Coverage) -> date:
    """Return the day on which somebody last had the card of a coverage in hand."""
    if coverage.card_seen_on:
        return coverage.card_seen_on
    return coverage.clinic.today(coverage.card.confirmed_at if coverage.card else coverage.created_at)


@transaction.atomic
def nothing_changed(card: CardScan, coverage: Coverage, *, by: User, now: datetime) -> None:
    """Keep that a person has compared the card with the coverage on file: the new photos go, the coverage stays.

    Raises CardMovedOn when the card is being read already, or the coverage is not the one that `sighting` names.
    """
    seen = sighting(card) if card.status == Status.DRAFT else None
    if seen is None or seen.coverage != coverage:
        raise CardMovedOn
    seen.coverage.change(None, card_seen_on=card.clinic.today(now))
    audit.record(by, "intake.card.same", card, clinic=card.clinic, coverage=coverage.pk)
    cards.delete_card(card, by=by, now=now)


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
            return f"The same card as on {self.since:%-d %B %Y}: nothing has changed"
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
    had = _on_file(coverage, row.name, row.position)
    if had and not _same(row.name, had, row.current_value):
        comparison.changes.append(Change(fields.label_of(row.name), had, row.current_value))
    elif had and not row.is_reviewed:
        comparison.agree.append((row.name, row.position))


def _compare_payer(card: CardScan, rows: list[CardField], comparison: Comparison) -> None:
    coverage = comparison.coverage
    if card.payer_id is not None and card.payer_id == coverage.payer_id:
        comparison.agree.extend(
            (row.name, row.position)
            for row in rows
            if row.name in fields.PAYER_FIELDS and row.value and not row.is_reviewed
        )
    elif card.payer:
        comparison.changes.append(Change("Payer", coverage.payer_name, card.payer.name))


def _on_file(coverage: Coverage, name: str, position: int) -> str | None:
    """Return what the coverage has for a field of a card, "" for nothing, None when it does not keep that field."""
    if name == "member_name" and position == 0:
        return coverage.subscriber_name
    kind = fields.KINDS.get(name)
    if position or kind is None or not kind.coverage:
        return None
    value = getattr(coverage, kind.coverage)
    return f"{value:%m/%d/%Y}" if isinstance(value, date) else str(value or "")


def _same(name: str, on_file: str, on_card: str) -> bool:
    if name in fields.DATES:
        return fields.usable_date(on_file) == fields.usable_date(on_card) is not None
    if name == "member_name":
        first, last = fields.split_name(on_file)
        return fields.compare_names(on_card, first, last) is fields.SameName.YES
    return _plain(on_file) == _plain(on_card)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()
