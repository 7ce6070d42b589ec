"""What may keep a photo of a card from being read well: judged where the photo is decoded, by Pillow alone.

Each judge is made to be right when it speaks, and is silent where it cannot tell: a warning on a good photo costs a
press, and a bad photo that passes is seen by the reader. The limits were measured on drawn cards (docs/intake.md).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from PIL import Image, ImageChops

from .photo_outline import is_cut_off, parts

# What is doubtful about a photo that can be used; a person decides.
NO_CONCERN, BLURRED, DARK, FEW_PIXELS, GLARE, CUT_OFF, NOT_A_CARD = range(7)

FEW = 640  # pixels of the long side, below which small print is lost
JUDGED = 1000  # pixels of the long side of the copy that is judged
BRIGHTEST_OF_DARK = 90
# Of the strongest edges (one step in three hundred) the change within one pixel over that within six: at least 0.4
# where print is sharp. With less than LEAST_EDGE there is nothing to be sharp.
STRONGEST, SHARP, LEAST_EDGE = 0.003, 0.32, 30

# Print is looked for in places of 16 pixels: the change between neighbours that makes one inked, and by how much the
# paper of two that touch may differ, over the noise.
LEAST_INK, SAME_PAPER = 8, 4
# How much the tenth of a card's places is inked, and which part of the inked ones lies on flat paper: in the picture,
# or in one of its windows (so many across and down) that has enough of them.
PLACES, LEAST_CONTRAST, ON_PAPER = 10, 14, 0.66
WINDOWS, LEAST_IN_WINDOW, ON_PAPER_IN_WINDOW = 6, 8, 0.8

CLIPPED = 250  # a grey value beyond which nothing can be told apart
LEAST_SPOT, MOST_WHITE, SPOTS = 0.0012, 0.3, 4  # parts of the picture; how many spots are looked at
RINGS = (1, 3, 8, 14)  # steps of four pixels from a spot, where its light is measured
LIT, STEEPEST = 246, 60  # grey of paper that light can be seen on, and a fall that is no light's any more
SOFT_SIDES, HARD_SIDES = 5, 1  # of eight directions: how many must fade, and how many may end sharply


def concern(image: Image.Image, grey: Image.Image) -> int:
    """Return what may keep an RGB photo from being read well, the first thing to mend, or NO_CONCERN.

    `grey` is the copy that is judged (`judged`).

    What is dark or blurred cannot be judged further; where there is no card nothing can be wrong with it.
    """
    if max(image.size) < FEW:
        return FEW_PIXELS
    if _brightest(grey) < BRIGHTEST_OF_DARK:
        return DARK
    if is_blurred(grey):
        return BLURRED
    printed = ink(grey)
    if shows_no_print(grey, printed):
        return NOT_A_CARD
    if is_cut_off(image, printed, inked_from(printed)):
        return CUT_OFF
    return GLARE if has_glare(grey) else NO_CONCERN


def judged(image: Image.Image) -> Image.Image:
    """Return the small grey copy that a photo is judged by."""
    grey = image.convert("L")
    grey.thumbnail((JUDGED, JUDGED), Image.Resampling.BOX)
    return grey


def _brightest(grey: Image.Image, share: float = 0.01) -> int:
    """Return the grey value that a share of the pixels, one in a hundred, lies over: the paper, wherever it lies."""
    over, least = 0, grey.width * grey.height * share
    for value, count in reversed(list(enumerate(grey.histogram()))):
        over += count
        if over >= least:
            return value
    return 0


def is_blurred(grey: Image.Image) -> bool:
    """Return whether the strongest edges of the picture, those of print, are soft across or down.

    Out of focus both are, and a shaken photo is soft along the way it was shaken. At half the size noise is no edge.
    """
    for picture, right, below in ((grey.reduce(scale), *way) for scale in (1, 2) for way in ((1, 0), (0, 1))):
        within_one, within_six = (
            _brightest(ImageChops.difference(*_apart(picture, right * step, below * step)), STRONGEST)
            for step in (1, 6)
        )
        if within_six >= LEAST_EDGE and within_one < SHARP * within_six:
            return True
    return False


def _apart(grey: Image.Image, right: int, below: int) -> tuple[Image.Image, Image.Image]:
    """Return the picture twice, one moved by so many pixels against the other."""
    wide, high = grey.width - right, grey.height - below
    return grey.crop((0, 0, wide, high)), grey.crop((right, below, grey.width, grey.height))


# ---- is there print


def ink(grey: Image.Image) -> Image.Image:
    """Return how much print there is in each place (16 pixels): the least of the changes in four directions.

    A letter has strokes in every direction; the edge of a table, a shadow or a wall changes in one and is left out.
    """
    here = _half(grey)
    least = Image.new("L", (here.width // 8, here.height // 8), 255)
    for one, right, below in ((here, 1, 0), (here, 0, 1), (here, 1, 1), (_moved(here, 1, 0), 0, 1)):
        least = ImageChops.darker(least, ImageChops.difference(one, _moved(here, right, below)).reduce(8))
    return least


def _half(grey: Image.Image) -> Image.Image:
    """Return the picture at about half its size, of whole places."""
    return grey.resize((grey.width // 16 * 8, grey.height // 16 * 8), Image.Resampling.BOX)


def _moved(image: Image.Image, right: int, below: int) -> Image.Image:
    """Return the picture moved, its own last rows before the first ones."""
    return ImageChops.offset(image, right, below)


def inked_from(printed: Image.Image) -> int:
    """Return the amount from which a place counts as inked: well over the quiet fifth, which has the noise alone."""
    return max(LEAST_INK, 2 * _quiet(printed) + 4)


def _quiet(printed: Image.Image) -> int:
    amounts = sorted(printed.tobytes())
    return amounts[len(amounts) // 5]


def shows_no_print(grey: Image.Image, printed: Image.Image) -> bool:
    """Return whether nothing in the picture looks like a card's print: strokes on paper of one tone.

    Leaves, hair and stone have strokes too, but what lies between theirs is of many tones. One part of the picture that
    looks printed is enough to say nothing, since a card may lie on such a ground.
    """
    least = inked_from(printed)
    if sorted(printed.tobytes())[-PLACES] < max(LEAST_CONTRAST, least):
        return True
    inner = (1, 1, printed.width - 1, printed.height - 1)
    inked = printed.point([255 * (value >= least) for value in range(256)]).crop(inner)
    flat = ImageChops.darker(inked, _on_flat_paper(grey, SAME_PAPER + _quiet(printed)).crop(inner))
    if sum(flat.tobytes()) >= ON_PAPER * sum(inked.tobytes()):
        return False
    size = WINDOWS, WINDOWS
    of_window = inner[2] * inner[3] / WINDOWS**2 / 255
    parts = zip(*(mask.resize(size, Image.Resampling.BOX).tobytes() for mask in (inked, flat)), strict=True)
    return not any(some * of_window >= LEAST_IN_WINDOW and even >= ON_PAPER_IN_WINDOW * some for some, even in parts)


def _on_flat_paper(grey: Image.Image, same: int) -> Image.Image:
    """Return where three of the four places around have paper of the same tone, by its brightest or darkest pixel."""
    half = _half(grey)
    found = Image.new("L", (half.width // 8, half.height // 8))
    for further in (ImageChops.lighter, ImageChops.darker):
        paper = _eighth(half, further)
        alike = Image.new("L", paper.size)
        for right, below in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            steps = ImageChops.difference(paper, _moved(paper, right, below))
            alike = ImageChops.add(alike, steps.point([85 * (value <= same) for value in range(256)]))
        found = ImageChops.lighter(found, alike.point([255 * (value >= 255) for value in range(256)]))
    return found


def _eighth(image: Image.Image, further: Callable[[Image.Image, Image.Image], Image.Image]) -> Image.Image:
    """Return the picture at an eighth of its size: of each place and what is close the brightest or the darkest."""
    for _ in range(2):
        image = further(image, _moved(image, 1, 0))
        image = further(image, _moved(image, 0, 1))
        image = image.resize((image.width // 2, image.height // 2), Image.Resampling.NEAREST)
    image = _around(image, further)
    return image.resize((image.width // 2, image.height // 2), Image.Resampling.NEAREST)


# ---- does a lamp shine on it


def has_glare(grey: Image.Image) -> bool:
    """Return whether a lamp or a window shines on the card: a white spot that fades on most sides.

    White print and white paper end sharply. Where the paper itself is as white as the spot nothing is said.
    """
    small = grey.reduce(4)
    values = small.tobytes()
    white = [place for place, value in enumerate(values) if value >= CLIPPED]
    least = LEAST_SPOT * len(values)
    if not least <= len(white) <= MOST_WHITE * len(values):
        return False
    bright = _around(small, ImageChops.lighter)
    return any(_fades(spot, bright) for spot in parts(white, small.width)[-SPOTS:] if len(spot) >= least)


def _around(image: Image.Image, further: Callable[[Image.Image, Image.Image], Image.Image]) -> Image.Image:
    """Return of each pixel and the eight around it the brightest or the darkest."""
    for right, below in ((1, 0), (0, 1)):
        image = further(further(image, _moved(image, right, below)), _moved(image, -right, -below))
    return image


def _fades(spot: Sequence[int], bright: Image.Image) -> bool:
    """Return whether light falls off softly round a spot: on most sides, and nowhere sharply but on one."""
    columns, rows = [place % bright.width for place in spot], [place // bright.width for place in spot]
    left, top, margin = min(columns), min(rows), RINGS[-1] + 3
    box = left - margin, top - margin, max(columns) + margin + 1, max(rows) + margin + 1
    bright = bright.crop(box)  # 0 beyond the picture
    mask = bytearray(bright.width * bright.height)
    for column, row in zip(columns, rows, strict=True):
        mask[(row - box[1]) * bright.width + column - box[0]] = 255
    seen = Image.frombytes("L", bright.size, bytes(mask))
    seen = _around(_around(seen, ImageChops.lighter), ImageChops.darker)  # letters in the light are no rim
    middle = sum(columns) / len(spot) - box[0], sum(rows) / len(spot) - box[1]
    sides = list(zip(*_rings(seen, bright, middle), strict=True))
    soft = sum(all(side) and _is_soft(*side) for side in sides)
    hard = sum(all(side) and _is_hard(*side) for side in sides)
    return soft >= SOFT_SIDES and hard <= HARD_SIDES


def _is_soft(rim: int, near: int, further: int, far: int) -> bool:
    return far <= LIT and rim >= near > further >= far and near - far <= STEEPEST


def _is_hard(rim: int, near: int, further: int, far: int) -> bool:
    """Return whether the brightness has fallen all the way within a few pixels, or falls like the edge of paper."""
    return far <= LIT and (near - far < 0.1 * (CLIPPED - far) or near - far > STEEPEST)


def _rings(seen: Image.Image, bright: Image.Image, middle: tuple[float, float]) -> Iterator[list[int]]:
    """Yield the brightness of each ring round a spot, in eight directions; 0 where there is none."""
    values = bright.tobytes()
    for step in range(RINGS[-1] + 1):
        wider = _around(seen, ImageChops.lighter)
        if step in RINGS:
            found: list[list[int]] = [[] for _ in range(8)]
            ring = ImageChops.subtract(wider, seen).tobytes()
            place = ring.find(255)
            while place >= 0:
                turn = math.atan2(place // bright.width - middle[1], place % bright.width - middle[0])
                if values[place]:
                    found[int((turn / math.pi + 1) * 4) % 8].append(values[place])
                place = ring.find(255, place + 1)
            yield [sorted(some)[len(some) // 2] if some else 0 for some in found]
        seen = wider
