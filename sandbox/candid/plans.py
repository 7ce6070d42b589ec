"""From a member and a question to the plan that the payer answers with."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sandbox.candid.model import INACTIVE_CODES, Address, Benefits, Dependent, Member, Party, Plan, Row
from sandbox.candid.payers import Payer
from sandbox.candid.seeds import Seed
from sandbox.candid.service_types import PLAN
from sandbox.candid.shapes import inactive_rows, rows_of

_PLAN_NAMES = {
    "PR": ("Open Choice", "Choice Plus PPO", "Preferred Network 1500"),
    "HM": ("Select HMO", "Community HMO", "Value HMO"),
    "EP": ("Exclusive Network", "Focus EPO"),
    "PS": ("Point of Service Plus",),
    "MC": ("Medicaid Managed Care",),
    "HN": ("Medicare Advantage HMO",),
    "MA": ("Medicare Part A and B",),
    "17": ("Dental PPO",),
    "18": ("Vision",),
}
_TYPE_OF_KIND = {"medicaid": "MC", "medicare": "HN", "dental": "17", "vision": "18"}
_TYPE_WORDS = {"PPO": "PR", "HMO": "HM", "EPO": "EP", "POS": "PS", "INDEMNITY": "IN", "MEDICAID": "MC"}


# Real towns with their postal codes; nobody lives there.
_TOWNS = (
    ("SPRINGFIELD", "IL", "62704"),
    ("COLUMBUS", "OH", "43215"),
    ("AUSTIN", "TX", "78701"),
    ("PORTLAND", "OR", "97205"),
    ("HARTFORD", "CT", "06103"),
)
_STREETS = ("MAPLE ST", "OAK AVE", "RIVER RD", "HILL ST", "CEDAR LN")


def plan_of(member: Member, payer: Payer, dependent: Dependent | None, benefits: Benefits, *, day: date) -> Plan:
    """Return the plan of a member as of a date of service.

    Args:
        member: the payer's record.
        payer: who answers.
        dependent: the dependent asked about, as the payer has them on file.
        benefits: what it pays.
        day: the date of service; decides the plan year.
    """
    subscriber = _subscriber(member)
    patient = None if dependent is None else _dependent(member, dependent)
    if patient is not None and member.returns_dependent_as_subscriber:
        subscriber, patient = patient, None
    return Plan(payer, benefits, member.group_number, _dates(member, day), subscriber, patient)


def has_begun(member: Member, day: date) -> bool:
    """Tell whether a member is covered already on a day."""
    return member.since is None or member.since <= day


def benefits_of(member: Member, payer: Payer, *, service_type: str, begun: bool) -> Benefits:
    """Return the benefits of a member, whatever their name and dates; before the plan has `begun` there are none."""
    kind = plan_type_of(member, payer)
    name = member.plan_name or Seed(member.member_id).pick("plan", _PLAN_NAMES.get(kind, ("Standard",)))
    return Benefits(name, kind, _rows(member, payer, service_type) if begun else inactive_rows("6"))


def plan_type_of(member: Member, payer: Payer) -> str:
    """Return the X12 insurance type: by the card's words, else by the payer's kind, else drawn from the member id."""
    words = f"{member.plan_type} {member.plan_name}".upper().split()
    told = [_TYPE_WORDS[word] for word in words if word in _TYPE_WORDS]
    if told:
        return told[0]
    return _TYPE_OF_KIND.get(payer.kind) or Seed(member.member_id).pick("type", ("PR", "PR", "HM", "EP", "PS"))


def _rows(member: Member, payer: Payer, service_type: str) -> tuple[Row, ...]:
    if member.status in INACTIVE_CODES:
        return inactive_rows(member.status)
    rows = rows_of(replace(member, plan_type=plan_type_of(member, payer)), payer)
    return _asked(rows, service_type) if member.answers_service else rows


def _asked(rows: tuple[Row, ...], service_type: str) -> tuple[Row, ...]:
    """Keep what concerns the whole plan and the service asked about; asked for the plan, a payer reports it all."""
    if service_type == PLAN:
        return rows
    return tuple(row for row in rows if PLAN in row.services or service_type in row.services)


def _dates(member: Member, day: date) -> dict[str, tuple[date, date | None]]:
    """Return the plan year around `day` and since when the member is covered.

    Three in ten plans run from July to June. A member whose coverage was ended ("ended" shape) had the year before.
    """
    seed = Seed(member.member_id)
    if seed.number("plan year", 10) < 3 and member.answers_service:
        start = date(day.year if day.month >= 7 else day.year - 1, 7, 1)
        end = date(start.year + 1, 6, 30)
    else:
        start, end = date(day.year, 1, 1), date(day.year, 12, 31)
    since = member.since or date(start.year - 1 - seed.number("since", 6), 1 + seed.number("month", 12), 1)
    if member.shape == "ended":
        start, end = date(day.year - 1, 1, 1), date(day.year - 1, 12, 31)
    if member.since and member.since > start:
        start = member.since
    return {"plan": (start, end), "eligibility": (since, None)}


def _subscriber(member: Member) -> Party:
    return Party(
        first_name=member.first_name,
        middle_name=member.middle_name,
        last_name=member.last_name,
        member_id=member.mbi or member.member_id,
        birth_date=member.birth_date,
        gender=member.gender,
        address=_address(member),
    )


def _address(member: Member) -> Address:
    """Return where a member lives; no card prints it, so it is drawn from the member id."""
    seed = Seed(member.member_id)
    street = f"{1 + seed.number('house', 998)} {seed.pick('street', _STREETS)}"
    return Address(street, *seed.pick("town", _TOWNS))


def _dependent(member: Member, dependent: Dependent) -> Party:
    return Party(
        first_name=dependent.first_name,
        last_name=dependent.last_name,
        member_id=member.member_id if member.returns_dependent_as_subscriber else "",
        birth_date=dependent.birth_date,
    )
