"""Reads JSON that came from outside: exact numbers, and nothing in it that two readers could take differently.

Used for the answers of vendors and for what clients send to our API.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import InvalidOperation
from typing import Any, NoReturn

import simplejson

# Half a character, or the character 0, written as an escape: no database keeps them.
_ODD = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


class OddJSON(ValueError):
    """It is JSON that nobody should rely on; the message says why, in words of ours alone."""


def read(raw: bytes) -> Any:
    """Return the document; numbers with a point are Decimals.

    Raises ValueError for what is no JSON (simplejson.JSONDecodeError where a place is known), and OddJSON for NaN and
    infinities, a number nobody can hold, a member that stands twice in one object, half a character, the character 0,
    and text that is nested too deep.
    """
    try:
        document = simplejson.loads(raw, use_decimal=True, object_pairs_hook=_once, parse_constant=_refuse)
    except InvalidOperation:
        raise OddJSON("A number is too long.") from None
    except RecursionError:
        raise OddJSON("It is nested too deep.") from None
    if _ODD.search(raw) and any(map(_is_odd, _texts(document))):
        raise OddJSON("A text holds half a character, or the character 0.")
    return document


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(members)
    if len(document) != len(members):
        raise OddJSON("A member stands twice in one object.")
    return document


def _refuse(name: str) -> NoReturn:
    raise OddJSON(f"{name} is no number of JSON.")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _is_odd(text: str) -> bool:
    return any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text)
