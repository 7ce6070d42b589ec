"""What is still to be done for cards, in two lists: reading, which takes seconds, and everything else.

Jobs are documents, so that a killed process goes on where it stopped.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sandbox import clock
from sandbox.state import store

Job = dict[str, Any]

FRONT, BACK, WITHOUT_BACK, ENRICH, ELIGIBILITY = "front", "back", "without_back", "enrich", "eligibility"
READING, TIMED = "jobs", "timed_jobs"
_LISTS = {FRONT: READING, BACK: READING, WITHOUT_BACK: READING, ENRICH: TIMED, ELIGIBILITY: TIMED}
_listeners: list[Callable[[str, float], None]] = []


def on_add(callback: Callable[[str, float], None]) -> None:
    """Have `callback(list, seconds until it is due)` called for each new job, for whoever sleeps until the next one."""
    _listeners.append(callback)


def add(kind: str, card_id: str, *, seconds: float = 0.0, **more: str) -> None:
    """Have something done for a card, now or in some seconds; it is forgotten only once it is done.

    Args:
        kind: one of the kinds above.
        card_id: the card it is for.
        seconds: from now, by the sandbox's clock.
        more: what else the kind needs.
    """
    job = {"kind": kind, "card_id": card_id, "due_at": _in(seconds), "tries": 0, **more}
    with store().transaction():
        store().put("cardscan", _LISTS[kind], str(uuid.uuid4()), job)
        for callback in _listeners:
            store().afterwards(partial(callback, _LISTS[kind], seconds))


def _in(seconds: float) -> str:
    return (clock.now() + timedelta(seconds=seconds)).isoformat()


def due(jobs: str) -> tuple[list[tuple[str, Job]], float | None]:
    """Return the jobs of a list that are due, oldest first, and the seconds until the next one of the others.

    The seconds are None when there are no others.
    """
    now = clock.now()
    waits = [
        (key, job, (datetime.fromisoformat(job["due_at"]) - now).total_seconds())
        for key, job in store().items("cardscan", jobs)
    ]
    ready = [(key, job) for key, job, seconds in waits if seconds <= 0]
    return ready, min((seconds for _key, _job, seconds in waits if seconds > 0), default=None)


def tried(key: str, job: Job) -> None:
    """Note that a job is being tried, before it can end the process."""
    store().put("cardscan", _LISTS[job["kind"]], key, job | {"tries": job["tries"] + 1})


def put_off(key: str, job: Job, seconds: float, **marks: str) -> None:
    """Have a job done later, unless it is gone meanwhile; it does not count as a try.

    Args:
        key: the job's.
        job: as it was found.
        seconds: from now, by the sandbox's clock.
        marks: what it shall know then.
    """
    with store().transaction():
        if store().get("cardscan", _LISTS[job["kind"]], key) is not None:
            store().put("cardscan", _LISTS[job["kind"]], key, {**job, "due_at": _in(seconds), **marks})


def done(key: str, job: Job) -> bool:
    """Forget a job; return whether it was still to be done."""
    return store().delete("cardscan", _LISTS[job["kind"]], key)
