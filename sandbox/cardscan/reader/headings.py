"""Names that cards print without a label: the payer, the plan, the pharmacy benefit manager. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sandbox.cardscan.reader.associate import Piece
from sandbox.cardscan.reader.lines import Box, Line
from sandbox.cardscan.reader.payers import find_payer, find_pharmacy_manager
from sandbox.cardscan.reader.values import DATE, MONEY, PHONE, take_whole
from sandbox.cardscan.reader.words import HEADING_NOISE, PAYER_TAILS, PAYER_WORDS, PLAN_WORDS, STRONG_PLAN_WORDS

_SMALL_WORDS = {"of", "and", "&", "the", "inc", "company", "co", "llc", "by", "for", "a"}
_TRADE_MARKS = re.compile(r"[®™©]|\(R\)|\(TM\)|\s+(?:SM|TM)$")
_WEB = re.compile(r"www\.|@|\.(?:com|org|net|gov|example)\b", re.IGNORECASE)
#: words a heading has at most
LONGEST = 8
#: colours (CIE Lab) further apart than this are two colours
OTHER_COLOUR = 40.0
#: how much a text must look like a payer's or a plan's name
LEAST_PAYER, LEAST_PLAN = 0.5, 0.5


@dataclass(frozen=True)
class Heading:
    """A name read without a label, with both scores, and the pieces it was read from."""

    value: str
    text_score: float
    label_score: float
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class _Name:
    """One to three texts that stand as lines of one name."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return " ".join(clean(piece.text) for piece in self.pieces)

    @property
    def height(self) -> float:
        return max(piece.box.height for piece in self.pieces)

    @property
    def top(self) -> float:
        return self.pieces[0].box.top

    def as_heading(self, text: str, score: float, *, whole: bool) -> Heading:
        """Return it as a heading; a name that is not the `whole` text leaves the pieces to others."""
        sure = min(piece.score for piece in self.pieces)
        return Heading(text, sure, min(score, 0.97), self.pieces if whole else ())


def clean(text: str) -> str:
    """Return a printed name without trade marks and stray marks at its ends, and with "PP0" read as "PPO"."""
    text = " ".join(_letters_for_noughts(word) for word in _TRADE_MARKS.sub("", text).split())
    return text.strip(" .,;:\"'“”*|-–")


def _letters_for_noughts(word: str) -> str:
    letters = word.replace("0", "O")
    return letters if letters != word and letters.strip("().,").lower() in STRONG_PLAN_WORDS else word


def find_payer_heading(free: Sequence[Piece], lines: Sequence[Line]) -> Heading | None:
    """Return the payer's name: large, near the top, with a company's words, or a known one."""
    tallest = max((line.box.height for line in lines), default=1.0)
    top = min((line.box.top for line in lines), default=0.0)
    lowest = max((line.box.bottom for line in lines), default=1.0)
    ranked = []
    for name in _names(free, lines):
        high = 1 - (name.top - top) / max(lowest - top, 1.0)
        ranked.append((_payer_likeness(name, name.height / tallest, high), name))
    if not ranked:
        return None
    score, name = max(ranked, key=lambda pair: pair[0])
    if score < LEAST_PAYER:
        return None
    said = _payer_in(name.text)
    return name.as_heading(said, score, whole=said == name.text)


def find_plan_heading(free: Sequence[Piece], payer: Heading | None, head: float) -> Heading | None:
    """Return the text that most looks like a plan's name ("Open Access Plus", "Silver Select EPO").

    `head` is the lowest row (pixels) of the part of the card above its labels: there a name may be any words.
    """
    best: Heading | None = None
    taken = payer.pieces if payer else ()
    for piece in free:
        text = clean(piece.text)
        if piece in taken or (payer and text.lower() == payer.value.lower()):
            continue
        score = _plan_likeness(piece, payer, head)
        if score >= LEAST_PLAN and (best is None or score > best.label_score):
            best = Heading(text, piece.score, score, (piece,))
    return best


def find_manager_heading(free: Sequence[Piece]) -> Heading | None:
    """Return the pharmacy benefit manager, if one of the table is named."""
    for piece in free:
        if name := find_pharmacy_manager(clean(piece.text)):
            return Heading(name, piece.score, 0.97)
    return None


