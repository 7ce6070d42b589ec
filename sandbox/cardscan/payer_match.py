"""Payer match: the payer of a card as clearinghouses know it (contract section 4, `payer_match`).

A feature that accounts of the vendor have or have not; here the switch `payer_match` turns it on. The directory is the
one of the sandbox's clearinghouse, so what is matched here is found there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sandbox import clock
from sandbox.candid import payers
from sandbox.candid.payers import Payer
from sandbox.switches import switch

VERSION = "frontdesk-sandbox-1.0"
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_MEDICAL = ("professional", "institutional")
_TYPES = {"dental": ("dental",)}
# How sure a match is, by what of the card named the payer.
_BY_ID, _BY_NAME = "0.99", "0.91"


def is_enabled() -> bool:
    """Tell whether the account has payer match."""
    return switch("cardscan", "payer_match", False) is True


def of_card(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `payer_match` says of a card that was read.

    Args:
        details: the card's `details`; its payer id and payer name are looked at.
    """
    if not is_enabled():
        return {"message": "Payer Match is not enabled for this account"}
    payer, score = payer_of(details)
    if payer is None:
        return {"cardscan_payer_id": None, "matches": [], "change_healthcare": [], "custom": [], "message": None}
    ours = _our_id(payer)
    return {
        "cardscan_payer_id": ours,
        "cardscan_payer_name": payer.name,
        "score": score,
        "matches": [_match(payer, ours, score, kind) for kind in _TYPES.get(payer.kind, _MEDICAL)],
        "change_healthcare": [],
        "custom": [],
        "message": None,
    }


def payer_of(details: Mapping[str, Any]) -> tuple[Payer | None, str]:
    """Return the payer that a card names, by its id or else by its name, and how sure that is ("0" to "1")."""
    by_id = payers.find(_value(details, "payer_id"))
    if by_id is not None:
        return by_id, _BY_ID
    by_name = payers.by_name(_value(details, "payer_name"))
    return by_name, _BY_NAME if by_name else "0"


def _value(details: Mapping[str, Any], key: str) -> str:
    found = details.get(key)
    return str(found["value"]) if isinstance(found, Mapping) else ""


def _match(payer: Payer, ours: str, score: str, transaction_type: str) -> dict[str, Any]:
    return {
        "clearinghouse": "Availity",
        "payer_id": payer.payer_id,
        "payer_name": payer.name,
        "score": score,
        "cardscan_payer_id": ours,
        "transaction_type": transaction_type,
        "metadata": {"last_updated": f"{clock.now():%Y-%m-01T00:00:00+00:00}", "source": "frontdesk-sandbox"},
    }


def _our_id(payer: Payer) -> str:
    """Return an id in the vendor's style ("pay_" and eight characters), always the same for a payer."""
    digest = hashlib.sha256(payer.payer_id.encode()).digest()
    return "pay_" + "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:8])
