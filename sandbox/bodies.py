"""Request bodies with a limit, for every vendor: what is too long is thrown away as it comes and never kept."""

from __future__ import annotations

from starlette.requests import Request

KILOBYTE, KIBIBYTE, MEGABYTE = 1000, 1024, 1_000_000
_UNITS = ((MEGABYTE, "MB"), (KIBIBYTE, "KiB"), (KILOBYTE, "kB"), (1, "bytes"))


class TooLong(Exception):
    """The body of a request is longer than anybody needs; the message says how long it may be.

    Attributes:
        most: the bytes that it may have.
    """

    def __init__(self, most: int) -> None:
        """Say how many bytes are the most."""
        unit, word = next((unit, word) for unit, word in _UNITS if most % unit == 0)
        super().__init__(f"The body of this request has at most {most // unit} {word}.")
        self.most = most


async def read_body(request: Request, most: int) -> bytes:
    """Return the body of a request.

    Args:
        request: what came.
        most: the bytes that it may have.

    Raises:
        TooLong: it has more. It was read to its end, since most clients listen only after they have said everything.
    """
    kept = bytearray()
    size = 0
    async for part in request.stream():
        size += len(part)
        if size <= most:
            kept += part
        else:
            kept.clear()
    if size > most:
        raise TooLong(most)
    return bytes(kept)
