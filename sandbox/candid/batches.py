"""Batches of checks: taken at once, done one after another as the sandbox's clock goes on, read by pages.

Nothing runs in the background. When a batch is polled, the checks whose time has come are done then and there, each
with an id of its own that never changes; so a restart loses nothing and a moved clock counts at once.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import simplejson

from sandbox import clock
from sandbox.candid import checks, pace, paging
from sandbox.candid.fields import BadRequest, Part
from sandbox.candid.people import plain_id
from sandbox.candid.questions import Question
from sandbox.state import store
from sandbox.switches import switch

Doc = dict[str, Any]
_USUAL_MOST, _USUAL_PAGE = 10_000, 100
_SECONDS_EACH = 0.5
# One writer at a time: between two chunks others have their turn.
_CHUNK = 500
# Of these a clearinghouse asks the payer again for hours, until it answers.
_RETRIED_IDS = ("RECOVERS", "UHCAAA42", "AAA42", "AAA80", "AAA4279")
_IDS = uuid.UUID("6a0a5f0e-6f0c-4a55-9f5e-6c1d3c6a1f10")


def submit(doc: Any) -> Doc:
    """Take a batch and return its id and time.

    Args:
        doc: the parsed JSON body, an array of checks.

    Raises:
        BadRequest: it is no array, empty or too long; or a check in it is malformed, named as in "[2].payer_id".
    """
    now = clock.now()
    questions = _accepted(doc, now)
    retry_seconds = pace.seconds("batch_retry_seconds", 0)
    if retry_seconds:
        # Whatever is asked again comes last, so that what is done only ever grows at the end.
        questions.sort(key=_is_retried)
    batch_id = str(uuid.uuid4())
    for begin in range(0, len(questions), _CHUNK):
        _keep(batch_id, begin, questions[begin : begin + _CHUNK])
    batch = {
        "submitted_at": now.isoformat(),
        "count": len(questions),
        "retried": sum(map(_is_retried, questions)) if retry_seconds else 0,
        "seconds_each": str(pace.seconds("batch_seconds", _SECONDS_EACH)),
        "retry_seconds": str(retry_seconds),
    }
    store().put("candid", "batches", batch_id, batch)
    return {"batch_id": batch_id, "submitted_at": now.isoformat()}


def size(batch_id: str) -> int:
    """Return how many checks a batch has, 0 for an unknown one."""
    batch = store().get("candid", "batches", batch_id)
    return 0 if batch is None else int(batch["count"])


def poll(batch_id: str, query: Mapping[str, str]) -> Doc | None:
    """Return a page of the checks of a batch that are done, in the order in which they were; None if unknown.

    Raises:
        BadRequest: the page token is none of ours.
    """
    batch = store().get("candid", "batches", batch_id)
    if batch is None:
        return None
    begin, most = paging.start(query), int(switch("candid", "batch_page_size", _USUAL_PAGE))
    done = _done(batch, clock.now())
    submitted_at = datetime.fromisoformat(batch["submitted_at"])
    items = [_answer(batch_id, place, submitted_at) for place in range(begin, min(begin + most, done))]
    total = batch["count"] if switch("candid", "batch_total", "found") == "submitted" else done
    return paging.page(items, begin=begin, most=most, found=done, total=total)


def _accepted(doc: Any, now: datetime) -> list[Question]:
    """Return the questions of a batch, all of them or none."""
    most = int(switch("candid", "batch_limit", _USUAL_MOST))
    if not isinstance(doc, list):
        raise BadRequest("The body must be an array of checks.")
    if not 1 <= len(doc) <= most:
        raise BadRequest(f"A batch has 1 to {most} checks, this one {len(doc)}.", status=400)
    return [checks.accepted(Part.of(item, f"[{place}]"), now) for place, item in enumerate(doc)]


def _keep(batch_id: str, begin: int, questions: list[Question]) -> None:
    with store().transaction():
        for place, question in enumerate(questions, start=begin):
            # As echoed, without the secrets; that is all it takes to ask.
            store().put("candid", "batch_items", f"{batch_id}/{place}", question.echo)


def _is_retried(question: Question) -> bool:
    return plain_id(question.subscriber.member_id) in _RETRIED_IDS


def _done(batch: Doc, now: datetime) -> int:
    """Return how many checks of a batch are done by now."""
    count, retried = int(batch["count"]), int(batch["retried"])
    waited = (now - datetime.fromisoformat(batch["submitted_at"])).total_seconds()
    each = float(batch["seconds_each"])
    at_once = count - retried
    if waited >= at_once * each:
        return count if waited >= count * each + float(batch["retry_seconds"]) else at_once
    return max(0, int(waited / each)) if each else 0


def _answer(batch_id: str, place: int, submitted_at: datetime) -> simplejson.RawJSON:
    key = f"{batch_id}/{place}"
    check_id = f"ec_{uuid.uuid5(_IDS, key)}"
    request = store().get("candid", "batch_items", key) or {}
    return simplejson.RawJSON(checks.later(check_id, request, submitted_at, batch_id=batch_id))
