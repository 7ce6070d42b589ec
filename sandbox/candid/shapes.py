"""The benefit rows of a plan, and the ways in which payers answer differently about the same plan.

`standard` is the full answer. Every other shape is `standard` with something changed, as seen among real payers: totals
without what is left, no word on the network, other coverage levels, few rows, very many rows. ("ended" changes dates
and no rows: sandbox.candid.plans.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache

from sandbox.candid.amounts import Amounts, Pot, amounts_of
from sandbox.candid.model import Entity, Member, Row
from sandbox.candid.payers import Payer
from sandbox.candid.seeds import Seed
from sandbox.candid.service_types import PLAN

# What a plan answer covers besides 30; the standard requires a payer that is asked for 30 to report most of them.
COVERED = ("1", "33", "47", "48", "50", "86", "88", "98", "BY", "BZ", "MH", "PT", "UC")
_FURTHER = ("2", "3", "4", "5", "6", "7", "12", "18", "42", "45", "51", "52", "53", "62", "65", "68", "69", "73")
_EVEN_MORE = (
    "76",
    "78",
    "80",
    "81",
    "82",
    "93",
    "97",
    "99",
    "A0",
    "A3",
    "A6",
    "A7",
    "A8",
    "AD",
    "AE",
    "AF",
    "AG",
    "AI",
)
# (service types, copay by name, note)
_COPAYS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("98", "BY", "BZ"), "office", "PRIMARY CARE"),
    (("98",), "specialist", "SPECIALIST"),
    (("UC",), "urgent_care", ""),
    (("86",), "emergency", "WAIVED IF ADMITTED"),
    (("PT",), "therapy", ""),
    (("MH",), "mental_health", ""),
)


def rows_of(member: Member, payer: Payer) -> tuple[Row, ...]:
    """Return all benefit rows of an active member, in the payer's order."""
    amounts = amounts_of(member, payer.kind)
    return tuple(_SHAPES[member.shape](_standard(member, payer, amounts)))


def inactive_rows(code: str) -> tuple[Row, ...]:
    """Return the one row that a payer sends of a member without coverage; `code` is 6, 7 or 8."""
    return (Row(code, (PLAN,)),)


def _standard(member: Member, payer: Payer, amounts: Amounts) -> list[Row]:
    seed = Seed(member.member_id)
    rows = [Row(member.status, (PLAN,), plan_coverage=member.plan_name), Row(member.status, COVERED)]
    rows += _pot("C", amounts.deductible, "Y") + _pot("C", amounts.far_deductible, "N")
    rows += _pot("G", amounts.out_of_pocket, "Y") + _pot("G", amounts.far_out_of_pocket, "N")
    rows.append(Row("A", (PLAN,), "IND", percent=amounts.coinsurance, network="Y"))
    rows.append(Row("A", (PLAN,), "IND", percent=amounts.far_coinsurance, network="N"))
    rows += _copays(*(amounts.copays[name] for _services, name, _note in _COPAYS))
    rows += _coinsurances(amounts.coinsurance, amounts.far_coinsurance)
    for service, visits in amounts.visits.items():
        rows += _visits(service, *visits)
    rows.append(Row("I", ("AL", "AM", "AO") if seed.number("vision", 2) else ("AL",), "IND"))
    rows.append(Row("I", ("35",), "IND", notes=("DENTAL IS COVERED BY ANOTHER PLAN",)))
    rows.append(Row("D", (PLAN,), notes=("BENEFITS ARE SUBJECT TO THE TERMS OF THE PLAN",)))
    if member.plan_type == "HM" or payer.kind == "medicaid":
        doctor = Entity("Primary Care Provider", "Person", seed.pick("doctor", _DOCTORS), "8005550100")
        rows.append(Row("L", (PLAN,), entity=doctor))
    return rows


_DOCTORS = ("DOUGH", "ALVAREZ", "NAKAMURA", "OYELARAN", "PETERSEN")


def _pot(code: str, pot: Pot, network: str) -> list[Row]:
    family_note = ("MET WHEN THE FAMILY AMOUNT IS SATISFIED",) if code == "G" and network == "Y" else ()
    return [
        Row(code, (PLAN,), "IND", "23", pot.individual, network=network),
        Row(code, (PLAN,), "IND", "29", pot.individual_left, network=network),
        Row(code, (PLAN,), "FAM", "23", pot.family, network=network, notes=family_note),
        Row(code, (PLAN,), "FAM", "29", pot.family_left, network=network),
    ]


# Of these few kinds of numbers very many members have the same.
@lru_cache(maxsize=2000)
def _copays(*amounts: Decimal) -> tuple[Row, ...]:
    return tuple(
        Row("B", services, "IND", "27", amount, network="Y", notes=(note,) if note else ())
        for (services, _name, note), amount in zip(_COPAYS, amounts, strict=True)
    )


@lru_cache(maxsize=2000)
def _coinsurances(share: Decimal, far_share: Decimal) -> tuple[Row, ...]:
    hospital = Row("A", ("48", "50"), "IND", percent=share, network="Y", authorization="Y")
    far = (
        Row("A", services, "IND", percent=far_share, network="N")
        for services in (("98", "BY", "BZ"), ("UC",), ("PT",), ("MH",))
    )
    return (hospital, *far)


@lru_cache(maxsize=2000)
def _visits(service: str, total: int, left: int) -> tuple[Row, ...]:
    return (
        Row("F", (service,), "IND", "23", quantity=Decimal(total), network="Y"),
        Row("F", (service,), "IND", "29", quantity=Decimal(left), network="Y"),
    )


def _unchanged(rows: list[Row]) -> list[Row]:
    return rows


