"""What a client asks: a JSON object in, a checked `Question` out (docs/vendors/candid.md, the request)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sandbox.candid.fields import Part

Doc = dict[str, Any]
_SECRETS = ("portal_username", "portal_password")


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


def question_of(part: Part, *, today: date) -> Question:
    """Return the question of a request.

    Args:
        part: the JSON object.
        today: the date of service if none is given.

    Raises:
        BadRequest: a field is missing or wrong; it is named. The first one in the order of the documentation.
    """
    payer_id = part.filled("payer_id")
    provider = part.needed_part("provider")
    npi = provider.needed("npi")
    subscriber = _person(part.needed_part("subscriber"))
    dependent = part.part("dependent")
    encounter = part.part("encounter") or Part({}, part.at("encounter"))
    for only_told in ("source", *_SECRETS):
        part.text(only_told)
    return Question(
        payer_id=payer_id,
        npi=npi,
        provider_name=provider_name_of(provider),
        subscriber=subscriber,
        dependent=None if dependent is None else _person(dependent),
        date_of_service=encounter.day("date_of_service") or today,
        service_type_codes=_service_types(encounter),
        since=part.moment("get_existing_check_initiated_after"),
        identifier=part.text("submitter_transaction_identifier"),
        echo={key: value for key, value in part.doc.items() if key not in _SECRETS},
    )


def provider_name_of(provider: Part) -> str:
    """Return the name a payer needs beside the NPI: the organization's, or both of a person's. Raises BadRequest."""
    organization = provider.text("organization_name")
    first, last = provider.text("first_name"), provider.text("last_name")
    return organization or (f"{first} {last}" if first and last else "")


def _person(part: Part) -> Person:
    return Person(
        first_name=part.needed("first_name"),
        last_name=part.needed("last_name"),
        member_id=part.text("member_id"),
        birth_date=part.day("date_of_birth"),
    )


def _service_types(encounter: Part) -> tuple[str, ...]:
    codes = encounter.doc.get("service_type_codes")
    if codes is None or codes == []:
        return ("30",)
    if not isinstance(codes, list) or not all(isinstance(code, str) and code.strip() for code in codes):
        raise encounter.wrong("service_type_codes", "must be a list of codes written as text.")
    return tuple(code.strip() for code in codes)
