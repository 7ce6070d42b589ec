"""Photograph a drawn card: as a scanner does (clean), as people usually do, and badly. Everything comes from seeds.

A bad photo has two or three of the faults of real ones. They are bounded so that a person can still read the card.
"""

import io
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from tests.cards import effects
from tests.cards.die import Die
from tests.cards.tables import TABLES

GRADES = ("clean", "usual", "bad")


@dataclass(frozen=True)
class Photo:
    """How a picture is taken. Angles are in degrees; lengths are in pixels of a card that is 1000 pixels wide."""

    #: how the card lies in the picture: turned, leant sideways, leant away
    tilt: float = 0.0
    sideways: float = 0.0
    away: float = 0.0
    #: what it lies on (tables.py); empty: nothing around the card
    table: str = ""
    #: the part of the picture's width that the card takes
    fill: float = 0.8
    #: the picture's height for a width of 1
    aspect: float = 0.75
    #: long side of the finished picture in pixels; 0 keeps the drawing's own
    side: int = 0
    shade: float = 0.0
    shadow: float = 0.0
    glare: float = 0.0
    warmth: float = 0.0
    blur: float = 0.0
    motion: float = 0.0
    noise: float = 0.0
    sharpen: float = 0.0
    quality: int = 92
    #: saved once before with this quality, as a messenger does
    saved_before: int = 0
    #: counter-clockwise quarter turns that nothing tells of, and those that the EXIF tag takes back
    turns: int = 0
    told_turns: int = 0
    cmyk: bool = False
    #: a lamp's reflection: how much light it adds (0 to 2), and its shape (round, long, window)
    lamp: float = 0.0
    lamp_shape: str = "round"
    #: the parts of the card's width and height that lie over the picture's right and lower edge; negative: the others
    out: tuple[float, float] = (0.0, 0.0)


PHOTOS: dict[str, Photo] = {
    "scan": Photo(),
    "photo": Photo(tilt=4, away=8, table="plain", blur=0.8, noise=6, shade=0.3, quality=75),
    "poor": Photo(tilt=-7, away=14, table="plain", blur=1.3, noise=10, shade=0.5, quality=50),
    "small": Photo(quality=60, side=520),
    "left": Photo(tilt=2, table="plain", turns=1),
    "down": Photo(tilt=2, table="plain", turns=2),
    "right": Photo(tilt=2, table="plain", turns=3),
}


def as_bytes(card: Image.Image, photo: str | Photo = "scan", seed: int = 7) -> bytes:
    """Return the JPEG bytes of a photo of the card, taken in one of the named ways or in a given one."""
    how = PHOTOS[photo] if isinstance(photo, str) else photo
    picture = take_photo(card, how, np.random.default_rng(seed))
    if how.saved_before:
        picture = Image.open(io.BytesIO(effects.as_jpeg(picture, how.saved_before)))
    return effects.as_jpeg(picture, how.quality, turned=how.told_turns, cmyk=how.cmyk)


def usual(*seed: object) -> Photo:
    """Return how somebody who takes care takes the photo of this seed."""
    return _usual(Die("photo", "usual", *seed))


def snap(card: Image.Image, grade: str, *seed: object) -> bytes:
    """Return JPEG bytes of a photo of a grade (clean, usual, bad); the seed decides how it is taken."""
    return as_bytes(card, *way_of(grade, *seed))


def way_of(grade: str, *seed: object) -> tuple[Photo, int]:
    """Return how a photo of a grade is taken, and the seed of its chances."""
    die = Die("photo", grade, *seed)
    how = {"clean": _clean, "usual": _usual, "bad": _usual}[grade](die)
    for fault in faults_of(*seed) if grade == "bad" else ():
        how = replace(how, **_FAULTS[fault](die))
    return how, die.whole(0, 2**31)


def take_photo(card: Image.Image, how: Photo, rng: np.random.Generator) -> Image.Image:
    """Return the card as a camera would see it."""
    if how.table:
        seen, unit = _on_table(card, how, rng)
    else:
        seen, unit = np.asarray(_sized(card, how.side)).astype(np.float32), (how.side or card.width) / 1000
    seen = _lit(seen, how, rng)
    seen = _through_lens(seen, how, unit, rng)
    picture = Image.fromarray(np.clip(seen, 0, 255).astype(np.uint8))
    return picture.rotate(90 * how.turns, expand=True) if how.turns else picture


def _sized(card: Image.Image, side: int) -> Image.Image:
    if not side:
        return card.convert("RGB")
    scale = side / max(card.size)
    return card.convert("RGB").resize((round(card.width * scale), round(card.height * scale)), Image.Resampling.LANCZOS)


