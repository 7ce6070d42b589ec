"""Where on the photo a value stands: told for the photo as it was sent, however it was held."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from sandbox.cardscan.reader import read_card
from tests.camera import PRIYA, card_of

DESK = "#6b5a48"
#: how far (part of the photo) a place may be off: values get their share of a line by the count of their letters
OFF = 0.03


def jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=92)
    return out.getvalue()


def middle_of(details: dict[str, Any], name: str) -> tuple[str, float, float]:
    """Return the side and the middle of a field's place."""
    place = details[name]["place"]
    return place["side"], place["x"] + place["width"] / 2, place["y"] + place["height"] / 2


def lying(picture: Image.Image) -> Image.Image:
    """Return the card lying on a desk: it fills the photo from 1/8 to 6/8 across and from 2/8 to 6/8 down."""
    photo = Image.new("RGB", (1600, 1200), DESK)
    photo.paste(picture.resize((1000, 600)), (200, 300))
    return photo


Where = Callable[[float, float], tuple[float, float]]


def on_desk(x: float, y: float) -> tuple[float, float]:
    return (200 + 1000 * x) / 1600, (300 + 600 * y) / 1200


HELD: list[tuple[str, Callable[[Image.Image], Image.Image], Where]] = [
    ("on a desk", lying, on_desk),
    ("upside down", lambda card: lying(card).rotate(180), lambda x, y: tuple(1 - part for part in on_desk(x, y))),  # type: ignore[return-value]
    (
        "on its side",
        lambda card: lying(card).rotate(90, expand=True),
        lambda x, y: (on_desk(x, y)[1], 1 - on_desk(x, y)[0]),
    ),
]


@pytest.fixture(scope="module")
def sides() -> tuple[Image.Image, Image.Image]:
    front, back = (side.convert("RGB") for side in card_of(PRIYA))
    return front, back


@pytest.fixture(scope="module")
def scanned(sides: tuple[Image.Image, Image.Image]) -> dict[str, Any]:
    """What a scanner's picture of both sides gives: the card fills it."""
    return read_card(jpeg(sides[0]), jpeg(sides[1])).details


def test_the_place_holds_the_value(sides: tuple[Image.Image, Image.Image], scanned: dict[str, Any]) -> None:
    place = scanned["member_number"]["place"]
    front = sides[0]
    box = (place["x"] * front.width, place["y"] * front.height)
    size = (place["width"] * front.width, place["height"] * front.height)
    cut = front.crop((int(box[0]), int(box[1]), int(box[0] + size[0]), int(box[1] + size[1]))).convert("L")
    assert place["side"] == "front"
    assert cut.getextrema()[0] < 90  # letters
    assert cut.width < front.width / 3 and cut.height < front.height / 8


@pytest.mark.parametrize(("how", "held", "where"), HELD, ids=[one[0] for one in HELD])
def test_it_is_told_for_the_photo_as_it_was_sent(
    sides: tuple[Image.Image, Image.Image], scanned: dict[str, Any], how: str, held: Any, where: Where
) -> None:
    found = read_card(jpeg(held(sides[0]))).details
    for name in ("member_number", "group_number", "member_name", "rx_bin", "payer_name"):
        side, x, y = middle_of(scanned, name)
        wanted = where(x, y)
        assert middle_of(found, name) == (side, pytest.approx(wanted[0], abs=OFF), pytest.approx(wanted[1], abs=OFF))


def test_what_is_on_the_back_is_told_so(sides: tuple[Image.Image, Image.Image], scanned: dict[str, Any]) -> None:
    swapped = read_card(jpeg(sides[0].crop((0, 0, sides[0].width, sides[0].height // 2))), jpeg(sides[0])).details
    assert middle_of(swapped, "rx_bin")[0] == "back"
    assert middle_of(swapped, "rx_bin")[1:] == pytest.approx(middle_of(scanned, "rx_bin")[1:], abs=OFF)


def test_a_value_that_is_put_together_has_no_place(scanned: dict[str, Any]) -> None:
    assert "place" not in scanned["plan_details"]


def test_text_and_barcode_are_told_apart(scanned: dict[str, Any]) -> None:
    both = scanned["member_number"]["sources"]
    assert both["text"]["value"] == both["barcode"]["value"] == PRIYA.member_number
    assert "sources" not in scanned["payer_name"]
