"""Records that may be of one person: found through indexed columns, scored, and two people where somebody said so.

A clinic sees its own patients alone. No pair is looked at that shares neither a birth date, nor a name with a slip of
the hand in the birth date, nor a phone, a member id or a record number; each of these is an index.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce

from clinic.models import Clinic, User
from core import audit

from ..access import patients_for
from ..likeness import LIKELY, SAME_EMAIL, Likeness, Person, is_slip, likeness
from ..models import Coverage, Patient, TwoPeople, folded_name
from ..patient_record import SEALED

MOST_SHOWN = 5
# What a page of possible duplicates looks at before it says how far it has come.
CHUNK, MOST_LOOKED_AT, MOST_PAIRS = 100, 500, 20
# How many records are asked about at once: as many as one statement can name.
AT_ONCE = 400
PHONES = ("phone_fingerprint", "other_phone_fingerprint")
# A birth date or phone that more records share is one that is typed for want of another, and says nothing.
MOST_SHARED = 200


@dataclass(frozen=True, repr=False)
class Candidate:
    """Somebody who may be the same person, and why."""

    patient: Patient
    likeness: Likeness


@dataclass(frozen=True, repr=False)
class Pair:
    """Two records that may be of one person, the newer first."""

    newer: Patient
    older: Patient
    likeness: Likeness


@dataclass(frozen=True, repr=False)
class Pairs:
    """Pairs among the records looked at; the next page begins after the record numbered `after`, None at the end."""

    found: list[Pair]
    looked_at: int
    after: int | None


def like(patient: Patient, clinic: Clinic) -> list[Candidate]:
    """Return whom of the clinic a record may be the same person as, the likeliest first.

    The record need not be saved: it may be what somebody is typing.
    """
    return like_each([patient], clinic)[0]


def like_each(patients: Sequence[Patient], clinic: Clinic) -> list[list[Candidate]]:
    """Return for each record what `like` says of it, with a constant number of queries for every AT_ONCE of them."""
    found: list[list[Candidate]] = []
    for start in range(0, len(patients), AT_ONCE):
        chunk = patients[start : start + AT_ONCE]
        for patient in chunk:
            patient.fill_look_ups()
        found += [candidates[:MOST_SHOWN] for candidates in _scored(chunk, clinic)]
    return found


def likeness_of(one: Patient, other: Patient) -> Likeness:
    """Return how alike two whole records are."""
    held = _members([one, other])
    first, second = (
        replace(_person(row, held), email=row.email.strip().casefold()) for row in (one, other)
    )  # fmt: skip
    return likeness(first, second)


def pairs(clinic: Clinic, *, before: int | None = None) -> Pairs:
    """Return possible duplicates among the clinic's records, the newest registered first.

    `before` goes on below a record's number. Looks at so many records and no more, whatever the clinic's size.
    """
    found: list[Pair] = []
    looked_at, after = 0, before
    while looked_at < MOST_LOOKED_AT and len(found) < MOST_PAIRS:
        rows = patients_for(clinic).order_by("-pk").defer(*SEALED)
        chunk = list((rows.filter(pk__lt=after) if after is not None else rows)[:CHUNK])
        looked_at += len(chunk)
        for newer, candidates in zip(chunk, _scored(chunk, clinic), strict=True):
            older = (one for one in candidates if one.patient.pk < newer.pk)
            found += [Pair(newer, one.patient, one.likeness) for one in older]
        if len(chunk) < CHUNK:
            return Pairs(found, looked_at, None)
        after = chunk[-1].pk
    return Pairs(found, looked_at, after)


def _scored(asked: Sequence[Patient], clinic: Clinic) -> list[list[Candidate]]:
    """Return the likely candidates of each record, the likeliest first, in a constant number of queries."""
    held = _members(asked)
    people = [_person(one, held) for one in asked]
    found_by = [_keys(one, person, swapped=True) for one, person in zip(asked, people, strict=True)]
    known = _candidates(asked, found_by, clinic)
    if held:  # a member id is compared with another one
        held |= _members(known)
    blocks: Blocks = defaultdict(list)
    for patient in known:
        person = _person(patient, held)
        for key in _keys(patient, person):
            blocks[key].append((patient, person))
    told_apart = _told_apart(clinic, asked)
    found = [
        _of_one(one, person, [near for key in keys for near in blocks.get(key, ())], told_apart)
        for one, person, keys in zip(asked, people, found_by, strict=True)
    ]
    return _with_emails(list(zip(asked, found, strict=True)), held)


Members = dict[int, frozenset[tuple[str, str]]]
Near = list[tuple[Patient, Person]]
Keys = set[tuple[str, Any]]
Blocks = dict[tuple[str, Any], Near]


def _of_one(one: Patient, person: Person, near: Near, told_apart: set[frozenset[int]]) -> list[Candidate]:
    """Return who of those that share something may be likely, once the e-mails are compared too."""
    found = [
        Candidate(row, likeness(person, other))
        for row, other in {row.pk: (row, other) for row, other in near}.values()
        if row.pk != one.pk and frozenset((row.pk, one.pk or 0)) not in told_apart
    ]
    return [candidate for candidate in found if candidate.likeness.score >= LIKELY - SAME_EMAIL]


def _with_emails(asked: list[tuple[Patient, list[Candidate]]], held: Members) -> list[list[Candidate]]:
    """Compare the e-mails of those who are left: they are sealed, and opening them for many is slow."""
    wanted = {one.patient.pk for _, found in asked for one in found} | {one.pk for one, found in asked if found}
    opened = Patient.objects.filter(pk__in=wanted - {None}).order_by().values_list("pk", "email")
    emails = {pk: email.strip().casefold() for pk, email in opened}
    scored = []
    for one, found in asked:
        own = emails.get(one.pk, one.email.strip().casefold() if one.pk is None else "")
        person = replace(_person(one, held), email=own)
        again = [
            Candidate(row, likeness(person, replace(_person(row, held), email=emails.get(row.pk, ""))))
            for row in (candidate.patient for candidate in found)
        ]
        likely = [candidate for candidate in again if candidate.likeness.is_likely]
        scored.append(sorted(likely, key=lambda candidate: (-candidate.likeness.score, -candidate.patient.pk)))
    return scored


def _candidates(asked: Sequence[Patient], found_by: Sequence[Keys], clinic: Clinic) -> list[Patient]:
    """Return the clinic's patients that share something with one of those asked about; a query per column, indexed."""
    keys: dict[str, set[Any]] = defaultdict(set)
    days: dict[str, set[date]] = defaultdict(set)  # under each name, the birth dates of those who have it
    for one, found in zip(asked, found_by, strict=True):
        for name, value in found:
            keys[name].add(value)
            if name == "named":
                days[value].add(one.birth_date)
    here = patients_for(clinic).filter(organization_id=clinic.organization_id).defer(*SEALED)
    covered = Coverage.objects.in_line().filter(member_id_fingerprint__in=keys["member"])
    queries: list[QuerySet[Patient]] = [
        here.filter(birth_date__in=_telling(here, "birth_date", keys["born"])),
        here.filter(pk__in=_namesakes(days)),
        *(here.filter(pk__in=_holders(here, column, keys["phone"])) for column in PHONES),
        here.filter(pk__in=with_mrn(keys["mrn"])),
        here.filter(pk__in=covered.order_by().values("patient")),
    ]
    return list({patient.pk: patient for query in queries for patient in query.order_by()}.values())


