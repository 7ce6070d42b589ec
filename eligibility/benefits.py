"""Arithmetic on what a payer said: dataclasses in, dataclasses out, no database, no clock.

"The payer did not say" is None and never 0; a stated zero is a real value. Reading rules: docs/vendors/candid.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .choices import Kind, Level, Period

WHOLE_PLAN = "30"
_OFFICE = frozenset({"30", "98", "BY", "BZ", "81", "1"})
# The words payers put beside a copay to say which kind of visit it is for (free text, so matched by word), and the
# services that are such a visit. "NON-" turns a word into its opposite.
_KINDS: dict[str, tuple[re.Pattern[str], frozenset[str]]] = {
    name: (re.compile(rf"(?<!NON[- ])\b(?:{words})"), frozenset(services))
    for name, words, services in (
        ("primary", r"PRIMARY|PCP\b|FAMILY PRACTICE|GENERAL PRACTI", _OFFICE),
        ("specialist", "SPECIALI?ST|SPECIALTY", ()),
        ("office", "OFFICE", ()),
        ("urgent", r"URGENT|UC\b|WALK-?IN", ("UC",)),
        ("emergency", r"EMERGENCY|ER\b", ("86", "51", "52")),
        ("hospital", "HOSPITAL|INPATIENT|OUTPATIENT|FACILITY|SURG", ("47", "48", "49", "50")),
        ("remote", "TELE|VIRTUAL|ONLINE", ("9",)),
        ("tier", "TIER [2-9]", ()),
        ("physical", "PHYSICAL(?=.*THERAPY)", ("PT",)),
        ("occupational", "OCCUPATIONAL", ("AD",)),
        ("speech", "SPEECH", ("AF",)),
        ("chiropractic", "CHIROPRACT", ("33",)),
        ("mental", "MENTAL|BEHAVIORAL|PSYCH", ("MH", "A4", "A6", "A8")),
        ("imaging", r"IMAGING|X-?RAY|RADIOLOGY|MRI\b|CT SCAN", ("4", "62")),
        ("laboratory", r"LAB\b|LABORATORY", ("5",)),
        ("dental", "DENTAL", ("35",)),
        ("vision", "VISION|EYE EXAM", ("AL",)),
    )
}
# Kinds that a line of a visit may name besides its own: one copay is often stated for several of them.
_BESIDE: dict[str, frozenset[str]] = {
    "primary": frozenset({"specialist", "office"}),
    "specialist": frozenset({"primary", "office"}),
    "emergency": frozenset({"hospital"}),
    "physical": frozenset({"occupational", "speech", "office"}),
    "occupational": frozenset({"physical", "speech", "office"}),
    "speech": frozenset({"physical", "occupational", "office"}),
}
_THE_OFFICE = frozenset({"office"})


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
    """A yearly amount: the whole, what is used, what is left; each None when the payer did not say.

    `lines` are those it was read from: of one service and one network statement.
    """

    total: Decimal | None
    used: Decimal | None
    remaining: Decimal | None
    lines: tuple[BenefitLine, ...] = field(default=(), compare=False)

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

    The copay whose words name this kind of visit is taken, else one without such words; one that names another kind
    never counts. When that leaves no single amount, `amount` is None and the lines say why. Copays are never summed.
    """
    stated = [line for line in lines if line.kind == Kind.COPAY and _fits(line, True) and _personal(line)]
    kind = _kind_of(service_type_code, specialist)
    for asked in dict.fromkeys((service_type_code, WHOLE_PLAN, "")):
        if found := _preferred([line for line in stated if line.service_type_code == asked]):
            return Copay(
                _one_amount(found, kind),
                tuple(found),
                asked in (service_type_code, ""),
            )
    return Copay(None, ())


def _kind_of(service_type_code: str, specialist: bool) -> str:
    """Return which kind of visit is asked about, "" when no words are known for it."""
    found = next((kind for kind, (_, services) in _KINDS.items() if service_type_code in services), "")
    return "specialist" if specialist and found in ("", "primary") else found


def _one_amount(lines: Sequence[BenefitLine], kind: str) -> Decimal | None:
    """Return the amount of the lines that name the kind of visit, else of those that name none; None if they differ."""
    named = [(line, _kinds_named(line)) for line in lines if line.amount is not None]
    own = [line for line, kinds in named if kind in kinds and kinds <= {kind} | _BESIDE.get(kind, frozenset())]
    neutral = _THE_OFFICE if kind in ("primary", "specialist") else frozenset()
    amounts = {line.amount for line in own or [line for line, kinds in named if kinds <= neutral]}
    return amounts.pop() if len(amounts) == 1 else None


