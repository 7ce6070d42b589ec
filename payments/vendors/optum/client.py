"""Calls to Optum's claim payments; every answer leaves as a dataclass of `wire`."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeVar

from django.conf import settings

from core.http import NotSent, OutcomeUnknown, Rejected, VendorAnswer, VendorSession
from payments.vendors.optum import wire
from payments.vendors.optum.wire import Answer, Outcome, RemoteBatch, RemotePayment

SECONDS = 30.0
READ_SECONDS = 20.0
T = TypeVar("T")


class Optum:
    """One account at the vendor: a key belongs to one account."""

    def __init__(self, session: VendorSession, key: str, *, initiate: str = "start") -> None:
        """`initiate` is how a batch is started: "start", or "release-empty" for the printed page to the letter."""
        self.session, self.headers, self.initiate = session, {"API-Key": key}, initiate

    # ---- calls that change something; all raise NotSent, Throttled, Rejected or OutcomeUnknown --------

    def create_single(self, body: bytes) -> Answer:
        """Make and execute a batch of one: held in an account that holds, paid at once in one that does not."""
        return self._change("POST", wire.path(), body, needs=("batchId", "paymentId"))

    def create_batch(self, body: bytes) -> Answer:
        """Make an empty batch."""
        return self._change("POST", wire.path("batch"), body, needs=("batchId",))

    def add(self, batch_id: str, body: bytes) -> Answer:
        """Add payments to a batch."""
        return self._change("POST", wire.path("batch", batch_id, "add"), body, needs=("paymentId",))

    def start(self, batch_id: str) -> Answer:
        """Start a batch: it is held, or paid at once in an account that does not hold."""
        action = "start" if self.initiate == "start" else "release"
        return self._order(wire.path("batch", batch_id, action))

    def release(self, batch_id: str, body: bytes) -> Answer:
        """Release a held batch: the money leaves."""
        return self._order(wire.path("batch", batch_id, "release"), body)

    def release_single(self, payment_id: str, body: bytes) -> Answer:
        """Release a held single payment: the money leaves."""
        return self._order(wire.path(payment_id, "release"), body)

    def cancel(self, batch_id: str) -> Answer:
        """Cancel a batch none of whose money has left."""
        return self._order(wire.path("batch", batch_id, "cancel"))

    # ---- questions; all raise NotSent, Throttled, Rejected or OutcomeUnknown --------

    def batch(self, batch_id: str) -> RemoteBatch | None:
        """Return the batch as the vendor has it, or None when the vendor does not know it."""
        return self._question(wire.path("batch", batch_id), wire.read_batch)

    def find_batch(self, client_request_id: str) -> RemoteBatch | None:
        """Return the batch that was made for our request id, or None. A list that is not there is no such answer."""
        return self._read(wire.path("batch"), lambda document: wire.find_in_list(document, client_request_id))

    def payments_in(self, batch_id: str) -> dict[str, RemotePayment]:
        """Return the vendor's payments by our references."""
        return self._question(wire.path("batch", batch_id, "details"), wire.payments_in) or {}

    def check_key(self) -> None:
        """Ask for the list of batches; raises core.http's errors when the key is not taken, or it is not Optum."""
        self._read(wire.path("batch"), wire.batches_in)

    # ---- one door --------

    def _change(self, method: str, path: str, body: bytes, *, needs: tuple[str, ...]) -> Answer:
        answer = self._ask(method, path, json_bytes=body)
        return wire.read_answer(answer.status, answer.body, needs=needs)

    def _order(self, path: str, body: bytes | None = None) -> Answer:
        return wire.read_empty_answer(self._ask("POST", path, json_bytes=body).status)

    def _question(self, path: str, read: Callable[[Any], T]) -> T | None:
        """Ask about one batch; None when the vendor does not know it."""
        try:
            return self._read(path, read)
        except Rejected as error:
            if error.status == 404:
                return None
            raise

    def _read(self, path: str, read: Callable[[Any], T]) -> T:
        answer = self._ask("GET", path, answers=(401, 403), total=READ_SECONDS)
        try:
            return read(wire.load(answer.body))
        except wire.Unusable as lacks:
            why = f"gave an answer without a usable {lacks}"
            raise OutcomeUnknown(answer.vendor, why, status=answer.status, request_id=answer.request_id) from None

    def _ask(
        self, method: str, path: str, *, answers: Collection[int] = tuple(wire.OUTCOMES), **options: Any
    ) -> VendorAnswer:
        answer = self.session.ask(method, path, answers=answers, headers=self.headers, **options)
        if wire.OUTCOMES.get(answer.status) is Outcome.KEY_REFUSED:
            # Nothing happened: the same call may go again once the key is right.
            why = f"does not accept the account's key (HTTP {answer.status})"
            raise NotSent(answer.vendor, why, status=answer.status, request_id=answer.request_id)
        return answer


class NoKey(NotSent):
    """The settings hold no key for the account, so nothing can be sent."""


def check_keys() -> None:
    """Try the key of every account. Raises core.http's errors."""
    for account in settings.PAYMENTS_API_KEYS:
        client_for(account).check_key()


def client_for(account: str) -> Optum:
    """Return the client of an account by its short code; one thread uses it. Raises NoKey."""
    key = settings.PAYMENTS_API_KEYS.get(account)
    if not key:
        raise NoKey("optum", "cannot be asked: PAYMENTS_API_KEYS holds no key for this account")
    session = VendorSession(
        "optum", settings.PAYMENTS_BASE_URL, connect=5, read=SECONDS, total=SECONDS, keep_alive=False
    )
    return Optum(session, key, initiate=settings.PAYMENTS_INITIATE_ACTION)
