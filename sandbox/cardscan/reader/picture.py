"""From uploaded bytes to an upright RGB picture on white, of a size OCR can work with."""

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from sandbox.cardscan.reader.frame import cut_out, find_frame

#: a phone photo has 12 to 50 million pixels; anything above is refused before it is unpacked
MOST_PIXELS = 60_000_000
#: a JPEG is unpacked at a half or a quarter of its size as long as both sides keep this many pixels
ENOUGH = 1200
#: the long side OCR works on, in pixels: small text on a card that fills a third of the frame is still readable
LONG_SIDE = 1440
#: below this the letters of a card are too small for the detector and the picture is enlarged
SHORT_LONG_SIDE = 1000
#: the long side of a card that was cut out of a photo
CARD_SIDE = (1100, 1400)
#: a picture narrower than one to this is no card; without a limit a strip would be enlarged beyond all memory
NARROWEST = 3

_ON_WHITE = {"RGBA", "LA", "PA", "RGBa", "La"}


class NotAPicture(Exception):
    """The bytes are no picture this reader opens, or too large a one."""


def open_upright(data: bytes) -> Image.Image:
    """Return the picture in RGB, turned upright by its EXIF orientation, transparency laid on white.

    Raises NotAPicture for anything Pillow cannot open completely and for more than MOST_PIXELS pixels.
    """
    try:
        picture = Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP"))
        if picture.width * picture.height > MOST_PIXELS:
            raise NotAPicture("too many pixels")
        picture.draft("RGB", (ENOUGH, ENOUGH))
        return _on_white(ImageOps.exif_transpose(picture))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise NotAPicture("not a readable picture") from error


@dataclass(frozen=True)
class Seen:
    """What the text detector should see, height x width x 3 bytes.

    `back` is the 3 x 3 matrix that takes its places (pixels) to those of the picture, as fractions of width and height.
    """

    pixels: np.ndarray
    back: np.ndarray


def for_ocr(picture: Image.Image) -> Seen:
    """Return what the text detector should see: the card cut out, or the whole picture.

    The whole picture is scaled so that its long side suits the detector.
    """
    part = np.diag([1 / picture.width, 1 / picture.height, 1.0])
    frame = find_frame(np.asarray(picture))
    if frame is not None:
        card, turn = cut_out(np.asarray(picture), frame, *CARD_SIDE)
        return Seen(card, part @ np.linalg.inv(turn))
    longest = max(picture.size)
    target = min(max(longest, SHORT_LONG_SIDE), LONG_SIDE)
    if target != longest:
        factor = target / longest
        size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
        part = np.diag([1 / picture.width, 1 / picture.height, 1.0])
    return Seen(np.asarray(_not_too_narrow(picture)), part)


def _not_too_narrow(picture: Image.Image) -> Image.Image:
    """Return a strip on a white page that is wide enough: the text detector enlarges the short side to 736 pixels."""
    least = -(-max(picture.size) // NARROWEST)
    if min(picture.size) >= least:
        return picture
    page = Image.new("RGB", (max(picture.width, least), max(picture.height, least)), "white")
    page.paste(picture)
    return page


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode == "P" and "transparency" in picture.info:
        picture = picture.convert("RGBA")
    if picture.mode not in _ON_WHITE:
        return picture.convert("RGB")
    picture = picture.convert("RGBA")
    page = Image.new("RGB", picture.size, "white")
    page.paste(picture, mask=picture.getchannel("A"))
    return page
