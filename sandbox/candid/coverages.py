"""Checks of coverages: the two calls that ask about what Candid has on file, and the file itself.

Candid's own calls that keep coverages are not played. The published personas and the members of cards that were read
have a coverage each, with an id that never changes; others are put on file through the window.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

import simplejson

from sandbox import clock, members
from sandbox.candid import checks, history, pace, personas, service_types
from sandbox.candid.fields import Part
from sandbox.candid.model import Member
from sandbox.state import store

Doc = dict[str, Any]
USER = "candid-sandbox"
_IDS = uuid.UUID("2f4f1d9c-90b5-4f53-8f4b-9a1f0a6a8a52")
_SECONDS = 1.0
# Candid knows who its customer is; the request has the NPI alone.
_CUSTOMER = "Sandbox Clinic"


class NotFound(Exception):
    """There is no such coverage, or no such check of it; the message says which."""


def begin(coverage_id: str, doc: Any) -> Doc:
    """Begin a check of a coverage and return what Candid tells about it while it is under way.

    Raises:
        BadRequest: a field is missing or wrong; it is named.
        NotFound: there is no such coverage.
    """
    part = Part.of(doc)
    service = part.filled("service_code")
    if service not in service_types.names():
        raise part.wrong("service_code", "is not a service type code.")
    day = part.day("date_of_service")
    if day is None:
        raise part.wrong("date_of_service", "is required.")
    request = _request(coverage_id, service, day, part.filled("npi"))
    now = clock.now()
    ready_at = now + timedelta(seconds=pace.seconds("coverage_seconds", _SECONDS))
    check_id = f"ec_{uuid.uuid4()}"
    kept = {
        "check_id": check_id,
        "coverage_id": _plain(coverage_id),
        "service_code": service,
        "initiated_at": now.isoformat(),
        "ready_at": ready_at.isoformat(),
        "request": request,
    }
    store().put("candid", "coverage_checks", check_id, kept)
    return _metadata(kept, "PENDING")


def read(coverage_id: str, check_id: str) -> Doc:
    """Return how a check of a coverage stands, with its answer once it is there.

    Raises:
        NotFound: there is no such check of this coverage.
    """
    kept = store().get("candid", "coverage_checks", check_id)
    if kept is None or kept["coverage_id"] != _plain(coverage_id):
        raise NotFound("There is no such eligibility check of this coverage.")
    if clock.now() < datetime.fromisoformat(kept["ready_at"]):
        return {"metadata": _metadata(kept, "PENDING")}
    asked_at = datetime.fromisoformat(kept["initiated_at"])
    answer = checks.later(check_id, kept["request"], asked_at, coverage_id=kept["coverage_id"])
    status = "COMPLETED" if history.succeeded(check_id) else "FAILED"
    return {"metadata": _metadata(kept, status), "check": simplejson.RawJSON(answer)}


def on_file() -> list[Doc]:
    """Return every coverage, for the window."""
    kept = [{"coverage_id": key, **doc} for key, doc in store().items("candid", "coverages")]
    enrolled = [{"coverage_id": key, **_of_member(member)} for key, member in _enrolled()]
    return [{"coverage_id": key, **doc} for key, doc in _of_personas().items()] + enrolled + kept


def put_on_file(doc: Any) -> str:
    """Keep a coverage, which is the payer_id, subscriber and dependent of a check's request; return its id.

    Raises:
        BadRequest: a field is missing or wrong; it is named.
    """
    part = Part.of(doc)
    kept = {name: part.doc[name] for name in ("payer_id", "subscriber", "dependent") if part.doc.get(name) is not None}
    checks.accepted(Part(kept | {"provider": {"npi": ""}}), clock.now())
    coverage_id = str(uuid.uuid4())
    store().put("candid", "coverages", coverage_id, kept)
    return coverage_id


def _request(coverage_id: str, service: str, day: date, npi: str) -> Doc:
    found = _find(_plain(coverage_id))
    if found is None:
        raise NotFound("There is no such coverage.")
    provider = {"npi": npi, "organization_name": _CUSTOMER}
    encounter = {"date_of_service": day.isoformat(), "service_type_codes": [service]}
    return {**found, "provider": provider, "encounter": encounter}


def _find(coverage_id: str) -> Doc | None:
    known = _of_personas().get(coverage_id) or store().get("candid", "coverages", coverage_id)
    if known is not None:
        return known
    return next((_of_member(member) for key, member in _enrolled() if key == coverage_id), None)


@cache
def _of_personas() -> dict[str, Doc]:
    covered = {}
    for member in personas.personas():
        doc = _of_member(member)
        for first in member.dependents[:1]:  # a family's coverage on file is the dependent's
            doc["dependent"] = _person(first.first_name, first.last_name, first.birth_date)
        covered[str(uuid.uuid5(_IDS, f"{member.payer_id} {member.member_id}"))] = doc
    return covered


def _enrolled() -> list[tuple[str, Member]]:
    """Return (coverage id, member) of the cards that were read, as far as their payer is known."""
    return [(_id_of(key), member) for key, member in members.everyone() if member.payer_id]


@lru_cache(maxsize=20_000)
def _id_of(key: str) -> str:
    return str(uuid.uuid5(_IDS, f"card {key}"))


def _of_member(member: Member) -> Doc:
    subscriber = _person(*member.name, member.birth_date, member.member_id)
    return {"payer_id": member.payer_id, "subscriber": subscriber}


def _person(first_name: str, last_name: str, birth_date: date | None, member_id: str = "") -> Doc:
    person = {"first_name": first_name, "last_name": last_name}
    if member_id:
        person["member_id"] = member_id
    return person | ({"date_of_birth": birth_date.isoformat()} if birth_date else {})


def _plain(coverage_id: str) -> str:
    return coverage_id.lower()


def _metadata(kept: Doc, status: str) -> Doc:
    return {
        "check_id": kept["check_id"],
        "service_code": kept["service_code"],
        "status": status,
        "initiated_by": USER,
        "initiated_at": kept["initiated_at"],
    }
