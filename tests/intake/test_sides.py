"""Front and back mixed up, and photos that lie on their side: put right by a press, the sides also by themselves."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from core.models import Command
from intake.handlers.deleting import DeleteCard
from intake.models import CardImage, CardMovedOn, CardScan, Patient
from intake.services import cards, sides
from tests.cards.draw import draw_back, draw_front
from tests.cards.layouts import TUNED
from tests.conftest import Cast
from tests.intake.cards import photo
from tests.sandbox_process import SandboxProcess

LAYOUT = TUNED[0]
Work = Callable[..., int]


def jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=92)
    return out.getvalue()


@pytest.fixture
def draft(cast: Cast, emily: Patient) -> CardScan:
    """A card with a wide front and a narrower back."""
    card = cards.new_card(patient=emily, clinic=cast.clinic_a, by=cast.alice)
    cards.put_photo(card, "FRONT", photo(800, 500), by=cast.alice)
    cards.put_photo(card, "BACK", photo(700, 440), by=cast.alice)
    return card


def sizes(card: CardScan) -> dict[str, tuple[int, int]]:
    return {image.side: (image.width, image.height) for image in CardImage.objects.filter(card=card)}


@pytest.mark.django_db
def test_one_press_swaps_the_sides(desk: Client, draft: CardScan) -> None:
    files = {image.side: image.file.name for image in draft.images.all()}
    desk.post(reverse("card-swap", args=[draft.code]))
    assert sizes(draft) == {"FRONT": (700, 440), "BACK": (800, 500)}
    assert {image.side: image.file.name for image in draft.images.all()} == {
        "FRONT": files["BACK"],
        "BACK": files["FRONT"],
    }


@pytest.mark.django_db
def test_a_single_photo_changes_its_side(desk: Client, draft: CardScan) -> None:
    draft.images.filter(side="BACK").delete()
    desk.post(reverse("card-swap", args=[draft.code]))
    assert sizes(draft) == {"BACK": (800, 500)}


@pytest.mark.django_db
def test_one_press_turns_a_photo_and_judges_it_anew(desk: Client, draft: CardScan) -> None:
    before = draft.images.get(side="FRONT")
    answer = desk.post(reverse("card-photo-turn", args=[draft.code, "front"]), {"turn": before.stamp})
    after = draft.images.get(side="FRONT")
    assert answer.status_code == 302 and (after.width, after.height) == (500, 800)
    assert after.look != before.look and after.concern == before.concern
    with Image.open(after.file) as turned:  # the mark of the upper left is now at the upper right
        assert turned.convert("L").getpixel((400, 100)) < 90 < turned.convert("L").getpixel((100, 100))
    for _ in range(3):
        desk.post(reverse("card-photo-turn", args=[draft.code, "front"]))
    assert sizes(draft)["FRONT"] == (800, 500)


@pytest.mark.django_db
def test_another_photo_than_the_one_that_was_seen_is_left_alone(draft: CardScan, cast: Cast) -> None:
    with pytest.raises(CardMovedOn):
        sides.turn_photo(draft, "FRONT", by=cast.alice, photo="another1")
    CardScan.objects.filter(pk=draft.pk).update(status="QUEUED")
    for change in (sides.swap_sides, lambda card, by: sides.turn_photo(card, "FRONT", by=by)):
        with pytest.raises(CardMovedOn):
            change(CardScan.objects.get(pk=draft.pk), by=cast.alice)
    assert sizes(draft)["FRONT"] == (800, 500)


@pytest.fixture
def mixed_up(cast: Cast, emily: Patient) -> Callable[..., CardScan]:
    """Begin a card whose front and back were exchanged; the back has no barcode."""

    def begin(front: bytes, back: bytes) -> CardScan:
        card = cards.new_card(patient=emily, clinic=cast.clinic_a, by=cast.alice)
        cards.put_photo(card, "FRONT", front, by=cast.alice)
        cards.put_photo(card, "BACK", back, by=cast.alice)
        cards.start_reading(card, by=cast.alice, now=timezone.now())
        return card

    return begin


@pytest.mark.real
@pytest.mark.django_db
def test_sides_that_are_mixed_up_are_tried_the_other_way_round(
    desk: Client, mixed_up: Callable[..., CardScan], work: Work, sandbox: SandboxProcess
) -> None:
    front, back = jpeg(draw_front(LAYOUT).front), jpeg(draw_back(LAYOUT.member, barcode=False))
    card = mixed_up(back, front)
    work(until=lambda: CardScan.objects.filter(pk=card.pk, status__in=("REVIEW", "FAILED")).exists())
    card.refresh_from_db()
    assert (card.status, card.swapped, card.problem, card.vendor_state) == ("REVIEW", True, "", "completed")
    assert card.fields.get(name="member_number").value == LAYOUT.member.member_number
    text = desk.get(reverse("card-review", args=[card.code])).content.decode()
    assert "Front and back were mixed up" in text
    work(until=lambda: not Command.objects.filter(kind=cards.DELETE, status__in=Command.OPEN).exists())
    card.refresh_from_db()
    assert card.vendor_card_id  # what was deleted there is the first one


@pytest.mark.real
@pytest.mark.django_db
def test_when_neither_way_is_read_the_photos_lie_as_they_did(
    mixed_up: Callable[..., CardScan], work: Work, sandbox: SandboxProcess
) -> None:
    card = mixed_up(photo(800, 500), photo(700, 440))
    work(until=lambda: CardScan.objects.filter(pk=card.pk, status="FAILED").exists())
    card.refresh_from_db()
    assert card.swapped and "tried the other way round, too" in card.problem
    assert sizes(card) == {"FRONT": (800, 500), "BACK": (700, 440)}
    assert not any(image.sent_at for image in card.images.all())


@pytest.mark.django_db
@pytest.mark.parametrize(("deleted", "left"), [("the-first", "the-second"), ("the-second", "")])
def test_deleting_the_first_there_leaves_the_second(draft: CardScan, deleted: str, left: str) -> None:
    CardScan.objects.filter(pk=draft.pk).update(vendor_card_id="the-second")
    DeleteCard().record(Command(target_pk=draft.pk, request=deleted.encode()), None, now=timezone.now())
    assert CardScan.objects.get(pk=draft.pk).vendor_card_id == left


def test_it_is_not_tried_without_a_back(cast: Cast, db: Any) -> None:
    assert not sides.try_the_other_way(CardScan(has_back=False))
