"""The sandbox's clock: real time plus an offset that can be moved, so that a day can pass in a second."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sandbox.state import store

_listeners: list[Callable[[], None]] = []


def offset() -> timedelta:
    """Return how far the sandbox's clock is ahead of real time (negative: behind)."""
    kept = store().get("sandbox", "clock", "offset")
    return timedelta(seconds=float(kept["seconds"])) if kept else timedelta()


def now() -> datetime:
    """Return the sandbox's time, aware, in UTC."""
    return datetime.now(UTC) + offset()


def advance(seconds: float | Decimal) -> datetime:
    """Move the clock by a number of seconds (negative: back) and return the new time."""
    with store().transaction():  # two that move it at once move it twice
        return _keep(offset() + timedelta(seconds=float(seconds)))


def move_to(moment: datetime) -> datetime:
    """Move the clock to an aware moment and return the new time; it goes on from there."""
    return _keep(moment - datetime.now(UTC))


def back_to_real_time() -> datetime:
    """Put the clock back to real time and return it."""
    return _keep(timedelta())


def on_move(callback: Callable[[], None]) -> None:
    """Have `callback()` called whenever the clock is moved, for what waits for a time to come."""
    _listeners.append(callback)


def _keep(new: timedelta) -> datetime:
    with store().transaction():
        store().put("sandbox", "clock", "offset", {"seconds": str(new.total_seconds())})
        for callback in _listeners:
            store().afterwards(callback)
        return now()
