"""Payer search: names, ids and misspelt names to a page of payers (docs/vendors/candid.md, payer search).

Everything that can be looked up is sorted or counted beforehand, so that a search costs what it finds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import cache, lru_cache
from heapq import nlargest
from typing import Any

import simplejson

from sandbox.candid import paging
from sandbox.candid.payers import SUPPORTED, Payer, directory, find, plain, plain_names
from sandbox.state import dump

Doc = dict[str, Any]
Hits = tuple[tuple[int, Payer], ...]
# Scores only order the answer; Stedi's own are huge integers without a documented meaning.
_IS_ID, _IS_NAME, _STARTS, _HAS_WORDS = 10_000_000, 9_000_000, 7_000_000, 5_000_000
_BEGINS_ID, _LOOKS_LIKE = 4_000_000, 1_000_000
_LEAST_OF_ID = 3
_LOOKED_AT = 12
_LIKE_ENOUGH = 0.75
# A name that is shorter than this part of the other cannot be alike enough.
_SHORTEST = _LIKE_ENOUGH / (2 - _LIKE_ENOUGH)
_SUPPORT = (
    "claimStatus",
    "professionalClaimSubmission",
    "dentalClaimSubmission",
    "institutionalClaimSubmission",
    "claimPayment",
    "coordinationOfBenefits",
    "unsolicitedClaimAttachment",
)


def page(query: Mapping[str, str]) -> Doc:
    """Return a page of the payers that fit the text of a search.

    Raises:
        BadRequest: page_size or page_token cannot be read.
    """
    most, begin = paging.size(query, "page_size"), paging.start(query)
    hits = search(query.get("query", ""))
    items = [{"score": score, "payer": _shown(payer)} for score, payer in hits[begin : begin + most]]
    return paging.page(items, begin=begin, most=most, found=len(hits)) | {"stats": {"total": len(hits)}}


@lru_cache(maxsize=1000)
def search(query: str) -> Hits:
    """Return (score, payer) of everything that fits the text, best first; an empty text fits everything.

    Exact ids and names come first, then names that begin with the text, then names that contain all its words; only
    when nothing fits so far, names that merely look like it ("Atena").
    """
    wanted = plain(query)
    if not wanted:
        return tuple((0, payer) for payer in directory())
    scores = _of_ids(query.strip().upper())
    for place in _with_words(wanted.split()):
        number, name, payer = _names()[place]
        score = _of_name(wanted, name) - 50 * number
        scores[payer] = max(scores.get(payer, 0), score)
    scores = scores or _alike(wanted)
    return tuple(sorted(((score, payer) for payer, score in scores.items()), key=lambda hit: (-hit[0], hit[1].name)))


@cache
def _shown(payer: Payer) -> simplejson.RawJSON:
    """Return the payer as payer search shows it."""
    support = {"eligibilityCheck": payer.eligibility, **dict.fromkeys(_SUPPORT, SUPPORTED)}
    shown = {
        "stedi_id": payer.stedi_id,
        "display_name": payer.name,
        "primary_payer_id": payer.payer_id,
        "aliases": [payer.payer_id, *payer.aliases],
        "names": list(payer.names),
        "transaction_support": support,
        "employer_identification_numbers": [],
        "payer_enrollment": {},
        "coverage_types": list(payer.coverage_types),
    }
    return simplejson.RawJSON(dump(shown))


def _of_ids(text: str) -> dict[Payer, int]:
    exact = find(text)
    ids = _ids()
    scores: dict[Payer, int] = {}
    if len(text) >= _LEAST_OF_ID:
        for known, payer in ids[bisect_left(ids, text, key=lambda entry: entry[0]) :]:
            if not known.startswith(text):
                break
            scores[payer] = _BEGINS_ID
    return scores | ({exact: _IS_ID} if exact else {})


def _with_words(parts: list[str]) -> set[int]:
    """Return the places of the names in which every part begins some word."""
    return set.intersection(*(_with_word(part) for part in parts))


def _with_word(part: str) -> set[int]:
    words, found = _words(), set()
    for word, place in words[bisect_left(words, (part, 0)) :]:
        if not word.startswith(part):
            break
        found.add(place)
    return found


def _of_name(wanted: str, name: str) -> int:
    """Shorter names first: they are the more likely ones."""
    if wanted == name:
        return _IS_NAME
    return (_STARTS if name.startswith(wanted) else _HAS_WORDS) - len(name)


def _alike(wanted: str) -> dict[Payer, int]:
    """Score the names that look like the text; only those with which it shares most letters and pairs are looked at."""
    shared = Counter(place for pair in _pairs(wanted) for place in _by_pair().get(pair, ()))
    letters, scores = _letters(wanted), dict[Payer, int]()
    fitting = (entry for entry in _by_letters() if _SHORTEST * len(wanted) <= entry[1] <= len(wanted) / _SHORTEST)
    promising = nlargest(_LOOKED_AT, fitting, key=lambda entry: 2 * shared[entry[0]] + (entry[2] & letters).bit_count())
    matcher = SequenceMatcher(None, b=wanted)
    for place, _length, _known in promising:
        _number, name, payer = _names()[place]
        matcher.set_seq1(name)
        likeness = matcher.ratio()
        if likeness >= _LIKE_ENOUGH:
            scores[payer] = max(scores.get(payer, 0), int(_LOOKS_LIKE * likeness))
    return scores


@cache
def _names() -> list[tuple[int, str, Payer]]:
    """Return (which of its names, the name, its payer) of all payers."""
    return [(number, name, payer) for payer in directory() for number, name in enumerate(plain_names(payer))]


@cache
def _words() -> list[tuple[str, int]]:
    """Return (word, place in `_names`), sorted."""
    return sorted({(word, place) for place, (_number, name, _payer) in enumerate(_names()) for word in name.split()})


@cache
def _ids() -> list[tuple[str, Payer]]:
    """Return (id, payer), sorted by id."""
    return sorted(((known, payer) for payer in directory() for known in payer.ids), key=lambda entry: entry[0])


@cache
def _by_pair() -> dict[str, list[int]]:
    """Return the places of the names in which two letters stand beside each other."""
    places: dict[str, list[int]] = {}
    for place, (_number, name, _payer) in enumerate(_names()):
        for pair in _pairs(name):
            places.setdefault(pair, []).append(place)
    return places


@cache
def _by_letters() -> list[tuple[int, int, int]]:
    """Return (place in `_names`, length, letters) of all names."""
    return [(place, len(name), _letters(name)) for place, (_number, name, _payer) in enumerate(_names())]


def _letters(text: str) -> int:
    """Return the letters and digits of a plain text as a set of bits."""
    return sum(1 << (ord(letter) - ord("0")) for letter in set(text) - {" "})


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}
