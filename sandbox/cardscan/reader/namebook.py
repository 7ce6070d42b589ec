"""What is known of people's names: frequent ones (names.json), to tell a name from other words and to part it. Pure.

OCR swallows the space around an initial ("TARIQ ZGUTIERREZ") or between two names ("PHUONGJEFFERSON"), and puts some
inside widely set letters ("VE RNON COL E MAN"). Frequent names tell where the spaces were.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from sandbox.cardscan.reader.lines import Line

#: shorter names are found inside too many words
SHORTEST_GIVEN, SHORTEST_FAMILY = 3, 4
#: a line of one word is taken for two names from this length on, with a given name of at least so many letters
LONG_WORD, SHORTEST_BEGIN = 10, 5
_WORD = r"[^\W\d_]+(?:['’-][^\W\d_]+)*"
_RUN = re.compile(rf"(?<![\w.@/-]){_WORD}(?: {_WORD})*(?![\w.@/-])")


def is_given(word: str) -> bool:
    """Say whether a word is a frequent given name."""
    return word.lower().strip(".,'") in _names("given")


def is_family(word: str) -> bool:
    """Say whether a word is a frequent family name; of a double name one part is enough."""
    return any(part in _names("family") for part in re.split(r"[-\s]", word.lower().strip(".,'")))


def part_names(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with the spaces of people's names put right."""
    return [replace(line, text=text) if (text := spaced(line.text)) != line.text else line for line in lines]


def spaced(text: str) -> str:
    """Return a text with the spaces of the people's names in it put right, where that is certain."""
    return _behind_given(text) or _RUN.sub(lambda run: _run(run[0]), text)


def _run(text: str) -> str:
    words = text.split(" ")
    if _is_torn(words) and (whole := _parted("".join(words))):
        return whole
    told = [_parted(word) or word for word in words]
    for place, word in enumerate(told):
        if place + 1 < len(told) and is_family(told[place + 1]) and (loose := _initial_behind(word)):
            told[place] = loose
        if place and is_given(told[place - 1]) and (loose := _initial_before(word)):
            told[place] = loose
    return " ".join(told)


def _is_torn(words: Sequence[str]) -> bool:
    """Say whether letters stand apart that are no initials: two or more very short pieces among at least three."""
    return len(words) >= 3 and sum(len(word) <= 3 for word in words) >= 2 and not any(is_given(word) for word in words)


def _parted(word: str) -> str:
    """Return "PHUONG JEFFERSON" for "PHUONGJEFFERSON", with or without an initial between the two; "" for others."""
    low = word.lower()
    if len(low) < SHORTEST_GIVEN + SHORTEST_FAMILY or _is_name(low):
        return ""
    for end in range(len(low) - SHORTEST_FAMILY, SHORTEST_GIVEN - 1, -1):
        if low[:end] in _names("given"):
            if low[end:] in _names("family"):
                return f"{word[:end]} {word[end:]}"
            if len(low) - end > SHORTEST_FAMILY and low[end].isalpha() and low[end + 1 :] in _names("family"):
                return f"{word[:end]} {word[end]} {word[end + 1 :]}"
    return ""


def _behind_given(text: str) -> str:
    """Return a line of one long word in capitals parted behind the given name that it begins with, or "".

    The family name need not be known: no other word on a card is so long and begins so.
    """
    low = text.lower()
    if not (text.isalpha() and text.isupper()) or len(low) < LONG_WORD or _parted(text):
        return ""
    ends = [end for end in range(SHORTEST_BEGIN, len(low) - SHORTEST_FAMILY + 1) if low[:end] in _names("given")]
    return f"{text[: ends[-1]]} {text[ends[-1] :]}" if ends else ""


def _initial_behind(word: str) -> str:
    low = word.lower()
    loose = len(low) > SHORTEST_GIVEN + 1 and not _is_name(low) and low[:-1] in _names("given")
    return f"{word[:-1]} {word[-1]}" if loose else ""


def _initial_before(word: str) -> str:
    low = word.lower()
    loose = len(low) > SHORTEST_FAMILY and not _is_name(low) and low[1:] in _names("family")
    return f"{word[0]} {word[1:]}" if loose else ""


def _is_name(low: str) -> bool:
    return low in _names("given") or low in _names("family")


@cache
def _names(kind: str) -> frozenset[str]:
    table = json.loads(Path(__file__).with_name("names.json").read_text("utf-8"))
    return frozenset(word for line in table[kind] for word in line.split())
