"""The queries of finding patients, each compiled once (core/compiled.py): the database answers each from an index.

What a query is made for (how many words, with a first name or not) is told when it is made; the values come when it is
sent. They are `clinic` everywhere, and what each function names.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    BinaryField,
    BooleanField,
    CharField,
    DateField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
)

from core.compiled import Compiled, Place

from ..access import patients_for
from ..models import Coverage, Patient, PatientName, whole_name

_ORDER = ("names__word", "names__rest", "names__patient_id")
_CLINIC = Place("clinic", BigIntegerField())
_ORGANIZATION = Place("organization", BigIntegerField())


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


def starting(name: str, prefix: str) -> dict[str, bytes]:
    """Return the values for the places of a range in which a column begins with the prefix."""
    start = prefix.encode()
    end = start[:-1] + bytes([start[-1] + 1]) if start else b""  # UTF-8 has no byte 0xFF, so one more always exists
    return {f"{name}_from": start, f"{name}_to": end}


def _starting(column: str, name: str) -> Q:
    return Q(
        **{
            f"{column}__gte": Place(f"{name}_from", BinaryField()),
            f"{column}__lt": Place(f"{name}_to", BinaryField()),
        }
    )


def _compiled(rows: QuerySet[Patient], most: int) -> Compiled:
    return Compiled(rows.values_list(*Listed._fields)[:most])


@cache
def by_last_name(has_first: bool, most: int) -> Compiled:
    """Return those whose last name begins with `last`, and the first name with `first`, in the order of names."""
    named = Q(names__clinic=_CLINIC, names__is_last_name=True) & _starting("names__word", "last")
    if has_first:
        named &= _starting("names__rest", "first")
    return _compiled(patients_for(_CLINIC).filter(named).order_by(*_ORDER), most)


@cache
def by_any_word(count: int, most: int) -> Compiled:
    """Return those with a word of the name for each of `word0`, `word1` …; the first is looked up, it says most."""
    # Both values are named, or the index could not be entered at the word that comes after them.
    named = Q(names__clinic=_CLINIC, names__is_last_name__in=(False, True)) & _starting("names__word", "word0")
    rows = _with_words(patients_for(_CLINIC).filter(named), range(1, count))
    return _compiled(rows.order_by(), most)


def _with_words(rows: QuerySet[Patient], numbers: range) -> QuerySet[Patient]:
    for n in numbers:
        same = PatientName.objects.filter(_starting("word", f"word{n}"), clinic=_CLINIC, patient=OuterRef("pk"))
        rows = rows.filter(Exists(same))
    return rows


@cache
def by_birth_date(words: int, most: int) -> Compiled:
    """Return those of the `organization` born on `birth_date`, with a word of the name for each of `word0` …"""
    rows = patients_for(_CLINIC).filter(organization=_ORGANIZATION, birth_date=Place("birth_date", DateField()))
    return _compiled(_with_words(rows, range(words)), most)


@cache
def by_number(has_phone: bool, has_born: bool, has_date: bool, most: int) -> Compiled:
    """Return whom a number belongs to: `mrn_key`, `member_id`, `phone` (two columns), or as a birth date `born`.

    With `has_date` they were born on `birth_date` besides.
    """
    phone = Place("phone", CharField())
    holders = Coverage.objects.filter(member_id_fingerprint=Place("member_id", CharField()))
    known: list[QuerySet[Any, Any]] = [
        Patient.objects.filter(mrn_key=Place("mrn_key", CharField())).order_by().values_list("pk"),
        holders.exclude(status=Coverage.Status.REMOVED).order_by().values_list("patient_id"),
    ]
    if has_phone:
        known += [
            Patient.objects.filter(phone_fingerprint=phone).order_by().values_list("pk"),
            Patient.objects.filter(other_phone_fingerprint=phone).order_by().values_list("pk"),
        ]
    if has_born:
        same_day = Patient.objects.filter(organization=_ORGANIZATION, birth_date=Place("born", DateField()))
        known.append(same_day.order_by().values_list("pk"))
    rows = patients_for(_CLINIC).filter(pk__in=known[0].union(*known[1:], all=True))
    return _compiled(rows.filter(birth_date=Place("birth_date", DateField())) if has_date else rows, most)


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


@cache
def by_name(sign: str, most: int) -> Compiled:
    """Return a clinic's patients in the order of names: "" from the first, ">" after and "<" before that of `code`."""
    named = Q(names__clinic=_CLINIC, names__is_last_name=True)
    if sign:
        code = Place("code", UUIDField())
        edge = PatientName.objects.filter(clinic=_CLINIC, is_last_name=True, patient__code=code)
        named &= Q(_Beyond(_ORDER, sign, edge.values("word", "rest", "patient_id")))
    order = [f"-{column}" for column in _ORDER] if sign == "<" else _ORDER
    return _compiled(patients_for(_CLINIC).filter(named).order_by(*order), most)
