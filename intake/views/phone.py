"""What a phone sees that a card was handed to: nobody is signed in, nothing is shown of the patient, photos go in."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from ..images import MAX_BYTES, PhotoRefused
from ..models import PhoneLink
from ..services import handoff
from .cards import NO_FILE, SIDES, TITLES, slot_of
from .common import is_fragment

# The prefix lets a browser take the cookie only from this very host, over TLS.
COOKIE = "__Host-capture" if settings.SECURE_COOKIES else "capture"
GUESSING = "open_phone_link"  # the limit's name in settings.ACCOUNT_RATE_LIMITS
TOO_OFTEN = "This link has been used or is over, as many others that were tried from here. Ask the desk for a new code."


@require_safe
def door(request: HttpRequest) -> HttpResponse:
    """The page a code leads to. It is the same for everybody: the link's token never reaches us by itself."""
    return render(request, "intake/phone_door.html")


@require_POST
def open_link(request: HttpRequest) -> HttpResponse:
    """Exchange the token that the page read from its own address; the first phone gets in, once.

    A good link works however many wrong ones were tried from its address: a whole clinic may share one, and nobody
    guesses 256 bits. The wrong ones are limited, and cost a look-up.
    """
    try:
        secret = handoff.open_link(request.POST.get("token", ""), now=timezone.now())
    except handoff.LinkEnded as ended:
        is_rare = ratelimit.consume(request, action=GUESSING)
        return _over(request, str(ended)) if is_rare else _over(request, TOO_OFTEN, 429)
    response = redirect("phone-card")
    response.set_cookie(
        COOKIE,
        secret,
        max_age=handoff.OPENED,
        secure=settings.SECURE_COOKIES,
        httponly=True,
        samesite="Strict",
    )
    return response


def _over(request: HttpRequest, sentence: str, status: int = 410) -> HttpResponse:
    """Say that nothing can be done with this link, and forget it; htmx shows only what succeeds."""
    if is_fragment(request):
        response = render(request, "intake/_phone_over.html", {"sentence": sentence})
        response["HX-Retarget"] = "#capture"  # the whole page is over, not the side alone
    else:
        response = render(request, "intake/phone_over.html", {"sentence": sentence}, status=status)
    response.delete_cookie(COOKIE, samesite="Strict")
    return response


def _link(request: HttpRequest) -> PhoneLink:
    return handoff.link_of_phone(request.COOKIES.get(COOKIE, ""), now=timezone.now())


@require_safe
def card(request: HttpRequest) -> HttpResponse:
    """Take the photos."""
    try:
        link = _link(request)
    except handoff.LinkEnded as ended:
        return _over(request, str(ended))
    return render(request, "intake/phone_card.html", _slots(link))


def _slots(link: PhoneLink, side: str = "", error: str = "") -> dict[str, Any]:
    there = {image.side.lower(): image for image in link.card.images.all()}
    slots = [
        {
            "side": name,
            "title": title,
            "photo": there.get(name),
            "error": error if name == side else "",
        }
        for name, title in TITLES.items()
    ]
    return {"slots": slots, "clinic": link.card.clinic, "has_front": "front" in there}


@require_POST
def photo(request: HttpRequest, side: str) -> HttpResponse:
    """Take a photo in; there is no way to get one out."""
    if side not in SIDES:
        raise Http404
    upload = request.FILES.get("photo")
    try:
        link = _link(request)
        if upload is None:
            raise PhotoRefused(NO_FILE)
        handoff.add_photo(link, SIDES[side], upload.read(MAX_BYTES + 1), now=timezone.now())
    except handoff.LinkEnded as ended:
        return _over(request, str(ended))
    except PhotoRefused as refused:
        return _answer(request, link, side, str(refused))
    return _answer(request, link, side, "")


def _answer(request: HttpRequest, link: PhoneLink, side: str, error: str) -> HttpResponse:
    if is_fragment(request):
        return render(request, "intake/_phone_answer.html", slot_of(side, _slots(link, side, error)))
    if error:
        return render(request, "intake/phone_card.html", _slots(link, side, error), status=400)
    return redirect("phone-card")


@require_POST
def done(request: HttpRequest) -> HttpResponse:
    """The phone has no more photos: its time ends."""
    try:
        link = _link(request)
    except handoff.LinkEnded as ended:
        return _over(request, str(ended))
    handoff.end(link.card, by=None, now=timezone.now())
    response = render(request, "intake/phone_over.html", {"sentence": "", "clinic": link.card.clinic})
    response.delete_cookie(COOKIE, samesite="Strict")
    return response
