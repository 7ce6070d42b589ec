"""The child process that decodes photos: a program of its own, run by intake/images.py with its limits already set.

A photo is a stranger's bytes given to a large C library, so it is decoded here, where a crash or a bomb costs one
process and no request. Reads frames from standard input and answers on standard output; a frame is a header of
`LENGTH` (4-byte count, 4 bytes each for code, width and height) and as many bytes as the count says.
Imports Pillow and the standard library alone, so that it starts in a tenth of a second.
"""

from __future__ import annotations

import io
import resource
import struct
import sys
import warnings
from typing import BinaryIO

from PIL import Image, ImageOps

HEADER = struct.Struct(">IIII")
OK, NOT_AN_IMAGE, TOO_MANY_PIXELS, TOO_SMALL, DAMAGED = range(5)

# The decoders we let strangers' bytes near. JPEG includes the multi-picture JPEG of phones.
FORMATS = ("JPEG", "PNG")
MAX_PIXELS = 50_000_000
LONG_SIDE = 2000
LEAST_LONG_SIDE, LEAST_SHORT_SIDE = 200, 100
QUALITY, QUALITY_OF_SMALL, SMALL = 85, 92, 1200
CPU_SECONDS = 10
MEMORY_BYTES = 768 * 1024 * 1024
OPEN_FILES = 32


class Refused(Exception):
    """The photo cannot be used; `code` says why."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def clean(data: bytes) -> tuple[bytes, int, int]:
    """Return an upright RGB JPEG on white without metadata, long side at most 2000 pixels, with its width and height.

    Raises Refused. Whatever Pillow raises while decoding means a damaged file (OSError, ValueError, SyntaxError,
    struct.error and others are all seen), so the boundary catches everything.
    """
    image = _open(data)
    try:
        image = _upright(_shrunk(image))
        return _encoded(_on_white(image))
    except MemoryError:
        raise Refused(TOO_MANY_PIXELS) from None
    except Exception:
        raise Refused(DAMAGED) from None


def _open(data: bytes) -> Image.Image:
    """Read the header alone, and judge the size it claims before a pixel is decoded."""
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(TOO_MANY_PIXELS) from None
    except Exception:
        raise Refused(NOT_AN_IMAGE) from None
    if image.width * image.height > MAX_PIXELS:
        raise Refused(TOO_MANY_PIXELS)
    if max(image.size) < LEAST_LONG_SIDE or min(image.size) < LEAST_SHORT_SIDE:
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
    """Turn the photo as its EXIF orientation says; a broken EXIF block leaves it as it lies."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:
        return image


def _on_white(image: Image.Image) -> Image.Image:
    """Return RGB pixels, what was transparent turned white."""
    if "transparency" in image.info and image.mode in {"1", "L", "RGB"}:
        image = image.convert("RGBA")
    if image.mode != "RGBA":
        return image.convert("RGB")
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


def _limit() -> None:
    """Give this process little memory, few files, and nothing to write to."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _allow_cpu() -> None:
    """Let the next photo use CPU_SECONDS of processor time, counted from what the process has used so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _answer(data: bytes, out: BinaryIO) -> None:
    try:
        cleaned, width, height = clean(data)
        frame = HEADER.pack(len(cleaned), OK, width, height) + cleaned
    except Refused as refusal:
        frame = HEADER.pack(0, refusal.code, 0, 0)
    out.write(frame)
    out.flush()


def serve(source: BinaryIO, out: BinaryIO) -> None:
    """Clean one photo after another until the parent closes the pipe."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    Image.preinit()
    _limit()
    while header := source.read(HEADER.size):
        (size, _, _, _) = HEADER.unpack(header)
        _allow_cpu()
        _answer(source.read(size), out)


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
