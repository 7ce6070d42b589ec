"""Cleaning a 12-megapixel photo, against the plain Pillow way."""

import io
import random
import re
from pathlib import Path

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


def _memory(what: str) -> float:
    """Return megabytes of the process that decodes, as the kernel counts them: VmRSS now, or VmHWM at its highest."""
    images.warm_up()
    child = images._cleaner._process
    text = Path(f"/proc/{child.pid if child else 0}/status").read_text(encoding="ascii")
    found = re.search(rf"{what}:\s+(\d+) kB", text)
    return int(found.group(1)) / 1024 if found else 0.0


def _grown(data: bytes) -> float:
    """Return by how many megabytes a fresh child grows at most while it cleans the photo."""
    images._cleaner.restart()
    images.clean(small())
    before = _memory("VmRSS")
    images.clean(data)
    return _memory("VmHWM") - before


def small() -> bytes:
    """Return a photo that costs next to nothing, so that everything is loaded before the measured one comes."""
    out = io.BytesIO()
    Image.effect_noise((640, 400), 60).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def run() -> list[Figure]:
    """Return our way, child process included, against the plain way: time, bytes kept, and memory."""
    data = photo()
    grown = _grown(data)
    ours, plain = side_by_side(lambda: images.clean(data), lambda: plainly(data), 7)
    note = f"{ours * 1000:.0f} ms against {plain * 1000:.0f} ms"
    kept = len(images.clean(data).jpeg)
    return [
        Figure("clean a 12 MP photo / plain Pillow", ours / plain, 0.45, note=note),
        Figure("bytes kept / bytes sent", kept / len(data), 0.3, note=f"{kept / 1e6:.1f} of {len(data) / 1e6:.1f} MB"),
        Figure("memory the photo adds to the decoder", grown, 30.0, "MB"),
    ]
