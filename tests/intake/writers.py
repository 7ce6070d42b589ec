"""Several writers at one moment, each on a connection of its own, as two clerks and a worker are."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

WAIT, END = 20, 60


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do everything at one moment, each on a connection of its own; return what came of it, or what was raised."""
    gate, came = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            gate.wait(WAIT)
            came[place] = act()
        except Exception as refused:
            came[place] = refused
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(END)
    assert not [thread for thread in threads if thread.is_alive()], f"Not everybody came to an end: {came}"
    return came


def crossing(
    one: Callable[[], Any], first: str, other: Callable[[], Any], then: str, *, both: bool = False, turns: bool = False
) -> list[Any]:
    """Do two things at once that stop for each other: `one` where it has locked rows of the table `first`, `other`
    where it has those of `then`. Where they lock in two orders, each then holds what the other wants, and the database
    ends one of them; where they lock in one order, only one comes so far, and goes on while the other waits for it.

    With `turns` the other begins when the one has come so far, so that it is always the other who comes second.
    It is an error when neither happens, or, with `both`, when one waits for the other before both have come so far."""
    meeting = _Meeting()
    came = at_once(meeting.stopping(0, one, first), meeting.stopping(1, other, then, after=0 if turns else None))
    assert meeting.met or (meeting.waited and not both), f"They did not meet: {came}"
    return came


class _Meeting:
    """Where two stop for each other; `met` when both came there, `waited` when the database kept one from coming."""

    def __init__(self) -> None:
        self.met = self.waited = False
        self._server: dict[int, int] = {}  # the number of the database's process that each of them speaks to
        self._here: set[int] = set()
        self._ended: set[int] = set()

    def stopping(self, me: int, act: Callable[[], Any], table: str, *, after: int | None = None) -> Callable[[], Any]:
        """Return `act`, which stops when it has locked rows of a table for the first time, and begins when the one
        that it comes `after` has stopped."""

        def go() -> Any:
            def watch(execute: Any, sql: str, *rest: Any) -> Any:
                found = execute(sql, *rest)
                if me not in self._here and _locks(sql, table):
                    self._here.add(me)
                    self._meet(me)
                return found

            ends = time.monotonic() + WAIT
            while after is not None and after not in self._here | self._ended and time.monotonic() < ends:
                time.sleep(0.01)
            self._server[me] = _asked("SELECT pg_backend_pid()")
            try:
                with connection.execute_wrapper(watch):
                    return act()
            finally:
                self._ended.add(me)

        return go

    def _meet(self, me: int) -> None:
        other, ends = 1 - me, time.monotonic() + WAIT
        while not self.met and not self.waited:
            if other in self._ended or time.monotonic() > ends:
                raise AssertionError("The other one neither came nor waits.")
            if other in self._here:
                self.met = True
            elif other in self._server:
                self.waited = _asked("SELECT %s = ANY(pg_blocking_pids(%s))", self._server[me], self._server[other])
            time.sleep(0.01)


def _asked(sql: str, *values: int) -> Any:
    """Return what the database says to a question of one value."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


@contextmanager
def between(table: str, act: Callable[[], Any]) -> Iterator[list[Any]]:
    """Do `act` once, between the first statement that reads rows of the table and the next one, as somebody else who
    comes in that moment; the list holds what came of it."""
    came: list[Any] = []
    read: list[str] = []

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        if read and not came:
            came.append(None)
            came[0] = act()
        if f'FROM "{table}"' in sql:
            read.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(watch):
        yield came


def _locks(sql: str, table: str) -> bool:
    """Whether a statement locks rows of a table."""
    reads = f'FROM "{table}"' in sql and (" FOR UPDATE" in sql or " FOR NO KEY UPDATE" in sql)
    return reads or sql.startswith((f'UPDATE "{table}"', f'DELETE FROM "{table}"', f'INSERT INTO "{table}"'))


@contextmanager
def meanwhile(act: Callable[[], Any], *parts: str, times: int = 1) -> Iterator[None]:
    """Have somebody do something right after a statement that holds all `parts`, the first few `times` it comes:
    what was read by it is outdated before anything is made of it."""
    left = [times]

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        found = execute(sql, *rest)
        if left[0] and all(part in sql for part in parts):
            left[0] -= 1
            act()
        return found

    with connection.execute_wrapper(watch):
        yield
    assert left == [0], "the moment never came"
