"""The desk's side of handing a card to a phone: show the code, say how it stands, take it back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from ..access import get_card
from ..models import CardMovedOn, CardScan
from ..services import handoff
from .cards import MOVED_ON
from .codes import drawn
from .common import Asker, is_fragment, said, writes
from .standing import standing_of

PHOTOS_CHANGED = "photos-changed"  # the page's own event: the slots load themselves again


@require_POST
@writes
def offer(request: HttpRequest, code: UUID) -> HttpResponse:
    """Show a code that one phone may follow, and watch for its photos."""
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    try:
        base, warning = handoff.address(request.get_host(), secure=request.is_secure())
        token = handoff.offer(card, by=asker.user, now=timezone.now())
    except handoff.NoAddress as none:
        return _panel(request, card, {"refused": str(none)})
    except CardMovedOn:
        return said(request, MOVED_ON, "card-review", card.code, level=messages.WARNING)
    link = f"{base}{reverse('phone-door')}#{token}"
    return _panel(request, card, {"picture": drawn(link), "address": link, "warning": warning})


def _panel(request: HttpRequest, card: CardScan, more: dict[str, object]) -> HttpResponse:
    name = "intake/_phone.html" if is_fragment(request) else "intake/card_phone.html"
    return render(request, name, standing_of(card) | more)


@require_safe
@writes
def status(request: HttpRequest, code: UUID) -> HttpResponse:
    """Answer the page that watches: how the phone stands, and whether photos have come since it last asked."""
    card = get_card(Asker(request).clinic, code)
    if card.status != CardScan.Status.DRAFT:
        response = HttpResponse()
        response["HX-Redirect"] = reverse("card-review", args=[card.code])
        return response
    response = render(request, "intake/_phone_standing.html", standing_of(card))
    if request.GET.get("stamp", "") != card.photo_stamp:
        response["HX-Trigger"] = PHOTOS_CHANGED
    return response


@require_POST
@writes
def end(request: HttpRequest, code: UUID) -> HttpResponse:
    """Take the code back: the phone can do nothing with it any more."""
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    handoff.end(card, by=asker.user, now=timezone.now())
    return _panel(request, card, {}) if is_fragment(request) else redirect("card-capture", card.code)
