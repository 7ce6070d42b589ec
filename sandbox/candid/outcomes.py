"""What comes of a question: a plan, a rejection, or an error of Candid's own."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox import clock, members
from sandbox.candid import aaa, payers, personas, raw271, roster, service_types, wishes
from sandbox.candid.history import Check
from sandbox.candid.people import plain_id
from sandbox.candid.plan_texts import PlanTexts, texts_of
from sandbox.candid.questions import Question
from sandbox.candid.roster import Correction, Found, TurnedDown
from sandbox.npi import is_npi
from sandbox.state import store
from sandbox.switches import switch

Doc = dict[str, Any]
UNKNOWN = {"eligibility_status": "UNKNOWN"}
_PATHS = {"npi": "provider.npi", "date_of_service": "encounter.date_of_service"}
_YEARS_BACK, _YEARS_AHEAD = 2, 1
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


@dataclass(frozen=True)
class Outcome:
    """What came of a question, before it is written down.

    Attributes:
        response: the raw answer; with `plan` only what stands before the plan.
        parsed: the parsed view, if it is not that of `plan`.
        plan: what is told about the plan.
    """

    response: Doc | None
    parsed: Doc | None = None
    errors: Sequence[aaa.Rejection] = ()
    corrections: Sequence[Correction] = ()
    plan: PlanTexts | None = None


def outcome_of(check: Check, payer: payers.Payer, wish: Mapping[str, Any]) -> Outcome:
    """Return what comes of a question.

    Args:
        check: the check in hand.
        payer: who is asked.
        wish: what a scenario wants the payer to answer, by the names of `sandbox.candid.wishes`; may be empty.
    """
    question = check.question
    field = switch("candid", "candid_error_field", "") or personas.magic_field(question.subscriber.member_id, "CANDID")
    if field:
        return Outcome(None, errors=[_candid_error(field)])
    try:
        found = _found(question, payer, check.fingerprint, wish)
    except TurnedDown as turned_down:
        errors = turned_down.rejections
        return Outcome(raw271.of_rejections(errors, payer, question, check.check_id), UNKNOWN, errors)
    if found.member.member_id == "UNPARSED":
        return Outcome({"id": check.check_id})
    updated = f"ec_{uuid.uuid4()}" if found.member.member_id == "AUTOUPDATED" else ""
    plan = texts_of(
        found.member,
        payer,
        found.dependent,
        service_type=question.service_type,
        day=question.date_of_service,
        updated=updated,
    )
    head = raw271.head(payer, question, check.check_id)
    return Outcome(head, corrections=found.corrections, plan=plan)


def field_path(field: str) -> str:
    """Return the dotted path of a field of the subscriber, provider or encounter."""
    if "." in field or field in ("payer_id", "provider", "subscriber", "dependent", "encounter"):
        return field
    return _PATHS.get(field, f"subscriber.{field}")


def _found(question: Question, payer: payers.Payer, fingerprint: str, wish: Mapping[str, Any]) -> Found:
    """Return whom the question is about, with what a scenario wants of them.

    Raises:
        TurnedDown: the payer, the clearinghouse or the scenario rejects the question.
    """
    if wish:
        wishes.turn_down(wish, dependent=question.dependent is not None)
        return wishes.granted(wish, question, payer)
    _allow(question, payer, fingerprint)
    found = roster.recognise(question, payer)
    _allow_dates(question, found)
    return found


def _allow(question: Question, payer: payers.Payer, fingerprint: str) -> None:
    """Turn down what a clearinghouse or payer turns down before it looks for the member."""
    of_dependent = question.dependent is not None
    wanted = personas.magic_rejections(question.subscriber.member_id, dependent=of_dependent)
    if wanted:
        raise TurnedDown(*wanted)
    if plain_id(question.subscriber.member_id) == "RECOVERS" and _first_time(fingerprint):
        raise TurnedDown(aaa.rejection("42", dependent=of_dependent))
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
        raise TurnedDown(aaa.rejection("55", dependent=of_dependent))
    if not _FIRST_YEAR <= question.date_of_service.year <= _LAST_YEAR:
        raise TurnedDown(aaa.rejection("57", dependent=of_dependent))


def _card_was_read(question: Question, payer: payers.Payer) -> bool:
    """Whoever brings a card of such a payer counts as enrolled with it, so that any card goes all the way through."""
    return members.find(payer.payer_id, question.subscriber.member_id) is not None


def _first_time(fingerprint: str) -> bool:
    """Tell whether this very question is asked for the first time."""
    with store().transaction():
        first = store().get("candid", "recovering", fingerprint) is None
        store().put("candid", "recovering", fingerprint, {})
    return first


def _allow_dates(question: Question, found: Found) -> None:
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


def _candid_error(field: str) -> aaa.Rejection:
    """Return an error that Candid itself raises; when it does is not documented."""
    path = field_path(field)
    description = f"The value of {path} is not valid."
    return aaa.Rejection("", description, "", "", "", field=path, source="CANDID")
