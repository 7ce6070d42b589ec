"""Lists by pages: the newest first, with a cursor that is nobody's business but ours (contract section 3.1)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from sandbox.cardscan.problems import Problem
from sandbox.state import store

Record = dict[str, Any]


def page(
    collection: str, is_wanted: Callable[[Record], bool], *, limit: int, cursor: str | None
) -> tuple[list[Record], dict[str, Any]]:
    """Return one page of a collection, the newest first, and its `response_metadata`.

    Args:
        collection: where the records are kept.
        is_wanted: tells which of them are listed at all.
        limit: how many records, at least 1.
        cursor: the `next_cursor` of the page before, or None for the first.

    Raises:
        Problem: 400 when the cursor is none of ours.
    """
    everything = store().items("cardscan", collection)[::-1]
    start = _start_after([key for key, _record in everything], cursor)
    wanted = [is_wanted(record) for _key, record in everything]
    rest = [one for one, is_one in zip(everything[start:], wanted[start:], strict=True) if is_one]
    about: dict[str, Any] = {"limit": limit, "total": sum(wanted)}
    if len(rest) > limit:
        about["next_cursor"] = base64.urlsafe_b64encode(rest[limit - 1][0].encode()).decode()
    return [record for _key, record in rest[:limit]], about


def _start_after(keys: list[str], cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        return keys.index(base64.urlsafe_b64decode(cursor.encode()).decode()) + 1
    except ValueError:
        raise Problem(400, "cursor is not valid") from None
