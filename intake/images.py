"""Photos of cards: cleaned inside the request, in one warm child process with limits of its own.

What is kept, shown and sent is only the cleaned copy: upright, RGB on white, long side at most 2000 pixels, JPEG
quality 85 or better, no metadata. See intake/image_worker.py for the decoding and docs/intake.md for the numbers.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import image_worker as worker
from . import photo_doubts

AS_PRINTED, ON_SIDE = worker.AS_PRINTED, worker.way_up.ON_SIDE
MAX_BYTES = 12 * 1024 * 1024
# How long a photo may take on the wall: with the wait for others, and once the child has it. What it may cost of the
# processor is less by far (worker.SECONDS); the rest is for a machine that has much else to do.
WALL_SECONDS, ANSWER_SECONDS = 12.0, 6.0
# The child looks for modules in this folder after Python's own and nowhere else of ours, whatever its surroundings say.
_FOLDER = Path(worker.__file__).parent.parent
_PROGRAM = "import sys; sys.path.append(sys.argv[1]); from intake.image_worker import main; main()"


class PhotoRefused(Exception):
    """The upload cannot be used; the message is a sentence for the person who sent it, saying what to do."""


EMPTY = "This file is empty. Choose the photo again, or take a new one."
TOO_BIG = (
    f"This file is larger than {MAX_BYTES // (1024 * 1024)} MB. Take the photo again with the normal camera setting, "
    "or make the file smaller, and add it once more."
)
HEIC = (
    "This photo is in Apple's HEIC format, which insurance card readers do not take. On the iPhone choose Settings, "
    "Camera, Formats, Most Compatible and take it again, or send the photo to yourself by e-mail, which makes a JPEG."
)
PDF = "This is a PDF document. Take a photo of the card, or save the page as a JPEG or PNG picture, and add that."
DIED = "This photo could not be opened safely. Take a new photo of the card and add that instead."
BUSY = "Other photos are being worked on. Nothing was lost; add this photo once more in a few seconds."
REFUSALS = {
    worker.NOT_AN_IMAGE: "This file is not a photo we can read. Add a JPEG or PNG picture of the card.",
    worker.TOO_MANY_PIXELS: (
        "This picture has more than 50 million pixels. Take it again with the normal camera setting and add that."
    ),
    worker.TOO_SMALL: "This picture is too small to read. Take it again closer to the card, so that the card fills it.",
    worker.TOO_SLOW: (
        "This picture takes too long to open. Take a new photo with the normal camera setting and add that instead."
    ),
    worker.DAMAGED: "This file is damaged or was cut short on its way. Add it once more, or take a new photo.",
}

CONCERNS = {
    "BLURRED": "This photo is blurred. Hold still, tap the card on the screen to focus, and take it again.",
    "DARK": "This photo is very dark. Take it again near a window or under a lamp.",
    "FEW_PIXELS": "This picture is small, so small print may be lost. Take it again with the camera, card filling it.",
    "GLARE": "A lamp or a window shines on the card and hides print. Tilt the card a little and take it again.",
    "CUT_OFF": "A part of the card is outside the picture. Move back until all four corners show, and take it again.",
    "NOT_A_CARD": "No card with print can be seen. Lay the card down so that it fills the picture, and take it again.",
}
_CONCERN = {getattr(photo_doubts, name): name for name in CONCERNS}


@dataclass(frozen=True)
class CleanPhoto:
    """A JPEG ready to keep and to send, with its size in pixels.

    `concern` says what may keep it from being read well (a key of CONCERNS), "" for nothing. `look` is its print as 16
    hexadecimal digits; `far_apart` compares two. `turned` is by how many quarters (clockwise) it was turned because its
    print stood so; ON_SIDE says that the print runs up or down, and which way is for a person to say.
    """

    jpeg: bytes = field(repr=False)
    width: int
    height: int
    concern: str
    look: str = field(repr=False)
    turned: int = 0


def clean(data: bytes, *, quarters: int = AS_PRINTED) -> CleanPhoto:
    """Return the cleaned copy of an uploaded photo; raises PhotoRefused with a sentence that says what to do.

    After it is upright by its own account it is turned by so many quarters (0 to 3, clockwise), or as its print stands
    where nobody says.
    """
    refusal = _refused_unseen(data)
    if refusal:
        raise PhotoRefused(refusal)
    return _cleaner.clean(data, quarters)


def far_apart(one: str, other: str) -> int:
    """Return in how many of 64 places two prints differ; 0 is the same picture, 32 is chance."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def warm_up() -> None:
    """Start the child now, so that the first photo of the day does not wait for it."""
    _cleaner.warm_up()