def second_line(piece: Piece, free: Sequence[Piece]) -> list[Piece]:
    """Return the other line of a company's name in two lines, if the text is one of them."""
    for other in free:
        upper, lower = sorted((piece, other), key=lambda row: row.box.middle[1])
        if other is not piece and _is_stacked(upper.box, lower.box) and _completes(upper.text, lower.text):
            return [other]
    return []


def _words(text: str) -> list[str]:
    return [word.strip(".,()'\"").lower() for word in text.replace("/", " ").split()]


# --- the payer ------------------------------------------------------------------------------------------


def _names(free: Sequence[Piece], lines: Sequence[Line]) -> Iterator[_Name]:
    """Yield every text that could be a heading, alone and with the lines below it that complete it."""
    rows = sorted((piece for piece in free if _is_heading_like(piece.text)), key=lambda piece: piece.box.top)
    for piece in rows:
        name = _Name((piece,))
        yield name
        for lower in rows:
            last = name.pieces[-1]
            fits = lower not in name.pieces and _is_stacked(last.box, lower.box) and _same_ink(last, lower, lines)
            if len(name.pieces) < 3 and fits and _completes(name.text, lower.text):
                name = _Name((*name.pieces, lower))
                yield name


def _is_heading_like(text: str) -> bool:
    text = clean(text)
    letters = sum(char.isalpha() for char in text)
    whole = len(text.replace(" ", ""))
    return (
        letters >= 2
        and letters >= 0.7 * whole
        and 1 <= len(text.split()) <= LONGEST
        and ":" not in text
        and not (MONEY.search(text) or DATE.search(text) or PHONE.search(text) or _WEB.search(text))
    )


def _is_sentence(text: str) -> bool:
    """Say whether words are written small, as in a slogan ("A plan for those who serve")."""
    words = [word for word in clean(text).split() if word.isalpha()]
    small = sum(word.islower() and word not in _SMALL_WORDS for word in words)
    return 2 <= small < len(words)


def _has_number(text: str) -> bool:
    """Say whether a text is words and a round sum, as in "PPO 1500" or "Bronze 60"."""
    return re.fullmatch(r"(?:[A-Za-z&/+\-()]+\s+)+\$?\d[\d,/]{1,11}(?:\s+[A-Za-z]+)*", clean(text)) is not None


def _is_stacked(upper: Box, lower: Box) -> bool:
    """Say whether one text stands right below another, flush left, flush right or centred."""
    size = max(upper.height, lower.height)
    gap = (lower.top - upper.bottom) / size
    aligned = min(abs(lower.left - upper.left), abs(lower.right - upper.right), abs(lower.middle[0] - upper.middle[0]))
    return aligned <= 0.6 * size and -0.5 <= gap <= 0.6 and lower.middle[1] > upper.middle[1]


def _same_ink(one: Piece, other: Piece, lines: Sequence[Line]) -> bool:
    """Say whether two texts may be printed in one colour; unknown colours may.

    Thin letters look paler than bold ones, so that lightness counts less.
    """
    first, second = (lines[piece.line].ink if piece.line < len(lines) else None for piece in (one, other))
    if first is None or second is None:
        return True
    paler, green_red, blue_yellow = (a - b for a, b in zip(first, second, strict=True))
    return ((0.4 * paler) ** 2 + green_red**2 + blue_yellow**2) ** 0.5 <= OTHER_COLOUR


def _completes(upper: str, lower: str) -> bool:
    """Say whether the lower line goes on with a company's name.

    It does when the two are a known payer together, when the upper ends in the middle ("Coastal &"), when the lower
    has only a company's words, or has some where the upper has none.
    """
    above, below = clean(upper), clean(lower)
    words = set(_words(below))
    whole, part = find_payer(f"{above} {below}"), find_payer(above)
    if whole and whole.share >= 0.9 and (part is None or len(whole.printed) > len(part.printed)):
        return True
    if above.endswith(("&", " and", " of")) or below.lower().startswith(("& ", "and ", "of ")):
        return not words & STRONG_PLAN_WORDS
    tails = bool(set(_words(above)) & PAYER_WORDS) and words <= PAYER_WORDS | PAYER_TAILS | _SMALL_WORDS
    if any(char.isdigit() for char in upper + lower) or words & STRONG_PLAN_WORDS - PAYER_TAILS:
        return False
    if not words & PAYER_WORDS:
        return tails and len(words) <= 2 and not words & (PLAN_WORDS - PAYER_TAILS)
    has_some = bool(set(_words(above)) & PAYER_WORDS)
    return words <= PAYER_WORDS | _SMALL_WORDS or (len(words) <= 3 and not has_some)


