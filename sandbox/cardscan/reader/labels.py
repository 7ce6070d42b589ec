"""The words that cards print in front of values, and where they stand in a line of text.

The table is data (labels.json): a meaning, the kinds of value it announces (the first that fits wins), how surely
it does so, and its synonyms. "Number", "No." and "#" may follow any synonym; spaces may be missing; i, l, 1 and
o, 0 may be mixed up, as OCR does.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Meaning:
    """What a label announces.

    `kinds` are the kinds of value (see values.py), `strength` how sure the words are (0 to 1). A `weak` word
    ("name", "plan") also occurs inside sentences: behind other words it counts only with a colon.
    """

    name: str
    kinds: tuple[str, ...]
    strength: float
    words: tuple[str, ...]
    weak: bool = False


@dataclass(frozen=True)
class Label:
    """A label found in a line: its meaning, its characters, and whether a colon or # closes it."""

    meaning: Meaning
    start: int
    end: int
    closed: bool


def _load() -> tuple[Meaning, ...]:
    rows = json.loads(Path(__file__).with_name("labels.json").read_text("utf-8"))["meanings"]
    return tuple(
        Meaning(row["meaning"], tuple(row["kinds"]), row["strength"], tuple(row["words"]), row["weak"]) for row in rows
    )


MEANINGS = _load()

#: the health plan number of the card standard: "Health Plan (80840) 911-87726-04"; never a member id
_ISSUER = Meaning("issuer", ("plan_id",), 0.9, ("80840",))
_ISSUER_PATTERN = r"(?:(?:health\s*plan|plan|card\s*issuer|issuer|(?<![a-z])id)[\s:#]*)?[(\[{]?\s*8[o0]84[o0]\s*[)\]}]"

_LOOKALIKE = {
    "i": "[i1l|!]",
    "l": "[l1i|]",
    "o": "[o0]",
    " ": r"[\s.\-_/]*",
    "'": "['’`]?",
    "#": r"[\s.]*#",
    ".": r"\.?",
}
_TAIL = r"(?:[\s.]*(?:\(s\)|numbers?(?![a-z])|num(?![a-z])|nbr(?![a-z])|n[o0](?![a-z0-9])\.?|#))*"
_CLOSE = r"[\s.]*[:#=]?[\s:.#=]*"


def find_labels(text: str) -> list[Label]:
    """Return the labels of a line from left to right; where several begin together the longest."""
    found = []
    for match in _pattern().finditer(_lower(text)):
        if match["issuer"] is not None:
            found.append(Label(_ISSUER, match.start(), match.end(), closed=True))
            continue
        if _is_inside_code(match, text):
            continue
        closed = any(mark in match["close"] for mark in ":#=") or match["tail"].strip() != ""
        found.append(Label(_by_words()[_key(match["words"])], match.start(), match.end(), closed))
    return found


def _is_inside_code(match: re.Match[str], text: str) -> bool:
    """Say whether a short word runs on into digits, as in the member number "IPA71609"."""
    alone = not match["tail"] and not match["close"]
    return alone and len(match["words"]) < 5 and text[match.end() : match.end() + 1].isdigit()


def _lower(text: str) -> str:
    """Return the text in lower case with every character still at its place."""
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def _key(words: str) -> str:
    """Return the words without what OCR changes: spaces, marks, and i/l/1 and o/0 mixed up."""
    kept = re.sub(r"[\s.\-_/'’`]", "", words)
    return kept.translate(str.maketrans("1|!l0", "iiiio"))


@cache
def _by_words() -> dict[str, Meaning]:
    return {_key(words): meaning for meaning in MEANINGS for words in meaning.words}


def _as_pattern(words: str) -> str:
    """Return the pattern of a synonym. It ends where no letter follows; a long one also where a code follows at once.

    ("Member IDW277305519": OCR lost the space.)
    """
    end = r"(?:(?![a-z])|(?=[a-z]{1,3}\d{4}))" if len(words) >= 8 else "(?![a-z])"
    return "".join(_LOOKALIKE.get(char, re.escape(char)) for char in words) + end


@cache
def _pattern() -> re.Pattern[str]:
    phrases = sorted({words for meaning in MEANINGS for words in meaning.words}, key=len, reverse=True)
    either = "|".join(_as_pattern(words) for words in phrases)
    named = rf"(?<![a-z0-9])(?P<words>{either})(?P<tail>{_TAIL})(?P<close>{_CLOSE})"
    return re.compile(rf"(?P<issuer>{_ISSUER_PATTERN}[\s:#]*)|{named}")
