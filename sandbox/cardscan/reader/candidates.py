"""The texts of a card that may be a company's or a plan's name: lines, lines together, parts of lines. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from sandbox.cardscan.reader.associate import Answer, Piece
from sandbox.cardscan.reader.lines import Box, Line
from sandbox.cardscan.reader.payers import NETWORK as NETWORK_KIND
from sandbox.cardscan.reader.payers import find_company
from sandbox.cardscan.reader.roles import (
    CLAIMS,
    NETWORK,
    PAYER,
    is_lead,
    parts_at_roles,
    role_led_by,
    role_told_behind,
    role_told_below,
)
from sandbox.cardscan.reader.wording import SMALL_WORDS, clean, has_number, is_heading_like, words_of
from sandbox.cardscan.reader.words import (
    HEADING_NOISE,
    ORGANISATIONS,
    PAYER_TAILS,
    PAYER_WORDS,
    PLAN_WORDS,
    STRONG_PLAN_WORDS,
)

#: colours (CIE Lab) further apart than this are two colours
OTHER_COLOUR = 40.0
#: a name has at most so many lines
MOST_LINES = 3
#: so much higher than usual is a heading
LARGE = 1.25
#: words that lead to a name stand at most so far left of it or above it, in line heights
LEAD_LEFT, LEAD_ABOVE = 14.0, 1.2

#: words of the brand that all Blue plans add to their own name
_BLUES = {"blue", "cross", "shield", "bluecross", "blueshield", "and", "&", "of"}
#: where a name ends inside a line: an address, a figure, a mark between two things
_STOP = re.compile(
    r"\s*[;|•·(]|,?\s+p\.?\s*o\.?\s*(?:box|drawer)\b|\.\s|\s[-–—]\s|,(?!\s*(?:inc|llc|ltd|co|corp|l\.l\.c)\b)|"
    r",?\s+\d{4,}|\s+\(?\d{3}\)?[\s.-]\d{3}|\s+(?:attn|call|at|and|is|are|or)\s(?=.*\d)|\s+and\s*$|"
    r"\s+(?:is|are|has|will|does|may|shall)\s",
    re.IGNORECASE,
)
_TWO_BRANDS = re.compile(r"[A-Za-z][^|]*[a-z][^|]*\s*\|\s*[A-Za-z][^|]*")
_IN_BRACKETS = re.compile(r"\s*\([^)]*\)")
_SECOND_LABEL = re.compile(r":\s*((?:plan|program|option|coverage)\s+)$", re.IGNORECASE)
_PLAN_LINE = re.compile(r"(?:P(?:lan|LAN)|O(?:ption|PTION))(?:\s+[A-Z0-9(][\w\-+()]*){1,4}")
_OPENING = re.compile(r"\s*(?:the\s+)?(?:plan|program|coverage|benefits?)\s+(?:is|are)\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Name:
    """A text that may be a name: the lines it stands in, and what the words around say.

    `kind` is the kind of value that a label took it for ("" without a label), `role` what the words around make of it;
    `whole` says that nothing else stands in its pieces, `goes_on` that a longer candidate contains it.
    """

    pieces: tuple[Piece, ...]
    text: str
    role: str = ""
    kind: str = ""
    whole: bool = True
    goes_on: bool = False

    @property
    def height(self) -> float:
        """Return how high the tallest of its lines is, in pixels."""
        return max(piece.box.height for piece in self.pieces)

    @property
    def top(self) -> float:
        """Return where it begins, in pixels from the top."""
        return self.pieces[0].box.top

    @property
    def score(self) -> float:
        """Return the confidence in its letters."""
        return min(piece.score for piece in self.pieces)


def find_names(free: Sequence[Piece], answers: Sequence[Answer], lines: Sequence[Line]) -> list[Name]:
    """Return every text that may be a name, from free texts and from labelled ones that hold words."""
    told = [(piece, "") for piece in free]
    told += [(answer.piece, answer.kind) for answer in answers if answer.kind in _WORDY]
    parts = [name for piece, kind in told for name in _parts(piece, kind, lines)]
    seen = {(name.pieces[0].line, name.text) for name in parts}
    parts += [name for name in (*_led(lines), *_as_they_stand(lines)) if (name.pieces[0].line, name.text) not in seen]
    rows = sorted((name for name in parts if name.whole and not _closed(name)), key=lambda name: name.top)
    longer = [name for row in rows for name in _with_lines_below(row, rows, lines)]
    held = {piece.span for name in longer for piece in name.pieces}
    return [replace(name, goes_on=name.whole and name.pieces[0].span in held) for name in parts] + longer


#: the kind of a line that begins with "Plan", which may be a label or the plan's own first word
LINE = "plan line"
#: kinds of labelled values that may be, or hold, a company's name
_WORDY = {"payer_name", "employer", "client_name", "pharmacy_benefit_manager", "other", "plan_name"}


def _closed(name: Name) -> bool:
    """Say whether a label other than a payer's took the text: then it does not go on in other lines."""
    return name.kind not in ("", "payer_name")


