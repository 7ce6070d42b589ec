"""Photos that lie on their side or upside down are put upright by their print; those that lie right are left alone."""

import io
from dataclasses import replace

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from intake import image_worker, images, way_up
from intake.models import CardImage, CardScan, Patient
from intake.services import cards, handoff, sides
from tests.cards import way_up as learning
from tests.cards.photo import as_bytes, way_of
from tests.cards.scenes import both_ways, landscape
from tests.conftest import Cast

FAMILIES = learning.families(learned=False)


def taken(number: int, *, turns: int, told_turns: int = 0) -> bytes:
    """Return a photo of a drawn card, turned by so many quarters (counter-clockwise) without and with an EXIF tag."""
    family = FAMILIES[number]
    how, chances = way_of("usual", family.name, number)
    return as_bytes(family.face(number).front, replace(how, turns=turns, told_turns=told_turns, aspect=0.75), chances)


def jpeg(picture: Image.Image) -> bytes:
    """Return a picture as a file."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


@pytest.fixture(scope="module")
def upright() -> list[Image.Image]:
    """Judged copies of upright photos of cards that nothing was learned from."""
    chosen = [(family, grade) for family in FAMILIES[::8] for grade in ("clean", "usual", "bad")]
    return [learning.upright(family.face(9).front, grade, family.name, 9) for family, grade in chosen]


def test_a_photo_that_lies_right_is_left_alone(upright: list[Image.Image]) -> None:
    assert [way_up.learned().quarters(picture) for picture in upright] == [0] * len(upright)


@pytest.mark.parametrize("lies", [1, 2, 3])
def test_a_turned_photo_is_turned_back_or_left_as_it_lies(upright: list[Image.Image], lies: int) -> None:
    done = [way_up.learned().quarters(learning.turn(picture, lies)) for picture in upright]
    assert set(done) <= {0, 4 - lies, *({way_up.ON_SIDE} if lies in {1, 3} else ())} and done.count(
        4 - lies
    ) >= 0.8 * len(done)


def test_learning_gives_the_same_weights_every_time(upright: list[Image.Image]) -> None:
    photos = [list(way_up.counts(one)) for picture in upright[:3] for one in learning.varied(picture)]
    empty = [list(way_up.counts(one)) for one in learning.empty(1)]
    weights = learning.learn(np.array(photos), np.array(empty))
    assert len(photos) == 18 and np.array_equal(weights, learning.learn(np.array(photos), np.array(empty)))
    learned = way_up.WayUp(weights.tolist())
    assert [learned.quarters(learning.turn(upright[0], lies)) for lies in range(4)] == [0, 3, 2, 1]


def test_nothing_is_said_of_pictures_without_print() -> None:
    tables_and_shapes = [picture for number, picture in enumerate(learning.empty(8)) if number % 4 != 1]
    assert [way_up.learned().quarters(picture) for picture in tables_and_shapes] == [0] * 6
    assert way_up.learned().quarters(Image.new("L", (200, 100))) == 0


def test_a_picture_that_is_no_card_stays_as_it_lies() -> None:
    assert images.clean(jpeg(landscape())).turned == 0


@pytest.mark.parametrize("wide", [220, 300, 639])
def test_a_small_picture_stays_as_it_lies(wide: int) -> None:
    for family in FAMILIES[::5]:
        card = family.face(9).front.convert("RGB")
        small = card.resize((wide, round(card.height * wide / card.width)), Image.Resampling.LANCZOS)
        cleaned = images.clean(jpeg(small))
        assert (cleaned.concern, cleaned.turned, cleaned.width) == ("FEW_PIXELS", 0, wide), family.name


def test_small_noise_stays_as_it_lies() -> None:
    assert images.clean(jpeg(Image.effect_noise((200, 100), 60))).turned == 0


def test_a_quarter_turn_moves_the_patterns_around_the_ring(upright: list[Image.Image]) -> None:
    whole = upright[0].crop((0, 0, upright[0].width // 8 * 8, upright[0].height // 8 * 8))
    for quarters in (1, 2, 3):
        moved = list(way_up.counts(learning.turn(whole, quarters)))
        for before, after in zip(way_up.counts(whole), moved, strict=True):
            expected = [0.0] * 512
            for pattern, share in enumerate(before):
                expected[pattern // 256 * 256 + way_up.turned(pattern % 256, quarters)] = share
            assert after == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize("told", [0, 1, 3])
def test_it_is_turned_after_its_own_account_of_the_way_up(told: int) -> None:
    upright = images.clean(taken(0, turns=0, told_turns=told))
    sideways = images.clean(taken(0, turns=1, told_turns=told))
    assert (upright.turned, sideways.turned) == (0, 1)
    assert (sideways.width, sideways.height) == (upright.width, upright.height)
    assert images.far_apart(sideways.look, upright.look) <= 4


def test_nobody_turns_what_a_person_turned() -> None:
    for quarters in range(4):
        asked = images.clean(taken(0, turns=1), quarters=quarters)
        assert asked.turned == 0
        assert (asked.width < asked.height) == (quarters in {0, 2})  # it lay on its side


def test_what_is_only_known_to_lie_on_its_side_is_said_to() -> None:
    assert way_up.decided([0.0, 5.0, 0.0, 4.0]) == way_up.ON_SIDE
    assert way_up.decided([5.0, 0.0, 4.0, 0.0]) == way_up.decided([0.0, 2.9, 0.0, 0.0]) == 0
    assert way_up.decided([0.0, 1.0, 6.0, 1.0]) == 2
    assert way_up.decided([-900.0, -2.0, -900.0, -1.0]) == way_up.ON_SIDE


@pytest.fixture
def draft(cast: Cast, emily: Patient) -> CardScan:
    """A card to photograph."""
    return cards.new_card(patient=emily, clinic=cast.clinic_a, by=cast.alice)


def kept(card: CardScan) -> CardImage:
    return CardImage.objects.get(card=card)


@pytest.mark.django_db
def test_the_page_shows_it_upright_and_says_so(desk: Client, draft: CardScan) -> None:
    file = io.BytesIO(taken(0, turns=3))
    file.name = "card.jpg"
    desk.post(reverse("card-photo", args=[draft.code, "front"]), {"photo": file})
    photo = kept(draft)
    assert photo.turned == 3 and photo.width > photo.height
    with Image.open(photo.file) as stored:
        assert stored.size == (photo.width, photo.height)
        assert way_up.learned().quarters(image_worker.judged(stored)) == 0
    assert "Turned upright by its print" in desk.get(reverse("card-capture", args=[draft.code])).content.decode()


@pytest.mark.django_db
def test_a_clerks_turn_stays(desk: Client, draft: CardScan, cast: Cast) -> None:
    cards.put_photo(draft, "FRONT", taken(0, turns=2), by=cast.alice)
    assert kept(draft).turned == 2
    sides.turn_photo(draft, "FRONT", by=cast.alice)
    photo = kept(draft)
    assert photo.turned == 0 and photo.width < photo.height
    sides.turn_photo(draft, "FRONT", by=cast.alice)
    photo = kept(draft)
    assert photo.turned == 0 and photo.width > photo.height
    with Image.open(photo.file) as stored:  # upside down, as that person wants it
        assert way_up.learned().quarters(image_worker.judged(stored)) == 2
    assert "Turned upright by its print" not in desk.get(reverse("card-capture", args=[draft.code])).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["left", "right"])
def test_which_way_a_photo_lies_is_asked_for_where_it_is_not_known(
    desk: Client, draft: CardScan, cast: Cast, way: str
) -> None:
    lying = jpeg(both_ways(FAMILIES[0].face(0).front))
    cards.put_photo(draft, "FRONT", lying, by=cast.alice)
    before = kept(draft)
    assert before.turned == images.ON_SIDE
    page = desk.get(reverse("card-capture", args=[draft.code])).content.decode()
    assert "This photo lies on its side" in page and "Turn it left" in page and "Turn it right" in page
    assert "Say first which way the photo is to be turned" in page
    desk.post(f"{reverse('card-photo-turn', args=[draft.code, 'front'])}?way={way}", {"turn": before.stamp})
    photo = kept(draft)
    assert photo.turned == 0 and photo.width > photo.height
    with Image.open(photo.file) as stored, Image.open(io.BytesIO(lying)) as sent:
        asked = sent.transpose(image_worker.TURNS[{"left": 3, "right": 1}[way]])
        assert images.far_apart(image_worker.looks_like(stored).hex(), image_worker.looks_like(asked).hex()) <= 4


@pytest.mark.django_db
def test_a_phone_is_told_that_a_photo_lies_on_its_side(client: Client, draft: CardScan, cast: Cast) -> None:
    token = handoff.offer(draft, by=cast.alice, now=timezone.now())
    client.post(reverse("phone-open"), {"token": token})
    handoff.add_photo(draft.phone_links.get(), "FRONT", jpeg(both_ways(FAMILIES[0].face(0).front)), now=timezone.now())
    page = client.get(reverse("phone-card")).content.decode()
    assert "This photo lies on its side" in page and "The front desk turns it" in page
    handoff.add_photo(draft.phone_links.get(), "FRONT", taken(0, turns=1), now=timezone.now())
    page = client.get(reverse("phone-card")).content.decode()
    assert "At the front desk" in page and "on its side" not in page and "Turned upright" not in page


@pytest.fixture
def read(cast: Cast, card: CardScan) -> CardScan:
    """A card that was read from two photos, the front turned upright by its print."""
    CardScan.objects.filter(pk=card.pk).update(status="DRAFT")
    card.refresh_from_db()
    cards.put_photo(card, "FRONT", taken(0, turns=3), by=cast.alice)
    cards.put_photo(card, "BACK", taken(1, turns=0), by=cast.alice)
    CardScan.objects.filter(pk=card.pk).update(status="REVIEW")
    card.refresh_from_db()
    return card


TURN_BACK = "Turn it back and read the card again"


@pytest.mark.django_db
def test_the_page_of_a_read_card_says_that_its_photo_was_turned(desk: Client, read: CardScan) -> None:
    page = desk.get(reverse("card-review", args=[read.code])).content.decode()
    assert page.count("Turned upright by its print") == page.count(TURN_BACK) == 1
    CardScan.objects.filter(pk=read.pk).update(status="PROCESSING")
    page = desk.get(reverse("card-review", args=[read.code])).content.decode()
    assert "Turned upright by its print" in page and TURN_BACK not in page


@pytest.mark.django_db
def test_a_photo_that_was_read_is_turned_back_and_the_card_read_again(desk: Client, read: CardScan) -> None:
    before = {photo.side: photo for photo in read.images.all()}
    answer = desk.post(reverse("card-photo-turn-back", args=[read.code, "front"]))
    fresh = CardScan.objects.get(earlier=read)
    assert answer.url == reverse("card-capture", args=[fresh.code])
    front, back = (fresh.images.get(side=side) for side in ("FRONT", "BACK"))
    assert front.turned == 0 and (front.width, front.height) == (before["FRONT"].height, before["FRONT"].width)
    with Image.open(front.file) as stored:
        assert way_up.learned().quarters(image_worker.judged(stored)) == 3
    assert back.file.read() == before["BACK"].file.read() and back.file.name != before["BACK"].file.name
    read.refresh_from_db()
    assert read.status == "RETAKEN" and {photo.file.name for photo in read.images.all()} == {
        photo.file.name for photo in before.values()
    }


@pytest.mark.django_db
@pytest.mark.parametrize(("side", "status"), [("back", "REVIEW"), ("front", "CONFIRMED"), ("front", "PROCESSING")])
def test_only_a_turned_photo_of_a_card_under_review_is_turned_back(
    desk: Client, read: CardScan, side: str, status: str
) -> None:
    CardScan.objects.filter(pk=read.pk).update(status=status)
    answer = desk.post(reverse("card-photo-turn-back", args=[read.code, side]), follow=True)
    assert "no longer where you left it" in answer.content.decode()
    assert CardScan.objects.count() == 1
