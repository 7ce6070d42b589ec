"""Upload forms (multipart/form-data, RFC 7578), taken apart at once: their whole body is there, and it has a limit."""

from __future__ import annotations

from functools import lru_cache

from python_multipart.multipart import parse_options_header

_MOST_PARTS = 50
_MOST_EDGE = 256
_LINE = b"\r\n"


class NoForm(Exception):
    """The body is not well-formed."""


def fields_and_file(content_type: str, body: bytes) -> tuple[dict[str, str], bytes | None]:
    """Return the fields before the part named `file`, and that part; like S3, what follows it is not looked at.

    Args:
        content_type: the header, which tells the boundary.
        body: all of the form.

    Raises:
        NoForm: it is not well-formed, or has very many parts.
    """
    fields: dict[str, str] = {}
    for part in _parts(_boundary(content_type), body):
        options, data = _read(part)
        name = _text(options[b"name"])
        if name == "file":
            return fields, data
        fields[name] = "" if b"filename" in options else _text(data)  # a file of another name: the policy allows none
    return fields, None


def _boundary(content_type: str) -> bytes:
    boundary = _options(content_type.encode("latin-1")).get(b"boundary", b"")
    if not 0 < len(boundary) <= _MOST_EDGE:
        raise NoForm
    return boundary


def _parts(boundary: bytes, body: bytes) -> list[bytes]:
    """Return what lies between the delimiters; the last of these has two dashes behind it."""
    first, *parts = (_LINE + body).split(_LINE + b"--" + boundary)
    if first.strip() or not parts or not parts[-1].startswith(b"--") or len(parts) > _MOST_PARTS + 1:
        raise NoForm
    return parts[:-1]


def _read(part: bytes) -> tuple[dict[bytes, bytes], bytes]:
    """Return what the Content-Disposition of a part says, which has a name, and the part's own bytes."""
    head, found, data = part.partition(_LINE * 2)
    rest_of_delimiter, *headers = head.split(_LINE)
    if not found or rest_of_delimiter.strip():
        raise NoForm
    for header in headers:
        name, _colon, value = header.partition(b":")
        if name.lower() == b"content-disposition" and b"name" in _options(value):
            return _options(value), data
    raise NoForm


# The parts of all uploads have the same names.
@lru_cache(maxsize=200)
def _options(value: bytes) -> dict[bytes, bytes]:
    return parse_options_header(value)[1]


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
