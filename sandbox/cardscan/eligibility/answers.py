"""Asking the payer about a card's member, and what comes of it.

The payers, their members and the rules of their plans are those of the sandbox's clearinghouse, so that a card checked
here and a check sent to Candid tell the same story.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sandbox.candid import raw271
from sandbox.candid.fields import Part
from sandbox.candid.history import Check
from sandbox.candid.outcomes import Outcome, outcome_of
from sandbox.candid.payers import Payer
from sandbox.candid.questions import question_of
from sandbox.cardscan import payer_match
from sandbox.cardscan.eligibility import shown, summary
from sandbox.cardscan.problems import Error, told
from sandbox.state import dump, load

Doc = dict[str, Any]

NO_PAYER = told("PayerNotFound", "The payer of this card could not be matched", "PNF")
NO_MEMBER = told("MemberNumberNotFound", "The card has no member number", "MNF")
NO_ANSWER = told("InvalidResponse", "The payer's answer could not be read", "IVR")


@dataclass(frozen=True)
class Answered:
    """What an eligibility check ends with: the request as it was sent on, and an answer or an error."""

    request: Doc
    response: Doc | None = None
    summary: Doc | None = None
    error: Error | None = None


def ask(record: Mapping[str, Any], card: Mapping[str, Any], now: datetime) -> Answered:
    """Ask the card's payer about the subscriber of a request.

    Args:
        record: the eligibility check.
        card: the card, which tells payer and member number.
        now: the date of service is this day.
    """
    details = card["details"]
    payer, _score = payer_match.payer_of(details)
    member_id = member_number(details)
    sent = _request(record, payer, member_id, now.date())
    if payer is None:
        return Answered(sent, error=NO_PAYER)
    if not member_id:
        return Answered(sent, error=NO_MEMBER)
    question = question_of(Part.of(_question(sent)), today=now.date())
    check_id = str(record["eligibility_id"])
    # A magic member that recovers answers the second check of it, whoever asks.
    check = Check(check_id, question, payer.payer_id, f"cardscan {payer.payer_id} {member_id}", now)
    raw = _raw(outcome_of(check, payer, record["wish"]))
    if raw is None:
        return Answered(sent, error=NO_ANSWER)
    return Answered(sent, shown.of_271(raw, record["provider"]), summary.of_response(raw))


def _raw(outcome: Outcome) -> Doc | None:
    """Return the 271 of an outcome, of a plan or of what the payer rejects; None if it is neither."""
    if outcome.response is None:
        return None
    if outcome.plan is not None:
        # Its rows are JSON text already; read back, they can be summarized.
        whole: Doc = load(dump(outcome.response | raw271.of_plan(outcome.plan.plan)))
        return whole
    return outcome.response if outcome.response.get("errors") else None


def member_number(details: Mapping[str, Any]) -> str:
    """Return the member number of a card as payers write it, "" if it has none."""
    return str((details.get("member_number") or {}).get("value", "")).strip().upper()


def subject_of(card: Mapping[str, Any], last_name: str) -> dict[str, str]:
    """Return what a check is about, for scenarios."""
    payer, _score = payer_match.payer_of(card["details"])
    about = {"member_id": member_number(card["details"]), "last_name": last_name, "service_type": "30"}
    return about | ({} if payer is None else {"payer_id": payer.payer_id, "payer_name": payer.name})


def _request(record: Mapping[str, Any], payer: Payer | None, member_id: str, day: date) -> Doc:
    """Return the request as it goes to the clearinghouse."""
    return {
        "control_number": _control_number(record),
        "trading_partner_service_id": payer.payer_id if payer else None,
        "provider": record["provider"],
        "subscriber": {"member_id": member_id, **record["subscriber"]},
        "encounter": {"date_of_service": day.strftime("%Y%m%d")},
    }


def _control_number(record: Mapping[str, Any]) -> str:
    """Return nine digits that are the same for a check, as the clearinghouse makes them of its id."""
    return str(int(str(record["eligibility_id"]).replace("-", ""), 16) % 1_000_000_000).zfill(9)


def _question(sent: Doc) -> Doc:
    """Return the request in the clearinghouse's words."""
    subscriber = sent["subscriber"]
    born = subscriber["date_of_birth"]
    return {
        "payer_id": sent["trading_partner_service_id"],
        "provider": sent["provider"],
        "subscriber": subscriber | {"date_of_birth": f"{born[:4]}-{born[4:6]}-{born[6:]}"},
    }