def _few(rows: list[Row]) -> list[Row]:
    """Status, the individual deductible, the individual cap, coinsurance and three copays: nothing else is said."""
    return [row for row in rows if row.network != "N" and row.code in "1CGAB" and row.level != "FAM"][:9]


def _used_not_left(rows: list[Row]) -> list[Row]:
    """Say what is used this year (24) and leave the reader to subtract."""
    totals = {(r.code, r.level, r.network): r.amount for r in rows if r.time == "23" and r.amount is not None}
    return [
        row._replace(time="24", amount=(totals[row.code, row.level, row.network] or 0) - row.amount)
        if row.time == "29" and row.amount is not None
        else row
        for row in rows
    ]


def _totals_only(rows: list[Row]) -> list[Row]:
    """Leave out what is left; nobody knows how much is used."""
    return [row for row in rows if row.time != "29"]


def _met(rows: list[Row]) -> list[Row]:
    """The deductible is met: nothing is left of it, which is a number and not silence."""
    return [row._replace(amount=Decimal(0)) if row.code == "C" and row.time == "29" else row for row in rows]


def _network(network: str) -> Callable[[list[Row]], list[Row]]:
    def change(rows: list[Row]) -> list[Row]:
        return [r._replace(network=network if r.network else "") for r in rows if r.network != "N"]

    return change


def _contract(rows: list[Row]) -> list[Row]:
    """Yearly amounts go by contract year (25)."""
    return [row._replace(time="25") if row.time == "23" else row for row in rows]


def _tiers(rows: list[Row]) -> list[Row]:
    """Amounts for the employee alone, with spouse, with children, beside individual and family."""
    further = [
        row._replace(level=level)
        for row in rows
        if row.code in "CG" and row.level == "FAM"
        for level in ("EMP", "ESP", "ECH")
    ]
    return rows + further


def _very_many(rows: list[Row]) -> list[Row]:
    """A row for every service: the longest answers run to more than ninety rows."""
    share = next(row.percent for row in rows if row.code == "A" and row.network == "Y")
    services = (_FURTHER + _EVEN_MORE)[:27]
    return rows + _each(services, share)


def _each(services: Iterable[str], share: Decimal | None) -> list[Row]:
    rows = []
    for service in services:
        rows.append(Row("1", (service,)))
        rows.append(Row("A", (service,), "IND", percent=share, network="Y"))
    return rows


def _dental(rows: list[Row]) -> list[Row]:
    """A dental plan: a small deductible, a yearly maximum, shares by group of treatments, no medical copays."""
    share = (("23", "41", Decimal(0)), ("25", "24", Decimal("0.2")), ("36", "39", Decimal("0.5")))
    fees = [Row("A", (one, two), "IND", percent=percent, network="Y") for one, two, percent in share]
    return [
        Row("1", (PLAN, "35"), plan_coverage=rows[0].plan_coverage),
        Row("1", ("23", "24", "25", "26", "35", "36", "39", "40", "41")),
        Row("C", ("35",), "IND", "23", Decimal(50), network="Y"),
        Row("C", ("35",), "IND", "29", Decimal(0), network="Y"),
        Row("C", ("35",), "FAM", "23", Decimal(150), network="Y"),
        Row("F", ("35",), "IND", "23", amount=Decimal(1500), network="Y", notes=("ANNUAL MAXIMUM",)),
        Row("F", ("35",), "IND", "29", amount=Decimal("1180.40"), network="Y", notes=("ANNUAL MAXIMUM",)),
        *fees,
        Row("I", ("38",), "IND", notes=("ORTHODONTICS NOT COVERED FOR ADULTS",)),
    ]


def _medicare(rows: list[Row]) -> list[Row]:
    """Original Medicare, parts A and B of 2026, and many services it does not cover."""
    not_covered = ("35", "23", "36", "41", "AL", "AM", "AO", "71", "54", "83", "64", "67", "88", "56")
    return [
        Row("1", (PLAN,), plan_coverage="MEDICARE PART A AND B"),
        Row("1", ("47", "48", "50", "86", "98", "MH", "UC", "1", "33")),
        Row("C", (PLAN,), "IND", "26", Decimal("1736"), network="W", notes=("PART A, EACH BENEFIT PERIOD",)),
        Row("C", (PLAN,), "IND", "23", Decimal("283"), network="W", notes=("PART B",)),
        Row("C", (PLAN,), "IND", "29", Decimal("41.17"), network="W", notes=("PART B",)),
        Row("A", (PLAN, "98"), "IND", percent=Decimal("0.2"), network="W", notes=("PART B",)),
        *(Row("I", (service,), "IND") for service in not_covered),
    ]


def _contradicting(rows: list[Row]) -> list[Row]:
    """The plan is active and inactive in one answer."""
    return [rows[0], Row("6", (PLAN,)), *rows[1:]]


def _other_payer(rows: list[Row]) -> list[Row]:
    """Another payer comes first (code R): coordination of benefits, or Medicare Advantage behind Medicare."""
    return [*rows, Row("R", (PLAN,), entity=Entity("Payer", "Non-Person Entity", "HUMANA GOLD PLUS", "8004574708"))]


def _nothing(rows: list[Row]) -> list[Row]:
    """An answer without a single benefit row."""
    return []


_SHAPES: dict[str, Callable[[list[Row]], list[Row]]] = {
    "standard": _unchanged,
    "few": _few,
    "used_not_left": _used_not_left,
    "totals_only": _totals_only,
    "met": _met,
    "network_not_stated": _network("U"),
    "any_network": _network("W"),
    "contract_year": _contract,
    "tiers": _tiers,
    "very_many": _very_many,
    "dental": _dental,
    "medicare": _medicare,
    "contradicting": _contradicting,
    "other_payer": _other_payer,
    "nothing": _nothing,
    "ended": _unchanged,
}
