"""The summarized response: a payer's 271 in the words of the vendor's schema (contract section 6.1).

Every amount and share is text as the vendor displays it: "$250", "$2885.78", "10%", "0". What the payer did not say has
no key; a total without what is left of it has `remaining_amount` null.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from sandbox.candid.model import ACTIVE_CODES, INACTIVE_CODES
from sandbox.candid.service_types import PLAN
from sandbox.cardscan.eligibility import services

Doc = dict[str, Any]

_LEVELS = {"IND": "individual", "FAM": "family"}
_POTS = {"C": "deductible", "G": "oop"}
_FIXED = {"A": ("co_insurance", "benefitPercent"), "B": ("co_payment", "benefitAmount")}
# Whom a benefit is for. Where the payer does not say, the summary does not either.
_SIDES = {"Y": ("in_network",), "N": ("out_network",), "W": ("in_network", "out_network")}
# Rows that say what a service is not, or speak of something else, do not make it one that the payer has answered about.
_NO_BENEFITS = ("I", "D", "P", "R", "L")
_REMAINING = "29"
_TOTALS = ("", "22", "23", "25", "26")


def of_response(raw: Mapping[str, Any]) -> Doc:
    """Return the summary of an answer.

    Args:
        raw: the 271 as the sandbox's clearinghouse writes it (docs/vendors/candid.md, the raw answer).
    """
    if raw.get("errors"):
        return {"errors": [_error(one) for one in raw["errors"]]}
    rows: list[Doc] = raw.get("benefitsInformation") or []
    plan_rows = [row for row in rows if PLAN in row["serviceTypeCodes"]]
    parts = {
        "subscriber_details": _subscriber(raw.get("subscriber") or {}),
        "payer_details": _filled({"payer_name": (raw.get("payer") or {}).get("name")}),
        "plan_details": _plan(raw),
        "coverage_summary": _benefits(plan_rows),
    }
    return {key: part for key, part in parts.items() if part} | _services(rows)


def _error(error: Mapping[str, Any]) -> Doc:
    names = {"followupAction": "followup_action", "possibleResolutions": "possible_resolutions"}
    return {names.get(name, name): str(value) for name, value in error.items()}


def _subscriber(raw: Mapping[str, Any]) -> Doc:
    address = raw.get("address") or {}
    return _filled(
        {
            "member_id": raw.get("memberId"),
            "first_name": raw.get("firstName"),
            "last_name": raw.get("lastName"),
            "middle_name": raw.get("middleName"),
            "gender": raw.get("gender"),
            "date_of_birth": _day(raw.get("dateOfBirth")),
            "address": _filled(
                {
                    "address1": str(address.get("address1") or "")[:55],
                    "city": str(address.get("city") or "")[:30],
                    "state": str(address.get("state") or "")[:2],
                    "postal_code": str(address.get("postalCode") or "")[:15],
                }
            ),
        }
    )


def _plan(raw: Mapping[str, Any]) -> Doc:
    about = raw.get("planInformation") or {}
    statuses: list[Doc] = raw.get("planStatus") or []
    whole = [status for status in statuses if PLAN in status["serviceTypeCodes"]] or statuses
    plan_start, plan_end = period(raw, "plan")
    member_since, member_until = period(raw, "eligibility")
    return _filled(
        {
            "group_number": about.get("groupNumber"),
            "group_name": about.get("groupDescription"),
            "plan_name": whole[0].get("planDetails") if whole else None,
            "plan_start_date": _day(plan_start),
            "plan_end_date": _day(plan_end),
            "plan_eligibility_start_date": _day(member_since),
            "plan_eligibility_end_date": _day(member_until),
        }
    ) | _active({status["statusCode"] for status in whole})


def _active(codes: set[str]) -> Doc:
    """Return `plan_active` as the status of the whole plan says it, or nothing if it has none."""
    if codes & set(ACTIVE_CODES):
        return {"plan_active": True}
    return {"plan_active": False} if codes & set(INACTIVE_CODES) else {}


def period(raw: Mapping[str, Any], name: str) -> tuple[str, str]:
    """Return (first day, last day) of a period of the plan as YYYYMMDD, "" for what is not told.

    Args:
        raw: the 271.
        name: "plan" or "eligibility".
    """
    dates = raw.get("planDateInformation") or {}
    start, _, end = str(dates.get(name) or "").partition("-")
    return str(dates.get(f"{name}Begin") or start), str(dates.get(f"{name}End") or end)


def _services(rows: Iterable[Doc]) -> Doc:
    by_code: dict[str, list[Doc]] = {}
    for row in (row for row in rows if row["code"] not in _NO_BENEFITS):
        for code in row["serviceTypeCodes"]:
            by_code.setdefault(code, []).append(row)
    keys = services.keys()
    return {keys[code]: _benefits(about) | {"service_code": code} for code, about in by_code.items() if code in keys}


def _benefits(rows: Iterable[Doc]) -> Doc:
    """Return the twelve keys of a service, or of the whole plan; of two rows about the same the first counts."""
    found: Doc = {}
    for row in rows:
        for side in _SIDES.get(row.get("inPlanNetworkIndicatorCode", ""), ()):
            _add_pot(found, row, side)
            _add_fixed(found, row, side)
    return found


def _add_pot(found: Doc, row: Doc, side: str) -> None:
    """Take a deductible or an out-of-pocket limit: its total, or what is left of it."""
    level, pot = _LEVELS.get(row.get("coverageLevelCode", "")), _POTS.get(row["code"])
    time = row.get("timeQualifierCode", "")
    part = "remaining_amount" if time == _REMAINING else "total_amount"
    if not level or not pot or "benefitAmount" not in row or (time != _REMAINING and time not in _TOTALS):
        return
    amounts = found.setdefault(f"{level}_{pot}_{side}", {"total_amount": None, "remaining_amount": None})
    if amounts[part] is None:
        amounts[part] = money(Decimal(row["benefitAmount"]))


def _add_fixed(found: Doc, row: Doc, side: str) -> None:
    """Take a copay or a share."""
    name, field = _FIXED.get(row["code"], ("", ""))
    if not name or field not in row:
        return
    value = Decimal(row[field])
    found.setdefault(f"{name}_{side}", {"amount": share(value) if name == "co_insurance" else money(value)})


def money(amount: Decimal) -> str:
    """Return dollars as the vendor displays them: "$250", "$2885.78", "0"."""
    if not amount:
        return "0"
    return f"${amount:.0f}" if amount == amount.to_integral_value() else f"${amount:.2f}"


def share(fraction: Decimal) -> str:
    """Return a fraction of 1 as the vendor displays it: "10%", "12.5%", "0"."""
    percent = f"{fraction * 100:f}"
    plain = percent.rstrip("0").rstrip(".") if "." in percent else percent
    return f"{plain}%" if fraction else "0"


def _day(text: Any) -> str:
    """Return YYYYMMDD as YYYY-MM-DD."""
    digits = str(text or "")
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}" if len(digits) == len("YYYYMMDD") else ""


def _filled(doc: Doc) -> Doc:
    return {key: value for key, value in doc.items() if value not in ("", None, {})}
