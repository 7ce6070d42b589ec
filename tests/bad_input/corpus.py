"""The corpus of hostile uploads: those made by hand, then mutants of ordinary files, as many as are asked for."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, cycle, islice

from tests.bad_input.pictures import (
    chunk,
    claiming,
    drawn,
    oriented,
    png,
    saved,
    seeds,
    segment,
    with_scans,
    with_segments,
)

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
HTML = b"<!doctype html><script>alert(1)</script>"
NAMES = (
    "front.jpg", "front.png", "card.exe", "../../etc/passwd", "..\\..\\boot.ini", "a\0b.jpg", "x" * 255 + ".jpg",
    "\u202egpj.exe", "\U0001f4b3.png", "con", "CON.jpg", ".", "..", "", " ", "front.jpg.html", "фото.jpg", "a;b.jpg",
    "50%.jpg", "%2e%2e%2f.png", "front.jpeg\u0000.php", "a'b.jpg", "<b>.jpg", "名前.png", "photo", ".htaccess",
)  # fmt: skip
# What costs a second of processor time and more; the benchmark takes all of them, the suite one.
HEAVY = {
    "49 megapixels with a palette", "16 bits, 36 megapixels", "a thousand scans", "two hundred scans, large",
    "a claim of 7000 by 7000",
}  # fmt: skip


@dataclass(frozen=True)
class Upload:
    """A file somebody sends: what is the matter with it, its name, its bytes."""

    what: str
    name: str
    data: bytes = field(repr=False)


def corpus(count: int, *, seed: int = 7) -> Iterator[Upload]:
    """Yield `count` uploads, always the same for a seed: those made by hand first, then mutants with odd names."""
    made = (Upload(what, "front.jpg", data) for what, data in by_hand())
    mutants = (Upload(what, name, data) for (what, data), name in zip(_mutants(seed), cycle(NAMES), strict=False))
    yield from islice(chain(made, mutants), count)


def _mutants(seed: int) -> Iterator[tuple[str, bytes]]:
    chance = random.Random(seed)
    kinds = list(seeds().items())
    while True:
        for kind, data in kinds:
            how = chance.choice(list(MUTATIONS))
            yield f"{kind}, {how}", MUTATIONS[how](data, chance)


# ---- made by hand ---------------------------------------------------------------------------------------------------


def by_hand() -> Iterator[tuple[str, bytes]]:
    """Yield what mutation would hardly find."""
    yield from seeds().items()
    yield from _sizes()
    yield from _metadata()
    yield from _chunks()
    yield from _other_things()
    yield from _two_in_one()
    for orientation in (*range(1, 10), 0, 65535):
        yield f"lies as {orientation}", oriented(orientation)


def _sizes() -> Iterator[tuple[str, bytes]]:
    """Bombs by pixels, honest and lying, and pictures without any."""
    jpeg = seeds()["jpeg"]
    yield "49 megapixels of nothing", png(7000, 7000)
    yield "49 megapixels with a palette", saved(drawn((7000, 7000), "P"), "PNG")
    yield "16 bits, 36 megapixels", png(6000, 6000, pixels=zlib.compress(bytes(72_006_000), 9), depth=16)
    yield "64 megapixels", png(8000, 8000, pixels=b"")
    yield "4 gigapixels", png(65_535, 65_535, pixels=b"")
    yield "all the pixels there are", png(2**31 - 1, 2**31 - 1, pixels=b"")
    yield "hollow", png(6000, 6000, pixels=b"")
    yield "zero wide", png(0, 300, pixels=b"")
    yield "zero high", png(300, 0, pixels=b"")
    yield "a line", png(1, 60_000)
    yield "a stamp", saved(drawn((20, 20)), "PNG")
    yield "a claim of 65500 by 65500", claiming(jpeg, 65_500, 65_500)
    yield "a claim of 7000 by 7000", claiming(jpeg, 7000, 7000)
    yield "no height yet", claiming(jpeg, 300, 0)
    yield "a thousand scans", with_scans((2400, 1800), 1000)
    yield "two hundred scans, large", with_scans((7000, 7000), 200)


def _metadata() -> Iterator[tuple[str, bytes]]:
    """Bombs beside the pixels."""
    jpeg, bomb = seeds()["jpeg"], zlib.compress(bytes(80_000_000), 9)
    yield "text that unpacks to 80 MB", png(300, 220, chunk(b"zTXt", b"Comment\0\0" + bomb))
    yield "a profile that unpacks to 80 MB", png(300, 220, chunk(b"iCCP", b"p\0\0" + bomb))
    yield "international text of 80 MB", png(300, 220, chunk(b"iTXt", b"XML\0\1\0\0\0" + bomb))
    yield "ten thousand texts", png(300, 220, *[chunk(b"tEXt", b"a\0b")] * 10_000)
    yield "EXIF with 65535 entries", with_segments(jpeg, segment(0xE1, _exif(65_535)))
    yield "EXIF that points at itself", with_segments(jpeg, segment(0xE1, _exif(1, following=8)))
    yield "EXIF of nothing", with_segments(jpeg, segment(0xE1, b"Exif\0\0"))
    yield "EXIF in a PNG", png(300, 220, chunk(b"eXIf", _exif(65_535)[6:]))
    yield "two hundred comments", with_segments(jpeg, *[segment(0xFE, b"x" * 60_000)] * 150)
    yield (
        "profile in 255 parts",
        with_segments(
            jpeg, *(segment(0xE2, b"ICC_PROFILE\0" + bytes([part, 255]) + b"p" * 9000) for part in range(1, 255))
        ),
    )
    yield "a maker's note", oriented(6, maker="<script>" * 200)


def _exif(entries: int, following: int = 0) -> bytes:
    head = b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">H", entries)
    entry = struct.pack(">HHII", 0x0112, 3, 1, 6 << 16)
    return head + entry * min(entries, 5000) + struct.pack(">I", following)


def _chunks() -> Iterator[tuple[str, bytes]]:
    """PNG files whose parts lie about themselves."""
    plain = zlib.compress((b"\0" + b"\xff" * 300) * 220)
    yield "a chunk of 2 GB", png(300, 220, chunk(b"tEXt", b"a\0b", length=2**31 - 1))
    yield "a chunk of -1", png(300, 220, chunk(b"tEXt", b"a\0b", length=2**32 - 1))
    yield "a wrong sum", png(300, 220, chunk(b"tEXt", b"a\0b", crc=1))
    yield "a wrong sum of a needed chunk", png(300, 220, chunk(b"PLTE", b"abc", crc=1))
    header = png(300, 220)[:33]
    yield "one byte at a time", header + b"".join(chunk(b"IDAT", bytes([one])) for one in plain) + chunk(b"IEND", b"")
    yield "empty parts", header + chunk(b"IDAT", b"") * 20_000 + chunk(b"IDAT", plain) + chunk(b"IEND", b"")
    yield "no end", png(300, 220)[:-12]
    yield "pixels after the end", png(300, 220) + chunk(b"IDAT", plain)
    yield "too many pixels", png(300, 220, pixels=zlib.compress(bytes(20_000_000), 9))
    yield "too few pixels", png(300, 220, pixels=zlib.compress(b"\0" * 500))
    yield "no such colour", png(300, 220, colour=5)
    yield "no such depth", png(300, 220, depth=7)
    yield "a million frames", png(300, 220, chunk(b"acTL", struct.pack(">II", 1_000_000, 0)))
    yield "two headers", png(300, 220, png(90, 90)[8:33])


def _other_things() -> Iterator[tuple[str, bytes]]:
    """Files that are no pictures."""
    yield "nothing", b""
    yield "one byte", b"\xff"
    yield "zeros", bytes(5000)
    yield "a page", HTML
    yield "a drawing with a script", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script/></svg>"
    yield "a billion laughs", b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><svg>&b;</svg>'
    yield "an outside entity", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>'
    yield "a document with a script", b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj"
    yield "a test virus", EICAR
    yield "an archive", b"PK\x03\x04" + b"\0" * 300
    yield "a program", b"MZ" + b"\0" * 300
    yield "another program", b"\x7fELF" + b"\0" * 300
    yield "a formula", b"=cmd|'/c calc'!A1"
    yield "words", b"Dear clinic, this is my card."
    yield "postscript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 300 220\n"
    yield "an old picture", b"P6 30000 30000 255\n"
    yield "only a beginning", b"\xff\xd8\xff\xe0"
    yield "only a signature", b"\x89PNG\r\n\x1a\n"
    yield "thirteen megabytes", b"\xff\xd8\xff\xe0" + bytes(13 * 1024 * 1024)


def _two_in_one() -> Iterator[tuple[str, bytes]]:
    """Files that are a picture and something else."""
    jpeg, flat = seeds()["jpeg"], seeds()["png"]
    for name, more in (("a page", HTML), ("an archive", b"PK\x05\x06" + bytes(18)), ("a program", b"<?php evil(); ?>")):
        yield f"a photo and then {name}", jpeg + more
        yield f"a picture and then {name}", flat + more
        yield f"{name} in a comment", with_segments(jpeg, segment(0xFE, more))
        yield f"{name} in a text", png(300, 220, chunk(b"tEXt", b"Comment\0" + more))
        yield f"{name} and then a photo", more + jpeg
    yield "a document and a photo", with_segments(jpeg, segment(0xFE, b"%PDF-1.7 /JavaScript"))
    yield "an animation's name before a photo", b"GIF89a/*" + jpeg


# ---- mutants --------------------------------------------------------------------------------------------------------


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def _flip(data: bytes, chance: random.Random, within: int = 0) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 3, 30))):
        changed[chance.randrange(min(within, len(data)) or len(data))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _flip_head(data: bytes, chance: random.Random) -> bytes:
    return _flip(data, chance, within=64)


def _insert(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + chance.randbytes(chance.choice((1, 40, 4000))) + data[at:]


def _take_out(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + data[at + chance.choice((1, 12, 400)) :]


def _append(data: bytes, chance: random.Random) -> bytes:
    return data + chance.randbytes(chance.choice((1, 300, 20_000)))


def _repeat(data: bytes, chance: random.Random) -> bytes:
    first, last = sorted((chance.randrange(len(data)), chance.randrange(len(data))))
    return data[:last] + data[first:last] * chance.choice((1, 4)) + data[last:]


def _splice(data: bytes, chance: random.Random) -> bytes:
    other = chance.choice(list(seeds().values()))
    return data[: chance.randrange(len(data))] + other[chance.randrange(len(other)) :]


def _large_number(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(min(len(data), 200))
    return data[:at] + chance.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", bytes(4))) + data[at + 4 :]


MUTATIONS = {
    "cut off": _cut,
    "bits flipped": _flip,
    "bits of the head flipped": _flip_head,
    "something put in": _insert,
    "something taken out": _take_out,
    "something appended": _append,
    "a part repeated": _repeat,
    "two files in one": _splice,
    "a number made large": _large_number,
}
