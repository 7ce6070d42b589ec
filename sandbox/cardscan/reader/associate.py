"""Which value belongs to which label: on the same line, to its right, below it. Pure geometry and shapes.

Every label with a fitting text is a candidate with a score; the best candidate takes its text first, and a
text is used once. Nothing here knows any card: only "a value stands near its label".
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from sandbox.cardscan.reader.labels import Label, Meaning, find_labels
from sandbox.cardscan.reader.lines import Box, Line
from sandbox.cardscan.reader.values import Taken, take, take_whole

#: how sure a position is: the value follows its label in one line; stands right of it; below it; above it
IN_LINE, RIGHT, BELOW, ABOVE = 0.99, 0.97, 0.95, 0.6
#: on a card that prints its labels under the values, below and above change places
UNDER_VALUES = 0.93
#: how far a value may stand from its label, in heights of the taller of the two
FARTHEST_RIGHT, FARTHEST_BELOW = 16.0, 2.2
#: names that no card prints above their label unless it prints all values so
_NEVER_ABOVE = {"plan_name", "payer_name", "plan_type", "pharmacy_benefit_manager", "employer", "client_name"}
#: of two places that differ by this much in score, the worse one is no doubt about the better
CLEAR = 0.2
#: a label without a field only keeps its value from others: it goes last
DECOY = 0.75


@dataclass(frozen=True)
class Piece:
    """A stretch of a line that is no label: a possible value."""

    text: str
    box: Box
    line: int
    start: int
    score: float

    @property
    def span(self) -> tuple[int, int, int]:
        """Return line number, first and last character: what is used up when the value is taken."""
        return self.line, self.start, self.start + len(self.text)

    def words(self) -> Iterator["Piece"]:
        """Return the words one by one, each with its share of the box."""
        place, whole = 0, Line(self.text, self.box, self.score)
        for word in self.text.split():
            place = self.text.index(word, place)
            yield replace(self, text=word, box=whole.part(place, place + len(word)), start=self.start + place)
            place += len(word)


@dataclass(frozen=True)
class Asked:
    """A label that stands alone and looks for its value."""

    meaning: Meaning
    piece: Piece

    @property
    def box(self) -> Box:
        """Return where the label stands."""
        return self.piece.box


@dataclass(frozen=True)
class Answer:
    """A value found for a label. Both scores are 0 to 1.

    `doubt` says how nearly the label might have had another text, or the text another label: 0 when nothing else fits.
    """

    kind: str
    value: str
    text_score: float
    label_score: float
    piece: Piece
    meaning: Meaning
    doubt: float = 0.0


@dataclass(frozen=True)
class Sorted:
    """What became of the lines: values that follow their label, labels that ask, texts that are free."""

    answers: tuple[Answer, ...]
    asked: tuple[Asked, ...]
    free: tuple[Piece, ...]

    def without(self, answers: Sequence[Answer]) -> "Sorted":
        """Return the same with the texts of some answers no longer free."""
        used = [answer.piece.span for answer in answers]
        free = tuple(piece for piece in self.free if not any(_overlap(piece.span, span) for span in used))
        return replace(self, free=free)


def sort_out(lines: Sequence[Line]) -> Sorted:
    """Split every line into labels, the values that follow them, and free text."""
    answers: list[Answer] = []
    asked: list[Asked] = []
    free: list[Piece] = []
    for number, line in enumerate(lines):
        labels = _standing(line.text)
        first = labels[0].start if labels else len(line.text)
        free += _pieces(line, number, 0, first)
        for place, label in enumerate(labels):
            end = labels[place + 1].start if place + 1 < len(labels) else len(line.text)
            _sort_label(line, number, label, end, answers, asked, free)
    return Sorted(tuple(answers), tuple(asked), tuple(part for piece in free for part in _by_columns(piece, asked)))


def associate(lines: Sequence[Line]) -> tuple[list[Answer], Sorted]:
    """Return the answers of one side of a card, best first, and the lines as they were sorted out.

    Texts that became a value are no longer among the free ones; labels that found no value are: they may be words of
    a heading ("Pinnacle" / "Health Plan").
    """
    parts = sort_out(lines)
    above = UNDER_VALUES if _labels_are_under_values(parts) else ABOVE
    offers = [offer for asked in parts.asked for offer in _offers(asked, parts, above)]
    offers.sort(key=lambda offer: -offer[1].label_score * _rank(offer[1].meaning))
    taken: dict[Asked, Answer] = {}
    for asked, answer in offers:
        if asked not in taken and not any(_overlap(answer.piece.span, other.piece.span) for other in taken.values()):
            taken[asked] = answer
    doubted = [replace(answer, doubt=_doubt(asked, answer, offers, taken)) for asked, answer in taken.items()]
    answers, served = [*parts.answers, *doubted], set(taken)
    parts = parts.without(answers)
    idle = tuple(asked.piece for asked in parts.asked if asked not in served)
    return sorted(answers, key=lambda answer: -answer.label_score), replace(parts, free=parts.free + idle)


def _doubt(
    asked: Asked, answer: Answer, offers: Sequence[tuple[Asked, Answer]], taken: Mapping[Asked, Answer]
) -> float:
    """Return how near the next best comes: another text for the label that nobody took, or a label left without one."""
    rivals = [
        other.label_score
        for label, other in offers
        if (label is not asked and label not in taken and _overlap(other.piece.span, answer.piece.span))
        or (label is asked and not any(_overlap(other.piece.span, used.piece.span) for used in taken.values()))
    ]
    return max(0.0, 1 - (answer.label_score - max(rivals)) / CLEAR) if rivals else 0.0


def _rank(meaning: Meaning) -> float:
    return DECOY if meaning.kinds == ("other",) else 1.0


def _overlap(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


# --- one line -------------------------------------------------------------------------------------------


def _standing(text: str) -> list[Label]:
    """Return the labels of a line that really announce something.

    From right to left: a label followed by words that cannot be its value is part of a sentence, and so is a
    weak word behind other words without a colon.
    """
    kept: list[Label] = []
    for label in reversed(find_labels(text)):
        end = kept[0].start if kept else len(text)
        inside = _after(text, label, end).strip(" .,;/|-*")
        fits = not inside or _first_fit(label.meaning, inside) is not None or label.closed
        if fits and not (_is_in_sentence(text, label) and label.meaning.weak and not label.closed):
            kept.insert(0, label)
    return kept


def _after(text: str, label: Label, end: int) -> str:
    """Return what follows a label up to the next one; a translation ("Name/Nombre") belongs to the label."""
    after = text[label.end : end]
    is_translation = after.lstrip().startswith("/") and not any(char.isdigit() for char in after)
    return "" if is_translation else after


def _is_in_sentence(text: str, label: Label) -> bool:
    before = text[: label.start].rstrip()
    return bool(before) and before[-1].isalpha() and not before.endswith(":")


def _sort_label(
    line: Line, number: int, label: Label, end: int, answers: list[Answer], asked: list[Asked], free: list[Piece]
) -> None:
    pieces = _pieces(line, number, label.end, end) if _after(line.text, label, end) else []
    if not pieces:
        text = line.text[label.start : label.end]
        place = Piece(text, line.part(label.start, label.end), number, label.start, line.score)
        asked.append(Asked(label.meaning, place))
        return
    piece = pieces[0]
    fit = _first_fit(label.meaning, piece.text)
    if fit is None:
        return
    kind, taken = fit
    score = IN_LINE * label.meaning.strength * taken.fit * (1.0 if label.closed else 0.99)
    answers.append(Answer(kind, taken.value, piece.score, score, piece, label.meaning))
    if taken.rest.strip(" .,;:|-"):
        start = piece.text.rfind(taken.rest)
        free += _pieces(line, number, piece.start + start, piece.start + len(piece.text))


def _first_fit(meaning: Meaning, text: str) -> tuple[str, Taken] | None:
    for kind in meaning.kinds:
        if taken := take(kind, text):
            return kind, taken
    return None


def _pieces(line: Line, number: int, start: int, end: int) -> list[Piece]:
    text = line.text[start:end]
    inside = text.strip(" .,;:|")
    if not any(char.isalnum() for char in inside):
        return []
    start += text.index(inside)
    end = start + len(inside)
    return [Piece(inside, line.part(start, end), number, start, line.score_of(start, end))]


def _by_columns(piece: Piece, asked: Sequence[Asked]) -> list[Piece]:
    """Return a text that OCR drew across two columns, cut where the labels right above it begin."""
    size = piece.box.height
    above = [head.box for head in asked if -0.6 * size <= piece.box.top - head.box.bottom <= FARTHEST_BELOW * size]
    first = [box for box in above if abs(box.left - piece.box.left) <= 1.2 * size]
    heads = [
        box.left
        for box in above
        if piece.box.left + size < box.left < piece.box.right - size
        and any(box.shares_row(one) >= 0.5 for one in first)
    ]
    words = list(piece.words())
    cuts = {_nearest_word(words, left) for left in heads}
    starts = [0, *sorted(cut for cut in cuts if cut), len(words)]
    if len(starts) == 2:
        return [piece]
    return [_join(words[start:end], piece) for start, end in pairwise(starts)]


def _nearest_word(words: Sequence[Piece], left: float) -> int:
    """Return which word begins closest to a column's left edge, 0 when none is close."""
    away = [(abs(word.box.left - left), place) for place, word in enumerate(words)]
    distance, place = min(away)
    return place if distance <= 2.5 * words[place].box.height else 0


