"""Members of the payers that the sandbox plays, made from the cards it has read.

The CardScan side calls `enrol` with what it read; Candid's side finds the member when somebody asks. So a demo on one's
own card goes all the way through: the payer knows whom the card names, with the copays that are printed on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sandbox.candid import history, payers, plan_texts
from sandbox.candid.model import Dependent, Member
from sandbox.candid.people import joined, lookalike, names_of, plain_id, same_name, split_name
from sandbox.indexes import Index
from sandbox.state import load, store

Doc = dict[str, Any]
_PLACE = ("candid", "members")
# CardScan's service and category of `copays_deductibles` to the name of the amount in a plan.
_COPAYS = {
    "office_visit": "office",
    "specialist_visit": "specialist",
    "urgent_care": "urgent_care",
    "emergency_room": "emergency",
}
_TOTALS = {"deductible": "deductible", "out_of_pocket_max": "out_of_pocket"}
_IN_NETWORK = ("in_network_medical", "other")
_MOST = Decimal(100_000)
BY_HAND = "by hand"


def enrol(details: Mapping[str, Any], *, source: str = BY_HAND) -> str | None:
    """Keep the member whom a card names and return the key, or None if the card has no member number or name.

    What its payer will answer about its benefits is made here, too, so that the first check of it need not wait.
    The same card read again keeps what was learned since: the payer and the birth dates of earlier questions.

    Args:
        details: CardScan's `details` (each value text or {"value": text}); `copays_deductibles` of its
            `enriched_results` may lie beside or within `enriched_results`.
        source: the id of the card; whom its cards alone have named is forgotten with the last of them (`leave`).
    """
    key = plain_id(_text(details, "member_number"))
    first, middle, last = split_name(_text(details, "member_name"))
    if not key or not last:
        return None
    read = _read(details) | {"first_name": first, "middle_name": middle, "last_name": last, "sources": [source]}
    read["dependents"] = [_dependent(name, last) for name in _names(details.get("dependent_names"))]
    with store().transaction():
        merged = _merged(store().get(*_PLACE, key), read)
        store().put(*_PLACE, key, merged)
    payer = payers.find(merged["payer_id"])
    if payer is not None:
        history.keep_benefits(plan_texts.prepare(_member(merged), payer))
    return key


def leave(details: Mapping[str, Any], source: str) -> None:
    """Forget the member of a card that is deleted, unless another card has named the same, or somebody by hand."""
    key = plain_id(_text(details, "member_number"))
    with store().transaction():
        doc = store().get(*_PLACE, key)
        if doc is not None:
            _leave(key, doc, {source})


def leave_all() -> None:
    """Forget all members whom nobody but cards has named."""
    with store().transaction():
        for key, doc in store().items(*_PLACE):
            _leave(key, doc, set(_sources(doc)) - {BY_HAND})


def _leave(key: str, doc: Doc, gone: set[str]) -> None:
    left = [source for source in _sources(doc) if source not in gone]
    if left:
        store().put(*_PLACE, key, doc | {"sources": left})
    else:
        store().delete(*_PLACE, key)


def _sources(doc: Doc) -> list[str]:
    """Return who has named a member; what an older version of the sandbox has kept does not say."""
    sources: list[str] = doc.get("sources", [])
    return sources


def find(payer_id: str, member_id: str) -> tuple[str, Member] | None:
    """Return (key, member) of an enrolled member, or None.

    A card whose payer could not be told belongs to the payer that is asked first. A member number counts as found when
    it only differs in characters that look alike (0 and O): the sandbox's own misreading must not lose the member.
    """
    key = plain_id(member_id)
    text = store().text(*_PLACE, key)
    if text is None:
        alike = _index.alike(member_id)
        if len(alike) != 1:
            return None
        key = alike[0]
        text = store().text(*_PLACE, key)
    member = None if text is None else _member_of(text)
    if member is None or member.payer_id not in ("", payer_id):
        return None
    return key, member if member.payer_id else replace(member, payer_id=payer_id)


def everyone() -> list[tuple[str, Member]]:
    """Return (key, member) of all enrolled members, oldest first; one whose payer nobody knows yet has the payer ""."""
    with _index.entries() as entries:
        return list(entries.items())


def named(name: tuple[str, str]) -> list[Member]:
    """Return the enrolled members who have this (first, last) name, or a dependent who has; oldest first."""
    return _index.named(joined(name))


def remember(key: str, *, payer_id: str, birth_date: date | None, dependent: Dependent | None) -> None:
    """Keep what a question has told about an enrolled member: the payer, and birth dates nobody had told before."""
    text = store().text(*_PLACE, key)
    if text is None:
        return
    told = _told_of(text, payer_id, birth_date, dependent)
    if told is not None:
        store().put(*_PLACE, key, told)


# Most questions tell nothing new, and the same is asked again and again.
@lru_cache(maxsize=2000)
def _told_of(text: str, payer_id: str, birth_date: date | None, dependent: Dependent | None) -> Doc | None:
    """Return the document of a member with what was told, None if that is nothing new."""
    doc: Doc = load(text)
    doc["payer_id"] = payer_id
    doc["birth_date"] = doc["birth_date"] or (birth_date.isoformat() if birth_date else "")
    for known in doc["dependents"]:
        if dependent is not None and same_name(
            (known["first_name"], known["last_name"]), (dependent.first_name, dependent.last_name)
        ):
            known["birth_date"] = dependent.birth_date.isoformat() if dependent.birth_date else ""
    return None if doc == load(text) else doc


class _Members(Index[Member]):
    """The enrolled members, by what their numbers look like and by their names."""

    def __init__(self) -> None:
        super().__init__(*_PLACE)
        self._alike: dict[str, set[str]] = {}
        self._named: dict[str, set[str]] = {}

    def entry_of(self, key: str, doc: Doc) -> Member:
        return _member(doc)

    def added(self, key: str, entry: Member) -> None:
        self._alike.setdefault(lookalike(key), set()).add(key)
        for name in names_of(entry):
            self._named.setdefault(name, set()).add(key)

    def removed(self, key: str, entry: Member) -> None:
        self._alike[lookalike(key)].discard(key)
        for name in names_of(entry):
            self._named[name].discard(key)

    def emptied(self) -> None:
        self._alike, self._named = {}, {}

    def alike(self, member_id: str) -> list[str]:
        """Return the keys that only differ from a number in characters that look alike."""
        with self.entries():
            return list(self._alike.get(lookalike(member_id), ()))

    def named(self, name: str) -> list[Member]:
        """Return the members with a name, the oldest first."""
        with self.entries() as entries:
            return [entries[key] for key in sorted(self._named.get(name, ()), key=self.number)]


_index = _Members()


def amounts_on_card(details: Mapping[str, Any]) -> dict[str, str]:
    """Return the copays, deductible and out-of-pocket limit that a card prints, by name, in US dollars."""
    enriched = details.get("enriched_results")
    within = enriched.get("copays_deductibles") if isinstance(enriched, Mapping) else None
    found: dict[str, str] = {}
    for line in details.get("copays_deductibles") or within or []:
        name = _amount_name(str(line.get("service")), str(line.get("category")))
        value = _amount(line.get("value"))
        if name and value is not None:
            found.setdefault(name, str(value))
    return found


def _read(details: Mapping[str, Any]) -> Doc:
    """Return what a card says about its member's plan; an empty text is what it does not say."""
    return {
        "member_id": _text(details, "member_number").upper(),
        "payer_id": _payer_id(details),
        "group_number": _text(details, "group_number").upper(),
        "plan_name": _text(details, "plan_name").upper(),
        "plan_type": _text(details, "plan_type").upper(),
        "gender": _text(details, "member_gender").upper()[:1],
        "since": _day(_text(details, "start_date")),
        "birth_date": _day(_text(details, "member_dob")),
        "amounts": amounts_on_card(details),
    }


