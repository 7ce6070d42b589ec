"""How CardScan says no (contract section 2; docs/vendors/cardscan.md, "Errors")."""

from __future__ import annotations

from typing import Any

_TYPES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    413: "Payload Too Large",
    429: "Too Many Requests",
}

# `card.error`; unlike the body of an HTTP error, its code is a string and `error` repeats the type.
REJECTED = {
    "type": "RejectedCard",
    "message": "Rejecting scan for invalid card",
    "code": "UKN",
    "error": "RejectedCard",
}
SKIPPED = {
    "type": "SkippedCard",
    "message": "Skipping scan for card received in completed state",
    "code": "UKN",
    "error": "SkippedCard",
}
INTERNAL = {
    "type": "InternalError",
    "message": "The card could not be processed",
    "code": "500",
    "error": "InternalError",
}


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
            f"<Error><Code>{self.code}</Code><Message>{self.message}</Message></Error>"
        )
