"""The vendor's words: paths, exact request bytes, and what an answer means. No I/O (docs/vendors/optum.md).

What the vendor publishes and what is our guess stands beside each table. A status word that is in no table is UNKNOWN,
which no machine acts upon.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import simplejson

from core import strict_json

_CENT = Decimal("0.01")
# Beyond these an answer is no answer about our batches, and no column holds it.
_MOST_DOLLARS, _MOST_PAYMENTS, _LONGEST_ID = Decimal(10**12), 10**9, 64


class Outcome(enum.StrEnum):
    """What an answer to one of our writing calls says."""

    DONE = "DONE"
    DUPLICATE = "DUPLICATE"
    MISSING = "MISSING"
    INVALID = "INVALID"
    TOO_BIG = "TOO_BIG"
    KEY_REFUSED = "KEY_REFUSED"
    UNUSABLE = "UNUSABLE"


# HTTP status to outcome; 2xx are judged by the call, anything else is decided by core.http.
OUTCOMES = {
    400: Outcome.INVALID,
    401: Outcome.KEY_REFUSED,
    403: Outcome.KEY_REFUSED,
    404: Outcome.MISSING,
    409: Outcome.DUPLICATE,
    413: Outcome.TOO_BIG,
    422: Outcome.INVALID,
}


class Standing(enum.StrEnum):
    """How far a batch is at the vendor."""

    CREATED = "CREATED"
    HELD = "HELD"
    BEYOND_HELD = "BEYOND_HELD"
    FINISHED = "FINISHED"
    CANCELLED = "CANCELLED"
    UNKNOWN = "UNKNOWN"


# The vendor's words for a batch. Created and Funding are attested, held in prose, Loading in its events; the rest are
# ours. Every word of the second line means that money has left or is leaving.
STANDINGS = {"created": Standing.CREATED, "held": Standing.HELD, "cancelled": Standing.CANCELLED}
STANDINGS |= {"funding": Standing.BEYOND_HELD, "loading": Standing.BEYOND_HELD, "completed": Standing.FINISHED}
BEYOND_HELD = frozenset({Standing.BEYOND_HELD, Standing.FINISHED})


@dataclass(frozen=True)
class Answer:
    """The answer to a writing call: what it says, the ids it gave, and the places it found fault with."""

    outcome: Outcome
    batch_id: str = ""
    payment_id: str = ""
    places: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class RemoteBatch:
    """A batch as the vendor tells it; totals in dollars."""

    batch_id: str
    client_request_id: str
    standing: Standing
    word: str
    expected_total: Decimal
    expected_count: int
    current_total: Decimal
    current_count: int


# The vendor's words for a payment, loaded attested in its events; any word in neither set means that it did not arrive.
ARRIVED, ON_THE_WAY = "loaded", frozenset({"", "created", "held", "released", "loading"})


@dataclass(frozen=True)
class RemotePayment:
    """A payment as the vendor tells it: its id there, and the word for how far it is."""

    payment_id: str
    word: str


class Unusable(ValueError):
    """An answer to a question that lacks what we asked for; the message names the member, never its value."""


# ---- paths, below the base URL; none holds a double slash or ends in one --------


def path(*parts: str) -> str:
    """Return the path of a call: `path("batch", batch_id, "add")` is `payments/batch/…/add`.

    Raises ValueError for an empty part, which would make a double slash.
    """
    if not all(part and "/" not in part for part in parts):
        raise ValueError("A part of the path is empty or holds a slash.")
    return "/".join(("payments", *parts))


# ---- requests: exact bytes --------


def create_body(*, client_request_id: str, account: str, sub_account: str, total: Decimal, count: int) -> bytes:
    """Return the body that makes an empty batch with its control totals (total in dollars)."""
    return _dump(
        {
            "clientRequestId": client_request_id,
            "accountShortCode": account,
            "subAccountShortCode": sub_account,
            "totalAmount": total,
            "numberOfPayments": count,
        }
    )


def single_body(*, client_request_id: str, account: str, sub_account: str, payment: bytes) -> bytes:
    """Return the body that makes a batch of one; `payment` is its JSON and goes in byte for byte."""
    head = _dump(
        {"clientRequestId": client_request_id, "accountShortCode": account, "subAccountShortCode": sub_account}
    )
    return head[:-1] + b',"payment":' + payment + b"}"


def add_body(payments: Iterable[bytes]) -> bytes:
    """Return the body that adds payments to a batch; each goes in byte for byte."""
    return b'{"payments":[' + b",".join(payments) + b"]}"


def release_body(*, batch_id: str, released_by: str) -> bytes:
    """Return the body that releases: the real batch id, and the e-mail of the person who pressed release."""
    if not batch_id or not released_by:
        raise ValueError("A release names its batch and its person.")
    return _dump({"batchId": batch_id, "releasedBy": released_by})


def _dump(document: dict[str, Any]) -> bytes:
    text: str = simplejson.dumps(document, use_decimal=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


# ---- answers --------


def read_answer(status: int, body: bytes, *, needs: tuple[str, ...] = ()) -> Answer:
    """Return what the answer to a create or add says; a 2xx without the ids in `needs` is UNUSABLE."""
    if not 200 <= status < 300:
        outcome = OUTCOMES.get(status, Outcome.UNUSABLE)
        return Answer(outcome, places=_places(body) if outcome is Outcome.INVALID else ())
    document = _load(body)
    ids = {name: document.get(name) for name in ("batchId", "paymentId")} if isinstance(document, dict) else {}
    if not all(_is_id(ids.get(name)) for name in needs):
        return Answer(Outcome.UNUSABLE)
    batch_id, payment_id = (str(ids[name]) if _is_id(ids[name]) else "" for name in ("batchId", "paymentId"))
    return Answer(Outcome.DONE, batch_id, payment_id)


def read_empty_answer(status: int) -> Answer:
    """Return what the answer to a start, release or cancel says: only 204 is done."""
    if status == 204:
        return Answer(Outcome.DONE)
    return Answer(OUTCOMES.get(status, Outcome.UNUSABLE))


def read_batch(document: Any) -> RemoteBatch:
    """Return a batch of a read answer. Raises Unusable when a member we need is missing or odd."""
    if not isinstance(document, dict):
        raise Unusable("batch")
    word, batch_id = _text(document, "batchStatus"), _text(document, "batchId")
    if not _is_id(batch_id):
        raise Unusable("batchId")
    return RemoteBatch(
        batch_id=batch_id,
        client_request_id=_text(document, "clientRequestId"),
        standing=STANDINGS.get(word.strip().casefold(), Standing.UNKNOWN),
        word=word[:40],
        expected_total=_dollars(document, "expectedBatchTotal"),
        expected_count=_count(document, "expectedNumberOfPayments"),
        current_total=_dollars(document, "currentBatchTotal"),
        current_count=_count(document, "currentNumberOfPayments"),
    )


def batches_in(document: Any) -> list[Any]:
    """Return the batches of a list answer. Raises Unusable when it is none."""
    return _items(document, "batches")


def find_in_list(document: Any, client_request_id: str) -> RemoteBatch | None:
    """Return the batch of our request id from a list answer, or None when it is not in it.

    Raises Unusable when the answer is no list of batches, or when more than one batch has the id.
    """
    mine = [
        item
        for item in batches_in(document)
        if isinstance(item, dict) and item.get("clientRequestId") == client_request_id
    ]
    if len(mine) > 1:
        raise Unusable("clientRequestId")
    return read_batch(mine[0]) if mine else None


def payments_in(document: Any) -> dict[str, RemotePayment]:
    """Return the vendor's payments by our reference from a details answer. Raises Unusable."""
    found = {}
    for payment in _items(document, "payments"):
        word = payment.get("status") if isinstance(payment, dict) else None
        told = RemotePayment(_text(payment, "paymentId")[:64], word[:40] if isinstance(word, str) else "")
        found[_text(payment, "issuerReferenceId")] = told
    return found


