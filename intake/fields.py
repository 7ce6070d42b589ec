"""The fields of a card in the desk's words, and how their values become dates, names and a coverage.

Field names are CardScan's (docs/vendors/cardscan.md); whatever is not listed here is shown by its own name.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum


@dataclass(frozen=True)
class Kind:
    """One field a card may have.

    Args:
        label: the desk's word for it.
        coverage: the Coverage column it fills, "" for none.
        asked: whether the review shows it even when it was not found on the card.
        is_read: whether the vendor has a field for it; what it has none for is typed.
    """

    label: str
    coverage: str = ""
    asked: bool = False
    is_read: bool = True


KINDS: dict[str, Kind] = {
    "member_number": Kind("Member ID", "member_id", asked=True),
    "group_number": Kind("Group number", "group_number", asked=True),
    "payer_name": Kind("Payer", asked=True),
    "payer_id": Kind("Payer ID", asked=True),
    "member_name": Kind("Member name", asked=True),
    "plan_name": Kind("Plan", "plan_name", asked=True),
    "rx_bin": Kind("RxBIN", "rx_bin", asked=True),
    "rx_pcn": Kind("RxPCN", "rx_pcn", asked=True),
    "rx_group": Kind("Rx group", "rx_group", asked=True, is_read=False),
    "start_date": Kind("Starts on", "effective_date", asked=True),
    "dependent_names": Kind("Dependent"),
    "member_dob": Kind("Member's birth date"),
    "member_gender": Kind("Member's sex"),
    "plan_id": Kind("Plan number"),
    "plan_type": Kind("Plan type"),
    "plan_details": Kind("Copays and details"),
    "card_specific_id": Kind("Other number"),
    "client_name": Kind("Employer or group"),
    "employer": Kind("Employer"),
    "rx_id": Kind("Rx ID", "rx_id"),
    "rx_issuer": Kind("Rx issuer"),
    "rx_plan": Kind("Rx plan"),
    "pharmacy_benefit_manager": Kind("Pharmacy benefits"),
    "medicare_medicaid_id": Kind("Medicare or Medicaid ID"),
    "member_id_prefix": Kind("Member ID prefix"),
    "member_id_suffix": Kind("Member ID suffix"),
    "part_a_effective_date": Kind("Part A starts on"),
    "part_b_effective_date": Kind("Part B starts on"),
}
# What a coverage keeps in other words, or from the first of several fields that has it: column to fields.
ELSEWHERE: dict[str, tuple[str, ...]] = {"plan_type": ("plan_type",), "employer": ("employer", "client_name")}
DATES = ("start_date", "member_dob", "part_a_effective_date", "part_b_effective_date")
SEVERAL = ("dependent_names",)
PERSONS = ("member_name", "dependent_names")
MOST_ENTRIES = 20
PAYER_FIELDS = ("payer_name", "payer_id")
ASKED = tuple(name for name, kind in KINDS.items() if kind.asked)
LONGEST = 200
SUFFIXES = ("jr", "sr", "ii", "iii", "iv")

# The review's three degrees of trust in a value; below DOUBTFUL the photo has to be looked at closely.
CLEAR, DOUBTFUL = 0.95, 0.8


class NotADate(ValueError):
    """A text is no date as cards and people write them."""


def label_of(name: str) -> str:
    """Return the desk's word for a field, or its own name made readable."""
    kind = KINDS.get(name)
    return kind.label if kind else name.replace("_", " ").capitalize()


def is_read(name: str) -> bool:
    """Return whether the vendor has a field of this name."""
    return name not in KINDS or KINDS[name].is_read


def parse_date(text: str, *, latest: date | None = None) -> date:
    """Return the date of a text in US order (month/day/year) or ISO order. Raises NotADate.

    Cards print "04/01/2021", "4-1-21" or "01 JAN 2024". A two-digit year is in this
    century, unless that is after `latest`.
    """
    plain = " ".join(re.sub(r"[.,/\-]", " ", text).split())
    for pattern in ("%m %d %Y", "%Y %m %d", "%m %d %y", "%d %b %Y", "%b %d %Y", "%d %B %Y", "%B %d %Y", "%m%d%Y"):
        try:
            found = datetime.strptime(plain, pattern).date()  # noqa: DTZ007 (a printed date has no time zone)
        except ValueError:
            continue
        if pattern.endswith("%y"):
            found = found.replace(year=2000 + found.year % 100)
            if latest and found > latest:
                found = found.replace(year=found.year - 100)
        if found.year >= 1880:
            return found
    raise NotADate(text)


