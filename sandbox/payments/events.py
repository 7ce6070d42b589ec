"""Events: what happens to batches and payments, told to those who have subscribed (docs/vendors/optum.md).

An effect writes its events down in the transaction of the effect; `dispatch` hands them to `sandbox.webhooks` when that
is over, so that nobody hears of what was rolled back. What cannot be delivered waits until it is asked for.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sandbox import webhooks
from sandbox.indexes import Presence
from sandbox.payments import accounts
from sandbox.payments.accounts import VENDOR
from sandbox.state import Store, dump

Json = dict[str, Any]

SIGNATURE = "X-Optum-Webhook-Callback-Hmac-Signature"
SOURCE = "https://payments.sandbox.invalid"
FUNDING_TYPE = "PreFundedSameDay"
HANDSHAKE = "subscription_handshake"
_HAPPENED = Presence(VENDOR, "happened")
_SUBSCRIPTIONS = {one.code: Presence(VENDOR, f"subscriptions:{one.code}") for one in accounts.ACCOUNTS}

OF_BATCH = {
    "Created": "batch_created",
    "Held": "batch_held",
    "Funding": "batch_funding_requested",
    "Loading": "batch_loading_requested",
    "Completed": "batch_completed",
    "Cancelled": "batch_cancelled",
}
OF_PAYMENT = {
    "Loading": "payment_loading_requested",
    "Loaded": "payment_loading_completed",
    "LoadFailed": "payment_loading_failed",
    "Voided": "payment_voided",
}
_NETWORK_STATUS = {"Loaded": "Loaded", "LoadFailed": "LoadFailed"}


def batch_moved(store: Store, batch: Json, now: datetime) -> None:
    """Write down that a batch has a new status."""
    name = OF_BATCH[batch["batchStatus"]]
    account = accounts.of_code(batch["account"])
    data = {
        "org": account.code,
        "account": account.code,
        "subAccount": account.sub_code,
        "totalAmount": batch["expectedBatchTotal"],
        "numberOfPayments": batch["expectedNumberOfPayments"],
        "status": batch["batchStatus"],
        "fundingMethod": FUNDING_TYPE,
        "type": name,
    }
    _happened(store, account.code, name, batch["batchId"], data, now)


def payments_moved(store: Store, batch: Json, payments: Iterable[Json], status: str, now: datetime) -> None:
    """Write down that payments of a batch have a new status, if it is one that is told."""
    name = OF_PAYMENT.get(status)
    if name is None or not _subscribed(store, batch["account"], name):
        return
    for payment in payments:
        _happened(store, batch["account"], name, payment["paymentId"], _of_payment(batch, payment, status, now), now)


def _of_payment(batch: Json, payment: Json, status: str, now: datetime) -> Json:
    """Return the data of a payment's event: the members of the vendor's example, and nothing about payee or patient."""
    network = hashlib.sha256(f"{payment['paymentId']}:network".encode()).hexdigest()[:32]
    return {
        "type": OF_PAYMENT[status],
        "status": status,
        "paymentNetwork": {
            "id": {"paymentId": payment["paymentId"], "networkId": network},
            "applicationId": "OPTUMACH",
            "reason": "Enrolled",
            "documentUrl": None,
            "status": _NETWORK_STATUS.get(status, "NotLoaded"),
            "distributionServices": [],
            "currentDistributionService": None,
        },
        "amount": payment["amount"],
        "batchStartTime": batch["batchCreatedDate"],
        "startTime": now.astimezone(UTC).isoformat(),
    }


def envelope(name: str, of: str, data: Json, now: datetime) -> Json:
    """Return an event as it is sent. `of` is the id of the batch or payment; the event's own is `causationId`."""
    return {
        "id": of,
        "source": SOURCE,
        "specVersion": "1.0",
        "type": name,
        "dataContentType": "application/json",
        "data": data,
        "time": now.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "causationId": str(uuid.uuid4()),
    }


def dispatch(store: Store) -> None:
    """Hand over what has happened since the last time; what cannot be sent becomes a missed event."""
    if _HAPPENED.is_empty():
        return
    waiting = store.items(VENDOR, "happened")
    with store.transaction():
        for key, event in waiting:
            if store.delete(VENDOR, "happened", key):  # else another thread was first
                subscription = store.get(VENDOR, f"subscriptions:{event['account']}", event["subscription"])
                if subscription is not None:
                    _tell(store, subscription, event["told"])


