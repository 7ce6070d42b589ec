"""Subscriptions to events: made, changed, ended, and what they have missed (docs/vendors/optum.md).

Every function takes the desk and returns an Answer, or raises Problem.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sandbox import webhooks
from sandbox.payments import events, guards, records, shapes
from sandbox.payments.accounts import VENDOR
from sandbox.payments.plans import Answer, Desk
from sandbox.payments.problems import Problem, invalid

Json = dict[str, Any]
Query = Mapping[str, str]

# The vendor says three retries and not when.
RETRY_SECONDS = (5, 60, 600)


def subscribe(desk: Desk, body: Json) -> Answer:
    """Make a subscription and send its handshake."""
    subscription = {"id": str(uuid.uuid4()), "account": desk.account.code, "createdAt": records.stamp(desk.now)}
    return Answer(int(desk.switch("create_status", 200)), _show(desk, _kept(desk, subscription, body)))


def subscriptions(desk: Desk, query: Query) -> list[Json]:
    """Return the account's subscriptions, oldest first."""
    kept = desk.store.items(VENDOR, _place(desk))
    return [_show(desk, events.settle(desk.store, subscription)) for _key, subscription in kept]


def subscription(desk: Desk, query: Query, subscription_id: str) -> Json:
    """Return a subscription."""
    return _show(desk, _found(desk, subscription_id))


def change_subscription(desk: Desk, body: Json, subscription_id: str) -> Answer:
    """Change a subscription at once; another address shakes hands anew."""
    return Answer(200, _show(desk, _kept(desk, _found(desk, subscription_id), body)))


def unsubscribe(desk: Desk, subscription_id: str) -> Answer:
    """End a subscription and forget what it has missed."""
    _found(desk, subscription_id)
    desk.store.delete(VENDOR, _place(desk), subscription_id)
    for collection in (f"sent:{subscription_id}", f"missed:{subscription_id}"):
        for key, _entry in desk.store.items(VENDOR, collection):
            desk.store.delete(VENDOR, collection, key)
    return Answer(204)


def missed_events(desk: Desk, query: Query, subscription_id: str) -> list[Json]:
    """Return what a subscription has missed and not acknowledged, oldest first."""
    return events.missed(desk.store, _found(desk, subscription_id))


def acknowledge(desk: Desk, body: Json, subscription_id: str) -> Answer:
    """Forget missed events that the caller has dealt with; ids that are none are passed over."""
    guards.must_pass(shapes.acknowledge(), body)
    _found(desk, subscription_id)
    for event_id in body["ids"]:
        desk.store.delete(VENDOR, f"missed:{subscription_id}", event_id)
    return Answer(204)


def reopen(desk: Desk, subscription_id: str) -> Answer:
    """Let events come again after some were missed."""
    found = _found(desk, subscription_id) | {"circuitOpen": False}
    desk.store.put(VENDOR, _place(desk), subscription_id, found)
    return Answer(204)


def _kept(desk: Desk, subscription: Json, body: Json) -> Json:
    """Keep what a body says of a subscription."""
    guards.must_pass(shapes.subscription(), body)
    moved = subscription.get("url") != body["url"]
    subscription = subscription | {"circuitOpen": subscription.get("circuitOpen", False)}
    subscription |= {"url": body["url"], "eventNames": body["eventNames"], "key": body["auth"]["apiKey"]["key"]}
    if moved:
        try:
            subscription["handshake"] = events.shake_hands(subscription, desk.now)
        except webhooks.NotAllowed as error:
            raise invalid({"url": [str(error)]}) from error
    desk.store.put(VENDOR, _place(desk), subscription["id"], subscription)
    return subscription


def _found(desk: Desk, subscription_id: str) -> Json:
    kept = desk.store.get(VENDOR, _place(desk), subscription_id)
    if kept is None:
        raise Problem(404, "The subscription cannot be found.")
    return events.settle(desk.store, kept)


def _place(desk: Desk) -> str:
    return f"subscriptions:{desk.account.code}"


def _show(desk: Desk, subscription: Json) -> Json:
    """Return what is told of a subscription: never its key."""
    told = {name: subscription[name] for name in ("id", "url", "eventNames", "createdAt")}
    return told | {"status": events.status_of(desk.store, subscription)}
