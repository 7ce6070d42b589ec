"""Names of people: the dependents, and the member where no label says "name". Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace

from sandbox.cardscan.reader.associate import Answer, Sorted
from sandbox.cardscan.reader.headings import second_line
from sandbox.cardscan.reader.labels import Meaning
from sandbox.cardscan.reader.lines import Box
from sandbox.cardscan.reader.namebook import is_family, is_given
from sandbox.cardscan.reader.values import take, take_whole
from sandbox.cardscan.reader.words import EMPLOYERS, PAYER_WORDS, PLAN_WORDS

#: how far below each other names of one list stand, in line heights
LIST_GAP = 1.1
#: an unlabelled name may stand this many line heights from the member's number
NEAR_NUMBER = 5.0
#: an unlabelled number of the member has so many characters; and how sure its meaning is
LONG_NUMBER, WEAK = 9, 0.45

#: how sure a person is behind "Client Name"
CLIENT = 0.85
#: how sure an unlabelled name is whose first and last words are frequent names, or whose first word is one
BOTH_KNOWN, GIVEN_KNOWN = 0.78, 0.6
#: how much surer a place is with a given name, and how sure at most
GIVEN_MORE, SUREST_PLACE = 0.1, 0.86
#: what a name without any label means
_UNSAID = Meaning("unsaid", ("member_name",), 0.5, ())

#: "01 ANNA KEEL", with or without the space
_NUMBERED = re.compile(r"0?\d\s|0\d(?=[A-Za-z]{2})")


def find_dependents(answers: Sequence[Answer], parts: Sorted, member: Answer | None) -> list[Answer]:
    """Return the dependents: after or below their label, or in a list that begins with the member.

    A list without a label of its own counts when its rows are numbered (01, 02) or share the member's last name.
    """
    labelled = [answer for answer in answers if answer.kind == "dependent_names"]
    found: list[Answer] = []
    for answer in labelled:
        found += _split(answer)
        found += _list_below(answer, parts)
    if not labelled and member is not None:
        found += [other for other in _list_below(member, parts) if _is_family(member, other)]
    return _each_once(found, but=member.value if member else "")


def find_client(answers: Sequence[Answer]) -> Answer | None:
    """Return the person behind a label that usually names an employer ("Client Name: ANNA KEEL"), or None."""
    for answer in answers:
        taken = take_whole("member_name", answer.piece.text) if answer.kind in ("client_name", "employer") else None
        if taken and is_given(taken.value.split()[0]) and not set(taken.value.lower().split()) & EMPLOYERS:
            return replace(answer, kind="member_name", value=taken.value, label_score=CLIENT)
    return None


def find_unlabelled_member(parts: Sorted, number: Answer | None) -> Answer | None:
    """Return the name that stands alone close to the member's number, or is made of frequent names, or None."""
    best: Answer | None = None
    for piece in parts.free:
        taken = take_whole("member_name", piece.text)
        words = set(piece.text.lower().split())
        if taken is None or words & (PAYER_WORDS | PLAN_WORDS) or second_line(piece, parts.free):
            continue
        score = _likeness(taken.value, _by_place(piece.box, number))
        if score and (best is None or score > best.label_score):
            best = Answer("member_name", taken.value, piece.score, score, piece, number.meaning if number else _UNSAID)
    return best


def _by_place(box: Box, number: Answer | None) -> float:
    """Return how sure a name is by its distance from the member's number, 0 when it is far."""
    far = _distance(box, number.piece.box) if number else NEAR_NUMBER + 1
    return 0.82 - 0.05 * far if far <= NEAR_NUMBER else 0.0


def _likeness(value: str, place: float) -> float:
    """Return how sure an unlabelled name is, by its place and by what people are usually called.

    Of two texts close to the number the one that begins with a given name is the member's; a firm's is not.
    """
    first, *between, last = value.lower().split()
    given, family = is_given(first), is_family(last)
    if not (given and family) and {first, *between, last} & EMPLOYERS:
        return 0.0
    if given:
        return max(min(place + GIVEN_MORE, SUREST_PLACE) if place else 0.0, BOTH_KNOWN if family else GIVEN_KNOWN)
    return place


