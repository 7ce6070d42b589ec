"""What light, lens and file format do to a picture; pictures are float arrays of 0 to 255, lengths are in pixels."""

import io

import cv2
import numpy as np
from PIL import Image

Pixels = np.ndarray


def seen_from(
    card: Image.Image,
    wide: int,
    high: int,
    view: tuple[float, float, float],
    fill: float,
    out: tuple[float, float] = (0.0, 0.0),
) -> tuple[Pixels, Pixels]:
    """Return a card as a camera over it sees it, with its mask of 0 to 1.

    `view` are the degrees the card is turned in the picture, leant sideways and leant away; `fill` is the part of the
    picture's width that the card takes when it is level; it is made less where the card would not fit. `out` are the
    parts of its width and height that lie out of the picture: over the right and lower edge, negative over the others.
    """
    scale = fill * wide / card.width
    half_wide, half_high = card.width * scale / 2, card.height * scale / 2
    corners = np.array(
        [[-half_wide, -half_high], [half_wide, -half_high], [half_wide, half_high], [-half_wide, half_high]]
    )
    landed = _project(corners, view, distance=2.2 * wide)
    landed *= min(1.0, *(0.49 * np.array([wide, high]) / np.abs(landed).max(axis=0)))
    landed = _pushed(landed + np.array([wide / 2, high / 2]), np.array([wide, high]), out)
    card = card.convert("RGB").resize((round(card.width * scale), round(card.height * scale)), Image.Resampling.LANCZOS)
    source = np.array([[0, 0], [card.width, 0], [card.width, card.height], [0, card.height]], np.float32)
    warp = cv2.getPerspectiveTransform(source, landed.astype(np.float32))
    picture = cv2.warpPerspective(np.asarray(card), warp, (wide, high), flags=cv2.INTER_CUBIC)
    mask = cv2.warpPerspective(_rounded(card.width, card.height), warp, (wide, high), flags=cv2.INTER_LINEAR)
    return picture.astype(np.float32), mask[:, :, None]


def _project(points: Pixels, view: tuple[float, float, float], distance: float) -> Pixels:
    turn, side, away = np.radians(view)
    x = points[:, 0] * np.cos(turn) - points[:, 1] * np.sin(turn)
    y = points[:, 0] * np.sin(turn) + points[:, 1] * np.cos(turn)
    depth = distance + x * np.sin(side) + y * np.sin(away)
    return np.stack([x * np.cos(side), y * np.cos(away)], axis=1) * (distance / depth)[:, None]


def _pushed(points: Pixels, size: Pixels, out: tuple[float, float]) -> Pixels:
    """Move the card so far that the parts `out` of it are over the picture's edges."""
    low, high = points.min(axis=0), points.max(axis=0)
    over = [high + part * (low - high) - size if part > 0 else low - part * (high - low) for part in out]
    return points - np.array([over[axis][axis] if part else 0.0 for axis, part in enumerate(out)])


def _rounded(wide: int, high: int) -> Pixels:
    mask, radius = np.zeros((high, wide), np.float32), round(wide * 0.03)
    cv2.rectangle(mask, (radius, 0), (wide - radius, high), 1.0, -1)
    cv2.rectangle(mask, (0, radius), (wide, high - radius), 1.0, -1)
    for x in (radius, wide - radius - 1):
        for y in (radius, high - radius - 1):
            cv2.circle(mask, (x, y), radius, 1.0, -1)
    return mask


