"""Times as CardScan writes them."""

from __future__ import annotations

from datetime import datetime

from sandbox import clock


def stamp(moment: datetime) -> str:
    """Return a time as the vendor writes it: `2025-06-18 02:26:24.578379+00:00`."""
    return moment.isoformat(sep=" ", timespec="microseconds")


def now() -> str:
    """Return the sandbox's time, written so."""
    return stamp(clock.now())
