"""What a client asks: bytes in, a checked `Question` out (docs/vendors/candid.md, the request)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sandbox.state import load

Doc = dict[str, Any]
Value = TypeVar("Value")
_SECRETS = ("portal_username", "portal_password")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


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


@dataclass(frozen=True)
class Person:
    """A subscriber or dependent as the client describes them."""

    first_name: str
    last_name: str
    member_id: str
    birth_date: date | None

    @property
    def name(self) -> tuple[str, str]:
        """Return (first, last)."""
        return self.first_name, self.last_name


@dataclass(frozen=True)
class Question:
    """One eligibility check as asked, with defaults filled in; `echo` is what may be shown of it again."""

    payer_id: str
    npi: str
    provider_name: str
    subscriber: Person
    dependent: Person | None
    date_of_service: date
    service_type_codes: tuple[str, ...]
    since: datetime | None
    identifier: str
    echo: Doc

    @property
    def service_type(self) -> str:
        """Return the one service type that payers look at: the first."""
        return self.service_type_codes[0]


def body_of(raw: bytes) -> Doc:
    """Return the JSON object of a request body.

    Raises:
        BadRequest: it is no JSON, or no object.
    """
    try:
        doc = load(raw)
    except (ValueError, RecursionError) as error:
        raise BadRequest("The body is not valid JSON.", status=400) from error
    return object_of(doc)


def object_of(doc: Any) -> Doc:
    """Return the value if it is a JSON object.

    Raises:
        BadRequest: it is something else.
    """
    if not isinstance(doc, dict):
        raise BadRequest("The body must be a JSON object.")
    return doc


def payer_id_of(doc: Doc) -> str:
    """Return the payer id asked for; it is read first, since an unknown payer is refused before anything else.

    Raises:
        BadRequest: it is missing or no text.
    """
    return _text(doc, "payer_id", "payer_id", required=True)


def question_of(doc: Doc, *, today: date) -> Question:
    """Return the question of a request body.

    Args:
        doc: the JSON object.
        today: the date of service if none is given.

    Raises:
        BadRequest: a field is missing or wrong; it is named. The first one in the order of the documentation.
    """
    payer_id = payer_id_of(doc)
    provider = _object(doc, "provider", required=True) or {}
    npi = _text(provider, "npi", "provider.npi", required=True)
    subscriber = _person(_object(doc, "subscriber", required=True) or {}, "subscriber")
    dependent = _object(doc, "dependent")
    encounter = _object(doc, "encounter") or {}
    return Question(
        payer_id=payer_id,
        npi=npi,
        provider_name=_provider_name(provider),
        subscriber=subscriber,
        dependent=None if dependent is None else _person(dependent, "dependent"),
        date_of_service=_date(encounter, "date_of_service", "encounter") or today,
        service_type_codes=_service_types(encounter),
        since=_moment(doc, "get_existing_check_initiated_after"),
        identifier=_text(doc, "submitter_transaction_identifier", "submitter_transaction_identifier"),
        echo={key: value for key, value in doc.items() if key not in _SECRETS},
    )


def _person(doc: Doc, path: str) -> Person:
    return Person(
        first_name=_text(doc, "first_name", f"{path}.first_name", required=True),
        last_name=_text(doc, "last_name", f"{path}.last_name", required=True),
        member_id=_text(doc, "member_id", f"{path}.member_id"),
        birth_date=_date(doc, "date_of_birth", path),
    )


def _provider_name(provider: Doc) -> str:
    """Return the name a payer needs beside the NPI: the organization's, or both of a person's."""
    organization = _text(provider, "organization_name", "provider.organization_name")
    first = _text(provider, "first_name", "provider.first_name")
    last = _text(provider, "last_name", "provider.last_name")
    return organization or (f"{first} {last}" if first and last else "")


def _service_types(encounter: Doc) -> tuple[str, ...]:
    field = "encounter.service_type_codes"
    codes = encounter.get("service_type_codes")
    if codes is None or codes == []:
        return ("30",)
    if not isinstance(codes, list) or not all(isinstance(code, str) and code.strip() for code in codes):
        raise BadRequest("must be a list of codes written as text.", field=field)
    return tuple(code.strip() for code in codes)


def _text(doc: Doc, key: str, field: str, *, required: bool = False) -> str:
    value = doc.get(key)
    if value is None:
        if required:
            raise BadRequest("is required.", field=field)
        return ""
    if not isinstance(value, str):
        raise BadRequest("must be text.", field=field)
    return value.strip()


def _object(doc: Doc, key: str, *, required: bool = False) -> Doc | None:
    value = doc.get(key)
    if value is None and not required:
        return None
    if not isinstance(value, dict):
        raise BadRequest("is required." if value is None else "must be an object.", field=key)
    return value


def _date(doc: Doc, key: str, path: str) -> date | None:
    def read(text: str) -> date:
        if not _ISO.fullmatch(text):
            raise ValueError("not YYYY-MM-DD")
        return date.fromisoformat(text)

    return _parsed(doc, key, f"{path}.{key}", read, "must be a date written as YYYY-MM-DD.")


def _moment(doc: Doc, key: str) -> datetime | None:
    def read(text: str) -> datetime:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError("no zone")
        return moment

    return _parsed(doc, key, key, read, "must be a date and time with its zone (RFC 3339).")


def _parsed(doc: Doc, key: str, field: str, read: Callable[[str], Value], wrong: str) -> Value | None:
    text = _text(doc, key, field)
    if not text:
        return None
    try:
        return read(text)
    except ValueError as error:
        raise BadRequest(wrong, field=field) from error
