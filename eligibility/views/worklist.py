"""Checks and phone calls that somebody has to act on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core import audit
from intake.views.common import Asker

from ..access import captures_for, checks_for
from ..choices import Answer, CaptureStatus, CheckStatus, Owner, Reason
from ..models import EligibilityCheck
from .checks import state_of
from .common import reads

MOST = 200


@require_safe
@reads
def worklist(request: HttpRequest) -> HttpResponse:
    """Show what needs attention, grouped by who acts and by the answer; a constant number of queries."""
    asker = Asker(request)
    waiting = checks_for(asker.clinic).needing_attention().light()
    checks = list(waiting.order_by("date_of_service", "pk")[:MOST])
    stuck = captures_for(asker.clinic).filter(status__in=_STUCK)
    audit.record(asker.user, "eligibility.worklist.viewed", clinic=asker.clinic, checks=len(checks))
    context = {
        "groups": _groups(checks),
        "captures": list(stuck[:MOST]),
        "is_full": len(checks) == MOST,
        "may_review": asker.role == "BILLING",
    }
    return render(request, "eligibility/worklist.html", context)


_STUCK = (CaptureStatus.REJECTED, CaptureStatus.UNKNOWN, CaptureStatus.UNCLEAR)
_ORDER = [*Owner.values, ""]


def _groups(checks: list[EligibilityCheck]) -> list[tuple[str, list[tuple[str, list[Any]]]]]:
    """Return checks by owner, then by answer, in the order in which they are worked off."""
    groups: dict[str, dict[str, list[Any]]] = {}
    for check in checks:
        state, label = state_of(check)
        groups.setdefault(check.owner, {}).setdefault(_heading(check, label), []).append((check, state, label))
    return [
        (Owner(owner).label if owner else "Payer's corrections", list(groups[owner].items()))
        for owner in _ORDER
        if owner in groups
    ]


def _heading(check: EligibilityCheck, label: str) -> str:
    if check.status == CheckStatus.DONE and check.answer == Answer.ACTIVE:
        is_covered = check.reason != Reason.NOT_COVERED
        return "Active, with something to decide" if is_covered else "Active, but not covered"
    return label
