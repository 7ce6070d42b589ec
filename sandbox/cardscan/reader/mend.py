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
)
#: words of copays, which labels.json does not have
_MORE = frozenset(
    {"office", "visit", "specialist", "emergency", "urgent", "copay", "copays", "telemedicine", "preventive"}
)
_RX = frozenset({"rxbin", "rxpcn", "rxgrp", "rxgroup", "rxiin"})
_WORD = re.compile(r"[A-Za-z0-9|!]{5,}")
#: "ID" is read as "10" or "lD" behind a word for a person
_ID = re.compile(r"(?<=[a-z]{4}\s)(?:1[0oOD]|[lI|]0)(?=\s*(?:$|[:#]|\s[A-Z0-9]{5}))", re.IGNORECASE)


def mend(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with words of labels mended and missing spaces put in."""
    return [replace(line, text=text) if (text := _mended(line)) != line.text else line for line in lines]


def _mended(line: Line) -> str:
    text = _RUN_ON.sub(" ", line.text)
    if line.score > SURE:
        return text
    text = _WORD.sub(lambda word: _nearest(word[0]), text)
    return _ID.sub("ID", text)


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
    return near[0].upper() if word.isupper() else near[0].capitalize() if word[0].isupper() else near[0]


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
