"""Whom the rows of a schedule mean: known by name and birth date, by record number, or perhaps under another spelling.

A name that is spelled otherwise is never taken for somebody by itself: whoever imports the file says who it is, once
for all rows of a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from clinic.imports import Choice, Question
from clinic.models import Clinic
from core.chunks import chunks

from ..access import patients_for
from ..models import Patient, mrn_key
from ..schedule_rows import CellRefused, Visitor
from .duplicates import Candidate, like_each, with_mrn

NEW = "new"
_COLUMNS = ("pk", "code", "first_name", "last_name", "folded_name", "birth_date", "mrn", "mrn_key")
_TAKEN = "This number belongs to somebody of another name or birth date here."


@dataclass(frozen=True, repr=False)
class Doubt:
    """A person of the file who may be somebody known here; `row` is the first that names them."""

    row: int
    candidates: tuple[Candidate, ...]
    may_be_new: bool

    @property
    def name(self) -> str:
        """Return what the answer is called in the form."""
        return f"who-{self.row}"

    def chosen(self, answer: str) -> Patient | None:
        """Return whom an answer names, None where it names none of those who were offered."""
        return next((one.patient for one in self.candidates if str(one.patient.code) == answer), None)

    def question(self, row: int, visitor: Visitor) -> Question:
        """Return what is asked at a row: the choices at the person's first row, where to find them at the others."""
        who = f"{visitor.first_name} {visitor.last_name}, {visitor.birth_date:%m/%d/%Y}"
        if row != self.row:
            return Question(self.name, f"{who}: as you decide it for row {self.row}.")
        choices = [
            Choice(
                str(one.patient.code), f"{one.patient.name}, {one.patient.birth_date:%m/%d/%Y}", one.likeness.sentence
            )
            for one in self.candidates
        ]
        if self.may_be_new:
            choices.append(Choice(NEW, "Somebody new", "Registers a patient of the name in the file."))
        shows = tuple(one.patient.pk for one in self.candidates)
        return Question(self.name, f"Who is {who}?", tuple(choices), shows)


class NotSure(Exception):
    """A row's person may be somebody known here, and nobody has said who it is."""

    def __init__(self, doubt: Doubt) -> None:
        super().__init__(doubt.row)
        self.doubt = doubt


@dataclass
class People:
    """Who of the people of a file is known in the clinic; loaded once for all rows."""

    answers: Mapping[str, str]
    by_person: dict[tuple[str, date], list[Patient]] = field(default_factory=lambda: defaultdict(list))
    by_mrn: dict[str, list[Patient]] = field(default_factory=lambda: defaultdict(list))
    elsewhere: set[tuple[str, date]] = field(default_factory=set)
    doubts: dict[tuple[str, date], Doubt] = field(default_factory=dict)
    settled: dict[tuple[str, date], Patient] = field(default_factory=dict)

    def whom(self, visitor: Visitor) -> Patient | None:
        """Return whom a row means, None for somebody new. Raises CellRefused or NotSure where that is not certain."""
        try:
            patient = self.exactly(visitor)
        except CellRefused as cell:
            if visitor.person in self.doubts and cell.sentence == _TAKEN:
                return self._said(visitor)
            raise
        return patient or self._said(visitor)

    def exactly(self, visitor: Visitor) -> Patient | None:
        """Return whom name, birth date and record number mean. Raises CellRefused where they contradict each other."""
        named = self.by_person.get(visitor.person, [])
        numbered = self.by_mrn.get(mrn_key(visitor.mrn), []) if visitor.mrn else []
        if numbered:
            both = [patient for patient in numbered if patient in named]
            if len(both) != 1:
                raise CellRefused("mrn", _TAKEN)
            return both[0]
        if len(named) > 1:
            raise CellRefused("mrn", "Two people here have this name and birth date. Write the record number of one.")
        if named and visitor.mrn and named[0].mrn:
            raise CellRefused("mrn", "The patient of this name and birth date has another record number here.")
        if not named and visitor.person in self.elsewhere:
            sentence = "Another clinic knows this name and birth date. Register them by hand, and say so."
            raise CellRefused("name", sentence)
        return named[0] if named else None

    def _said(self, visitor: Visitor) -> Patient | None:
        """Return whom somebody said the person is, None for somebody new. Raises NotSure."""
        doubt, settled = self.doubts.get(visitor.person), self.settled.get(visitor.person)
        if doubt is None or settled:
            return settled
        answer = self.answers.get(doubt.name, "")
        chosen = doubt.chosen(answer)
        if chosen is None and not (answer == NEW and doubt.may_be_new):
            raise NotSure(doubt)
        return chosen


def people_of(clinic: Clinic, visitors: Mapping[int, Visitor], answers: Mapping[str, str]) -> People:
    """Return who of the visitors, by row, is known in the clinic, and of whom somebody has to say it."""
    people = People(answers)
    here = patients_for(clinic).filter(organization=clinic.organization).order_by().only(*_COLUMNS)
    for days in chunks(visitor.birth_date for visitor in visitors.values()):
        for patient in here.filter(birth_date__in=days):
            people.by_person[patient.folded_name, patient.birth_date].append(patient)
        others = Patient.objects.filter(organization=clinic.organization, birth_date__in=days).exclude(clinics=clinic)
        people.elsewhere.update(others.order_by().values_list("folded_name", "birth_date"))
    for numbers in chunks(mrn_key(visitor.mrn) for visitor in visitors.values() if visitor.mrn):
        for patient in here.filter(pk__in=with_mrn(numbers)):
            people.by_mrn[patient.mrn_key].append(patient)
    people.doubts = dict(_doubts(clinic, visitors, people))
    return people


def _doubts(
    clinic: Clinic, visitors: Mapping[int, Visitor], people: People
) -> Iterator[tuple[tuple[str, date], Doubt]]:
    """Yield the people of the file whom nobody here is called like, and who may be somebody all the same."""
    strangers: dict[tuple[str, date], list[int]] = defaultdict(list)
    for row, visitor in visitors.items():
        if visitor.person not in people.by_person and visitor.person not in people.elsewhere:
            strangers[visitor.person].append(row)
    asked = [_as_one([visitors[row] for row in rows]) for rows in strangers.values()]
    for (person, rows), one, found in zip(strangers.items(), asked, like_each(asked, clinic), strict=True):
        holders = {patient.pk for patient in people.by_mrn.get(mrn_key(one.mrn), [])} if one.mrn else set()
        candidates = [candidate for candidate in found if not holders or _may_hold(candidate, holders)]
        if candidates:
            yield person, Doubt(rows[0], tuple(candidates), may_be_new=not holders)


def _may_hold(candidate: Candidate, holders: set[int]) -> bool:
    """Whether a row's record number is the candidate's and nothing speaks against: a wrong number names anybody."""
    return candidate.patient.pk in holders and not any(reason.is_against for reason in candidate.likeness.reasons)


def _as_one(rows: list[Visitor]) -> Patient:
    """Return what all rows of a person say of them, as a record that is not kept."""
    said = rows[0].columns()
    said |= {name: next((found for row in rows if (found := getattr(row, name))), "") for name in ("mrn", "phone")}
    return Patient(**said)
