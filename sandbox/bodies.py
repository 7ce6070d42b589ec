"""Request bodies with a limit, for every vendor: what is too long is thrown away as it comes and never kept."""

from __future__ import annotations

from starlette.requests import Request

KILOBYTE, MEGABYTE = 1000, 1_000_000


class TooLong(Exception):
    """The body of a request is longer than anybody needs; the message says how long it may be.

    Attributes:
        most: the bytes that it may have.
    """

    def __init__(self, most: int) -> None:
        """Say how many bytes are the most."""
        size = f"{most // MEGABYTE} MB" if most >= MEGABYTE else f"{most // KILOBYTE} kB"
        super().__init__(f"The body of this request has at most {size}.")
        self.most = most


async def read_body(request: Request, most: int) -> bytes:
    """Return the body of a request.

    Args:
        request: what came.
        most: the bytes that it may have, a number of kilobytes (1000 bytes) or megabytes.

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
