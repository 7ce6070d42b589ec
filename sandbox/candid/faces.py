"""Both faces of a plan, the raw 271 and the parsed view, as JSON text that is made once for each member and question.

An answer of forty rows takes longer to write than everything else about a check together, and the same member is asked
about again and again: at check-in, in a batch, by whoever measures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from simplejson import RawJSON

from sandbox.candid import parsed, raw271
from sandbox.candid.model import Dependent, Member, Plan
from sandbox.candid.payers import Payer
from sandbox.candid.plans import plan_of
from sandbox.state import dump
from sandbox.switches import switch

# About twenty kilobytes each.
_MOST_KEPT = 500


@dataclass(frozen=True)
class Faces:
    """What is told about a plan.

    Attributes:
        key: the same for the same texts.
        plan: what they tell about.
        raw: the fields of the raw answer behind its head, as JSON without the braces.
        view: the fields of the parsed view, likewise.
    """

    key: str
    plan: Plan
    raw: str
    view: str


def faces_of(
    member: Member, payer: Payer, dependent: Dependent | None, *, service_type: str, day: date, updated: str = ""
) -> Faces:
    """Return both faces of a member's plan; the arguments are those of `plans.plan_of`."""
    hundred = switch("candid", "percent_scale", "20") == "20"
    return _made(member, payer, dependent, service_type, day, updated, Decimal(100 if hundred else 1))


@lru_cache(maxsize=_MOST_KEPT)
def _made(
    member: Member,
    payer: Payer,
    dependent: Dependent | None,
    service_type: str,
    day: date,
    updated: str,
    percent_scale: Decimal,
) -> Faces:
    plan = plan_of(member, payer, dependent, service_type=service_type, day=day, updated=updated)
    view: Mapping[str, Any] = {"eligibility_status": "UNKNOWN"}
    if plan.rows:
        view = parsed.view_of(plan, service_type=service_type, date_of_service=day, percent_scale=percent_scale)
    raw, inner_view = dump(raw271.of_plan(plan))[1:-1], dump(view)[1:-1]
    key = hashlib.sha256(f"{raw}\n{inner_view}".encode()).hexdigest()
    return Faces(key, plan, raw, inner_view)


def together(fields: str, **first: Any) -> RawJSON:
    """Return the object with these fields, as JSON without the braces, and others before them."""
    if not first:
        return RawJSON(f"{{{fields}}}")
    return RawJSON(f"{dump(first)[:-1]},{fields}}}")