def _kinds_named(line: BenefitLine) -> frozenset[str]:
    notes = line.notes.upper()
    return frozenset(kind for kind, (words, _) in _KINDS.items() if words.search(notes))


def is_not_covered(lines: Iterable[BenefitLine], *, service_type_code: str) -> bool:
    """Return whether the payer says that it does not cover the service asked about.

    Out of network alone does not count, nor does a line of the whole plan whose notes name a part of it.
    """
    return any(
        line.kind == Kind.NON_COVERED
        and line.service_type_code == service_type_code
        and line.in_network is not False
        and not (service_type_code == WHOLE_PLAN and line.notes)
        for line in lines
    )


def coinsurance(lines: Iterable[BenefitLine], *, service_type_code: str) -> tuple[BenefitLine, ...]:
    """Return the in-network coinsurance lines for a visit; none when the payer did not say."""
    stated = [line for line in lines if line.kind == Kind.COINSURANCE and _fits(line, True) and _personal(line)]
    for asked in dict.fromkeys((service_type_code, WHOLE_PLAN, "")):
        if found := _preferred([line for line in stated if line.service_type_code == asked]):
            return tuple(found)
    return ()


def deductible(
    lines: Iterable[BenefitLine],
    *,
    level: str = Level.INDIVIDUAL,
    in_network: bool = True,
    service_type_code: str = WHOLE_PLAN,
) -> Meter:
    """Return the deductible of one level and network that holds for a service, with what is left."""
    return _meter(lines, Kind.DEDUCTIBLE, level, in_network, service_type_code)


def out_of_pocket(
    lines: Iterable[BenefitLine],
    *,
    level: str = Level.INDIVIDUAL,
    in_network: bool = True,
    service_type_code: str = WHOLE_PLAN,
) -> Meter:
    """Return the out-of-pocket maximum of one level and network that holds for a service, with what is left."""
    return _meter(lines, Kind.OUT_OF_POCKET_MAX, level, in_network, service_type_code)


def is_out_of_pocket_met(lines: Sequence[BenefitLine], *, service_type_code: str = WHOLE_PLAN) -> bool:
    """Return whether the payer states that nothing is left of an in-network out-of-pocket maximum, of either level."""
    meters = (out_of_pocket(lines, level=level, service_type_code=service_type_code) for level in _LEVELS)
    return any(meter.remaining == 0 for meter in meters)


_LEVELS = (Level.INDIVIDUAL, Level.FAMILY)


def deductible_remaining(
    lines: Iterable[BenefitLine], *, in_network: bool = True, service_type_code: str = WHOLE_PLAN
) -> Decimal | None:
    """Return what is left of the individual deductible, or None if the payer did not say."""
    return deductible(lines, in_network=in_network, service_type_code=service_type_code).remaining


_NOT_STATED = Meter(None, None, None)


def _meter(lines: Iterable[BenefitLine], kind: str, level: str, in_network: bool, service_type_code: str) -> Meter:
    """Return the amounts of the first source that states any: the service asked about, the plan, no service named.

    Total and rest of different services or networks belong to different accounts, so a meter has one source.
    """
    about = [line for line in lines if line.kind == kind and line.coverage_level == level]
    mine = [line for line in about if line.amount is not None and line.period]
    for service in dict.fromkeys((service_type_code, WHOLE_PLAN, "")):
        for network in (in_network, None):
            source = [line for line in mine if (line.service_type_code, line.in_network) == (service, network)]
            if source:
                return _measured(source)
    return _NOT_STATED


def _measured(source: Sequence[BenefitLine]) -> Meter:
    """Return the meter of one source; nothing when it states two amounts for one period: they are two accounts."""
    stated: dict[str, set[Decimal | None]] = {}
    for line in source:
        stated.setdefault(line.period, set()).add(line.amount)
    if any(len(amounts) > 1 for amounts in stated.values()):
        return _NOT_STATED
    by_period = {period: amounts.pop() for period, amounts in stated.items()}
    total = by_period.get(Period.YEAR, by_period.get(Period.CONTRACT))
    used, left = by_period.get(Period.YEAR_TO_DATE), by_period.get(Period.REMAINING)
    if left is None and total is not None and used is not None:
        left = max(total - used, Decimal(0))
    if used is None and total is not None and left is not None:
        used = max(total - left, Decimal(0))
    return Meter(total, used, left, tuple(source))


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
