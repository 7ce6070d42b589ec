"""How a mistake of the sandbox is logged: what kind and where, and none of its words, which can quote a client."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

logger = logging.getLogger("sandbox")


def log(name: str, error: BaseException) -> None:
    """Log that `name` failed: the error's type and the lines of code that led to it."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    logger.error("%s failed: %s at %s", name, type(error).__name__, places)
