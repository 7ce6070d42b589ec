"""A call of the service from its desk to its answer, and the faults that come between its checks and its effect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sandbox.faults import SECONDS, Options
from sandbox.payments import effects
from sandbox.payments.accounts import Account
from sandbox.payments.effects import Step
from sandbox.payments.problems import Problem
from sandbox.state import Store
from sandbox.values import Choice, Number, Text

Json = dict[str, Any]

_CHANGING = (
    *("create", "change_totals", "add", "start", "release", "release_partial", "cancel"),
    *("single", "release_single", "void", "reissue", "make_key"),
)
# The service's own faults: at which calls, with which options (docs/vendors/optum.md).
OWN_FAULTS: tuple[tuple[tuple[str, ...], dict[str, Options]], ...] = (
    (
        _CHANGING,
        {
            "204_without_effect": {},
            "late_work": {"seconds": SECONDS, "answer": Choice(("500",))},
            "other_2xx": {"status": Number(200, 299, whole=True)},
        },
    ),
    (("add",), {"partial_add": {"share": Number(0, 1)}}),
    (("start", "release", "single"), {"jump_past_held": {}}),
    (
        ("batch", "batches", "batch_details", "payment", "payment_details"),
        {"stale_reads": {"seconds": SECONDS}, "off_by_one_cent": {}, "unknown_status": {"word": Text()}},
    ),
)


@dataclass(frozen=True)
class Desk:
    """What one call works with.

    `switch(name, default)` reads a setting of the sandbox; `fault(kind)` uses up a fault that is set for this call and
    returns its options, or None. `route` is the name of the call, such as "add".
    """

    store: Store
    account: Account
    now: datetime
    switch: Callable[[str, Any], Any]
    fault: Callable[[str], Json | None]
    route: str

    @property
    def strict(self) -> bool:
        """Whether payments must be complete and balanced."""
        return bool(self.switch("strict", False))

    @property
    def claim_adjustments(self) -> str:
        """Return the name of the array of claim-level adjustments; empty when there is none."""
        return str(self.switch("claim_adjustments", ""))


@dataclass(frozen=True)
class Plan:
    """A call that has passed its checks: the steps to do, and the answer to give.

    `refusal` is set where the service does something and refuses the call nevertheless.
    """

    steps: list[Step] = field(default_factory=list)
    status: int = 204
    body: Json | None = None
    refusal: Problem | None = None


@dataclass(frozen=True)
class Answer:
    """What goes out: a status and a document, or a connection that is `dropped`."""

    status: int
    body: Json | list[Json] | None = None
    dropped: bool = False


def carry_out(desk: Desk, plan: Plan) -> Answer:
    """Do the steps of a plan, unless a fault has it otherwise, and return the answer."""
    if desk.fault("204_without_effect") is not None:
        return _refuse(plan.refusal) if plan.refusal else Answer(plan.status, plan.body)
    if (late := desk.fault("late_work")) is not None:
        return _drop_and_do_later(desk, plan, late)
    if (partial := desk.fault("partial_add")) is not None:
        effects.do(desk.store, _first_part(plan.steps, float(partial.get("share", 0.5))), desk.now)
        return _refuse(Problem(500, "Something went wrong."))
    effects.do(desk.store, plan.steps, desk.now)
    if plan.refusal:
        return _refuse(plan.refusal)
    if (other := desk.fault("other_2xx")) is not None:
        return Answer(int(other.get("status", 202)), {"status": "accepted"})
    return Answer(plan.status, plan.body)


def _refuse(problem: Problem) -> Answer:
    return Answer(problem.status, problem.document())


def _drop_and_do_later(desk: Desk, plan: Plan, options: Json) -> Answer:
    effects.do_later(desk.store, plan.steps, desk.now + timedelta(seconds=float(options.get("seconds", 1))))
    if options.get("answer") == "500":
        return _refuse(Problem(500, "Something went wrong."))
    return Answer(500, dropped=True)


def _first_part(steps: list[Step], share: float) -> list[Step]:
    """Return the steps with only the first `share` (0 to 1) of the payments they add."""
    return [
        (name, arguments | {"payments": arguments["payments"][: int(len(arguments["payments"]) * share)]})
        for name, arguments in steps
        if name == "add"
    ]
