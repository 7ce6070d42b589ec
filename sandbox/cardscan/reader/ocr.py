"""From a picture to lines of text, whichever way up it is; one picture at a time through one shared engine.

The text is detected once. Which way up it stands is told by the shape of the boxes and by the engine's small
classifier; then every box is read once, turned as it should be. Only when that reads badly is the other way tried.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from sandbox.cardscan.reader import engine
from sandbox.cardscan.reader.engine import Read
from sandbox.cardscan.reader.level import levelling
from sandbox.cardscan.reader.lines import Box, Line, is_upright, straighten, tilt
from sandbox.cardscan.reader.spacing import find_ink, respace

#: mean confidence above which text is taken to be the right way up (upside down it is about 0.73, upright 0.97)
READABLE = 0.87
#: how many of the longest texts are read again upside down when the first reading was poor
SAMPLE = 6
#: how many of the longest texts say which way up the picture is
VOTES = 15
#: shorter texts say nothing about the way up ("O", "88" and "SOS" read alike upside down)
TELLING_LENGTH = 4

#: below this (second difference of lightness, squared) a picture is out of focus; its letters are made crisper by so
#: much, over a distance of so many parts of its width
SOFT, CRISPER, ACROSS = 80.0, 1.0, 400

#: marks of the full width of a Chinese character, which the recogniser likes, and the plain ones
_PLAIN_MARKS = {code + 0xFEE0: code for code in range(0x21, 0x7F)} | {0x3000: 0x20, 0x3001: 0x2C, 0x3002: 0x2E}

_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Text:
    """The lines of a picture, made level, and by how many degrees (clockwise) its text was tilted.

    `back` is the 3 x 3 matrix that takes the lines' places to those of the picture.
    """

    lines: tuple[Line, ...]
    tilt: float = 0.0
    back: np.ndarray = field(default_factory=lambda: np.eye(3), compare=False)


@dataclass(frozen=True)
class _Boxes:
    """A picture with its text boxes; `back` takes places in it to those in the picture before it was turned."""

    picture: np.ndarray
    quads: np.ndarray
    back: np.ndarray = field(default_factory=lambda: np.eye(3))

    def turn(self) -> "_Boxes":
        """Return the same a quarter turn further, counter-clockwise."""
        wide = self.picture.shape[1]
        quads = np.stack([self.quads[:, :, 1], wide - self.quads[:, :, 0]], axis=2)
        back = np.array([[0.0, -1.0, wide], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
        return _Boxes(np.rot90(self.picture), np.roll(quads, -1, axis=1), self.back @ back)

    def crops(self) -> list[np.ndarray]:
        """Return the picture of each text."""
        whole = np.ascontiguousarray(self.picture)
        return [engine.crop(whole, quad) for quad in self.quads]


def read_text(picture: np.ndarray) -> Text:
    """Return the text of an RGB picture, level and the right way up."""
    with _one_at_a_time:
        boxes = _Boxes(picture, engine.detect(crisper(picture)))
        if not len(boxes.quads):
            return Text(())
        if not is_upright(boxes.quads):
            boxes = boxes.turn()
        boxes, crops, found = _read_the_right_way(boxes)
    kept = [i for i, read in enumerate(found) if read.text and read.score >= engine.LEAST_SURE]
    lines = straighten(boxes.quads[kept], [_as_line(found[i], crops[i]) for i in kept])
    back = boxes.back @ np.linalg.inv(levelling(boxes.quads[kept])) if kept else boxes.back
    return Text(tuple(lines), tilt(boxes.quads[kept]), back)


def crisper(picture: np.ndarray) -> np.ndarray:
    """Return a picture that is out of focus with sharper letters, any other as it is.

    Small pale labels are found again so. They are read from the picture as it is: sharper letters stand further apart,
    which looks like spaces.
    """
    grey = cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), (0, 0), 1)
    if float(cv2.Laplacian(grey, cv2.CV_32F).var()) >= SOFT:
        return picture
    soft = cv2.GaussianBlur(picture, (0, 0), picture.shape[1] / ACROSS)
    return np.asarray(cv2.addWeighted(picture, 1 + CRISPER, soft, -CRISPER, 0))


def _as_line(read: Read, crop: np.ndarray) -> Line:
    """Return what was read as a line, with the spaces that its ink shows; its box is that of the crop."""
    ink = find_ink(crop)
    high, wide = crop.shape[:2]
    text = respace(read.text, read.places, ink)
    return Line(text.translate(_PLAIN_MARKS).strip(), Box(0, 0, wide, high), read.score, read.characters, ink.colour)


def warm_up() -> None:
    """Load the models, so that the first card is not slower than the next."""
    with _one_at_a_time:
        engine.warm_up()


def _read_the_right_way(boxes: _Boxes) -> tuple[_Boxes, list[np.ndarray], list[Read]]:
    """Read the boxes as the classifier says, and the other way up if a sample of the poor reading reads better so."""
    crops = boxes.crops()
    widest = sorted(crops, key=lambda crop: -crop.shape[1] / crop.shape[0])[:VOTES]
    if engine.stand_on_head(widest) > 0.5:
        boxes, crops = boxes.turn().turn(), [_on_head(crop) for crop in crops]
    found = engine.recognise(crops)
    if quality(found) >= READABLE:
        return boxes, crops, found
    longest = sorted(range(len(crops)), key=lambda i: -crops[i].shape[1] / crops[i].shape[0])[:SAMPLE]
    other = engine.recognise([_on_head(crops[i]) for i in longest])
    if quality(other) <= quality([found[i] for i in longest]):
        return boxes, crops, found
    crops = [_on_head(crop) for crop in crops]
    return boxes.turn().turn(), crops, engine.recognise(crops)


def _on_head(crop: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(crop[::-1, ::-1])


def quality(found: Sequence[Read]) -> float:
    """Return the mean confidence of the longer texts, weighted by their length; 0 without any."""
    told = [(len(read.text), read.score) for read in found if len(read.text) >= TELLING_LENGTH]
    return sum(length * score for length, score in told) / max(sum(length for length, _ in told), 1)
