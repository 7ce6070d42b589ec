"""What one look at the vendor proves about a call whose outcome is unclear. Pure; docs/payments.md has the table.

A proof of "done" counts at once. A proof of "not done" counts only after the quiet period and only when a second look
says the same, because a vendor may still be working on what it did not answer.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from decimal import Decimal

from payments.vendors.optum.wire import BEYOND_HELD, RemoteBatch, Standing


class Step(enum.StrEnum):
    """The calls that change something at the vendor."""

    CREATE = "CREATE"
    SINGLE = "SINGLE"
    ADD = "ADD"
    START = "START"
    RELEASE = "RELEASE"
    CANCEL = "CANCEL"


class Proof(enum.StrEnum):
    """What the look says."""

    DONE = "DONE"
    NOT_DONE = "NOT_DONE"
    NEITHER = "NEITHER"
    ALARM = "ALARM"


@dataclass(frozen=True)
class Totals:
    """Dollars and number of payments."""

    amount: Decimal
    count: int


@dataclass(frozen=True)
class Expected:
    """What we hold against the look: what the batch promises, what was in it before the call and after it."""

    promised: Totals
    before: Totals
    after: Totals
    holds: bool


@dataclass(frozen=True)
class Verdict:
    """A proof, and the sentence that a person reads."""

    proof: Proof
    sentence: str


def judge(step: Step, remote: RemoteBatch | None, expected: Expected) -> Verdict:
    """Return what `remote` (None: the vendor has no such batch) proves about the unclear call `step`."""
    if remote is None:
        if step in (Step.CREATE, Step.SINGLE):
            return Verdict(Proof.NOT_DONE, "The vendor has no batch with our request id.")
        return Verdict(Proof.NEITHER, "The vendor does not know this batch any more.")
    if remote.standing is Standing.UNKNOWN:
        return Verdict(Proof.NEITHER, f"The vendor calls the batch “{remote.word}”, a word Frontdesk does not know.")
    if (remote.expected_total, remote.expected_count) != (expected.promised.amount, expected.promised.count):
        return Verdict(Proof.NEITHER, "The vendor's batch promises another total or number of payments than ours.")
    if remote.standing in BEYOND_HELD and expected.holds and step is not Step.RELEASE:
        return Verdict(Proof.ALARM, "The vendor is paying this batch although nobody released it here.")
    return _JUDGES[step](remote, expected)


def _create(remote: RemoteBatch, expected: Expected) -> Verdict:
    if remote.standing is Standing.CREATED and _current(remote) == Totals(Decimal(0), 0):
        return Verdict(Proof.DONE, "The vendor has the empty batch.")
    return _neither(remote)


def _single(remote: RemoteBatch, expected: Expected) -> Verdict:
    right = Standing.HELD if expected.holds else None
    if _current(remote) == expected.after and (remote.standing is right or remote.standing in BEYOND_HELD):
        return Verdict(Proof.DONE, "The vendor has the payment.")
    return _neither(remote)


def _add(remote: RemoteBatch, expected: Expected) -> Verdict:
    if remote.standing not in (Standing.CREATED, Standing.HELD):
        return _neither(remote)
    if _current(remote) == expected.after:
        return Verdict(Proof.DONE, "The vendor's totals hold these payments.")
    if _current(remote) == expected.before:
        return Verdict(Proof.NOT_DONE, "The vendor's totals are those from before the call.")
    return Verdict(Proof.NEITHER, "The vendor's totals are neither those before the call nor those after it.")


def _start(remote: RemoteBatch, expected: Expected) -> Verdict:
    if _current(remote) != expected.promised:
        return _other_totals()
    if remote.standing is Standing.HELD:
        return Verdict(Proof.DONE, "The vendor holds the batch.")
    if remote.standing is Standing.CREATED:
        return Verdict(Proof.NOT_DONE, "The vendor has the batch, but did not start it.")
    return _neither(remote)


def _release(remote: RemoteBatch, expected: Expected) -> Verdict:
    if _current(remote) != expected.promised:
        return _other_totals()
    if remote.standing in BEYOND_HELD:
        return Verdict(Proof.DONE, "The vendor is paying the batch.")
    if remote.standing is (Standing.HELD if expected.holds else Standing.CREATED):
        return Verdict(Proof.NOT_DONE, "The vendor still keeps the batch.")
    return _neither(remote)


def _cancel(remote: RemoteBatch, expected: Expected) -> Verdict:
    if remote.standing is Standing.CANCELLED:
        return Verdict(Proof.DONE, "The vendor has cancelled the batch.")
    if remote.standing in (Standing.CREATED, Standing.HELD):
        return Verdict(Proof.NOT_DONE, "The vendor still keeps the batch.")
    return _neither(remote)


_JUDGES = {
    Step.CREATE: _create,
    Step.SINGLE: _single,
    Step.ADD: _add,
    Step.START: _start,
    Step.RELEASE: _release,
    Step.CANCEL: _cancel,
}


def _current(remote: RemoteBatch) -> Totals:
    return Totals(remote.current_total, remote.current_count)


def _neither(remote: RemoteBatch) -> Verdict:
    return Verdict(Proof.NEITHER, f"The vendor calls the batch “{remote.word}”, which does not fit what was asked.")


def _other_totals() -> Verdict:
    return Verdict(Proof.NEITHER, "The vendor's totals for the batch are not ours.")
