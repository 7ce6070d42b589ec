"""The card reader on families of cards nobody tuned it with: how well it reads, how long it takes, its memory.

The same measure as `python -m tests.cards.measure --set held_out`, of PEOPLE cards of each family.
"""

import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from bench.measure import Figure, at_least, side_by_side

ROOT = Path(__file__).resolve().parent.parent
PEOPLE = 3
#: the pictures that are timed: way of taking them (photo.py), and how they lie (counter-clockwise quarter turns)
TIMED = {"scan": ("scan", (0, 0)), "upright photo": ("photo", (0, 0)), "turned photo": ("photo", (1, 2, 3))}
LIMITS = {"clean": 0.95, "bad": 0.85}


def run() -> list[Figure]:
    """Return F1 on clean cards and bad photos, the calibration error, time against plain RapidOCR, and memory."""
    return [*_reading(), *_times(), Figure("card reader: memory of a process that reads", _memory(), 700.0, "MB")]


def _reading() -> list[Figure]:
    from tests.cards.families import load
    from tests.cards.figures import Tally, count
    from tests.cards.measure import readings, tally
    from tests.cards.photo import GRADES

    tallies = {grade: tally(readings(load("held_out"), grade, range(PEOPLE))) for grade in GRADES}
    figures = []
    for grade, least in LIMITS.items():
        counted = count(tallies[grade])
        fields = ", ".join(f"{name} {counts.f1:.2f}" for name, counts in counted.fields.items())
        figures.append(at_least(f"card reader: F1, {grade} photos", counted.f1, least, note=fields))
    every = count(sum(tallies.values(), Tally()))
    note = f"{every.said} values; wrong with 0.9 or more: {every.sure_and_wrong}"
    return [*figures, Figure("card reader: calibration error", every.calibration_error, 0.08, "", note)]


def _photos(way: str, turns: tuple[int, ...], side: int = 0) -> Iterator[bytes]:
    """Photograph a card for each of the given ways to lie; `side` is the long side in pixels, 0 for the usual one."""
    from tests.cards.families import load
    from tests.cards.photo import PHOTOS, as_bytes

    for turn, family in zip(turns, load("held_out"), strict=False):
        yield as_bytes(family.face(0).front, replace(PHOTOS[way], turns=turn, side=side))


def _times() -> list[Figure]:
    """Time reading a side against opening the picture and one pass of RapidOCR as it comes, with as many threads."""
    from rapidocr import RapidOCR

    from sandbox.cardscan.reader import read_side, warm_up
    from sandbox.cardscan.reader.engine import THREADS

    warm_up()
    plain = RapidOCR(params={"Global.log_level": "error", "EngineConfig.onnxruntime.intra_op_num_threads": THREADS})

    def plainly(photo: bytes) -> None:
        picture = ImageOps.exif_transpose(Image.open(io.BytesIO(photo))).convert("RGB")
        plain(np.ascontiguousarray(np.asarray(picture)[:, :, ::-1]))

    figures = []
    for name, (way, turns) in TIMED.items():
        pairs = [
            side_by_side(lambda p=photo: read_side(p), lambda p=photo: plainly(p), 3) for photo in _photos(way, turns)
        ]
        ours, theirs = sum(a for a, _ in pairs), sum(b for _, b in pairs)
        note = f"{ours / len(pairs):.2f} s against {theirs / len(pairs):.2f} s"
        figures.append(Figure(f"card reader: one side, {name} / plain RapidOCR", ours / theirs, 1.5, note=note))
    return figures


def _memory() -> float:
    """Return the peak resident memory, in MB, of a fresh process that reads 12-megapixel photos lying in all ways."""
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-cards-") as folder:
        for number, photo in enumerate(_photos("photo", (0, 1, 2, 3), side=4000)):
            (Path(folder) / f"{number}.jpg").write_bytes(photo)
        command = [sys.executable, "-c", "from bench.reader import tell_memory; tell_memory()", folder]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        told = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    return float(told.stdout)


def tell_memory() -> None:
    """Read the photos in the folder that is the first argument and print this process's peak memory in MB."""
    from sandbox.cardscan.reader import read_side

    for photo in sorted(Path(sys.argv[1]).glob("*.jpg")):
        read_side(photo.read_bytes())
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(int(peak[1]) * 1024 / 1e6 if peak else 0)
