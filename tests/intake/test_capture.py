"""Photographing a card: photos in, refusals said, photos out to whom they concern."""

import io
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from core.models import AuditEvent, Command
from intake import images
from intake.models import CardImage, CardScan, Patient
from intake.services import cards
from tests.conftest import Cast
from tests.intake.cards import photo


@pytest.fixture
def draft(cast: Cast, emily: Patient) -> CardScan:
    return cards.new_card(patient=emily, clinic=cast.clinic_a, by=cast.alice)


def send(client: Client, card: CardScan, side: str, data: bytes, **options: Any) -> Any:
    upload = SimpleUploadedFile("../../card.jpg", data, "image/jpeg")
    return client.post(reverse("card-photo", args=[card.code, side]), {"photo": upload}, **options)


def test_it_begins_a_card(desk: Client, emily: Patient, cast: Cast) -> None:
    response = desk.post(reverse("card-new", args=[emily.code]))
    card = CardScan.objects.get()
    assert response.url == reverse("card-capture", args=[card.code])
    assert (card.status, card.clinic, card.created_by) == ("DRAFT", cast.clinic_a, cast.alice)
    assert b"Read the card" in desk.get(response.url).content


def test_it_keeps_a_cleaned_sealed_copy_under_a_random_name(desk: Client, draft: CardScan) -> None:
    exif = Image.Exif()
    exif[0x010E] = "CANARY"
    assert send(desk, draft, "front", photo(exif=exif)).status_code == 302
    image = CardImage.objects.get()
    assert (image.side, image.width, image.height) == ("FRONT", 640, 400)
    assert image.file.name.startswith("cards/") and len(image.file.name) == len("cards/.jpg") + 32
    with default_storage.open(image.file.name) as file:
        kept = file.read()
    assert kept.startswith(b"\xff\xd8") and b"CANARY" not in kept
    with default_storage.below.open(image.file.name) as file:
        assert not file.read().startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"not a photo", "This file is not a photo we can read."),
        (b"\xff\xd8" + b"\0" * images.MAX_BYTES, "larger than 12 MB"),
        (photo()[:3000], "damaged or was cut short"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 99, "HEIC"),
    ],
)
def test_it_refuses_and_leaves_the_rest_as_it_was(desk: Client, draft: CardScan, data: bytes, sentence: str) -> None:
    send(desk, draft, "front", photo())
    send(desk, draft, "back", photo(700, 400))
    response = send(desk, draft, "back", data)
    assert response.status_code == 400 and sentence in response.content.decode()
    assert "The photo below is still the earlier one." in response.content.decode()
    assert set(CardImage.objects.values_list("side", "width")) == {("FRONT", 640), ("BACK", 700)}
    assert all(default_storage.exists(image.file.name) for image in CardImage.objects.all())


def test_it_answers_a_refusal_to_htmx_with_the_side_alone(desk: Client, draft: CardScan) -> None:
    response = send(desk, draft, "front", b"nothing", headers={"HX-Request": "true"})
    text = response.content.decode()
    assert response.status_code == 200 and "not a photo" in text and "<html" not in text and 'id="slot-front"' in text
    assert 'id="slot-back"' not in text


def test_it_asks_for_a_file(desk: Client, draft: CardScan) -> None:
    response = desk.post(reverse("card-photo", args=[draft.code, "front"]), {})
    assert response.status_code == 400 and b"Choose a photo of the card first." in response.content


def test_it_replaces_a_side_and_removes_the_earlier_file(desk: Client, draft: CardScan) -> None:
    send(desk, draft, "front", photo())
    first = CardImage.objects.get().file.name
    send(desk, draft, "front", photo(800, 500))
    image = CardImage.objects.get()
    assert image.width == 800 and image.file.name != first
    assert not default_storage.exists(first)


def test_it_shows_the_photo_to_the_clinic_and_writes_it_down(desk: Client, draft: CardScan, cast: Cast) -> None:
    send(desk, draft, "front", photo())
    response = desk.get(reverse("card-photo", args=[draft.code, "front"]))
    assert Image.open(io.BytesIO(response.content)).size == (640, 400)
    assert response["Content-Type"] == "image/jpeg"
    assert response["Cache-Control"] == "private, no-store" and response["X-Content-Type-Options"] == "nosniff"
    event = AuditEvent.objects.get(action="intake.photo.viewed")
    assert (event.actor, event.target_pk, event.facts) == (cast.alice, draft.pk, {"side": "front"})


