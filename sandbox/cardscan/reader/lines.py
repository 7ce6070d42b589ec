"""Lines of text with their boxes, and the few questions of geometry that reading a card asks.

Pure: no picture, no OCR. Coordinates are pixels of the upright picture, y grows downwards.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from sandbox.cardscan.reader.level import apply, levelling

Quad = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Box:
    """An upright rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Return the width in pixels."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Return the height in pixels, never zero."""
        return max(self.bottom - self.top, 1.0)

    @property
    def middle(self) -> tuple[float, float]:
        """Return the centre."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def around(self, other: "Box") -> "Box":
        """Return the smallest box that holds both."""
        left, top = min(self.left, other.left), min(self.top, other.top)
        return Box(left, top, max(self.right, other.right), max(self.bottom, other.bottom))

    def shares_row(self, other: "Box") -> float:
        """Return how much of the lower of the two boxes lies in the rows of the other, 0 to 1."""
        common = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, common / min(self.height, other.height))

    def shares_column(self, other: "Box") -> float:
        """Return how much of the narrower of the two boxes lies in the columns of the other, 0 to 1."""
        common = min(self.right, other.right) - max(self.left, other.left)
        return max(0.0, common / max(min(self.width, other.width), 1.0))


@dataclass(frozen=True)
class Place:
    """Where on a card something stands: on which of its sides (0 is the front), and there in which box."""

    side: int
    box: Box


@dataclass(frozen=True)
class Line:
    """One line of text as OCR gave it; `score` is the mean confidence of its characters, 0 to 1.

    `characters` holds the confidence of each character that is no space, `ink` the colour of the letters (CIE Lab, 8
    bit), where they are known.
    """

    text: str
    box: Box
    score: float
    characters: tuple[float, ...] = ()
    ink: tuple[float, float, float] | None = None

    def score_of(self, start: int, end: int) -> float:
        """Return the confidence in the characters from `start` to `end`: between their mean and the lowest of them.

        One misread character spoils an id, however well the others are read.
        """
        first = len(self.text[:start].replace(" ", ""))
        told = self.characters[first : first + len(self.text[start:end].replace(" ", ""))]
        if not told or len(self.characters) != len(self.text.replace(" ", "")):
            return self.score
        return (sum(told) / len(told) + min(told)) / 2

    def part(self, start: int, end: int) -> Box:
        """Return the box of the characters from `start` to `end`, as if all were equally wide."""
        step = self.box.width / max(len(self.text), 1)
        return replace(self.box, left=self.box.left + step * start, right=self.box.left + step * end)


def straighten(quads: np.ndarray, lines: Sequence[Line]) -> list[Line]:
    """Return lines with upright boxes from OCR's four-cornered ones (n x 4 corners, clockwise from the top left).

    The tilt and the lean of the picture are taken out; the boxes that the lines came with do not matter.
    """
    if not len(lines):
        return []
    quads = np.asarray(quads, np.float64).reshape(-1, 4, 2)
    level = apply(levelling(quads), quads.reshape(-1, 2)).reshape(-1, 4, 2)
    placed = [replace(line, box=_bounds(quad)) for quad, line in zip(level, lines, strict=True)]
    return sorted((line for line in placed if line.text), key=lambda line: (line.box.top, line.box.left))


def tilt(quads: np.ndarray) -> float:
    """Return the median angle of the top edges in degrees (clockwise); 0 when no line is long enough to tell."""
    edges = [(quad[1] - quad[0], np.linalg.norm(quad[3] - quad[0])) for quad in np.asarray(quads, np.float64)]
    angles = [math.degrees(math.atan2(edge[1], edge[0])) for edge, high in edges if np.linalg.norm(edge) > 3 * high]
    return median(angles) if angles else 0.0


def is_upright(quads: Iterable[Quad] | np.ndarray) -> bool:
    """Say whether most of the boxes are wider than high, that is, the text does not run up or down.

    Long boxes count much more than short ones: what is about as high as wide (the keys of a keyboard) says nothing.
    """
    wide = high = 0.0
    for (x0, y0), (x1, y1), _, (x3, y3) in quads:
        across, down = math.hypot(x1 - x0, y1 - y0), math.hypot(x3 - x0, y3 - y0)
        wide, high = wide + max(across - down, 0.0), high + max(down - across, 0.0)
    return wide >= high


def _bounds(quad: np.ndarray) -> Box:
    """Return the box between the middles of opposite edges: tighter than the outermost corners of a tilted quad."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = quad.tolist()
    left, right = (x0 + x3) / 2, (x1 + x2) / 2
    top, bottom = (y0 + y1) / 2, (y2 + y3) / 2
    return Box(min(left, right), min(top, bottom), max(left, right), max(top, bottom))
