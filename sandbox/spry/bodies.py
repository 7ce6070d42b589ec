"""Reading request bodies strictly: exact numbers, no NaN, no key twice."""

from __future__ import annotations

from typing import Any

from sandbox.exact import NotExact, read_json


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
        doc = read_json(raw, once=True)
    except NotExact as error:
        raise invalid(str(error)) from error
    if not isinstance(doc, dict):
        raise invalid("The body must be a JSON object")
    return doc
