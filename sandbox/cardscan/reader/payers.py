"""The companies that a card may name: payers with their ids (payers.json), others by kind (companies.json)."""

import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

#: kinds of company: who pays, who pays in another's name, who lends doctors, drugs, or a single service
PAYER, ADMINISTRATOR, NETWORK, PHARMACY, VENDOR = "payer", "administrator", "network", "pharmacy", "vendor"
#: shorter names must stand as words; longer ones may be run together by OCR
SHORT = 8


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


@dataclass(frozen=True)
class CompanyFound:
    """A known company in a text: its kind, what it is called there, and how much of the text that makes up (0 to 1)."""

    kind: str
    printed: str
    share: float


@lru_cache(maxsize=4096)
def find_company(text: str) -> CompanyFound | None:
    """Return the known company of any kind with the longest name in a text. Spaces and marks do not matter."""
    low, letters = text.lower(), _letters(text)
    hits = [(plain, kind, name) for plain, kind, name in _companies() if _holds(low, letters, name, plain)]
    if not hits:
        return None
    plain, kind, name = max(hits, key=lambda hit: len(hit[0]))
    return CompanyFound(kind, name, len(plain) / max(len(letters), 1))


@lru_cache(maxsize=4096)
def find_payer(text: str) -> PayerFound | None:
    """Return the payer of payers.json with the longest name in a text. Spaces and marks in the text do not matter."""
    low, letters = text.lower(), _letters(text)
    hits = [(plain, payer, name) for plain, payer, name in _payer_names() if _holds(low, letters, name, plain)]
    if not hits:
        return None
    plain, payer, name = max(hits, key=lambda hit: len(hit[0]))
    return PayerFound(payer, name, len(plain) / max(len(letters), 1))


def find_pharmacy_manager(text: str) -> str | None:
    """Return the pharmacy benefit manager whose name is most of a text, as printed in lower case, or None."""
    found = find_company(text)
    return found.printed if found and found.kind == PHARMACY and found.share >= 0.6 else None


def is_known_id(payer_id: str) -> bool:
    """Say whether a payer id is in the table."""
    return any(payer_id.upper() in payer.ids for payer in payers())


@cache
def payers() -> tuple[KnownPayer, ...]:
    """Return the whole table of payers with ids."""
    return tuple(
        KnownPayer((row["name"], *row["also"]), frozenset(row["ids"]), re.compile(row["member"]))
        for row in _table("payers.json")["payers"]
    )


@cache
def _payer_names() -> tuple[tuple[str, KnownPayer, str], ...]:
    return tuple((_letters(name), payer, name) for payer in payers() for name in payer.names)


@cache
def _companies() -> tuple[tuple[str, str, str], ...]:
    """Return (letters, kind, name) of every company; a name that companies.json lists under a kind has that kind."""
    table = _table("companies.json")
    kinds = {name: PAYER for payer in payers() for name in payer.names}
    for kind in (PAYER, ADMINISTRATOR, NETWORK, VENDOR, PHARMACY):
        kinds |= {name.strip(): kind for line in table[kind] for name in line.split(";")}
    return tuple((_letters(name), kind, name) for name, kind in kinds.items())


def _holds(low: str, letters: str, name: str, plain: str) -> bool:
    """Say whether a text (in lower case, and its letters alone) holds a name."""
    if plain not in letters:
        return False
    return len(name) > SHORT or re.search(rf"(?<![a-z]){re.escape(name)}(?![a-z])", low) is not None


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


@cache
def _table(file: str) -> dict:
    return json.loads(Path(__file__).with_name(file).read_text("utf-8"))
