"""Finding a payer in the clearinghouse's directory."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .. import services
from .common import reads

SHORTEST = 2


@require_safe
@reads
def payer_search(request: HttpRequest) -> HttpResponse:
    """Fragment: payers matching `q`, each a button that fills the form's payer."""
    words = request.GET.get("q", "").strip()[:100]
    if len(words) < SHORTEST:
        return render(request, "eligibility/_payers.html", {"too_short": True})
    found, answered = services.payers_like(words)
    return render(request, "eligibility/_payers.html", {"found": found, "answered": answered})
