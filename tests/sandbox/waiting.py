"""Waits for what a vendor does after its client has gone."""

import time
from collections.abc import Callable


def wait_until(done: Callable[[], bool], seconds: float = 20) -> None:
    """Ask again and again until it is done; fail when it is not after so many seconds."""
    ends = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < ends, "It has not happened."
        time.sleep(0.02)
