"""The ledger: how often money left for each payment. Every time counts, also one whose answer never arrived."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.payments.accounts import VENDOR
from sandbox.state import Store

Json = dict[str, Any]


def money_left(store: Store, account: str, payment: Json) -> None:
    """Write down that the money of a payment left its account once more."""
    key = f"{account}:{payment['issuerReferenceId']}"
    entry = store.get(VENDOR, "ledger", key)
    if entry is None:
        entry = {"reference": payment["issuerReferenceId"], "times": 0, "amount": Decimal("0.00")}
    entry["times"] += 1
    entry["amount"] += payment["amount"]
    store.put(VENDOR, "ledger", key, entry)


def report(store: Store) -> dict[str, Json]:
    """Return by issuerReferenceId how often money left, and how many dollars in all, as text with two places."""
    told: dict[str, Json] = {}
    for _key, entry in store.items(VENDOR, "ledger"):
        line = told.setdefault(entry["reference"], {"times_money_left": 0, "amount": "0.00"})
        line["times_money_left"] += entry["times"]
        line["amount"] = str(Decimal(line["amount"]) + entry["amount"])
    return told
