"""What the words around a company's name say of it: whether it pays, lends its network, employs, sells drugs. Pure.

The words are data (roles.json). A role is one of ROLES, or "" when nothing is said.
"""

import json
import re
from functools import cache, lru_cache
from pathlib import Path

PAYER, CLAIMS, NETWORK, PHARMACY, VENDOR, SPONSOR, OTHER = (
    "payer", "claims", "network", "pharmacy", "vendor", "sponsor", "other",
)  # fmt: skip
ROLES = (PAYER, CLAIMS, NETWORK, PHARMACY, VENDOR, SPONSOR, OTHER)

_TABLE = json.loads(Path(__file__).with_name("roles.json").read_text("utf-8"))
#: where the clause ends that leads to a name
_CLAUSE = re.compile(r"[.;|•·!?](?:\s|$)")


@lru_cache(maxsize=4096)
def role_led_by(lead: str) -> str:
    """Return the role that the words before a name give it: "Pharmacy benefits administered by" is the pharmacy's."""
    clause = _CLAUSE.split(lead.lower())[-1]
    words = clause.rstrip(" :-–—").strip()
    if not words:
        return ""
    for role, pattern in _endings():
        if hit := pattern.search(words):
            return _modified(role, words[: hit.end()]) if role in (PAYER, CLAIMS) else role
    for role, phrases in _TABLE["alone"].items():
        if words in phrases or (clause.rstrip().endswith(":") and _last_words(words, phrases)):
            return _modified(role, words) if role in (PAYER, CLAIMS) else role
    return ""


@lru_cache(maxsize=4096)
def role_told_behind(tail: str) -> str:
    """Return the role that the words right behind a name give it: ", an independent licensee of …" is a payer's."""
    words = tail.lower().lstrip(" ,-–—®™")
    for role, phrases in _TABLE["tails"].items():
        if any(re.match(rf"{re.escape(phrase)}(?![a-z])", words) for phrase in phrases):
            return role
    return ""


def role_told_below(text: str) -> str:
    """Return the role that a line right below a name gives it: "Benefit Administrator", "network"."""
    words = re.sub(r",?\s+(?:inc|llc|ltd|co|corp)$", "", text.lower().strip(" .:()"))
    return next((role for role, phrases in _TABLE["below"].items() if words in phrases), "")


def parts_at_roles(text: str) -> list[tuple[int, int]]:
    """Return the stretches (start, end) of a text that stand between words which give a role or take one."""
    cuts = [(hit.start(), hit.end()) for hit in _cutters().finditer(text.lower())]
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(text)]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if text[start:end].strip(" :,.-")]


def is_lead(line: str, start: int, end: int) -> bool:
    """Say whether a stretch of a line is a part of words that give a role: "Mail all" of "Mail all claims to"."""
    return any(hit.start() <= start and end <= hit.end() for hit in _cutters().finditer(line.lower()))


def _modified(role: str, words: str) -> str:
    """Return what a payer's lead means with the words before it: drugs, teeth, doctors or risks may be meant."""
    told = set(re.findall(r"[a-z\-]+", words))
    if told & {"medical", "hospital"}:
        return role
    for other, modifiers in _TABLE["modifiers"].items():
        if told & set(modifiers):
            return str(other)
    return role


def _last_words(words: str, phrases: list[str]) -> bool:
    return any(words.endswith(f" {phrase}") for phrase in phrases)


@cache
def _endings() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return for each role the pattern of a clause that ends with one of its leads."""
    return tuple((role, re.compile(rf"(?<![a-z])(?:{_any_of(words)})(?:\s+the)?$")) for role, words in _leads())


@cache
def _cutters() -> re.Pattern[str]:
    leads = "|".join(_any_of(words) for _, words in _leads())
    tails = _any_of([phrase for phrases in _TABLE["tails"].values() for phrase in phrases if " " in phrase])
    return re.compile(rf"(?<![a-z])(?:(?:{leads})(?:\s+the(?![a-z]))?[\s:]*|{tails})(?![a-z])")


def _leads() -> list[tuple[str, list[str]]]:
    return list(_TABLE["anywhere"].items())


def _any_of(phrases: list[str]) -> str:
    longest_first = sorted(phrases, key=len, reverse=True)
    return "|".join(r"[\s\-]*".join(re.escape(word) for word in phrase.split()) for phrase in longest_first)
