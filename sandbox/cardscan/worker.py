"""The two threads that work on cards: one reads photos with one warm reader, one does what takes no time.

A job is forgotten in the same transaction that records its result, so a process that is killed in the middle does it
again after its restart.
"""

from __future__ import annotations

import time
from functools import partial

from sandbox import faults, members, mishap
from sandbox.background import Background
from sandbox.cardscan import cards, jobs, lifecycle, photos, reading
from sandbox.cardscan.cards import Card
from sandbox.cardscan.eligibility import records
from sandbox.cardscan.events import hub
from sandbox.cardscan.happenings import Event
from sandbox.cardscan.jobs import Job
from sandbox.cardscan.problems import INTERNAL, UNAVAILABLE
from sandbox.cardscan.reading import Later, Outcome
from sandbox.state import store

# A job that has ended the process, or failed, so many times is given up.
MOST_TRIES = 3
PURGE_EVERY = 600.0


class Worker:
    """The background threads and what wakes them."""

    def __init__(self) -> None:
        """Make the worker; `start` starts it."""
        self._reader = Background("cardscan-reader", self._read)
        self._timer = Background("cardscan-timer", self._do_what_is_due)
        self._threads = (self._reader, self._timer)
        self._next_purge = 0.0
        self.warm = False
        self.reads = False

    def start(self, *, reads: bool) -> None:
        """Work on whatever is due, also on what an earlier process left.

        Args:
            reads: whether cards are read, for which the reader is loaded; without it their photos wait.
        """
        self.reads = reads
        self._timer.start()
        if reads:
            self._reader.start()

    def stop(self, seconds: float) -> None:
        """Finish the jobs in hand if they take no longer than `seconds`; the rest is done after the next start."""
        for thread in self._threads:
            thread.stop(seconds)

    def wake(self) -> None:
        """Look at the jobs again: the clock was moved."""
        for thread in self._threads:
            thread.wake()

    def expect(self, jobs_list: str, seconds: float) -> None:
        """Look at a list of jobs when the one is due that was added; nobody is woken before."""
        (self._reader if jobs_list == jobs.READING else self._timer).wake_by(seconds)

    def tidy(self) -> None:
        """Remove the photos whose day is over or whose card is gone, soon: the clock was moved or something reset."""
        self._next_purge = 0.0
        self.wake()

    def let_go(self, vendor: str | None) -> None:
        """Let go of what came from cards and lies elsewhere, when a vendor (None: everything) was emptied."""
        if vendor == "cardscan":
            members.leave_all()
        self.tidy()

    def _read(self) -> float:
        """Read the side that waits longest."""
        if not self.warm:
            reading.reader().warm_up()
            self.warm = True
        ready, wait = jobs.due(jobs.READING)
        for key, job in ready[:1]:
            _do(key, job)
        return 0.0 if ready else _bounded(wait)

    def _do_what_is_due(self) -> float:
        """Do all that is due of what takes no time."""
        self._purge_now_and_then()
        ready, wait = jobs.due(jobs.TIMED)
        for key, job in ready:
            _do(key, job)
        return 0.0 if ready else _bounded(wait)

    def _purge_now_and_then(self) -> None:
        if time.monotonic() >= self._next_purge:
            self._next_purge = time.monotonic() + PURGE_EVERY
            photos.purge()
            reading.forget()


worker = Worker()
jobs.on_add(worker.expect)


def _bounded(wait: float | None) -> float:
    return PURGE_EVERY if wait is None else min(wait, PURGE_EVERY)


def _do(key: str, job: Job) -> None:
    """Do one job; whatever goes wrong with it ends in the state of what it was for, and the thread goes on."""
    card = cards.find(job["card_id"])
    try:
        if card is None or card["deleted"] or card["state"] in _no_more(job["kind"]):
            outcome: Outcome | Later = _nothing
        elif job["tries"] >= MOST_TRIES:
            outcome = _giving_up(job)
        else:
            jobs.tried(key, job)
            outcome = _outcome_of(job, card)
        if isinstance(outcome, Later):
            jobs.put_off(key, job, outcome.seconds, **outcome.marks)
        else:
            _change(key, job, outcome)
    except Exception as error:
        # The reader works on pictures from outside; a fault of it must cost one card and not the sandbox.
        mishap.log("cardscan.process", error)
        _change(key, job, _giving_up(job))


def _outcome_of(job: Job, card: Card) -> Outcome | Later:
    if job["kind"] == jobs.ELIGIBILITY:
        return _outcome_of_eligibility(job["eligibility_id"], card)
    return reading.outcome_of(job, card, lambda change: _tell(job["card_id"], change))


def _outcome_of_eligibility(eligibility_id: str, card: Card) -> Outcome:
    if faults.take("cardscan", "payer", "stuck"):
        return _nothing
    if faults.take("cardscan", "payer", "error"):
        return lambda current: records.failed(eligibility_id, UNAVAILABLE)
    answered = records.finished(eligibility_id, card)
    return lambda current: records.keep_answer(eligibility_id, answered)


def _no_more(kind: str) -> tuple[str, ...]:
    """Return the states in which a job of this kind has nothing left to do."""
    if kind == jobs.ELIGIBILITY:
        return ()
    return (*cards.FAILED, "enriched") if kind == jobs.ENRICH else cards.FINISHED


def _nothing(card: Card) -> list[Event]:
    return []


def _giving_up(job: Job) -> Outcome:
    if job["kind"] == jobs.ELIGIBILITY:
        return lambda card: records.failed(job["eligibility_id"], INTERNAL)
    return partial(lifecycle.failed, state="error", error=INTERNAL)


def _change(key: str, job: Job, outcome: Outcome) -> None:
    """Change a card and forget the job in one transaction; then tell. What is gone meanwhile stays gone."""
    with store().transaction():
        card = cards.find(job["card_id"])
        if jobs.done(key, job) and card is not None and not card["deleted"]:
            hub.publish(outcome(card))


def _tell(card_id: str, change: Outcome) -> None:
    """Change a card on the way; its job stays."""
    with store().transaction():
        card = cards.find(card_id)
        if card is not None and not card["deleted"]:
            hub.publish(change(card))
