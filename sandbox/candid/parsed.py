"""Candid's parsed view, made from the same rows as the raw answer (docs/vendors/candid.md, mapping).

How Candid itself does it is not published; the mapping is ours, from the names of the fields.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.candid import codes
from sandbox.candid.model import Address, Party, Plan, Row, status_of

Doc = dict[str, Any]
# The raw rows say INDIVIDUAL by IND or by saying nothing.
_LEVELS = {"": "individual", "IND": "individual", "FAM": "family", "ESP": "employeeAndSpouse"} | {
    "ECH": "employeeAndChildren"
}
_FLAT_LEVELS = {
    "": "INDIVIDUAL",
    "IND": "INDIVIDUAL",
    "FAM": "FAMILY",
    "ESP": "EMPLOYEE_AND_SPOUSE",
    "ECH": "EMPLOYEE_AND_CHILDREN",
    "EMP": "EMPLOYEE_ONLY",
}
# Other periods (lifetime, episode) have no place in the parsed view; they are in the raw answer alone.
_PERIODS = {"": "", "22": "", "23": "", "25": "_contract", "24": "_year_to_date", "29": "_remaining"}
_NOTE_OF_NETWORK = {"U": "Network not stated", "": "Network not stated"}
NETWORKS = ("in_network", "out_of_network")


def view_of(plan: Plan, *, service_type: str, date_of_service: date, percent_scale: Decimal) -> Doc:
    """Return the parsed view of a plan.

    Args:
        plan: what the payer answers.
        service_type: what was asked about; decides the status.
        date_of_service: decides the status.
        percent_scale: 100 to write a fifth as 20, 1 to write it as 0.2.
    """
    return {
        "eligibility_status": status_of(plan, service_type, date_of_service),
        "plan_metadata": _metadata(plan),
        "benefits": _filled(
            {
                "plan_coverage": _coverage(_of_plan(plan.rows), percent_scale),
                "service_specific_coverage": _by_service(plan.rows, percent_scale),
                "benefits_related_entities": [_entity(row) for row in plan.rows if row.entity],
                "non_covered_details": [_non_covered(row) for row in plan.rows if row.code == "I"],
                "notes": "; ".join(note for row in plan.rows if row.code in ("D", "P") for note in row.notes),
                "autoUpdatedEligibilityCheckId": plan.updated_check_id,
            }
        ),
    }


def _metadata(plan: Plan) -> Doc:
    return _filled(
        {
            "payer_name": plan.payer.name.upper(),
            "insurance_type": codes.INSURANCE_TYPES.get(plan.insurance_type, plan.insurance_type),
            "insurance_type_code": plan.insurance_type,
            "plan_name": plan.name,
            "member_id": plan.subscriber.member_id,
            "group_number": plan.group_number,
            "start_date": _day(plan.begins),
            "end_date": _day(plan.ends),
            "plan_dates": [_plan_date(name, *span) for name, span in plan.dates.items()],
            "subscriber": _party(plan.subscriber, plan.group_number),
            "dependent": _party(plan.dependent, plan.group_number) if plan.dependent else None,
            "trading_partner": plan.payer.payer_id,
        }
    )


def _plan_date(name: str, start: date, end: date | None) -> Doc:
    return _filled({"field_name": name, "start_date": _day(start), "end_date": _day(end)})


def _party(party: Party, group_number: str) -> Doc:
    return _filled(
        {
            "member_id": party.member_id,
            "group_number": group_number,
            "first_name": party.first_name.upper(),
            "middle_name": party.middle_name.upper(),
            "last_name": party.last_name.upper(),
            "date_of_birth": _day(party.birth_date),
            "gender": party.gender,
            "address": _address(party.address),
        }
    )


def _address(address: Address | None) -> Doc:
    if address is None:
        return {}
    return {
        "address1": address.line,
        "city": address.city,
        "state": address.state,
        "postal_code": address.postal_code,
    }


def _of_plan(rows: Iterable[Row]) -> list[Row]:
    """Return the rows about yearly amounts: deductibles (C) and out-of-pocket limits (G)."""
    return [row for row in rows if row.code in ("C", "G") and _kind(row)]


def _by_service(rows: Iterable[Row], scale: Decimal) -> list[Doc]:
    """Return copays, coinsurance and visits by service, in the order in which the services come up."""
    services: dict[str, list[Row]] = {}
    for row in rows:
        if _kind(row) and row.code not in ("C", "G"):
            for service in row.services:
                services.setdefault(service, []).append(row)
    return [{"service_code": service, **_coverage(found, scale)} for service, found in services.items()]


def _coverage(rows: list[Row], scale: Decimal) -> Doc:
    """Return the summary and the flat list for each network.

    A summary has one number for each level: the first row's. The flat list has them all.
    """
    doc: Doc = {}
    for network in NETWORKS:
        mine = [row for row in rows if network in _networks(row)]
        doc[network] = _summary(mine, scale)
        doc[f"{network}_flat"] = [_flat(row, scale) for row in mine]
    return doc


def _summary(rows: list[Row], scale: Decimal) -> Doc:
    summary: Doc = {}
    for row in rows:
        if row.level in _LEVELS:
            summary.setdefault(_kind(row), {}).setdefault(_LEVELS[row.level], _value(row, scale))
    notes = dict.fromkeys(note for row in rows for note in _notes(row))
    return _filled({**summary, "additional_notes": "; ".join(notes)})


def _flat(row: Row, scale: Decimal) -> Doc:
    kind = "LIMITATION" if row.code == "F" else _kind(row).upper()
    unit = "PERCENT" if row.percent is not None else "COUNT" if row.quantity is not None else "CURRENCY"
    return _filled(
        {
            "type": kind,
            "coverageLevel": _FLAT_LEVELS[row.level],
            "unit": unit,
            "value": _value(row, scale),
            "additional_notes": "; ".join(_notes(row)),
        }
    )


def _kind(row: Row) -> str:
    """Return the name of a row's value in the summaries, or "" if the parsed view has no place for it."""
    if row.code in ("C", "G"):
        name = "deductible" if row.code == "C" else "oop_max"
        return f"{name}{_PERIODS[row.time]}" if row.time in _PERIODS and row.amount is not None else ""
    if row.code == "B" and row.amount is not None:
        return "copay"
    if row.code == "A" and row.percent is not None:
        return "coinsurance"
    if row.code == "F" and row.quantity is not None:
        return "visits_remaining" if row.time == "29" else "visits"
    return ""


