"""Candid's parsed view, made from the same rows as the raw answer (docs/vendors/candid.md, mapping).

How Candid itself does it is not published; the mapping is ours, from the names of the fields.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from simplejson import RawJSON

from sandbox.candid import codes
from sandbox.candid.lines import FLAT_LEVELS, NETWORKS, Line, line_of
from sandbox.candid.model import Address, Benefits, Party, Plan, Row, status_of
from sandbox.state import dump

Doc = dict[str, Any]


def head_of(plan: Plan, *, service_type: str, date_of_service: date) -> Doc:
    """Return what the parsed view says about whom a plan insures; service type and date decide the status."""
    return {
        "eligibility_status": status_of(plan, service_type, date_of_service),
        "plan_metadata": _metadata(plan),
    }


def of_benefits(benefits: Benefits, percent_scale: Decimal, updated_check_id: str) -> Doc:
    """Return what the parsed view says about the benefits of a plan, to stand behind its head.

    Args:
        benefits: what the plan pays.
        percent_scale: 100 to write a fifth as 20, 1 to write it as 0.2.
        updated_check_id: the check that replaces the one in hand, or "".
    """
    rows = benefits.rows
    lines = [line for line in (line_of(row, percent_scale) for row in rows) if line]
    return {
        "benefits": _filled(
            {
                "plan_coverage": _coverage([line for line in lines if line.form.is_yearly]),
                "service_specific_coverage": _by_service(line for line in lines if not line.form.is_yearly),
                "benefits_related_entities": [_entity(row) for row in rows if row.entity],
                "non_covered_details": [_non_covered(row) for row in rows if row.code == "I"],
                "notes": "; ".join(note for row in rows if row.code in ("D", "P") for note in row.notes),
                "autoUpdatedEligibilityCheckId": updated_check_id,
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


def _by_service(lines: Iterable[Line]) -> list[RawJSON]:
    """Return copays, coinsurance and visits by service, in the order in which the services come up."""
    services: dict[str, list[Line]] = {}
    for line in lines:
        for service in line.form.services:
            services.setdefault(service, []).append(line)
    return [_of_service(service, *found) for service, found in services.items()]


# Two members with the same copay are told the same.
@lru_cache(maxsize=20_000)
def _of_service(service: str, *lines: Line) -> RawJSON:
    return RawJSON(dump({"service_code": service, **_coverage(list(lines))}))


def _coverage(lines: list[Line]) -> Doc:
    """Return the summary and the flat list for each network.

    A summary has one number for each level: the first line's. The flat list has them all.
    """
    doc: Doc = {}
    for network in NETWORKS:
        mine = [line for line in lines if network in line.form.networks]
        doc[network] = _summary(mine)
        doc[f"{network}_flat"] = [line.flat for line in mine]
    return doc


def _summary(lines: list[Line]) -> Doc:
    summary: Doc = {}
    notes: dict[str, None] = {}
    for line in lines:
        form = line.form
        if form.level:
            summary.setdefault(form.kind, {}).setdefault(form.level, line.value)
        notes |= dict.fromkeys(form.notes)
    if notes:
        summary["additional_notes"] = "; ".join(notes)
    return summary


def _non_covered(row: Row) -> Doc:
    return _filled(
        {
            "type": "NON_COVERED",
            "coverageLevel": FLAT_LEVELS[row.level],
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
