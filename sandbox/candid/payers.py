"""The payer directory: who can be asked. Its search is `sandbox.candid.payer_search`.

The rows are in payers.csv: real, public EDI payer ids and names. The five-letter ids are Stedi's own for Aetna (HPQRS),
Ameritas (PSBWG) and Blue Cross NC (UPICO) and made up for the rest; who supports what is made up too, apart from payers
that no longer exist. See docs/vendors/candid.md.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

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

    @property
    def ids(self) -> tuple[str, ...]:
        """Return everything it can be asked by, in upper case."""
        return tuple(known.upper() for known in (self.payer_id, self.stedi_id, *self.aliases))


@cache
def directory() -> tuple[Payer, ...]:
    """Return all payers, in the file's order."""
    with _FILE.open(newline="", encoding="utf-8") as file:
        return tuple(_payer(row) for row in csv.DictReader(file))


def find(payer_id: str) -> Payer | None:
    """Return the payer with this primary id, Stedi id or alias; letters in either case."""
    return _by_id().get(payer_id.strip().upper())


def by_name(text: str) -> Payer | None:
    """Return the payer that a card's words name, or None.

    OCR text is long ("unitedhealthcare choice plus"), so a payer whose whole name is within the text counts; the
    longest such name wins. A name that several payers share ("Blue Cross Blue Shield") names none of them.
    """
    wanted = f" {plain(text)} "
    inside = [(len(name), payer) for payer in directory() for name in plain_names(payer) if f" {name} " in wanted]
    return max(inside, key=lambda hit: hit[0])[1] if inside else None


def plain(text: str) -> str:
    """Return a name in lower case, letters and digits only, usual short forms written out."""
    words = re.sub(r"[^a-z0-9]+", " ", text.lower().replace("&", " and ").replace("'", "")).split()
    joined = " ".join(_SHORT_FORMS.get(word, word) for word in words)
    return joined.replace("health care", "healthcare").replace("united healthcare", "unitedhealthcare")


@cache
def plain_names(payer: Payer) -> tuple[str, ...]:
    """Return all names of a payer as `plain` has them, the one it is shown with first."""
    return tuple(plain(name) for name in (payer.name, *payer.names))


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
    # The primary id last: it wins over somebody else's alias.
    return {known: payer for payer in directory() for known in reversed(payer.ids)}
