"""Log lines without personal data: an exception is shown by its type and its places, never by its message.

A database puts the whole row into its message ("Failing row contains …"), so no message of an exception is logged.
"""

import logging
import traceback
from types import TracebackType

Info = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class QuietFormatter(logging.Formatter):
    """Formats tracebacks without the exceptions' messages."""

    def formatException(self, ei: Info) -> str:
        """Return the frames and the types of the exception and of what led to it."""
        return "\n".join(_lines(ei[1])) if ei[1] is not None else ""


def _lines(error: BaseException) -> list[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    lines = [*_lines(before), "which led to:"] if before is not None else []
    frames = traceback.extract_tb(error.__traceback__)
    lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
    return [*lines, f"{type(error).__module__}.{type(error).__qualname__} (its message is not logged)"]
