"""The benefits of Candid's parsed view as lines: flat arrays first, the summary maps for what those leave out.

A map holds one number per level, so several copays collapse in it; the flat array beside it keeps them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from eligibility.benefits import BenefitLine, percent_scale
from eligibility.choices import Kind, Level, Period

from . import values

_YEARLY = {
    "DEDUCTIBLE": (Kind.DEDUCTIBLE, Period.YEAR),
    "DEDUCTIBLE_CONTRACT": (Kind.DEDUCTIBLE, Period.CONTRACT),
    "DEDUCTIBLE_REMAINING": (Kind.DEDUCTIBLE, Period.REMAINING),
    "DEDUCTIBLE_YEAR_TO_DATE": (Kind.DEDUCTIBLE, Period.YEAR_TO_DATE),
    "OOP_MAX": (Kind.OUT_OF_POCKET_MAX, Period.YEAR),
    "OOP_MAX_CONTRACT": (Kind.OUT_OF_POCKET_MAX, Period.CONTRACT),
    "OOP_MAX_REMAINING": (Kind.OUT_OF_POCKET_MAX, Period.REMAINING),
    "OOP_MAX_YEAR_TO_DATE": (Kind.OUT_OF_POCKET_MAX, Period.YEAR_TO_DATE),
}
_FLAT: dict[str, tuple[str, str]] = {
    **_YEARLY,
    "COPAY": (Kind.COPAY, ""),
    "COINSURANCE": (Kind.COINSURANCE, ""),
    "LIMITATION": (Kind.LIMITATION, ""),
    "NON_COVERED": (Kind.NON_COVERED, ""),
}
_MAPS: dict[str, tuple[str, str]] = {
    **{name.lower(): meaning for name, meaning in _YEARLY.items()},
    "copay": (Kind.COPAY, ""),
    "coinsurance": (Kind.COINSURANCE, ""),
    "visits": (Kind.VISITS, Period.YEAR),
    "visits_remaining": (Kind.VISITS, Period.REMAINING),
}
_LEVELS = {
    "individual": Level.INDIVIDUAL,
    "family": Level.FAMILY,
    "employeeAndSpouse": Level.EMPLOYEE_AND_SPOUSE,
    "employee_and_spouse": Level.EMPLOYEE_AND_SPOUSE,
    "employeeAndChildren": Level.EMPLOYEE_AND_CHILDREN,
    "employee_and_children": Level.EMPLOYEE_AND_CHILDREN,
}
_COUNTED = {Kind.VISITS, Kind.LIMITATION}


def lines(found: dict[str, Any], fractions: Sequence[Decimal]) -> tuple[BenefitLine, ...]:
    """Return every line of `parsed_response.benefits`; `fractions` are the raw shares that tell the percent scale."""
    read = [*_coverage(values.mapping(found.get("plan_coverage")), "")]
    for service in values.items(found.get("service_specific_coverage")):
        read += _coverage(service, values.text(service.get("service_code")))
    for item in values.items(found.get("non_covered_details")):
        read += _non_covered(item)
    return tuple(_scaled(read, fractions))


def _coverage(part: dict[str, Any], service_type_code: str) -> Iterator[BenefitLine]:
    for network, in_network in (("in_network", True), ("out_of_network", False)):
        known = replace(BenefitLine(""), in_network=in_network, service_type_code=service_type_code)
        details = values.mapping(part.get(network))
        from_maps = [*_maps(details, known)]
        flat = [*_flat(part.get(f"{network}_flat"), known)]
        yield from _without_counted_twice(flat, from_maps)
        seen = {(line.kind, line.period, line.coverage_level) for line in flat}
        yield from (line for line in from_maps if (line.kind, line.period, line.coverage_level) not in seen)
        if note := _own_note(details, flat):
            yield replace(known, kind=Kind.LIMITATION, notes=note)


def _own_note(details: dict[str, Any], flat: list[BenefitLine]) -> str:
    """Return a network's notes without those that stand beside a line of their own."""
    said = {note for line in flat for note in line.notes.split("; ")}
    notes = values.text(details.get("additional_notes")).split("; ")
    return "; ".join(note for note in notes if note and note not in said)


def _flat(rows: Any, known: BenefitLine) -> Iterator[BenefitLine]:
    for row in values.items(rows):
        meaning = _FLAT.get(values.text(row.get("type")))
        if meaning is not None:
            yield _line(known, meaning, row, row.get("value"))


def _line(known: BenefitLine, meaning: tuple[str, str], row: dict[str, Any], value: Any) -> BenefitLine:
    kind, period = meaning
    level = values.text(values.pick(row, "coverageLevel", "coverage_level"))
    unit = values.text(row.get("unit"))
    line = replace(known, kind=kind, period=period, coverage_level=level if level in Level.values else "")
    line = replace(line, notes=values.text(row.get("additional_notes")))
    return _valued(line, value, counted=unit == "COUNT", share=unit == "PERCENT" or kind == Kind.COINSURANCE)


def _maps(details: dict[str, Any], known: BenefitLine) -> Iterator[BenefitLine]:
    for name, (kind, period) in _MAPS.items():
        for level, value in values.mapping(details.get(name)).items():
            if level in _LEVELS and value is not None:
                line = replace(known, kind=kind, period=period, coverage_level=_LEVELS[level])
                yield _valued(line, value, counted=kind in _COUNTED, share=kind == Kind.COINSURANCE)


def _valued(line: BenefitLine, value: Any, *, counted: bool, share: bool) -> BenefitLine:
    """Put the value where it belongs; one that is no clean number stays as it was sent."""
    sent = values.text(value)
    if share:
        return replace(line, percent=values.number(value), as_sent=sent)  # the scale is settled for the whole answer
    if counted:
        amount = values.count(value)
        return replace(line, count=amount, as_sent="" if amount is not None else sent)
    amount = values.dollars(value)
    return replace(line, amount=amount, as_sent="" if amount is not None else sent)


def _without_counted_twice(flat: list[BenefitLine], from_maps: list[BenefitLine]) -> Iterator[BenefitLine]:
    """Leave out a flat visit limit that a map states too: the map also says whether it is the total or the rest."""
    visits = {line.count for line in from_maps if line.kind == Kind.VISITS}
    for line in flat:
        if not (line.kind == Kind.LIMITATION and line.count is not None and line.count in visits):
            yield line


def _non_covered(item: dict[str, Any]) -> Iterator[BenefitLine]:
    line = BenefitLine(Kind.NON_COVERED, notes=values.text(item.get("additional_notes")))
    for code in values.texts(values.pick(item, "service_type_codes", "serviceTypeCodes")) or ("",):
        yield replace(line, service_type_code=code)


def _scaled(read: list[BenefitLine], fractions: Sequence[Decimal]) -> Iterator[BenefitLine]:
    """Bring shares to 0-100. Where the scale is unclear, or a share is above 100, only what was sent is kept."""
    shares = [line.percent for line in read if line.percent is not None]
    scale = percent_scale(shares, fractions)
    for line in read:
        if line.percent is None:
            yield line
            continue
        percent = line.percent * 100 if scale == "FRACTION" else line.percent
        clear = bool(scale or line.percent == 0) and 0 <= percent <= 100
        yield replace(line, percent=round(percent, 2) if clear else None, as_sent="" if clear else line.as_sent)
