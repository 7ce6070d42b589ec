"""Finding patients by what a desk types into one box, and listing them by name.

What is typed is taken apart first; each kind of it has an index that answers it, so that the time does not grow with
the number of patients (bench/finding.py measures it with a million).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from clinic.models import Clinic
from core.compiled import Compiled

from .. import fields
from ..models import member_id_fingerprint, mrn_key, phone_fingerprint
from . import finding_queries as queries
from .finding_queries import Listed

MOST_FOUND = 25
MOST_BY_WORDS = 2 * MOST_FOUND + 2  # rows, and somebody may have two
PER_PAGE = 50
MOST_WORDS = 6
_DATE = re.compile(r"\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}")


@dataclass(frozen=True)
class Typed:
    """What somebody typed, taken apart: birth dates, a number, "last, first" or words of a name; all of it counts."""

    dates: tuple[date, ...] = ()
    number: str = ""
    last: str = ""
    first: str = ""
    words: tuple[str, ...] = ()
    is_odd: bool = False

    @classmethod
    def of(cls, text: str, today: date) -> Typed:
        """Take the text apart; `today` decides the century of a two-digit year."""
        dates, rest = [], text.strip()
        for written in _DATE.findall(text):
            try:
                dates.append(fields.parse_date(written, latest=today))
            except fields.NotADate:
                continue
            rest = rest.replace(written, " ")
        born = tuple(dict.fromkeys(dates))
        if re.search(r"\d", rest):
            return cls(born, number=rest.strip())
        before, comma, after = rest.partition(",")
        words = tuple(fields.fold(rest).split())[:MOST_WORDS]
        last, first = (fields.fold(before), fields.fold(after)) if comma else ("", "")
        return cls(born, last=last, first=first, words=words, is_odd=bool(rest.strip()) and not words)


@dataclass(frozen=True)
class Found:
    """A patient, and what of them was typed where that is not the name."""

    patient: Listed
    why: str = ""


@dataclass(frozen=True)
class Findings:
    """Whom a search found, at most MOST_FOUND, and whether there are more."""

    found: list[Found] = field(default_factory=list)
    has_more: bool = False

    @classmethod
    def of(cls, patients: Iterable[Listed], why: Callable[[Listed], str] = lambda patient: "") -> Findings:
        """Return the findings of patients, of whom one more was looked for than is shown."""
        rows = list(patients)
        return cls([Found(patient, why(patient)) for patient in rows[:MOST_FOUND]], len(rows) > MOST_FOUND)

    @property
    def patients(self) -> list[Listed]:
        """Return who was found."""
        return [one.patient for one in self.found]


def find_patients(clinic: Clinic, text: str, *, today: date) -> Findings:
    """Return the clinic's patients that match all of the text; nothing typed finds nobody.

    Names match by the beginnings of their words, in any order, or as "last, first"; preferred and middle names too.
    A birth date, a phone number, a member id and a record number match whole.
    """
    typed = Typed.of(text, today)
    if typed.is_odd:
        return Findings()
    if typed.number:
        found = _by_number(clinic, typed, today)
        return found if found.found else _by_name_and_number(clinic, typed, today)
    if typed.dates:
        return _by_birth_date(clinic, typed)
    if typed.last:
        found = Findings.of(_by_last_name(clinic, typed.last, typed.first))
        return found if found.found else Findings.of(_by_words_after_all(clinic, typed.words))
    return Findings.of(_by_words(clinic, typed.words) if typed.words else ())


def _listed(rows: Compiled, clinic: Clinic, **values: Any) -> list[Listed]:
    return [Listed._make(row) for row in rows.rows(clinic=clinic.pk, **values)]


def _by_last_name(clinic: Clinic, last: str, first: str) -> list[Listed]:
    """Return those whose last name and first name begin so, in the order of names."""
    rows = queries.by_last_name(bool(first), MOST_FOUND + 1)
    return _listed(rows, clinic, **queries.starting("last", last), **queries.starting("first", first))


def _by_words(clinic: Clinic, words: tuple[str, ...]) -> list[Listed]:
    """Return those whose name has a word beginning with each of the words; matching last names come first."""
    found: dict[int, Listed] = {}
    for last, first in _orders(words):
        if len(found) <= MOST_FOUND:
            found |= {patient.pk: patient for patient in _by_last_name(clinic, last, first)}
    if len(found) > MOST_FOUND:
        return list(found.values())
    others = [patient for patient in _by_any_word(clinic, words) if patient.pk not in found]
    rest = {patient.pk: patient for patient in sorted(others, key=_by_name)}
    return [*found.values(), *rest.values()]


def _by_words_after_all(clinic: Clinic, words: tuple[str, ...]) -> list[Listed]:
    """Return the same for what was typed as "last, first" and is nobody's: one statement, unless many have the words.

    Whoever any reading of the words finds has each of them somewhere in the name.
    """
    rows, orders = _by_any_word(clinic, words), _orders(words)
    if len(rows) == MOST_BY_WORDS:
        return _by_words(clinic, words)
    each = {patient.pk: patient for patient in rows}
    return sorted(each.values(), key=lambda patient: (not _reads(patient, orders), *_by_name(patient)))


def _reads(patient: Listed, orders: list[tuple[str, str]]) -> bool:
    """Return whether the name begins as one of the readings of the words."""
    last, first = fields.fold(patient.last_name), fields.fold(f"{patient.first_name} {patient.middle_name}")
    return any(last.startswith(one) and first.startswith(other) for one, other in orders)


def _orders(words: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the readings of the words as last name and first name that one range of the index answers."""
    if len(words) == 1:
        return [(words[0], "")]
    return [(words[-1], " ".join(words[:-1])), (words[0], " ".join(words[1:]))]