def shake_hands(subscription: Json, now: datetime) -> str:
    """Send the handshake of a subscription and return the id of its delivery; a 2xx completes it.

    Raises:
        NotAllowed: the sandbox may not call this address.
    """
    data = {"type": HANDSHAKE, "subscriptionId": subscription["id"], "eventNames": subscription["eventNames"]}
    return _send(subscription, envelope(HANDSHAKE, subscription["id"], data, now))


def status_of(store: Store, subscription: Json) -> str:
    """Return Active, Pending (no handshake yet) or CircuitOpen (an event was missed, and nobody has closed it)."""
    if subscription["circuitOpen"]:
        return "CircuitOpen"
    delivery = store.get(VENDOR, webhooks.COLLECTION, subscription["handshake"])
    return "Active" if delivery is not None and delivery["state"] == "delivered" else "Pending"


def deliveries_in_use(store: Store) -> set[str]:
    """Return the ids of the deliveries that `status_of` and `settle` still look at."""
    kept = [one for account in accounts.ACCOUNTS for _key, one in store.items(VENDOR, f"subscriptions:{account.code}")]
    sent = [one for subscription in kept for _key, one in store.items(VENDOR, f"sent:{subscription['id']}")]
    return {one["handshake"] for one in kept} | {one["delivery"] for one in sent}


def settle(store: Store, subscription: Json) -> Json:
    """Look what has become of the events that were sent; return the subscription as it is now.

    An event that was given up is missed, and the first of them opens the circuit.
    """
    place, opens = f"sent:{subscription['id']}", False
    with store.transaction():
        for key, sent in store.items(VENDOR, place):
            delivery = store.get(VENDOR, webhooks.COLLECTION, sent["delivery"])
            if delivery is not None and delivery["state"] == "waiting":
                continue
            store.delete(VENDOR, place, key)
            if delivery is not None and delivery["state"] != "delivered":
                outcome = delivery["tries"][-1]["outcome"] if delivery["tries"] else "not tried"
                _miss(store, subscription, sent["told"], f"Http error: StatusCode: {outcome}")
                opens = True
        if opens:
            subscription = subscription | {"circuitOpen": True}
            store.put(VENDOR, f"subscriptions:{subscription['account']}", subscription["id"], subscription)
    return subscription


def missed(store: Store, subscription: Json) -> list[Json]:
    """Return the events that a subscription has missed, oldest first, until they are acknowledged."""
    return [entry for _key, entry in store.items(VENDOR, f"missed:{subscription['id']}")]


def _subscribed(store: Store, account: str, name: str) -> list[Json]:
    if _SUBSCRIPTIONS[account].is_empty():
        return []
    kept = (subscription for _key, subscription in store.items(VENDOR, f"subscriptions:{account}"))
    return [subscription for subscription in kept if name in subscription["eventNames"]]


def _happened(store: Store, account: str, name: str, of: str, data: Json, now: datetime) -> None:
    subscribed = _subscribed(store, account, name)
    if not subscribed:
        return
    told = envelope(name, of, data, now)
    for subscription in subscribed:
        entry = {"account": account, "subscription": subscription["id"], "told": told}
        store.put(VENDOR, "happened", uuid.uuid4().hex, entry)


def _tell(store: Store, subscription: Json, told: Json) -> None:
    subscription = settle(store, subscription)
    status = status_of(store, subscription)
    if status != "Active":
        reason = "The circuit is open." if status == "CircuitOpen" else "The handshake has not been completed."
        _miss(store, subscription, told, reason)
        return
    try:
        delivery = _send(subscription, told)
    except webhooks.NotAllowed as error:
        _miss(store, subscription, told, str(error))
        return
    store.put(VENDOR, f"sent:{subscription['id']}", told["causationId"], {"delivery": delivery, "told": told})


def _send(subscription: Json, told: Json) -> str:
    body = dump(told).encode()
    signature = hmac.new(subscription["key"].encode(), body, hashlib.sha256).hexdigest()
    return webhooks.send(VENDOR, subscription["url"], body, {SIGNATURE: signature})


def _miss(store: Store, subscription: Json, told: Json, failure: str) -> None:
    entry = {
        "id": told["causationId"],
        "eventName": told["type"],
        "subscriptionId": subscription["id"],
        "eventPayload": dump(told["data"]),
        "failurePayload": failure,
    }
    store.put(VENDOR, f"missed:{subscription['id']}", entry["id"], entry)
