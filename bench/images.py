"""Cleaning a 12-megapixel photo, against the plain Pillow way."""

import io
import random

from PIL import Image, ImageDraw, ImageOps

from bench.measure import Figure, side_by_side
from intake import images

SIZE = (4000, 3000)


def photo() -> bytes:
    """Return a 12-megapixel JPEG of shapes and noise, as a phone makes it, lying on its side."""
    random.seed(7)
    noise = Image.effect_noise((1000, 750), 60).resize(SIZE).convert("RGB")
    draw = ImageDraw.Draw(noise)
    for _ in range(300):
        x, y = random.randrange(SIZE[0]), random.randrange(SIZE[1])
        draw.rectangle((x, y, x + 200, y + 60), fill=(random.randrange(256), 80, 120))
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=92, exif=exif)
    return out.getvalue()


def plainly(data: bytes) -> bytes:
    """Do the same with Pillow alone, in the obvious way."""
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    image.thumbnail((2000, 2000), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


def run() -> list[Figure]:
    """Return the ratio of our way, child process included, to the plain way."""
    data = photo()
    images.warm_up()
    ours, plain = side_by_side(lambda: images.clean(data), lambda: plainly(data), 7)
    note = f"{ours * 1000:.0f} ms against {plain * 1000:.0f} ms"
    return [Figure("clean a 12 MP photo / plain Pillow", ours / plain, 1.0, note=note)]
