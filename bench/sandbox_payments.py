"""The calls of the sandbox's claim payments service that are measured."""

from collections.abc import Iterator
from typing import Any

from bench.sandbox_calls import Asked, again, anew, as_bytes
from bench.sandbox_client import Connection, request
from tests.payments_data import dumps, make_batch, make_payment

PAYMENTS = {"API_Key": "payments-sandbox-key", "Content_Type": "application/json"}
_ROOT = "/payments/api/v1"
_BATCHES = f"{_ROOT}/payments/batch"
_SUBSCRIPTIONS = f"{_ROOT}/event-api/subscriptions"
_ACCOUNT = {"accountShortCode": "ACCT1", "subAccountShortCode": "SUBACCT1"}


class Made:
    """Batches and payments of a sandbox that the calls are about, each with ids of its own."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._number = 0

    def prefix(self) -> str:
        """Return what no id has begun with before."""
        self._number += 1
        return f"BENCH{self._number}-"

    def ask(self, method: str, path: str, doc: Any = None) -> Any:
        """Make a call that has to succeed and return its document."""
        return self.connection.document(call(method, path, doc))

    def batch(self, total: Any = 12.5, count: int = 1) -> str:
        """Make an empty batch."""
        return str(self.ask("POST", _BATCHES, self.new(total, count))["batchId"])

    def new(self, total: Any = 12.5, count: int = 1) -> dict[str, Any]:
        """Return the body that makes a batch."""
        return {"clientRequestId": self.prefix(), **_ACCOUNT, "totalAmount": total, "numberOfPayments": count}

    def held(self, count: int = 1) -> tuple[str, str]:
        """Make a batch that waits for its release; return its id and that of its first payment."""
        batch, payment = self.loaded(count)
        self.ask("POST", f"{_BATCHES}/{batch}/start")
        return batch, payment

    def loaded(self, count: int = 1) -> tuple[str, str]:
        """Make a batch that holds its payments; return its id and that of its first payment."""
        made = make_batch(count, prefix=self.prefix())
        batch = self.batch(made.total, made.count)
        return batch, str(self.ask("POST", f"{_BATCHES}/{batch}/add", {"payments": made.payments})["paymentId"])

    def released(self) -> tuple[str, str]:
        """Make a batch whose money has left; return its id and that of its first payment."""
        batch, payment = self.held()
        self.ask("POST", f"{_BATCHES}/{batch}/release", release(batch))
        return batch, payment


def call(method: str, path: str, doc: Any = None, **headers: str) -> bytes:
    """Return a call with a document or without one."""
    return request(method, path, b"" if doc is None else dumps(doc), **{**PAYMENTS, **headers})


def release(batch: str) -> dict[str, str]:
    """Return the body that releases a batch."""
    return {"batchId": batch, "releasedBy": "ana@clinic.test"}


def calls(connection: Connection) -> Iterator[Asked]:
    """Prepare a sandbox and return its calls."""
    made = Made(connection)
    yield from _reads(made)
    yield from _changes(made)
    yield from _money(made)
    yield from _singles(made)
    yield from _keys(made)
    yield from _events(made)


def _reads(made: Made) -> Iterator[Asked]:
    batch, payment = made.held(3)
    yield "payments.batches", again(call("GET", _BATCHES))
    yield "payments.batch", again(call("GET", f"{_BATCHES}/{batch}"))
    yield "payments.batch_details", again(call("GET", f"{_BATCHES}/{batch}/details"))
    yield "payments.payment", again(call("GET", f"{_ROOT}/payments/{payment}"))
    yield "payments.payment_details", again(call("GET", f"{_ROOT}/payments/{payment}/details"))


def _changes(made: Made) -> Iterator[Asked]:
    conflict = made.new()
    made.ask("POST", _BATCHES, conflict)
    batch = made.batch()

    def add(count: int) -> bytes:
        return call("POST", f"{_BATCHES}/{batch}/add", {"payments": make_batch(count, prefix=made.prefix()).payments})

    yield "payments.create", anew(lambda number: call("POST", _BATCHES, made.new()))
    yield "payments.create, a second time", again(call("POST", _BATCHES, conflict))
    yield "payments.change_totals", again(call("PATCH", f"{_BATCHES}/{batch}", {"totalAmount": 12.75}))
    yield "payments.add of 2.3 kB", anew(lambda number: add(1))
    yield "payments.add of 8.4 kB", anew(lambda number: add(2))
    yield "payments.add of 12 kB", anew(lambda number: add(3))
    yield "payments.cancel", anew(lambda number: call("POST", f"{_BATCHES}/{made.batch()}/cancel"))
    yield "payments.start", anew(lambda number: call("POST", f"{_BATCHES}/{made.loaded()[0]}/start"))


def _money(made: Made) -> Iterator[Asked]:
    def batch(number: int) -> bytes:
        held = made.held()[0]
        return call("POST", f"{_BATCHES}/{held}/release", release(held))

    def partial(number: int) -> bytes:
        held, payment = made.held(2)
        return call("POST", f"{_BATCHES}/{held}/release-partial", release(held) | {"paymentIds": [payment]})

    def single(number: int) -> bytes:
        held, payment = made.held()
        return call("POST", f"{_ROOT}/payments/{payment}/release", release(held))

    yield "payments.release", anew(batch)
    yield "payments.release_partial", anew(partial)
    yield "payments.release_single", anew(single)


def _singles(made: Made) -> Iterator[Asked]:
    def single(number: int) -> bytes:
        prefix = made.prefix()
        body = {"clientRequestId": prefix, **_ACCOUNT, "payment": make_payment(0, prefix=prefix)}
        return call("POST", f"{_ROOT}/payments", body)

    def reissue(number: int) -> bytes:
        payment, prefix = made.released()[1], made.prefix()
        made.ask("POST", f"{_ROOT}/payments/{payment}/void")
        ids = {"issuerPaymentId": f"{prefix}P", "issuerReferenceId": f"{prefix}R"}
        return call("POST", f"{_ROOT}/payments/{payment}/reissue", ids)

    yield "payments.single of 2.4 kB", anew(single)
    yield "payments.void", anew(lambda number: call("POST", f"{_ROOT}/payments/{made.held()[1]}/void"))
    yield "payments.reissue", anew(reissue)


def _keys(made: Made) -> Iterator[Asked]:
    make = call("POST", f"{_ROOT}/keys")
    first = made.ask("POST", f"{_ROOT}/keys")["apiKey"]

    def revoke(number: int) -> bytes:
        return call("DELETE", f"{_ROOT}/keys", API_Key=made.connection.document(make)["apiKey"])

    yield "payments.make_key", again(make)  # an account has five; then it is a conflict
    made.connection.document(call("DELETE", f"{_ROOT}/keys", API_Key=first))
    yield "payments.revoke_key", anew(revoke)


def _events(made: Made) -> Iterator[Asked]:
    wish = {"url": "http://127.0.0.1:9/", "eventNames": ["batch_created"], "auth": {"apiKey": {"key": "secret"}}}
    kept = made.ask("POST", _SUBSCRIPTIONS, wish)["id"]
    one = f"{_SUBSCRIPTIONS}/{kept}"
    made.batch()
    ids = as_bytes({"ids": ["none"]})

    def ended(number: int) -> bytes:
        return call("DELETE", f"{_SUBSCRIPTIONS}/{made.ask('POST', _SUBSCRIPTIONS, wish)['id']}")

    yield "payments.subscriptions", again(call("GET", _SUBSCRIPTIONS))
    yield "payments.subscription", again(call("GET", one))
    yield "payments.missed_events", again(call("GET", f"{one}/missed-events"))
    yield "payments.acknowledge", again(request("POST", f"{one}/missed-events/acknowledge", ids, **PAYMENTS))
    yield "payments.change_subscription", again(call("PUT", one, wish))
    yield "payments.reopen", again(call("POST", f"{one}/reopen"))
    yield "payments.unsubscribe", anew(ended)
    yield "payments.subscribe", again(call("POST", _SUBSCRIPTIONS, wish))