def find_plan_texts(free: Sequence[Piece], answers: Sequence[Answer], lines: Sequence[Line]) -> list[Name]:
    """Return every text that may be a plan's name: whole free texts, and what a plan's label took."""
    told = [(piece, "", "") for piece in free]
    told += [(one.piece, "plan_name", _own_word(one.piece, lines)) for one in answers if one.kind == "plan_name"]
    names = [(piece, kind, clean(own + piece.text)) for piece, kind, own in told]
    return [
        Name((piece,), text, "" if kind else _role(piece, 0, len(piece.text), lines), kind)
        for piece, kind, text in names
        if kind or is_heading_like(_IN_BRACKETS.sub("", text)) or has_number(text)
    ] + [name for number, line in enumerate(lines) if (name := _plan_line(number, line))]


def _plan_line(number: int, line: Line) -> Name | None:
    """Return a line that begins with its plan's own first word, taken for a label: "Plan Vital", "Plan G"."""
    if not _PLAN_LINE.fullmatch(line.text.strip()):
        return None
    return Name((Piece(line.text, line.box, number, 0, line.score),), clean(line.text), kind=LINE)


def _own_word(piece: Piece, lines: Sequence[Line]) -> str:
    """Return the word of a plan's name that was taken for a second label: "Plan" in "Benefit Plan: Plan A"."""
    before = lines[piece.line].text[: piece.start] if piece.line < len(lines) else ""
    own = _SECOND_LABEL.search(before)
    return own[1] if own else ""


# --- parts of a line ------------------------------------------------------------------------------------


def _parts(piece: Piece, kind: str, lines: Sequence[Line]) -> Iterator[Name]:
    """Yield the whole text, or what stands before, between and behind the words that give roles."""
    for start, end in parts_at_roles(piece.text):
        start = _behind_label(piece.text, start, end)
        stop = _STOP.search(piece.text, start, end)
        text = clean(piece.text[start : stop.start() if stop and stop.start() > start + 1 else end])
        if is_heading_like(text) and not _gives_role(piece, lines):
            start = piece.text.index(text[0], start)
            role = _role(piece, start, start + len(text), lines)
            name = Name((piece,), text, role, "" if role else kind, whole=text == clean(piece.text))
            yield name
            if not name.role and (company := find_company(text)) and company.kind == NETWORK_KIND:
                role = NETWORK
            yield from (replace(name, text=short, whole=False, role=role) for short in _shorter(text))
    if kind == "" and _TWO_BRANDS.fullmatch(piece.text) and is_heading_like(piece.text):
        yield Name((piece,), clean(piece.text), _role(piece, 0, len(piece.text), lines))


def _gives_role(piece: Piece, lines: Sequence[Line]) -> bool:
    return piece.line < len(lines) and is_lead(lines[piece.line].text, piece.start, piece.start + len(piece.text))