def laid_on(table: Pixels, card: Pixels, mask: Pixels) -> Pixels:
    """Return the card lying on a table, with the thin shadow of its edge."""
    drop = max(3, table.shape[1] // 250)
    edge = cv2.GaussianBlur(np.roll(mask[:, :, 0], (drop, drop), (0, 1)), (0, 0), drop)[:, :, None]
    return table * (1 - 0.45 * edge) * (1 - mask) + card * mask


def shaded(picture: Pixels, depth: float, rng: np.random.Generator) -> Pixels:
    """Darken from one side by up to `depth` (0 to 1), as a window does."""
    high, wide = picture.shape[:2]
    angle = rng.uniform(0, 2 * np.pi)
    x, y = np.meshgrid(np.linspace(-1, 1, wide, dtype=np.float32), np.linspace(-1, 1, high, dtype=np.float32))
    slope = (x * np.cos(angle) + y * np.sin(angle)) / 2.83 + 0.5
    return picture * (1 - depth * slope)[:, :, None]


def shadowed(picture: Pixels, depth: float, rng: np.random.Generator) -> Pixels:
    """Throw the soft shadow of a hand or a phone over a part of the picture, darkening it by `depth`."""
    high, wide = picture.shape[:2]
    shadow = np.zeros((high, wide), np.float32)
    left, slope = rng.uniform(0.25, 0.75) * wide, rng.uniform(-0.35, 0.35) * wide
    side = rng.choice([-wide, 2 * wide])
    cv2.fillPoly(shadow, [np.array([[left, -1], [side, -1], [side, high], [left + slope, high]], np.int32)], 1.0)
    shadow = cv2.GaussianBlur(shadow, (0, 0), wide * rng.uniform(0.006, 0.03))
    return picture * (1 - depth * shadow)[:, :, None]


def glared(picture: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Lay the washed-out spot of a lamp on the picture; at its middle `strength` (0 to 1) of the contrast is lost."""
    high, wide = picture.shape[:2]
    x, y = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32))
    middle = rng.uniform(0.3, 0.7, 2) * (wide, high)
    reach = wide * rng.uniform(0.07, 0.14), wide * rng.uniform(0.05, 0.1)
    spot = strength * np.exp(-(((x - middle[0]) / reach[0]) ** 2 + ((y - middle[1]) / reach[1]) ** 2) / 2)
    return picture + (255 - picture) * spot[:, :, None]


def shone_on(picture: Pixels, strength: float, shape: str, rng: np.random.Generator) -> Pixels:
    """Lay the reflection of a lamp on the picture, as plastic throws it back: light is added, so white is lost first.

    `shape` is "round", "long" (a tube) or "window" (two panes); a weak wide shine lies around each.
    """
    high, wide = picture.shape[:2]
    middle = rng.uniform(0.35, 0.65, 2) * (wide, high)
    long, short = {"round": (0.1, 0.08), "long": (0.4, 0.035), "window": (0.16, 0.2)}[shape]
    reach = np.array([long, short]) * wide / 2 * rng.uniform(0.6, 1.2)
    light = np.zeros((high, wide), np.float32)
    angle = rng.uniform(0, 180) if shape != "window" else rng.uniform(-20, 20)
    if shape == "window":
        for side in (-1, 1):
            turned = np.radians(angle)
            at = middle + side * 1.15 * reach[0] / 2 * np.array([np.cos(turned), np.sin(turned)])
            corners = cv2.boxPoints((at.tolist(), (reach[0], reach[1] * 2), angle))
            cv2.fillPoly(light, [corners.astype(np.int32)], 1.0)
    else:
        cv2.ellipse(light, (middle.tolist(), (reach * 2).tolist(), angle), 1.0, -1)
    core = cv2.GaussianBlur(light, (0, 0), wide * rng.uniform(0.006, 0.018))
    shine = cv2.GaussianBlur(cv2.resize(light, (wide // 8, high // 8)), (0, 0), wide / 8 * rng.uniform(0.03, 0.07))
    return picture + 255 * strength * (core + 0.5 * cv2.resize(shine, (wide, high)))[:, :, None]


def tinted(picture: Pixels, warmth: float) -> Pixels:
    """Make the light warmer (positive) or colder by a part of 1."""
    return picture * np.array([1 + warmth / 2, 1.0, 1 - warmth], np.float32)


def out_of_focus(picture: Pixels, sigma: float) -> Pixels:
    """Blur evenly."""
    return cv2.GaussianBlur(picture, (0, 0), sigma)


def moved(picture: Pixels, length: float, rng: np.random.Generator) -> Pixels:
    """Blur along a line of `length` pixels, as a shaking hand does."""
    size = int(np.ceil(length)) | 1
    kernel = np.zeros((size * 4, size * 4), np.float32)
    angle, middle = rng.uniform(0, np.pi), size * 2
    reach = np.array([np.cos(angle), np.sin(angle)]) * length * 2
    start, end = (middle - reach).astype(int).tolist(), (middle + reach).astype(int).tolist()
    cv2.line(kernel, start, end, 1.0, 4)
    kernel = cv2.resize(kernel, (size, size), interpolation=cv2.INTER_AREA)
    return cv2.filter2D(picture, -1, kernel / kernel.sum())


def noisy(picture: Pixels, amount: float, rng: np.random.Generator) -> Pixels:
    """Add the noise of a sensor (standard deviation of 255), a little of it coloured."""
    grey = rng.normal(0, amount, (*picture.shape[:2], 1)).astype(np.float32)
    return picture + grey + rng.normal(0, amount * 0.4, picture.shape).astype(np.float32)


def sharpened(picture: Pixels, strength: float) -> Pixels:
    """Sharpen as phones do, with the bright rims that come of it."""
    return picture + strength * (picture - cv2.GaussianBlur(picture, (0, 0), 1.6))


def as_jpeg(picture: Image.Image, quality: int, *, turned: int = 0, cmyk: bool = False) -> bytes:
    """Return JPEG bytes; with `turned` quarter turns of the pixels that the EXIF tag takes back."""
    tag = Image.Exif()
    if turned:
        picture = picture.rotate(90 * turned, expand=True)
        tag[0x0112] = {1: 6, 2: 3, 3: 8}[turned % 4]
    out = io.BytesIO()
    (picture.convert("CMYK") if cmyk else picture).save(out, "JPEG", quality=quality, exif=tag)
    return out.getvalue()
