"""The list of checks that were made (get-multi), oldest first so that pages stay as they are while checks are added."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from itertools import islice
from typing import Any

import simplejson

from sandbox.candid import history, paging, payers
from sandbox.candid.fields import Part
from sandbox.candid.history import Asked
from sandbox.candid.people import plain_id

Doc = dict[str, Any]
_Test = Callable[[Asked], bool]


def is_short(query: Mapping[str, str], most: int) -> bool:
    """Tell whether a page is made without looking through the checks, and has no more than `most` of them."""
    wanted = query.get("limit") or str(paging.USUAL)
    return not (set(query) - {"page_token", "limit"}) and wanted in map(str, range(most + 1))


def page(query: Mapping[str, str]) -> Doc:
    """Return a page of checks.

    Args:
        query: page_token, limit, subscriber_member_id, payer_id, provider_npi, date_of_service, initiated_at_min,
            initiated_at_max (both inclusive).

    Raises:
        BadRequest: one of them cannot be read; it is named.
    """
    begin, most = paging.start(query), paging.size(query, "limit")
    tests = _tests(Part(dict(query)))
    with history.made.entries() as checks:
        found: Collection[str] = checks
        if tests:
            found = [check_id for check_id, asked in checks.items() if all(test(asked) for test in tests)]
        shown = list(islice(found, begin, begin + most))
    items = [simplejson.RawJSON(history.answer_of(check_id) or "null") for check_id in shown]
    return paging.page(items, begin=begin, most=most, found=len(found))


def _tests(part: Part) -> list[_Test]:
    member, payer_id, npi = (part.text(name) for name in ("subscriber_member_id", "payer_id", "provider_npi"))
    wanted_member, payer = plain_id(member), payers.find(payer_id)
    primary = payer.payer_id if payer else payer_id
    day, first, last = part.day("date_of_service"), part.moment("initiated_at_min"), part.moment("initiated_at_max")
    tests: list[tuple[object, _Test]] = [
        (member, lambda asked: plain_id(asked.member_id) == wanted_member),
        (payer_id, lambda asked: asked.payer_id == primary),
        (npi, lambda asked: asked.npi == npi),
        (day, lambda asked: day is not None and asked.day == day.isoformat()),
        (first, lambda asked: first is not None and asked.asked_at >= first),
        (last, lambda asked: last is not None and asked.asked_at <= last),
    ]
    return [test for wanted, test in tests if wanted]