def _refused_unseen(data: bytes) -> str:
    """Return why a file is refused by its size and first bytes alone, "" to go on."""
    if not data:
        return EMPTY
    if len(data) > MAX_BYTES:
        return TOO_BIG
    if data[:5] == b"%PDF-":
        return PDF
    if data[4:8] == b"ftyp" and data[8:12] in {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}:
        return HEIC
    return ""


class _Cleaner:
    """One child process, kept warm, used by one thread at a time, replaced when it dies or takes too long."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def clean(self, data: bytes, quarters: int) -> CleanPhoto:
        """Have the child clean one photo within WALL_SECONDS, the wait for other photos included."""
        ends = time.monotonic() + WALL_SECONDS
        if not self._lock.acquire(timeout=WALL_SECONDS / 2):
            raise PhotoRefused(BUSY)
        try:
            return self._exchange(data, min(ANSWER_SECONDS, ends - time.monotonic()), quarters)
        finally:
            self._lock.release()

    def warm_up(self) -> None:
        """Start the child unless it is there."""
        with self._lock:
            self._child()

    def restart(self) -> None:
        """End the child; the next photo gets a new one."""
        with self._lock:
            if self._process is not None and self._owner == os.getpid():
                self._drop(self._process)

    def _child(self) -> subprocess.Popen[bytes]:
        """Return the living child; a process forked from us must not share its pipes, so it gets its own."""
        if self._process is None or self._owner != os.getpid() or self._process.poll() is not None:
            self._owner = os.getpid()
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-I", "-c", _PROGRAM, str(_FOLDER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # Large blocks go back to the system when they are freed, so that one photo leaves nothing to the next.
                env={"PATH": os.defpath, "MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "262144"},
                cwd="/",
            )
        return self._process

    def _exchange(self, data: bytes, seconds: float, quarters: int = AS_PRINTED) -> CleanPhoto:
        """Send one photo and read the answer. A timer kills the child at the deadline, which ends both pipes."""
        child = self._child()
        timer = threading.Timer(seconds, child.kill)
        timer.start()
        try:
            return _read_answer(child, data, quarters)
        except (OSError, EOFError):
            self._drop(child)
            raise PhotoRefused(DIED) from None
        finally:
            timer.cancel()

    def _drop(self, child: subprocess.Popen[bytes]) -> None:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                with contextlib.suppress(OSError):  # unsent bytes of a pipe whose reader is gone
                    pipe.close()
        self._process = None


def _read_answer(child: subprocess.Popen[bytes], data: bytes, quarters: int) -> CleanPhoto:
    """Speak one frame each way with the child; raises OSError or EOFError when it is gone, PhotoRefused for its no."""
    if child.stdin is None or child.stdout is None:
        raise EOFError
    child.stdin.write(worker.HEADER.pack(len(data), quarters, 0, 0, 0, 0, b""))
    child.stdin.write(data)
    child.stdin.flush()
    header = child.stdout.read(worker.HEADER.size)
    if len(header) < worker.HEADER.size:
        raise EOFError
    size, code, width, height, concern, turned, look = worker.HEADER.unpack(header)
    if code != worker.OK:
        raise PhotoRefused(REFUSALS[code])
    jpeg = child.stdout.read(size)
    if len(jpeg) < size:
        raise EOFError
    return CleanPhoto(jpeg, width, height, _CONCERN.get(concern, ""), look.hex(), turned)


_cleaner = _Cleaner()
