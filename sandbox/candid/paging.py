"""Pages: sizes, opaque tokens, and the fields that stand around the items."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.candid.fields import BadRequest

Doc = dict[str, Any]
USUAL, LARGEST = 20, 100
_MOST_DIGITS = 12


def size(query: Mapping[str, str], name: str) -> int:
    """Return how many items a page shall have.

    Raises:
        BadRequest: it is no number from 1 to LARGEST.
    """
    text = query.get(name) or str(USUAL)
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and 1 <= int(text) <= LARGEST):
        raise BadRequest(f"must be a whole number from 1 to {LARGEST}.", field=name)
    return int(text)


def start(query: Mapping[str, str]) -> int:
    """Return where the page begins that the page_token stands for.

    Raises:
        BadRequest: it is none of our tokens.
    """
    token = query.get("page_token", "")
    if not token:
        return 0
    try:
        text = base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise BadRequest("is not a token of this list.", field="page_token", status=400) from error
    if not text.startswith("p") or not text[1:].isdigit() or len(text) > _MOST_DIGITS:
        raise BadRequest("is not a token of this list.", field="page_token", status=400)
    return int(text[1:])


def page(items: Sequence[Any], *, begin: int, most: int, found: int, total: int | None = None) -> Doc:
    """Return a page.

    Args:
        items: what is on it.
        begin: how many items come before it.
        most: how many fit on a page.
        found: how many there are on all pages.
        total: what to tell as `total`, if not `found`.
    """
    return {
        "items": items,
        "total": found if total is None else total,
        "next_page_token": _token(begin + most) if begin + most < found else None,
        "prev_page_token": _token(max(0, begin - most)) if begin else None,
    }


def _token(begin: int) -> str:
    return base64.urlsafe_b64encode(f"p{begin}".encode()).decode()
