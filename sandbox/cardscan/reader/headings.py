"""Names that cards print without a label: the payer, the plan, the pharmacy benefit manager. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.cardscan.reader.associate import Piece
from sandbox.cardscan.reader.lines import Line
from sandbox.cardscan.reader.payers import find_payer, find_pharmacy_manager
from sandbox.cardscan.reader.values import DATE, MONEY, PHONE, take_whole
from sandbox.cardscan.reader.words import HEADING_NOISE, PAYER_WORDS, PLAN_WORDS, STRONG_PLAN_WORDS

_SMALL_WORDS = {"of", "and", "&", "the", "inc", "company", "co", "llc"}
_TRADE_MARKS = re.compile(r"[®™©]|\(R\)|\(TM\)|\s+(?:SM|TM)$")


@dataclass(frozen=True)
class Heading:
    """A name read without a label, with both scores."""

    value: str
    text_score: float
    label_score: float


def clean(text: str) -> str:
    """Return a printed name without trade marks and stray marks at its ends."""
    return " ".join(_TRADE_MARKS.sub("", text).split()).strip(" .,;:\"'“”*|-–")


def find_payer_heading(free: Sequence[Piece], lines: Sequence[Line]) -> Heading | None:
    """Return the payer's name: a known one where there is one, else the most prominent company name."""
    known = _known_payer(free)
    return known or _prominent(free, lines)


def find_plan_heading(free: Sequence[Piece], payer: str) -> Heading | None:
    """Return the text that most looks like a plan's name ("Open Access Plus", "Silver Select EPO")."""
    best: Heading | None = None
    for piece in free:
        text, score = clean(piece.text), _plan_likeness(piece.text, payer)
        if score and clean(text).lower() != payer.lower() and (best is None or score > best.label_score):
            best = Heading(text, piece.score, score)
    return best


def find_manager_heading(free: Sequence[Piece]) -> Heading | None:
    """Return the pharmacy benefit manager, if one of the table is named."""
    for piece in free:
        if name := find_pharmacy_manager(clean(piece.text)):
            return Heading(name, piece.score, 0.97)
    return None


def _words(text: str) -> list[str]:
    return [word.strip(".,()").lower() for word in text.split()]


def _known_payer(free: Sequence[Piece]) -> Heading | None:
    best: tuple[float, Heading] | None = None
    for piece in free:
        text = clean(piece.text)
        found = find_payer(text)
        if found is None or found.share < 0.5:
            continue
        value = text if found.share >= 0.85 else found.printed
        weight = found.share * piece.box.height
        if best is None or weight > best[0]:
            best = weight, Heading(value, piece.score, min(0.99, 0.8 + 0.2 * found.share))
    return best[1] if best else None


def _prominent(free: Sequence[Piece], lines: Sequence[Line]) -> Heading | None:
    tallest = max((line.box.height for line in lines), default=1.0)
    lowest = max((line.box.bottom for line in lines), default=1.0)
    ranked = sorted(((_prominence(piece, tallest, lowest), piece) for piece in free), key=lambda pair: -pair[0])
    if not ranked or ranked[0][0] < 0.5:
        return None
    score, piece = ranked[0]
    rows = [piece, *second_line(piece, free)]
    rows.sort(key=lambda row: row.box.top)
    text = " ".join(clean(row.text) for row in rows)
    return Heading(text, min(row.score for row in rows), min(score, 0.95))


def _prominence(piece: Piece, tallest: float, lowest: float) -> float:
    """Return how much a text looks like the payer's name: large, near the top, with a company's words."""
    text, words = clean(piece.text), set(_words(clean(piece.text)))
    letters = sum(char.isalpha() for char in text)
    if (
        ":" in text
        or letters < 4
        or letters < 0.7 * len(text.replace(" ", ""))
        or words & HEADING_NOISE
        or len(words) > 7
    ):
        return 0.0
    company = bool(words & PAYER_WORDS)
    if not company and take_whole("member_name", text) and piece.box.height < 0.8 * tallest:
        return 0.0
    large, high = piece.box.height / tallest, 1 - piece.box.top / lowest
    plan = 0.2 if words & STRONG_PLAN_WORDS else 0.0
    return 0.45 * large + 0.25 * high + (0.28 if company else 0.0) - plan


def second_line(piece: Piece, free: Sequence[Piece]) -> list[Piece]:
    """Return the other line of a payer's name in two lines: one of them is only a company's words.

    "Tidewater" / "Health Cooperative", "FIRST PRAIRIE" / "ASSURANCE"; sizes may differ, left edges hardly.
    """
    for other in free:
        upper, lower = sorted((piece, other), key=lambda row: row.box.middle[1])
        if other is not piece and _is_stacked(upper, lower) and _completes(upper, lower):
            return [other]
    return []


def _is_stacked(upper: Piece, lower: Piece) -> bool:
    size = max(upper.box.height, lower.box.height)
    gap = (lower.box.top - upper.box.bottom) / size
    letters_only = not any(char.isdigit() for char in upper.text)
    return letters_only and abs(lower.box.left - upper.box.left) <= 0.6 * size and -0.5 <= gap <= 0.5


def _completes(upper: Piece, lower: Piece) -> bool:
    """Say whether the lower line is the rest of the name: only a company's words, or some where the upper has none."""
    above, words = set(_words(clean(upper.text))), set(_words(clean(lower.text)))
    if words & STRONG_PLAN_WORDS or not words & PAYER_WORDS:
        return False
    return words <= PAYER_WORDS | _SMALL_WORDS or (len(words) <= 3 and not above & PAYER_WORDS)


def _plan_likeness(text: str, payer: str) -> float:
    words = _words(text)
    strong = sum(word in STRONG_PLAN_WORDS for word in words)
    typical = strong or (len(words) > 1 and set(words) <= PLAN_WORDS)
    if not typical or not 1 <= len(words) <= 7 or set(words) & HEADING_NOISE - {"deductible"}:
        return 0.0
    if MONEY.search(text) or DATE.search(text) or PHONE.search(text) or text.rstrip().endswith("."):
        return 0.0
    named = bool(payer) and words[0] in payer.lower().split()
    known = sum(word in PLAN_WORDS for word in words)
    only_kind = 0.2 if len(words) == 1 else 0.0
    return min(0.97, 0.78 + 0.1 * named + 0.05 * min(known, 3)) - only_kind
