"""What is looked for in a collection, kept in memory beside the store, so that nobody reads all of it at every call."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Generic, TypeVar

from sandbox.state import Doc, Store, store

Entry = TypeVar("Entry")


class Index(ABC, Generic[Entry]):
    """Knows something of every document of a collection: reads it once, then learns of every change.

    A subclass says what is known of a document, and keeps the ways to find it; they are read within `entries()`.
    """

    def __init__(self, vendor: str, collection: str) -> None:
        """Know nothing yet; the collection is read when it is first asked about."""
        self._lock = threading.RLock()
        self._place = (vendor, collection)
        self._store: Store | None = None
        self._entries: dict[str, Entry] = {}
        self._numbers: dict[str, int] = {}

    @abstractmethod
    def entry_of(self, key: str, doc: Doc) -> Entry | None:
        """Return what is known of a document, or None for one that nobody looks for."""

    def added(self, key: str, entry: Entry) -> None:
        """Make an entry be found; one with the same key was removed before."""

    def removed(self, key: str, entry: Entry) -> None:
        """Let an entry be found no more."""

    def emptied(self) -> None:
        """Let nothing be found any more."""

    @contextmanager
    def entries(self) -> Iterator[Mapping[str, Entry]]:
        """Let what is known be read, by key, the oldest document first; it stays as it is meanwhile."""
        while True:
            self._be_ready()
            with self._lock:
                if self._store is store():
                    yield self._entries
                    return

    def _be_ready(self) -> None:
        if self._store is not store():
            # The writer's turn comes before the lock, as it does for everybody who writes and then tells.
            with store().transaction(), self._lock:
                self._read()

    def number(self, key: str) -> int:
        """Return a number of a document that is known; a younger one has a greater number."""
        return self._numbers[key]

    def _read(self) -> None:
        self.forget()
        store().watch(*self._place, self)
        for key, doc in store().items(*self._place):
            self._learn(key, self.entry_of(key, doc))
        self._store = store()

    def change(self, key: str, doc: Doc | None) -> Callable[[], None]:
        """See `sandbox.state.Watcher`."""
        return partial(self._learn, key, None if doc is None else self.entry_of(key, doc))

    def _learn(self, key: str, entry: Entry | None) -> None:
        with self._lock:
            before = self._entries.get(key)
            if before is not None:
                self.removed(key, before)
            if entry is not None:
                self._entries[key] = entry
                self._numbers.setdefault(key, len(self._numbers))
                self.added(key, entry)
            else:
                self._entries.pop(key, None)

    def forget(self) -> None:
        """See `sandbox.state.Watcher`."""
        with self._lock:
            self._store = None
            self._entries, self._numbers = {}, {}
            self.emptied()


class Presence(Index[bool]):
    """Knows whether there is anything at all in a collection that is looked at by every call and mostly empty."""

    def entry_of(self, key: str, doc: Doc) -> bool:
        """Return that it is there."""
        return True

    def is_empty(self) -> bool:
        """Tell whether there is nothing."""
        with self.entries() as entries:
            return not entries
