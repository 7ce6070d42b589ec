"""Reading a JSON body to the letter: exact numbers, no number that JSON lacks, no half characters."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

# Beyond what a 64-bit float can tell apart from zero or infinity, and far beyond any money.
_MOST_EXPONENT = 400
_MAYBE_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class NotExact(Exception):
    """The bytes are not a JSON document that can be read to the letter; the message says why."""


class _Twice(ValueError):
    """A key comes twice in one object."""


def read_json(raw: bytes, *, once: bool = False) -> Any:
    """Return the document of a JSON text, numbers with a point or an exponent as Decimal.

    Args:
        raw: the bytes as they came.
        once: refuse a key that comes twice in one object; otherwise the last one counts.

    Raises:
        NotExact: it is not JSON, has NaN, an infinity or a number out of all bounds, or half a surrogate pair.
    """
    hook = _no_key_twice if once else None
    try:
        doc = json.loads(raw, parse_float=_decimal, parse_constant=_no_constant, object_pairs_hook=hook)
        if _MAYBE_SURROGATE.search(raw):
            # Half a pair is legal JSON and no text: no database and no UTF-8 takes it.
            json.dumps(doc, ensure_ascii=False, default=str).encode()
    except _Twice as error:
        raise NotExact(str(error)) from error
    except (ValueError, RecursionError) as error:
        raise NotExact("The body is not valid JSON") from error
    return doc


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueError("a number out of all bounds") from error
    if number and abs(number.adjusted()) > _MOST_EXPONENT:
        raise ValueError("a number out of all bounds")
    return number


def _no_constant(name: str) -> NoReturn:
    # Python reads NaN and Infinity by default; JSON has neither.
    raise ValueError(name)


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for key, value in pairs:
        if key in seen:
            raise _Twice(f"{key} is given twice")
        seen[key] = value
    return seen