def _by_any_word(clinic: Clinic, words: tuple[str, ...]) -> list[Listed]:
    """Return those with a word of the name for each of the words; somebody may come twice.

    The longest word is looked up, since it says most; the others are looked up for whom it finds.
    """
    longest_first = sorted(words, key=len, reverse=True)
    return _listed(queries.by_any_word(len(words), MOST_BY_WORDS), clinic, **_words(longest_first))


def _words(words: Iterable[str]) -> dict[str, bytes]:
    """Return the values for the places of words."""
    return {place: edge for n, word in enumerate(words) for place, edge in queries.starting(f"word{n}", word).items()}


def _by_name(patient: Listed) -> tuple[str, str, int]:
    return fields.fold(patient.last_name), fields.fold(patient.first_name), patient.pk


def _by_birth_date(clinic: Clinic, typed: Typed) -> Findings:
    if len(typed.dates) > 1:
        return Findings()  # nobody is born twice
    rows = queries.by_birth_date(len(typed.words), MOST_FOUND + 1)
    born: dict[str, Any] = {"organization": clinic.organization_id, "birth_date": typed.dates[0]}
    return Findings.of(_listed(rows, clinic, **born, **_words(typed.words)), lambda patient: "birth date")


def _by_number(clinic: Clinic, typed: Typed, today: date) -> Findings:
    """Return whom a number belongs to: a phone, a coverage's member id, a record, or a birth date without its bars."""
    if len(typed.dates) > 1:
        return Findings()
    number, key = typed.number, mrn_key(typed.number)
    phone = "" if re.search(r"[^\W\d_]", re.split(r"(?i)ext|x", number)[0]) else phone_fingerprint(number)
    born = _date_of(number, today)
    known: dict[str, Any] = {"mrn_key": key, "member_id": member_id_fingerprint(number), "phone": phone, "born": born}
    known |= {"organization": clinic.organization_id, "birth_date": typed.dates[0] if typed.dates else None}
    rows = queries.by_number(bool(phone), born is not None, bool(typed.dates), MOST_FOUND + 1)
    words = {"mobile phone": phone, "other phone": phone, "record number": key, "birth date": born}

    def why(patient: Listed) -> str:
        own = (patient.phone_fingerprint, patient.other_phone_fingerprint, patient.mrn_key, patient.birth_date)
        same = [word for (word, sought), value in zip(words.items(), own, strict=True) if sought and sought == value]
        return ", ".join(same) or "member ID"

    return Findings.of(_listed(rows, clinic, **known), why)


def _by_name_and_number(clinic: Clinic, typed: Typed, today: date) -> Findings:
    """Return whom a number belongs to that a name stands beside: "Ruiz 217-555-0100"."""
    parts = typed.number.replace(",", " ").split()
    number = " ".join(part for part in parts if re.search(r"\d", part))
    words = fields.fold(" ".join(part for part in parts if not re.search(r"\d", part))).split()
    holders = _by_number(clinic, replace(typed, number=number), today) if words else Findings()
    return replace(holders, found=[one for one in holders.found if _is_named(one.patient, words)])


def _is_named(patient: Listed, words: list[str]) -> bool:
    """Return whether each of the words begins a word of the name."""
    name = fields.fold(f"{patient.full_name} {patient.preferred_name}").split()
    return all(any(own.startswith(word) for own in name) for word in words)


def _date_of(number: str, today: date) -> date | None:
    """Return the date of eight digits ("03151986"), None where they are none."""
    try:
        return fields.parse_date(number, latest=today) if re.fullmatch(r"\d{8}", number) else None
    except fields.NotADate:
        return None


# ---- the list by name ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """Patients in the order of their names, and whether there are more on either side."""

    patients: list[Listed]
    has_before: bool
    has_after: bool

    @property
    def first_code(self) -> UUID | None:
        """Return the code that the page before this one ends at."""
        return self.patients[0].code if self.patients else None

    @property
    def last_code(self) -> UUID | None:
        """Return the code that the page after this one begins at."""
        return self.patients[-1].code if self.patients else None


def list_patients(clinic: Clinic, *, after: UUID | None = None, before: UUID | None = None) -> Page:
    """Return a page of the clinic's patients by name: the first, or the one after or before the patient of a code.

    However far in the list, a page costs the same: it is entered at its edge. A code that leads nowhere begins anew.
    """
    code, backwards = after or before, after is None and before is not None
    rows = queries.by_name("" if not code else "<" if backwards else ">", PER_PAGE + 1)
    found = _listed(rows, clinic, code=code)
    if code and not found:
        return list_patients(clinic)
    page, has_more = found[:PER_PAGE], len(found) > PER_PAGE
    return Page(page[::-1], has_more, True) if backwards else Page(page, code is not None, has_more)