def find_unlabelled_number(parts: Sorted, member: Answer | None) -> Answer | None:
    """Return the long number that stands alone close below or above the member's name, or None.

    That is little evidence: its label was lost in a bad photo, or the card has none.
    """
    if member is None:
        return None
    best: Answer | None = None
    for piece in parts.free:
        taken = take_whole("member_number", piece.text)
        if taken is None or len(taken.value) < LONG_NUMBER:
            continue
        near = 1 - _distance(piece.box, member.piece.box) / NEAR_NUMBER
        if near > 0 and (best is None or near > best.label_score):
            best = Answer("member_number", taken.value, 0.8 * piece.score, near, piece, member.meaning)
    return replace(best, label_score=WEAK) if best else None


def full_name(answers: Sequence[Answer]) -> Answer | None:
    """Return first and last name as one, where a card prints them behind labels of their own."""
    first = next((answer for answer in answers if answer.kind == "first_name"), None)
    last = next((answer for answer in answers if answer.kind == "last_name"), None)
    if first is None or last is None:
        return None
    text, label = min(first.text_score, last.text_score), min(first.label_score, last.label_score)
    return Answer("member_name", f"{first.value} {last.value}", text, label, first.piece, first.meaning)


def _split(answer: Answer) -> list[Answer]:
    """Return each name of "ANNA KEEL, TIM KEEL"; "KEEL, ANNA" is one name."""
    parts = [part for part in re.split(r"\s*[;&/]\s*|\s*,\s*", answer.piece.text) if part]
    names = [taken.value for part in parts if (taken := take("member_name", part))]
    if len(names) < 2 or len(names) != len(parts):
        return [answer]
    return [_renamed(answer, name) for name in names]


def _renamed(answer: Answer, name: str) -> Answer:
    return Answer("dependent_names", name, answer.text_score, answer.label_score, answer.piece, answer.meaning)


def _list_below(first: Answer, parts: Sorted) -> list[Answer]:
    """Return the names that go on below a name, in its column and with its line height."""
    found, above = [], first.piece.box
    for piece in sorted(parts.free, key=lambda piece: piece.box.top):
        gap = (piece.box.top - above.bottom) / above.height
        same_column = abs(piece.box.left - above.left) <= 1.3 * above.height
        if piece.box.middle[1] <= above.middle[1] or not same_column or gap > LIST_GAP:
            continue
        taken = take_whole("dependent_names", piece.text)
        if taken is None or _label_between(parts, above, piece.box):
            break
        score = first.label_score * 0.98
        found.append(Answer("dependent_names", taken.value, piece.score, score, piece, first.meaning))
        above = piece.box
    return found


def _label_between(parts: Sorted, above: Box, below: Box) -> bool:
    return any(
        above.middle[1] < asked.box.middle[1] < below.middle[1] and asked.box.shares_column(below) > 0.3
        for asked in parts.asked
    )


def _is_family(member: Answer, other: Answer) -> bool:
    numbered = _NUMBERED.match(member.piece.text) and _NUMBERED.match(other.piece.text)
    return bool(numbered) or member.value.split()[-1].lower() == other.value.split()[-1].lower()


def _each_once(answers: Sequence[Answer], *, but: str) -> list[Answer]:
    kept: dict[str, Answer] = {}
    for answer in answers:
        if answer.value.lower() != but.lower():
            kept.setdefault(answer.value.lower(), answer)
    return list(kept.values())


def _distance(one: Box, other: Box) -> float:
    """Return how far two boxes are apart vertically, in heights of the taller; columns apart count as far."""
    size = max(one.height, other.height)
    down = max(one.top - other.bottom, other.top - one.bottom, 0.0) / size
    aside = max(one.left - other.right, other.left - one.right, 0.0) / size
    return down + 0.5 * aside
