"""Earlier and later readings of a card: what each field was then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .. import fields
from ..models import CardImage, CardScan, member_id_fingerprint

MOST = 5  # readings that are shown beside a card, the newest first


@dataclass(frozen=True)
class Difference:
    """A field that another reading has otherwise than this one; "" where one of them has none."""

    label: str
    then: str
    now: str


@dataclass(frozen=True)
class Reading:
    """Another reading of a card: how it differs from this one, and how many of its values are the same."""

    card: CardScan
    is_later: bool
    front: CardImage | None
    differences: list[Difference]
    same: int


def others_of(card: CardScan) -> list[Reading]:
    """Return the other readings of a card, the newest first: those it was taken again from or for, and those of the
    patient's cards in this clinic with the same member id."""
    family = list(
        CardScan.objects.filter(patient=card.patient_id, clinic=card.clinic_id)
        .exclude(status=CardScan.Status.DRAFT)
        .prefetch_related("fields", "images")
    )
    mine = next((one for one in family if one.pk == card.pk), None)
    if mine is None:
        return []
    linked, number = _linked(card, family), _member(mine)
    shown = [one for one in family if one.pk != card.pk and (one.pk in linked or (number and _member(one) == number))]
    return [_reading(one, mine) for one in shown[:MOST]]


def _linked(card: CardScan, family: Iterable[CardScan]) -> set[int]:
    """Return the cards that were taken instead of one another, along the chain in both directions."""
    pairs = [{one.pk, one.earlier_id} for one in family if one.earlier_id]
    known, grows = {card.pk}, True
    while grows:
        more = {pk for pair in pairs if known & pair for pk in pair}
        grows = not more <= known
        known |= more
    return known


def _member(card: CardScan) -> str:
    number = next((row.current_value for row in card.fields.all() if row.name == "member_number"), "")
    return member_id_fingerprint(number) if number else ""


def _values(card: CardScan) -> dict[tuple[str, int], str]:
    return {(row.name, row.position): row.current_value for row in card.fields.all()}


def _reading(other: CardScan, mine: CardScan) -> Reading:
    then, now = _values(other), _values(mine)
    keys = [key for key in {**now, **then} if then.get(key) or now.get(key)] if then else []
    different = [key for key in keys if not fields.same_value(key[0], then.get(key, ""), now.get(key, ""))]
    return Reading(
        other,
        other.pk > mine.pk,
        next((photo for photo in other.images.all() if photo.side == CardImage.Side.FRONT), None),
        [Difference(fields.label_of(key[0]), then.get(key, ""), now.get(key, "")) for key in different],
        len(keys) - len(different),
    )
