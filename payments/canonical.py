"""One way to write a payment down: the bytes that are kept sealed, hashed, approved and sent, all the same ones."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import simplejson


def to_bytes(payment: dict[str, Any]) -> bytes:
    """Return the payment as compact JSON in UTF-8, members in the order given, numbers exactly as given."""
    return simplejson.dumps(payment, use_decimal=True, separators=(",", ":"), ensure_ascii=False).encode()


def of_bytes(content: bytes) -> Any:
    """Return the payment that was written down, with exact Decimals."""
    return json.loads(content, parse_float=Decimal)


def payment_hash(content: bytes) -> str:
    """Return the SHA-256 of one payment's bytes, 64 hex digits."""
    return hashlib.sha256(content).hexdigest()


def content_hash(heading: Iterable[str], payment_hashes: Iterable[str]) -> str:
    """Return the SHA-256 that an approval is bound to: what stands on top of the batch, then each payment in order.

    `heading` names the accounts and the shape; a line break parts the items, none of which holds one.
    """
    return hashlib.sha256("\n".join([*heading, "", *payment_hashes]).encode()).hexdigest()
