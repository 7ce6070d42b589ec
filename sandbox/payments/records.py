"""How batches and payments are kept in the store: one document each, small, found by key and never by a scan.

Collections: `batches:<account>`, `history:<batch>` (every earlier look of a batch), `members:<batch>` (its payments, in
the order they came), `where:<account>` (payment to batch), `claims:<batch>` (the payer's numbers of the claims that a
batch pays; strict mode only), and three kinds of keys that may be used only once: `requests:<account>`,
`references:<account>`, `issuer_ids:<account>`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.payments.accounts import ACCOUNTS, VENDOR
from sandbox.payments.checks import CENT
from sandbox.state import Store

Json = dict[str, Any]

# The keys that only one payment of an account may have: the kind of collection, and the payment's member.
KEYS = (("references", "issuerReferenceId"), ("issuer_ids", "issuerPaymentId"))


def dollars(amount: Decimal | int) -> Decimal:
    """Return an amount with its two places."""
    return Decimal(amount).quantize(CENT)


def stamp(moment: datetime) -> str:
    """Return an aware moment as text whose order is the order of time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def find_batch(store: Store, account: str, batch_id: str) -> Json | None:
    """Return a batch of this account, or None."""
    return store.get(VENDOR, f"batches:{account}", batch_id)


def all_batches(store: Store, account: str) -> list[Json]:
    """Return the batches of an account, oldest first."""
    return [batch for _key, batch in store.items(VENDOR, f"batches:{account}")]


def batch_of_request(store: Store, account: str, client_request_id: str) -> str | None:
    """Return the id of the batch that was made for a request id, or None."""
    return _used_by(store, f"requests:{account}", client_request_id)


def payments_of_keys(store: Store, account: str, payments: list[Json]) -> list[str | None]:
    """Return for each of some payments the id of the one that has used one of its keys before, or None."""
    used: list[Json] = []
    for kind, name in KEYS:
        keys = [payment[name] for payment in payments if payment[name]]
        used.append(store.find(VENDOR, f"{kind}:{account}", keys) if keys else {})
    return [
        next(
            (
                known[payment[name]]["id"]
                for known, (_kind, name) in zip(used, KEYS, strict=True)
                if payment[name] in known
            ),
            None,
        )
        for payment in payments
    ]


def share_a_key(payments: list[Json]) -> bool:
    """Tell whether two of these payments have the same key."""
    for _kind, name in KEYS:
        ids = [payment[name] for payment in payments if payment[name]]
        if len(ids) != len(set(ids)):
            return True
    return False


def save_batch(store: Store, batch: Json, now: datetime) -> None:
    """Keep a batch, and its look from now on in its history."""
    batch |= {"revision": batch["revision"] + 1, "changedAt": stamp(now)}
    now_so = (f"batches:{batch['account']}", batch["batchId"], batch)
    store.put_all(VENDOR, [now_so, (f"history:{batch['batchId']}", str(batch["revision"]), batch)])


def earlier(store: Store, batch: Json, now: datetime, seconds: float | None) -> Json | None:
    """Return how a batch looked some seconds ago, or before its last change; None when it did not exist then."""
    if seconds is None:
        return store.get(VENDOR, f"history:{batch['batchId']}", str(batch["revision"] - 1))
    then = stamp(now - timedelta(seconds=seconds))
    looks = [look for _key, look in store.items(VENDOR, f"history:{batch['batchId']}") if look["changedAt"] <= then]
    return looks[-1] if looks else None


def keep_request(store: Store, batch: Json) -> None:
    """Mark the request id of a batch as used, for ever."""
    store.put(VENDOR, f"requests:{batch['account']}", batch["clientRequestId"], {"id": batch["batchId"]})


def add_payments(store: Store, account: str, payments: list[Json]) -> None:
    """Keep new payments and mark their keys as used, for ever."""
    store.put_all(VENDOR, [entry for payment in payments for entry in _entries(account, payment)])


def _entries(account: str, payment: Json) -> Iterator[tuple[str, str, Json]]:
    """Yield what is kept of a new payment: collection, key, document."""
    payment_id, batch_id = payment["paymentId"], payment["batchId"]
    used_by = {"id": payment_id}
    yield f"where:{account}", payment_id, {"batchId": batch_id}
    for kind, name in KEYS:
        if payment[name]:
            yield f"{kind}:{account}", payment[name], used_by
    for number in payment.get("claims", ()):
        yield f"claims:{batch_id}", number, used_by
    yield f"members:{batch_id}", payment_id, {name: value for name, value in payment.items() if name != "claims"}


def save_payment(store: Store, payment: Json) -> None:
    """Keep a payment."""
    store.put(VENDOR, f"members:{payment['batchId']}", payment["paymentId"], payment)


def payments_of(store: Store, batch_id: str) -> list[Json]:
    """Return the payments of a batch in the order they were added."""
    return [payment for _key, payment in store.items(VENDOR, f"members:{batch_id}")]


def pays_claim(store: Store, batch_id: str, number: str) -> bool:
    """Return whether a payment of the batch, not voided since, pays the claim with this payer's number."""
    payment_id = _used_by(store, f"claims:{batch_id}", number)
    payment = store.get(VENDOR, f"members:{batch_id}", payment_id) if payment_id else None
    return payment is not None and payment["status"] != "Voided"


def find_payment(store: Store, account: str, payment_id: str) -> tuple[Json, Json] | None:
    """Return (batch, payment) of a payment of this account, or None."""
    place = store.get(VENDOR, f"where:{account}", payment_id)
    batch = find_batch(store, account, place["batchId"]) if place else None
    payment = store.get(VENDOR, f"members:{batch['batchId']}", payment_id) if batch else None
    return (batch, payment) if batch and payment else None


def batches_with(store: Store, payment_id: str) -> list[str]:
    """Return the ids of the batches, of any account, that have a payment with this id."""
    places = [store.get(VENDOR, f"where:{account.code}", payment_id) for account in ACCOUNTS]
    return [place["batchId"] for place in places if place is not None]


def _used_by(store: Store, collection: str, key: str) -> str | None:
    kept = store.get(VENDOR, collection, key)
    return kept["id"] if kept else None
