"""Finding patients by what a desk types into one box, and listing them by name.

What is typed is taken apart first; each kind of it has an index that answers it, so that the time does not grow with
the number of patients (bench/finding.py measures it with a million).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Subquery

from clinic.models import Clinic

from .. import fields
from ..access import patients_for
from ..models import Coverage, Patient, PatientName, member_id_fingerprint, mrn_key, phone_fingerprint, whole_name

MOST_FOUND = 25
PER_PAGE = 50
MOST_WORDS = 6
_ORDER = ("names__word", "names__rest", "names__patient_id")
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
        if re.search(r"\d", rest):
            return cls(tuple(dates), number=rest.strip())
        before, comma, after = rest.partition(",")
        words = tuple(fields.fold(rest).split())[:MOST_WORDS]
        last, first = (fields.fold(before), fields.fold(after)) if comma else ("", "")
        return cls(tuple(dates), last=last, first=first, words=words, is_odd=bool(rest.strip()) and not words)


class Listed(NamedTuple):
    """What a list shows of a patient, and what it compares: nothing of it is sealed.

    A bare tuple: making rows of the model, with sixty columns left out, takes longer than the database does.
    """

    pk: int
    code: UUID
    first_name: str
    middle_name: str
    last_name: str
    suffix: str
    preferred_name: str
    birth_date: date
    sex: str
    mrn: str
    mrn_key: str
    phone_fingerprint: str
    other_phone_fingerprint: str

    @property
    def name(self) -> str:
        """Return first and last name, as people say it."""
        return whole_name(self.first_name, self.last_name)

    @property
    def full_name(self) -> str:
        """Return the whole name: first, middle, last, suffix."""
        return whole_name(self.first_name, self.middle_name, self.last_name, self.suffix)


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
        return _by_number(clinic, typed, today)
    if typed.dates:
        return _by_birth_date(clinic, typed)
    if typed.last:
        found = Findings.of(_by_last_name(clinic, typed.last, typed.first))
        return found if found.found else Findings.of(_by_words(clinic, typed.words))
    return Findings.of(_by_words(clinic, typed.words) if typed.words else ())


def _listed(rows: QuerySet[Patient], most: int) -> list[Listed]:
    return [Listed(*row) for row in rows.values_list(*Listed._fields)[:most]]


def _starting(column: str, prefix: str) -> Q:
    """Return the range of an index in which the column begins with the prefix, "" for any."""
    start = prefix.encode()
    end = start[:-1] + bytes([start[-1] + 1]) if start else b""  # UTF-8 has no byte 0xFF, so one more always exists
    return Q(**{f"{column}__gte": start, f"{column}__lt": end}) if start else Q()


def _by_last_name(clinic: Clinic, last: str, first: str) -> list[Listed]:
    """Return those whose last name and first name begin so, in the order of names."""
    named = Q(names__clinic=clinic, names__is_last_name=True) & _starting("names__word", last)
    rows = patients_for(clinic).filter(named & _starting("names__rest", first))
    return _listed(rows.order_by(*_ORDER), MOST_FOUND + 1)


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


def _orders(words: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the readings of the words as last name and first name that one range of the index answers."""
    if len(words) == 1:
        return [(words[0], "")]
    return [(words[-1], " ".join(words[:-1])), (words[0], " ".join(words[1:]))]


def _by_any_word(clinic: Clinic, words: tuple[str, ...]) -> list[Listed]:
    """Return those with a word of the name for each of the words; somebody may come twice.

    The longest word is looked up, since it says most; the others are looked up for whom it finds.
    """
    driver, *others = sorted(words, key=len, reverse=True)
    # Both values are named, or the index could not be entered at the word that comes after them.
    named = Q(names__clinic=clinic, names__is_last_name__in=(False, True)) & _starting("names__word", driver)
    rows = patients_for(clinic).filter(named)
    for word in others:
        rows = rows.filter(Exists(_words_of(clinic, word)))
    return _listed(rows.order_by(), 2 * MOST_FOUND + 2)


def _words_of(clinic: Clinic, word: str) -> QuerySet[PatientName]:
    return PatientName.objects.filter(_starting("word", word), clinic=clinic, patient=OuterRef("pk"))