# The next three look at the records of whatever clinic, so that a column's own index answers: next to a clinic's and an
# organization's rows a database may take that for the dearer way, and read all of these. The clinic is asked about what
# is left.


def with_mrn(numbers: Collection[str]) -> QuerySet[Any]:
    """Return the numbers of the records that have one of the medical record numbers, in whatever clinic."""
    return Patient.every.order_by().filter(mrn_key__in=numbers).values("pk")


def _namesakes(days: dict[str, set[date]]) -> list[int]:
    """Return the numbers of those who have one of the names and its birth date, or one that a slip makes of it.

    A name is rare enough to compare the dates here; all slips of many dates are more than a statement should name.
    """
    rows = Patient.every.order_by().filter(folded_name__in=days).values_list("pk", "folded_name", "birth_date")
    return [pk for pk, name, born in rows if any(born == day or is_slip(born, day) for day in days[name])]


def _holders(here: QuerySet[Patient], column: str, values: set[str]) -> QuerySet[Any]:
    """Return the numbers of those who have one of the values in a column, but for what many of a clinic share."""
    rows = Patient.every.order_by()
    held = dict(rows.filter(**{f"{column}__in": values}).values_list(column).annotate(records=Count("pk")))
    many = {value for value, records in held.items() if records > MOST_SHARED}
    telling = (set(held) - many) | _telling(here, column, many)
    return rows.filter(**{f"{column}__in": telling}).values("pk")


