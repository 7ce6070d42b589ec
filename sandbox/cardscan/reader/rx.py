"""Which group is the Rx group where a card only says "Group" beside its BIN and PCN. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from sandbox.cardscan.reader.associate import Answer
from sandbox.cardscan.reader.lines import Box

#: how far from a BIN or PCN the Rx group may stand, in line heights: below it, or beside it
BELOW, BESIDE = 2.0, 14.0
#: how far apart values of one column may begin
RAGGED = 3.0
#: how sure it is when another group stands elsewhere, and when it goes on in one line with them
ELSEWHERE, IN_LINE = 0.95, 0.8


def tell_rx_group(answers: Sequence[Answer]) -> list[Answer]:
    """Return the answers of a side with the group that goes on with a BIN and PCN made the Rx group.

    That is so when the card has another group elsewhere, when it follows them in one line, or closes a row or a column
    of both. A group that only stands close to them is made less sure. Where the Rx group has its own label nothing is
    changed.
    """
    rx = [answer for answer in answers if answer.kind in ("rx_bin", "rx_pcn")]
    groups = [answer for answer in answers if answer.kind == "group_number"]
    if not rx or any(answer.kind == "rx_group" for answer in answers):
        return list(answers)
    near = [group for group in groups if any(_goes_on(one, group) for one in rx)]
    elsewhere = len(near) < len(groups)
    return [_told(answer, rx, elsewhere=elsewhere) if answer in near else answer for answer in answers]


def _told(group: Answer, rx: Sequence[Answer], *, elsewhere: bool) -> Answer:
    follows = any(_follows(one, group) for one in rx)
    if elsewhere or follows or _closes_both(rx, group):
        return replace(group, kind="rx_group", label_score=group.label_score * (ELSEWHERE if elsewhere else IN_LINE))
    return replace(group, label_score=group.label_score * 0.93)


def _closes_both(rx: Sequence[Answer], group: Answer) -> bool:
    """Say whether BIN and PCN both stand left of a group in its row, or above each other and then it in one column."""
    box = group.piece.box
    left = {one.kind for one in rx if one.piece.box.shares_row(box) >= 0.5 and one.piece.box.right < box.left}
    above = {one.kind for one in rx if _is_below(one.piece.box, box, 2 * BELOW)}
    return len(left) == 2 or (len(above) == 2 and any(_is_below(one.piece.box, box) for one in rx))


def _follows(rx: Answer, group: Answer) -> bool:
    return group.piece.line == rx.piece.line and group.piece.start > rx.piece.start


def _goes_on(rx: Answer, group: Answer) -> bool:
    """Say whether a group follows in the line, the row or the column of a BIN or PCN."""
    return (
        _follows(rx, group) or _is_right_of(rx.piece.box, group.piece.box) or _is_below(rx.piece.box, group.piece.box)
    )


def _is_right_of(one: Box, other: Box) -> bool:
    gap = (other.left - one.right) / max(one.height, other.height)
    return one.shares_row(other) >= 0.5 and 0 <= gap <= BESIDE


def _is_below(one: Box, other: Box, farthest: float = BELOW) -> bool:
    """Say whether a value stands below another; behind labels in one line, values of a column begin raggedly."""
    size = max(one.height, other.height)
    return 0 < other.middle[1] - one.middle[1] < farthest * size and abs(other.left - one.left) < RAGGED * size
