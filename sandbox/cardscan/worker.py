"""The thread that works on cards: one job at a time, with one warm reader, from the durable list of jobs.

A job is forgotten in the same transaction that records its result, so a process that is killed in the middle reads the
card again after its restart.
"""

from __future__ import annotations

import logging
import threading
import time

from sandbox.cardscan import cards, lifecycle, photos, reading
from sandbox.cardscan.events import hub
from sandbox.cardscan.lifecycle import Event, Job
from sandbox.cardscan.problems import INTERNAL
from sandbox.cardscan.reading import Outcome
from sandbox.state import store

logger = logging.getLogger("sandbox")

# A job that has ended the process, or failed, so many times is given up.
MOST_TRIES = 3
PURGE_EVERY = 600.0


class Worker:
    """The background thread and what wakes it."""

    def __init__(self) -> None:
        """Make the worker; `start` starts it."""
        self._changed = threading.Condition()
        self._wakes = 0
        self._stopping = False
        self._next_purge = 0.0
        self._thread = threading.Thread(target=self._run, name="cardscan-worker", daemon=True)
        self.warm = False

    def start(self) -> None:
        """Load the reader, then work on whatever is due, also on what an earlier process left."""
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Finish the job in hand if it takes no longer than `seconds`; the rest is done after the next start."""
        self._stopping = True
        self.wake()
        self._thread.join(seconds)

    def wake(self) -> None:
        """Look at the jobs again: one was added, or the clock was moved."""
        with self._changed:
            self._wakes += 1
            self._changed.notify_all()

    def _run(self) -> None:
        reading.reader().warm_up()
        self.warm = True
        while not self._stopping:
            seen = self._wakes
            self._purge_now_and_then()
            try:
                key, job, wait = lifecycle.next_job()
            except LookupError:
                wait = PURGE_EVERY
            if wait <= 0:
                _do(key, job)
            else:
                self._sleep(seen, min(wait, PURGE_EVERY))

    def _sleep(self, seen: int, seconds: float) -> None:
        with self._changed:
            if self._wakes == seen and not self._stopping:
                self._changed.wait(seconds)

    def tidy(self) -> None:
        """Remove the photos whose day is over or whose card is gone, soon: the clock was moved or something reset."""
        self._next_purge = 0.0
        self.wake()

    def _purge_now_and_then(self) -> None:
        if time.monotonic() >= self._next_purge:
            self._next_purge = time.monotonic() + PURGE_EVERY
            photos.purge()


worker = Worker()


def _do(key: str, job: Job) -> None:
    """Do one job; whatever goes wrong with it ends in the card's state, and the thread goes on."""
    card_id = job["card_id"]
    card = cards.find(card_id)
    try:
        if card is None or card["deleted"] or card["state"] in _no_more(job["kind"]):
            outcome: Outcome = _nothing
        elif job["tries"] >= MOST_TRIES:
            outcome = _give_up
        else:
            store().put("cardscan", "jobs", key, job | {"tries": job["tries"] + 1})
            outcome = reading.outcome_of(job["kind"], card, lambda change: _change(card_id, change))
    except Exception:
        # The reader works on pictures from outside; a fault of it must cost one card and not the sandbox.
        logger.exception("cardscan.process failed for card %s", card_id)
        outcome = _give_up
    _change(card_id, outcome, done=key)


def _no_more(kind: str) -> tuple[str, ...]:
    """Return the states in which a job of this kind has nothing left to do."""
    return (*cards.FAILED, "enriched") if kind == "enrich" else cards.FINISHED


def _nothing(card: cards.Card) -> list[Event]:
    return []


def _give_up(card: cards.Card) -> list[Event]:
    return lifecycle.failed(card, "error", INTERNAL)


def _change(card_id: str, outcome: Outcome, *, done: str | None = None) -> None:
    """Change a card, and forget the job `done`, in one transaction; then tell. What is gone meanwhile stays gone."""
    events: list[Event] = []
    with store().transaction():
        known = done is None or store().delete("cardscan", "jobs", done)
        card = cards.find(card_id)
        if known and card is not None and not card["deleted"]:
            events = outcome(card)
    hub.publish(events)
