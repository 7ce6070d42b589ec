"""Eligibility by card over HTTP (contract section 3)."""

from __future__ import annotations

from starlette.responses import Response

from sandbox.cardscan.asking import Ask, answer, asks
from sandbox.cardscan.eligibility import records
from sandbox.cardscan.eligibility.requests import wanted_of
from sandbox.cardscan.events import hub
from sandbox.state import store

MOST_PER_PAGE = 30
_PER_PAGE = 10


@asks
def create(ask: Ask) -> Response:
    """POST /eligibility: ask the payer about the member of a card that was read."""
    wanted = wanted_of(ask.document())
    ordered = records.ordered(ask.caller, wanted)
    with store().transaction():
        record, events = records.create(ask.caller, wanted, ordered)
        hub.publish(events)
    return answer(records.shown(record), 201)


@asks
def show(ask: Ask) -> Response:
    """GET /eligibility/{eligibility_id}."""
    return answer(records.shown(records.record_for(ask.caller, ask.path("eligibility_id"))))


@asks
def show_all(ask: Ask) -> Response:
    """GET /eligibility: the newest first, by pages."""
    limit = ask.number("limit", _PER_PAGE, 1, MOST_PER_PAGE)
    found, about = records.page(ask.caller, limit=limit, cursor=ask.query("cursor"))
    return answer({"eligibility_requests": [records.shown(one) for one in found], "response_metadata": about})
