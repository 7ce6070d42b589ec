"""Writes an answer down: the verdict on the check, and the benefits as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from .. import benefits
from ..answers import Verdict, judge
from ..choices import CheckStatus
from ..models import Benefit, EligibilityCheck, PayerCorrection, RelatedEntity
from ..reply import Plan, Reply


def write_answer(check: EligibilityCheck, reply: Reply, *, response: Any, now: datetime) -> Verdict:
    """Finish the check with what the reply says, inside the caller's transaction, and return the verdict.

    `response` is the raw document, kept sealed; None when there is none (a phone call).
    """
    service = check.service_type_code
    not_covered = benefits.is_not_covered(reply.lines, service_type_code=service)
    verdict = judge(reply.evidence, service_type_code=service, day=check.date_of_service, not_covered=not_covered)
    finish(check, verdict, now=now, response=response, **_plan_columns(reply.plan), **_summary(check, reply))
    Benefit.objects.bulk_create(Benefit.of(check, line) for line in reply.lines)
    RelatedEntity.objects.bulk_create(
        RelatedEntity(
            eligibility_check=check,
            role=entity.role[:80],
            entity_type=entity.entity_type[:80],
            name=entity.name,
            contacts=[list(contact) for contact in entity.contacts],
            service_type_codes=list(entity.service_type_codes),
        )
        for entity in reply.entities
    )
    PayerCorrection.objects.bulk_create(
        PayerCorrection(eligibility_check=check, path=item.path[:80], sent=item.sent, corrected=item.corrected)
        for item in reply.corrections
    )
    return verdict


def finish(check: EligibilityCheck, verdict: Verdict, *, now: datetime, **columns: Any) -> None:
    """Set the check's answer and end it."""
    set_columns(
        check, status=CheckStatus.DONE, answered_at=now, next_try_at=None, **verdict_columns(verdict), **columns
    )


def verdict_columns(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as columns of a check."""
    return {
        "answer": verdict.answer,
        "reason": verdict.reason,
        "owner": verdict.owner,
        "fix_field": verdict.fix_field,
        "aaa_codes": list(verdict.codes),
    }


def set_columns(check: EligibilityCheck, **columns: Any) -> None:
    """Write the named columns of the check, and no others."""
    for name, value in columns.items():
        setattr(check, name, value)
    check.save(update_fields=list(columns))


def _plan_columns(plan: Plan) -> dict[str, Any]:
    return {
        "payer_name": plan.payer_name[:120],
        "plan_name": plan.plan_name[:120],
        "insurance_type": plan.insurance_type[:80],
        "plan_member_id": plan.member_id,
        "group_number": plan.group_number[:60],
        "plan_start_date": plan.start_date,
        "plan_end_date": plan.end_date,
        "plan_dates": [
            {"name": item.name, "start_date": _iso(item.start_date), "end_date": _iso(item.end_date)}
            for item in plan.dates
        ],
        "trading_partner": plan.trading_partner[:80],
    }


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None


def _summary(check: EligibilityCheck, reply: Reply) -> dict[str, Any]:
    lines: Sequence[benefits.BenefitLine] = reply.lines
    return {
        "payer_words": "; ".join(dict.fromkeys(problem.text for problem in reply.evidence.problems if problem.text)),
        "notes": reply.notes,
        "prior_authorization": reply.prior_authorization,
        "auto_updated_check_id": reply.auto_updated_check_id[:120],
        "copay": copay_of(check, lines).amount,
        "deductible_remaining": benefits.deductible_remaining(lines, service_type_code=check.service_type_code),
        "out_of_pocket_met": benefits.is_out_of_pocket_met(lines, service_type_code=check.service_type_code),
    }


def copay_of(check: EligibilityCheck, lines: Sequence[benefits.BenefitLine]) -> benefits.Copay:
    """Return the copay of the check's visit; none for a service that is not covered."""
    service = check.service_type_code
    if benefits.is_not_covered(lines, service_type_code=service):
        return benefits.Copay(None, ())
    return benefits.copay(lines, service_type_code=service, specialist=_is_specialist_visit(check))


def _is_specialist_visit(check: EligibilityCheck) -> bool:
    """Return whether the visit is one for which a specialist's copay applies."""
    appointment = check.appointment
    return appointment is not None and appointment.visit_type == appointment.VisitType.SPECIALIST_VISIT
