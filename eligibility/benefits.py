"""Arithmetic on what a payer said: dataclasses in, dataclasses out, no database, no clock.

"The payer did not say" is None and never 0; a stated zero is a real value. Reading rules: docs/vendors/candid.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .choices import Kind, Level, Period

WHOLE_PLAN = "30"
# The words payers put beside a copay to say which kind of visit it is for (free text, so matched by word).
_PRIMARY_CARE = ("PRIMARY", "PCP", "OFFICE VISIT")
_OTHER_VISITS = ("SPECIALIST", "TELE", "VIRTUAL", "URGENT", "EMERGENCY", "TIER 2", "TIER 3", "HOSPITAL")


@dataclass(frozen=True)
class BenefitLine:
    """One line of a payer's answer (X12 271 EB), whatever the channel.

    Args:
        amount: dollars. percent: what the patient pays, 0-100. count: visits or units.
        in_network: True, False, or None when the payer did not say.
        service_type_code: what the line is about; "" for the plan as a whole.
        as_sent: the value as the payer wrote it, kept where it is not clear what it means.
    """

    kind: str
    amount: Decimal | None = None
    percent: Decimal | None = None
    count: Decimal | None = None
    coverage_level: str = ""
    period: str = ""
    in_network: bool | None = None
    service_type_code: str = ""
    notes: str = ""
    as_sent: str = ""


@dataclass(frozen=True)
class Meter:
    """A yearly amount: the whole, what is used, what is left; each None when the payer did not say."""

    total: Decimal | None
    used: Decimal | None
    remaining: Decimal | None

    @property
    def is_stated(self) -> bool:
        """Whether the payer said anything at all."""
        return any(value is not None for value in (self.total, self.used, self.remaining))


@dataclass(frozen=True)
class Copay:
    """The copay for a visit: the amount when it is clear which one applies, and every copay the payer named."""

    amount: Decimal | None
    lines: tuple[BenefitLine, ...]
    asked_about: bool = True

    @property
    def is_stated(self) -> bool:
        """Whether the payer named a copay."""
        return bool(self.lines)


def copay(lines: Iterable[BenefitLine], *, service_type_code: str, specialist: bool = False) -> Copay:
    """Return the in-network copay for a visit: the lines of the service asked about, else those of the whole plan.

    With several copays the one whose words fit the visit is taken; when none does, `amount` is None and the lines
    say why. Copays are never summed or averaged.
    """
    stated = [line for line in lines if line.kind == Kind.COPAY and _fits(line, True) and _personal(line)]
    for asked in dict.fromkeys((service_type_code, WHOLE_PLAN, "")):
        if found := _preferred([line for line in stated if line.service_type_code == asked]):
            return Copay(_one_amount(found, specialist), tuple(found), asked in (service_type_code, ""))
    return Copay(None, ())


def _one_amount(lines: Sequence[BenefitLine], specialist: bool) -> Decimal | None:
    amounts = {line.amount for line in lines if line.amount is not None}
    if len(amounts) == 1:
        return amounts.pop()
    wanted = [line for line in lines if _says(line, ("SPECIALIST",))] if specialist else _primary_care(lines)
    fitting = {line.amount for line in wanted if line.amount is not None}
    return fitting.pop() if len(fitting) == 1 else None


def _primary_care(lines: Sequence[BenefitLine]) -> list[BenefitLine]:
    named = [line for line in lines if _says(line, _PRIMARY_CARE) and not _says(line, ("SPECIALIST",))]
    return named or [line for line in lines if not _says(line, _OTHER_VISITS)]


def _says(line: BenefitLine, words: tuple[str, ...]) -> bool:
    notes = line.notes.upper()
    return any(word in notes for word in words)


def coinsurance(lines: Iterable[BenefitLine], *, service_type_code: str) -> tuple[BenefitLine, ...]:
    """Return the in-network coinsurance lines for a visit; none when the payer did not say."""
    stated = [line for line in lines if line.kind == Kind.COINSURANCE and _fits(line, True) and _personal(line)]
    for asked in dict.fromkeys((service_type_code, WHOLE_PLAN, "")):
        if found := _preferred([line for line in stated if line.service_type_code == asked]):
            return tuple(found)
    return ()


def deductible(lines: Iterable[BenefitLine], *, level: str = Level.INDIVIDUAL, in_network: bool = True) -> Meter:
    """Return the deductible of one level and network, with what is left."""
    return _meter(lines, Kind.DEDUCTIBLE, level, in_network)


def out_of_pocket(lines: Iterable[BenefitLine], *, level: str = Level.INDIVIDUAL, in_network: bool = True) -> Meter:
    """Return the out-of-pocket maximum of one level and network, with what is left."""
    return _meter(lines, Kind.OUT_OF_POCKET_MAX, level, in_network)


def deductible_remaining(lines: Iterable[BenefitLine], *, in_network: bool = True) -> Decimal | None:
    """Return what is left of the individual deductible, or None if the payer did not say."""
    return deductible(lines, in_network=in_network).remaining


def _meter(lines: Iterable[BenefitLine], kind: str, level: str, in_network: bool) -> Meter:
    mine = [line for line in lines if line.kind == kind and line.coverage_level == level]
    total = _stated(mine, Period.YEAR, in_network)
    if total is None:
        total = _stated(mine, Period.CONTRACT, in_network)
    used = _stated(mine, Period.YEAR_TO_DATE, in_network)
    left = _stated(mine, Period.REMAINING, in_network)
    if left is None and total is not None and used is not None:
        left = max(total - used, Decimal(0))
    if used is None and total is not None and left is not None:
        used = max(total - left, Decimal(0))
    return Meter(total, used, left)


def _stated(lines: Iterable[BenefitLine], period: str, in_network: bool) -> Decimal | None:
    """Return the amount of a period; the smallest when plan and service lines differ is a guess, so the plan's wins."""
    fitting = [line for line in lines if line.period == period and line.amount is not None and _fits(line, in_network)]
    fitting.sort(key=lambda line: (line.in_network is None, line.service_type_code not in ("", WHOLE_PLAN)))
    return fitting[0].amount if fitting else None


