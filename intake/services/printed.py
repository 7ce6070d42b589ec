"""What the reader's second pass found on a card, offered to the coverage: "printed on the card, not checked".

The second pass comes seconds after the fields, often when the card is confirmed already. Nothing is taken over by
itself, and what a person, the payer or the first pass has stated is never overwritten.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from clinic.models import Clinic, User
from core.money import NotMoney, money, show

from ..coverage_words import Copay, Source
from ..models import CardExtra, CardScan, Coverage
from .coverage import edit_coverage

_COLUMNS = {
    "provider_services_phone": "provider_phone",
    "member_services_phone": "member_phone",
    "medical_claims_address": "claims_address",
}
LABELS = {
    "provider_phone": "Payer's phone for providers",
    "member_phone": "Payer's phone for members",
    "claims_address": "Where claims go",
}
_COPAY, _MOST = "copay", Decimal(10000)


@dataclass(frozen=True)
class Offer:
    """A printed value that the coverage does not have: `key` is its column, or "copays." and the service."""

    key: str
    label: str
    words: str
    value: str | Decimal

    @property
    def shown(self) -> str:
        """Return what the form carries of an offer that a person looked at."""
        return f"{self.key} {self.words}"


class PrintedMeanwhile(Exception):
    """The card prints something else than the person looked at: `changed` are the labels of what differs."""

    def __init__(self, changed: list[str]) -> None:
        super().__init__(len(changed))
        self.changed = changed


def offers(coverage: Coverage, card: CardScan | None) -> list[Offer]:
    """Return what the card prints and the coverage does not state yet; of two printed values the first."""
    found: dict[str, Offer] = {}
    for extra in card.extras.all() if card and coverage.is_insurance else []:
        offer = _offer(extra)
        if offer and offer.key not in found and _is_open(coverage, offer):
            found[offer.key] = offer
    return list(found.values())


def beyond(coverage: Coverage, card: CardScan | None, shown: Collection[Offer]) -> list[CardExtra]:
    """Return what else the card prints: neither `shown` as an offer nor what the coverage states already."""
    offered = {(offer.key, offer.value) for offer in shown}
    found = []
    for extra in card.extras.all() if card else []:
        offer = _offer(extra) if coverage.is_insurance else None
        if offer is None or ((offer.key, offer.value) not in offered and _stated(coverage, offer) != offer.value):
            found.append(extra)
    return found


def _offer(extra: CardExtra) -> Offer | None:
    column = _COLUMNS.get(extra.type, "")
    if column and extra.kind != CardExtra.Kind.AMOUNT:
        value = ", ".join(line.strip() for line in extra.value.splitlines() if line.strip())
        longest = Coverage._meta.get_field(column).max_length or 0  # type: ignore[union-attr]
        return Offer(column, LABELS[column], value, value) if value and len(value) <= longest else None
    if extra.kind != CardExtra.Kind.AMOUNT or extra.type != _COPAY or extra.label not in Copay.values:
        return None
    try:
        amount = money(extra.value)
    except NotMoney:
        return None
    if not 0 <= amount <= _MOST:
        return None
    return Offer(f"copays.{extra.label}", f"Copay, {Copay(extra.label).label.lower()}", show(amount), amount)


def _stated(coverage: Coverage, offer: Offer) -> Any:
    """Return what the coverage says where the offer would go."""
    return coverage.copay(offer.key[7:]) if offer.key.startswith("copays.") else getattr(coverage, offer.key)


def _is_open(coverage: Coverage, offer: Offer) -> bool:
    """Whether nothing is stated there, or only what an earlier look at a card printed otherwise."""
    stated = _stated(coverage, offer)
    if stated in (None, ""):
        return True
    source = coverage.sources.get(offer.key, {}).get("from")
    return source == Source.PRINTED and stated != offer.value


def take_over(
    coverage: Coverage, card: CardScan, *, clinic: Clinic, by: User, version: int, shown: Collection[str]
) -> list[Offer]:
    """Write what the person looked at into the coverage and return it; what came since then stays offered.

    `shown` are the `Offer.shown` of the page. Raises PrintedMeanwhile when a value that was looked at is another now
    (nothing is written then), core.models.EditedMeanwhile when somebody else changed the coverage since `version`.
    """
    offered = offers(coverage, card)
    taken = [offer for offer in offered if offer.shown in shown]
    seen = {text.partition(" ")[0] for text in shown} - {offer.key for offer in taken}
    changed = [offer.label for offer in offered if offer.key in seen]
    if changed:
        raise PrintedMeanwhile(changed)
    copays = {offer.key[7:]: offer.value for offer in taken if offer.key.startswith("copays.")}
    values: dict[str, Any] = {offer.key: offer.value for offer in taken if not offer.key.startswith("copays.")}
    if copays:
        values["copays"] = coverage.copays | copays
    if values:
        edit_coverage(coverage, clinic=clinic, by=by, version=version, source=Source.PRINTED, **values)
    return taken
