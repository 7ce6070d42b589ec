"""Coordination of benefits: whether two payers cover a person, and which of them pays first.

See docs/vendors/candid.md.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sandbox import clock
from sandbox.candid import aaa, errors, payers, personas, raw271, roster
from sandbox.candid.fields import BadRequest, Part
from sandbox.candid.model import Entity, Member, Row
from sandbox.candid.people import plain_id, same_person
from sandbox.candid.plan_texts import texts_of
from sandbox.candid.questions import Person, Question, provider_name_of
from sandbox.candid.roster import Found, TurnedDown
from sandbox.candid.service_types import PLAN
from sandbox.npi import is_npi

Doc = dict[str, Any]
_YEARS_BACK = 2
_DAYS = ("date_of_service", "beginning_date_of_service", "end_date_of_service")
PRIMARY, UNDETERMINED = "CobInstanceExistsPrimacyDetermined", "CobInstanceExistsPrimacyUndetermined"
NO_BENEFIT_OVERLAP, NOT_SUBJECT = "CoverageOverlapNoBenefitOverlap", "CoverageOverlapExistsNotSubjectToCob"
NO_COB = "MemberFoundNoCob"
# classification: (an instance exists, primacy is determined, coverages overlap, benefits overlap)
_MEANS = {
    PRIMARY: (True, True, True, True),
    UNDETERMINED: (True, False, True, True),
    NO_BENEFIT_OVERLAP: (False, False, True, False),
    NOT_SUBJECT: (False, False, True, True),
    NO_COB: (False, False, False, False),
}
# Magic member ids, beside those of checks.
_MAGIC = {
    "OTHERPAYER": PRIMARY,
    "COBPRIMARY": PRIMARY,
    "COBUNDETERMINED": UNDETERMINED,
    "COBNOBENEFIT": NO_BENEFIT_OVERLAP,
    "COBNOTSUBJECT": NOT_SUBJECT,
    "COBNONE": NO_COB,
}
_SOME_OTHER_PAYER = "62308"


def coordinate(doc: Any) -> Doc:
    """Answer whether benefits must be coordinated.

    Raises:
        BadRequest: a field is missing or wrong; it is named.
    """
    question = _question_of(Part.of(doc), clock.now().date())
    payer = payers.find(question.payer_id)
    told: Doc = {
        "provider": _provider(question),
        "payer": {"name": payer.name.upper() if payer else None, "payer_identification": question.payer_id},
    }
    try:
        if payer is None:
            raise TurnedDown(aaa.rejection("79", resolution=f"Payer {question.payer_id} is not configured."))
        return told | _told(question, payer, _found(question, payer))
    except TurnedDown as turned_down:
        return told | {"errors": [errors.details(one) for one in turned_down.rejections]}


def _question_of(part: Part, today: date) -> Question:
    """Return the request in the words of a check. Raises BadRequest."""
    payer_id = part.filled("trading_partner_service_id")
    provider = part.needed_part("provider")
    subscriber, dependent = part.needed_part("subscriber"), part.part("dependent")
    person = _person(subscriber)
    if not person.member_id:
        raise subscriber.wrong("member_id", "or ssn is required.")
    return Question(
        payer_id=payer_id,
        npi=provider.filled("npi"),
        provider_name=provider_name_of(provider),
        subscriber=person,
        dependent=None if dependent is None else _person(dependent),
        date_of_service=_day_of(part.needed_part("encounter"), today),
        service_type_codes=(PLAN,),
        since=None,
        identifier="",
        echo={},
    )


def _person(part: Part) -> Person:
    first, last = part.filled("first_name"), part.filled("last_name")
    member_id = part.text("member_id") or part.text("ssn")
    part.filled("date_of_birth")
    return Person(first, last, member_id, _either_day(part, "date_of_birth"))


def _either_day(part: Part, name: str) -> date | None:
    """The form of these dates is not documented: both are taken."""
    return part.day(name) if "-" in part.text(name) else part.compact_day(name)


def _day_of(encounter: Part, today: date) -> date:
    one, first, last = (_either_day(encounter, name) for name in _DAYS)
    if (first is None) != (last is None):
        raise encounter.wrong(_DAYS[2], f"comes together with {_DAYS[1]}.")
    day = one or first or today
    if day > today or (today - day).days > 366 * _YEARS_BACK:
        raise BadRequest("must be within the past two years.", field=encounter.at(_DAYS[0] if one else _DAYS[1]))
    return day


def _found(question: Question, payer: payers.Payer) -> Found:
    """Return whom the request is about.

    Raises:
        TurnedDown: nobody fits, or this payer takes no part.
    """
    if payer.kind == "medicare":
        raise TurnedDown(aaa.rejection("79", resolution="Medicare and Medicare Advantage take no part."))
    if not is_npi(question.npi):
        raise TurnedDown(aaa.rejection("43"))
    if not question.provider_name:
        raise TurnedDown(aaa.rejection("44"))
    wanted = personas.magic_rejections(question.subscriber.member_id, dependent=question.dependent is not None)
    if wanted:
        raise TurnedDown(*wanted)
    if plain_id(question.subscriber.member_id) in _MAGIC:
        dependent = roster.whoever(question.dependent)
        return Found(personas.believed(payer.payer_id, question.subscriber), dependent, ())
    return roster.recognise(question, payer)


def _told(question: Question, payer: payers.Payer, found: Found) -> Doc:
    plan = texts_of(found.member, payer, found.dependent, service_type=PLAN, day=question.date_of_service).plan
    other = _other_payer(question, found.member)
    classification = _MAGIC.get(plain_id(question.subscriber.member_id), PRIMARY if other else NO_COB)
    exists, determined, overlap, benefits = _MEANS[classification]
    rows = [Row("1", (PLAN,))]
    if overlap:
        rows.append(_row_of_other(other or payers.find(_SOME_OTHER_PAYER), determined))
    begins, ends = plan.begins, plan.ends
    told = {
        "subscriber": _member(found.member),
        "plan_date_information": {"plan_begin": _compact(begins), "plan_end": _compact(ends)},
        "benefits_information": [raw271.row_of(row, plan.insurance_type) for row in rows],
        "coordination_of_benefits": {
            "classification": classification,
            "instance_exists": exists,
            "primacy_determined": determined,
            "coverage_overlap": overlap,
            "benefit_overlap": benefits,
        },
    }
    return told if found.dependent is None else told | {"dependent": _dependent(found)}


def _other_payer(question: Question, member: Member) -> payers.Payer | None:
    """Return another payer of whom the same person is an active member, or None."""
    for one in roster.active_members(question.subscriber.name):
        same = same_person(question.subscriber.name, one.first_name, one.middle_name, one.last_name)
        born = one.birth_date is not None and one.birth_date == member.birth_date
        if same and born and one.payer_id != member.payer_id:
            return payers.find(one.payer_id)
    return None


def _row_of_other(other: payers.Payer | None, determined: bool) -> Row:
    assert other is not None  # noqa: S101 - it is in the directory
    role = "Primary Payer" if determined else "Payer"
    return Row("R", (PLAN,), entity=Entity(role, "Non-Person Entity", other.name.upper()))


def _provider(question: Question) -> Doc:
    return {"provider_org_name": question.provider_name.upper(), "npi": question.npi}


def _member(member: Member) -> Doc:
    return {
        "member_id": member.member_id,
        "first_name": member.first_name.upper(),
        "last_name": member.last_name.upper(),
        "date_of_birth": _compact(member.birth_date),
        "group_number": member.group_number or None,
    }


def _dependent(found: Found) -> Doc:
    dependent = found.dependent
    assert dependent is not None  # noqa: S101 - the caller looked
    return {
        "first_name": dependent.first_name.upper(),
        "last_name": dependent.last_name.upper(),
        "date_of_birth": _compact(dependent.birth_date),
        "group_number": found.member.group_number or None,
    }


def _compact(day: date | None) -> str | None:
    return day.strftime("%Y%m%d") if day else None
