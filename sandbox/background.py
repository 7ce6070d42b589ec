"""A thread that does what is due and sleeps until something else is, or until somebody wakes it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

logger = logging.getLogger("sandbox")

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
        self._stopping = True
        self.wake()
        if self._thread is not None:
            self._thread.join(seconds)
            self._thread = None

    def wake(self) -> None:
        """Look again at once: something was added, or the clock was moved."""
        with self._changed:
            self._wakes += 1
            self._changed.notify_all()

    def _run(self) -> None:
        while not self._stopping:
            seen = self._wakes
            try:
                wait = self._step()
            except Exception:
                logger.exception("%s failed", self._name)
                wait = _PAUSE
            self._sleep(seen, wait)

    def _sleep(self, seen: int, seconds: float) -> None:
        with self._changed:
            if seconds > 0 and self._wakes == seen and not self._stopping:
                self._changed.wait(seconds)
