"""The table of payers and pharmacy benefit managers that a card may name (payers.json)."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class KnownPayer:
    """A payer: names as printed (lower case), payer ids as clearinghouses publish them, the form of member ids."""

    names: tuple[str, ...]
    ids: frozenset[str]
    member: re.Pattern[str]


@dataclass(frozen=True)
class PayerFound:
    """A known payer in a text: what it is called there, and how much of the text the name makes up (0 to 1)."""

    payer: KnownPayer
    printed: str
    share: float


def find_payer(text: str) -> PayerFound | None:
    """Return the known payer with the longest name in a text. Spaces and marks in the text do not matter."""
    letters = _letters(text)
    hits = [(name, payer) for payer in payers() for name in payer.names if _holds(text, letters, name)]
    if not hits:
        return None
    name, payer = max(hits, key=lambda hit: len(_letters(hit[0])))
    return PayerFound(payer, name, len(_letters(name)) / max(len(letters), 1))


def find_pharmacy_manager(text: str) -> str | None:
    """Return the pharmacy benefit manager whose name is most of a text, as printed in lower case, or None."""
    letters = _letters(text)
    for name in _table()["pharmacy_benefit_managers"]:
        if _letters(name) in letters and len(_letters(name)) >= 0.6 * len(letters):
            return str(name)
    return None


def is_known_id(payer_id: str) -> bool:
    """Say whether a payer id is in the table."""
    return any(payer_id.upper() in payer.ids for payer in payers())


@cache
def payers() -> tuple[KnownPayer, ...]:
    """Return the whole table."""
    return tuple(
        KnownPayer((row["name"], *row["also"]), frozenset(row["ids"]), re.compile(row["member"]))
        for row in _table()["payers"]
    )


def _holds(text: str, letters: str, name: str) -> bool:
    """Short names ("umr", "oscar") must stand as words; long ones may be run together by OCR."""
    if len(name) <= 8:
        return re.search(rf"(?<![a-z]){re.escape(name)}(?![a-z])", text.lower()) is not None
    return _letters(name) in letters


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


@cache
def _table() -> dict:
    return json.loads(Path(__file__).with_name("payers.json").read_text("utf-8"))
