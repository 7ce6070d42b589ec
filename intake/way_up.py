"""Which way up the print of a photo stands, told from its pixels; a part of the decoding child (image_worker.py).

Print is not symmetrical: lines run across, letters reach above them more often than below, and lines begin together and
end apart. Each pixel of three small grey copies is described by which of eight pixels on a ring around it differ from
their surroundings as print does: 256 patterns. How often each of them occurs, weighted, says how much a picture looks
like upright print. A quarter turn only moves a pattern around its ring, so one count answers for all four ways up.
The weights were learned from drawn cards (`python -m tests.cards.way_up` writes them; docs/intake.md has the figures).
Pillow and the standard library alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from math import exp
from operator import mul
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageChops, ImageFilter

WEIGHTS = Path(__file__).with_name("way_up.json")


Ring = tuple[tuple[int, int], ...]
# Eight places around a pixel, clockwise: a quarter turn moves each of them by two.
NEAR: Ring = ((-1, -1), (0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0))
FAR: Ring = ((-1, -2), (1, -2), (2, -1), (2, 1), (1, 2), (-1, 2), (-2, 1), (-2, -1))


class Copy(NamedTuple):
    """A copy of the picture: by how much it is smaller, how far around a pixel its surroundings reach, by how much
    print differs from them in lightness, and on which rings patterns are counted.
    """

    smaller: int
    around: int
    differs: int
    rings: tuple[Ring, ...]


COPIES = (Copy(2, 7, 9, (NEAR,)), Copy(4, 4, 7, (NEAR, FAR)), Copy(8, 3, 5, (NEAR, FAR)))
# Added to the total of a count, as a part of the pixels: where there is hardly any print, nothing is sure.
LITTLE = 0.004
# How varied the patterns of all counts have to be (their square roots, added up). 98 of 100 photos of cards have over
# 52; a few plain shapes have 20: their edges look like print in one way only by chance.
VARIED = 50.0
# By how much the best way up has to be surer than the next one (a difference of log odds).
SURE = 3.0
# Said instead of a number of quarters: the print runs up or down, and which of the two is not sure.
ON_SIDE = 4


def _kernel(ring: Ring) -> ImageFilter.Kernel:
    """Return the filter that makes each pixel the sum of 2 to the number of each place that is print."""
    reach = max(map(max, ring))
    wide = 2 * reach + 1
    values = [0] * (wide * wide)
    for number, (x, y) in enumerate(ring):
        values[(reach - y) * wide + x + reach] = 1 << number  # Pillow's first row is the lowest
    return ImageFilter.Kernel((wide, wide), values, scale=1)


_KERNELS = {ring: _kernel(ring) for ring in (NEAR, FAR)}


def counts(grey: Image.Image) -> Iterator[list[float]]:
    """Yield for each copy and ring how often each pattern occurs: 256 around pixels that are print, 256 around others.

    The counts are square roots of parts of the whole. Dark print on light and light print on dark count together;
    places without print nearby are left out.
    """
    for copy in COPIES:
        small = grey.reduce(copy.smaller)
        soft = small.filter(ImageFilter.BoxBlur(copy.around))
        is_print = [0] * copy.differs + [1] * (256 - copy.differs)
        prints = [ImageChops.subtract(*pair).point(is_print) for pair in ((soft, small), (small, soft))]
        for ring in copy.rings:
            found = [_count(one, ring) for one in prints]
            both = [sum(numbers) for numbers in zip(*found, strict=True)]
            whole = sum(both) + LITTLE * small.width * small.height
            yield [(number / whole) ** 0.5 for number in both]


def _count(print_: Image.Image, ring: Ring) -> list[int]:
    """Return the two histograms of the patterns on a ring; the picture is 1 where there is print, else 0."""
    reach = max(map(max, ring))
    inner = (reach, reach, print_.width - reach, print_.height - reach)
    patterns = print_.filter(_KERNELS[ring]).crop(inner)
    every, on = patterns.histogram(), patterns.histogram(print_.crop(inner))
    off = [one - other for one, other in zip(every, on, strict=True)]
    return [*on, 0, *off[1:]]


def turned(pattern: int, quarters: int) -> int:
    """Return what a pattern becomes when the picture is turned by so many quarters, clockwise."""
    shifted = pattern << (2 * quarters % 8)
    return (shifted | shifted >> 8) & 255


def _turned_row(row: Sequence[float], quarters: int) -> list[float]:
    """Return the weights of one count for a picture that is yet to be turned by so many quarters."""
    return [half[turned(pattern, quarters)] for half in (row[:256], row[256:]) for pattern in range(256)]


def decided(scores: Sequence[float]) -> int:
    """Return what to do for four scores: a number of quarters, 0 when it is not sure, or ON_SIDE."""
    best, next_best = sorted(scores, reverse=True)[:2]
    if best - next_best >= SURE:
        return scores.index(best)
    level, on_side = (exp(scores[way] - best) + exp(scores[way + 2] - best) for way in (0, 1))
    return ON_SIDE if on_side >= exp(SURE) * level else 0


class WayUp:
    """The learned weights, four times: for a picture as it lies, and turned by one, two and three quarters."""

    def __init__(self, weights: Sequence[Sequence[float]]) -> None:
        self._weights = [[_turned_row(row, quarters) for row in weights] for quarters in range(4)]

    def scores(self, grey: Image.Image) -> list[float]:
        """Return how much the picture looks like upright print, turned clockwise by 0, 1, 2 and 3 quarters."""
        return self._scores(list(counts(grey)))

    def _scores(self, found: list[list[float]]) -> list[float]:
        return [
            sum(sum(map(mul, row, count)) for row, count in zip(rows, found, strict=True)) for rows in self._weights
        ]

    def quarters(self, grey: Image.Image) -> int:
        """Return by how many quarters (clockwise) to turn the picture upright; 0 when that is not sure, or ON_SIDE."""
        found = list(counts(grey))
        if sum(map(sum, found)) < VARIED:
            return 0
        return decided(self._scores(found))


@cache
def learned() -> WayUp:
    """Return the one whose weights are kept beside this program."""
    kept = json.loads(WEIGHTS.read_text(encoding="ascii"))
    return WayUp([[weight * kept["unit"] for weight in row] for row in kept["weights"]])
