"""What both views of an answer, the raw 271 and the parsed one, tell about a plan, as JSON text made once.

The benefits are most of it, and depend on the member's number, the payer and the service alone: they are made when a
card is read, before anybody asks about its member. Who is insured, and when, is written for each question.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from simplejson import RawJSON

from sandbox.candid import parsed, raw271
from sandbox.candid.model import Benefits, Dependent, Member, Plan
from sandbox.candid.payers import Payer
from sandbox.candid.plans import benefits_of, has_begun, plan_of
from sandbox.candid.service_types import PLAN
from sandbox.state import dump
from sandbox.switches import switch

# About twenty kilobytes each.
_MOST_KEPT = 1000


@dataclass(frozen=True)
class BenefitTexts:
    """The benefits of a plan: fields of the raw answer and of the parsed view, as JSON without the braces.

    `key` is the same for the same texts, `benefits` is what they tell.
    """

    key: str
    benefits: Benefits
    raw: str
    parsed: str


@dataclass(frozen=True)
class PlanTexts:
    """What is told about a plan: the fields that come before its benefits, and these.

    Attributes:
        plan: what they tell about.
        raw: fields of the raw answer behind its head, as JSON without the braces.
        parsed: fields of the parsed view, likewise.
    """

    plan: Plan
    raw: str
    parsed: str
    benefits: BenefitTexts

    def whole_raw(self, **first: Any) -> RawJSON:
        """Return the raw answer, with what comes first in it."""
        return together(self.raw, self.benefits.raw, **first)

    def whole_parsed(self, **first: Any) -> RawJSON:
        """Return the parsed view, with what comes first in it."""
        return together(self.parsed, self.benefits.parsed, **first)


def texts_of(
    member: Member, payer: Payer, dependent: Dependent | None, *, service_type: str, day: date, updated: str = ""
) -> PlanTexts:
    """Return what is told about a member's plan.

    Args:
        member: the payer's record.
        payer: who answers.
        dependent: the dependent asked about, as the payer has them on file.
        service_type: what was asked about; decides which rows come.
        day: the date of service; decides the plan year.
        updated: id of the check that replaces the one in hand, or "".
    """
    return _made(member, payer, dependent, service_type, day, updated, _percent_scale())


def prepare(member: Member, payer: Payer) -> BenefitTexts:
    """Make what is told about the benefits of a whole plan, so that the first question about it need not wait."""
    return _benefits(_as_insured(member), payer, PLAN, True, "", _percent_scale())


def together(*fields: str, **first: Any) -> RawJSON:
    """Return the object with these fields, as JSON without the braces, and others before them."""
    head = dump(first)[1:-1] if first else ""
    return RawJSON(f"{{{','.join(part for part in (head, *fields) if part)}}}")


def _percent_scale() -> Decimal:
    return Decimal(100 if switch("candid", "percent_scale", "20") == "20" else 1)


@lru_cache(maxsize=_MOST_KEPT)
def _made(
    member: Member,
    payer: Payer,
    dependent: Dependent | None,
    service_type: str,
    day: date,
    updated: str,
    percent_scale: Decimal,
) -> PlanTexts:
    benefits = _benefits(_as_insured(member), payer, service_type, has_begun(member, day), updated, percent_scale)
    plan = plan_of(member, payer, dependent, benefits.benefits, day=day)
    view: Mapping[str, Any] = {"eligibility_status": "UNKNOWN"}
    if plan.rows:
        view = parsed.head_of(plan, service_type=service_type, date_of_service=day)
    return PlanTexts(plan, dump(raw271.insured_of(plan))[1:-1], dump(view)[1:-1], benefits)


@lru_cache(maxsize=_MOST_KEPT)
def _benefits(
    member: Member, payer: Payer, service_type: str, begun: bool, updated: str, percent_scale: Decimal
) -> BenefitTexts:
    benefits = benefits_of(member, payer, service_type=service_type, begun=begun)
    raw = dump(raw271.of_benefits(benefits))[1:-1]
    view = dump(parsed.of_benefits(benefits, percent_scale, updated))[1:-1] if benefits.rows else ""
    return BenefitTexts(hashlib.sha256(f"{raw}\n{view}".encode()).hexdigest(), benefits, raw, view)


def _as_insured(member: Member) -> Member:
    """Return a member without what no benefit depends on."""
    return replace(
        member,
        first_name="",
        last_name="",
        middle_name="",
        birth_date=None,
        gender="",
        group_number="",
        since=None,
        dependents=(),
        mbi="",
    )
