"""Comparing what was asked with the payer's record: names, member ids, birth dates."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache

from sandbox.candid.model import Member

_SUFFIXES = {"JR", "SR", "II", "III", "IV"}
# What a camera or a hurried hand takes for each other. Both sides are folded, so 0 and O count as the same character.
_LOOKALIKES = str.maketrans("OQDILSBZG", "000115826")


# The same few people are compared again and again within a check.
@lru_cache(maxsize=4000)
def plain(name: str) -> str:
    """Return a name as payers write it: upper case, no accents, no punctuation."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^A-Z ]+", "", re.sub(r"[-/.]", " ", letters.upper())).split())


def split_name(full: str) -> tuple[str, str, str]:
    """Return (first, middle, last) of a name as cards print it: "FIRST M LAST JR" or "LAST, FIRST M".

    A surname of several words cannot be told from a middle name; what is in doubt goes to the middle, and
    `same_person` takes it either way. A hyphenated name is one word.
    """
    before, comma, after = full.partition(",")
    if comma and plain(after) not in _SUFFIXES:
        first, *middle = _words(after) or [""]
        return first, " ".join(middle), " ".join(_words(before))
    words = _words(full)
    if len(words) < 2:
        return "", "", " ".join(words)
    return words[0], " ".join(words[1:-1]), words[-1]


def same_person(asked: tuple[str, str], first: str, middle: str, last: str) -> bool:
    """Tell whether (first, last) as asked is this person, whichever way the middle name goes."""
    return any(same_name(asked, name) for name in _either_way(first, middle, last))


def names_of(member: Member) -> set[str]:
    """Return every name under which a member or a dependent of theirs is found, in the form of `joined`."""
    own = _either_way(member.first_name, member.middle_name, member.last_name)
    return {joined(name) for name in own + [(one.first_name, one.last_name) for one in member.dependents]}


def _either_way(first: str, middle: str, last: str) -> list[tuple[str, str]]:
    return [(first, last), (first, f"{middle} {last}")]


def same_name(asked: tuple[str, str], known: tuple[str, str]) -> bool:
    """Tell whether two (first, last) are the same once case, accents, punctuation and spacing are gone."""
    return joined(asked) == joined(known)


def close_name(asked: tuple[str, str], known: tuple[str, str]) -> bool:
    """Tell whether two (first, last) are near enough for a payer to answer and correct.

    One of the two must be equal, the other a beginning ("Do" of DOE), longer by a middle name, or misspelt.
    """
    first, last = plain(asked[0]), plain(asked[1])
    known_first, known_last = plain(known[0]), plain(known[1])
    if not last or not known_last:
        return False
    if first == known_first:
        return _close(last, known_last)
    return last == known_last and _close(first, known_first)


@lru_cache(maxsize=4000)
def plain_id(member_id: str) -> str:
    """Return a member id without spaces and punctuation, in upper case."""
    return re.sub(r"[^A-Z0-9]", "", member_id.upper())


def lookalike(member_id: str) -> str:
    """Return a member id in which characters that look the same are the same."""
    return plain_id(member_id).translate(_LOOKALIKES)


def swapped(asked: date, known: date) -> bool:
    """Tell whether day and month changed places."""
    return (asked.year, asked.month, asked.day) == (known.year, known.day, known.month) and asked != known


def _words(text: str) -> list[str]:
    words = [plain(word) for word in text.split()]
    return [word for word in words if word and word not in _SUFFIXES]


@lru_cache(maxsize=4000)
def joined(name: tuple[str, str]) -> str:
    """Return a (first, last) in the form in which two are compared: the same for the same name."""
    return "".join(plain(part).replace(" ", "") for part in name)


def _close(asked: str, known: str) -> bool:
    if not asked or not known:
        return False
    if asked.startswith(known) or known.startswith(asked):
        return True
    return _distance(asked, known) <= (1 if len(known) < 5 else 2)


def _distance(left: str, right: str) -> int:
    """Return how many letters must be changed, added or removed (Levenshtein)."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        previous, row[0] = row[0], i
        for j, b in enumerate(right, start=1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]
