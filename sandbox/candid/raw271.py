"""The raw answer: a 271 as JSON in Stedi's shape (docs/vendors/candid.md, the raw answer).

Dates are YYYYMMDD, amounts and shares are text, shares are fractions of 1, names are upper case.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from simplejson import RawJSON

from sandbox.candid import codes, service_types
from sandbox.candid.aaa import DEPENDENT, Rejection
from sandbox.candid.model import Address, Benefits, Party, Plan, Row
from sandbox.candid.payers import Payer
from sandbox.candid.questions import Question
from sandbox.state import dump

Doc = dict[str, Any]
_MARK = Decimal(987_654_321)


def of_plan(plan: Plan) -> Doc:
    """Return what a 271 says about a plan; `head` stands before it."""
    return insured_of(plan) | of_benefits(plan.benefits)


def insured_of(plan: Plan) -> Doc:
    """Return what a 271 says about whom a plan insures, and when."""
    dependents = [] if plan.dependent is None else [_party(plan.dependent)]
    return {
        "subscriber": {**_party(plan.subscriber), "groupNumber": plan.group_number},
        "dependents": dependents,
        "planInformation": _filled({"groupNumber": plan.group_number}),
        "planDateInformation": {name: _span(*span) for name, span in plan.dates.items()},
    }


def of_benefits(benefits: Benefits) -> Doc:
    """Return what a 271 says about the benefits of a plan."""
    rows = [_row_text(row, benefits.insurance_type) for row in benefits.rows]
    return {
        "planStatus": [_plan_status(row, benefits) for row in benefits.rows if row.code in "12345678"],
        "benefitsInformation": RawJSON(f"[{','.join(rows)}]"),
        "errors": [],
    }


def of_rejections(rejections: Sequence[Rejection], payer: Payer, question: Question, check_id: str) -> Doc:
    """Return the 271 of a question that the payer turned down; each AAA error stands at its level and in `errors`."""
    doc = head(payer, question, check_id) | {"subscriber": {}, "dependents": [], "benefitsInformation": []}
    for rejection in rejections:
        _at_level(doc, rejection.level).setdefault("aaaErrors", []).append(aaa_error(rejection))
    return doc | {"errors": [aaa_error(rejection) for rejection in rejections]}


def _at_level(doc: Doc, level: str) -> Doc:
    if level == DEPENDENT:
        doc["dependents"] = doc["dependents"] or [{}]
        dependent: Doc = doc["dependents"][0]
        return dependent
    part: Doc = doc[level]
    return part


def aaa_error(rejection: Rejection) -> Doc:
    """Return an AAA error in Stedi's own spelling."""
    return _filled(
        {
            "field": rejection.field,
            "code": rejection.code,
            "description": rejection.description,
            "followupAction": rejection.follow_up,
            "location": rejection.location,
            "possibleResolutions": rejection.resolution,
        }
    )


def head(payer: Payer, question: Question, check_id: str) -> Doc:
    """Return what stands before the plan: whose answer this is, to which question."""
    digits = str(int(check_id.replace("ec_", "").replace("-", ""), 16) % 1_000_000_000).zfill(9)
    return {
        "id": check_id,
        "controlNumber": digits,
        "submitterTransactionIdentifier": question.identifier,
        "tradingPartnerServiceId": payer.payer_id,
        "meta": {"applicationMode": "test", "traceId": check_id, "outboundTraceId": digits},
        "provider": {"providerName": question.provider_name.upper(), "npi": question.npi},
        "payer": {"name": payer.name.upper(), "payorIdentification": payer.payer_id},
        "warnings": _warnings(question),
    }


def _warnings(question: Question) -> list[Doc]:
    if len(question.service_type_codes) < 2:
        return []
    return [{"code": "request::270::several_service_types", "description": "Only the first service type was sent on."}]


