"""Letters from the fonts that come inside Pillow and OpenCV: no other font is needed on any machine."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

_OPENCV_FACES = {name: cv2.FontFace(name) for name in ("sans", "italic", "uni")}


@dataclass(frozen=True)
class Style:
    """How words are set.

    `face` is aileron (Pillow), sans, italic or uni (OpenCV); `weight` 300 to 900; `width` stretches the letters;
    `spacing` is put between them, `slant` leans them (both as a part of the size); `fixed` gives all the same room.
    """

    face: str = "aileron"
    weight: int = 400
    width: float = 1.0
    spacing: float = 0.0
    slant: float = 0.0
    fixed: bool = False

    def bold(self, weight: int = 700) -> "Style":
        """Return the same letters, heavier."""
        return replace(self, weight=weight)

    def narrow(self, width: float = 0.85) -> "Style":
        """Return the same letters, narrower (below 1) or wider."""
        return replace(self, width=self.width * width)


def mask_of(text: str, size: float, style: Style) -> Image.Image:
    """Return the words as white on black, as wide as they run; the height is 1.5 times `size` in pixels."""
    room = _set(text, size, style)
    if style.slant:
        room = _lean(room, style.slant)
    if style.width != 1.0:
        room = room.resize((max(1, round(room.width * style.width)), room.height), Image.Resampling.LANCZOS)
    return room


def _set(text: str, size: float, style: Style) -> Image.Image:
    if not (style.spacing or style.fixed):
        return _run(text, size, style)
    signs = [_run(sign, size, style) for sign in text]
    step = round(size * (0.62 + style.spacing))
    if style.fixed:
        signs = [_squeeze(sign, step) for sign in signs]
    steps = [step if style.fixed else round(sign.width - 4 + size * style.spacing) for sign in signs]
    whole = Image.new("L", (sum(steps) + 8, round(size * 1.5)))
    pen = 0
    for sign, room in zip(signs, steps, strict=True):
        left = pen + ((room - sign.width) // 2 if style.fixed else 0)
        whole.paste(255, (left, 0), sign)
        pen += room
    return whole


def _squeeze(sign: Image.Image, wide: int) -> Image.Image:
    return sign if sign.width <= wide else sign.resize((wide, sign.height), Image.Resampling.LANCZOS)


def _run(text: str, size: float, style: Style) -> Image.Image:
    return _aileron(text, size, style.weight) if style.face == "aileron" else _opencv(text, size, style)


def _aileron(text: str, size: float, weight: int) -> Image.Image:
    font = ImageFont.load_default(size)
    room = Image.new("L", (round(font.getlength(text)) + 4, round(size * 1.5)))
    bold = max(0.0, (weight - 400) / 375) * size / 26
    ImageDraw.Draw(room).text((2, 0), text, 255, font, stroke_width=bold)
    return room


def _opencv(text: str, size: float, style: Style) -> Image.Image:
    face = _OPENCV_FACES[style.face]
    high, start = round(size * 1.5), (2, round(size))
    room = np.zeros((high, round(size * len(text) * 1.1) + 40, 3), np.uint8)
    end, _ = cv2.putText(room, text, start, (255, 255, 255), face, round(size), style.weight)
    return Image.fromarray(room).convert("L").crop((0, 0, int(end[0]) + 2, high))


def _lean(mask: Image.Image, slant: float) -> Image.Image:
    base = mask.height * 2 / 3
    wide = mask.width + round(base * slant)
    return mask.transform(
        (wide, mask.height), Image.Transform.AFFINE, (1, slant, -slant * base, 0, 1, 0), Image.Resampling.BICUBIC
    )
