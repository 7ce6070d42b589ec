"""A card before it is checked: photos, progress, what to do when it cannot be read, deleting it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import audit

from ..access import coverages_for, get_card, get_patient
from ..images import MAX_BYTES, PhotoRefused
from ..models import CardImage, CardMovedOn, CardScan
from ..services import cards, holds, same_card, sides
from .common import Asker, is_fragment, reads, said, version_of, writes
from .standing import standing_of, vendor_standing

MOVED_ON = "This card is no longer where you left it. The page shows how it stands now."
ADD_FRONT = "Add a photo of the front first."
NOT_AS_SEEN = "Something changed while you compared. Look at both cards again."
DOUBTFUL = "A photo may be hard to read. Take it again, or say that it is to be used as it is."
TURNED_BACK = "The photo lies as it came. Read the card again; the earlier reading is kept beside it."
NO_FILE = "Choose a photo of the card first."
SIDES = {"front": CardImage.Side.FRONT, "back": CardImage.Side.BACK}
TITLES = {"front": "Front of the card", "back": "Back of the card"}


@require_POST
@writes
def new_card(request: HttpRequest, code: UUID) -> HttpResponse:
    """Begin a card for a patient."""
    asker = Asker(request)
    card = cards.begin_card(patient=get_patient(asker.clinic, code), clinic=asker.clinic, by=asker.user)
    return redirect("card-capture", card.code)


@require_safe
@writes
def capture(request: HttpRequest, code: UUID) -> HttpResponse:
    """Take or choose the photos of both sides."""
    card = get_card(Asker(request).clinic, code)
    if card.status != CardScan.Status.DRAFT:
        return redirect("card-review", card.code)
    side = request.GET.get("side", "")
    if is_fragment(request) and side in SIDES:
        return _side_answer(request, card, side, "")
    return render(request, "intake/card_capture.html", _capture_page(request, card))


def _capture_page(request: HttpRequest, card: CardScan, side: str = "", error: str = "") -> dict[str, Any]:
    """Return what the whole page shows: both sides, how hand-offs to phones stand, why nothing may be deleted."""
    held = {"held": holds.is_held(card.patient_id)}
    return _capture_context(request, card, side, error) | standing_of(card) | vendor_standing(card) | held


def slot_of(side: str, context: dict[str, Any]) -> dict[str, Any]:
    """Return the context of a page of both sides with one side picked out as its `slot`."""
    return context | {"slot": next(slot for slot in context["slots"] if slot["side"] == side)}


def _capture_context(request: HttpRequest, card: CardScan, side: str = "", error: str = "") -> dict[str, Any]:
    asker, seen = Asker(request), same_card.sighting(card)
    if seen:
        audit.record(asker.user, "intake.coverage.viewed", seen.coverage, clinic=asker.clinic)
    photos = {image.side.lower(): image for image in card.images.all()}
    slots = [
        {"side": name, "title": title, "image": photos.get(name), "error": error if name == side else ""}
        for name, title in TITLES.items()
    ]
    doubtful = [photo for photo in photos.values() if photo.is_doubtful]
    megabytes = MAX_BYTES // (1024 * 1024)
    return {
        "card": card,
        "slots": slots,
        "has_front": "front" in photos,
        "has_back": "back" in photos,
        "is_doubtful": bool(doubtful),
        "is_on_side": any(photo.is_on_side for photo in photos.values()),
        "seen": seen,
        "megabytes": megabytes,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def photo(request: HttpRequest, code: UUID, side: str) -> HttpResponse:
    """Keep the photo of a side, or show it."""
    if side not in SIDES:
        raise Http404
    return _keep_photo(request, code, side) if request.method == "POST" else _show_photo(request, code, side)


@writes
def _keep_photo(request: HttpRequest, code: UUID, side: str) -> HttpResponse:
    """Clean and keep an upload; a refused one leaves everything as it was and says what to do."""
    asker = Asker(request)
    card, upload = get_card(asker.clinic, code), next(iter(request.FILES.getlist("photo")), None)
    try:
        if upload is None:
            raise PhotoRefused(NO_FILE)
        # One byte more than allowed is enough to see that it is too big.
        cards.put_photo(card, SIDES[side], upload.read(MAX_BYTES + 1), by=asker.user)
    except PhotoRefused as refused:
        return _capture_answer(request, card, side, str(refused))
    except CardMovedOn:
        return said(request, MOVED_ON, "card-review", card.code, level=messages.WARNING)
    return _capture_answer(request, card, side, "")


def _capture_answer(request: HttpRequest, card: CardScan, side: str, error: str) -> HttpResponse:
    """Show the page again, or to htmx the side alone."""
    if is_fragment(request):
        return _side_answer(request, card, side, error)
    if error:
        return render(request, "intake/card_capture.html", _capture_page(request, card, side, error), status=400)
    return redirect("card-capture", card.code)


def _side_answer(request: HttpRequest, card: CardScan, side: str, error: str) -> HttpResponse:
    """Show one side, and the button that starts. A refusal is an answer to show, so htmx gets it with 200.

    The other side is left alone: its own photo may be on its way.
    """
    return render(request, "intake/_slot_answer.html", slot_of(side, _capture_context(request, card, side, error)))


@reads
def _show_photo(request: HttpRequest, code: UUID, side: str) -> HttpResponse:
    """Send the cleaned photo to somebody who may see the card; nothing keeps a copy of it."""
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    image = card.images.filter(side=SIDES[side]).first()
    if image is None or not default_storage.exists(str(image.file.name)):
        raise Http404
    audit.record(asker.user, "intake.photo.viewed", card, clinic=asker.clinic, side=side)
    with default_storage.open(str(image.file.name)) as file:
        response = HttpResponse(file.read(), content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = f'inline; filename="card-{side}.jpg"'
    return response


@require_POST
@writes
def start(request: HttpRequest, code: UUID) -> HttpResponse:
    """Send the photos to be read."""
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    try:
        cards.start_reading(card, by=asker.user, now=timezone.now())
    except cards.FrontMissing:
        return said(request, ADD_FRONT, "card-capture", card.code, level=messages.WARNING)
    except cards.PhotoDoubtful:
        return said(request, DOUBTFUL, "card-capture", card.code, level=messages.WARNING)
    except CardMovedOn:
        messages.warning(request, MOVED_ON)
    return redirect("card-review", card.code)


@require_POST
@writes
def use_anyway(request: HttpRequest, code: UUID, side: str) -> HttpResponse:
    """Have a doubtful photo read as it is."""
    if side not in SIDES:
        raise Http404
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    try:
        cards.use_anyway(card, SIDES[side], by=asker.user, photo=request.POST.get("stamp", ""))
    except CardMovedOn:
        return said(request, MOVED_ON, "card-review", card.code, level=messages.WARNING)
    return _capture_answer(request, card, side, "")


@require_POST
@writes
def swap_sides(request: HttpRequest, code: UUID) -> HttpResponse:
    """Exchange the photos of front and back."""
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    try:
        sides.swap_sides(card, by=asker.user)
    except CardMovedOn:
        return said(request, MOVED_ON, "card-review", card.code, level=messages.WARNING)
    return redirect("card-capture", card.code)


@require_POST
@writes
def turn(request: HttpRequest, code: UUID, side: str) -> HttpResponse:
    """Turn the photo of a side by a quarter, to the right unless `way` says left."""
    if side not in SIDES:
        raise Http404
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    try:
        quarters = 3 if request.GET.get("way") == "left" else 1
        sides.turn_photo(card, SIDES[side], by=asker.user, photo=request.POST.get("turn", ""), quarters=quarters)
    except PhotoRefused as refused:
        return _capture_answer(request, card, side, str(refused))
    except CardMovedOn:
        return said(request, MOVED_ON, "card-review", card.code, level=messages.WARNING)
    return _capture_answer(request, card, side, "")


@require_POST
@writes
def turn_back(request: HttpRequest, code: UUID, side: str) -> HttpResponse:
    """Take a photo that was read back to how it came; the card is read again from a page that shows it."""
    if side not in SIDES:
        raise Http404
    card = get_card(Asker(request).clinic, code)
    try:
        fresh = sides.turn_back(card, SIDES[side], by=Asker(request).user, now=timezone.now())
    except PhotoRefused as refused:
        return said(request, str(refused), "card-review", card.code, level=messages.WARNING)
    except CardMovedOn:
        return said(request, MOVED_ON, "card-review", card.code, level=messages.WARNING)
    return said(request, TURNED_BACK, "card-capture", fresh.code)


def _code(text: str) -> UUID:
    """Return the public id of a form; raises Http404 for what is none."""
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


@require_POST
@writes
def same(request: HttpRequest, code: UUID) -> HttpResponse:
    """It is the card on file, and nothing has changed: nothing is sent, the new photos go."""
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    seen = get_object_or_404(coverages_for(asker.clinic), code=_code(request.POST.get("coverage", "")))
    seen.version = version_of(request)
    try:
        photos = request.POST.get("photos", "")
        same_card.nothing_changed(card, seen, photos=photos, by=asker.user, now=timezone.now())
    except CardMovedOn:
        return said(request, NOT_AS_SEEN, "card-capture", card.code, level=messages.WARNING)
    sentence = "The card on file is still right. Nothing was sent, and the new photos are deleted."
    return said(request, sentence, "coverage-detail", seen.code)


@require_safe
@reads
def status(request: HttpRequest, code: UUID) -> HttpResponse:
    """Answer the page that waits: nothing while it shows how the card stands, so that no button goes from under a hand;
    else how it stands, or a reload when there is more to see."""
    card = get_card(Asker(request).clinic, code)
    if not card.is_working:
        response = HttpResponse()
        response["HX-Refresh"] = "true"
        return response
    if request.GET.get("shown") == card.progress_stamp:
        return HttpResponse(status=204)
    return render(request, "intake/_card_progress.html", {"card": card, "may_write": Asker(request).may_write})


@require_POST
@writes
def by_hand(request: HttpRequest, code: UUID) -> HttpResponse:
    """Type the card in instead of waiting for the reader."""
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    try:
        cards.type_by_hand(card, by=asker.user, now=timezone.now())
    except CardMovedOn:
        messages.warning(request, MOVED_ON)
    return redirect("card-review", card.code)


@require_POST
@writes
def take_again(request: HttpRequest, code: UUID) -> HttpResponse:
    """Take the photos of a card once more; of one that could not be read `start=1` sends the same photos again."""
    asker, now = Asker(request), timezone.now()
    card = get_card(asker.clinic, code)
    try:
        with transaction.atomic():
            fresh = cards.take_again(card, by=asker.user, now=now)
            if request.POST.get("start"):
                cards.start_reading(fresh, by=asker.user, now=now)
    except CardMovedOn:
        return said(request, MOVED_ON, "card-review", card.code, level=messages.WARNING)
    except cards.FrontMissing:
        return said(request, ADD_FRONT, "card-review", card.code, level=messages.WARNING)
    except cards.PhotoDoubtful:
        return said(request, DOUBTFUL, "card-review", card.code, level=messages.WARNING)
    return redirect("card-review", fresh.code)


@require_POST
@writes
def use_earlier(request: HttpRequest, code: UUID) -> HttpResponse:
    """Go back to a reading that was put aside when the card was taken again."""
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    try:
        with transaction.atomic():
            cards.use_earlier(card, by=asker.user, now=timezone.now())
    except CardMovedOn:
        return said(request, MOVED_ON, "card-review", card.code, level=messages.WARNING)
    return redirect("card-review", card.code)


@require_POST
@writes
def delete(request: HttpRequest, code: UUID) -> HttpResponse:
    """Delete the card here and at the vendor."""
    asker = Asker(request)
    card = get_card(asker.clinic, code)
    try:
        cards.delete_card(card, by=asker.user, now=timezone.now())
    except holds.Held as held:
        return said(request, str(held), "patient-detail", card.patient.code, level=messages.WARNING)
    except CardMovedOn:
        messages.warning(request, MOVED_ON)
        return redirect("patient-detail", card.patient.code)
    there = " CardScan deletes its copy now." if card.vendor_card_id else ""
    return said(request, f"The card's photos and fields are deleted.{there}", "patient-detail", card.patient.code)
