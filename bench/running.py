"""The whole program: its second start, its memory, and what it adds to the sandbox's own time for a scan."""

import json
import tempfile
import time
from pathlib import Path

import psutil

from bench import scan
from bench.measure import Figure, seconds
from demo.instance import Instance

MEASURED = ("core.wsgi:application", "celery", "dispatch")


def _megabytes(instance: Instance) -> float:
    """Return the PSS of web, worker and dispatcher, with the children that they started, in MB."""
    total = 0
    for child in psutil.Process(instance.process.pid).children(recursive=True):
        line = " ".join(child.cmdline())
        if (any(word in line for word in MEASURED) and " beat " not in line) or "image_worker" in line:
            total += child.memory_full_info().pss
    return total / 1e6


def run() -> list[Figure]:
    """Start it twice, measure the second start and the memory after some pages."""
    instance = Instance(Path(tempfile.mkdtemp(prefix="frontdesk-bench-run-")))
    try:
        first = seconds(instance.start)
        instance.stop()
        time.sleep(0.5)
        second = seconds(instance.start)
        logins = json.loads((instance.data / "demo.json").read_text())
        return [
            *scan.run(instance, logins),
            Figure("second start of the whole program", second, 10.0, "s", note=f"the first took {first:.1f} s"),
            Figure("memory of web, worker and dispatcher", _megabytes(instance), 400.0, "MB"),
        ]
    finally:
        instance.stop()