def _by_name(patient: Listed) -> tuple[str, str, int]:
    return fields.fold(patient.last_name), fields.fold(patient.first_name), patient.pk


def _by_birth_date(clinic: Clinic, typed: Typed) -> Findings:
    rows = patients_for(clinic).filter(organization=clinic.organization_id)
    for birth_date in typed.dates:
        rows = rows.filter(birth_date=birth_date)
    for word in typed.words:
        rows = rows.filter(Exists(_words_of(clinic, word)))
    return Findings.of(_listed(rows, MOST_FOUND + 1), lambda patient: "birth date")


def _by_number(clinic: Clinic, typed: Typed, today: date) -> Findings:
    """Return whom a number belongs to: a phone, a coverage's member id, a record, or a birth date without its bars."""
    number, key = typed.number, mrn_key(typed.number)
    phone = "" if re.search(r"[^\W\d_]", re.split(r"(?i)ext|x", number)[0]) else phone_fingerprint(number)
    born = _date_of(number, today)
    holders = Coverage.objects.filter(member_id_fingerprint=member_id_fingerprint(number))
    known: list[QuerySet[Any, Any]] = [
        Patient.objects.filter(mrn_key=key).order_by().values_list("pk"),
        holders.exclude(status=Coverage.Status.REMOVED).order_by().values_list("patient_id"),
    ]
    if phone:
        known += [
            Patient.objects.filter(phone_fingerprint=phone).order_by().values_list("pk"),
            Patient.objects.filter(other_phone_fingerprint=phone).order_by().values_list("pk"),
        ]
    if born:
        same_day = Patient.objects.filter(organization=clinic.organization_id, birth_date=born)
        known.append(same_day.order_by().values_list("pk"))
    rows = patients_for(clinic).filter(pk__in=known[0].union(*known[1:], all=True))
    for birth_date in typed.dates:
        rows = rows.filter(birth_date=birth_date)
    words = {"mobile phone": phone, "other phone": phone, "record number": key, "birth date": born}

    def why(patient: Listed) -> str:
        own = (patient.phone_fingerprint, patient.other_phone_fingerprint, patient.mrn_key, patient.birth_date)
        same = [word for (word, sought), value in zip(words.items(), own, strict=True) if sought and sought == value]
        return ", ".join(same) or "member ID"

    return Findings.of(_listed(rows, MOST_FOUND + 1), why)


def _date_of(number: str, today: date) -> date | None:
    """Return the date of eight digits ("03151986"), None where they are none."""
    try:
        return fields.parse_date(number, latest=today) if re.fullmatch(r"\d{8}", number) else None
    except fields.NotADate:
        return None


# ---- the list by name ------------------------------------------------------------------------------------------------


class _Beyond(Func):
    """Whether a row comes after (or before) the one row of a subquery in an order of several columns.

    The database compares whole rows, so that the index is entered at that row.
    """

    output_field = BooleanField()

    def __init__(self, columns: tuple[str, ...], sign: str, edge: QuerySet[Any, Any]) -> None:
        """Compare the columns with those of `edge`, as many in the same order."""
        super().__init__(*(F(column) for column in columns), Subquery(edge))
        self.sign = sign

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """Return `(a, b, c) > (SELECT x, y, z …)`, which PostgreSQL and SQLite know alike."""
        parts = [compiler.compile(part) for part in self.source_expressions]
        columns = ", ".join(sql for sql, _ in parts[:-1])
        return f"({columns}) {self.sign} {parts[-1][0]}", [value for _, values in parts for value in values]


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
    named = Q(names__clinic=clinic, names__is_last_name=True)
    if code:
        edge = PatientName.objects.filter(clinic=clinic, is_last_name=True, patient__code=code)
        named &= Q(_Beyond(_ORDER, "<" if backwards else ">", edge.values("word", "rest", "patient_id")))
    order = [f"-{column}" for column in _ORDER] if backwards else _ORDER
    found = _listed(patients_for(clinic).filter(named).order_by(*order), PER_PAGE + 1)
    if code and not found:
        return list_patients(clinic)
    page, has_more = found[:PER_PAGE], len(found) > PER_PAGE
    return Page(page[::-1], has_more, True) if backwards else Page(page, code is not None, has_more)
