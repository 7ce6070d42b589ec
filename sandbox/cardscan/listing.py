"""Lists by pages: the newest first, with a cursor that is nobody's business but ours (contract section 3.1)."""

from __future__ import annotations

import base64
from bisect import bisect_left, insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.cardscan.access import Caller
from sandbox.cardscan.problems import Problem
from sandbox.indexes import Index
from sandbox.state import store

Record = dict[str, Any]


@dataclass(frozen=True)
class Listed:
    """What a list knows of a record: whose it is, whether it is listed at all, and what a search looks through."""

    identity: str
    is_listed: bool
    texts: tuple[str, ...]


class Listing(Index[Listed]):
    """The records of a collection in the order in which they were made, all of them and those of each identity."""

    def __init__(self, collection: str, texts_of: Callable[[Record], tuple[str, ...]] | None = None) -> None:
        """List a collection; `texts_of` returns what a search looks through in a record, in small letters."""
        super().__init__("cardscan", collection)
        self._collection, self._texts_of = collection, texts_of
        self._all: list[int] = []
        self._of: dict[str, list[int]] = {}
        self._keys: dict[int, str] = {}

    def entry_of(self, key: str, doc: Record) -> Listed:
        """Return what the list knows of a record; a deleted one is not listed, and a cursor may still name it."""
        texts = self._texts_of(doc) if self._texts_of and not doc["deleted"] else ()
        return Listed(doc["identity"], not doc["deleted"], texts)

    def added(self, key: str, entry: Listed) -> None:
        """List a record in its place."""
        number = self.number(key)
        self._keys[number] = key
        if entry.is_listed:
            insort(self._all, number)
            insort(self._of.setdefault(entry.identity, []), number)

    def removed(self, key: str, entry: Listed) -> None:
        """List a record no more."""
        if entry.is_listed:
            for numbers in (self._all, self._of[entry.identity]):
                del numbers[bisect_left(numbers, self.number(key))]

    def emptied(self) -> None:
        """List nothing."""
        self._all, self._of, self._keys = [], {}, {}

    def page(
        self, caller: Caller, *, limit: int, cursor: str | None, text: str | None = None
    ) -> tuple[list[Record], dict[str, Any]]:
        """Return one page of the caller's records, the newest first, and its `response_metadata`.

        Args:
            caller: whose records; the account has all.
            limit: how many, at least 1.
            cursor: the `next_cursor` of the page before, or None for the first.
            text: only those that mention it.

        Raises:
            Problem: 400 when the cursor is none of ours.
        """
        with self.entries() as entries:
            found: Sequence[int] = self._all if caller.is_account else self._of.get(caller.identity, [])
            if text is not None:
                wanted = text.lower()
                found = [number for number in found if any(wanted in one for one in entries[self._keys[number]].texts)]
            end = bisect_left(found, self._number_of(cursor)) if cursor else len(found)
            keys = [self._keys[number] for number in reversed(found[max(0, end - limit) : end])]
            about: dict[str, Any] = {"limit": limit, "total": len(found)}
        if end > limit:
            about["next_cursor"] = base64.urlsafe_b64encode(keys[-1].encode()).decode()
        records = store().find("cardscan", self._collection, keys)
        return [records[key] for key in keys if key in records and not records[key]["deleted"]], about

    def _number_of(self, cursor: str) -> int:
        try:
            return self.number(base64.urlsafe_b64decode(cursor.encode()).decode())
        except (ValueError, KeyError):
            raise Problem(400, "cursor is not valid") from None