def _join(words: Sequence[Piece], piece: Piece) -> Piece:
    start, end = words[0].start - piece.start, words[-1].start - piece.start + len(words[-1].text)
    box = replace(piece.box, left=words[0].box.left, right=words[-1].box.right)
    return replace(piece, text=piece.text[start:end], box=box, start=piece.start + start)


# --- label and value apart ------------------------------------------------------------------------------


def _offers(asked: Asked, parts: Sorted, above: float) -> Iterator[tuple[Asked, Answer]]:
    """Return every text near a label that could be its value, with how sure that is."""
    for piece in parts.free:
        for part, nearness in _places(asked, piece, parts, above):
            for kind in asked.meaning.kinds:
                if taken := take_whole(kind, part.text):
                    score = nearness * asked.meaning.strength * taken.fit
                    yield asked, Answer(kind, taken.value, part.score, score, part, asked.meaning)
                    break


def _places(asked: Asked, piece: Piece, parts: Sorted, above: float) -> Iterable[tuple[Piece, float]]:
    """Return the piece, or the words of it that stand under the label, each with the score of its place."""
    near = _nearness(asked, piece.box, parts, above)
    if near:
        yield piece, near
    if " " in piece.text and not asked.meaning.kinds[0].endswith(("name", "names")):
        for word in piece.words():
            if word_near := _nearness(asked, word.box, parts, above):
                yield word, word_near * (0.97 if near else 1.0)