def _on_table(card: Image.Image, how: Photo, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    long = how.side or 1800
    wide, high = (long, round(long * how.aspect)) if how.aspect <= 1 else (round(long / how.aspect), long)
    fill = how.fill if card.width >= card.height else how.fill * 0.5
    seen, mask = effects.seen_from(card, wide, high, (how.tilt, how.sideways, how.away), fill, how.out)
    table = TABLES[how.table](wide, high, rng).astype(np.float32)
    return effects.laid_on(table, seen, mask), fill * wide / 1000


def _lit(seen: np.ndarray, how: Photo, rng: np.random.Generator) -> np.ndarray:
    if how.warmth:
        seen = effects.tinted(seen, how.warmth)
    if how.shade:
        seen = effects.shaded(seen, how.shade, rng)
    if how.shadow:
        seen = effects.shadowed(seen, how.shadow, rng)
    if how.glare:
        seen = effects.glared(seen, how.glare, rng)
    return effects.shone_on(seen, how.lamp, how.lamp_shape, rng) if how.lamp else seen


def _through_lens(seen: np.ndarray, how: Photo, unit: float, rng: np.random.Generator) -> np.ndarray:
    """Apply blur, noise and sharpening; `unit` is the card's width in thousands of pixels."""
    if how.blur:
        seen = effects.out_of_focus(seen, how.blur * unit)
    if how.motion:
        seen = effects.moved(seen, max(1.5, how.motion * unit), rng)
    if how.noise:
        seen = effects.noisy(seen, how.noise, rng)
    return effects.sharpened(seen, how.sharpen) if how.sharpen else seen


def _clean(die: Die) -> Photo:
    """A scanner, or a screenshot of the card in the issuer's app."""
    return Photo(
        side=die.whole(1000, 1600), noise=die.between(0, 2), blur=die.between(0.2, 0.4), quality=die.whole(82, 95)
    )


def _usual(die: Die) -> Photo:
    """A photo on a table by somebody who takes care."""
    upright = die.chance(0.85)
    return Photo(
        tilt=die.between(-5, 5),
        sideways=die.between(-9, 9),
        away=die.between(-10, 10),
        table=die.pick("plain", "wood", "cloth", "counter"),
        fill=die.between(0.7, 0.9),
        aspect=die.pick(0.75, 0.75, 0.5625, 1.33),
        side=die.whole(1400, 2000),
        shade=die.between(0, 0.3),
        warmth=die.between(-0.08, 0.15),
        blur=die.between(0.4, 0.9),
        noise=die.between(1, 5),
        sharpen=die.between(0, 0.5),
        quality=die.whole(70, 92),
        turns=0 if upright else die.pick(1, 2, 3),
        told_turns=die.pick(0, 0, 0, 1, 3),
    )


#: the faults a bad photo is picked from: each takes a die and gives what it changes
_FAULTS = {
    "leaning": lambda die: {
        "sideways": die.pick(-1, 1) * die.between(12, 24), "away": die.between(10, 24), "tilt": die.between(-6, 6),
    },
    "tilted": lambda die: {"tilt": die.pick(-1, 1) * die.between(7, 16)},
    "turned": lambda die: {"turns": die.pick(1, 2, 3), "told_turns": 0},
    "shadow": lambda die: {"shadow": die.between(0.35, 0.6), "shade": die.between(0.2, 0.45)},
    "glare": lambda die: {"glare": die.between(0.6, 0.85)},
    "out of focus": lambda die: {"blur": die.between(1.5, 2.1), "sharpen": 0.0},
    "shaken": lambda die: {"motion": die.between(4.0, 6.5), "blur": 0.5},
    "small": lambda die: {"fill": die.between(0.8, 0.92), "aspect": 0.75, "side": die.whole(740, 900), "blur": 0.5},
    "squeezed": lambda die: {"quality": die.whole(20, 35), "saved_before": die.whole(35, 55), "noise": 2.0},
    "dark": lambda die: {"noise": die.between(11, 18), "shade": die.between(0.45, 0.65), "quality": die.whole(50, 70)},
    "busy": lambda die: {"table": die.pick("keys", "letter", "cloth"), "fill": die.between(0.6, 0.75), "side": 2600},
    "cmyk": lambda die: {"cmyk": True, "told_turns": 0},
}  # fmt: skip
#: two of these together cannot be read by a person any more
_APART = ({"out of focus", "shaken"}, {"small", "out of focus"}, {"small", "shaken"}, {"small", "squeezed"},
          {"dark", "squeezed"}, {"small", "busy"}, {"dark", "shadow"}, {"leaning", "small"},
          {"dark", "out of focus"}, {"dark", "shaken"})  # fmt: skip


def faults_of(*seed: object) -> tuple[str, ...]:
    """Return the names of the two or three faults that a bad photo of this seed has."""
    die = Die("faults", *seed)
    kept: list[str] = []
    for name in die.some(list(_FAULTS), len(_FAULTS)):
        if not any(pair <= {*kept, name} for pair in _APART):
            kept.append(name)
    return tuple(kept[: die.pick(2, 3, 3)])
