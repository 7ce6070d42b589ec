"""Candid's bytes to our dataclasses and back; no I/O. Vendor's spellings stop here.

https://docs.joincandidhealth.com (pre-encounter, eligibility checks v1); our notes are in docs/vendors/candid.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import simplejson

from eligibility.answers import Evidence, Problem
from eligibility.reply import Correction, Entity, Plan, PlanDate, Reply

from . import benefits, raw, values

SOURCE = "frontdesk"


class Unreadable(Exception):
    """The answer is JSON, but not an eligibility answer; nothing can be said from it."""


@dataclass(frozen=True)
class Member:
    """A person as the payer is to find them."""

    first_name: str
    last_name: str
    birth_date: date | None = None
    member_id: str = ""


@dataclass(frozen=True)
class Provider:
    """Who asks: an organization by its name, or a person by first and last name."""

    npi: str
    organization_name: str = ""
    first_name: str = ""
    last_name: str = ""


@dataclass(frozen=True)
class Question:
    """One eligibility question: payer, who asks, who is insured, who is treated, when and for what.

    `dependent` is the patient, when the patient can only be found through the subscriber.
    """

    payer_id: str
    provider: Provider
    subscriber: Member
    date_of_service: date
    service_type_code: str
    dependent: Member | None = None
    transaction_id: str = ""


# POST /eligibility-checks/v1, request body
def build_question(question: Question) -> dict[str, Any]:
    """Return the request document; values that are not known are left out, not sent as null."""
    document: dict[str, Any] = {
        "payer_id": question.payer_id,
        "provider": _provider(question.provider),
        "subscriber": _member(question.subscriber),
        "encounter": {
            "date_of_service": question.date_of_service.isoformat(),
            "service_type_codes": [question.service_type_code],
        },
        "source": SOURCE,
    }
    if question.dependent is not None:
        document["dependent"] = _member(question.dependent)
    if question.transaction_id:
        document["submitter_transaction_identifier"] = question.transaction_id
    return document


def build_request(document: dict[str, Any], *, existing_after: datetime | None = None) -> bytes:
    """Return the bytes of a question; `existing_after` (aware) also accepts an answer that was found since then."""
    if existing_after is not None:
        instant = existing_after.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        document = {**document, "get_existing_check_initiated_after": instant}
    return simplejson.dumps(document, use_decimal=True, separators=(",", ":"), ensure_ascii=False).encode()


def _provider(provider: Provider) -> dict[str, str]:
    if provider.organization_name:
        return {"npi": provider.npi, "organization_name": provider.organization_name}
    return {"npi": provider.npi, "first_name": provider.first_name, "last_name": provider.last_name}


def _member(member: Member) -> dict[str, str]:
    document = {"first_name": member.first_name, "last_name": member.last_name}
    if member.member_id:
        document["member_id"] = member.member_id
    if member.birth_date is not None:
        document["date_of_birth"] = member.birth_date.isoformat()
    return document


# POST /eligibility-checks/v1, 200
def parse_answer(document: Any, *, service_type_code: str) -> Reply:
    """Return what an answer says. Raises Unreadable when it is no answer to a question, or of other types."""
    _must_be_an_answer(document)
    parsed = values.mapping(document.get("parsed_response"))
    found = values.mapping(parsed.get("benefits"))
    source = document.get("response")
    plan = _plan(values.mapping(parsed.get("plan_metadata")))
    lines = benefits.lines(found, raw.fractions(source)) or raw.benefit_lines(source)
    return Reply(
        evidence=Evidence(
            status=values.text(parsed.get("eligibility_status")).upper(),
            status_lines=raw.status_lines(source),
            problems=_problems(document),
            plan_start_date=plan.start_date,
            plan_end_date=plan.end_date,
        ),
        plan=plan,
        lines=lines,
        entities=_entities(found) + raw.other_payers(source),
        corrections=_corrections(document),
        notes=values.text(found.get("notes")),
        prior_authorization=raw.prior_authorization(source, service_type_code),
        auto_updated_check_id=values.text(
            values.pick(found, "autoUpdatedEligibilityCheckId", "auto_updated_eligibility_check_id")
        ),
    )


# What an answer is made of; each may be null, but one of them is there. An error that comes with 200 has none.
_MEMBERS: tuple[tuple[str, type], ...] = (("response", dict), ("parsed_response", dict), ("errors", list))


def _must_be_an_answer(document: Any) -> None:
    """Raise Unreadable unless it is one: an objection or a status that cannot be read must not pass for none."""
    members = values.mapping(document)
    if not any(name in members for name, _ in _MEMBERS):
        raise Unreadable
    status = values.mapping(members.get("parsed_response")).get("eligibility_status")
    parts = [(members.get(name), kind) for name, kind in _MEMBERS]
    if any(part is not None and not isinstance(part, kind) for part, kind in [*parts, (status, str)]):
        raise Unreadable


def _plan(meta: dict[str, Any]) -> Plan:
    dates = tuple(_plan_date(item) for item in values.items(meta.get("plan_dates")))
    start, _ = values.period(meta.get("start_date"))
    end = values.day(meta.get("end_date")) or values.period(meta.get("start_date"))[1]
    return Plan(
        payer_name=values.text(meta.get("payer_name")),
        plan_name=values.text(meta.get("plan_name")),
        insurance_type=values.text(meta.get("insurance_type")) or values.text(meta.get("insurance_type_code")),
        member_id=values.text(meta.get("member_id")),
        group_number=values.text(meta.get("group_number")),
        start_date=start,
        end_date=end,
        dates=dates,
        trading_partner=values.text(meta.get("trading_partner")),
    )


def _plan_date(item: dict[str, Any]) -> PlanDate:
    name, start, end = (item.get(key) for key in ("field_name", "start_date", "end_date"))
    return PlanDate(values.text(name), values.day(start), values.day(end))


def _entities(found: dict[str, Any]) -> tuple[Entity, ...]:
    return tuple(_entity(item) for item in values.items(found.get("benefits_related_entities")))


def _entity(item: dict[str, Any]) -> Entity:
    contacts = values.pick(item, "contactInformation", "contact_information")
    return Entity(
        role=values.text(values.pick(item, "entityIdentifier", "entity_identifier")),
        entity_type=values.text(values.pick(item, "entityType", "entity_type")),
        name=values.text(values.pick(item, "entityName", "entity_name")),
        contacts=tuple((values.text(c.get("mode")), values.text(c.get("value"))) for c in values.items(contacts)),
        service_type_codes=values.texts(values.pick(item, "serviceTypeCodes", "service_type_codes")),
    )


def _corrections(document: dict[str, Any]) -> tuple[Correction, ...]:
    found = (
        Correction(
            values.text(item.get("property")),
            values.text(item.get("request_value")),
            values.text(item.get("corrected_value")),
        )
        for item in values.items(document.get("request_corrections"))
    )
    return tuple(correction for correction in found if correction.path and correction.corrected)


# ---- objections: AAA rejections, Candid's own errors, HTTP 400/422 ---------------------------------------------------

# What an objection without an AAA code is about, by its words: wordings are undocumented, so only whole notions count.
_TOPICS = (
    ("ENROLMENT", re.compile(r"\benrol", re.I)),
    (
        "NOT_SUPPORTED",
        re.compile(r"not configured|not supported|unsupported|unknown payer|payer[^.]* not (?:found|known)", re.I),
    ),
)
_FIELDS = (
    ("member_id", re.compile(r"member.?id|subscriber.?id|insured.?id", re.I)),
    ("birth_date", re.compile(r"date.?of.?birth|birth.?date|\bdob\b", re.I)),
    ("date_of_service", re.compile(r"date.?of.?service|service.?date", re.I)),
    ("service_type_code", re.compile(r"service.?type", re.I)),
    ("provider", re.compile(r"\bnpi\b|provider", re.I)),
    ("payer", re.compile(r"payer", re.I)),
    ("group_number", re.compile(r"group.?number", re.I)),
    ("patient_name", re.compile(r"dependent.*name", re.I)),
    ("subscriber_name", re.compile(r"first.?name|last.?name|subscriber", re.I)),
)


def _problems(document: dict[str, Any]) -> tuple[Problem, ...]:
    """Return the objections, each once: those Candid lists, and AAA rejections only the raw 271 shows."""
    found: dict[tuple[str, str], Problem] = {}
    for item in values.items(document.get("errors")):
        problem = _problem(item)
        found.setdefault((problem.code, problem.location if problem.code else problem.text), problem)
    codes = {problem.code for problem in found.values()}
    for problem in raw.problems(document.get("response")):
        if problem.code not in codes:
            found.setdefault((problem.code, problem.location), problem)
    return tuple(found.values())


def _problem(item: dict[str, Any]) -> Problem:
    """Read one error; its keys come with a `?`, without one, or in both spellings."""
    details = values.mapping(values.pick(item, "errorDetails", "error_details"))
    named = values.text(values.pick(details, "field"))
    problem = Problem(
        code=values.text(values.pick(details, "code")),
        text=values.text(values.pick(details, "description")),
        follow_up=values.text(values.pick(details, "followupAction", "followup_action")),
        location=values.text(values.pick(details, "location")),
    )
    # "AAA" in place of a field says that a payer rejected; a 79 about an unknown payer number is Stedi's own.
    return problem if problem.code else _placed(problem, "" if named == "AAA" else named)


def parse_refusal(status: int, document: Any) -> Problem:
    """Return what an HTTP 400, 404 or 422 objects to: a Fern envelope, `{"message": …}`, or a list of field errors."""
    body = values.mapping(document)
    content = values.mapping(body.get("content"))
    said = values.text(content.get("message")) or values.text(body.get("message")) or values.text(body.get("detail"))
    first = next(iter(values.items(body.get("detail"))), {})
    path = first.get("loc")
    named = ".".join(values.text(part) for part in path) if isinstance(path, list) else ""
    problem = Problem(text=said or values.text(first.get("msg")) or f"HTTP {status}")
    return _placed(problem, named)


def _placed(problem: Problem, named: str) -> Problem:
    """Add what the objection is about: a topic, and the value it names."""
    topic = next((word for word, pattern in _TOPICS if pattern.search(problem.text)), "")
    field = next((word for words in (named, problem.text) for word, pattern in _FIELDS if pattern.search(words)), "")
    return replace(problem, topic=topic, field=field)


# ---- payer search and token ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FoundPayer:
    """A payer of the clearinghouse; `eligibility` is SUPPORTED, NOT_SUPPORTED, ENROLLMENT_REQUIRED or ""."""

    payer_id: str
    name: str
    other_names: tuple[str, ...] = ()
    eligibility: str = ""


# GET /eligibility-checks/v1/payer/search
def parse_payers(document: Any) -> list[FoundPayer]:
    """Return the payers of a search page, best first. Raises Unreadable."""
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        raise Unreadable
    payers = (values.mapping(item.get("payer")) for item in values.items(document["items"]))
    found = (_payer(payer) for payer in payers)
    return [payer for payer in found if payer.payer_id and payer.name]


def _payer(payer: dict[str, Any]) -> FoundPayer:
    support = values.mapping(payer.get("transaction_support"))
    return FoundPayer(
        payer_id=values.text(payer.get("primary_payer_id")),
        name=values.text(payer.get("display_name")),
        other_names=values.texts(payer.get("names")),
        eligibility=values.text(values.pick(support, "eligibilityCheck", "eligibility_check")),
    )


# POST /api/auth/v2/token
def parse_token(document: Any) -> tuple[str, float]:
    """Return the bearer token and its life in seconds. Raises Unreadable."""
    token, life = (values.mapping(document).get(key) for key in ("access_token", "expires_in"))
    seconds = values.number(life)
    if not isinstance(token, str) or not token or seconds is None:
        raise Unreadable
    return token, float(seconds)