def test_it_shows_the_photo_to_nobody_else(other_desk: Client, desk: Client, draft: CardScan) -> None:
    send(desk, draft, "front", photo())
    url = reverse("card-photo", args=[draft.code, "front"])
    assert other_desk.get(url).status_code == 404
    assert Client().get(url).status_code == 302
    assert desk.get(reverse("card-photo", args=[draft.code, "back"])).status_code == 404
    assert desk.get(f"/cards/{draft.code}/photos/edge/").status_code == 404


def test_it_starts_with_the_front_and_needs_it(desk: Client, draft: CardScan) -> None:
    send(desk, draft, "back", photo())
    url = reverse("card-start", args=[draft.code])
    assert desk.post(url).url == reverse("card-capture", args=[draft.code])
    assert not Command.objects.exists()
    send(desk, draft, "front", photo())
    assert desk.post(url).url == reverse("card-review", args=[draft.code])
    draft.refresh_from_db()
    assert (draft.status, draft.has_back) == ("QUEUED", True)
    assert Command.objects.get().kind == "intake.card.read"


def test_it_starts_once(desk: Client, draft: CardScan) -> None:
    send(desk, draft, "front", photo())
    for _ in range(2):
        desk.post(reverse("card-start", args=[draft.code]))
    assert Command.objects.count() == 1
    assert send(desk, draft, "front", photo(900, 600)).status_code == 302
    assert CardImage.objects.get().width == 640


def test_it_can_be_typed_by_hand_while_it_waits(desk: Client, draft: CardScan) -> None:
    send(desk, draft, "front", photo())
    desk.post(reverse("card-start", args=[draft.code]))
    desk.post(reverse("card-by-hand", args=[draft.code]))
    draft.refresh_from_db()
    assert draft.status == "REVIEW"
    assert Command.objects.get().status == "CANCELLED"
    page = desk.get(reverse("card-review", args=[draft.code])).content.decode()
    assert 'name="value:member_number:0"' in page and "Choose who pays" in page


def test_it_deletes_a_card_here(desk: Client, draft: CardScan, django_capture_on_commit_callbacks: Any) -> None:
    send(desk, draft, "front", photo())
    name = CardImage.objects.get().file.name
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(reverse("card-delete", args=[draft.code]))
    draft.refresh_from_db()
    assert draft.status == "DISCARDED" and not draft.images.exists() and not default_storage.exists(name)
    assert not Command.objects.exists()
    assert b"This card is deleted" in desk.get(reverse("card-review", args=[draft.code])).content


def test_it_tells_the_vendor_of_a_deletion(desk: Client, draft: CardScan) -> None:
    CardScan.objects.filter(pk=draft.pk).update(vendor_card_id="v-1")
    desk.post(reverse("card-delete", args=[draft.code]))
    command = Command.objects.get()
    assert (command.kind, bytes(command.request)) == ("intake.card.delete", b"v-1")
    desk.post(reverse("card-delete", args=[draft.code]))
    assert Command.objects.count() == 1


def test_it_takes_a_failed_card_again_with_its_photos(desk: Client, draft: CardScan) -> None:
    send(desk, draft, "front", photo())
    CardScan.objects.filter(pk=draft.pk).update(status="FAILED", vendor_card_id="v-1", problem="It was blurred.")
    assert b"It was blurred." in desk.get(reverse("card-review", args=[draft.code])).content
    desk.post(reverse("card-again", args=[draft.code]))
    fresh = CardScan.objects.get(status="DRAFT")
    assert fresh.images.count() == 1 and fresh.vendor_card_id == ""
    draft.refresh_from_db()
    assert draft.status == "DISCARDED"
    assert Command.objects.get().kind == "intake.card.delete"


def test_it_sends_the_same_photos_once_more(desk: Client, draft: CardScan) -> None:
    send(desk, draft, "front", photo())
    CardScan.objects.filter(pk=draft.pk).update(status="FAILED")
    response = desk.post(reverse("card-again", args=[draft.code]), {"start": "1"})
    fresh = CardScan.objects.get(status="QUEUED")
    assert response.url == reverse("card-review", args=[fresh.code])
    assert desk.post(reverse("card-again", args=[draft.code])).status_code == 302
    assert CardScan.objects.count() == 2
