"""The life of a batch as one pure table: which step may follow which, and who may take it.

docs/payments.md draws it. A single payment is a batch of one and lives the same life, without LOADING.
"""

from __future__ import annotations

import enum


class BatchStatus(enum.StrEnum):
    """Where a batch is."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    APPROVED = "APPROVED"
    CREATING = "CREATING"
    LOADING = "LOADING"
    LOADED = "LOADED"
    STARTING = "STARTING"
    HELD = "HELD"
    RELEASING = "RELEASING"
    RELEASED = "RELEASED"
    RECONCILED = "RECONCILED"
    CANCELLING = "CANCELLING"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"
    UNCLEAR = "UNCLEAR"
    NEEDS_REVIEW = "NEEDS_REVIEW"


S = BatchStatus


class Actor(enum.Enum):
    """Who takes a step: someone who prepares payments, someone who checks them (never a maker), or the machine."""

    MAKER = "maker"
    CHECKER = "checker"
    MACHINE = "machine"


class IllegalMove(Exception):
    """The table has no such step for this actor."""

    def __init__(self, old: str, new: str, actor: Actor) -> None:
        super().__init__(f"No step from {old} to {new} for the {actor.value}.")


_MAKER, _CHECKER, _MACHINE = frozenset({Actor.MAKER}), frozenset({Actor.CHECKER}), frozenset({Actor.MACHINE})
_EITHER = _MAKER | _CHECKER

MOVES: dict[tuple[BatchStatus, BatchStatus], frozenset[Actor]] = {
    # Before anything is sent.
    (S.DRAFT, S.SUBMITTED): _MAKER,
    (S.DRAFT, S.CANCELLED): _MAKER,
    (S.SUBMITTED, S.DRAFT): _MAKER,
    (S.SUBMITTED, S.CANCELLED): _MAKER,
    (S.SUBMITTED, S.APPROVED): _CHECKER,
    (S.SUBMITTED, S.REJECTED): _CHECKER,
    (S.APPROVED, S.SUBMITTED): _CHECKER | _MACHINE,  # withdrawn or lapsed
    (S.APPROVED, S.CANCELLED): _EITHER,
    # On the way to the vendor.
    (S.APPROVED, S.CREATING): _MACHINE,
    (S.APPROVED, S.LOADED): _MACHINE,  # a single payment of an account without hold: creating it is paying it
    (S.CREATING, S.LOADING): _MACHINE,
    (S.CREATING, S.HELD): _MACHINE,
    (S.CREATING, S.REJECTED): _MACHINE,
    (S.RELEASING, S.REJECTED): _MACHINE,  # a single payment that the vendor refused
    (S.LOADING, S.LOADED): _MACHINE,
    (S.LOADED, S.STARTING): _MACHINE,
    (S.STARTING, S.HELD): _MACHINE,
    (S.CREATING, S.APPROVED): _MACHINE,  # certainly not sent
    (S.CREATING, S.SUBMITTED): _MACHINE,  # nor approved any more
    (S.STARTING, S.LOADED): _MACHINE,  # certainly not sent
    # The point of no return.
    (S.LOADED, S.RELEASING): _MACHINE,
    (S.HELD, S.RELEASING): _MACHINE,
    (S.RELEASING, S.HELD): _MACHINE,  # certainly not sent
    (S.RELEASING, S.LOADED): _MACHINE,
    (S.RELEASING, S.RELEASED): _MACHINE,
    (S.RELEASED, S.RECONCILED): _MACHINE,
    # Taking it back from the vendor.
    (S.LOADING, S.CANCELLING): _MACHINE,
    (S.LOADED, S.CANCELLING): _MACHINE,
    (S.HELD, S.CANCELLING): _MACHINE,
    (S.NEEDS_REVIEW, S.CANCELLING): _MACHINE,
    (S.CANCELLING, S.CANCELLED): _MACHINE,
    (S.LOADED, S.CANCELLED): _EITHER,  # a single payment that was never sent
    # When nobody knows, a person looks, or sends the same once more.
    (S.NEEDS_REVIEW, S.RELEASED): _CHECKER | _MACHINE,
    (S.NEEDS_REVIEW, S.HELD): _CHECKER | _MACHINE,
    (S.NEEDS_REVIEW, S.LOADED): _CHECKER | _MACHINE,
    (S.NEEDS_REVIEW, S.CANCELLED): _CHECKER | _MACHINE,
    (S.NEEDS_REVIEW, S.CREATING): _MACHINE,
    (S.NEEDS_REVIEW, S.LOADING): _MACHINE,
    (S.NEEDS_REVIEW, S.STARTING): _MACHINE,
    (S.NEEDS_REVIEW, S.RELEASING): _MACHINE,
    (S.NEEDS_REVIEW, S.RECONCILED): _CHECKER | _MACHINE,  # what was not paid is dealt with at the vendor
}
_CALLING = (S.CREATING, S.LOADING, S.STARTING, S.RELEASING, S.CANCELLING)
for _step in _CALLING:
    MOVES[_step, S.UNCLEAR] = MOVES[S.UNCLEAR, _step] = _MACHINE
    MOVES[_step, S.NEEDS_REVIEW] = _MACHINE
for _end in (S.LOADED, S.HELD, S.RELEASED, S.CANCELLED, S.REJECTED, S.NEEDS_REVIEW):
    MOVES[S.UNCLEAR, _end] = _MACHINE
for _rest in (S.LOADED, S.HELD, S.RELEASED):
    MOVES[_rest, S.NEEDS_REVIEW] = _MACHINE  # the vendor tells something else than we believe

# Nothing of the batch has been sent, so its keys may be used again once it is given up.
UNSENT = frozenset({S.DRAFT, S.SUBMITTED, S.APPROVED})
ENDED = frozenset({S.RECONCILED, S.CANCELLED, S.REJECTED})


def check_move(old: str, new: str, actor: Actor) -> None:
    """Raise IllegalMove unless the table lets this actor take the step."""
    if actor not in MOVES.get((BatchStatus(old), BatchStatus(new)), frozenset()):
        raise IllegalMove(old, new, actor)
