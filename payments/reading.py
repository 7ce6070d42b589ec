"""Reads payments as the vendor's page shows them, in either of its two shapes, exactly and in one go.

Numbers become int or Decimal, never float. A member that stands twice in one object, and NaN, are refused with the
place where they stand: what one reader takes and the next one drops is how a wrong amount gets paid.
"""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from payments.rules.claims import is_amount

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")  # half a character, written as an escape
MOST_BYTES = 30_000_000
_BATCH_MEMBERS = {
    "clientRequestId",
    "accountShortCode",
    "subAccountShortCode",
    "totalAmount",
    "numberOfPayments",
    "payments",
}
_SINGLE_MEMBERS = {"clientRequestId", "accountShortCode", "subAccountShortCode", "payment"}


class Unreadable(Exception):
    """The text is no set of payments; the message says where and what to do, and holds none of the text."""

    def __init__(self, sentence: str, path: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.path = sentence, path


@dataclass(frozen=True)
class GivenPayments:
    """What was given: the payments as JSON objects, and what stood around them (empty or None when nothing did)."""

    payments: list[Any] = field(repr=False)
    is_single: bool
    client_request_id: str = ""
    account_short_code: str = ""
    sub_account_short_code: str = ""
    total_amount: Decimal | None = None
    count: int | None = None


def read_payments(raw: bytes) -> GivenPayments:
    """Return the payments in the JSON text. Raises Unreadable.

    Shapes (docs/payments.md): `{…, "payment": {…}}` for one, `{…, "payments": […]}` for a batch, which may bring its
    control totals `totalAmount` (dollars) and `numberOfPayments`.
    """
    if len(raw) > MOST_BYTES:
        raise Unreadable(f"The text is larger than {MOST_BYTES // 1_000_000} MB. Split it into several batches.")
    document = _parse(_decode(raw))
    if not isinstance(document, dict):
        raise Unreadable("The text has to be one JSON object with “payments” or “payment” in it.")
    if "payment" in document and "payments" in document:
        raise Unreadable("Both “payment” and “payments” are there. Give one of the two.")
    if "payment" in document:
        return _single(document)
    if "payments" in document:
        return _batch(document)
    raise Unreadable("Neither “payments” nor “payment” is there. See the sample file for the shape.")


def _single(document: dict[str, Any]) -> GivenPayments:
    _only(document, _SINGLE_MEMBERS)
    return GivenPayments(payments=[document["payment"]], is_single=True, **_around(document))


def _batch(document: dict[str, Any]) -> GivenPayments:
    _only(document, _BATCH_MEMBERS)
    payments, total, count = document["payments"], document.get("totalAmount"), document.get("numberOfPayments")
    if not isinstance(payments, list):
        raise Unreadable("“payments” has to be a list.", "payments")
    if total is not None and not is_amount(total):
        raise Unreadable("“totalAmount” has to be a number of dollars.", "totalAmount")
    if count is not None and type(count) is not int:
        raise Unreadable("“numberOfPayments” has to be a whole number.", "numberOfPayments")
    total_amount = None if total is None else Decimal(total)
    return GivenPayments(
        payments=payments, is_single=False, total_amount=total_amount, count=count, **_around(document)
    )


def _around(document: dict[str, Any]) -> dict[str, Any]:
    names = {
        "clientRequestId": "client_request_id",
        "accountShortCode": "account_short_code",
        "subAccountShortCode": "sub_account_short_code",
    }
    found = {}
    for name, attribute in names.items():
        value = document.get(name)
        if value is None:
            continue
        if not isinstance(value, str) or not 1 <= len(value) <= 50 or not value.isprintable() or value != value.strip():
            raise Unreadable(f"“{name}” has to be text of 1 to 50 characters.", name)
        found[attribute] = value
    return found


def _only(document: dict[str, Any], members: set[str]) -> None:
    for name in document:
        if name not in members:
            raise Unreadable("This member is not known here.", name if name.isidentifier() else "(a name)")


def _decode(raw: bytes) -> str:
    encoding = "utf-8-sig"
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as wrong:
        raise Unreadable(f"Byte {wrong.start + 1:,} is not UTF-8 text. Save the file as UTF-8.") from None


class _NotANumber:
    """Stands where NaN or Infinity was, until its path is known."""


class _Twice(dict[str, Any]):
    """Stands for an object that names a member twice, until its path is known."""

    name = ""


def _parse(text: str) -> Any:
    odd: list[object] = []

    def constant(_: str) -> _NotANumber:
        odd.append(found := _NotANumber())
        return found

    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        document = dict(members)
        if len(document) == len(members):
            return document
        odd.append(twice := _Twice(document))
        twice.name = Counter(name for name, _ in members).most_common(1)[0][0]
        return twice

    try:
        document = json.loads(text, parse_float=Decimal, parse_constant=constant, object_pairs_hook=pairs)
    except json.JSONDecodeError as wrong:
        raise Unreadable(f"Line {wrong.lineno}, column {wrong.colno} is not JSON: {wrong.msg}.") from None
    except (ValueError, RecursionError, InvalidOperation):
        raise Unreadable("A number is too long, or the text is nested too deep.") from None
    for path, value in _walk(document) if odd or _SURROGATE.search(text) else ():
        if isinstance(value, _NotANumber):
            raise Unreadable("NaN and Infinity are no amounts.", path)
        if _is_half(value) or (isinstance(value, dict) and any(map(_is_half, value))):
            raise Unreadable("This holds half a character. Write it again.", path)
        if isinstance(value, _Twice):
            raise Unreadable(f"“{value.name[:50]}” stands twice in one object. Keep the right one.", path)
    return document


def _is_half(value: Any) -> bool:
    return isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value)


def _walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    yield path, value
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _walk(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _walk(item, f"{path}[{place}]")
