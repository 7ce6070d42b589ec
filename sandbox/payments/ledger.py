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
    """Return by issuerReferenceId how often money left, and how many dollars, as text with two places.

    A reference names one payment of its account, so what two accounts pay under it is not one payment paid twice:
    `accounts` has a line for each, and the reference's own line is that of the account where money left most often.
    """
    told: dict[str, Json] = {}
    for key, entry in store.items(VENDOR, "ledger"):
        account = key.partition(":")[0]
        line = {"times_money_left": entry["times"], "amount": str(entry["amount"])}
        told.setdefault(entry["reference"], {"accounts": {}})["accounts"][account] = line
    return {reference: _most_often(lines["accounts"]) | lines for reference, lines in told.items()}


def _most_often(lines: dict[str, Json]) -> Json:
    return max(lines.values(), key=lambda line: (line["times_money_left"], Decimal(line["amount"])))
