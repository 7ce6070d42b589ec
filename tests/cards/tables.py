"""What lies under a card on a phone's photo: wood, cloth, a keyboard, a printed page, a plain desk."""

from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

Pixels = np.ndarray

_PAGE = (
    "Dear neighbour, the street will be closed on Thursday from seven until noon while the pipes are renewed.",
    "Please move your car the evening before. Water comes back in the afternoon; let the tap run for a minute.",
    "Questions are answered at the town office, second floor, every morning. We thank you for your patience.",
)


def _plain(wide: int, high: int, rng: np.random.Generator) -> Pixels:
    tone = rng.choice([[196, 190, 180], [120, 92, 68], [70, 74, 80], [225, 224, 220], [96, 110, 96]])
    return np.broadcast_to(np.array(tone, np.float32), (high, wide, 3)) + rng.normal(0, 4, (high, wide, 1))


def _wood(wide: int, high: int, rng: np.random.Generator) -> Pixels:
    grain = cv2.resize(
        rng.normal(0, 1, (high // 3 + 2, 8)).astype(np.float32), (wide, high), interpolation=cv2.INTER_CUBIC
    )
    fine = cv2.GaussianBlur(rng.normal(0, 1, (high, wide)).astype(np.float32), (61, 1), 0) * 3
    tone = np.array(rng.choice([[150, 105, 66], [92, 60, 38], [190, 156, 116]]), np.float32)
    planks = (np.arange(high) // max(80, high // 5) % 2 * 6.0)[:, None, None]
    return tone + (grain * 9 + fine * 4)[:, :, None] - planks


def _cloth(wide: int, high: int, rng: np.random.Generator) -> Pixels:
    x, y = np.meshgrid(np.arange(wide), np.arange(high))
    weave = 7 * np.sin(x * 2 * np.pi / 9) + 7 * np.sin(y * 2 * np.pi / 9)
    checks = 16 * ((x // 140 % 2) + (y // 140 % 2)) * rng.choice([0, 1])
    tone = np.array(rng.choice([[140, 60, 58], [64, 84, 122], [190, 184, 172], [70, 70, 74]]), np.float32)
    return tone + (weave + checks)[:, :, None] + rng.normal(0, 5, (high, wide, 1))


def _keys(wide: int, high: int, rng: np.random.Generator) -> Pixels:
    page = Image.new("RGB", (wide, high), "#26282c")
    pen, step = ImageDraw.Draw(page), max(60, wide // 16)
    font = ImageFont.load_default(step // 4)
    for row, top in enumerate(range(0, high, step)):
        for left in range(-(row % 3) * step // 4, wide, step):
            pen.rounded_rectangle((left + 4, top + 4, left + step - 6, top + step - 6), 8, "#3c3f45")
            pen.text((left + step // 4, top + step // 5), chr(int(rng.integers(65, 91))), "#c8cacd", font)
    return np.asarray(page).astype(np.float32)


def _letter(wide: int, high: int, rng: np.random.Generator) -> Pixels:
    page = Image.new("RGB", (wide, high), "#f1efe9")
    pen, size = ImageDraw.Draw(page), max(18, wide // 70)
    font = ImageFont.load_default(size)
    start = int(rng.integers(0, len(_PAGE)))
    for row in range(high // (size * 2)):
        pen.text((wide // 30, size * 2 * row + size), _PAGE[(row + start) % len(_PAGE)], "#4a4a4a", font)
    return np.asarray(page).astype(np.float32)


def _counter(wide: int, high: int, rng: np.random.Generator) -> Pixels:
    spots = cv2.GaussianBlur(rng.normal(0, 60, (high, wide)).astype(np.float32), (9, 9), 0)
    tone = np.array(rng.choice([[150, 146, 142], [84, 82, 84], [206, 198, 186]]), np.float32)
    return tone + spots[:, :, None]


TABLES: dict[str, Callable[[int, int, np.random.Generator], Pixels]] = {
    "plain": _plain,
    "wood": _wood,
    "cloth": _cloth,
    "keys": _keys,
    "letter": _letter,
    "counter": _counter,
}
