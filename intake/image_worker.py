"""The child process that decodes photos: a program of its own, run by intake/images.py with its limits already set.

A photo is a stranger's bytes given to a large C library, so it is decoded here, where a crash or a bomb costs one
process and no request. Reads frames from standard input and answers on standard output; a frame is a `HEADER` (the
count of bytes that follow, code, width, height, concern, by how many quarters it was turned unasked (way_up.ON_SIDE
for one that lies on its side still), and 8 bytes of the
photo's print) and those bytes. The code of a question is by how many quarter turns (clockwise) the photo is to be
turned, or AS_PRINTED for the way up that its print stands.
Imports Pillow and the standard library alone, so that it starts in a tenth of a second.
"""

from __future__ import annotations

import contextlib
import io
import resource
import signal
import struct
import sys
import warnings
from typing import BinaryIO

from PIL import Image, ImageOps

from . import way_up
from .photo_doubts import FEW_PIXELS, NO_CONCERN, NOT_A_CARD, concern, judged

HEADER = struct.Struct(">IIIIII8s")
OK, NOT_AN_IMAGE, TOO_MANY_PIXELS, TOO_SMALL, DAMAGED, TOO_SLOW = range(6)

# The decoders we let strangers' bytes near. JPEG includes the multi-picture JPEG of phones.
FORMATS = ("JPEG", "PNG")
MAX_PIXELS = 50_000_000
LONG_SIDE = 2000
LEAST_LONG_SIDE, LEAST_SHORT_SIDE = 200, 100
QUALITY, QUALITY_OF_SMALL, SMALL = 85, 92, 1200
# Of processor time: a photo of 12 megapixels takes a tenth of it. One step of a decoder cannot be stopped half-way, so
# what goes on after the first limit is refused a little later, and the second one ends the process.
SECONDS, CPU_SECONDS = 1.5, 4
MEMORY_BYTES = 768 * 1024 * 1024
OPEN_FILES = 32


# By quarter turns, clockwise; Pillow counts the other way round.
TURNS = {1: Image.Transpose.ROTATE_270, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_90}
AS_PRINTED = 4  # asked for instead of a number of quarters
# Without print there is nothing to go by, and the small print of a small picture is no more than noise.
TELLS_NOTHING = (NOT_A_CARD, FEW_PIXELS)


class Refused(Exception):
    """The photo cannot be used; `code` says why."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Slow(BaseException):
    """The photo has used up its processor time; no `except Exception` on the way may take it for damage."""


def clean(file: io.BytesIO, quarters: int = AS_PRINTED) -> tuple[bytes, int, int, int, int, bytes]:
    """Return an upright RGB JPEG on white without metadata, long side at most 2000 pixels, with its width and height,
    what is doubtful about it, by how much it was turned unasked, and its print (`looks_like`).

    It is upright by its own account, and then turned by so many `quarters` (clockwise), or as its print stands.

    Raises Refused. Whatever Pillow raises while decoding means a damaged file (OSError, ValueError, SyntaxError,
    struct.error and others are all seen), so the boundary catches everything.
    """
    image = _open(file)
    try:
        image = _shrunk(image)
        file.close()  # the pixels are there; what was sent need not stay beside them
        image = _on_white(_upright(image))
        grey = judged(image)
        doubt = concern(image, grey)
        tells = quarters == AS_PRINTED and doubt not in TELLS_NOTHING
        unasked = way_up.learned().quarters(grey) if tells else 0
        if turn := TURNS.get(unasked or quarters):
            image = image.transpose(turn)
        return *_encoded(image), doubt, unasked, looks_like(image)
    except MemoryError:
        raise Refused(TOO_MANY_PIXELS) from None
    except Exception:
        raise Refused(DAMAGED) from None


def _open(file: io.BytesIO) -> Image.Image:
    """Read the header alone, and judge the size it claims before a pixel is decoded."""
    try:
        image = Image.open(file, formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(TOO_MANY_PIXELS) from None
    except Exception:
        raise Refused(NOT_AN_IMAGE) from None
    if image.width * image.height > MAX_PIXELS:
        raise Refused(TOO_MANY_PIXELS)
    long, short = max(image.size), min(image.size)
    # A strip is as narrow as it is once its long side is what is kept of it.
    if long < LEAST_LONG_SIDE or short * LONG_SIDE < LEAST_SHORT_SIDE * max(long, LONG_SIDE):
        raise Refused(TOO_SMALL)
    return image


def _shrunk(image: Image.Image) -> Image.Image:
    """Decode, a large JPEG at a half, a quarter or an eighth straight from its coefficients; never enlarge.

    draft() goes by the smaller side's ratio, so it is given a box of the photo's own shape.
    """
    ratio = min(1.0, LONG_SIDE / max(image.size))
    box = (max(1, round(image.width * ratio)), max(1, round(image.height * ratio)))
    if image.mode == "RGB":
        image.draft("RGB", box)
    image.load()
    if image.mode in {"P", "PA", "LA"}:
        image = image.convert("RGBA" if image.mode != "P" or "transparency" in image.info else "RGB")
    if image.mode in {"I", "I;16", "F"}:
        image = _eight_bits(image)
    if max(image.size) <= LONG_SIDE:
        return image
    return image.resize(box, Image.Resampling.BICUBIC, reducing_gap=2.0)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return a grey photo of 16 bits as one of 8, by its high byte: a plain convert would clip it to white."""
    return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")


