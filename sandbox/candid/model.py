"""One plan model for both views of an answer: the raw 271 and Candid's parsed one are made from the same `Plan`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sandbox.candid.payers import Payer

ACTIVE_CODES = ("1", "2", "3", "4", "5")
INACTIVE_CODES = ("6", "7", "8")


@dataclass(frozen=True)
class Entity:
    """Somebody a benefit row names, such as the primary care provider or another payer (X12 loop 2120)."""

    role: str
    kind: str
    name: str
    phone: str = ""


class Row(NamedTuple):
    """One benefit row (X12 EB): what `code` says about some services, for a level, a period and a network."""

    code: str
    services: tuple[str, ...] = ("30",)
    level: str = ""
    time: str = ""
    amount: Decimal | None = None
    percent: Decimal | None = None
    quantity: Decimal | None = None
    network: str = ""
    notes: tuple[str, ...] = ()
    authorization: str = ""
    plan_coverage: str = ""
    entity: Entity | None = None

    @property
    def number(self) -> Decimal | None:
        """Return its amount, percent or quantity, None if it has none; a row has one of them at most."""
        return self.amount if self.amount is not None else self.percent if self.percent is not None else self.quantity

    def with_number(self, number: Decimal) -> Row:
        """Return the row with another number in the place of its own, if it has one."""
        if self.amount is not None:
            return self._replace(amount=number)
        if self.percent is not None:
            return self._replace(percent=number)
        return self if self.quantity is None else self._replace(quantity=number)


@dataclass(frozen=True)
class Address:
    """Where somebody lives, as the payer has it on file."""

    line: str
    city: str
    state: str
    postal_code: str


@dataclass(frozen=True)
class Party:
    """A subscriber or dependent as the payer has them on file."""

    first_name: str
    last_name: str
    member_id: str
    middle_name: str = ""
    birth_date: date | None = None
    gender: str = ""
    address: Address | None = None


@dataclass(frozen=True)
class Dependent:
    """Somebody covered through a member."""

    first_name: str
    last_name: str
    birth_date: date | None = None
    relation: str = ""


@dataclass(frozen=True)
class Member:
    """A payer's record of a member: a published persona, a magic id, or a card the sandbox has read.

    Attributes:
        payer_id: primary id of the payer; "" if the card did not say and nobody has asked yet.
        shape: how the benefit rows look (`sandbox.candid.shapes`).
        amounts: what the card states, by name, in US dollars: office, specialist, deductible …
        rejections: AAA codes that every question about this member is answered with.
        answers_service: the payer answers the service type that was asked; otherwise it always answers everything.
        returns_dependent_as_subscriber: how some payers answer about a dependent.
        mbi: the member id that the payer returns in place of the one asked about.
    """

    payer_id: str
    member_id: str
    first_name: str
    last_name: str
    middle_name: str = ""
    birth_date: date | None = None
    gender: str = ""
    group_number: str = ""
    plan_name: str = ""
    plan_type: str = ""
    since: date | None = None
    dependents: tuple[Dependent, ...] = ()
    amounts: dict[str, Decimal] = field(default_factory=dict, hash=False)  # still compared, so a member may be a key
    shape: str = "standard"
    status: str = "1"
    rejections: tuple[str, ...] = ()
    answers_service: bool = False
    returns_dependent_as_subscriber: bool = False
    mbi: str = ""

    @property
    def name(self) -> tuple[str, str]:
        """Return (first, last)."""
        return self.first_name, self.last_name


@dataclass(frozen=True)
class Benefits:
    """What a plan pays: its name, its X12 insurance type, and the rows in the payer's order."""

    name: str
    insurance_type: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Plan:
    """What a payer answers about a member on a date of service.

    Attributes:
        dates: name of a period in Stedi's spelling ("planBegin" …) to its first and last day.
    """

    payer: Payer
    benefits: Benefits
    group_number: str
    dates: dict[str, tuple[date, date | None]]
    subscriber: Party
    dependent: Party | None = None

    @property
    def name(self) -> str:
        """Return the plan's name."""
        return self.benefits.name

    @property
    def insurance_type(self) -> str:
        """Return its X12 insurance type."""
        return self.benefits.insurance_type

    @property
    def rows(self) -> tuple[Row, ...]:
        """Return its benefit rows, in the payer's order."""
        return self.benefits.rows

    @property
    def begins(self) -> date | None:
        """Return the first day of the plan period."""
        return self.dates["plan"][0] if "plan" in self.dates else None

    @property
    def ends(self) -> date | None:
        """Return the last day of the plan period, None if open."""
        return self.dates["plan"][1] if "plan" in self.dates else None


def status_of(plan: Plan, service_type: str, date_of_service: date) -> str:
    """Return ACTIVE, INACTIVE or UNKNOWN as Candid's parsed view says it.

    Any of the codes 1 to 5 on the service asked about or on the whole plan (30), within the plan period, makes ACTIVE;
    only 6 to 8 make INACTIVE; neither makes UNKNOWN. A guess of ours: docs/vendors/candid.md, mapping.
    """
    codes = {row.code for row in plan.rows if service_type in row.services or "30" in row.services}
    if codes & set(ACTIVE_CODES):
        return "ACTIVE" if _within(plan, date_of_service) else "INACTIVE"
    return "INACTIVE" if codes & set(INACTIVE_CODES) else "UNKNOWN"


def _within(plan: Plan, day: date) -> bool:
    return (plan.begins is None or plan.begins <= day) and (plan.ends is None or day <= plan.ends)
