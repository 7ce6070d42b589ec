"""The payer directory and its search.

The rows are in payers.csv: real, public EDI payer ids and names. The five-letter ids are Stedi's own for Aetna (HPQRS),
Ameritas (PSBWG) and Blue Cross NC (UPICO) and made up for the rest; who supports what is made up too, apart from payers
that no longer exist. See docs/vendors/candid.md.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any

SUPPORTED = "SUPPORTED"
NOT_SUPPORTED = "NOT_SUPPORTED"
ENROLLMENT_REQUIRED = "ENROLLMENT_REQUIRED"

_FILE = Path(__file__).with_name("payers.csv")
_SHORT_FORMS = {
    "bcbs": "blue cross blue shield",
    "bluecross": "blue cross",
    "blueshield": "blue shield",
    "uhc": "unitedhealthcare",
}
# Scores only order the answer; Stedi's own are huge integers without a documented meaning.
_IS_ID, _IS_NAME, _STARTS, _HAS_WORDS = 10_000_000, 9_000_000, 7_000_000, 5_000_000
_BEGINS_ID, _LOOKS_LIKE = 4_000_000, 1_000_000


@dataclass(frozen=True)
class Payer:
    """A payer as the directory knows it; `kind` decides which plans its members have."""

    payer_id: str
    stedi_id: str
    name: str
    kind: str
    eligibility: str
    coverage_types: tuple[str, ...]
    aliases: tuple[str, ...]
    names: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the payer as payer search shows it (docs/vendors/candid.md, payer search)."""
        support = dict.fromkeys(("claimStatus", "professionalClaimSubmission", "claimPayment"), SUPPORTED)
        return {
            "stedi_id": self.stedi_id,
            "display_name": self.name,
            "primary_payer_id": self.payer_id,
            "aliases": [self.payer_id, *self.aliases],
            "names": list(self.names),
            "transaction_support": {"eligibilityCheck": self.eligibility, **support},
            "employer_identification_numbers": [],
            "payer_enrollment": {},
            "coverage_types": list(self.coverage_types),
        }


@cache
def directory() -> tuple[Payer, ...]:
    """Return all payers, in the file's order."""
    with _FILE.open(newline="", encoding="utf-8") as file:
        return tuple(_payer(row) for row in csv.DictReader(file))


def find(payer_id: str) -> Payer | None:
    """Return the payer with this primary id, Stedi id or alias; letters in either case."""
    return _by_id().get(payer_id.strip().upper())


def search(query: str) -> list[tuple[int, Payer]]:
    """Return (score, payer) of everything that fits the text, best first; an empty text fits everything.

    Exact ids and names come first, then names that begin with the text, then names that contain all its words; only
    when nothing fits so far, names that merely look like it ("Atena").
    """
    wanted = _plain(query)
    if not wanted:
        return [(0, payer) for payer in directory()]
    found = [(_score(query.strip().upper(), wanted, payer), payer) for payer in directory()]
    hits = [hit for hit in found if hit[0] > 0]
    if not hits:
        hits = [(_likeness(wanted, payer), payer) for payer in directory()]
        hits = [hit for hit in hits if hit[0] > 0]
    return sorted(hits, key=lambda hit: (-hit[0], hit[1].name))


def by_name(text: str) -> Payer | None:
    """Return the payer that a card's words name, or None.

    OCR text is long ("unitedhealthcare choice plus"), so a payer whose whole name is within the text counts; the
    longest such name wins. A name that several payers share ("Blue Cross Blue Shield") names none of them.
    """
    wanted = _plain(text)
    inside = [
        (len(name), payer)
        for payer in directory()
        for name in _plain_names(payer)
        if re.search(rf"\b{re.escape(name)}\b", wanted)
    ]
    return max(inside, key=lambda hit: hit[0])[1] if inside else None


def _payer(row: dict[str, str]) -> Payer:
    return Payer(
        payer_id=row["payer_id"],
        stedi_id=row["stedi_id"],
        name=row["name"],
        kind=row["kind"],
        eligibility=row["eligibility"],
        coverage_types=_list(row["coverage_types"]),
        aliases=_list(row["aliases"]),
        names=_list(row["names"]),
    )


def _list(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(";") if part)


@cache
def _by_id() -> dict[str, Payer]:
    return {known.upper(): payer for payer in directory() for known in (*payer.aliases, payer.stedi_id, payer.payer_id)}


def _plain(text: str) -> str:
    """Lower case, letters and digits only, usual short forms written out."""
    words = re.sub(r"[^a-z0-9]+", " ", text.lower().replace("&", " and ").replace("'", "")).split()
    plain = " ".join(_SHORT_FORMS.get(word, word) for word in words)
    return plain.replace("health care", "healthcare").replace("united healthcare", "unitedhealthcare")


@cache
def _plain_names(payer: Payer) -> tuple[str, ...]:
    return tuple(_plain(name) for name in (payer.name, *payer.names))


def _score(as_id: str, wanted: str, payer: Payer) -> int:
    ids = [payer.payer_id.upper(), payer.stedi_id, *(alias.upper() for alias in payer.aliases)]
    if as_id in ids:
        return _IS_ID
    begins_id = len(as_id) >= 3 and any(known.startswith(as_id) for known in ids)
    by_name = max(_score_of_name(wanted, name) - 50 * place for place, name in enumerate(_plain_names(payer)))
    return max(by_name, _BEGINS_ID if begins_id else 0)


def _score_of_name(wanted: str, name: str) -> int:
    """Shorter names first: they are the more likely ones."""
    if wanted == name:
        return _IS_NAME
    if name.startswith(wanted):
        return _STARTS - len(name)
    return _HAS_WORDS - len(name) if _has_words(wanted, name) else 0


def _has_words(wanted: str, name: str) -> bool:
    words = name.split()
    return all(any(word.startswith(part) for word in words) for part in wanted.split())


def _likeness(wanted: str, payer: Payer) -> int:
    best = max(SequenceMatcher(None, wanted, name).ratio() for name in _plain_names(payer))
    return int(_LOOKS_LIKE * best) if best >= 0.75 else 0