def _value(row: Row, scale: Decimal) -> Decimal:
    if row.percent is not None:
        return _short(row.percent * scale)
    return _short(row.quantity if row.quantity is not None else row.amount or Decimal(0))


def _short(value: Decimal) -> Decimal:
    """Return the number without trailing zeros and without an exponent: 20 and not 2E+1."""
    return Decimal(f"{value.normalize():f}")


def _networks(row: Row) -> tuple[str, ...]:
    return {"Y": NETWORKS[:1], "N": NETWORKS[1:]}.get(row.network, NETWORKS)


def _notes(row: Row) -> tuple[str, ...]:
    note = _NOTE_OF_NETWORK.get(row.network)
    return (*row.notes, note) if note else row.notes


def _non_covered(row: Row) -> Doc:
    return _filled(
        {
            "type": "NON_COVERED",
            "coverageLevel": _FLAT_LEVELS[row.level],
            "unit": "CURRENCY",
            "value": Decimal(0),
            "additional_notes": "; ".join(row.notes),
            "service_type_codes": list(row.services),
        }
    )


def _entity(row: Row) -> Doc:
    entity = row.entity
    assert entity is not None  # noqa: S101 - the caller looked
    contacts = [{"mode": "Telephone", "value": entity.phone}] if entity.phone else []
    return _filled(
        {
            "entityIdentifier": entity.role,
            "entityType": entity.kind,
            "entityName": entity.name,
            "contactInformation": contacts,
            "serviceTypeCodes": list(row.services),
        }
    )


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _filled(doc: Doc) -> Doc:
    """Leave out what is empty; zero is a number and stays."""
    return {key: value for key, value in doc.items() if not (value is None or value in ("", [], {}))}
