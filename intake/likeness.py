"""How alike two patients' records are: a score, and the reasons for and against in words. No I/O.

The points are those of a person who compares two index cards: what is rarely equal by chance counts most, and what a
family shares (a last name, a phone, a member id) never makes two people one by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from .fields import SUFFIXES, fold
from .nicknames import may_be_one

LIKELY, ALMOST_SURE = 58, 80
# Twins, and brothers and sisters, share all the rest: another first name stays below LIKELY whatever else agrees.
_TWO_FIRST_NAMES = 45
SAME_EMAIL = 14


@dataclass(frozen=True, repr=False)
class Person:
    """What is compared of a record; whatever is not stated is empty.

    Args:
        phones, email: equal texts for equal values (a fingerprint will do).
        members: look-up value and payer's name of each member id on file.
    """

    first_name: str
    last_name: str
    birth_date: date
    middle_name: str = ""
    preferred_name: str = ""
    suffix: str = ""
    sex: str = ""
    mrn: str = ""
    phones: frozenset[str] = frozenset()
    email: str = ""
    members: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Reason:
    """One thing that speaks for (points above 0) or against it."""

    words: str
    points: int

    @property
    def is_against(self) -> bool:
        """Return whether it speaks for two people."""
        return self.points < 0


@dataclass(frozen=True)
class Likeness:
    """How alike two records are; `score` is 0 to 100."""

    score: int
    reasons: tuple[Reason, ...]

    @property
    def is_likely(self) -> bool:
        """Return whether somebody should look at the two."""
        return self.score >= LIKELY

    @property
    def word(self) -> str:
        """Return the score in a word."""
        return "Almost surely the same" if self.score >= ALMOST_SURE else "Perhaps the same"

    @property
    def sentence(self) -> str:
        """Return the reasons for it, then those against it, in one sentence."""
        speaking = [reason.words for reason in self.reasons if not reason.is_against]
        against = [reason.words for reason in self.reasons if reason.is_against]
        text = "; ".join(speaking) + (f"; but {', '.join(against)}" if against else "")
        return f"{text[:1].upper()}{text[1:]}."


def likeness(one: Person, other: Person) -> Likeness:
    """Return how alike two records are; the order of the two does not matter."""
    names, first_names_differ = _names(one, other)
    reasons = [_birth_dates(one.birth_date, other.birth_date), *names, *_rest(one, other)]
    score = sum(reason.points for reason in reasons)
    if first_names_differ and not (one.mrn and one.mrn == other.mrn):
        score = min(score, _TWO_FIRST_NAMES)
    return Likeness(max(0, min(100, score)), tuple(reasons))


def one_letter_apart(one: str, other: str) -> bool:
    """Return whether one letter was left out, added, mistyped, or swapped with its neighbour; short words never are."""
    if one == other or min(len(one), len(other)) < 3 or abs(len(one) - len(other)) > 1:
        return False
    if len(one) > len(other):
        one, other = other, one
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    swapped = one[:start] + one[start + 1 : start + 2] + one[start] + one[start + 2 :]
    return one[start + 1 :] == other[start + 1 :] or swapped == other


def is_slip(one: date, other: date) -> bool:
    """Return whether a slip of the hand makes one birth date of the other: month and day swapped, or one digit off.

    Dates that lie more than a hundred years apart are of two people.
    """
    return one != other and abs(one - other) < timedelta(days=36525) and not _birth_dates(one, other).is_against


def _birth_dates(one: date, other: date) -> Reason:
    if one == other:
        return Reason("same birth date", 35)
    if (one.month, one.day, one.year) == (other.day, other.month, other.year):
        return Reason("birth dates with month and day swapped", 24)
    if sum(a != b for a, b in zip(f"{one:%m%d%Y}", f"{other:%m%d%Y}", strict=True)) == 1:
        return Reason("birth dates differ by one digit", 20)
    return Reason("other birth dates", -40)


def _names(one: Person, other: Person) -> tuple[list[Reason], bool]:
    """Return what the names say, and whether the first names are two different ones."""
    (first, last), (first2, last2) = _words(one), _words(other)
    if (first, last) != (first2, last2) and (first, last) == (last2, first2):
        return [Reason("first and last name are swapped", 34)], False
    given, family = _first_names(first, first2), _last_names(last, last2)
    called, called2 = _called(one), _called(other)
    if given.is_against and (first in called2 or first2 in called):
        given = Reason("one is called by the first name of the other", 14)
    both = [Reason("same name", 40)] if given.points == family.points == 20 else [family, given]
    return both, given.is_against


def _words(person: Person) -> tuple[str, str]:
    """Return folded first and last name without Jr and the like."""
    return _plain(person.first_name), _plain(person.last_name)


def _called(person: Person) -> set[str]:
    """Return what a person is called besides the first name."""
    return {_plain(person.preferred_name), _plain(person.middle_name)} - {""}


def _plain(name: str) -> str:
    return " ".join(word for word in fold(name).split() if word not in SUFFIXES)


def _first_names(one: str, other: str) -> Reason:
    if one == other:
        return Reason("same first name", 20)
    first, first2 = one.partition(" ")[0], other.partition(" ")[0]
    if first == first2:
        return Reason("first names agree but for a middle name", 17)
    short, long = sorted((first, first2), key=lambda name: (len(name), name))
    if may_be_one(first, first2):
        return Reason(f"{short.title()} may be short for {long.title()}", 15)
    if one_letter_apart(one, other):
        return Reason("first names differ by one letter", 13)
    if short and long.startswith(short) and len(short) != 2:
        return Reason("one first name is the beginning of the other", 12 if len(short) > 2 else 9)
    if set(one.split()) & set(other.split()):
        return Reason("one of the first names is the same", 10)
    return Reason("other first names, as twins and siblings have", -30)


def _last_names(one: str, other: str) -> Reason:
    if one == other:
        return Reason("same last name", 20)
    joined, joined2 = one.replace(" ", ""), other.replace(" ", "")
    if joined == joined2:
        return Reason("last names differ by a space", 18)
    if one_letter_apart(joined, joined2):
        return Reason("last names differ by one letter", 14)
    if set(one.split()) & set(other.split()):
        return Reason("one of the last names is the same", 11)
    return Reason("other last names", -14)


def _rest(one: Person, other: Person) -> Iterator[Reason]:
    """Yield what numbers and the rest say; what one record does not state says nothing."""
    for payer in sorted({name for mark, name in one.members if mark in {found for found, _ in other.members}}):
        yield Reason(f"same member ID at {payer}", 25)
        break
    if one.mrn and one.mrn == other.mrn:  # two different ones say nothing: each record is given its own
        yield Reason("same record number", 50)
    if one.phones & other.phones:
        yield Reason("same phone", 12)
    if one.email and one.email == other.email:
        yield Reason("same e-mail", SAME_EMAIL)
    if {one.sex, other.sex} == {"FEMALE", "MALE"}:
        yield Reason("one is female, one is male", -14)
    middle, middle2 = _plain(one.middle_name)[:1], _plain(other.middle_name)[:1]
    if middle and middle2 and middle != middle2:
        yield Reason("other middle names", -8)
    suffix, suffix2 = _suffix(one), _suffix(other)
    if suffix and suffix2 and suffix != suffix2:
        one_is, other_is = sorted((suffix, suffix2))
        yield Reason(f"one is {one_is}, one is {other_is}", -40)
    elif suffix != suffix2:
        yield Reason(f"only one is {suffix or suffix2}", -10)


def _suffix(person: Person) -> str:
    words = fold(f"{person.suffix} {person.first_name} {person.last_name}").split()
    found = next((word for word in words if word in SUFFIXES), "")
    return found.upper() if found.startswith("i") else found.title()