def _led(lines: Sequence[Line]) -> Iterator[Name]:
    """Yield what follows a payer's words in its line, whatever labels it seems to hold ("Insured by Campus Life")."""
    for number, line in enumerate(lines):
        whole = Piece(line.text, line.box, number, 0, line.score)
        if any(start > 0 for start, _ in parts_at_roles(line.text)):
            yield from (name for name in _parts(whole, "", lines) if name.role in (PAYER, CLAIMS))


def _as_they_stand(lines: Sequence[Line]) -> Iterator[Name]:
    """Yield large lines, and those that words above or beside call a payer's, whatever labels they seem to hold.

    "Tri-County Care" is one name, though "County" is a label, and so is "Harrow Benefit Services".
    """
    usual = median([line.box.height for line in lines] or [1.0])
    for number, line in enumerate(lines):
        text = clean(line.text)
        if is_heading_like(text):
            piece = Piece(line.text, line.box, number, 0, line.score)
            role = _role(piece, 0, len(line.text), lines)
            if line.box.height >= LARGE * usual or role in (PAYER, CLAIMS):
                yield Name((piece,), text, role)


def _shorter(text: str) -> Iterator[str]:
    """Yield other readings of a line: without its plan, without the lone letter of a logo."""
    if brand := _brand(text):
        yield brand
    first, _, rest = text.partition(" ")
    if len(first) == 1 and first.isalpha() and len(rest.partition(" ")[0]) > 1:
        yield rest


def _behind_label(text: str, start: int, end: int) -> int:
    """Return where a name may begin in a stretch of text: behind a colon, and behind "This plan is"."""
    start = max(start, text.rfind(":", start, end) + 1)
    opening = _OPENING.match(text[start:end])
    return start + (opening.end() if opening else 0)


def _brand(text: str) -> str:
    """Return the company's name in a line that goes on with its plan ("Oxford Health Plans Freedom PPO"), or ""."""
    low, words = text.lower(), text.split()
    known = find_company(text)
    if known and low.startswith(known.printed) and len(known.printed) < len(low):
        ends = len(known.printed)
    else:
        last = max((at for at, word in enumerate(words) if word.lower().strip(".,") in ORGANISATIONS), default=0)
        ends = len(" ".join(words[: last + 1])) if last else 0
    rest = set(words_of(text[ends:]))
    return text[:ends].strip() if ends and rest & STRONG_PLAN_WORDS and not rest & ORGANISATIONS else ""


def _role(piece: Piece, start: int, end: int, lines: Sequence[Line]) -> str:
    """Return what the words before or behind a stretch of a text say of it, in its line or close to it."""
    if piece.line >= len(lines):
        return ""
    line = lines[piece.line].text
    before, behind = line[: piece.start + start], line[piece.start + end :]
    told = role_told_behind(behind)
    if before.strip(" .:,-"):
        return role_led_by(before) or told
    led = next((role for text in _leads(piece, lines) if (role := role_led_by(text))), "")
    return led or told or _told_below(piece, lines)


def _told_below(piece: Piece, lines: Sequence[Line]) -> str:
    """Return the role that the line right below a name gives it, unless that line announces one below itself."""
    below = [line for line in lines if line.box.top > piece.box.top and is_stacked(piece.box, line.box)]
    line = min(below, key=lambda one: one.box.top, default=None)
    role = role_told_below(line.text) if line else ""
    return role if role and line and not any(is_stacked(line.box, other.box) for other in lines) else ""


def _leads(piece: Piece, lines: Sequence[Line]) -> Iterator[str]:
    """Yield the texts that may lead to a name: the one close left of it, the one right above it."""
    left = [line for line in lines if line.box.shares_row(piece.box) > 0.5 and line.box.right <= piece.box.left + 2]
    near = max(left, key=lambda line: line.box.right, default=None)
    if near and piece.box.left - near.box.right <= LEAD_LEFT * piece.box.height:
        yield near.text
    above = [line for line in lines if _is_above(line.box, piece.box)]
    if above:
        yield max(above, key=lambda line: line.box.middle[1]).text


