"""What the sandbox remembers: JSON documents in one SQLite file, so that a restart loses nothing."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import simplejson

Doc = dict[str, Any]

# What every call looks at (faults, scenarios, switches, the clock) is kept in memory, too.
SETTINGS = "sandbox"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    seq INTEGER PRIMARY KEY,
    vendor TEXT NOT NULL,
    collection TEXT NOT NULL,
    key TEXT NOT NULL,
    doc TEXT NOT NULL,
    UNIQUE (vendor, collection, key)
);
DROP INDEX IF EXISTS documents_in_order;
"""
# So many writes later the log is put into the file, about four megabytes of it.
_WRITES_PER_CHECKPOINT = 500
_SELECT = "SELECT doc FROM documents WHERE vendor = ? AND collection = ? AND key = ?"
_FIND = "SELECT key, doc FROM documents WHERE vendor = ? AND collection = ? AND key IN"
_MOST_KEYS = 500
_DELETE = "DELETE FROM documents WHERE vendor = ? AND collection = ? AND key = ?"
_UPSERT = (
    "INSERT INTO documents (vendor, collection, key, doc) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (vendor, collection, key) DO UPDATE SET doc = excluded.doc"
)


class NoStore(Exception):
    """The process-wide store was asked for before it was opened."""


# Made once: every call writes and reads several documents.
_ENCODER = simplejson.JSONEncoder(use_decimal=True, separators=(",", ":"))
_DECODER = simplejson.JSONDecoder(parse_float=Decimal)


def dump(doc: Any) -> str:
    """Return the JSON text of a document; Decimals stay exact."""
    text: str = _ENCODER.encode(doc)
    return text


def load(text: str | bytes) -> Any:
    """Return the document of a JSON text; numbers with a point come back as Decimal."""
    return _DECODER.decode(text)


class Watcher(Protocol):
    """Keeps in memory what it looks for in a collection (`sandbox.indexes`)."""

    def change(self, key: str, doc: Doc | None) -> Callable[[], None]:
        """Return what makes it know a document, or that there is none any more, once that is in the store for all."""
        ...

    def forget(self) -> None:
        """Know nothing any more: the collection was emptied, or what was written in it came to nothing."""
        ...


