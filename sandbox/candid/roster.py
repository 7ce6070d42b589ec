"""Whom a question is about: finds the member at the payer and compares what was asked with the payer's record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from sandbox import members
from sandbox.candid import aaa, personas
from sandbox.candid.model import ACTIVE_CODES, Dependent, Member
from sandbox.candid.payers import Payer
from sandbox.candid.people import close_name, plain, plain_id, same_name, same_person, swapped
from sandbox.candid.questions import Person, Question
from sandbox.state import store


class TurnedDown(Exception):
    """The payer rejects the question with these AAA errors."""

    def __init__(self, *rejections: aaa.Rejection) -> None:
        """Name the errors, in the payer's order."""
        super().__init__(", ".join(rejection.code for rejection in rejections))
        self.rejections = rejections


@dataclass(frozen=True)
class Correction:
    """Where the payer's record differs from what was asked."""

    field: str
    asked: str
    known: str


@dataclass(frozen=True)
class Found:
    """The member a question is about, the dependent if it is one, and what the payer has differently."""

    member: Member
    dependent: Dependent | None
    corrections: tuple[Correction, ...]


def recognise(question: Question, payer: Payer) -> Found:
    """Return the member whom the question is about.

    An enrolled member's birth date is not on the card: the first one asked about is believed and kept.

    Raises:
        TurnedDown: nobody fits; with the AAA code that says what does not.
    """
    asked = question.subscriber
    if not asked.member_id:
        raise TurnedDown(aaa.rejection("72"))
    magic = personas.magic_member(payer.payer_id, asked.member_id, asked.name, asked.birth_date)
    if magic is not None:
        patient = whoever(question.dependent)
        return Found(magic, patient, _corrections(question, magic, patient))
    known = personas.persona(payer.payer_id, asked.member_id)
    if known is not None:
        return _checked(question, known)
    return _enrolled(question, payer)


def active_members(name: tuple[str, str] | None = None) -> Iterator[Member]:
    """Return everybody whom some payer covers: the published personas, and the members of cards that were read.

    Args:
        name: only those who have this (first, last) name, or a dependent who has.
    """
    enrolled = members.named(name) if name else [member for _key, member in members.everyone()]
    for member in (*personas.personas(name), *enrolled):
        if member.payer_id and not member.rejections and member.status in ACTIVE_CODES:
            yield member


def _enrolled(question: Question, payer: Payer) -> Found:
    # One at a time: of two first questions about a member only one birth date may be the one that is kept.
    with store().transaction():
        hit = members.find(payer.payer_id, question.subscriber.member_id)
        if hit is None:
            raise TurnedDown(aaa.rejection("75"))
        key, member = hit
        found = _checked(question, _with_birth_dates(member, question))
        born = found.member.birth_date
        members.remember(key, payer_id=payer.payer_id, birth_date=born, dependent=found.dependent)
    return found


def _with_birth_dates(member: Member, question: Question) -> Member:
    """Fill in the birth dates that no card prints from the question."""
    dependents = tuple(
        replace(known, birth_date=known.birth_date or question.dependent.birth_date)
        if question.dependent and same_name(question.dependent.name, (known.first_name, known.last_name))
        else known
        for known in member.dependents
    )
    born = member.birth_date or question.subscriber.birth_date
    return replace(member, birth_date=born, dependents=dependents)


def _checked(question: Question, member: Member) -> Found:
    """Return the member if name, birth date and dependent fit; close misses are answered and corrected."""
    asked = question.subscriber
    if not _is_member(asked, member) and not close_name(asked.name, member.name):
        raise TurnedDown(aaa.rejection("73", resolution=_hint_of_dependent(asked, member)))
    _compare_birth_dates(asked.birth_date, member.birth_date, dependent=False)
    if member.rejections:
        raise TurnedDown(*(aaa.rejection(code) for code in member.rejections))
    dependent = None if question.dependent is None else _dependent(question.dependent, member)
    return Found(member, dependent, _corrections(question, member, dependent))


def _dependent(asked: Person, member: Member) -> Dependent:
    if not plain(asked.last_name) or not plain(asked.first_name):
        raise TurnedDown(aaa.rejection("65", dependent=True))
    for known in member.dependents:
        name = (known.first_name, known.last_name)
        if same_name(asked.name, name) or close_name(asked.name, name):
            _compare_birth_dates(asked.birth_date, known.birth_date, dependent=True)
            return known
    raise TurnedDown(aaa.rejection("77", dependent=True))


def _compare_birth_dates(asked: date | None, known: date | None, *, dependent: bool) -> None:
    """Turn the question down if the dates differ by more than day and month changing places."""
    if asked is None or known is None or asked == known or swapped(asked, known):
        return
    raise TurnedDown(aaa.rejection("71", dependent=dependent))


def _is_member(asked: Person, member: Member) -> bool:
    return same_person(asked.name, member.first_name, member.middle_name, member.last_name)


def _hint_of_dependent(asked: Person, member: Member) -> str:
    if any(same_name(asked.name, (known.first_name, known.last_name)) for known in member.dependents):
        return "This person is a dependent on the plan. Ask through the subscriber."
    return ""


def whoever(asked: Person | None) -> Dependent | None:
    """Return the dependent whom a question names as if the payer knew them, None if it names none."""
    return None if asked is None else Dependent(asked.first_name, asked.last_name, asked.birth_date)


def _corrections(question: Question, member: Member, dependent: Dependent | None) -> tuple[Correction, ...]:
    """Return where the payer's record differs; the names of the properties are our guess, as no source has them."""
    asked = question.subscriber
    name = asked.name if _is_member(asked, member) else member.name
    found = _of_person("subscriber", asked, name, member.birth_date)
    known_id = member.mbi or member.member_id
    if plain_id(asked.member_id) != plain_id(known_id):
        found.append(Correction("subscriber.member_id", asked.member_id, known_id))
    if question.dependent is not None and dependent is not None:
        known = (dependent.first_name, dependent.last_name)
        found += _of_person("dependent", question.dependent, known, dependent.birth_date)
    return tuple(found)


def _of_person(path: str, asked: Person, name: tuple[str, str], born: date | None) -> list[Correction]:
    found = []
    if not same_name(asked.name, name):
        for part, before, known in zip(("first_name", "last_name"), asked.name, name, strict=True):
            if plain(before) != plain(known):
                found.append(Correction(f"{path}.{part}", before, known.upper()))
    if asked.birth_date and born and asked.birth_date != born:
        found.append(Correction(f"{path}.date_of_birth", asked.birth_date.isoformat(), born.isoformat()))
    return found
