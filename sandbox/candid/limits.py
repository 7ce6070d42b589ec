"""How many calls are let through in a while; counted in memory, so a restart begins anew."""

from __future__ import annotations

import threading
import time
from collections import deque


class Limiter:
    """Counts calls by caller over a rolling period."""

    def __init__(self) -> None:
        """Start with nothing counted."""
        self._calls: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def allows(self, caller: str, *, most: int, seconds: float) -> bool:
        """Count a call unless `most` were counted in the last `seconds`; return whether it was counted."""
        now = time.monotonic()
        with self._lock:
            calls = self._calls.setdefault(caller, deque())
            while calls and calls[0] <= now - seconds:
                calls.popleft()
            if len(calls) >= most:
                return False
            calls.append(now)
            return True

    def forget(self) -> None:
        """Forget all calls."""
        with self._lock:
            self._calls.clear()
