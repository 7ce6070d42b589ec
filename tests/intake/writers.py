"""Several writers at one moment, each on a connection of its own, as two clerks and a worker are."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

WAIT = 20
# One that is in the way of the other never meets it: that is the order of locks, and this is how long it is waited for.
MEETING = 0.6


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

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return came


def crossing(one: Callable[[], Any], first: str, other: Callable[[], Any], then: str) -> list[Any]:
    """Do two things at once that stop for each other: `one` where it has locked rows of the table `first`, `other`
    where it has those of `then`. Where they lock in two orders, each then holds what the other wants, and the database
    ends one of them; where they lock in one order, only one comes so far, and goes on alone after a moment."""
    meeting = threading.Barrier(2)

    def stopping(act: Callable[[], Any], table: str) -> Callable[[], Any]:
        def go() -> Any:
            met: list[bool] = []

            def watch(execute: Any, sql: str, *rest: Any) -> Any:
                found = execute(sql, *rest)
                if not met and _locks(sql, table):
                    met.append(True)
                    _meet(meeting)
                return found

            with connection.execute_wrapper(watch):
                return act()

        return go

    return at_once(stopping(one, first), stopping(other, then))


def _locks(sql: str, table: str) -> bool:
    """Whether a statement locks rows of a table."""
    reads = f'FROM "{table}"' in sql and (" FOR UPDATE" in sql or " FOR NO KEY UPDATE" in sql)
    return reads or sql.startswith((f'UPDATE "{table}"', f'DELETE FROM "{table}"', f'INSERT INTO "{table}"'))


def _meet(meeting: threading.Barrier) -> None:
    try:
        meeting.wait(MEETING)
    except threading.BrokenBarrierError:
        return  # the other one waits for us, or has ended