def _nearness(asked: Asked, box: Box, parts: Sorted, above: float) -> float:
    """Return the score of a value's place relative to its label: 0 when it is not near."""
    below = BELOW if above == ABOVE else ABOVE
    if above == ABOVE and asked.meaning.kinds[0] in _NEVER_ABOVE:
        above = 0.0
    score = max(_right_of(asked.box, box), _below(asked.box, box, below), _above(asked.box, box, above))
    if score <= 0 or any(_is_between(other.box, asked.box, box) for other in parts.asked if other is not asked):
        return 0.0
    return score


def _right_of(label: Box, value: Box) -> float:
    size = max(label.height, value.height)
    gap = (value.left - label.right) / size
    if label.shares_row(value) < 0.5 or not -0.9 <= gap <= FARTHEST_RIGHT or value.left < label.middle[0]:
        return 0.0
    return RIGHT - 0.012 * max(gap, 0.0)


def _below(label: Box, value: Box, best: float = BELOW) -> float:
    size = max(label.height, value.height)
    drop = (value.top - label.bottom) / size
    offset = abs(value.left - label.left) / size
    aligned = offset <= 1.2 or label.shares_column(value) >= 0.6
    if not aligned or not -0.6 <= drop <= FARTHEST_BELOW or value.middle[1] <= label.middle[1]:
        return 0.0
    return best - 0.07 * max(drop, 0.0) - 0.02 * min(offset, 4.0)


def _above(label: Box, value: Box, best: float = ABOVE) -> float:
    size = max(label.height, value.height)
    rise = (label.top - value.bottom) / size
    offset = abs(value.left - label.left) / size
    if not best or offset > 0.8 or not -0.6 <= rise <= 0.8 or value.middle[1] >= label.middle[1]:
        return 0.0
    return best - 0.1 * max(rise, 0.0)


def _labels_are_under_values(parts: Sorted) -> bool:
    """Say whether most labels that stand alone have a fitting text closer above than below."""
    votes = [vote for asked in parts.asked if asked.meaning.kinds != ("other",) and (vote := _vote(asked, parts.free))]
    return votes.count("above") > max(1, 2 * votes.count("below"))


def _vote(asked: Asked, free: Sequence[Piece]) -> str:
    fitting = [
        piece.box for piece in free if any(take_whole(kind, piece.text) is not None for kind in asked.meaning.kinds)
    ]
    if any(_right_of(asked.box, box) > 0.9 for box in fitting):
        return ""
    rises = [asked.box.top - box.bottom for box in fitting if _above(asked.box, box) > 0]
    drops = [box.top - asked.box.bottom for box in fitting if _below(asked.box, box) > 0]
    if not rises and not drops:
        return ""
    return "above" if min(rises, default=1e9) < min(drops, default=1e9) else "below"


def _is_between(other: Box, label: Box, value: Box) -> bool:
    """Say whether another label stands between a label and a value, in their row or their column."""
    if label.shares_row(value) >= 0.5 and other.shares_row(label) >= 0.5:
        return label.middle[0] < other.middle[0] < value.middle[0]
    if other.shares_column(value) >= 0.3 and other.shares_column(label) >= 0.1:
        low, high = sorted((label.middle[1], value.middle[1]))
        return low < other.middle[1] < high
    return False