def _payer_likeness(name: _Name, large: float, high: float) -> float:
    """Return how much a text looks like the payer's name, 0 to 1; sizes and heights are shares of the card's."""
    words = _words(name.text)
    if set(words) & HEADING_NOISE:
        return 0.0
    known = find_payer(name.text)
    company = bool(set(words) & (PAYER_WORDS - PLAN_WORDS))
    if not known and not company and take_whole("member_name", name.text) and large < 0.8:
        return 0.0
    share = known.share if known else 0.0
    strong, typical = bool(set(words) & STRONG_PLAN_WORDS), words[0] in PLAN_WORDS
    plan = 0.0 if known else (0.12 if large >= 0.95 else 0.25) * strong + 0.1 * (typical and not strong)
    more = 0.03 * (len(name.pieces) - 1)
    alone = 0.15 if len(name.text) < 5 and not known else 0.0
    return 0.1 + 0.38 * large + 0.2 * high + (0.22 if company else 0.0) + 0.3 * share + more - plan - alone


def _payer_in(text: str) -> str:
    """Return the payer's name in a heading: a known payer followed by a plan's words is named alone."""
    known = find_payer(text)
    if known and text.lower().startswith(known.printed):
        rest = set(_words(text[len(known.printed) :]))
        if rest & STRONG_PLAN_WORDS and not rest & PAYER_WORDS:
            return text[: len(known.printed)]
    return text


# --- the plan -------------------------------------------------------------------------------------------


def _plan_likeness(piece: Piece, payer: Heading | None, head: float) -> float:
    """Return how much a text looks like a plan's name, 0 to 1."""
    text = piece.text
    words = _words(clean(text))
    if not 1 <= len(words) <= 7 or set(words) & HEADING_NOISE - {"deductible"} or text.rstrip().endswith("."):
        return 0.0
    if _is_sentence(text) or not (_is_heading_like(text) or _has_number(text)):
        return 0.0
    if find_pharmacy_manager(clean(text)) or _is_other_company(clean(text)):
        return 0.0
    strong = sum(word in STRONG_PLAN_WORDS for word in words)
    known = sum(word in PLAN_WORDS for word in words)
    named = bool(payer) and words[0] == _words(payer.value)[0] if payer else False
    in_head = piece.box.middle[1] < head or _is_beside(piece, payer)
    typical = strong or (known > 1 and known >= len(words) - 1) or (known and (named or in_head))
    if not typical and not (in_head and _may_be_any_name(piece, payer)):
        return 0.0
    only_kind = 0.25 if len(words) == 1 and not in_head else 0.0
    base = 0.62 + 0.05 * min(known, 3) if typical else 0.45
    return min(0.97, base + 0.1 * named + (0.12 if in_head else 0.0) - only_kind)


def _is_other_company(text: str) -> bool:
    """Say whether a text is a known payer's name and nothing else."""
    known = find_payer(text)
    return known is not None and known.share >= 0.9 and not set(_words(text)) & PLAN_WORDS


def _is_beside(piece: Piece, payer: Heading | None) -> bool:
    """Say whether a text stands right below the payer's name or in one row with it."""
    if payer is None or not payer.pieces:
        return False
    last = payer.pieces[-1].box
    gap = (piece.box.top - last.bottom) / max(last.height, piece.box.height)
    below = -0.5 <= gap <= 0.9 and last.shares_column(piece.box) > 0.3 and piece.box.middle[1] > last.middle[1]
    return below or any(row.box.shares_row(piece.box) > 0.5 for row in payer.pieces)


def _may_be_any_name(piece: Piece, payer: Heading | None) -> bool:
    """Say whether a short text next to the payer may be a plan with a name of its own ("STAR", "Core 500")."""
    text = clean(piece.text)
    words = text.split()
    if not _is_beside(piece, payer) or len(words) > 4 or sum(char.isalpha() for char in text) < 3:
        return False
    tall = payer is not None and piece.box.height >= 0.35 * max(row.box.height for row in payer.pieces)
    titled = all(word[0].isupper() or word[0].isdigit() or word.lower() in _SMALL_WORDS for word in words)
    return tall and titled and not set(_words(text)) & {"your", "our", "drug", "coverage", "network", "health"}
