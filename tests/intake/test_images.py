"""Cleaning photos: every kind of picture becomes one kind of JPEG, and everything else is refused with a sentence."""

import io
import os
import signal
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from intake import image_worker, images
from tests.intake.cards import photo

CANARY = b"CANARY-c0ffee"


def opened(jpeg: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(jpeg))
    image.load()
    return image


def png_header(width: int, height: int) -> bytes:
    """Return a PNG that claims a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("RGB", "JPEG"),
        ("L", "JPEG"),
        ("CMYK", "JPEG"),
        ("RGB", "PNG"),
        ("RGBA", "PNG"),
        ("LA", "PNG"),
        ("P", "PNG"),
        ("1", "PNG"),
    ],
)
def test_it_turns_every_kind_of_picture_into_an_rgb_jpeg(mode: str, kind: str) -> None:
    cleaned = images.clean(photo(mode=mode, format=kind))
    image = opened(cleaned.jpeg)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (cleaned.width, cleaned.height))
    assert image.getpixel((600, 380)) == pytest.approx((255, 255, 255), abs=4)
    assert image.size == (640, 400)
    red, green, blue = image.getpixel((60, 60))
    assert blue >= red and blue >= green and red < 128


def test_it_keeps_a_progressive_jpeg_readable() -> None:
    assert opened(images.clean(photo(progressive=True)).jpeg).size == (640, 400)


def test_it_puts_transparency_on_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (640, 400), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(images.clean(out.getvalue()).jpeg).getpixel((300, 200)) == (255, 255, 255)


def test_it_puts_a_transparent_colour_on_white() -> None:
    out = io.BytesIO()
    Image.new("RGB", (640, 400), (10, 20, 30)).save(out, "PNG", transparency=(10, 20, 30))
    assert opened(images.clean(out.getvalue()).jpeg).getpixel((300, 200)) == (255, 255, 255)


def test_it_takes_sixteen_bits_by_their_high_byte() -> None:
    out = io.BytesIO()
    Image.new("I;16", (640, 400), 0x8000).save(out, "PNG")
    assert opened(images.clean(out.getvalue()).jpeg).getpixel((300, 200)) == pytest.approx((128, 128, 128), abs=2)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_turns_the_photo_upright(orientation: int) -> None:
    upright = Image.new("RGB", (640, 400), "white")
    upright.paste((200, 0, 0), (0, 0, 320, 200))
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    lying = upright if undo is None else upright.transpose(undo)
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    lying.save(out, "JPEG", quality=95, exif=exif)
    image = opened(images.clean(out.getvalue()).jpeg)
    assert image.size == (640, 400)
    assert image.getpixel((40, 40)) == pytest.approx((200, 0, 0), abs=12)
    assert image.getpixel((600, 380)) == pytest.approx((255, 255, 255), abs=12)


def test_it_makes_the_long_side_two_thousand_at_most() -> None:
    assert opened(images.clean(photo(4032, 3024)).jpeg).size == (2000, 1500)
    assert opened(images.clean(photo(1500, 4500)).jpeg).size == (667, 2000)
    assert opened(images.clean(photo(2500, 2400, mode="RGBA", format="PNG")).jpeg).size == (2000, 1920)
    assert opened(images.clean(photo(465, 298)).jpeg).size == (465, 298)
    assert opened(images.clean(photo(6000, 300)).jpeg).size == (2000, 100)


def test_it_writes_quality_85_or_better() -> None:
    def coarsest(jpeg: bytes) -> int:
        return max(opened(jpeg).quantization[0])  # type: ignore[attr-defined]

    for width, height in ((4032, 3024), (640, 400)):
        assert coarsest(images.clean(photo(width, height)).jpeg) <= coarsest(photo(quality=85))


def test_it_keeps_no_metadata() -> None:
    exif = Image.Exif()
    exif[0x010E] = CANARY.decode()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + CANARY
    jpeg = photo(exif=exif, comment=CANARY, icc_profile=profile, xmp=b"<x>" + CANARY + b"</x>") + CANARY
    assert jpeg.count(CANARY) >= 4
    cleaned = images.clean(jpeg).jpeg
    assert CANARY not in cleaned
    assert set(opened(cleaned).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_it_keeps_no_png_text() -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Comment", CANARY.decode())
    assert CANARY not in images.clean(photo(format="PNG", pnginfo=info)).jpeg


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 400


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", images.EMPTY),
        (b"Dear clinic, this is my card.", images.REFUSALS[image_worker.NOT_AN_IMAGE]),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", images.REFUSALS[image_worker.NOT_AN_IMAGE]),
        (b"<!doctype html><p>front.jpg", images.REFUSALS[image_worker.NOT_AN_IMAGE]),
        (b"PK\x03\x04" + b"\0" * 200, images.REFUSALS[image_worker.NOT_AN_IMAGE]),
        (photo(mode="P", format="GIF"), images.REFUSALS[image_worker.NOT_AN_IMAGE]),
        (photo(format="WEBP"), images.REFUSALS[image_worker.NOT_AN_IMAGE]),
        (b"%PDF-1.7\n%...", images.PDF),
        (HEIC, images.HEIC),
        (b"\xff\xd8\xff\xe0" + b"\0" * images.MAX_BYTES, images.TOO_BIG),
        (png_header(6000, 6000), images.REFUSALS[image_worker.DAMAGED]),
        (png_header(20_000, 20_000), images.REFUSALS[image_worker.TOO_MANY_PIXELS]),
        (png_header(8_000, 8_000), images.REFUSALS[image_worker.TOO_MANY_PIXELS]),
        (png_header(1, 60_000), images.REFUSALS[image_worker.TOO_SMALL]),
        (photo(120, 80), images.REFUSALS[image_worker.TOO_SMALL]),
        (photo(10_000, 100), images.REFUSALS[image_worker.TOO_SMALL]),
        (photo(200, 20_000), images.REFUSALS[image_worker.TOO_SMALL]),
        (photo(2_001, 100), images.REFUSALS[image_worker.TOO_SMALL]),
    ],
    ids=[
        "empty",
        "text",
        "svg",
        "html",
        "zip",
        "gif",
        "webp",
        "pdf",
        "heic",
        "bytes",
        "hollow",
        "bomb",
        "pixels",
        "line",
        "stamp",
        "strip",
        "high-strip",
        "narrowest",
    ],
)
def test_it_refuses_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(images.PhotoRefused) as refused:
        images.clean(data)
    assert str(refused.value) == sentence


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_it_refuses_a_truncated_photo(kind: str) -> None:
    whole = photo(1200, 800, format=kind)
    with pytest.raises(images.PhotoRefused, match="damaged or was cut short"):
        images.clean(whole[: len(whole) * 6 // 10])


def test_it_gives_a_heic_sender_a_way_out() -> None:
    assert "Most Compatible" in images.HEIC and "JPEG" in images.HEIC


def test_it_survives_mutated_files() -> None:
    """Each decides within the child, which stays alive for the next."""
    seeds = [
        photo(300, 220),
        photo(300, 220, format="PNG"),
        photo(300, 220, mode="P", format="PNG"),
        photo(300, 220, mode="CMYK"),
    ]
    for number in range(160):
        seed = bytearray(seeds[number % len(seeds)])
        for step in range(1 + number % 7):
            seed[(number * 7919 + step * 104_729) % len(seed)] ^= 1 << (number % 8)
        try:
            assert images.clean(bytes(seed)).jpeg.startswith(b"\xff\xd8")
        except images.PhotoRefused as refused:
            assert str(refused).endswith(".")
    assert images.clean(photo()).width == 640


def test_it_replaces_a_child_that_died() -> None:
    images.warm_up()
    first = images._cleaner._process
    assert first is not None
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert images.clean(photo()).width == 640
    assert images._cleaner._process is not first


def test_it_refuses_the_photo_at_which_the_child_stops_and_goes_on() -> None:
    images.warm_up()
    child = images._cleaner._process
    assert child is not None
    os.kill(child.pid, signal.SIGSTOP)
    with pytest.raises(images.PhotoRefused) as refused:
        images._cleaner._exchange(photo(), 0.3)
    assert str(refused.value) == images.DIED
    assert images.clean(photo()).width == 640


def test_it_limits_the_child() -> None:
    images.warm_up()
    child = images._cleaner._process
    assert child is not None
    images.clean(photo())
    lines = Path(f"/proc/{child.pid}/limits").read_text().splitlines()
    limits = {line[:25].strip(): line[25:].split()[:2] for line in lines}
    assert limits["Max address space"][0] == str(image_worker.MEMORY_BYTES)
    assert limits["Max open files"][0] == str(image_worker.OPEN_FILES)
    assert limits["Max file size"][0] == "0"
    assert int(limits["Max cpu time"][0]) <= 3600


def test_it_ends_with_its_parent() -> None:
    code = (
        "import sys; sys.path.insert(0, '.'); from intake import images; images.warm_up(); "
        "print(images._cleaner._process.pid, flush=True); import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    )
    parent = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    pid = int(parent.stdout)
    for _ in range(100):
        try:
            if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
                return
        except FileNotFoundError:
            return
        os.sched_yield()
        signal.sigtimedwait([], 0.02)
    raise AssertionError("The child outlives its parent.")
