"""The raw 271 that Candid passes through in `response` (Stedi's JSON): status rows, benefit rows, rejections.

Read for what the parsed view leaves out (who is inactive for what, prior authorization, the scale of percentages, other
payers), and for the benefits themselves when there is no parsed view. Rows: docs/vendors/candid.md, "Mapping".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from eligibility.answers import Problem, StatusLine
from eligibility.benefits import BenefitLine
from eligibility.choices import Kind, Level, Period
from eligibility.reply import Entity

from . import values

_KINDS = {"B": Kind.COPAY, "A": Kind.COINSURANCE, "C": Kind.DEDUCTIBLE, "G": Kind.OUT_OF_POCKET_MAX}
# 271 EB06. Service year, calendar year, years and "not stated" are all the plan's year for a front desk.
_PERIODS = {
    "": Period.YEAR,
    "21": Period.YEAR,
    "22": Period.YEAR,
    "23": Period.YEAR,
    "24": Period.YEAR_TO_DATE,
    "25": Period.CONTRACT,
    "29": Period.REMAINING,
}
_LEVELS = {
    "IND": Level.INDIVIDUAL,
    "FAM": Level.FAMILY,
    "EMP": Level.EMPLOYEE_ONLY,
    "ESP": Level.EMPLOYEE_AND_SPOUSE,
    "ECH": Level.EMPLOYEE_AND_CHILDREN,
}
# 271 EB12: W is both, U and absence are "not stated".
_NETWORKS: dict[str, tuple[bool | None, ...]] = {"Y": (True,), "N": (False,), "W": (True, False)}
_ONE_VISIT = {"", "27"}


def rows(raw: Any) -> list[dict[str, Any]]:
    """Return the benefit rows (X12 loop 2110)."""
    return values.items(values.mapping(raw).get("benefitsInformation"))


def status_lines(raw: Any) -> tuple[StatusLine, ...]:
    """Return the rows that say active or inactive (EB01 1-8)."""
    return tuple(_status_line(row) for row in rows(raw) if values.text(row.get("code")) in set("12345678"))


def _status_line(row: dict[str, Any]) -> StatusLine:
    start, end = _row_dates(row)
    return StatusLine(values.text(row.get("code")), values.texts(row.get("serviceTypeCodes")), start, end)


def _row_dates(row: dict[str, Any]) -> tuple[date | None, date | None]:
    """Return the row's own period; it overrides the plan's. Single "begin" and "end" dates are put together."""
    start = end = None
    for name, value in values.mapping(row.get("benefitsDateInformation")).items():
        first, last = values.period(value)
        if name.lower().endswith(("end", "expiration")):
            end = end or first
        elif last is not None or name.lower().endswith(("begin", "plan", "eligibility", "benefit")):
            start, end = start or first, end or last
    return start, end


def problems(raw: Any) -> tuple[Problem, ...]:
    """Return the AAA rejections of the whole answer and of each loop."""
    raw = values.mapping(raw)
    found = values.items(raw.get("errors"))
    for part in ("payer", "provider", "subscriber"):
        found += values.items(values.mapping(raw.get(part)).get("aaaErrors"))
    for dependent in values.items(raw.get("dependents")):
        found += values.items(dependent.get("aaaErrors"))
    return tuple(
        Problem(
            code=values.text(item.get("code")),
            text=values.text(item.get("description")),
            follow_up=values.text(item.get("followupAction")),
            location=values.text(item.get("location")),
        )
        for item in found
        if values.text(item.get("code"))
    )


def fractions(raw: Any) -> list[Decimal]:
    """Return the coinsurance shares of the raw rows; 0.2 always means 20 % here."""
    found = (values.number(row.get("benefitPercent")) for row in rows(raw) if row.get("code") == "A")
    return [share if share <= 1 else share / 100 for share in found if share is not None]


def prior_authorization(raw: Any, service_type_code: str) -> bool | None:
    """Return whether the payer wants an authorization for the service asked about (EB11), None when it does not say."""
    said = {
        values.text(row.get("authOrCertIndicator"))
        for row in rows(raw)
        if service_type_code in values.texts(row.get("serviceTypeCodes"))
    }
    if "Y" in said:
        return True
    return False if "N" in said else None


def other_payers(raw: Any) -> tuple[Entity, ...]:
    """Return other or additional payers (EB01 R), who may have to be asked instead."""
    found = []
    for row in rows(raw):
        if values.text(row.get("code")) == "R":
            related = values.items(row.get("benefitsRelatedEntities")) or [{}]
            found += [_other_payer(row, entity) for entity in related]
    return tuple(found)


def _other_payer(row: dict[str, Any], entity: dict[str, Any]) -> Entity:
    name = values.text(entity.get("entityName")) or notes_of(row) or values.text(row.get("planCoverage"))
    contact = values.mapping(entity.get("contactInformation")).get("contacts")
    contacts = tuple(
        (values.text(item.get("communicationMode")), values.text(item.get("communicationNumber")))
        for item in values.items(contact)
    )
    return Entity("Other payer", values.text(entity.get("entityType")), name, contacts, _codes(row))


def benefit_lines(raw: Any) -> tuple[BenefitLine, ...]:
    """Return the benefit rows as lines; rows about things that have no amount for a front desk are left out."""
    return tuple(line for row in rows(raw) for line in _lines_of(row))


def _lines_of(row: dict[str, Any]) -> Iterator[BenefitLine]:
    line = _line(row)
    if line is None:
        return
    level = values.text(row.get("coverageLevelCode"))
    if level and level not in _LEVELS:
        return  # spouse only, children only: nobody in front of the desk is asked this way
    line = replace(line, coverage_level=_LEVELS.get(level, Level.INDIVIDUAL), notes=notes_of(row))
    for code in _codes(row) or ("",):
        for network in _NETWORKS.get(values.text(row.get("inPlanNetworkIndicatorCode")), (None,)):
            yield replace(line, service_type_code=code, in_network=network)


def _line(row: dict[str, Any]) -> BenefitLine | None:
    code, qualifier = values.text(row.get("code")), values.text(row.get("timeQualifierCode"))
    amount = values.dollars(row.get("benefitAmount"))
    if code == "B" and amount is not None and qualifier in _ONE_VISIT:
        return BenefitLine(Kind.COPAY, amount=amount)
    if code == "A" and (share := values.number(row.get("benefitPercent"))) is not None:
        percent = share * 100 if share <= 1 else share
        return BenefitLine(Kind.COINSURANCE, percent=percent) if percent <= 100 else None
    if code in ("C", "G") and amount is not None and qualifier in _PERIODS:
        return BenefitLine(_KINDS[code], amount=amount, period=_PERIODS[qualifier])
    if code == "F" and values.text(row.get("quantityQualifierCode")) == "VS" and qualifier in _PERIODS:
        visits = values.count(row.get("benefitQuantity"))
        return BenefitLine(Kind.VISITS, count=visits, period=_PERIODS[qualifier]) if visits is not None else None
    return BenefitLine(Kind.NON_COVERED) if code == "I" else None


def _codes(row: dict[str, Any]) -> tuple[str, ...]:
    return values.texts(row.get("serviceTypeCodes"))


def notes_of(row: dict[str, Any]) -> str:
    """Return the row's messages, joined (271 MSG)."""
    said = (values.text(item.get("description")) for item in values.items(row.get("additionalInformation")))
    return "; ".join(filter(None, said))
