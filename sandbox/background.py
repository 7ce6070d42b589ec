"""Threads that do what is due and sleep until something else is, or until somebody wakes them."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from sandbox import mishap

# After a step that failed, so that a fault that stays does not fill the log.
_PAUSE = 1.0


class Background:
    """One thread with one kind of work."""

    def __init__(self, name: str, step: Callable[[], float]) -> None:
        """Make it; `start` starts it.

        Args:
            name: the thread's, for the log.
            step: does at most one thing and returns the seconds until the next is due, 0 for at once.
        """
        self._name = name
        self._step = step
        self._changed = threading.Condition()
        self._wakes = 0
        self._rested = -1  # the wakes it had seen when it went to sleep
        self._looks_at = math.inf  # the moment at which it wakes up by itself; only known while it sleeps
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, with whatever an earlier process has left; a second call does nothing."""
        if self._thread is None:
            self._stopping = False
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def stop(self, seconds: float) -> None:
        """Finish the step in hand if it takes no longer than `seconds`."""
        self.ask_to_stop()
        if self._thread is not None:
            self._thread.join(seconds)
            self._thread = None

    def ask_to_stop(self) -> None:
        """Begin no other step; `stop` waits for the one in hand."""
        self._stopping = True
        self.wake()

    def wake(self) -> None:
        """Look again at once: something was added, or the clock was moved."""
        with self._changed:
            self._wakes += 1
            self._looks_at = math.inf
            self._changed.notify_all()

    def wake_by(self, seconds: float) -> None:
        """Look again in so many seconds at the latest; one that sleeps no longer than that is not disturbed."""
        with self._changed:
            if self._looks_at > time.monotonic() + seconds:
                self.wake()

    def wake_from_sleep(self) -> bool:
        """Look again at once if it sleeps; return whether it did."""
        with self._changed:
            sleeps = self._looks_at < math.inf
            if sleeps:
                self.wake()
            return sleeps

    @property
    def is_resting(self) -> bool:
        """Whether it has looked since it was last woken and found nothing due."""
        return self._rested == self._wakes

    def _run(self) -> None:
        while not self._stopping:
            seen = self._wakes
            try:
                wait = self._step()
            except Exception as error:
                mishap.log(self._name, error)
                wait = _PAUSE
            self._sleep(seen, wait)

    def _sleep(self, seen: int, seconds: float) -> None:
        with self._changed:
            if seconds > 0 and self._wakes == seen and not self._stopping:
                self._rested = seen
                self._looks_at = time.monotonic() + seconds
                self._changed.wait(seconds)
                self._looks_at = math.inf


class Pool:
    """Several threads with one kind of work, so that a slow step does not keep the others waiting."""

    def __init__(self, name: str, step: Callable[[], float], size: int) -> None:
        """Make it; `step` is as for `Background`, and safe to be done by `size` threads at once."""
        self._threads = [Background(f"{name} {number}", step) for number in range(1, size + 1)]

    def start(self) -> None:
        """Begin, with whatever an earlier process has left; a second call does nothing."""
        for one in self._threads:
            one.start()

    def stop(self, seconds: float) -> None:
        """Finish the steps in hand that take no longer than `seconds`, all together."""
        ends = time.monotonic() + seconds
        for one in self._threads:
            one.ask_to_stop()
        for one in self._threads:
            one.stop(max(0.0, ends - time.monotonic()))

    def wake(self) -> None:
        """Look again at once: something was added, or the clock was moved."""
        for one in self._threads:
            one.wake()

    def wake_one(self) -> None:
        """Have one that sleeps look again at once: one thing was added. When none sleeps, all look again anyway."""
        if not any(one.wake_from_sleep() for one in self._threads):
            self.wake()

    @property
    def is_resting(self) -> bool:
        """Whether all have looked since they were last woken and found nothing due."""
        return all(one.is_resting for one in self._threads)
