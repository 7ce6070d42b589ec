"""How CardScan says no (contract section 2; docs/vendors/cardscan.md, "Errors")."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

_TYPES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    410: "Gone",
    413: "Payload Too Large",
    429: "Too Many Requests",
}
Error = dict[str, str]


def told(kind: str, message: str, code: str) -> Error:
    """Return an error as records and events carry it.

    Unlike the body of an HTTP error its code is a text, and `error` repeats the type.
    """
    return {"type": kind, "message": message, "code": code, "error": kind}


REJECTED = told("RejectedCard", "Rejecting scan for invalid card", "UKN")
UNKNOWN = told("UnknownState", "Nothing is known of this card", "UKN")
INTERNAL = told("InternalError", "The card could not be processed", "500")
UNAVAILABLE = told("PayerUnavailable", "The payer did not answer", "UKN")


def skipped(state: str) -> Error:
    """Return why a photo changes nothing: its card is in this state, in which it wants none."""
    return told("SkippedCard", f"Skipping scan for card received in {state} state", "UKN")


def error_body(status: int, message: str) -> dict[str, Any]:
    """Return the body of an HTTP error: message, type and a numeric code; a 500 has the message alone."""
    if status >= 500:
        return {"message": message}
    return {"message": message, "type": _TYPES[status], "code": status}


class Problem(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, message: str, **body: Any) -> None:
        """Answer with `status`; `body` overrides parts of the error's body."""
        super().__init__(message)
        self.status = status
        self.body = error_body(status, message) | body


class UploadRefused(Exception):
    """The storage refuses an upload or a download, in S3's words."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """Answer with `status` and an XML body of `code` and `message`."""
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def xml(self) -> str:
        """Return S3's error document."""
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<Error><Code>{escape(self.code)}</Code><Message>{escape(self.message)}</Message></Error>"
        )