def is_keepable(text: str) -> bool:
    """Return whether every database can keep the text: no control characters and no half characters (surrogates)."""
    return not any(unicodedata.category(char) in {"Cc", "Cs"} for char in text)


def usable_date(text: str) -> date | None:
    """Return the date of a text, or None when it is not a full one."""
    try:
        return parse_date(text)
    except NotADate:
        return None


def fold(text: str) -> str:
    """Return a name without accents, case, and anything but letters, so that two spellings can be compared."""
    plain = unicodedata.normalize("NFKD", re.sub(r"['’ʼ]", "", text)).casefold()
    return " ".join(re.findall(r"[^\W\d_]+", "".join(c for c in plain if not unicodedata.combining(c))))


class SameName(Enum):
    """How a name on a card fits a person's."""

    YES = "the same first and last name"
    BUT_SUFFIX = "the same, but only one of them is a Jr or Sr: father and son share a name"
    NO = "another name"


def compare_names(card_name: str, first_name: str, last_name: str) -> SameName:
    """Return how the name on a card ("FIRST MIDDLE LAST" or "LAST, FIRST MIDDLE") fits a person's.

    Accents, case and middle names may differ. The first given name is compared by its place, since a middle name that
    equals the patient's first name is most often a parent's.
    """
    given, family, suffix = _parts(card_name, len(_words(last_name)))
    first, last = _words(first_name), _words(last_name)
    if not (given and first and last) or (given[0], family) != (first[0], last):
        return SameName.NO
    return SameName.YES if suffix == _suffixes(f"{first_name} {last_name}") else SameName.BUT_SUFFIX


def _words(text: str) -> list[str]:
    return [word for word in fold(text).split() if word not in SUFFIXES]


def _suffixes(text: str) -> set[str]:
    return {word for word in fold(text).split() if word in SUFFIXES}


def _parts(card_name: str, family_words: int) -> tuple[list[str], list[str], set[str]]:
    """Return given names, family name and suffixes of a printed name whose family name may have several words."""
    before, _, after = card_name.partition(",")
    given, family = _words(after), _words(before)
    if not given:  # no comma, or one before the suffix: "JOHN SMITH, JR"
        given, family = family[:-family_words], family[-family_words:]
    return given, family, _suffixes(card_name)


def split_name(name: str) -> tuple[str, str]:
    """Return first and last name of a printed name, "LAST, FIRST" or "First M Last", without Jr or Sr."""
    before, _, after = (
        " ".join(word for word in part.split() if fold(word) not in SUFFIXES) for part in name.partition(",")
    )
    if after:
        return after.split()[0], before
    words = before.split()
    return (words[0], words[-1]) if len(words) > 1 else ("", before)


def same_value(name: str, one: str, other: str) -> bool:
    """Return whether two spellings of a field's value mean the same: case, spaces and hyphens do not count, dates by
    their day, people by their first and last name."""
    if name in DATES:
        return usable_date(one) == usable_date(other) is not None
    if name in PERSONS and one and other:
        return [fold(part) for part in split_name(one)] == [fold(part) for part in split_name(other)]
    plain = [re.sub(r"[\s\-]", "", text).casefold() for text in (one, other)]
    return plain[0] == plain[1]


@dataclass(frozen=True)
class Trust:
    """How far a value can be believed: a state (templates/components/state.html), a word, and why not further."""

    state: str
    word: str
    why: str = ""


def trust(text_score: float | None, label_score: float | None) -> Trust:
    """Return how far a value's two scores go (0 to 1, None for not read)."""
    scores = [score for score in (text_score, label_score) if score is not None]
    if not scores:
        return Trust("none", "Not found")
    lowest = min(scores)
    if lowest >= CLEAR:
        return Trust("done", "Clear")
    text_is_worse = text_score is not None and text_score == lowest
    why = "The text is faint." if text_is_worse else "It stands at an unusual place on the card."
    return Trust("needs-you", "Check" if lowest < DOUBTFUL else "Look once", why)
