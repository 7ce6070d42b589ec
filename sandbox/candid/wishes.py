"""What a scenario wants a payer to answer: a status, an AAA code, and numbers of the plan (docs/vendors/candid.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.candid import aaa, personas, roster
from sandbox.candid.amounts import COPAYS
from sandbox.candid.model import Member
from sandbox.candid.payers import Payer
from sandbox.candid.questions import Question
from sandbox.candid.roster import Found, TurnedDown

_STATUS = {"ACTIVE": "1", "INACTIVE": "6"}
_AMOUNTS = {"deductible": "deductible", "deductible_remaining": "deductible_left"}


def turn_down(wish: Mapping[str, Any], *, dependent: bool) -> None:
    """Do nothing, unless the scenario wants an AAA code; payers also send codes that no list has.

    Raises:
        TurnedDown: with this code.
    """
    code = str(wish.get("aaa") or "").upper()
    if code in aaa.codes():
        raise TurnedDown(aaa.rejection(code, dependent=dependent))
    if code:
        raise TurnedDown(aaa.Rejection(code, f"Rejected with {code}", aaa.PAYER, aaa.NOT_ALLOWED, "Call the payer."))


def granted(wish: Mapping[str, Any], question: Question, payer: Payer) -> Found:
    """Return whom the question is about as the scenario wants them: on record, or else believed as described."""
    try:
        found = roster.recognise(question, payer)
    except TurnedDown:
        dependent = roster.whoever(question.dependent)
        found = Found(personas.believed(payer.payer_id, question.subscriber), dependent, ())
    return replace(found, member=_changed(found.member, wish))


def _changed(member: Member, wish: Mapping[str, Any]) -> Member:
    amounts = dict(member.amounts)
    copay, share = _number(wish.get("copay")), _number(wish.get("coinsurance"))
    if copay is not None:
        amounts |= dict.fromkeys(COPAYS, copay)
    if share is not None:
        amounts["coinsurance"] = share / 100
    if _number(wish.get("deductible")) is not None:
        # What was on record beside the old amount does not fit a new one; it is drawn anew.
        amounts = {name: amount for name, amount in amounts.items() if "deductible" not in name}
    for name, amount in _AMOUNTS.items():
        value = _number(wish.get(name))
        if value is not None:
            amounts[amount] = value
    status = str(wish.get("status") or "").upper()
    return replace(
        member,
        amounts=amounts,
        plan_name=str(wish.get("plan_name") or member.plan_name),
        status=_STATUS.get(status, member.status),
        shape="nothing" if status == "UNKNOWN" else member.shape,
        rejections=(),
    )


def _number(value: Any) -> Decimal | None:
    """Return a number that is written as text or number; None if it is neither."""
    try:
        return None if value in (None, "") else Decimal(str(value).strip("$% "))
    except InvalidOperation:
        return None
