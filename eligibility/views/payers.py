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
    """Fragment: payers matching `q`, each a button that fills the form's payer.

    With `like`, which a card prints and nobody typed, the fragment says why they are shown, or nothing at all.
    """
    like = request.GET.get("like", "").strip()[:100]
    words = like or request.GET.get("q", "").strip()[:100]
    if len(words) < SHORTEST:
        return render(request, "eligibility/_payers.html", {"too_short": True})
    found, answered = services.payers_like(words)
    if like and not (found and answered):
        return HttpResponse()
    return render(request, "eligibility/_payers.html", {"found": found, "answered": answered, "like": like})