def _telling(here: QuerySet[Patient], column: str, values: set[Any]) -> set[Any]:
    """Return those of the values that few records share."""
    shared = here.filter(**{f"{column}__in": values}).order_by().values_list(column).annotate(records=Count("pk"))
    return values - {value for value, _ in shared.filter(records__gt=MOST_SHARED)}


def _keys(patient: Patient, person: Person, *, swapped: bool = False) -> Keys:
    """Return what a record is found by; with `swapped` also first and last name the other way round."""
    keys: Keys = {("born", patient.birth_date), ("named", patient.folded_name)}
    if swapped:
        keys.add(("named", folded_name(patient.last_name, patient.first_name)))
    keys |= {("phone", number) for number in person.phones} | {("member", mark) for mark, _ in person.members}
    return keys | ({("mrn", person.mrn)} if person.mrn else set())


def _person(patient: Patient, held: Members) -> Person:
    """Return what is compared of a record, all but the e-mail."""
    return Person(
        patient.first_name,
        patient.last_name,
        patient.birth_date,
        middle_name=patient.middle_name,
        preferred_name=patient.preferred_name,
        suffix=patient.suffix,
        sex=patient.sex,
        mrn=patient.mrn_key,
        phones=frozenset({patient.phone_fingerprint, patient.other_phone_fingerprint} - {""}),
        members=held.get(patient.pk, frozenset()),
    )


def _members(patients: Iterable[Patient]) -> Members:
    """Return the member ids on file of each patient, as look-up value and payer's name."""
    rows = Coverage.objects.in_line().filter(patient__in=[one.pk for one in patients if one.pk])
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for pk, mark, payer in rows.order_by().values_list("patient", "member_id_fingerprint", "payer__name"):
        if mark:
            found[pk].add((mark, payer or ""))
    return {pk: frozenset(marks) for pk, marks in found.items()}


# ---- two people -----------------------------------------------------------------------------------------------------


def _told_apart(clinic: Clinic, patients: Iterable[Patient]) -> set[frozenset[int]]:
    """Return the pairs that somebody said are two people; of a record that was merged away, its survivor's."""
    numbers = [one.pk for one in patients if one.pk]
    low = Coalesce("low__merged_into__merged_into", "low__merged_into", "low")
    high = Coalesce("high__merged_into__merged_into", "high__merged_into", "high")
    said = TwoPeople.objects.filter(clinic=clinic).annotate(one=low, other=high)
    said = said.filter(Q(one__in=numbers) | Q(other__in=numbers))
    return {frozenset(pair) for pair in said.values_list("one", "other")}


@transaction.atomic
def tell_apart(one: Patient, other: Patient, *, clinic: Clinic, by: User, now: datetime) -> None:
    """Remember that two records are of two people; saying it again changes nothing."""
    low, high = sorted((one, other), key=lambda record: record.pk)
    if low == high:
        return
    _, is_new = TwoPeople.objects.get_or_create(
        clinic=clinic, low=low, high=high, defaults={"said_by": by, "said_at": now}
    )
    if is_new:
        audit.record(by, "intake.patient.told_apart", low, clinic=clinic, other=high.pk)


def told_apart_by(clinic: Clinic) -> QuerySet[TwoPeople]:
    """Return what was said in this clinic of records that both still stand here, the newest first."""
    standing = TwoPeople.objects.filter(clinic=clinic, low__merged_into=None, high__merged_into=None)
    return standing.select_related("low", "high", "said_by").order_by("-pk")


@transaction.atomic
def take_back(said: TwoPeople, *, clinic: Clinic, by: User) -> None:
    """Forget that two records were said to be of two people."""
    audit.record(by, "intake.patient.not_told_apart", said.low, clinic=clinic, other=said.high_id)
    said.delete()
