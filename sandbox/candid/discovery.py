"""Insurance discovery: who a person is insured with, when nobody knows the payer (docs/vendors/candid.md).

The sandbox looks among the published personas and the members of cards it has read.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from simplejson import RawJSON

from sandbox import clock
from sandbox.candid import aaa, errors, pace, payers, roster
from sandbox.candid.fields import Part
from sandbox.candid.model import Dependent, Member
from sandbox.candid.people import plain_id, same_name, same_person
from sandbox.candid.plan_texts import texts_of
from sandbox.candid.service_types import PLAN
from sandbox.npi import is_npi
from sandbox.state import store
from sandbox.switches import switch

Doc = dict[str, Any]
USER = "candid-sandbox"
_MOST = 10
_SECONDS = 3.0
_CERTAIN = "HIGH", "Name and birth date are those of the payer."
_OF_NUMBER = "HIGH", "The social security number is that of the payer."
_UNSURE = "REVIEW_NEEDED", "The name is that of the payer, the birth date could not be compared."
_ADDRESS = ("address_1", "address_2", "city", "state", "postal_code", "country_code")


@dataclass(frozen=True)
class Sought:
    """The person to be found.

    Attributes:
        salt: what the hash is made with, another for each search.
        ssn_hash: of the social security number, or ""; the number itself is kept nowhere.
    """

    first_name: str
    last_name: str
    birth_date: date | None
    salt: str
    ssn_hash: str

    @property
    def name(self) -> tuple[str, str]:
        """Return (first, last)."""
        return self.first_name, self.last_name


@dataclass(frozen=True)
class Search:
    """One discovery as asked."""

    npi: str
    sought: Sought
    day: date


@dataclass(frozen=True)
class _Match:
    member: Member
    dependent: Dependent | None
    confidence: tuple[str, str]


class NotFound(Exception):
    """There is no such discovery."""


def discover(doc: Any) -> Doc:
    """Answer a discovery at once.

    Raises:
        BadRequest: a field is missing or wrong; it is named.
    """
    discovery_id = str(uuid.uuid4())
    search = _search_of(Part.of(doc), clock.now().date(), discovery_id)
    return _answer(search, discovery_id, switch("candid", "discovery_status", "COMPLETE"))


def begin(doc: Any) -> Doc:
    """Begin a discovery that is read later and return what Candid tells about it while it is under way.

    Raises:
        BadRequest: a field is missing or wrong; it is named.
    """
    now, check_id = clock.now(), str(uuid.uuid4())
    search = _search_of(Part.of(doc), now.date(), check_id)
    ready_at = now + timedelta(seconds=pace.seconds("discovery_seconds", _SECONDS))
    kept = {
        "check_id": check_id,
        "initiated_at": now.isoformat(),
        "ready_at": ready_at.isoformat(),
        "search": _written(search),
    }
    store().put("candid", "discoveries", check_id, kept)
    return _metadata(kept, "PENDING")


def read(check_id: str) -> Doc:
    """Return how a discovery stands, with its answer once it is there.

    Raises:
        NotFound: there is no such discovery.
    """
    kept = store().get("candid", "discoveries", check_id)
    if kept is None:
        raise NotFound
    if clock.now() < datetime.fromisoformat(kept["ready_at"]):
        return {"metadata": _metadata(kept, "PENDING")}
    answer = _answer(_restored(kept["search"]), check_id, switch("candid", "discovery_status", "COMPLETE"))
    return {"metadata": _metadata(kept, answer["status"]), "response": answer}


def _written(search: Search) -> Doc:
    """Return what is kept of a search: what finds the person, and nothing else of the request."""
    sought, born = asdict(search.sought), search.sought.birth_date
    sought["birth_date"] = born.isoformat() if born else None
    return {"npi": search.npi, "sought": sought, "day": search.day.isoformat()}


def _restored(kept: Doc) -> Search:
    sought = dict(kept["sought"])
    born = sought.pop("birth_date")
    birth_date = date.fromisoformat(born) if born else None
    return Search(kept["npi"], Sought(birth_date=birth_date, **sought), date.fromisoformat(kept["day"]))


def _metadata(kept: Doc, status: str) -> Doc:
    return {
        "check_id": kept["check_id"],
        "status": status,
        "initiated_by": USER,
        "initiated_at": kept["initiated_at"],
    }


def _search_of(part: Part, today: date, salt: str) -> Search:
    npi = part.needed_part("provider").filled("npi")
    subscriber = _sought(part.needed_part("subscriber"), salt)
    dependent = part.part("dependent")
    sought = subscriber if dependent is None else _sought(dependent, salt)
    encounter = part.part("encounter") or Part({})
    one, first, last = (
        encounter.compact_day(name) for name in ("date_of_service", "beginning_date_of_service", "end_date_of_service")
    )
    if (first is None) != (last is None):
        raise encounter.wrong("end_date_of_service", "comes together with beginning_date_of_service.")
    return Search(npi, sought, one or first or today)


def _sought(part: Part, salt: str) -> Sought:
    part.text("middle_name")
    part.choice("gender", ("M", "F"))
    address = part.part("address") or Part({})
    for name in _ADDRESS:
        address.text(name)
    ssn = plain_id(part.text("ssn"))
    return Sought(
        first_name=part.filled("first_name"),
        last_name=part.filled("last_name"),
        birth_date=part.compact_day("date_of_birth"),
        salt=salt,
        ssn_hash=_hash(ssn, salt) if ssn else "",
    )


def _hash(number: str, salt: str) -> str:
    return hashlib.sha256(f"{salt} {number}".encode()).hexdigest()


def _answer(search: Search, discovery_id: str, status: str) -> Doc:
    if not is_npi(search.npi):
        return _failed(discovery_id, aaa.rejection("43"))
    if status == "ERROR":
        return _failed(discovery_id, aaa.rejection("42"))
    if status != "COMPLETE":
        return {"discovery_id": discovery_id, "status": status}
    found = list(_matches(search.sought))[:_MOST]
    items, parsed_items = [], []
    for match in found:
        raw, view = _told(match, search)
        items.append(raw)
        parsed_items.append(view)
    return {
        "discovery_id": discovery_id,
        "status": "COMPLETE",
        "items": items,
        "parsed_items": parsed_items,
        "coverages_found": len(found),
        "errors": None,
    }


def _failed(discovery_id: str, rejection: aaa.Rejection) -> Doc:
    return {"discovery_id": discovery_id, "status": "ERROR", "errors": [errors.details(rejection)]}


def _told(match: _Match, search: Search) -> tuple[RawJSON, RawJSON]:
    """Return a match in both views, each with how sure it is."""
    payer = payers.find(match.member.payer_id)
    assert payer is not None  # noqa: S101 - members have payers of the directory
    told = texts_of(match.member, payer, match.dependent, service_type=PLAN, day=search.day)
    level, reason = match.confidence
    confidence = {"level": level, "reason": reason}
    of_payer = {"name": payer.name.upper(), "payorIdentification": payer.payer_id}
    raw = told.whole_raw(confidence=confidence, provider={"npi": search.npi}, payer=of_payer)
    return raw, told.whole_parsed(confidence=confidence)


def _matches(sought: Sought) -> Iterator[_Match]:
    # A number may be anybody's, a name finds its own.
    among = roster.active_members(None if sought.ssn_hash else sought.name)
    found = (_match(sought, member) for member in among)
    return (match for match in found if match is not None)


def _match(sought: Sought, member: Member) -> _Match | None:
    if sought.ssn_hash and _hash(plain_id(member.member_id), sought.salt) == sought.ssn_hash:
        return _Match(member, None, _OF_NUMBER)
    if same_person(sought.name, member.first_name, member.middle_name, member.last_name):
        confidence = _compared(sought.birth_date, member.birth_date)
        if confidence is not None:
            return _Match(member, None, confidence)
    for dependent in member.dependents:
        confidence = _compared(sought.birth_date, dependent.birth_date)
        if confidence is not None and same_name(sought.name, (dependent.first_name, dependent.last_name)):
            return _Match(member, dependent, confidence)
    return None


def _compared(asked: date | None, known: date | None) -> tuple[str, str] | None:
    if asked is None or known is None:
        return _UNSURE
    return _CERTAIN if asked == known else None
