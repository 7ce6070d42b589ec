"""Putting the sources together: which value wins, how sure it is, and whether this is a card at all. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.cardscan.reader.associate import CLEAR
from sandbox.cardscan.reader.lines import Line, Place

#: below this the vendor leaves a field out
LEAST_SCORE = 0.4
#: points from which a picture counts as a card; each field that is found by its label gives some
CARD_POINTS = 4
#: the same for a page of sentences, which may mention a member id or a copay
PROSE_POINTS = 7
#: share of characters in long lines from which a picture is a page of sentences
PROSE_SHARE = 0.6
PROSE_WORDS = 9

_POINTS = {
    "member_number": 2,
    "medicare_medicaid_id": 3,
    "group_number": 1,
    "payer_id": 2,
    "rx_bin": 2,
    "rx_pcn": 1,
    "rx_group": 1,
    "member_name": 1,
    "dependent_names": 1,
    "plan_name": 1,
    "payer_name": 1,
    "start_date": 0,
}
#: a card has at least one of these, or two of the others, or one of the others and a list of copays
_NEEDED = {"member_number", "medicare_medicaid_id", "group_number", "rx_bin"}
_ALSO_CARDS = {"payer_id", "rx_pcn", "rx_group"}
#: found without a label, or by a weak one, a field proves nothing; names of payers and plans seldom have labels
_PROVES, _NAME_PROVES = 0.75, 0.6
_HEADINGS = {"payer_name", "plan_name"}
#: so many copays are a list of them, and so many copays and phones give a point each
COPAY_LIST, MOST_EXTRAS = 2, 2


@dataclass(frozen=True)
class Found:
    """A value with the confidence in its text and in its meaning, 0 to 1 each.

    `doubt` (0 to 1) says how nearly something else would have been the value; `confirmed` that two sources agree.
    `place` is where it is printed, if that is known. `printed` and `coded` are what text and barcode say, each alone,
    when both say something. Nothing is decided by these three.
    """

    value: str
    text_score: float
    label_score: float
    doubt: float = 0.0
    confirmed: bool = False
    place: Place | None = field(default=None, compare=False)
    printed: "Found | None" = field(default=None, compare=False)
    coded: "Found | None" = field(default=None, compare=False)

    @property
    def score(self) -> float:
        """Return the lower of the two."""
        return min(self.text_score, self.label_score)


def decimal(score: float) -> str:
    """Return a score as the vendor writes it: three decimals, never a full 1."""
    return f"{max(0.0, min(score, 0.999)):.3f}"


def best(found: Sequence[Found]) -> Found | None:
    """Return the surest of several values of one field, or None when none is sure enough.

    Others that say the same make it surer; a contradicting one that is nearly as sure makes it less so.
    """
    if not found:
        return None
    first, *others = sorted(found, key=lambda item: -item.label_score)
    label, doubt = first.label_score, first.doubt
    confirmed = first.confirmed or any(agrees(first.value, other.value) for other in others)
    if confirmed:
        label = 1 - (1 - label) * 0.5
    for other in others:
        if not agrees(first.value, other.value):
            doubt = max(doubt, 1 - (first.label_score - other.label_score) / CLEAR)
    winner = replace(first, label_score=label, doubt=doubt, confirmed=confirmed)
    return winner if winner.score >= LEAST_SCORE else None


def with_barcode(printed: Found | None, coded: str | None) -> Found | None:
    """Return the printed value confirmed, supplied or overruled by the barcode of the same card.

    A barcode has its own check symbols: what it decodes to is exact, so it wins over letters read by OCR. That the
    two differ is told by a low label score.
    """
    if coded is None:
        return printed
    alone = Found(coded, 0.99, 0.95)
    if printed is None:
        return alone
    both: dict[str, Any] = {"place": printed.place, "printed": printed, "coded": alone}
    if agrees(printed.value, coded):
        text, label = max(printed.text_score, 0.99), max(printed.label_score, 0.99)
        return Found(printed.value, text, label, confirmed=True, **both)
    return Found(coded, 0.99, 0.8, **both)


def agrees(one: str, other: str) -> bool:
    """Say whether two readings mean the same: case, marks, leading zeros and a middle name do not count."""
    plain = [re.sub(r"[^a-z0-9]", "", text.lower()).lstrip("0") for text in (one, other)]
    if plain[0] == plain[1]:
        return True
    names = [text.lower().split() for text in (one, other)]
    return all(len(name) >= 2 and name[0].isalpha() for name in names) and (
        (names[0][0], names[0][-1]) == (names[1][0], names[1][-1])
    )


def is_card(found: dict[str, float], lines: Sequence[Line], *, copays: int, phones: int, barcode: bool) -> bool:
    """Say whether a picture is an insurance card, from the label scores of its fields.

    `copays` and `phones` count what visits cost and service phones. A page of sentences needs more than a card.
    """
    if barcode:
        return True
    proven = {name for name, score in found.items() if score >= (_NAME_PROVES if name in _HEADINGS else _PROVES)}
    points = sum(_POINTS.get(name, 0) for name in proven) + min(copays + phones, MOST_EXTRAS)
    needed = PROSE_POINTS if is_prose(lines) else CARD_POINTS
    others = len(proven & _ALSO_CARDS) + (copays >= COPAY_LIST)
    return points >= needed and (bool(proven & _NEEDED) or others >= 2)


def is_prose(lines: Sequence[Line]) -> bool:
    """Say whether most of the text stands in long lines of many words."""
    total = sum(len(line.text) for line in lines)
    prose = sum(len(line.text) for line in lines if len(line.text.split()) >= PROSE_WORDS)
    return total > 0 and prose / total >= PROSE_SHARE