class Store:
    """Documents by vendor, collection and key; writers take turns, readers never wait.

    Every thread has its own connection, and only one process may use a file. Never await inside `transaction()`: the
    lock belongs to the thread, and another coroutine of the same thread would walk into it.
    """

    def __init__(self, path: Path) -> None:
        """Open (or make) the file at `path`."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = path
        self._mine = threading.local()
        self._writer = threading.RLock()
        self._depth = 0
        self._after_reset: list[Callable[[str | None], None]] = []
        self._afterwards: list[Callable[[], None]] = []
        self._watchers: dict[tuple[str, str], Watcher] = {}
        self._unsure: list[Watcher] = []  # may know of what is not committed yet
        self._writes = 0
        self._connection().executescript(_SCHEMA)
        self._settings: dict[str, dict[str, str]] = {}
        self._read_settings()

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._mine, "connection", None)
        if found is None:
            found = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
            found.execute("PRAGMA journal_mode=WAL")
            # A killed process loses nothing in WAL with NORMAL; only a power cut could, and this is a sandbox.
            found.execute("PRAGMA synchronous=NORMAL")
            # It would be the one unlucky call that waits for the disk; see _checkpoint_now_and_then.
            found.execute("PRAGMA wal_autocheckpoint=0")
            self._mine.connection = found
        return found

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything inside happen at once or not at all; one writer at a time; may be nested."""
        with self._writer:
            connection = self._connection()
            if self._depth == 0:
                connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._roll_back(connection)
                raise
            self._depth -= 1
            if self._depth == 0:
                connection.execute("COMMIT")
                self._unsure.clear()
                waiting, self._afterwards = self._afterwards, []
                for callback in waiting:
                    callback()
                self._checkpoint_now_and_then()

    def _roll_back(self, connection: sqlite3.Connection) -> None:
        self._afterwards.clear()
        connection.execute("ROLLBACK")
        self._read_settings()
        for watcher in self._unsure:
            watcher.forget()
        self._unsure.clear()

    def _checkpoint_now_and_then(self) -> None:
        if self._writes >= _WRITES_PER_CHECKPOINT:
            self._writes = 0
            threading.Thread(target=self._checkpoint, name="checkpoint", daemon=True).start()

    def _checkpoint(self) -> None:
        """Put what the log holds into the file itself, while others read and write."""
        with closing(sqlite3.connect(self.path, timeout=30)) as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def afterwards(self, callback: Callable[[], None]) -> None:
        """Call `callback()` when what is written now can be read by all: after the transaction in hand, if any."""
        with self.transaction():
            self._afterwards.append(callback)

    @property
    def is_free(self) -> bool:
        """Whether nobody else writes just now, so that a write need not wait; the next moment it may be otherwise."""
        free = self._writer.acquire(blocking=False)
        if free:
            self._writer.release()
        return free

    def _read_settings(self) -> None:
        rows = self._connection().execute(
            "SELECT collection, key, doc FROM documents WHERE vendor = ? ORDER BY seq", (SETTINGS,)
        )
        settings: dict[str, dict[str, str]] = {}
        for collection, key, doc in rows:
            settings.setdefault(collection, {})[key] = doc
        self._settings = settings

    def get(self, vendor: str, collection: str, key: str) -> Doc | None:
        """Return the document, or None. It is the caller's own copy: `put` it back to keep a change."""
        text = self.text(vendor, collection, key)
        return None if text is None else load(text)

    def text(self, vendor: str, collection: str, key: str) -> str | None:
        """Return the JSON text of the document, or None."""
        if vendor == SETTINGS:
            return self._settings.get(collection, {}).get(key)
        row = self._connection().execute(_SELECT, (vendor, collection, key)).fetchone()
        return None if row is None else str(row[0])

    def find(self, vendor: str, collection: str, keys: Sequence[str]) -> dict[str, Doc]:
        """Return by key those documents of a collection, not of the settings, that there are."""
        found: dict[str, Doc] = {}
        for first in range(0, len(keys), _MOST_KEYS):
            part = keys[first : first + _MOST_KEYS]
            wanted = f"{_FIND} ({', '.join('?' * len(part))})"
            found |= {key: load(doc) for key, doc in self._connection().execute(wanted, (vendor, collection, *part))}
        return found

    def put(self, vendor: str, collection: str, key: str, doc: Doc) -> None:
        """Keep the document; one with the same key is replaced and keeps its place in the order."""
        text = dump(doc)
        with self._writer:  # alone, or as a part of the transaction in hand
            self._connection().execute(_UPSERT, (vendor, collection, key, text))
            self._writes += 1
            if vendor == SETTINGS:
                self._settings.setdefault(collection, {})[key] = text
            else:
                self._tell_watcher(vendor, collection, key, doc)
            if not self._depth:
                self._checkpoint_now_and_then()

    def put_all(self, vendor: str, entries: Sequence[tuple[str, str, Doc]]) -> None:
        """Keep several documents, none of the settings, as `put` does each: collection, key, document; all or none."""
        texts = {id(doc): dump(doc) for _collection, _key, doc in entries}  # one kept in two places is written once
        rows = [(vendor, collection, key, texts[id(doc)]) for collection, key, doc in entries]
        with self.transaction():
            self._connection().executemany(_UPSERT, rows)
            self._writes += len(rows)
            for collection, key, doc in entries:
                self._tell_watcher(vendor, collection, key, doc)

    def delete(self, vendor: str, collection: str, key: str) -> bool:
        """Forget the document; return whether there was one."""
        with self._writer:
            cursor = self._connection().execute(_DELETE, (vendor, collection, key))
            if vendor == SETTINGS:
                self._settings.get(collection, {}).pop(key, None)
            else:
                self._tell_watcher(vendor, collection, key, None)
            return cursor.rowcount == 1

    def watch(self, vendor: str, collection: str, watcher: Watcher) -> None:
        """Have a watcher know of every document that is put or deleted from now on; inside a transaction."""
        self._watchers[vendor, collection] = watcher
        self._unsure.append(watcher)

    def _tell_watcher(self, vendor: str, collection: str, key: str, doc: Doc | None) -> None:
        watcher = self._watchers.get((vendor, collection))
        if watcher is None:
            return
        learn = watcher.change(key, doc)
        if self._depth:
            self._unsure.append(watcher)
            self._afterwards.append(learn)
        else:
            learn()

    def items(self, vendor: str, collection: str) -> list[tuple[str, Doc]]:
        """Return (key, document) of a whole collection, oldest first."""
        if vendor == SETTINGS:
            return [(key, load(text)) for key, text in list(self._settings.get(collection, {}).items())]
        rows = self._connection().execute(
            "SELECT key, doc FROM documents WHERE vendor = ? AND collection = ? ORDER BY seq", (vendor, collection)
        )
        return [(key, load(doc)) for key, doc in rows.fetchall()]

    def last(self, vendor: str, collection: str, number: int) -> list[tuple[str, Doc]]:
        """Return (key, document) of the newest `number` documents, newest first."""
        rows = self._connection().execute(
            "SELECT key, doc FROM documents WHERE vendor = ? AND collection = ? ORDER BY seq DESC LIMIT ?",
            (vendor, collection, number),
        )
        return [(key, load(doc)) for key, doc in rows.fetchall()]

    def count(self, vendor: str, collection: str) -> int:
        """Return how many documents a collection has."""
        row = (
            self._connection()
            .execute("SELECT count(*) FROM documents WHERE vendor = ? AND collection = ?", (vendor, collection))
            .fetchone()
        )
        return int(row[0])

    def has_at_most(self, most: int, vendor: str, collection: str) -> bool:
        """Tell whether a collection has no more than `most` documents; never counts on."""
        row = (
            self._connection()
            .execute(
                "SELECT 1 FROM documents WHERE vendor = ? AND collection = ? LIMIT 1 OFFSET ?",
                (vendor, collection, most),
            )
            .fetchone()
        )
        return row is None

    def collections(self) -> list[tuple[str, str, int]]:
        """Return (vendor, collection, count) of everything there is, by name."""
        rows = self._connection().execute(
            "SELECT vendor, collection, count(*) FROM documents GROUP BY vendor, collection ORDER BY vendor, collection"
        )
        return [(vendor, collection, int(count)) for vendor, collection, count in rows.fetchall()]

    def reset(self, vendor: str | None = None) -> None:
        """Forget what one vendor holds, or everything, and tell whoever asked to know."""
        with self.transaction():
            if vendor is None:
                self._connection().execute("DELETE FROM documents")
            else:
                self._connection().execute("DELETE FROM documents WHERE vendor = ?", (vendor,))
            self._read_settings()
            # Before anybody else may write: what they look up must not be what was there before.
            self._afterwards += [watcher.forget for watcher in self._watchers.values()]
            self._afterwards += [partial(callback, vendor) for callback in self._after_reset]

    def on_reset(self, callback: Callable[[str | None], None]) -> None:
        """Have `callback(vendor or None)` called right after each reset, for what lives outside the documents."""
        self._after_reset.append(callback)


_process: dict[str, Store] = {}


def open_store(path: Path) -> Store:
    """Open the store of this process; `store()` returns it from then on."""
    _process["store"] = Store(path)
    return _process["store"]


def store() -> Store:
    """Return the store of this process.

    Raises:
        NoStore: `open_store` was not called yet.
    """
    try:
        return _process["store"]
    except KeyError:
        raise NoStore("open_store() comes first") from None
