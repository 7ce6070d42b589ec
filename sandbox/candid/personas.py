"""Members that always exist: the published test personas, and magic member ids for everything else one may meet.

The personas are those of Candid's page on mocking eligibility checks and of Stedi's longer list. The magic ids are ours
and work with any payer, name and birth date. Both are in docs/vendors/candid.md.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from sandbox.candid import aaa
from sandbox.candid.model import Dependent, Member
from sandbox.candid.people import joined, names_of, plain_id
from sandbox.candid.questions import Person

_TEMPLATE = {
    "deductible": "1500",
    "deductible_left": "1250.50",
    "family_deductible": "3000",
    "family_deductible_left": "2750",
    "out_of_pocket": "5000",
    "out_of_pocket_left": "4700",
    "family_out_of_pocket": "10000",
    "family_out_of_pocket_left": "9400",
    "far_deductible": "4000",
    "far_deductible_left": "4000",
    "family_far_deductible": "8000",
    "family_far_deductible_left": "8000",
    "coinsurance": "0.2",
    "office": "25",
    "specialist": "50",
    "visits": "30",
    "visits_left": "28",
}


def _persona(payer_id: str, name: str, member_id: str, born: str, **more: Any) -> Member:
    first, last = name.split(" ", 1)
    birth_date = date.fromisoformat(born) if born else None
    return Member(payer_id, member_id, first, last, birth_date=birth_date, **more)


def _covers(name: str, born: str, relation: str) -> tuple[Dependent, ...]:
    first, last = name.split(" ", 1)
    return (Dependent(first, last, date.fromisoformat(born), relation),)


_AETNA: dict[str, Any] = {"plan_name": "Open Choice", "plan_type": "PPO", "group_number": "012345"}
_PERSONAS: tuple[Member, ...] = (
    _persona(
        "60054",
        "Jane Doe",
        "AETNA12345",
        "2004-04-04",
        gender="F",
        amounts={name: Decimal(value) for name, value in _TEMPLATE.items()},
        **_AETNA,
    ),
    _persona(
        "60054",
        "John Doe",
        "AETNA9wcSu",
        "2000-01-01",
        dependents=_covers("Jordan Doe", "2001-07-14", "CHILD"),
        **_AETNA,
    ),
    _persona("87726", "Jane Doe", "UHCAAA42", "2001-01-01", rejections=("42",)),
    _persona("87726", "Jane Doe", "UHCAAA43", "1970-01-01", rejections=("43",)),
    _persona("87726", "John Doe", "UHCAAA72", "1990-01-01", rejections=("72",)),
    _persona("87726", "John Doe", "UHCAAA73", "1990-01-01", rejections=("73",)),
    _persona("87726", "Jane Doe", "UHCAAA75", "1990-01-01", rejections=("75",)),
    _persona("87726", "John Doe", "UHCAAA79", "1970-01-01", rejections=("79",)),
    _persona("68069", "John Doe", "AMBETTER123", "1994-04-04", plan_type="HMO", shape="used_not_left"),
    _persona("62308", "James Jones", "23456789100", "1991-02-02", plan_name="Open Access Plus", plan_type="PPO"),
    _persona("62308", "Rolando Arrojo", "5643296", "1971-01-02", shape="few"),
    _persona("62308", "Rod Beck", "R5TJR4HR4H", "1972-02-03", shape="totals_only"),
    _persona("62308", "David Cone", "5642296", "1973-03-04", shape="used_not_left"),
    _persona("62308", "Frank Castillo", "FTRJRG3254", "1975-04-05", shape="tiers"),
    _persona("62308", "Casey Fossum", "5641296", "1976-05-06", shape="contract_year"),
    _persona("62308", "Rich Garces", "DHW5445", "1977-06-07", shape="very_many"),
    _persona("61101", "Jane Doe", "HUMANA123", "1975-05-05", shape="network_not_stated"),
    _persona("KSRCN", "Jane Doe", "KAISER123456", "2002-02-02", plan_type="HMO", shape="any_network"),
    _persona("CMS", "Jane Doe", "CMS12345678", "1955-05-05", plan_type="MA", shape="medicare"),
    _persona("CMS", "Jane Doe", "1AA2CC3DD45", "1955-05-05", plan_type="MA", shape="medicare"),
    _persona("87726", "Jane Doe", "UHC123456", "1971-01-01", plan_name="Choice Plus", group_number="98755"),
    _persona("87726", "Jane Doe", "UHCINACTIVE", "1971-01-01", status="6"),
    _persona(
        "040", "Jane Doe", "CGMBCBSCA123", "", plan_type="PPO", dependents=_covers("John Doe", "1975-01-01", "SPOUSE")
    ),
    _persona("G84980", "John Doe", "A2CBCBSTX123", "", dependents=_covers("Jane Doe", "2015-01-01", "CHILD")),
    _persona(
        "62308",
        "John Doe",
        "CIGNAJTUxNm",
        "",
        dependents=_covers("Jordan Doe", "2015-09-20", "CHILD"),
        returns_dependent_as_subscriber=True,
    ),
    _persona("OSCAR", "John Doe", "OSCAR123456", "", dependents=_covers("Jane Doe", "2001-01-01", "CHILD")),
    _persona("87726", "John Doe", "UHC202649", "", dependents=_covers("Jane Doe", "1952-11-21", "SPOUSE")),
    _persona("AMTAS00425", "Falcon Dent", "007007007", "1985-06-07", plan_name="Dental PPO", shape="dental"),
    _persona("84103", "Aardvark Dent", "AFK987654321", "1970-12-12", plan_name="Dental Prime", shape="dental"),
    _persona(
        "62308", "Jaguar Dent", "U3141592653", "1996-05-05", plan_name="Total DPPO", plan_type="17", shape="dental"
    ),
    _persona("10134", "Elephant Dent", "88877788", "1984-02-29", plan_name="PDP Plus", shape="dental"),
    _persona("52133", "Beaver Dent", "404404404", "1969-06-28", plan_name="Options PPO 30", shape="dental"),
    _persona("MBILU", "Jane Doe", "123456789", "1955-05-05", plan_type="MA", shape="medicare", mbi="1AA2CC3DD45"),
    _persona("STEDI", "Bernie Prohas", "23051322", "", rejections=("73",)),
)
_BY_ID = {(member.payer_id, plain_id(member.member_id)): member for member in _PERSONAS}

_SOME_DAY = date(1980, 1, 1)  # of whoever asks with a magic id and no birth date
# Magic ids: what they do to the member's record.
_MAGIC: dict[str, dict[str, Any]] = {
    **{f"ACTIVE{code}": {"status": code} for code in "12345"},
    **{f"INACTIVE{code}": {"status": code} for code in "678"},
    "UNKNOWN": {"shape": "nothing"},
    "CONTRADICT": {"shape": "contradicting"},
    "OTHERPAYER": {"shape": "other_payer"},
    "ENDED": {"shape": "ended"},
    "MET": {"shape": "met"},
    "TOTALSONLY": {"shape": "totals_only"},
    "MEDICARE": {"shape": "medicare"},
    "DENTAL": {"shape": "dental"},
    "AUTOUPDATED": {},
    "CORRECTED": {},
    "UNPARSED": {},
    "RECOVERS": {},
}


def persona(payer_id: str, member_id: str) -> Member | None:
    """Return the published persona with this member id at this payer (its primary id)."""
    return _BY_ID.get((payer_id, plain_id(member_id)))


def personas(name: tuple[str, str] | None = None) -> tuple[Member, ...]:
    """Return all published personas, or those who have this (first, last) name, or a dependent who has."""
    return _PERSONAS if name is None else _by_name().get(joined(name), ())


@cache
def _by_name() -> dict[str, tuple[Member, ...]]:
    named: dict[str, tuple[Member, ...]] = {}
    for member in _PERSONAS:
        for name in names_of(member):
            named[name] = (*named.get(name, ()), member)
    return named


def magic_rejections(member_id: str, *, dependent: bool) -> tuple[aaa.Rejection, ...]:
    """Return the rejections that a magic id such as AAA-75, AAA-42-79 or AAA-42-W asks for; none if it is not one.

    Args:
        member_id: as asked.
        dependent: the patient of the question is a dependent.
    """
    found = re.fullmatch(r"AAA((?:-[A-Z0-9]{2})+)(?:-([A-Z]))?", member_id.strip().upper())
    wanted, letter = (found[1].strip("-").split("-"), found[2] or "") if found else ([], "")
    if not set(wanted) <= set(aaa.codes()) or (letter and letter not in aaa.FOLLOW_UPS):
        return ()
    return tuple(aaa.rejection(code, dependent=dependent, letter=letter) for code in wanted)


def magic_field(member_id: str, prefix: str) -> str:
    """Return what a magic id such as CANDID-date_of_birth names after its prefix, or ""."""
    found = re.fullmatch(rf"{prefix}-([A-Z_]+)", member_id.strip().upper())
    return found[1].lower() if found else ""


def magic_member(payer_id: str, member_id: str, name: tuple[str, str], birth_date: date | None) -> Member | None:
    """Return the member behind a magic id: whoever was asked about, changed as the id says; None if it is not one."""
    word = plain_id(member_id)
    if word not in _MAGIC:
        return None
    member = _whoever(payer_id, word, name, birth_date)
    if word == "CORRECTED":
        return replace(member, last_name=f"{name[1]}SON", member_id="CORRECTED01", birth_date=_beside(birth_date))
    return replace(member, **_MAGIC[word])


def believed(payer_id: str, person: Person) -> Member:
    """Return the member that a person says to be, for scenarios that want an answer about anybody."""
    return _whoever(payer_id, person.member_id.upper() or "BELIEVED", person.name, person.birth_date)


def _whoever(payer_id: str, member_id: str, name: tuple[str, str], birth_date: date | None) -> Member:
    born = birth_date or _SOME_DAY
    return Member(payer_id, member_id, *name, birth_date=born, group_number="555000", answers_service=True)


def _beside(birth_date: date | None) -> date:
    """Return the day after, or before the last day there is."""
    born = birth_date or _SOME_DAY
    return born + timedelta(days=1 if born < date.max else -1)
