"""Lines of text as they were probably printed, where OCR ran words together or misread a label. Pure.

Only words that announce something are mended, never values: a label that is misread by a letter loses its value, while
a value that was "mended" would be wrong and look right.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from sandbox.cardscan.reader.lines import Line

#: a line of which OCR is surer than this is left as it was read
SURE = 0.975
#: the shortest word that is mended, and the shortest in which two letters may be wrong
SHORTEST, LONG = 5, 9

#: "NAMEMichael", "Member:W204", "688670PCN#"
_RUN_ON = re.compile(
    r"(?<=[A-Z]{3})(?=[A-Z][a-z]{2,})|(?<=[a-z]{3}[:#])(?=\w)|(?<=\d{4})(?=(?i:(?:rx ?)?(?:bin|pcn|grp|group)\b))"
    r"|(?<=\bEDI)(?=\d{5}\b)"
)
#: words of copays, which labels.json does not have
_MORE = frozenset(
    {"office", "visit", "visits", "specialist", "specialists", "specialty", "emergency", "urgent", "urgently", "needed"}
    | {"copay", "copays", "telemedicine", "preventive", "primary", "virtual", "deductible", "generic"}
)
_RX = frozenset({"rxbin", "rxpcn", "rxgrp", "rxgroup", "rxiin"})
#: those that a blurred short word may be, and letters that blur makes alike: one for the other is half an error
_BLURRED_RX = ("rxbin", "rxpcn", "rxgrp", "rxgroup")
_ALIKE = ("bs8e", "co0qge", "il1tj", "nhm", "xyr", "uo", "pf", "gq9")
#: how many errors a blurred short word may have
MOST_ERRORS = 1.5
_RX_WORD = re.compile(r"(?<![A-Za-z0-9])[Rr](?:[xX] )?[A-Za-z0-9]{3,6}(?=\s*(?:[:#.]|$|\s\S*\d))")
#: letters that are told apart by the word alone, and from how long a word on
_SHAPES = str.maketrans("l1|!tj0", "iiiiiio")
LONG_ENOUGH = 6
_WORD = re.compile(r"[A-Za-z0-9|!]{5,}")
#: "ID" is read as "10" or "lD" behind a word for a person
_ID = re.compile(r"(?<=[a-z]{4}\s)(?:1[0oOD]|[lI|]0)(?=\s*(?:$|[:#]|\s[A-Z0-9]{5}))", re.IGNORECASE)


def mend(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with words of labels mended and missing spaces put in."""
    return [replace(line, text=text) if (text := _mended(line)) != line.text else line for line in lines]


def _mended(line: Line) -> str:
    text = _RUN_ON.sub(" ", line.text)
    text = _WORD.sub(lambda word: _look_alike(word[0]), text)
    if line.score > SURE:
        return text
    text = _RX_WORD.sub(lambda word: _nearest_rx(word[0]), text)
    text = _WORD.sub(lambda word: _nearest(word[0]), text)
    return _ID.sub("ID", text)


def _look_alike(word: str) -> str:
    """Return the word of a label that a text is, but for letters that look alike ("Speciallst")."""
    low = word.lower()
    if low in _vocabulary() or len(low) < LONG_ENOUGH:
        return word
    known = _by_shape().get(_shape(low))
    return _as_written(word, known) if known else word


def _shape(word: str) -> str:
    return word.translate(_SHAPES)


def _as_written(word: str, known: str) -> str:
    return known.upper() if word.isupper() else known.capitalize() if word[0].isupper() else known


def _nearest(word: str) -> str:
    """Return the word of a label that a text is, but for a letter or two; the text itself when there is none."""
    low = word.lower()
    if low in _vocabulary() or sum(char.isdigit() for char in low) > 1:
        return word
    wrong = 2 if len(low) >= LONG else 1
    near = [known for known in _vocabulary() if len(known) == len(low) and _differing(known, low) <= wrong]
    near += [known for known in (low[1:], low[:-1]) if known in _RX]
    if len(near) != 1:
        return word
    return _as_written(word, near[0])


def _nearest_rx(word: str) -> str:
    """Return the label of a pharmacy number that a blurred word is ("RPON" is "RxPCN"), the word itself if none."""
    low = word.lower().replace(" ", "")
    if low in _RX or sum(char.isdigit() for char in low) > 1:
        return word
    first, second, *_ = sorted((_errors(low, known), known) for known in _BLURRED_RX)
    return _as_written(word, first[1]) if first[0] <= MOST_ERRORS and first[0] < second[0] else word


def _errors(said: str, known: str) -> float:
    """Return how many letters must be changed, put in or left out to get from one word to another."""
    row = [float(place) for place in range(len(known) + 1)]
    for count, char in enumerate(said, 1):
        last, row = row, [float(count)]
        for place, other in enumerate(known, 1):
            row.append(min(last[place] + 1, row[-1] + 1, last[place - 1] + _difference(char, other)))
    return row[-1]


def _difference(one: str, other: str) -> float:
    if one == other:
        return 0.0
    return 0.5 if any(one in alike and other in alike for alike in _ALIKE) else 1.0


def _differing(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))


@cache
def _vocabulary() -> frozenset[str]:
    """Return the long words of all labels."""
    table = json.loads(Path(__file__).with_name("labels.json").read_text("utf-8"))
    rows = [row["words"] for row in table["meanings"]] + list(table["lists"].values())
    phrases = [phrase for row in rows for phrase in row]
    words = {word for phrase in phrases for word in re.findall(r"[a-z]+", re.sub(r"\{\w+\}", " ", phrase))}
    return frozenset(word for word in words if len(word) >= SHORTEST) | _MORE | _RX


@cache
def _by_shape() -> dict[str, str]:
    """Return the words of labels by their shape; those that share one are left out."""
    shapes = [_shape(word) for word in _vocabulary()]
    return {_shape(word): word for word in _vocabulary() if shapes.count(_shape(word)) == 1}
