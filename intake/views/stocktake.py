"""Which cards CardScan keeps that nobody here knows, and which of ours it has lost: compared, shown, deleted."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.access import staff
from clinic.models import Role
from core import audit

from ..models import Stocktake
from ..services import holds, stocktake
from .common import Asker, is_fragment, said

PER_PAGE = 50
UNDER_WAY = "A comparison is under way; this page shows how far it is."
CHANGED = "The list has changed since; look at it again."


@require_safe
@staff(Role.ADMIN)
def page(request: HttpRequest) -> HttpResponse:
    """Show the comparison under way, else what the last one found; htmx asks for it alone while it is under way."""
    taken, found = stocktake.newest(), stocktake.shown()
    context = {"taken": taken, "found": found, **(_findings(request, found) if found else {})}
    name = "intake/_stocktake.html" if is_fragment(request) else "intake/stocktake.html"
    return render(request, name, context)


def _findings(request: HttpRequest, taken: Stocktake) -> dict[str, object]:
    """Return what is on one side only. Of ours, only this clinic's cards are listed; of the others just how many."""
    gone = taken.findings.exclude(card=None)
    asker = Asker(request)
    here = gone.filter(card__clinic=asker.clinic).select_related("card__patient")
    strays, named = stocktake.strays(taken), list(here[:PER_PAGE])
    if named:
        audit.record(asker.user, "intake.stocktake.viewed", taken, clinic=asker.clinic, patients=len(named))
    return {
        "strays": Paginator(strays, PER_PAGE).get_page(request.GET.get("page")),
        "stray_count": len(strays),
        "deleted_count": taken.findings.filter(card=None).exclude(deleted_at=None).count(),
        "gone": named,
        "gone_here": here.count(),
        "gone_elsewhere": gone.count() - here.count(),
    }


@require_POST
@staff(Role.ADMIN)
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a comparison."""
    asker = Asker(request)
    try:
        stocktake.begin(by=asker.user, now=timezone.now(), clinic=asker.clinic)
    except stocktake.UnderWay:
        return said(request, UNDER_WAY, "stocktake", level=messages.INFO)
    return redirect("stocktake")


@require_POST
@staff(Role.ADMIN)
def delete_strays(request: HttpRequest) -> HttpResponse:
    """Have CardScan delete what nobody here knows, all of it or one card, if that is what the form showed."""
    asker = Asker(request)
    code, seen, only = (request.POST.get(name, "") for name in ("stocktake", "count", "only"))
    try:
        count = stocktake.delete_strays(code, seen=seen, only=only, by=asker.user, clinic=asker.clinic)
    except holds.Held as held:
        return said(request, str(held), "stocktake", level=messages.WARNING)
    except stocktake.ListChanged:
        return said(request, CHANGED, "stocktake", level=messages.WARNING)
    cards = "1 card" if count == 1 else f"{count} cards"
    return said(request, f"CardScan is told to delete {cards}. Operations shows how far it is.", "stocktake")
