"""One eligibility check from request to answer."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox import clock, scenarios
from sandbox.candid import aaa, advice, errors, history, pace, payers, personas, raw271
from sandbox.candid.fields import BadRequest, Part
from sandbox.candid.history import Check
from sandbox.candid.outcomes import Outcome, field_path, outcome_of
from sandbox.candid.people import plain, plain_id
from sandbox.candid.questions import Person, Question, question_of
from sandbox.state import dump, store
from sandbox.switches import switch

Doc = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """An answer to send: HTTP status, JSON text, and after how many seconds."""

    status: int
    text: str
    seconds: float = 0.0


def check(doc: Any) -> Reply:
    """Answer one eligibility check.

    Args:
        doc: the parsed JSON body.

    Raises:
        BadRequest: the request is malformed; the field is named.
        Interrupted: a scenario orders a fault instead of the work.
    """
    part, now = Part.of(doc), clock.now()
    # An unknown payer is refused before anything else is looked at.
    payer = payers.find(part.filled("payer_id"))
    if payer is None:
        return _unknown_payer(part)
    question = accepted(part, now)
    step = scenarios.next_step("candid", "check", _subject(question, payer))
    print_ = _fingerprint(question, payer)
    known = None if question.since is None else history.existing(print_, question.since)
    if known is not None:
        return Reply(200, known, pace.of_payer(question) / 4)
    made = Check(f"ec_{uuid.uuid4()}", question, payer.payer_id, print_, now)
    return Reply(200, _made(made, payer, step.answer if step else {}), pace.of_payer(question))


def accepted(part: Part, now: datetime) -> Question:
    """Return the question of a request if it is one that Candid takes.

    Args:
        part: the request.
        now: decides the date of service if none is given.

    Raises:
        BadRequest: the request is malformed, or a magic id asks for it to be refused.
    """
    question = question_of(part, today=now.date())
    for status in (400, 422):
        field = personas.magic_field(question.subscriber.member_id, f"HTTP{status}")
        if field:
            raise BadRequest("is not accepted.", field=part.at(field_path(field)), status=status)
    return question


def later(check_id: str, request: Doc, asked_at: datetime, *, batch_id: str = "", coverage_id: str = "") -> str:
    """Return the answer of a check that was accepted before and is done now; asked for twice, it is done once.

    Args:
        check_id: the check's id, which decides whether it was done.
        request: what was accepted.
        asked_at: when it was.
        batch_id: the batch it belongs to, or "".
        coverage_id: the coverage on file that it is about, or "".
    """
    # Most polls find what is done already and need not wait for other writers; the others look, make and keep at once.
    known = history.answer_of(check_id)
    if known is not None:
        return known
    with store().transaction():
        known = history.answer_of(check_id)
        if known is not None:
            return known
        question = question_of(Part.of(request), today=asked_at.date())
        payer = payers.find(question.payer_id)
        if payer is None:
            return dump(_of_unknown_payer(question.payer_id, question.echo, batch_id))
        print_ = _fingerprint(question, payer)
        return _made(Check(check_id, question, payer.payer_id, print_, asked_at, batch_id, coverage_id), payer, {})


def _made(made: Check, payer: payers.Payer, wish: Mapping[str, Any]) -> str:
    """Do a check, keep it with what it leaves behind or not at all, and return its answer."""
    with store().transaction():
        outcome = outcome_of(made, payer, wish)
        text = history.keep(made, _written(made, outcome), outcome.plan, succeeded=not outcome.errors)
        if outcome.plan is not None:
            advice.recommend(made, outcome.plan.plan)
    return text


def _written(made: Check, outcome: Outcome) -> Doc:
    return {
        "batch_id": made.batch_id or None,
        "errors": [errors.error(one) for one in outcome.errors] or None,
        "request": made.question.echo,
        "request_corrections": [
            {"property": one.field, "request_value": one.asked, "corrected_value": one.known}
            for one in outcome.corrections
        ]
        or None,
        "response": outcome.response,
        "parsed_response": outcome.parsed,
    }


def _unknown_payer(part: Part) -> Reply:
    """Refuse a payer that nobody knows; the request is echoed only if it is one that can be read again."""
    payer_id = part.filled("payer_id")
    status = int(switch("candid", "bad_payer_status", 200))
    if status != 200:
        return Reply(status, dump({"message": _not_configured(payer_id), "code": "79"}))
    try:
        echo = question_of(part, today=clock.now().date()).echo
    except BadRequest:
        echo = None
    return Reply(200, dump(_of_unknown_payer(payer_id, echo, "")))


def _of_unknown_payer(payer_id: str, echo: Doc | None, batch_id: str) -> Doc:
    error = aaa.rejection("79", resolution=_not_configured(payer_id))
    told = {
        "batch_id": batch_id or None,
        "response": {"errors": [raw271.aaa_error(error)]},
        "errors": [errors.error(error)],
        "parsed_response": None,
    }
    return told if echo is None else told | {"request": echo}


def _not_configured(payer_id: str) -> str:
    return f"Payer {payer_id} is not configured. Look the payer up in payer search."


def _subject(question: Question, payer: payers.Payer) -> dict[str, str]:
    """Return what the call is about, for scenarios."""
    return {
        "payer_id": payer.payer_id,
        "payer_name": payer.name,
        "member_id": question.subscriber.member_id,
        "last_name": question.subscriber.last_name,
        "service_type": question.service_type,
    }


def _fingerprint(question: Question, payer: payers.Payer) -> str:
    """Return the same text for the same question: payer, provider, people, day and services."""
    asked = (
        payer.payer_id,
        question.npi,
        question.provider_name.upper(),
        *_person_key(question.subscriber),
        *_person_key(question.dependent),
        question.date_of_service.isoformat(),
        *question.service_type_codes,
    )
    return hashlib.sha256("\n".join(asked).encode()).hexdigest()


def _person_key(person: Person | None) -> tuple[str, ...]:
    if person is None:
        return ("",)
    born = person.birth_date.isoformat() if person.birth_date else ""
    return plain(person.first_name), plain(person.last_name), plain_id(person.member_id), born
