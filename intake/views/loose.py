"""Photos to assign: many at once, given to patients one card after the other."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from core import audit

from ..access import get_loose_photo, get_patient, loose_photos_for, refuse_others_pile
from ..images import MAX_BYTES, PhotoRefused
from ..models import CardScan, LoosePhoto
from ..services import finding, loose
from .common import Asker, is_fragment, said, writes

GONE = "These photos were given to a patient or deleted meanwhile. The page shows what is still here."
NO_FILE = "Choose photos first."


@dataclass
class Pile:
    """The photos of one card."""

    code: UUID
    photos: list[LoosePhoto] = field(default_factory=list)

    @property
    def goes_at(self) -> Any:
        """Return when it is deleted if nobody takes it."""
        return self.photos[0].created_at + timedelta(days=loose.KEPT_DAYS)


def _piles(request: HttpRequest) -> list[Pile]:
    """Return the piles of this clinic, in the order in which their first photo came."""
    piles: dict[UUID, Pile] = {}
    for photo in loose_photos_for(Asker(request).clinic):
        piles.setdefault(photo.pile, Pile(photo.pile)).photos.append(photo)
    for pile in piles.values():
        pile.photos.sort(key=lambda photo: photo.side, reverse=True)  # FRONT, then BACK
    return list(piles.values())


@require_safe
@writes
def page(request: HttpRequest) -> HttpResponse:
    """Show the photos that wait, and where more are added; to htmx the photos alone."""
    piles = _piles(request)
    context = {
        "piles": piles,
        "singles": [pile for pile in piles if len(pile.photos) == 1],
        "lot": uuid.uuid4(),
        "most": loose.MOST_AT_ONCE,
        "days": loose.KEPT_DAYS,
        "megabytes": MAX_BYTES // (1024 * 1024),
    }
    return render(request, "intake/_loose_piles.html" if is_fragment(request) else "intake/loose.html", context)


@require_POST
@writes
def add(request: HttpRequest) -> HttpResponse:
    """Keep photos. A script sends them one by one, with their place in the lot, and gets JSON; a form sends all."""
    asker, lot = Asker(request), _uuid(request.POST.get("lot", ""))
    files = request.FILES.getlist("photo")
    first = request.POST.get("place", "")
    start = int(first) if first.isdecimal() and len(first) < 4 else 0
    refused = [] if files else [NO_FILE]
    for place, file in enumerate(files, start):
        try:
            loose.add_photo(file.read(MAX_BYTES + 1), clinic=asker.clinic, by=asker.user, lot=lot, place=place)
        except PhotoRefused as why:
            refused.append(str(why) if first else f"Photo {place + 1}: {why}")
    if first:
        return JsonResponse({"refused": " ".join(refused)})
    for sentence in refused:
        messages.warning(request, sentence)
    return redirect("loose-photos")


def _uuid(text: str) -> UUID:
    """Return the public id of a form; raises Http404 for what is none."""
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


@require_safe
@writes
def photo(request: HttpRequest, code: UUID) -> HttpResponse:
    """Show a photo that waits; nothing keeps a copy of it."""
    asker = Asker(request)
    kept = get_loose_photo(asker.clinic, code)
    if not default_storage.exists(str(kept.file.name)):
        raise Http404
    audit.record(asker.user, "intake.photo.viewed", kept, clinic=asker.clinic)
    with default_storage.open(str(kept.file.name)) as file:
        response = HttpResponse(file.read(), content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = 'inline; filename="photo.jpg"'
    return response


@require_POST
@writes
def find(request: HttpRequest, code: UUID) -> HttpResponse:
    """Find the patient whose card it is."""
    refuse_others_pile(Asker(request).clinic, code)
    asker, text = Asker(request), request.POST.get("q", "").strip()[:100]
    found = finding.find_patients(asker.clinic, text, today=asker.clinic.today(timezone.now())).patients[:8]
    if found:
        audit.record(asker.user, "intake.patients.searched", clinic=asker.clinic, found=len(found))
    template = "intake/_loose_found.html" if is_fragment(request) else "intake/loose_find.html"
    return render(request, template, {"pile": Pile(code), "q": text, "found": found})


@require_POST
@writes
def assign(request: HttpRequest, code: UUID) -> HttpResponse:
    """Make a card of a patient of the photos; the queue stays in sight."""
    asker = Asker(request)
    refuse_others_pile(asker.clinic, code)
    patient = get_patient(asker.clinic, _uuid(request.POST.get("patient", "")))
    try:
        card = loose.assign(asker.clinic, code, patient, by=asker.user, now=timezone.now())
    except loose.PileGone:
        return said(request, GONE, "loose-photos", level=messages.WARNING)
    if card.status == CardScan.Status.DRAFT:
        sentence = f"{patient.name} has the photos. Look at them before the card is read: see the record."
        return said(request, sentence, "loose-photos", level=messages.WARNING)
    return said(request, f"{patient.name} has the card, and it is being read.", "loose-photos")


def _change(change: Callable[[HttpRequest, Asker, UUID], None], done: str = "") -> Callable[..., HttpResponse]:
    """Make a page that changes a pile and shows it in the queue again, or says what is `done` when it is gone."""

    @require_POST
    @writes
    def changed(request: HttpRequest, code: UUID) -> HttpResponse:
        """Change the pile; say so when it is gone."""
        asker = Asker(request)
        refuse_others_pile(asker.clinic, code)
        try:
            change(request, asker, code)
        except loose.PileGone:
            return said(request, GONE, "loose-photos", level=messages.WARNING)
        if done:
            return said(request, done, "loose-photos")
        return redirect(f"{reverse('loose-photos')}#pile-{code}")

    return changed


swap = _change(lambda request, asker, pile: loose.swap(asker.clinic, pile, by=asker.user))
apart = _change(lambda request, asker, pile: loose.take_apart(asker.clinic, pile, by=asker.user))
throw_away = _change(
    lambda request, asker, pile: loose.throw_away(asker.clinic, pile, by=asker.user),
    done="The photos of this card are deleted.",
)
together = _change(
    lambda request, asker, pile: loose.put_together(
        asker.clinic, pile, _uuid(request.POST.get("back", "")), by=asker.user
    )
)
