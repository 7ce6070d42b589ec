"""What is doubtful about a photo: planted faults are named, good photos are left alone."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from intake import images
from intake.models import CardImage
from tests.cards.families import load
from tests.cards.photo import PHOTOS, Photo, as_bytes, snap
from tests.cards.scenes import NOT_CARDS
from tests.cards.tables import TABLES

FAMILIES = load("training")


def jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=90)
    return out.getvalue()


def doubt_about(data: bytes) -> str:
    return images.clean(data).concern


def front(number: int = 0) -> Image.Image:
    return FAMILIES[number].face(1).front


def with_care(**how: Any) -> Photo:
    """Return how a card is photographed with care on a plain table, but for what is said."""
    return replace(Photo(tilt=2, away=4, table="wood", blur=0.5, noise=2, shade=0.15, side=1600, quality=85), **how)


def test_every_doubt_has_a_word_and_a_sentence() -> None:
    assert set(images.CONCERNS) == set(CardImage.Concern.values) == set(images._CONCERN.values())


# ---- good photos


@pytest.mark.parametrize("grade", ["clean", "usual"])
def test_good_photos_raise_no_doubt(grade: str) -> None:
    doubts = {}
    for family in FAMILIES[::5]:
        found = doubt_about(snap(family.face(1).front, grade, family.name, 1))
        if found:
            doubts[family.name] = found
    assert doubts == {}


def edge_to_edge(card: Image.Image) -> bytes:
    return jpeg(card)


def on_a_white_page(card: Image.Image) -> bytes:
    page = Image.new("RGB", (1600, 1200), "white")
    page.paste(card.convert("RGB").resize((900, 900 * card.height // card.width)).crop((0, 0, 900, 1100)), (30, 40))
    return jpeg(page)


def on_a_screen(card: Image.Image) -> bytes:
    page = Image.new("RGB", (1080, 2000), "#101418")
    page.paste("#0a4b8f", (0, 0, 1080, 180))
    page.paste(card.convert("RGB").resize((1000, 1000 * card.height // card.width)), (40, 300))
    return jpeg(page)


def sideways(card: Image.Image) -> bytes:
    return as_bytes(card, with_care(turns=1, table="counter"))


def cropped_close(card: Image.Image) -> bytes:
    """A card that touches one side of the picture with its mere margin."""
    return as_bytes(card, with_care(tilt=0, away=0, fill=0.8, out=(0.004, 0)))


@pytest.mark.parametrize("taken", [edge_to_edge, on_a_white_page, on_a_screen, sideways, cropped_close])
def test_a_card_may_be_shown_in_many_ways(taken: Callable[[Image.Image], bytes]) -> None:
    doubts = {number: found for number in range(3, 67, 16) if (found := doubt_about(taken(front(number))))}
    assert doubts == {}


@pytest.mark.parametrize("number", [32, 44, 45])
def test_a_sparse_back_is_a_card(number: int) -> None:
    back = FAMILIES[number].face(1).back
    assert back is not None
    assert doubt_about(as_bytes(back, with_care())) == ""


# ---- faults


@pytest.mark.parametrize(
    ("how", "concern"),
    [
        ({"blur": 4.0}, "BLURRED"),
        ({"blur": 9.0}, "BLURRED"),
        ({"side": 500}, "FEW_PIXELS"),
        ({}, ""),
    ],
)
def test_a_bad_photo_is_doubted(how: dict[str, Any], concern: str) -> None:
    assert doubt_about(as_bytes(front(), replace(PHOTOS["photo"], **how))) == concern


def test_a_photo_in_the_dark_is_doubted() -> None:
    with Image.open(io.BytesIO(as_bytes(front(), "photo"))) as lit:
        assert doubt_about(jpeg(lit.point(lambda value: value * 0.3))) == "DARK"


@pytest.mark.parametrize("shape", ["round", "long", "window"])
def test_a_lamp_that_shines_on_the_card_is_seen(shape: str) -> None:
    how = with_care(shade=0.3, lamp=1.0, lamp_shape=shape)
    assert doubt_about(as_bytes(front(5), replace(how, lamp=0.0))) == ""
    assert doubt_about(as_bytes(front(5), how)) == "GLARE"


def test_white_print_is_no_lamp() -> None:
    card = front(5).convert("RGB")
    card.paste("white", (200, 200, 600, 420))
    assert doubt_about(as_bytes(card, with_care(shade=0.3))) == ""


@pytest.mark.parametrize(
    ("out", "turns"),
    [((0.3, 0), 0), ((-0.3, 0), 0), ((0, 0.4), 0), ((0, -0.4), 0), ((0.3, 0), 1), ((0, -0.4), 2), ((-0.25, -0.3), 0)],
)
def test_a_card_that_runs_out_of_the_picture_is_seen(out: tuple[float, float], turns: int) -> None:
    assert doubt_about(as_bytes(front(8), with_care(out=out, turns=turns))) == "CUT_OFF"


def test_a_hand_that_holds_the_card_is_no_part_of_it() -> None:
    with Image.open(io.BytesIO(as_bytes(front(8), with_care(fill=0.6)))) as picture:
        thumb = Image.new("L", picture.size)
        thumb.paste(255, (1150, 500, 1600, 680))
        picture.paste((200, 140, 110), mask=thumb)
        assert doubt_about(jpeg(picture)) == ""


@pytest.mark.parametrize("table", ["plain", "wood", "keys"])
def test_a_table_without_a_card_is_none(table: str) -> None:
    bare = np.clip(TABLES[table](1600, 1200, np.random.default_rng(3)), 0, 255).astype(np.uint8)
    assert doubt_about(jpeg(Image.fromarray(bare))) == "NOT_A_CARD"


@pytest.mark.parametrize("colour", ["white", "gray"])
def test_a_picture_of_nothing_is_no_card(colour: str) -> None:
    assert doubt_about(jpeg(Image.new("RGB", (900, 600), colour))) == "NOT_A_CARD"


def test_other_papers_may_be_cards() -> None:
    """A page of print cannot be told from a card's; the reader says what it is. A landscape is no page."""
    found = {name: bool(doubt_about(jpeg(NOT_CARDS[name]()))) for name in ("landscape", "fur", "prose", "receipt")}
    assert found == {"landscape": True, "fur": True, "prose": False, "receipt": False}
