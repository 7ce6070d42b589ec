"""Small pictures of many kinds, and the pieces of PNG and JPEG files that hostile ones are put together from."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import cache

from PIL import Image, ImageDraw

SIZE = (300, 220)


def drawn(size: tuple[int, int] = SIZE, mode: str = "RGB") -> Image.Image:
    """Return a picture with something on it."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    for number in range(12):
        x, y = number * size[0] // 14, number * size[1] // 16
        draw.rectangle((x, y, x + size[0] // 8, y + 12), fill=(20 * number, 90, 160))
    return image.convert("I").convert("I;16") if mode == "I;16" else image.convert(mode)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """Return the picture as a file."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def oriented(orientation: int, *, maker: str = "") -> bytes:
    """Return a JPEG that says how it lies, and who made it."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, maker
    return saved(drawn(), "JPEG", exif=exif)


def moving(kind: str) -> bytes:
    """Return an animation of three frames."""
    frames = [drawn().rotate(turn) for turn in (0, 90, 180)]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:])


# What phones, scanners and old programs send; the first of them are taken, the others are refused with a sentence.
TAKEN: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: saved(drawn(), "JPEG"),
    "progressive": lambda: saved(drawn(), "JPEG", progressive=True),
    "cmyk": lambda: saved(drawn(mode="CMYK"), "JPEG"),
    "grey-jpeg": lambda: saved(drawn(mode="L"), "JPEG"),
    "mpo": lambda: moving("MPO"),
    "png": lambda: saved(drawn(), "PNG"),
    "palette": lambda: saved(drawn(mode="P"), "PNG"),
    "rgba": lambda: saved(drawn(mode="RGBA"), "PNG"),
    "grey-alpha": lambda: saved(drawn(mode="LA"), "PNG"),
    "16-bit": lambda: saved(drawn(mode="I;16"), "PNG"),
    "1-bit": lambda: saved(drawn(mode="1"), "PNG"),
    "apng": lambda: moving("PNG"),
}
REFUSED: dict[str, Callable[[], bytes]] = {
    "gif": lambda: saved(drawn(mode="P"), "GIF"),
    "gif-moving": lambda: moving("GIF"),
    "webp": lambda: saved(drawn(), "WEBP"),
    "webp-moving": lambda: moving("WEBP"),
    "avif": lambda: saved(drawn(), "AVIF"),
    "tiff": lambda: saved(drawn(), "TIFF"),
    "tiff-pages": lambda: moving("TIFF"),
    "bmp": lambda: saved(drawn(), "BMP"),
    "ico": lambda: saved(drawn().resize((64, 64)), "ICO"),
    "jp2": lambda: saved(drawn(), "JPEG2000"),
    "pdf": lambda: saved(drawn(), "PDF"),
    "heic": lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 400,
}


@cache
def seeds() -> dict[str, bytes]:
    """Return the files that mutants are made of, by their kind."""
    return {kind: make() for kind, make in (TAKEN | REFUSED).items()}


def chunk(kind: bytes, data: bytes, *, length: int | None = None, crc: int | None = None) -> bytes:
    """Return a PNG chunk; `length` and `crc` may lie."""
    right = zlib.crc32(kind + data) if crc is None else crc
    return struct.pack(">I", len(data) if length is None else length) + kind + data + struct.pack(">I", right)


def png(width: int, height: int, *more: bytes, pixels: bytes | None = None, depth: int = 8, colour: int = 0) -> bytes:
    """Return a PNG that claims a size, with `more` chunks before its pixels; grey and white unless told."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    if pixels is None:
        pixels = zlib.compress((b"\0" + b"\xff" * max(width, 1)) * max(height, 1), 9)
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def segment(marker: int, data: bytes) -> bytes:
    """Return a JPEG segment."""
    return b"\xff" + bytes([marker]) + struct.pack(">H", min(len(data) + 2, 65535)) + data


def with_segments(jpeg: bytes, *segments: bytes) -> bytes:
    """Return the JPEG with segments after its first marker."""
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def frame_at(jpeg: bytes) -> int:
    """Return where the JPEG's frame header says height and width."""
    for marker in (b"\xff\xc0", b"\xff\xc2"):
        at = jpeg.find(marker)
        if at > 0:
            return at + 5
    raise ValueError("This JPEG has no frame header.")


def claiming(jpeg: bytes, width: int, height: int) -> bytes:
    """Return the JPEG with another size in its header than its pixels have."""
    at = frame_at(jpeg)
    return jpeg[:at] + struct.pack(">HH", height, width) + jpeg[at + 4 :]


def scans(jpeg: bytes) -> Iterator[bytes]:
    """Yield the scans of a progressive JPEG, each with its header."""
    starts, at = [], jpeg.find(b"\xff\xda")
    while at > 0:
        starts.append(at)
        at = jpeg.find(b"\xff\xda", at + 2)
    for begin, end in zip(starts, [*starts[1:], len(jpeg) - 2], strict=True):
        yield jpeg[begin:end]


def with_scans(size: tuple[int, int], times: int) -> bytes:
    """Return a progressive JPEG whose last scan comes again and again: little to send, much to decode."""
    whole = saved(drawn(size, "L"), "JPEG", progressive=True)
    last = list(scans(whole))[-1]
    return whole[:-2] + last * times + whole[-2:]
