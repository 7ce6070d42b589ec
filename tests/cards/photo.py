"""Make a photo of a drawn card: perspective, a desk around it, blur, noise, shade and JPEG, all from fixed seeds."""

import io
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageFilter


@dataclass(frozen=True)
class Photo:
    """How a picture is taken; angles in degrees, blur in pixels, noise as standard deviation of 255."""

    tilt: float = 0.0
    lean: float = 0.0
    desk: bool = False
    blur: float = 0.0
    noise: float = 0.0
    shade: float = 0.0
    quality: int = 92
    #: counter-clockwise quarter turns of the finished picture
    turns: int = 0
    #: long side of the finished picture in pixels; 0 keeps it
    side: int = 0


PHOTOS: dict[str, Photo] = {
    "scan": Photo(),
    "photo": Photo(tilt=4, lean=0.06, desk=True, blur=0.8, noise=6, shade=0.3, quality=75),
    "poor": Photo(tilt=-7, lean=0.1, desk=True, blur=1.3, noise=10, shade=0.5, quality=50),
    "small": Photo(quality=60, side=520),
    "left": Photo(tilt=2, desk=True, turns=1),
    "down": Photo(tilt=2, desk=True, turns=2),
    "right": Photo(tilt=2, desk=True, turns=3),
}


def as_bytes(card: Image.Image, photo: str = "scan") -> bytes:
    """Return the JPEG bytes of a photo of the card."""
    how = PHOTOS[photo]
    picture = take_photo(card, how)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=how.quality)
    return out.getvalue()


def take_photo(card: Image.Image, how: Photo) -> Image.Image:
    """Return the card as a camera would see it."""
    seen = np.asarray(_on_desk(card) if how.desk else card.convert("RGB")).astype(np.float32)
    if how.tilt or how.lean:
        seen = _warp(seen, how)
    if how.shade:
        seen *= np.linspace(1, 1 - how.shade, seen.shape[1], dtype=np.float32)[None, :, None]
    if how.noise:
        seen += np.random.default_rng(7).normal(0, how.noise, seen.shape).astype(np.float32)
    picture = Image.fromarray(np.clip(seen, 0, 255).astype(np.uint8))
    if how.side:
        picture.thumbnail((how.side, how.side), Image.Resampling.LANCZOS)
    if how.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(how.blur))
    return picture.rotate(90 * how.turns, expand=True) if how.turns else picture


def _on_desk(card: Image.Image) -> Image.Image:
    wide, high = card.size
    grain = np.random.default_rng(3).normal(0, 5, (round(high * 1.3), round(wide * 1.25), 1))
    desk = np.clip(np.array([128.0, 96.0, 70.0]) + grain, 0, 255).astype(np.uint8)
    picture = Image.fromarray(desk)
    picture.paste(card, ((picture.width - wide) // 2, (picture.height - high) // 2))
    return picture


def _warp(seen: np.ndarray, how: Photo) -> np.ndarray:
    high, wide = seen.shape[:2]
    turn = cv2.getRotationMatrix2D((wide / 2, high / 2), how.tilt, 1.0)
    seen = cv2.warpAffine(seen, turn, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    inset = how.lean * wide / 2
    before = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    after = np.array([[inset, 0], [wide - inset, 0], [wide, high], [0, high]], np.float32)
    lean = cv2.getPerspectiveTransform(before, after)
    return cv2.warpPerspective(seen, lean, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
