"""Pictures that are no insurance card: a landscape, a page of prose, an empty page, fur, and other people's papers."""

from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIZE = (1000, 640)

_PROSE = """
    The ferry left the harbour shortly after seven, when the fog was still lying on the water and the gulls had not
    yet decided what to do with the morning. Nobody on deck was in a hurry. A group of students shared a flask of
    coffee, an old member of the crew counted life vests, and a child asked for the third time when the island would
    come into view. My plan had been to read, but the pages were damp and the light was poor, so I watched the wake
    instead. Health, my aunt used to say, is mostly a matter of sleeping near the sea, and she had an excellent
    identification with everything that floats. At half past eight the fog lifted. The lighthouse appeared first,
    then the roofs, then the whole green side of the hill with its walls and sheep. Somebody called a name across
    the water, and somebody answered. We tied up, paid two dollars each to the man at the gate, and walked to the
    village, where the bakery was about to open and the church clock, as always, was wrong by eleven minutes.
"""

_LICENCE = (
    "DRIVER LICENSE", "STATE OF OREMONT", "DL 4471-220-981", "CLASS C", "EXP 08/14/2029", "LN MARLOWE",
    "FN TESSA JUNE", "12 HARBOUR LANE", "ISS 08/14/2021", "DOB 08/14/1990", "SEX F", "HGT 5'-06\"", "EYES BRN",
)  # fmt: skip

_BANK = ("FIRST COAST BANK", "debit", "5412 7512 3412 3456", "GOOD THRU 09/28", "TESSA J MARLOWE", "MEMBER SINCE 15")

_VISITING = (
    "Marlowe & Finch Insurance Brokers", "Tessa Marlowe", "Senior Group Benefits Consultant",
    "Office: 503-555-0144", "Mobile: 503-555-0182", "tessa@marlowefinch.example", "12 Harbour Lane, Oremont, OR 97201",
)  # fmt: skip

_RECEIPT = (
    "CORNER PHARMACY", "Store #4471", "Rx 7712 COPAY $10.00", "Vitamin C  $8.99", "Subtotal $18.99", "VISA ****3456",
    "Member savings $2.00", "Thank you", "08/14/2026 10:22",
)  # fmt: skip


def landscape() -> Image.Image:
    """Draw sky, hills and a lake."""
    wide, high = SIZE
    rows = np.linspace(0, 1, high, dtype=np.float32)[:, None, None]
    sky = np.array([120, 170, 230]) * (1 - rows) + np.array([230, 220, 190]) * rows
    page = Image.fromarray(np.broadcast_to(sky, (high, wide, 3)).astype(np.uint8))
    pen, rng = ImageDraw.Draw(page), np.random.default_rng(5)
    for shade, base in (((90, 120, 110), 340), ((60, 95, 70), 420), ((35, 60, 45), 500)):
        heights = base + np.cumsum(rng.normal(0, 3, wide))
        pen.polygon([(0, high), *((x, float(y)) for x, y in enumerate(heights)), (wide, high)], fill=shade)
    return page.filter(ImageFilter.GaussianBlur(1))


def prose() -> Image.Image:
    """Draw a page of a story that uses some of a card's words."""
    return _lines([line.strip() for line in _PROSE.strip().splitlines()], size=18, pitch=56)


def blank() -> Image.Image:
    """Return a white page."""
    return Image.new("RGB", SIZE, "white")


def fur() -> Image.Image:
    """Draw something like a cat from very close: coloured noise with a grain, and two eyes."""
    rng = np.random.default_rng(11)
    grain = cv2.GaussianBlur(rng.normal(0, 1, (SIZE[1], SIZE[0])).astype(np.float32), (3, 31), 0)
    grain = (grain - grain.min()) / (grain.max() - grain.min())
    page = Image.fromarray((grain[:, :, None] * np.array([200, 150, 90]) + 30).clip(0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(page)
    for left in (300, 620):
        pen.ellipse((left, 240, left + 90, 330), fill=(120, 160, 60))
        pen.ellipse((left + 35, 245, left + 55, 325), fill=(10, 10, 10))
    return page


def both_ways(card: Image.Image) -> Image.Image:
    """Return a card on its side on a table, whose lower half is its upper half upside down: print that runs up and
    down alike, so that nothing tells which way it is to be turned.
    """
    upper = card.convert("RGB").crop((0, 0, card.width, card.height // 2))
    both = Image.new("RGB", (card.width, 2 * upper.height))
    both.paste(upper, (0, 0))
    both.paste(upper.transpose(Image.Transpose.ROTATE_180), (0, upper.height))
    table = Image.new("RGB", (1000, 1400), "#6b5a48")
    table.paste(both.resize((1100, 692)).transpose(Image.Transpose.ROTATE_90), (150, 150))
    return table


def _lines(lines: list[str] | tuple[str, ...], size: int = 26, pitch: int = 42) -> Image.Image:
    page = Image.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        pen.text((30, 24 + pitch * number), line, "black", ImageFont.load_default(size))
    return page


NOT_CARDS: dict[str, Callable[[], Image.Image]] = {
    "landscape": landscape,
    "prose": prose,
    "blank": blank,
    "fur": fur,
    "driver licence": lambda: _lines(_LICENCE),
    "bank card": lambda: _lines(_BANK, 34, 80),
    "visiting card": lambda: _lines(_VISITING, 30, 70),
    "receipt": lambda: _lines(_RECEIPT),
}
