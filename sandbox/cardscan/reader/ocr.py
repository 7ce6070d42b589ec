"""The OCR engine: RapidOCR with the models inside its wheel, loaded once, one picture at a time."""

import math
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np

from sandbox.cardscan.reader.lines import Line, Quad, is_upright, straighten, tilt
from sandbox.cardscan.reader.spacing import find_ink, respace

#: threads of one inference; more only helps on a machine with idle cores
THREADS = max(1, int(os.environ.get("SANDBOX_OCR_THREADS", "1")))
#: mean confidence above which text is taken to be the right way up (upside down it is about 0.73, upright 0.97)
READABLE = 0.87
#: shorter texts say nothing about the way up ("O", "88" and "SOS" read alike upside down)
TELLING_LENGTH = 4

_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Pass:
    """What one run of the engine saw."""

    quads: tuple[Quad, ...]
    texts: tuple[str, ...]
    scores: tuple[float, ...]
    characters: tuple[tuple[float, ...], ...]

    @property
    def quality(self) -> float:
        """Return the mean confidence of the longer texts, weighted by their length; 0 without any."""
        told = [(len(text), score) for text, score in zip(self.texts, self.scores, strict=True)]
        told = [(length, score) for length, score in told if length >= TELLING_LENGTH]
        return sum(length * score for length, score in told) / max(sum(length for length, _ in told), 1)


@dataclass(frozen=True)
class Text:
    """The lines of a picture, made level, and by how many degrees (clockwise) they were tilted."""

    lines: tuple[Line, ...]
    tilt: float


def read_text(picture: np.ndarray) -> Text:
    """Return the text of an RGB picture, of whichever quarter turn reads best.

    An upright picture costs one run of the engine, any other two; one without text a single, shorter one.
    """
    with _one_at_a_time:
        seen = _run(picture)
        for turns in _turns_to_try(seen):
            seen = max(seen, _run(np.ascontiguousarray(np.rot90(picture, turns))), key=_standing_quality)
    lines = straighten(seen.quads, seen.texts, seen.scores, seen.characters)
    return Text(tuple(lines), math.degrees(tilt(seen.quads)))


def warm_up() -> None:
    """Load the models and run them once, so that the first card is not slower than the next."""
    page = np.full((96, 320, 3), 255, np.uint8)
    page[40:56, 40:280:8] = 0
    with _one_at_a_time:
        _run(page)
        _engine()(page[32:64], use_det=False)


def _turns_to_try(seen: Pass) -> tuple[int, ...]:
    """Say by how many quarter turns (counter-clockwise) the picture should be read again.

    The engine turns each upright-standing crop counter-clockwise before reading it, so sideways text
    that reads well needs one quarter turn, and sideways text that does not needs three.
    """
    if not seen.texts:
        return ()
    readable = seen.quality >= READABLE
    if is_upright(seen.quads):
        return () if readable else (2,)
    return (1,) if readable else (3,)


def _standing_quality(seen: Pass) -> float:
    return seen.quality if seen.texts and is_upright(seen.quads) else seen.quality / 2


def _run(picture: np.ndarray) -> Pass:
    answer = _engine()(
        np.ascontiguousarray(picture[:, :, ::-1]), use_det=True, return_word_box=True, return_single_char_box=True
    )
    if answer.boxes is None or not answer.txts:
        return Pass((), (), (), ())
    quads = tuple(tuple(tuple(map(float, corner)) for corner in quad) for quad in answer.boxes)
    texts: tuple[str, ...] = answer.txts
    # the engine leaves out the letters of a line that it could not place
    letters = answer.word_results if len(answer.word_results) == len(texts) else [()] * len(texts)
    if is_upright(quads):
        rows = zip(answer.boxes, texts, letters, strict=True)
        texts = tuple(_with_spaces(picture, quad, text, chars) for quad, text, chars in rows)
    characters = tuple(tuple(float(score) for char, score, _ in chars if char.strip()) for chars in letters)
    return Pass(quads, tuple(texts), tuple(map(float, answer.scores or ())), characters)


def _with_spaces(picture: np.ndarray, quad: np.ndarray, text: str, chars: Iterable[Any]) -> str:
    """Return the text of one line with the spaces that its ink shows; `chars` are (character, score, corners)."""
    along = (quad[1] - quad[0]) / max(float(np.linalg.norm(quad[1] - quad[0])), 1.0)
    centres = [float((np.mean(corners, axis=0) - quad[0]) @ along) for char, _, corners in chars if char.strip()]
    return respace(text, centres, find_ink(_crop(picture, quad)))


def _crop(picture: np.ndarray, quad: np.ndarray) -> np.ndarray:
    """Return the four-cornered part of a picture, made a rectangle."""
    wide = max(1, round(float(max(np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[2] - quad[3])))))
    high = max(1, round(float(max(np.linalg.norm(quad[3] - quad[0]), np.linalg.norm(quad[2] - quad[1])))))
    flat = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    turn = cv2.getPerspectiveTransform(quad.astype(np.float32), flat)
    return cv2.warpPerspective(picture, turn, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


@cache
def _engine() -> Any:
    # The import takes a second and memory; the pure parts of the reader are used without it.
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.use_cls": False,
            "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
