"""The desk's side of CardScan's own page: ask for a link, show it as a code, say how it stands, take it back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from ..access import get_card
from ..models import CardMovedOn, CardScan
from ..services import vendor_link
from .cards import MOVED_ON
from .common import Asker, is_fragment, said, writes
from .standing import vendor_standing


@require_POST
@writes
def ask(request: HttpRequest, code: UUID) -> HttpResponse:
    """Have CardScan make a link."""
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    try:
        vendor_link.ask(card, by=asker.user, now=timezone.now())
    except vendor_link.NotChosen:
        raise Http404 from None
    except CardMovedOn:
        return said(request, MOVED_ON, "card-review", card.code, level=messages.WARNING)
    return _panel(request, card)


def _panel(request: HttpRequest, card: CardScan) -> HttpResponse:
    if is_fragment(request):
        return render(request, "intake/_vendor_link.html", vendor_standing(card))
    return redirect("card-capture", card.code)


@require_safe
@writes
def status(request: HttpRequest, code: UUID) -> HttpResponse:
    """Answer the page that watches; once the card is there, lead to it. Nothing is sent while nothing has changed, so
    that no button goes from under a hand."""
    card = get_card(Asker(request).clinic, code)
    if card.status != CardScan.Status.DRAFT:
        response = HttpResponse()
        response["HX-Redirect"] = reverse("card-review", args=[card.code])
        return response
    standing = vendor_standing(card)
    if request.GET.get("shown") == standing["vendor_shown"]:
        return HttpResponse(status=204)
    return render(request, "intake/_vendor_link.html", standing)


@require_POST
@writes
def end(request: HttpRequest, code: UUID) -> HttpResponse:
    """Take the link back."""
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    vendor_link.end(card, by=asker.user, now=timezone.now())
    return _panel(request, card)