def _amount_name(service: str, category: str) -> str:
    if category == "copay":
        return _COPAYS.get(service, "")
    return _TOTALS.get(category, "") if service in _IN_NETWORK else ""


def _amount(value: Any) -> Decimal | None:
    text = re.sub(r"[$,\s]", "", str(value))
    if not re.fullmatch(r"\d+(\.\d{1,2})?", text):
        return None
    amount = Decimal(text)
    return amount if amount <= _MOST else None


def _payer_id(details: Mapping[str, Any]) -> str:
    """Return the payer's primary id by the printed id, else by the printed name, else ""."""
    payer = payers.find(_text(details, "payer_id")) or payers.by_name(_text(details, "payer_name"))
    return payer.payer_id if payer else ""


def _names(value: Any) -> Iterable[str]:
    items = value if isinstance(value, list) else [] if value is None else [value]
    return [name for name in (_plain_value(item) for item in items) if name]


def _dependent(name: str, last_of_member: str) -> Doc:
    """Cards often print dependents by first name alone."""
    first, _middle, last = split_name(name)
    first, last = (last, last_of_member) if not first else (first, last)
    return {"first_name": first, "last_name": last, "birth_date": ""}


def _merged(before: Doc | None, read: Doc) -> Doc:
    """Return the member read anew, with what only questions could tell kept from before."""
    if before is None:
        return read
    read["sources"] = list(dict.fromkeys([*_sources(before), *read["sources"]]))
    born = {(known["first_name"], known["last_name"]): known["birth_date"] for known in before["dependents"]}
    for known in read["dependents"]:
        known["birth_date"] = born.get((known["first_name"], known["last_name"]), "")
    kept = {name: read[name] or before[name] for name in ("payer_id", "birth_date")}
    return read | kept


@lru_cache(maxsize=2000)
def _member_of(text: str) -> Member:
    return _member(load(text))


def _member(doc: Doc) -> Member:
    return Member(
        payer_id=doc["payer_id"],
        member_id=doc["member_id"],
        first_name=doc["first_name"],
        middle_name=doc["middle_name"],
        last_name=doc["last_name"],
        birth_date=_date(doc["birth_date"]),
        gender=doc["gender"] if doc["gender"] in ("F", "M") else "",
        group_number=doc["group_number"],
        plan_name=doc["plan_name"],
        plan_type=doc["plan_type"],
        since=_date(doc["since"]),
        dependents=tuple(
            Dependent(known["first_name"], known["last_name"], _date(known["birth_date"]))
            for known in doc["dependents"]
        ),
        amounts={name: Decimal(value) for name, value in doc["amounts"].items()},
        answers_service=True,
    )


def _text(details: Mapping[str, Any], key: str) -> str:
    return _plain_value(details.get(key))


def _plain_value(value: Any) -> str:
    """Return the text of a plain value or of CardScan's {"value": …, "scores": […]}."""
    inner = value.get("value") if isinstance(value, Mapping) else value
    return str(inner).strip() if inner is not None else ""


def _day(text: str) -> str:
    """Return a card's date (US month/day/year, or ISO) as ISO text, "" if it cannot be read."""
    for pattern in ("%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%m-%d-%y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text.strip(), pattern).date().isoformat()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return ""


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
