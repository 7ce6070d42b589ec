"""The money of a plan: what the card or the persona states, the rest drawn from the member id."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from sandbox.candid.model import Member
from sandbox.candid.seeds import Seed

ZERO = Decimal(0)
COPAYS = ("office", "specialist", "urgent_care", "emergency", "therapy", "mental_health")


@dataclass(frozen=True)
class Pot:
    """A yearly amount and what is left of it, for one person and for the family, in US dollars."""

    individual: Decimal
    individual_left: Decimal
    family: Decimal
    family_left: Decimal


@dataclass(frozen=True)
class Amounts:
    """All the numbers of a plan. Copays by service (office, specialist, urgent_care …); shares are fractions of 1."""

    deductible: Pot
    out_of_pocket: Pot
    far_deductible: Pot
    far_out_of_pocket: Pot
    coinsurance: Decimal
    far_coinsurance: Decimal
    copays: dict[str, Decimal]
    visits: dict[str, tuple[int, int]]


def amounts_of(member: Member, kind: str) -> Amounts:
    """Return the numbers of a member's plan.

    Args:
        member: whose plan it is; what `member.amounts` states is kept.
        kind: the payer's kind; Medicaid members pay next to nothing.
    """
    seed = Seed(member.member_id)
    amounts = _medicaid(seed) if kind == "medicaid" else _commercial(seed, member.amounts)
    return _stated(amounts, member.amounts)


def _commercial(seed: Seed, stated: dict[str, Decimal]) -> Amounts:
    total = stated.get("deductible", seed.dollars("deductible", (500, 750, 1000, 1500, 2000, 2500, 3000, 4500)))
    cap = stated.get("out_of_pocket", total + seed.dollars("out of pocket", (2000, 2500, 3500, 4000, 5500)))
    cap = max(cap, total)  # a card that was misread must not make an impossible plan
    used = seed.share("deductible", total)
    # Whoever has used some of the deductible has spent at least that much out of pocket.
    spent = used + seed.share("spent", cap - used)
    share = Decimal(seed.pick("coinsurance", ("0.1", "0.2", "0.2", "0.3")))
    return Amounts(
        deductible=_pot(seed, "deductible", total, used),
        out_of_pocket=_pot(seed, "out of pocket", cap, spent),
        far_deductible=_pot(seed, "far deductible", total * 2, seed.share("far deductible", total * 2)),
        far_out_of_pocket=_pot(seed, "far out of pocket", cap * 2, seed.share("far spent", cap * 2)),
        coinsurance=share,
        far_coinsurance=share + Decimal("0.2"),
        copays=_copays(seed),
        visits={"PT": _visits(seed, "PT"), "33": _visits(seed, "33")},
    )


def _medicaid(seed: Seed) -> Amounts:
    nothing = Pot(ZERO, ZERO, ZERO, ZERO)
    copay = seed.dollars("copay", (0, 0, 1, 3, 4))
    copays = dict.fromkeys(COPAYS, copay)
    visits = {"PT": _visits(seed, "PT")}
    return Amounts(nothing, nothing, nothing, nothing, ZERO, ZERO, copays, visits)


def _copays(seed: Seed) -> dict[str, Decimal]:
    office = seed.dollars("office", (15, 20, 25, 30, 35, 40))
    return {
        "office": office,
        "specialist": office + seed.dollars("specialist", (10, 15, 20, 25)),
        "urgent_care": seed.dollars("urgent care", (50, 60, 75, 100)),
        "emergency": seed.dollars("emergency", (150, 200, 250, 300, 350)),
        "therapy": office + seed.dollars("therapy", (0, 10, 20)),
        "mental_health": office,
    }


def _visits(seed: Seed, service: str) -> tuple[int, int]:
    total = seed.pick(f"visits {service}", (20, 30, 60))
    return total, total - seed.number(f"visits used {service}", total // 2)


def _pot(seed: Seed, what: str, total: Decimal, used: Decimal) -> Pot:
    others = seed.cents(f"{what} family", total)
    return Pot(total, total - used, total * 2, total * 2 - used - others)


def _stated(amounts: Amounts, stated: dict[str, Decimal]) -> Amounts:
    """Return the amounts with what is stated outright put in: copays, and a persona's fixed numbers."""
    copays = amounts.copays | {service: stated[service] for service in stated if service in amounts.copays}
    deductible = _fixed(amounts.deductible, stated, "deductible")
    out_of_pocket = _fixed(amounts.out_of_pocket, stated, "out_of_pocket")
    far = _fixed(amounts.far_deductible, stated, "far_deductible")
    share = stated.get("coinsurance", amounts.coinsurance)
    visits = amounts.visits
    if "visits" in stated and "visits_left" in stated:
        visits = visits | {"PT": (int(stated["visits"]), int(stated["visits_left"]))}
    return replace(
        amounts,
        copays=copays,
        deductible=deductible,
        out_of_pocket=out_of_pocket,
        far_deductible=far,
        coinsurance=share,
        visits=visits,
    )


def _fixed(pot: Pot, stated: dict[str, Decimal], name: str) -> Pot:
    return Pot(
        individual=stated.get(name, pot.individual),
        individual_left=stated.get(f"{name}_left", pot.individual_left),
        family=stated.get(f"family_{name}", pot.family),
        family_left=stated.get(f"family_{name}_left", pot.family_left),
    )
