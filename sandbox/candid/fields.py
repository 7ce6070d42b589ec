"""Reads the objects of a request field by field and names the first wrong one by its dotted path."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sandbox.exact import NotExact, read_json

Doc = dict[str, Any]
Value = TypeVar("Value")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_COMPACT_DAY = re.compile(r"[0-9]{8}")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
WRONG_DAY = "must be a date written as YYYY-MM-DD."
WRONG_COMPACT_DAY = "must be a date written as YYYYMMDD."
WRONG_ID = "must be a UUID."
WRONG_MOMENT = "must be a date and time with its zone (RFC 3339)."


class BadRequest(Exception):
    """The request is malformed.

    Attributes:
        status: the HTTP status that says so; 400 for what is no JSON, 422 for a wrong field.
        field: the dotted path of the wrong field, or "".
    """

    def __init__(self, message: str, *, field: str = "", status: int = 422) -> None:
        """Name the field and what is wrong with it."""
        super().__init__(f"{field}: {message}" if field else message)
        self.field, self.status = field, status


def json_of(raw: bytes) -> Any:
    """Return the JSON document of a request body.

    Raises:
        BadRequest: it is no JSON.
    """
    try:
        return read_json(raw)
    except NotExact as error:
        raise BadRequest("The body is not valid JSON.", status=400) from error


@dataclass(frozen=True)
class Part:
    """One JSON object of a request. A value that is null counts as left out; unknown keys are ignored."""

    doc: Doc
    path: str = ""

    @classmethod
    def of(cls, doc: Any, path: str = "") -> Part:
        """Return the part that a value is.

        Raises:
            BadRequest: it is no object.
        """
        if not isinstance(doc, dict):
            raise BadRequest("must be an object." if path else "The body must be a JSON object.", field=path)
        return cls(doc, path)

    def at(self, key: str) -> str:
        """Return the dotted path of a field."""
        return f"{self.path}.{key}" if self.path else key

    def wrong(self, key: str, message: str) -> BadRequest:
        """Return what to raise about a field."""
        return BadRequest(message, field=self.at(key))

    def text(self, key: str) -> str:
        """Return a text without blanks around it, "" if it is left out. Raises BadRequest."""
        value = self.doc.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self.wrong(key, "must be text.")
        return value.strip()

    def needed(self, key: str) -> str:
        """Return a text that must be there; it may be empty. Raises BadRequest."""
        if self.doc.get(key) is None:
            raise self.wrong(key, "is required.")
        return self.text(key)

    def filled(self, key: str) -> str:
        """Return a text that must be there and not be empty. Raises BadRequest."""
        text = self.needed(key)
        if not text:
            raise self.wrong(key, "is required.")
        return text

    def choice(self, key: str, choices: Collection[str]) -> str:
        """Return one of the choices, "" if it is left out. Raises BadRequest."""
        text = self.text(key)
        if text and text not in choices:
            raise self.wrong(key, f"must be one of {', '.join(sorted(choices))}.")
        return text

    def part(self, key: str) -> Part | None:
        """Return an object within, None if it is left out. Raises BadRequest."""
        value = self.doc.get(key)
        return None if value is None else Part.of(value, self.at(key))

    def needed_part(self, key: str) -> Part:
        """Return an object that must be there. Raises BadRequest."""
        part = self.part(key)
        if part is None:
            raise self.wrong(key, "is required.")
        return part

    def day(self, key: str) -> date | None:
        """Return a date written as YYYY-MM-DD, None if it is left out. Raises BadRequest."""
        return self._read(key, _DAY, date.fromisoformat, WRONG_DAY)

    def compact_day(self, key: str) -> date | None:
        """Return a date written as YYYYMMDD, None if it is left out. Raises BadRequest."""
        return self._read(key, _COMPACT_DAY, date.fromisoformat, WRONG_COMPACT_DAY)

    def moment(self, key: str) -> datetime | None:
        """Return a moment with its zone, None if it is left out. Raises BadRequest."""
        return self._read(key, _MOMENT, datetime.fromisoformat, WRONG_MOMENT)

    def uuid(self, key: str) -> str:
        """Return a UUID in small letters, "" if it is left out. Raises BadRequest."""
        found = self._read(key, _ID, UUID, WRONG_ID)
        return "" if found is None else str(found)

    def _read(self, key: str, pattern: re.Pattern[str], read: Callable[[str], Value], wrong: str) -> Value | None:
        value = self.doc.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise self.wrong(key, wrong)
        try:
            return read(value.upper())
        except ValueError as error:
            raise self.wrong(key, wrong) from error
