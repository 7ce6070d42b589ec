"""The recommendation that the sandbox makes by itself: a payer that names another one (code R) is worth a look."""

from __future__ import annotations

from sandbox.candid import payers, raw271, recommendations
from sandbox.candid.history import Check
from sandbox.candid.model import Plan, Row

_KINDS = {"medicare": "MEDICARE_ADVANTAGE", "medicaid": "MEDICAID_MANAGED_CARE"}


def recommend(check: Check, plan: Plan) -> None:
    """Keep a recommendation if the plan names another payer."""
    other = next((row for row in plan.rows if row.code == "R" and row.entity), None)
    if other is None or other.entity is None:
        return
    kind = _KINDS.get(plan.payer.kind, "COORDINATION_OF_BENEFITS")
    known = payers.by_name(other.entity.name)
    payload = {
        "payer_name": other.entity.name,
        "payer_id": known.payer_id if known else None,
        "ma_benefit": _benefit(other, plan) if kind in _KINDS.values() else None,
    }
    recommendations.keep(
        check_id=check.check_id,
        patient=_patient(check),
        kind=kind,
        payload=payload,
        coverage_id=check.coverage_id,
    )


def _benefit(row: Row, plan: Plan) -> dict[str, object]:
    return raw271.row_of(row, plan.insurance_type)


def _patient(check: Check) -> dict[str, str]:
    question = check.question
    person = question.dependent or question.subscriber
    told = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "date_of_birth": person.birth_date.isoformat() if person.birth_date else "",
        "member_id": person.member_id or question.subscriber.member_id,
    }
    return {name: value for name, value in told.items() if value}
