"""The values of a card's `details`, taken apart; no I/O. Part of wire.py, which is what others import."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

SIDES = ("front", "back")
_ALL = Decimal("1.001")  # the whole width or height of a photo; numbers are rounded

_UPPER = {
    "member_number", "group_number", "rx_bin", "rx_pcn", "rx_group", "rx_id", "payer_id", "plan_id",
    "card_specific_id", "medicare_medicaid_id", "member_id_prefix", "member_id_suffix",
}  # fmt: skip
_PERSONS = {"member_name", "dependent_names"}
_TITLES = {"payer_name", "plan_name", "client_name", "employer"}


@dataclass(frozen=True)
class Place:
    """Where a value stands on the photo of a side ("front", "back"): its box as fractions of the photo."""

    side: str
    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True)
class Source:
    """What one source, the text or a barcode, says of a value, and how surely."""

    value: str = field(repr=False)
    score: Decimal | None


@dataclass(frozen=True)
class ReadField:
    """One value read from a card. Scores are 0 to 1, None when the vendor gave none.

    `place`, and `text` and `barcode`, are None when the answer does not tell them, as CardScan's does not.
    """

    name: str
    position: int
    value: str = field(repr=False)
    text_score: Decimal | None
    label_score: Decimal | None
    place: Place | None = None
    text: Source | None = field(default=None, repr=False)
    barcode: Source | None = field(default=None, repr=False)


def read_fields(details: Any) -> Iterator[ReadField]:
    """Yield every MatchScore of `details`; lists (dependent_names) yield one field per entry."""
    for name, found in (details if isinstance(details, dict) else {}).items():
        entries = found if isinstance(found, list) else [found]
        values = [entry for entry in entries if isinstance(entry, dict) and tidy(name, as_text(entry.get("value", "")))]
        for position, entry in enumerate(values):
            text, label = _scores(entry.get("scores"))
            yield ReadField(
                str(name)[:40],
                position,
                tidy(name, as_text(entry["value"])),
                text,
                label,
                _place(entry.get("place")),
                *_sources(name, entry.get("sources")),
            )


def _place(place: Any) -> Place | None:
    """Return the place of a value; None for one that is none: another side, no numbers, outside the photo, empty."""
    if not isinstance(place, dict) or place.get("side") not in SIDES:
        return None
    x, y, w, h = (as_number(place.get(name)) for name in ("x", "y", "width", "height"))
    if x is None or y is None or not w or not h or x + w > _ALL or y + h > _ALL:
        return None
    return Place(place["side"], float(x), float(y), float(w), float(h))


def _sources(name: str, sources: Any) -> tuple[Source | None, Source | None]:
    """Return what text and barcode say of a value; None for both unless both say something."""
    told = sources if isinstance(sources, dict) else {}
    text, barcode = (_source(name, told.get(which)) for which in ("text", "barcode"))
    return (text, barcode) if text and barcode else (None, None)


def _source(name: str, match: Any) -> Source | None:
    value = tidy(name, as_text(match.get("value", ""))) if isinstance(match, dict) else ""
    scores = [score for score in _scores(match.get("scores")) if score is not None] if value else []
    return Source(value, min(scores, default=None)) if value else None


def _scores(scores: Any) -> tuple[Decimal | None, Decimal | None]:
    """Return the text and the label score of a MatchScore's list of decimal strings."""
    first, second, *_ = [*(scores if isinstance(scores, list) else []), None, None]
    return as_number(first), as_number(second)


def tidy(name: str, value: str) -> str:
    """Return a value as a person would write it: no stray quotes, codes in capitals, names with capital initials.

    The vendor answers with lower-cased text and now and then a quote that is not on the card.
    """
    value = " ".join(value.split()).strip("\"'`“”‘’ ")
    if name in _UPPER:
        return value.upper()
    shouted = name in _PERSONS and value == value.upper()
    if shouted or (name in _PERSONS | _TITLES and value == value.lower()):
        return re.sub(r"[^\W\d_]+('s\b)?", lambda found: found[0].capitalize(), value)
    return value


def as_number(score: Any) -> Decimal | None:
    """Return a score between 0 and 1, or None when it is something else."""
    try:
        number = Decimal(as_text(score))
    except InvalidOperation:
        return None
    return number.quantize(Decimal("0.00001")) if number.is_finite() and 0 <= number <= 1 else None


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
