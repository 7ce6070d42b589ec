"""Put back spaces that the text recogniser swallowed ("HENRYJABERNATHY"), from the gaps in the ink of the line."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import cv2
import numpy as np

#: a gap between two letters of at least this part of the letters' height may be a space; of a letter and a digit
LETTERS, MIXED = 0.32, 0.5
#: and it is so many times wider than the usual gap of the line (widely set words have wide gaps everywhere)
TIMES_USUAL = 2.4
#: a line must have this many letters for its usual gap to mean something
FEWEST = 4


@dataclass(frozen=True)
class Ink:
    """The empty stretches between the letters of one line, in pixels of its crop, the letters' height and colour.

    `colour` is the middle colour of the letters (CIE Lab, 8 bit), None when no letters stand out.
    """

    gaps: tuple[tuple[int, int], ...]
    height: int
    colour: tuple[float, float, float] | None = None


def find_ink(crop: np.ndarray) -> Ink:
    """Return the gaps of a line's crop (RGB or grey), dark on light or light on dark."""
    grey = crop if crop.ndim == 2 else cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    _, mask = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    if mask.mean() > 0.5:
        mask = 1 - mask
    rows = np.flatnonzero(mask.sum(axis=1) > 0.02 * mask.shape[1])
    if rows.size == 0:
        return Ink((), 0)
    columns = np.flatnonzero(mask[rows[0] : rows[-1] + 1].sum(axis=0) > 0)
    steps = np.flatnonzero(np.diff(columns) > 1)
    gaps = tuple((int(columns[step]) + 1, int(columns[step + 1])) for step in steps)
    return Ink(gaps, int(rows[-1] - rows[0] + 1), _colour(crop, mask))


def _colour(crop: np.ndarray, mask: np.ndarray) -> tuple[float, float, float] | None:
    """Return the middle colour of the inner parts of the letters; None for a grey crop."""
    if crop.ndim == 2:
        return None
    inner = cv2.erode(mask, np.ones((2, 2), np.uint8))
    lab = cv2.cvtColor(crop, cv2.COLOR_RGB2LAB)[(inner if inner.any() else mask) > 0]
    light, green_red, blue_yellow = np.median(lab, axis=0).tolist()
    return light, green_red, blue_yellow


def respace(text: str, centres: Sequence[float], ink: Ink) -> str:
    """Return the text with the missing spaces.

    `centres` holds where each character that is no space stands, in pixels of the crop. A space is only put between
    two letters, or between a letter and a digit when the gap is wide; never inside a number.
    """
    letters = text.replace(" ", "")
    if len(letters) < FEWEST or len(centres) != len(letters) or not ink.gaps:
        return text
    usual = median(end - start for start, end in ink.gaps)
    known = _spaces(text)
    breaks = set(known)
    for start, end in ink.gaps:
        place = _place((start + end) / 2, centres)
        least = _least(letters[place - 1], letters[place]) if place else None
        if least and end - start >= max(least * ink.height, TIMES_USUAL * usual):
            breaks.add(place)
    if breaks == known or any(abs(new - old) == 1 for new in breaks - known for old in known):
        return text
    return "".join(f" {char}" if place in breaks else char for place, char in enumerate(letters))


def _least(before: str, after: str) -> float | None:
    if before.isalpha() and after.isalpha():
        return LETTERS
    return MIXED if before.isalpha() and after.isdigit() else None


def _spaces(text: str) -> set[int]:
    """Return before which of its other characters a text has a space."""
    places, count = set(), 0
    for char in text:
        if char == " ":
            places.add(count)
        else:
            count += 1
    return places


def _place(middle: float, centres: Sequence[float]) -> int:
    """Return the character before which a gap lies; 0 when it lies before the first or after the last."""
    if not centres[0] < middle < centres[-1]:
        return 0
    between = [(abs((centres[i - 1] + centres[i]) / 2 - middle), i) for i in range(1, len(centres))]
    return min(between)[1]