@dataclass(frozen=True)
class Visits:
    """A limit of visits for one service, in or out of network; each number None when the payer did not say."""

    service_type_code: str
    in_network: bool | None
    total: Decimal | None
    remaining: Decimal | None
    notes: str = ""


def visit_limits(lines: Iterable[BenefitLine]) -> list[Visits]:
    """Return one entry per service and network that has a visit limit, in the payer's order."""
    found: dict[tuple[str, bool | None], list[BenefitLine]] = {}
    for line in lines:
        if line.kind == Kind.VISITS and line.count is not None:
            found.setdefault((line.service_type_code, line.in_network), []).append(line)
    return [_visits(code, network, group) for (code, network), group in found.items()]


def _visits(code: str, network: bool | None, group: Sequence[BenefitLine]) -> Visits:
    by_period = {line.period: line.count for line in reversed(group)}
    notes = "; ".join(dict.fromkeys(line.notes for line in group if line.notes))
    return Visits(code, network, by_period.get(Period.YEAR), by_period.get(Period.REMAINING), notes)


def _fits(line: BenefitLine, in_network: bool) -> bool:
    return line.in_network is None or line.in_network == in_network


def _personal(line: BenefitLine) -> bool:
    return line.coverage_level in ("", Level.INDIVIDUAL)


def _preferred(lines: list[BenefitLine]) -> list[BenefitLine]:
    """Return the lines that state their network, else those that do not: an assumption gives way to a statement."""
    stated = [line for line in lines if line.in_network is not None]
    return stated or lines


def percent_scale(values: Iterable[Decimal], fractions: Iterable[Decimal]) -> str:
    """Say how an answer writes shares: "PERCENT" (20 is 20 %), "FRACTION" (0.2 is 20 %), or "" when nothing tells.

    `values` are the shares of the parsed view, `fractions` those of the raw 271, where 0.2 always means 20 %.
    Nothing above 1 can be a fraction, and zero is the same on both scales.
    """
    seen = {value for value in values if value != 0}
    if not seen or any(value > 1 for value in seen):
        return "PERCENT"
    raw = {fraction for fraction in fractions if fraction != 0}
    as_fraction, as_percent = seen <= raw, seen <= {fraction * 100 for fraction in raw}
    if as_fraction == as_percent:
        return ""
    return "FRACTION" if as_fraction else "PERCENT"
