"""Reading request bodies strictly: exact numbers, no NaN, no key twice."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn


class Refused(Exception):
    """A request is refused.

    Attributes:
        status: the HTTP status.
        code: SPRY's code in the body, above 2000.
        message: one sentence; for a wrong field it begins with the field's dotted path.
    """

    def __init__(self, status: int, code: int, message: str) -> None:
        """Say what is wrong."""
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def invalid(message: str) -> Refused:
    """Return the refusal of a wrong request: 400 and code 4000."""
    return Refused(400, 4000, message)


def json_body(content_type: str, raw: bytes) -> dict[str, Any]:
    """Return the JSON object of a request body, numbers with a point as Decimal.

    Raises:
        Refused: 415 when it is not JSON by its type, 400 when it cannot be read.
    """
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, 4015, "The content type must be application/json")
    try:
        doc = json.loads(raw, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise invalid(str(error) if isinstance(error, _Twice) else "The body is not valid JSON") from error
    if not isinstance(doc, dict):
        raise invalid("The body must be a JSON object")
    return doc


class _Twice(ValueError):
    """A key comes twice in one object."""


def _no_constant(name: str) -> NoReturn:
    # Python reads NaN and Infinity by default; JSON has neither.
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for key, value in pairs:
        if key in seen:
            raise _Twice(f"{key} is given twice")
        seen[key] = value
    return seen
