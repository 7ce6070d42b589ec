"""The words that cards print in front of values, and where they stand in a line of text.

The table is data (labels.json): a meaning, the kinds of value it announces (the first that fits wins), how surely
it does so, and the phrases that say so. Phrases are put together from lists ("{who} {id}"), so that a card's own
combination is known without being listed. "Number", "No." and "#" may follow any phrase; spaces may be missing; i, l,
1 and o, 0 may be mixed up, as OCR does.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
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
    """A label found in a line: its meaning, its characters, and whether a colon or # closes it.

    `own` is how many characters the meaning's own words have, without a "No." that may follow any words.
    """

    meaning: Meaning
    start: int
    end: int
    closed: bool
    own: int = 0


_TABLE = json.loads(Path(__file__).with_name("labels.json").read_text("utf-8"))
MEANINGS = tuple(
    Meaning(row["meaning"], tuple(row["kinds"]), row["strength"], tuple(row["words"]), row["weak"])
    for row in _TABLE["meanings"]
)

#: the health plan number of the card standard: "Health Plan (80840) 911-87726-04"; never a member id
_ISSUER = Meaning("issuer", ("plan_id",), 0.9, ("80840",))
_ISSUER_PATTERN = re.compile(
    r"(?:(?:health\s*plan|plan|card\s*issuer|issuer|payer|(?<![a-z])id)(?:\s*(?:id|no\.?|number|#))?[\s:#]*)?"
    r"[(\[{]?\s*8[o0]84[o0]\s*[)\]}]?(?![0-9])[\s:#]*"
)

_LOOKALIKE = {"i": "[i1l|!í]", "l": "[l1i|]", "o": "[o0ó]", "u": "[uú]", "e": "[eé]", "'": "['’`]?", "#": r"[\s.]*#"}
_LOOKALIKE |= {".": r"\.?", "/": r"\s*[/|&]\s*", "(": r"\(?", ")": r"\)?", ",": ",?"}
_GAP = r"[\s.\-_/]*"
_TAIL = r"(?P<tail>(?:[\s.]*(?:\(s\)|numbers?(?![a-z])|num(?![a-z])|nbr(?![a-z])|n[o0º°](?![a-z0-9])\.?|#))*)"
#: a remark in brackets may stand behind a label: "Member ID (use on all claims)"
_REMARK = r"(?:\s*\((?:use|for|see|required|include|including|if|on|as)\b[^()\d]{0,30}\))?"
_CLOSE = r"(?P<close>[\s.]*[:#=]?[\s:.#=]*)"
_ITEM = re.compile(r"\[[^\]]*\]|\{\w+\}|[^\s\[\]{}]+")


def find_labels(text: str) -> list[Label]:
    """Return the labels of a line from left to right; where several overlap the longest."""
    low = _lower(text)
    found = [Label(_ISSUER, hit.start(), hit.end(), closed=True) for hit in _ISSUER_PATTERN.finditer(low)]
    for meaning, pattern in _patterns():
        for hit in pattern.finditer(low):
            if not _is_inside_code(hit, text) and not _is_in_address(hit, text):
                closed = any(mark in hit["close"] for mark in ":#=") or hit["tail"].strip() != ""
                found.append(Label(meaning, hit.start(), hit.end(), closed, len(hit["words"])))
    return _joined(_longest(found), text)


def _joined(labels: Sequence[Label], text: str) -> list[Label]:
    """Return the labels with those made one that say the same twice: "Member/Miembro", "Name | Nombre"."""
    joined: list[Label] = []
    for label in labels:
        last = joined[-1] if joined else None
        if (
            last
            and last.meaning.kinds[0] == label.meaning.kinds[0]
            and re.fullmatch(r"\s*[/|]\s*", text[last.end : label.start])
        ):
            sure = max(last.meaning, label.meaning, key=lambda meaning: meaning.strength)
            joined[-1] = Label(sure, last.start, label.end, label.closed)
        else:
            joined.append(label)
    return joined


def _longest(found: Iterable[Label]) -> list[Label]:
    kept: list[Label] = []
    for label in sorted(found, key=_preference):
        if all(label.end <= other.start or other.end <= label.start for other in kept):
            kept.append(label)
    return sorted(kept, key=lambda label: label.start)


def _preference(label: Label) -> tuple[int, bool, int, float]:
    """Return what sorts labels: the longest first, then those that tell a field, then whose own words are most.

    "Client No." is the number of a client, not the name "Client" with a number behind it.
    """
    return label.start - label.end, label.meaning.kinds == ("other",), -label.own, -label.meaning.strength


def _is_inside_code(hit: re.Match[str], text: str) -> bool:
    """Say whether a short word runs on into digits, as in the member number "IPA71609"."""
    alone = not hit["tail"] and not hit["close"] and not hit["words"].endswith("#")
    return alone and len(hit["words"]) < 5 and text[hit.end() : hit.end() + 1].isdigit()


def _is_in_address(hit: re.Match[str], text: str) -> bool:
    """Say whether words are a part of a web address, as in "www.plan.example"."""
    before, after = text[: hit.start()], text[hit.end("words") :]
    return re.search(r"\w[.@]$", before) is not None or re.match(r"\.[a-z]{2,}", after) is not None


def _lower(text: str) -> str:
    """Return the text in lower case with every character still at its place."""
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


# --- from phrases to patterns ---------------------------------------------------------------------------


@cache
def _patterns() -> tuple[tuple[Meaning, re.Pattern[str]], ...]:
    return tuple((meaning, _as_pattern(meaning.words)) for meaning in MEANINGS)


def _as_pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    """Return the pattern of a meaning. It ends where no letter follows; a long one also where a code follows at once.

    ("Member IDW277305519": OCR lost the space.)
    """
    lists = {name: _any_of(_entries(name)) for name in _TABLE["lists"]}
    either = "|".join(_phrase(phrase, lists) for phrase in sorted(phrases, key=_weight, reverse=True))
    end = r"(?:(?![a-zñ])|(?<=[a-z]{5})(?=[a-z]{1,3}\d{4})|(?<=[a-z]{3}\s[a-z]{2})(?=[a-z]{1,3}\d{4}))"
    return re.compile(rf"(?<![a-z0-9])(?P<words>(?:{either}){end}){_TAIL}{_REMARK}{_CLOSE}")


def _weight(phrase: str) -> tuple[int, int]:
    return len(_ITEM.findall(phrase)), len(phrase)


def _phrase(phrase: str, lists: Mapping[str, str]) -> str:
    parts = []
    for item in _ITEM.findall(phrase):
        optional = item.startswith("[")
        inner = _GAP.join(_item(one, lists) for one in _ITEM.findall(item.strip("[]")))
        parts.append(f"(?:{inner}{_GAP})?" if optional else inner + _GAP)
    pattern = "".join(parts)
    return pattern.removesuffix(_GAP)


def _item(item: str, lists: Mapping[str, str]) -> str:
    return lists[item.strip("{}")] if item.startswith("{") else _word(item)


def _entries(name: str) -> list[str]:
    """Return the entries of a list, with those of the lists that it names."""
    listed: list[str] = _TABLE["lists"][name]
    return [one for entry in listed for one in (_entries(entry[1:-1]) if entry.startswith("{") else [entry])]


def _any_of(entries: Sequence[str]) -> str:
    """Return the pattern of one entry of a list; a letter may not go on behind it, except where a digit code does."""
    longest_first = sorted(entries, key=len, reverse=True)
    return "(?:" + "|".join(_GAP.join(_word(word) for word in entry.split()) for entry in longest_first) + ")"


def _word(word: str) -> str:
    return "".join(_LOOKALIKE.get(char, re.escape(char)) for char in word)
