"""The OCR engine: RapidOCR with the models inside its wheel, loaded once; its steps one by one.

Not safe for several threads at a time: `ocr.py` takes care of that.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np

#: threads of one inference; the engine's own default is one per core
THREADS = max(1, int(os.environ.get("SANDBOX_OCR_THREADS", "0")) or min(os.cpu_count() or 1, 4))
#: texts of which the recogniser is less sure than this are no text
LEAST_SURE = 0.5


@dataclass(frozen=True)
class Read:
    """What stands in one crop: the text and its mean confidence; confidence and place of each letter that is no space.

    Places are in pixels from the left edge of the crop.
    """

    text: str
    score: float
    characters: tuple[float, ...]
    places: tuple[float, ...]


def detect(picture: np.ndarray) -> np.ndarray:
    """Return where text stands in an RGB picture: n times four corners, clockwise from the top left of each."""
    found = _engine()(_for_engine(picture), use_det=True, use_cls=False, use_rec=False)
    boxes = getattr(found, "boxes", None)
    return np.zeros((0, 4, 2)) if boxes is None else np.asarray(boxes, np.float64)


def stand_on_head(crops: Sequence[np.ndarray]) -> float:
    """Return how many of the crops are upside down, 0 to 1, each counted by how sure that is."""
    _, seen = _engine().cls_and_rotate([_for_engine(crop) for crop in crops])
    votes = [(score, "180" in label) for label, score in seen.cls_res]
    return float(sum(score for score, turned in votes if turned) / max(sum(score for score, _ in votes), 1e-6))


def recognise(crops: Sequence[np.ndarray]) -> list[Read]:
    """Read the text of each RGB crop."""
    if not crops:
        return []
    engine = _engine()
    engine.return_word_box = True
    found = engine.recognize_txt([_for_engine(crop) for crop in crops])
    rows = zip(crops, found.txts, found.scores, found.word_results, strict=True)
    return [_as_read(crop.shape[1], text, float(score), words) for crop, text, score, words in rows]


def crop(picture: np.ndarray, quad: np.ndarray) -> np.ndarray:
    """Return the four-cornered part of a picture, made a rectangle."""
    wide = max(1, round(float(max(np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[2] - quad[3])))))
    high = max(1, round(float(max(np.linalg.norm(quad[3] - quad[0]), np.linalg.norm(quad[2] - quad[1])))))
    flat = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    turn = cv2.getPerspectiveTransform(quad.astype(np.float32), flat)
    return cv2.warpPerspective(picture, turn, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def warm_up() -> None:
    """Load the models and run each once, so that the first card is not slower than the next."""
    page = np.full((96, 320, 3), 255, np.uint8)
    page[40:56, 40:280:8] = 0
    detect(page)
    stand_on_head([page[32:64]])
    recognise([page[32:64]])


def _as_read(wide: int, text: str, score: float, words: Any) -> Read:
    """Take apart what the engine tells of a line: columns of the letters (of so many columns), their confidence."""
    sure = tuple(float(conf) for char, conf in zip(text, words.confs or (), strict=False) if not char.isspace())
    columns = [column for word in words.word_cols for column in word]
    step = wide / max(float(words.line_txt_len), 1.0)
    return Read(text.strip(), score, sure, tuple((column + 0.5) * step for column in columns))


def _for_engine(picture: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(picture[:, :, ::-1])


@cache
def _engine() -> Any:
    # The import takes a second and memory; the pure parts of the reader are used without it.
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