def _party(party: Party) -> Doc:
    return _filled(
        {
            "memberId": party.member_id,
            "firstName": party.first_name.upper(),
            "middleName": party.middle_name.upper(),
            "lastName": party.last_name.upper(),
            "gender": party.gender,
            "dateOfBirth": _day(party.birth_date) if party.birth_date else "",
            "entityIdentifier": "Insured or Subscriber" if party.member_id else "Dependent",
            "entityType": "Person",
            "address": _address(party.address),
        }
    )


def _address(address: Address | None) -> Doc:
    if address is None:
        return {}
    return {"address1": address.line, "city": address.city, "state": address.state, "postalCode": address.postal_code}


def _plan_status(row: Row, benefits: Benefits) -> Doc:
    return {
        "statusCode": row.code,
        "status": codes.BENEFITS[row.code],
        "planDetails": row.plan_coverage or benefits.name,
        "serviceTypeCodes": list(row.services),
    }


# Most rows are the same for very many members, the others but for their number.
@lru_cache(maxsize=20_000)
def _row_text(row: Row, insurance_type: str) -> str:
    """Return one benefit row as JSON."""
    number = row.number
    before, after = _around_number(row if number is None else row.with_number(_MARK), insurance_type)
    return before if number is None else f"{before}{_number(number)}{after}"


@lru_cache(maxsize=20_000)
def _around_number(row: Row, insurance_type: str) -> tuple[str, str]:
    text = dump(row_of(row, insurance_type))
    if row.number is None:
        return text, ""
    # As a value of its own: a plan's name or a note may have the same digits.
    before, after = text.split(f':"{_MARK}"')
    return f'{before}:"', f'"{after}'


def row_of(row: Row, insurance_type: str) -> Doc:
    """Return one benefit row."""
    status = row.code in "12345678"
    doc = {
        "code": row.code,
        "name": codes.BENEFITS[row.code],
        "serviceTypeCodes": list(row.services),
        "serviceTypes": [service_types.names().get(service, service) for service in row.services],
        "coverageLevelCode": row.level,
        "coverageLevel": codes.LEVELS.get(row.level, ""),
        "insuranceTypeCode": insurance_type if status else "",
        "insuranceType": codes.INSURANCE_TYPES.get(insurance_type, insurance_type) if status else "",
        "planCoverage": row.plan_coverage,
        "timeQualifierCode": row.time,
        "timeQualifier": codes.TIMES.get(row.time, ""),
        "benefitAmount": _number(row.amount),
        "benefitPercent": _number(row.percent),
        "quantityQualifierCode": "VS" if row.quantity is not None else "",
        "quantityQualifier": "Visits" if row.quantity is not None else "",
        "benefitQuantity": _number(row.quantity),
        "inPlanNetworkIndicatorCode": row.network,
        "inPlanNetworkIndicator": codes.NETWORKS.get(row.network, ""),
        "authOrCertIndicator": row.authorization,
        "additionalInformation": [{"description": note} for note in row.notes],
    }
    if row.entity is not None:
        doc["benefitsRelatedEntities"] = [_entity(row)]
    return _filled(doc)


def _entity(row: Row) -> Doc:
    entity = row.entity
    assert entity is not None  # noqa: S101 - the caller looked
    contacts = [{"communicationMode": "Telephone", "communicationNumber": entity.phone}] if entity.phone else []
    return _filled(
        {
            "entityIdentifier": entity.role,
            "entityType": entity.kind,
            "entityName": entity.name,
            "contactInformation": {"contacts": contacts} if contacts else {},
        }
    )


def _number(value: Decimal | None) -> str:
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _span(start: date, end: date | None) -> str:
    return f"{_day(start)}-{_day(end)}" if end else _day(start)


def _day(day: date) -> str:
    return day.strftime("%Y%m%d")


def _filled(doc: Doc) -> Doc:
    """Leave out what is empty: a payer that says nothing sends no element."""
    return {key: value for key, value in doc.items() if value not in ("", [], {}, None)}
