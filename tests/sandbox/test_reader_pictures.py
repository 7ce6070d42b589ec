"""The card reader: from bytes to an upright picture, and from ink to spaces."""

import io
import math

import cv2
import numpy as np
import pytest
from PIL import Image

from sandbox.cardscan.reader import read_card
from sandbox.cardscan.reader.lines import Box, Line, is_upright, straighten
from sandbox.cardscan.reader.ocr import crisper
from sandbox.cardscan.reader.picture import NotAPicture, for_ocr, open_upright
from sandbox.cardscan.reader.spacing import Ink, find_ink, respace


def as_bytes(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def test_it_turns_a_photo_upright_by_its_exif() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    data = as_bytes(Image.new("RGB", (40, 20)), "JPEG", exif=exif)
    assert open_upright(data).size == (20, 40)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_it_lays_transparent_pictures_on_white(mode: str) -> None:
    assert open_upright(as_bytes(Image.new(mode, (8, 8)))).getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("mode", "kind"), [("CMYK", "JPEG"), ("L", "PNG"), ("P", "PNG"), ("1", "PNG"), ("I;16", "PNG")]
)
def test_it_opens_all_colour_models(mode: str, kind: str) -> None:
    assert open_upright(as_bytes(Image.new(mode, (8, 8)), kind)).mode == "RGB"


@pytest.mark.parametrize("data", [b"", b"hello", b"\xff\xd8\xff\xe0 broken", as_bytes(Image.new("RGB", (50, 50)))[:60]])
def test_it_refuses_what_is_no_picture(data: bytes) -> None:
    with pytest.raises(NotAPicture):
        open_upright(data)
    assert not read_card(data).is_card


def test_it_refuses_a_picture_of_too_many_pixels() -> None:
    with pytest.raises(NotAPicture):
        open_upright(as_bytes(Image.new("1", (10_000, 6_100))))


@pytest.mark.parametrize(("size", "expected"), [((400, 200), (500, 1000)), ((4000, 2000), (720, 1440))])
def test_it_brings_pictures_to_a_size_that_suits(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert for_ocr(Image.new("RGB", size)).pixels.shape[:2] == expected


def test_a_narrow_strip_is_laid_on_a_page() -> None:
    high, wide = for_ocr(Image.new("RGB", (2000, 5))).pixels.shape[:2]
    assert wide <= 3 * high


def _quad(x: float, y: float, wide: float, high: float, angle: float) -> list[tuple[float, float]]:
    corners = [(x, y), (x + wide, y), (x + wide, y + high), (x, y + high)]
    cos, sin = math.cos(angle), math.sin(angle)
    return [(a * cos - b * sin, a * sin + b * cos) for a, b in corners]


def test_it_takes_the_tilt_out() -> None:
    angle = math.radians(6)
    quads = [_quad(40, 40, 200, 30, angle), _quad(700, 40, 200, 30, angle)]
    anywhere = Box(0, 0, 1, 1)
    left, right = straighten(np.array(quads), [Line("Group", anywhere, 0.9), Line("98755", anywhere, 0.9)])
    assert left.box.top == pytest.approx(right.box.top, abs=1)


def test_it_sees_that_text_runs_upwards() -> None:
    assert is_upright([_quad(0, 0, 200, 30, 0.1)])
    assert not is_upright([_quad(0, 0, 30, 200, 0.1)])


def test_the_keys_of_a_keyboard_do_not_say_which_way_up_a_card_lies() -> None:
    keys = [_quad(30 * place, 0, 21, 18, 0.0) for place in range(60)]
    assert not is_upright([*keys, _quad(0, 40, 30, 400, 0.0)])


def test_a_picture_out_of_focus_is_made_crisper_and_a_sharp_one_is_left_alone() -> None:
    sharp = np.full((200, 400, 3), 255, np.uint8)
    sharp[60:140, 40:360:8] = 0
    assert crisper(sharp) is sharp
    soft = cv2.GaussianBlur(sharp, (0, 0), 6)
    assert float(np.ptp(crisper(soft)[60:140, 60:340])) > float(np.ptp(soft[60:140, 60:340]))


# Spaces that the recogniser swallowed


def test_a_wide_gap_between_letters_is_a_space() -> None:
    centres = [5 + 12 * place + (8 if place > 4 else 0) for place in range(9)]
    gaps = tuple((10 + 12 * place, 12 + 12 * place + (8 if place == 4 else 0)) for place in range(8))
    assert respace("HENRYKNOX", centres, Ink(gaps, 20)) == "HENRY KNOX"


def test_a_number_is_never_taken_apart() -> None:
    centres = [5 + 12 * place for place in range(9)]
    gaps = ((52, 66), *((10 + 12 * place, 12 + 12 * place) for place in range(4)))
    assert respace("128845682", centres, Ink(gaps, 20)) == "128845682"


def test_widely_set_words_stay_together() -> None:
    centres = [5 + 30 * place for place in range(6)]
    gaps = tuple((15 + 30 * place, 30 + 30 * place) for place in range(5))
    assert respace("MEMBER", centres, Ink(gaps, 20)) == "MEMBER"


@pytest.mark.parametrize("dark", [True, False])
def test_it_finds_the_gaps_of_dark_and_of_light_letters(dark: bool) -> None:
    crop = np.full((30, 60), 255, np.uint8)
    crop[5:25, 5:15] = crop[5:25, 18:28] = crop[5:25, 40:50] = 0
    ink = find_ink(crop if dark else 255 - crop)
    assert (ink.gaps, ink.height) == (((15, 18), (28, 40)), 20)
