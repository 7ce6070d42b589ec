"""Whatever is called in whatever order, and whatever is lost on the way: the sandbox's money leaves once per reference.

A client that uses its keys as documented repeats any call with the same bytes, loses answers, starts, releases, voids
and reissues as it likes. The one thing left out is what a client must never do: releasing again while the first release
may still land.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sandbox import clock, faults, state, switches
from sandbox.payments import accounts, effects, ledger, reads, rules
from sandbox.payments.accounts import VENDOR
from sandbox.payments.plans import Answer, Desk, Plan, carry_out
from sandbox.payments.problems import Problem
from tests.payments_data import Json, make_payment

LEFT = ("Released", "Loading", "Loaded", "LoadFailed")
STAYS = ("Created", "Held")
PERSON = "ana@clinic.test"
LOST = [
    ("*", "204_without_effect", {}),
    ("*", "other_2xx", {}),
    ("start", "jump_past_held", {}),
    ("single", "jump_past_held", {}),
    ("add", "partial_add", {"share": 0.5}),
    # Late work is safe where a key protects it; a release has none.
    ("create", "late_work", {"seconds": 30}),
    ("add", "late_work", {"seconds": 30, "answer": "500"}),
]
SWITCHES = [
    ("add_atomic", False),
    ("add_duplicates", "ignore"),
    ("create_duplicates", "same"),
    ("second_release", "204"),
    ("wrong_totals", "allow"),
]
MOST_BATCHES = 4
places = st.integers(0, MOST_BATCHES - 1)


def has_room(machine: Payments) -> bool:
    return len(machine.batches()) < MOST_BATCHES


def has_batches(machine: Payments) -> bool:
    return bool(machine.batches())


class Payments(RuleBasedStateMachine):
    """One account of the service, and a client of it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = state.open_store(Path(self.folder.name) / "sandbox.sqlite3")
        self.fresh = itertools.count()
        self.calls: list[Callable[[], Answer]] = []
        self.references: list[str] = []

    def teardown(self) -> None:
        self.folder.cleanup()

    @initialize(code=st.sampled_from(["ACCT1", "ACCT1", "ACCT2"]), counts=st.sampled_from([(2,), (0,), (3, 0)]))
    def begin(self, code: str, counts: tuple[int, ...]) -> None:
        self.account = accounts.of_code(code)
        # Hypothesis leaves some rules out of some runs; there shall be something to act on in every one.
        for count in counts:
            self.make_batch(count, old=0)

    # What a client does

    @precondition(has_room)
    @rule(count=st.integers(0, 3), old=st.sampled_from([1, 0, 2]))
    def begin_a_batch(self, count: int, old: int) -> None:
        self.make_batch(count, old)

    def make_batch(self, count: int, old: int) -> None:
        """Make a batch of some payments and start it; with a count of 0, a single payment, which may be known."""
        request = self._names(f"Q{next(self.fresh)}")
        if count == 0:
            payment = self._known(old) if old else self._payment()
            return self._call("single", rules.single, request | {"payment": payment})
        payments = [self._payment() for _number in range(count)]
        total = sum(payment["paymentDetails"]["amount"] for payment in payments)
        self._call("create", rules.create, request | {"totalAmount": total, "numberOfPayments": count})
        for batch in self.batches({"clientRequestId": request["clientRequestId"]}):
            self._call("add", rules.add, {"payments": payments}, batch["batchId"])
            self._call("start", rules.start, batch["batchId"])

    @precondition(has_batches)
    @rule(place=places, old=places)
    def add_more(self, place: int, old: int) -> None:
        """Add to a batch; with a payment among the new ones that may be known."""
        for batch in self.batches()[place : place + 1]:
            payments = [self._known(old) if old else self._payment(), self._payment()]
            self._call("add", rules.add, {"payments": payments}, batch["batchId"])

    @precondition(has_batches)
    @rule(place=places, act=st.sampled_from(["release", "promise", "start", "release by request", "cancel"]))
    def act_on_batch(self, place: int, act: str) -> None:
        for batch in self.batches()[place : place + 1]:
            batch_id = batch["batchId"]
            if act == "start":
                self._call("start", rules.start, batch_id)
            elif act == "cancel":
                self._call("cancel", rules.cancel, batch_id)
            elif act == "promise":
                self._promise_what_there_is(batch)
            else:
                named = batch_id if act == "release" else batch["clientRequestId"]
                self._call("release", rules.release, {"batchId": named, "releasedBy": PERSON}, batch_id)

    @precondition(has_batches)
    @rule(place=places, which=places, act=st.sampled_from(["void", "release", "release_partial", "reissue"]))
    def act_on_payment(self, place: int, which: int, act: str) -> None:
        for batch in self.batches()[place : place + 1]:
            for one in self._payments(batch)[which : which + 1]:
                if act == "reissue":  # it may have failed to load, or it may not have been released
                    self._tick(one["issuerReferenceId"])
                    self._tick(one["issuerReferenceId"])
                self._act_on(batch["batchId"], one["paymentId"], act)
            if act == "void":
                self._promise_what_there_is(batch)

    @precondition(lambda self: self.calls)
    @rule(data=st.data())
    def repeat_an_earlier_call(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(self.calls))()

    # What happens around it

    @rule(failing=places, seconds=st.sampled_from([0, 40]))
    def time_passes(self, failing: int, seconds: int) -> None:
        clock.advance(seconds)
        self._tick(*self.references[failing : failing + 1])

    @rule(trouble=st.sampled_from([*LOST, *SWITCHES]))
    def something_goes_wrong(self, trouble: tuple[str, str, Json] | tuple[str, object]) -> None:
        if len(trouble) == 2:
            switches.set_switch(VENDOR, *trouble)
        else:
            route, kind, options = trouble
            faults.add(VENDOR, route, kind, **options)

    # What must hold

    @invariant()
    def money_leaves_once_and_totals_are_sums(self) -> None:
        if not hasattr(self, "account"):
            return
        left, seen = ledger.report(self.store), []
        for batch in self.batches():
            payments = self._payments(batch)
            counted = [one["amount"] for one in payments if self._counts(batch, one, left)]
            assert (batch["currentBatchTotal"], batch["currentNumberOfPayments"]) == (sum(counted), len(counted))
            for one in payments:
                self._check_payment(one, left)
            seen += [one["issuerReferenceId"] for one in payments]
        assert len(seen) == len(set(seen))
        assert set(left) <= set(seen)

    def _check_payment(self, one: Json, left: Json) -> None:
        entry = left.get(one["issuerReferenceId"])
        line = {"times_money_left": 1, "amount": str(one["amount"])}
        assert entry in (None, line | {"accounts": {self.account.code: line}})
        assert one["status"] not in LEFT or entry is not None
        assert one["status"] not in STAYS or entry is None

    def _counts(self, batch: Json, one: Json, left: Json) -> bool:
        """A payment that was voided before its money left no longer counts in its batch."""
        if batch["batchStatus"] == "Cancelled":
            return one["version"] == 1
        return one["status"] != "Voided" or one["issuerReferenceId"] in left

    # How it is done

    def _tick(self, *failing: str) -> None:
        effects.tick(self.store, self.account.code, clock.now(), batch_id=None, load_failed=list(failing))

    def _promise_what_there_is(self, batch: Json) -> None:
        (now,) = self.batches({"clientRequestId": batch["clientRequestId"]})
        body = {"totalAmount": now["currentBatchTotal"], "numberOfPayments": now["currentNumberOfPayments"]}
        self._call("change_totals", rules.change_totals, body, batch["batchId"])

    def _act_on(self, batch_id: str, payment_id: str, act: str) -> None:
        person = {"batchId": batch_id, "releasedBy": PERSON}
        if act == "void":
            self._call("void", rules.void, payment_id)
        elif act == "release":
            self._call("release_single", rules.release_single, person, payment_id)
        elif act == "release_partial":
            self._call("release_partial", rules.release_partial, person | {"paymentIds": [payment_id]}, batch_id)
        else:
            ids = {"issuerPaymentId": f"P{next(self.fresh)}", "issuerReferenceId": f"AGAIN{next(self.fresh)}"}
            self._call("reissue", rules.reissue, ids, payment_id)

    def _call(self, route: str, work: Callable[..., Plan], *arguments: Any) -> None:
        """Make a call, and remember it for repeating."""
        call = partial(self._answer, route, work, *arguments)
        self.calls.append(call)
        call()

    def _answer(self, route: str, work: Callable[..., Plan], *arguments: Any) -> Answer:
        effects.land(self.store, clock.now())
        desk = self._desk(route)
        try:
            with self.store.transaction():
                return carry_out(desk, work(desk, *arguments))
        except Problem as problem:
            assert problem.status in (400, 404, 409)
            return Answer(problem.status, problem.document())

    def _desk(self, route: str) -> Desk:
        switch, fault = partial(switches.switch, VENDOR), partial(faults.take, VENDOR, route)
        return Desk(self.store, self.account, clock.now(), switch, fault, route)

    def _names(self, request: str) -> Json:
        account = self.account
        return {
            "clientRequestId": request,
            "accountShortCode": account.code,
            "subAccountShortCode": account.sub_code,
        }

    def _payment(self, reference: str = "") -> Json:
        """Return a new payment, or one with the reference of an earlier one."""
        number = next(self.fresh)
        payment = make_payment(number, amount=f"{number + 1}.{number % 100:02d}")
        if reference:
            payment["paymentDetails"]["issuerReferenceId"] = reference
        else:
            self.references.append(payment["paymentDetails"]["issuerReferenceId"])
        return payment

    def _known(self, old: int) -> Json:
        """Return a payment with a reference that was used before, if there is one."""
        return self._payment((self.references[-old:] or [""])[0])

    def batches(self, query: Json | None = None) -> list[Json]:
        return reads.batches(self._desk("batches"), query or {})["batches"]

    def _payments(self, batch: Json) -> list[Json]:
        return reads.batch_details(self._desk("batch_details"), {}, batch["batchId"])["payments"]


TestPayments = Payments.TestCase
TestPayments.settings = settings(
    max_examples=80, stateful_step_count=40, deadline=None, derandomize=True, database=None
)
