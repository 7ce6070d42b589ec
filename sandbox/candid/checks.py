"""One eligibility check from request to answer, and the memory of all of them."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox import clock, members
from sandbox.candid import aaa, parsed, payers, personas, raw271, roster, service_types
from sandbox.candid.npi import is_npi
from sandbox.candid.people import plain, plain_id
from sandbox.candid.plans import plan_of
from sandbox.candid.questions import BadRequest, Person, Question, object_of, payer_id_of, question_of
from sandbox.candid.roster import Correction, TurnedDown
from sandbox.candid.seeds import Seed
from sandbox.state import dump, store
from sandbox.switches import switch

Doc = dict[str, Any]
_UNKNOWN = {"eligibility_status": "UNKNOWN"}
_PATHS = {"npi": "provider.npi", "date_of_service": "encounter.date_of_service"}
_YEARS_BACK, _YEARS_AHEAD = 2, 1


@dataclass(frozen=True)
class Reply:
    """An answer to send: HTTP status, body, and after how many seconds."""

    status: int
    doc: Doc
    seconds: float = 0.0


@dataclass(frozen=True)
class _Outcome:
    """What came of a question, before it is written down."""

    response: Doc | None
    parsed: Doc | None
    errors: Sequence[aaa.Rejection] = ()
    corrections: Sequence[Correction] = ()


def check(doc: Any) -> Reply:
    """Answer one eligibility check.

    Args:
        doc: the parsed JSON body.

    Raises:
        BadRequest: the request is malformed; the field is named.
    """
    doc = object_of(doc)
    payer_id = payer_id_of(doc)
    payer = payers.find(payer_id)
    if payer is None:
        return _unknown_payer(payer_id)
    question = question_of(doc, today=clock.now().date())
    _refuse_on_demand(question)
    print_ = _fingerprint(question, payer)
    existing = _existing(print_, question.since)
    if existing is not None:
        return Reply(200, existing, _latency(question) / 4)
    check_id = f"ec_{uuid.uuid4()}"
    outcome = _outcome(question, payer, check_id)
    answer = _written(question, outcome)
    _keep(check_id, print_, answer, succeeded=not outcome.errors)
    return Reply(200, answer, _latency(question))


def _outcome(question: Question, payer: payers.Payer, check_id: str) -> _Outcome:
    field = switch("candid", "candid_error_field", "") or personas.magic_field(question.subscriber.member_id, "CANDID")
    if field:
        return _Outcome(None, None, [_candid_error(field)])
    try:
        _allow(question, payer)
        found = roster.recognise(question, payer)
        _allow_dates(question, found)
    except TurnedDown as turned_down:
        errors = turned_down.rejections
        return _Outcome(raw271.of_rejections(errors, payer, question, check_id), dict(_UNKNOWN), errors)
    if found.member.member_id == "UNPARSED":
        return _Outcome({"id": check_id}, None)
    plan = plan_of(found.member, payer, question, found.dependent)
    if found.member.member_id == "AUTOUPDATED":
        plan = replace(plan, updated_check_id=f"ec_{uuid.uuid4()}")
    scale = Decimal(100) if switch("candid", "percent_scale", "20") == "20" else Decimal(1)
    service, day = question.service_type, question.date_of_service
    view = parsed.view_of(plan, service_type=service, date_of_service=day, percent_scale=scale)
    if not plan.rows:
        view = dict(_UNKNOWN)
    return _Outcome(raw271.of_plan(plan, question, check_id), view, (), found.corrections)


def _allow(question: Question, payer: payers.Payer) -> None:
    """Turn down what a clearinghouse or payer turns down before it looks for the member."""
    codes = personas.magic_codes(question.subscriber.member_id)
    if codes:
        raise TurnedDown(*(aaa.rejection(code, dependent=question.dependent is not None) for code in codes))
    if plain_id(question.subscriber.member_id) == "RECOVERS" and _first_time(question, payer):
        raise TurnedDown(aaa.rejection("42", dependent=question.dependent is not None))
    if payer.eligibility == payers.NOT_SUPPORTED:
        hint = f"{payer.name} does not support eligibility checks."
        raise TurnedDown(aaa.rejection("79", resolution=hint))
    if payer.eligibility == payers.ENROLLMENT_REQUIRED and not _card_was_read(question, payer):
        raise TurnedDown(aaa.rejection("41"))
    if not is_npi(question.npi):
        raise TurnedDown(aaa.rejection("43"))
    if not question.provider_name:
        raise TurnedDown(aaa.rejection("44"))
    if question.service_type not in service_types.names():
        raise TurnedDown(aaa.rejection("55", dependent=question.dependent is not None))


def _card_was_read(question: Question, payer: payers.Payer) -> bool:
    """Whoever brings a card of such a payer counts as enrolled with it, so that any card goes all the way through."""
    return members.find(payer.payer_id, question.subscriber.member_id) is not None


def _first_time(question: Question, payer: payers.Payer) -> bool:
    """Tell whether this very question is asked for the first time."""
    key = _fingerprint(question, payer)
    with store().transaction():
        first = store().get("candid", "recovering", key) is None
        store().put("candid", "recovering", key, {})
    return first


def _allow_dates(question: Question, found: roster.Found) -> None:
    day, today = question.date_of_service, clock.now().date()
    dependent = found.dependent
    born = dependent.birth_date if dependent else found.member.birth_date
    if born is not None and born > day:
        raise TurnedDown(aaa.rejection("60", dependent=dependent is not None))
    if not found.member.answers_service:
        return  # the published personas answer for any date
    if (today - day).days > 366 * _YEARS_BACK:
        raise TurnedDown(aaa.rejection("62", dependent=dependent is not None))
    if (day - today).days > 366 * _YEARS_AHEAD:
        raise TurnedDown(aaa.rejection("63", dependent=dependent is not None))


def _unknown_payer(payer_id: str) -> Reply:
    """Refuse a payer that nobody knows; the request is not echoed, as its other fields were not looked at."""
    status = int(switch("candid", "bad_payer_status", 200))
    hint = f"Payer {payer_id} is not configured. Look the payer up in payer search."
    if status != 200:
        return Reply(status, {"message": hint, "code": "79"})
    error = aaa.rejection("79", resolution=hint)
    response = {"errors": [raw271.aaa_error(error)]}
    return Reply(200, {"batch_id": None, "response": response, "errors": [_error(error)], "parsed_response": None})


def _refuse_on_demand(question: Question) -> None:
    """Answer 400 or 422 about the field that a magic id such as HTTP422-date_of_birth names."""
    for status in (400, 422):
        field = personas.magic_field(question.subscriber.member_id, f"HTTP{status}")
        if field:
            raise BadRequest("is not accepted.", field=_path(field), status=status)


def _candid_error(field: str) -> aaa.Rejection:
    """Return an error that Candid itself raises; when it does is not documented."""
    path = _path(field)
    description = f"The value of {path} is not valid."
    return aaa.Rejection("", description, "", "", "", field=path, source="CANDID")


def _path(field: str) -> str:
    """Return the dotted path of a field of the subscriber, provider or encounter."""
    if "." in field or field in ("payer_id", "provider", "subscriber", "dependent", "encounter"):
        return field
    return _PATHS.get(field, f"subscriber.{field}")


def _written(question: Question, outcome: _Outcome) -> Doc:
    return {
        "batch_id": None,
        "errors": [_error(one) for one in outcome.errors] or None,
        "request": question.echo,
        "request_corrections": [
            {"property": one.field, "request_value": one.asked, "corrected_value": one.known}
            for one in outcome.corrections
        ]
        or None,
        "response": outcome.response,
        "parsed_response": outcome.parsed,
    }


def _error(rejection: aaa.Rejection) -> Doc:
    """Return an error as Candid shows it; its keys end in a question mark unless the switch says otherwise."""
    spelling = switch("candid", "detail_keys", "question")
    plain_keys = raw271.aaa_error(rejection)
    details: Doc = {}
    if spelling in ("question", "both"):
        details |= {f"{key}?": value for key, value in plain_keys.items()}
    if spelling in ("plain", "both"):
        details |= plain_keys
    return {"source": rejection.source, "errorDetails": details}


def _fingerprint(question: Question, payer: payers.Payer) -> str:
    """Return the same text for the same question: payer, provider, people, day and services."""
    asked = [
        payer.payer_id,
        question.npi,
        question.provider_name.upper(),
        _person_key(question.subscriber),
        _person_key(question.dependent),
        question.date_of_service.isoformat(),
        list(question.service_type_codes),
    ]
    return hashlib.sha256(dump(asked).encode()).hexdigest()


def _person_key(person: Person | None) -> list[str] | None:
    if person is None:
        return None
    born = person.birth_date.isoformat() if person.birth_date else ""
    return [plain(person.first_name), plain(person.last_name), plain_id(person.member_id), born]


def _existing(fingerprint: str, since: datetime | None) -> Doc | None:
    """Return the answer of the last successful check of the same question begun after `since`, if there is one."""
    kept = store().get("candid", "answered", fingerprint) if since else None
    if kept is None or since is None or datetime.fromisoformat(kept["asked_at"]) <= since:
        return None
    found = store().get("candid", "checks", kept["check_id"])
    return None if found is None else found["answer"]


def _keep(check_id: str, fingerprint: str, answer: Doc, *, succeeded: bool) -> None:
    asked_at = clock.now().isoformat()
    with store().transaction():
        kept = {"asked_at": asked_at, "fingerprint": fingerprint, "succeeded": succeeded, "answer": answer}
        store().put("candid", "checks", check_id, kept)
        if succeeded:
            store().put("candid", "answered", fingerprint, {"check_id": check_id, "asked_at": asked_at})


def _latency(question: Question) -> float:
    """Return how long the payer takes, in seconds: 0.2 to 0.6, the same for the same member; 0 with SANDBOX_FAST=1."""
    fixed = switch("candid", "latency_seconds", None)
    if fixed is not None:
        return float(fixed)
    if os.environ.get("SANDBOX_FAST") == "1":
        return 0.0
    return 0.2 + Seed(f"{question.payer_id} {question.subscriber.member_id}").number("latency", 400) / 1000
