"""What a client asks: the CreateEligibility body, checked field by field (contract section 6)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.cardscan.problems import Problem

Doc = dict[str, Any]

_NPI = re.compile(r"[0-9]{10}")
# What the vendor's TypeScript client lets through; whatever was sent is kept as YYYYMMDD.
_DAYS = (
    (re.compile(r"[0-9]{8}"), "%Y%m%d"),
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "%Y-%m-%d"),
    (re.compile(r"[0-9]{2}/[0-9]{2}/[0-9]{4}"), "%m/%d/%Y"),
    (re.compile(r"[0-9]{2}-[0-9]{2}-[0-9]{4}"), "%d-%m-%Y"),
)
_FIRST, _LAST, _ORGANIZATION = 35, 60, 60


@dataclass(frozen=True)
class Wanted:
    """One request to ask a payer: which card, who asks, and about whom."""

    card_id: str
    provider: Doc
    subscriber: Doc


def wanted_of(doc: Doc) -> Wanted:
    """Return what a body asks for.

    Raises:
        Problem: 400, naming the first field that is missing or wrong.
    """
    card_id = doc.get("card_id")
    if not isinstance(card_id, str) or not card_id:
        raise Problem(400, "card_id is required")
    eligibility = _object(doc, "eligibility")
    provider, subscriber = _object(eligibility, "provider"), _object(eligibility, "subscriber")
    return Wanted(card_id, _provider(provider), _subscriber(subscriber))


def _provider(doc: Doc) -> Doc:
    npi = doc.get("npi")
    if not isinstance(npi, str) or not _NPI.fullmatch(npi):
        raise Problem(400, "eligibility.provider.npi must be exactly 10 digits")
    first = _name(doc, "provider.first_name", _FIRST)
    last = _name(doc, "provider.last_name", _LAST)
    organization = _name(doc, "provider.organization_name", _ORGANIZATION, may_be_empty=True)
    if not organization and not (first and last):
        raise Problem(400, "eligibility.provider needs organization_name, or first_name and last_name")
    named = {"first_name": first, "last_name": last, "organization_name": organization}
    return {name: value for name, value in named.items() if value} | {"npi": npi}


def _subscriber(doc: Doc) -> Doc:
    return {
        "first_name": _name(doc, "subscriber.first_name", _FIRST, required=True),
        "last_name": _name(doc, "subscriber.last_name", _LAST, required=True),
        "date_of_birth": _day(doc.get("date_of_birth")),
    }


def _object(doc: Doc, key: str) -> Doc:
    value = doc.get(key)
    if not isinstance(value, dict):
        raise Problem(400, f"{key} must be an object")
    return value


def _name(doc: Doc, path: str, most: int, *, required: bool = False, may_be_empty: bool = False) -> str:
    value = doc.get(path.rpartition(".")[2])
    if value is None and not required:
        return ""
    least = 0 if may_be_empty else 1
    if not isinstance(value, str) or not least <= len(value.strip()) or len(value) > most:
        raise Problem(400, f"eligibility.{path} must be text of {least} to {most} characters")
    return value.strip()


def _day(value: Any) -> str:
    """Return a birth date as YYYYMMDD."""
    for pattern, written in _DAYS:
        if isinstance(value, str) and pattern.fullmatch(value):
            try:
                day = datetime.strptime(value, written).date()  # noqa: DTZ007 - a day has no zone
                return day.isoformat().replace("-", "")
            except ValueError:
                break
    raise Problem(400, "eligibility.subscriber.date_of_birth must be a date written as YYYYMMDD")
