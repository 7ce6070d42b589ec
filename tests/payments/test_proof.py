"""What one look proves: every row of the table in docs/payments.md."""

from dataclasses import replace
from decimal import Decimal

import pytest

from payments.proof import Expected, Proof, Step, Totals, judge
from payments.vendors.optum.wire import STANDINGS, RemoteBatch, Standing

NONE, HALF, ALL = Totals(Decimal("0.00"), 0), Totals(Decimal("60.00"), 2), Totals(Decimal("100.00"), 4)
HOLDING = Expected(promised=ALL, before=HALF, after=ALL, holds=True)
PAYING = replace(HOLDING, holds=False)


def remote(word: str, current: Totals = ALL, promised: Totals = ALL) -> RemoteBatch:
    standing = STANDINGS.get(word.lower(), Standing.UNKNOWN)
    return RemoteBatch("b1", "B1", standing, word, promised.amount, promised.count, current.amount, current.count)


CASES = [
    # create: found with equal totals is done, not found is not done
    (Step.CREATE, None, HOLDING, Proof.NOT_DONE),
    (Step.CREATE, remote("Created", NONE), HOLDING, Proof.DONE),
    (Step.CREATE, remote("Created", HALF), HOLDING, Proof.NEITHER),
    (Step.CREATE, remote("Created", NONE, HALF), HOLDING, Proof.NEITHER),
    # single: held, or leaving in an account that does not hold
    (Step.SINGLE, None, HOLDING, Proof.NOT_DONE),
    (Step.SINGLE, remote("Held"), HOLDING, Proof.DONE),
    (Step.SINGLE, remote("Created"), HOLDING, Proof.NEITHER),
    (Step.SINGLE, remote("Funding"), HOLDING, Proof.ALARM),
    (Step.SINGLE, remote("Funding"), PAYING, Proof.DONE),
    (Step.SINGLE, remote("Held"), PAYING, Proof.NEITHER),
    (Step.SINGLE, remote("Held", HALF), HOLDING, Proof.NEITHER),
    # add: totals after, before, in between
    (Step.ADD, remote("Created", ALL), HOLDING, Proof.DONE),
    (Step.ADD, remote("Held", ALL), HOLDING, Proof.DONE),
    (Step.ADD, remote("Created", HALF), HOLDING, Proof.NOT_DONE),
    (Step.ADD, remote("Created", Totals(Decimal("80.00"), 3)), HOLDING, Proof.NEITHER),
    (Step.ADD, remote("Created", Totals(Decimal("100.01"), 4)), HOLDING, Proof.NEITHER),
    (Step.ADD, remote("Created", Totals(Decimal("60.00"), 3)), HOLDING, Proof.NEITHER),
    (Step.ADD, remote("Cancelled", ALL), HOLDING, Proof.NEITHER),
    (Step.ADD, None, HOLDING, Proof.NEITHER),
    # start of a holding account: no money moves
    (Step.START, remote("Held"), HOLDING, Proof.DONE),
    (Step.START, remote("Created"), HOLDING, Proof.NOT_DONE),
    (Step.START, remote("Created", HALF), HOLDING, Proof.NEITHER),
    (Step.START, remote("Loading"), HOLDING, Proof.ALARM),
    (Step.START, remote("Cancelled"), HOLDING, Proof.NEITHER),
    # release: beyond held is done, held with equal totals is not done
    (Step.RELEASE, remote("Funding"), HOLDING, Proof.DONE),
    (Step.RELEASE, remote("Loading"), HOLDING, Proof.DONE),
    (Step.RELEASE, remote("Completed"), HOLDING, Proof.DONE),
    (Step.RELEASE, remote("Held"), HOLDING, Proof.NOT_DONE),
    (Step.RELEASE, remote("Held", HALF), HOLDING, Proof.NEITHER),
    (Step.RELEASE, remote("Funding", HALF), HOLDING, Proof.NEITHER),
    (Step.RELEASE, remote("Created"), HOLDING, Proof.NEITHER),
    (Step.RELEASE, remote("Cancelled"), HOLDING, Proof.NEITHER),
    (Step.RELEASE, None, HOLDING, Proof.NEITHER),
    # start of an account without hold is its release
    (Step.RELEASE, remote("Funding"), PAYING, Proof.DONE),
    (Step.RELEASE, remote("Created"), PAYING, Proof.NOT_DONE),
    (Step.RELEASE, remote("Held"), PAYING, Proof.NEITHER),
    (Step.CANCEL, remote("Cancelled"), HOLDING, Proof.DONE),
    (Step.CANCEL, remote("Held"), HOLDING, Proof.NOT_DONE),
    (Step.CANCEL, remote("Funding"), HOLDING, Proof.ALARM),
    (Step.CANCEL, remote("Funding"), PAYING, Proof.NEITHER),
]


@pytest.mark.parametrize(("step", "seen", "expected", "proof"), CASES)
def test_a_look_proves(step: Step, seen: RemoteBatch | None, expected: Expected, proof: Proof) -> None:
    assert judge(step, seen, expected).proof is proof


@pytest.mark.parametrize("step", list(Step))
def test_an_unknown_word_proves_nothing(step: Step) -> None:
    verdict = judge(step, remote("Distributing"), HOLDING)
    assert verdict.proof is Proof.NEITHER
    assert "Distributing" in verdict.sentence
