"""The payer, the plan and the pharmacy benefit manager, found among all texts of a card. Pure.

Every text that may be a name is a candidate; what speaks for and against each is weighed together (ranking.py), and the
likeliest is taken, with its chance as the score of its meaning.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.cardscan.reader.associate import Answer, Piece
from sandbox.cardscan.reader.candidates import Name, completes, find_names, find_plan_texts, is_stacked
from sandbox.cardscan.reader.evidence import Setting, payer_evidence
from sandbox.cardscan.reader.lines import Line
from sandbox.cardscan.reader.payers import find_pharmacy_manager
from sandbox.cardscan.reader.plan_evidence import PlanSetting, plan_evidence
from sandbox.cardscan.reader.ranking import Evidence, chances
from sandbox.cardscan.reader.roles import CLAIMS, PAYER
from sandbox.cardscan.reader.wording import clean, letters_of, words_of
from sandbox.cardscan.reader.words import STRONG_PLAN_WORDS

#: chances from which a name is taken for the payer's or the plan's
LEAST_PAYER, LEAST_PLAN = 0.4, 0.5
#: a brand is printed so much higher than the company's full name
LARGER = 1.4
#: no name is surer than this
SUREST = 0.985


@dataclass(frozen=True)
class Heading:
    """A name, both its scores, and the pieces it was read from: empty when others may have them, too.

    `printed` are those pieces in any case.
    """

    value: str
    text_score: float
    label_score: float
    pieces: tuple[Piece, ...] = ()
    printed: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class SideTexts:
    """The texts of one side: all lines, those that no value was made of, and the labelled values."""

    lines: Sequence[Line]
    free: Sequence[Piece]
    answers: Sequence[Answer]


def find_payer_heading(sides: Sequence[SideTexts]) -> Heading | None:
    """Return the payer's name: the likeliest of all names on the front and, if there is one, the back."""
    names, rows = payer_candidates(sides)
    told = chances("payer", rows)
    shares: dict[str, float] = {}
    for name, chance in zip(names, told, strict=True):
        shares[letters_of(name.text)] = shares.get(letters_of(name.text), 0.0) + chance
    rated = [(shares[letters_of(name.text)], chance, name) for name, chance in zip(names, told, strict=True)]
    if not rated:
        return None
    share, _, name = max(rated, key=lambda one: one[:2])
    brand = _brand_of(name, names) if name.role in (PAYER, CLAIMS) else name
    return _as_heading(brand, share) if share >= LEAST_PAYER else None


def _brand_of(name: Name, names: Sequence[Name]) -> Name:
    """Return the brand of a company that is named in full: "Oscar" in large letters, "Insured by Oscar Insurance"."""
    brands = [
        one
        for one in names
        if one.pieces[-1].text.endswith(one.text.split()[-1])
        and len(words_of(one.text)[0]) > 1
        and not (one.role or one.kind or one.goes_on or set(words_of(one.text)) & STRONG_PLAN_WORDS)
        and one.height >= LARGER * name.height
        and _begin_alike(name.text, one.text)
    ]
    return max(brands, key=lambda one: one.height, default=name)


def _begin_alike(full: str, brand: str) -> bool:
    """Say whether a full name begins with a brand, or both with the same word ("United HealthCare Inc")."""
    begins = len(letters_of(brand)) > 3 and letters_of(full).startswith(letters_of(brand))
    return begins or words_of(full)[:1] == words_of(brand)[:1]


def payer_candidates(sides: Sequence[SideTexts]) -> tuple[list[Name], list[Evidence]]:
    """Return every text that may be the payer's name, and what speaks for and against each."""
    everything = [line for side in sides for line in side.lines]
    names: list[Name] = []
    rows: list[Evidence] = []
    for place, side in enumerate(sides):
        setting = Setting(side.lines, place > 0, everything)
        found = find_names(side.free, side.answers, side.lines)
        names += found
        rows += [payer_evidence(name, setting) for name in found]
    return names, rows


def find_plan_heading(front: SideTexts, payer: Heading | None, head: float) -> Heading | None:
    """Return the plan's name ("Open Access Plus", "Silver Select EPO"), labelled or not.

    `head` is the lowest row (pixels) of the part of the card above its labels: there a name may be any words.
    """
    names, rows = plan_candidates(front, payer, head)
    told = chances("plan", rows)
    best = max(zip(told, names, strict=True), key=lambda pair: pair[0], default=None)
    return _as_heading(best[1], best[0]) if best is not None and best[0] >= LEAST_PLAN else None


def plan_candidates(front: SideTexts, payer: Heading | None, head: float) -> tuple[list[Name], list[Evidence]]:
    """Return every text that may be the plan's name, and what speaks for and against each."""
    taken = payer.pieces if payer else ()
    labels = {one.piece.span: one.label_score for one in front.answers if one.kind == "plan_name"}
    said = letters_of(payer.value) if payer else ""
    texts = find_plan_texts(front.free, front.answers, front.lines)
    names = [name for name in texts if name.pieces[0] not in taken and letters_of(name.text) != said]
    boxes = [piece.box for piece in taken if piece in front.free]
    setting = PlanSetting(Setting(front.lines, False, front.lines), payer.value if payer else "", boxes, head, labels)
    return names, [plan_evidence(name, setting) for name in names]


def find_manager_heading(free: Sequence[Piece]) -> Heading | None:
    """Return the pharmacy benefit manager, if one of the table is named."""
    for piece in free:
        if name := find_pharmacy_manager(clean(piece.text)):
            return Heading(name, piece.score, 0.97, printed=(piece,))
    return None


def second_line(piece: Piece, free: Sequence[Piece]) -> list[Piece]:
    """Return the other line of a company's name in two lines, if the text is one of them."""
    for other in free:
        upper, lower = sorted((piece, other), key=lambda row: row.box.middle[1])
        if other is not piece and is_stacked(upper.box, lower.box) and completes(upper.text, lower.text):
            return [other]
    return []


def _as_heading(name: Name, chance: float) -> Heading:
    return Heading(name.text, name.score, min(chance, SUREST), name.pieces if name.whole else (), name.pieces)