def _items(document: Any, name: str) -> list[Any]:
    """Return a list that stands alone or under `name` (neither is documented)."""
    found = document.get(name) if isinstance(document, dict) else document
    if not isinstance(found, list):
        raise Unusable(name)
    return found


def load(body: bytes) -> Any:
    """Return the document of an answer, with exact Decimals. Raises Unusable, also for a member that stands twice."""
    try:
        return strict_json.read(body)
    except ValueError:
        raise Unusable("body") from None


def _load(body: bytes) -> Any:
    try:
        return load(body)
    except Unusable:
        return None


def _places(body: bytes) -> tuple[str, ...]:
    """Return the places that a problem document names under `errors`; its sentences may quote values and are left."""
    document = _load(body)
    errors = document.get("errors") if isinstance(document, dict) else None
    return tuple(str(place)[:200] for place in errors)[:20] if isinstance(errors, dict) else ()


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= _LONGEST_ID and value.isascii() and "/" not in value


def _text(document: Any, name: str) -> str:
    value = document.get(name) if isinstance(document, dict) else None
    if not isinstance(value, str) or not value:
        raise Unusable(name)
    return value


def _dollars(document: dict[str, Any], name: str) -> Decimal:
    value: Any = document.get(name)
    if type(value) not in (int, Decimal) or not abs(Decimal(value)) < _MOST_DOLLARS:
        raise Unusable(name)
    return Decimal(value)


def _count(document: dict[str, Any], name: str) -> int:
    value = document.get(name)
    if type(value) is not int or not 0 <= value < _MOST_PAYMENTS:
        raise Unusable(name)
    return value
