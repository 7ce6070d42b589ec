"""Compare a reading with the known truth of a drawn card, field by field."""

import re
from collections.abc import Iterable

from sandbox.cardscan.reader import ReadCard
from tests.cards.people import Member

#: field of the vendor's details -> attribute of the truth
FIELDS = {
    "member_number": "member_number",
    "group_number": "group_number",
    "payer_id": "payer_id",
    "payer_name": "payer_name",
    "member_name": "member_name",
    "rx_bin": "rx_bin",
    "rx_pcn": "rx_pcn",
    "plan_name": "plan_name",
}
VISITS = {"office_visit", "specialist_visit", "urgent_care", "emergency_room"}


def wrong_fields(member: Member, card: ReadCard) -> dict[str, tuple[object, object]]:
    """Return the fields that were read wrong, as (truth, reading). A field the card does not print must be absent."""
    compared = {name: (getattr(member, attribute), value_of(card, name)) for name, attribute in FIELDS.items()}
    compared["dependent_names"] = (_plain_all(member.dependents), _plain_all(dependents_of(card)))
    compared["copays"] = (member.copays, copays_of(card))
    return {name: pair for name, pair in compared.items() if _differ(name, *pair)}


def field_count() -> int:
    """Return how many fields of a card are compared."""
    return len(FIELDS) + 2


def value_of(card: ReadCard, name: str) -> str:
    """Return the value of one of the details, empty when it is missing."""
    found = card.details.get(name)
    return str(found["value"]) if isinstance(found, dict) else ""


def dependents_of(card: ReadCard) -> list[str]:
    """Return the dependents' names."""
    found = card.details.get("dependent_names", [])
    return [str(row["value"]) for row in found] if isinstance(found, list) else []


def copays_of(card: ReadCard) -> dict[str, object]:
    """Return service -> amount of the visits; drugs and deductibles are not compared."""
    rows = card.enriched.get("copays_deductibles", [])
    visits = [row for row in rows if row["service"] in VISITS] if isinstance(rows, list) else []
    return {str(row["service"]): row["value"] for row in visits}


def _differ(name: str, truth: object, reading: object) -> bool:
    if isinstance(truth, str):
        return _plain(truth) != _plain(str(reading))
    return truth != reading


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _plain_all(names: Iterable[str]) -> set[str]:
    return {_plain(name) for name in names}