def _is_above(upper: Box, lower: Box) -> bool:
    gap = (lower.top - upper.bottom) / max(upper.height, lower.height)
    near = -0.6 <= gap <= LEAD_ABOVE and upper.middle[1] < lower.middle[1]
    return near and (upper.shares_column(lower) > 0.5 or abs(upper.left - lower.left) <= upper.height)


# --- lines that go on -----------------------------------------------------------------------------------


def _with_lines_below(name: Name, rows: Sequence[Name], lines: Sequence[Line]) -> Iterator[Name]:
    """Yield the name together with one and two lines below that complete it."""
    for lower in rows:
        first, last = lower.pieces[0], name.pieces[-1]
        if len(name.pieces) == MOST_LINES or first in name.pieces or lower.role not in ("", name.role):
            continue
        if is_stacked(last.box, first.box) and _same_ink(last, first, lines) and completes(name.text, lower.text):
            name = replace(name, pieces=(*name.pieces, first), text=f"{name.text} {lower.text}")
            yield name


def is_stacked(upper: Box, lower: Box) -> bool:
    """Say whether one text stands right below another, flush left, flush right or centred."""
    size = max(upper.height, lower.height)
    gap = (lower.top - upper.bottom) / size
    aligned = min(abs(lower.left - upper.left), abs(lower.right - upper.right), abs(lower.middle[0] - upper.middle[0]))
    return aligned <= 0.6 * size and -0.5 <= gap <= 0.6 and lower.middle[1] > upper.middle[1]


def colours_apart(first: tuple[float, float, float] | None, second: tuple[float, float, float] | None) -> float:
    """Return how far two colours are apart, 0 when one is unknown. Thin letters look paler: lightness counts less."""
    if first is None or second is None:
        return 0.0
    paler, green_red, blue_yellow = (a - b for a, b in zip(first, second, strict=True))
    return float(((0.4 * paler) ** 2 + green_red**2 + blue_yellow**2) ** 0.5)


def _same_ink(one: Piece, other: Piece, lines: Sequence[Line]) -> bool:
    first, second = (lines[piece.line].ink if piece.line < len(lines) else None for piece in (one, other))
    return colours_apart(first, second) <= OTHER_COLOUR


def completes(upper: str, lower: str) -> bool:
    """Say whether the lower line goes on with a company's name.

    It does when the two are a known company together, when the lower has the words of the Blue plans, when the upper
    ends in the middle ("Coastal &"), when the lower has only a company's words, or has some where the upper has none.
    """
    above, below = clean(upper), clean(lower)
    words = set(words_of(below))
    whole, part = find_company(f"{above} {below}"), find_company(above)
    if whole and whole.share >= 0.9 and (part is None or len(whole.printed) > len(part.printed)):
        return True
    if words <= _BLUES and words & {"blue", "bluecross", "blueshield"}:
        return True
    if (part and part.share >= 0.9) or words & HEADING_NOISE:
        return False
    if above.endswith(("&", " and", " of")) or below.lower().startswith(("& ", "and ", "of ")):
        return not words & STRONG_PLAN_WORDS
    tails = bool(set(words_of(above)) & PAYER_WORDS) and words <= PAYER_WORDS | PAYER_TAILS | SMALL_WORDS
    if any(char.isdigit() for char in upper + lower) or words & STRONG_PLAN_WORDS - PAYER_TAILS:
        return False
    if not words & PAYER_WORDS:
        return tails and len(words) <= 2 and not words & (PLAN_WORDS - PAYER_TAILS)
    has_some = bool(set(words_of(above)) & PAYER_WORDS)
    return words <= PAYER_WORDS | SMALL_WORDS or (len(words) <= 3 and not has_some)