def _upright(image: Image.Image) -> Image.Image:
    """Turn the photo, in its place, as its EXIF orientation says; a broken EXIF block leaves it as it lies."""
    with contextlib.suppress(Exception):
        ImageOps.exif_transpose(image, in_place=True)
    return image


def _on_white(image: Image.Image) -> Image.Image:
    """Return RGB pixels, what was transparent turned white."""
    if "transparency" in image.info and image.mode in {"1", "L", "RGB"}:
        image = image.convert("RGBA")
    if image.mode != "RGBA":
        return image if image.mode == "RGB" else image.convert("RGB")
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def _encoded(image: Image.Image) -> tuple[bytes, int, int]:
    """Return the pixels alone as a baseline JPEG: `info` holds comments, EXIF and profiles, so it goes."""
    image.info = {}
    out = io.BytesIO()
    quality = QUALITY_OF_SMALL if max(image.size) <= SMALL else QUALITY
    image.save(out, "JPEG", quality=quality, exif=b"", icc_profile=None, comment=b"")
    return out.getvalue(), image.width, image.height


def looks_like(image: Image.Image) -> bytes:
    """Return the photo's print: 64 bits that differ in few places between two pictures that look alike.

    Each bit says whether a place is darker than the one right of it, on an 8 by 8 grid (a difference hash).
    """
    grid = image.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    bits = (grid[9 * row + place] < grid[9 * row + place + 1] for row in range(8) for place in range(8))
    return sum(bit << number for number, bit in enumerate(bits)).to_bytes(8, "big")


def _limit() -> None:
    """Give this process little memory, few files, and nothing to write to."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _stop(signum: int, frame: object) -> None:
    raise Slow


def _allow_cpu() -> None:
    """Let the next photo use SECONDS of processor time, and end the process CPU_SECONDS from now if it goes on."""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _answer(file: io.BytesIO, quarters: int, out: BinaryIO) -> None:
    _allow_cpu()
    try:
        cleaned, width, height, doubt, unasked, look = clean(file, quarters)
        signal.setitimer(signal.ITIMER_PROF, 0)
        frame = HEADER.pack(len(cleaned), OK, width, height, doubt, unasked, look) + cleaned
    except Refused as refusal:
        signal.setitimer(signal.ITIMER_PROF, 0)
        frame = HEADER.pack(0, refusal.code, 0, 0, NO_CONCERN, 0, b"")
    except Slow:
        frame = HEADER.pack(0, TOO_SLOW, 0, 0, NO_CONCERN, 0, b"")
    out.write(frame)
    out.flush()


def serve(source: BinaryIO, out: BinaryIO) -> None:
    """Clean one photo after another until the parent closes the pipe."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    Image.preinit()
    way_up.learned()
    signal.signal(signal.SIGPROF, _stop)
    _limit()
    while header := source.read(HEADER.size):
        size, quarters, *_ = HEADER.unpack(header)
        _answer(io.BytesIO(source.read(size)), quarters, out)


def main() -> None:
    """Serve on the standard streams; intake/images.py starts this in a process of its own."""
    serve(sys.stdin.buffer, sys.stdout.buffer)
