"""Refusals, as the service writes them: `application/problem+json` (RFC 9457)."""

from __future__ import annotations

from http.client import responses
from typing import Any

Errors = dict[str, list[str]]


class Problem(Exception):
    """The service refuses a call; nothing was done unless the caller says otherwise."""

    def __init__(self, status: int, detail: str, **members: Any) -> None:
        """Keep the HTTP status, a sentence, and further members of the document."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.members = members

    def document(self) -> dict[str, Any]:
        """Return the body of the answer."""
        title = responses.get(self.status, "Refused")
        return {"type": "about:blank", "title": title, "status": self.status, "detail": self.detail, **self.members}


def invalid(errors: Errors) -> Problem:
    """Return the 400 that names every wrong member by its path, such as `payments[3].paymentDetails.amount`."""
    return Problem(400, "One or more members of the request are not valid.", errors=errors)
