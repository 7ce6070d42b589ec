"""The checks that were made.

Two collections: `checks` (what was asked, and its answer without the benefits) and `benefits` (the texts about those,
which are long and the same for the same member).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sandbox.candid.plan_texts import BenefitTexts, PlanTexts, together
from sandbox.candid.questions import Question
from sandbox.indexes import Index
from sandbox.state import dump, store

Doc = dict[str, Any]


@dataclass(frozen=True)
class Check:
    """One check that is being made: its id, who asks for it and since when.

    Attributes:
        fingerprint: the same for the same question.
        batch_id: the batch it belongs to, or "".
        coverage_id: the coverage on file that it is about, or "".
    """

    check_id: str
    question: Question
    payer_id: str
    fingerprint: str
    asked_at: datetime
    batch_id: str = ""
    coverage_id: str = ""


@dataclass(frozen=True)
class Asked:
    """What can be looked for in a check that was made."""

    payer_id: str
    npi: str
    member_id: str
    day: str
    fingerprint: str
    asked_at: datetime
    succeeded: bool


class Checks(Index[Asked]):
    """What can be looked for in all checks that were made."""

    def __init__(self) -> None:
        """Know nothing yet."""
        super().__init__("candid", "checks")
        self._latest: dict[str, tuple[str, Asked]] = {}  # by fingerprint

    def entry_of(self, key: str, doc: Doc) -> Asked:
        """Return what can be looked for in one."""
        kept = doc["asked"]
        return Asked(**kept | {"asked_at": datetime.fromisoformat(kept["asked_at"])})

    def added(self, key: str, entry: Asked) -> None:
        """Let a check be found by its question."""
        before = self._latest.get(entry.fingerprint)
        # A check of a batch may be done after the same question was asked again.
        if entry.succeeded and (before is None or before[1].asked_at <= entry.asked_at):
            self._latest[entry.fingerprint] = (key, entry)

    def emptied(self) -> None:
        """Let none be found."""
        self._latest = {}

    def latest(self, fingerprint: str) -> tuple[str, Asked] | None:
        """Return the latest successful check of a question, or None."""
        with self.entries():
            return self._latest.get(fingerprint)


made = Checks()
# The benefits that are in the store for all to read, by their keys.
_in_store: set[str] = set()


def keep(check: Check, doc: Doc, plan: PlanTexts | None, *, succeeded: bool) -> str:
    """Keep a check with its answer and return the answer as JSON.

    Args:
        check: the check.
        doc: what is written in the answer.
        plan: what is told about the plan, which goes into two of its fields.
        succeeded: it came without an error.
    """
    question = check.question
    asked = {
        "payer_id": check.payer_id,
        "npi": question.npi,
        "member_id": question.subscriber.member_id,
        "day": question.date_of_service.isoformat(),
        "fingerprint": check.fingerprint,
        "asked_at": check.asked_at.isoformat(),
        "succeeded": succeeded,
    }
    told = None if plan is None else {"raw": plan.raw, "parsed": plan.parsed, "benefits": plan.benefits.key}
    with store().transaction():
        if plan is not None:
            keep_benefits(plan.benefits)
        store().put("candid", "checks", check.check_id, {"asked": asked, "doc": doc, "plan": told})
    return _text(doc, told, None if plan is None else (plan.benefits.raw, plan.benefits.parsed))


def keep_benefits(texts: BenefitTexts) -> None:
    """Keep what is told about some benefits, unless they are in the store already."""
    with store().transaction():  # nobody empties the store between the look and the check that needs them
        if texts.key not in _in_store:
            store().put("candid", "benefits", texts.key, {"raw": texts.raw, "parsed": texts.parsed})
            # What comes to nothing must not be known.
            store().afterwards(lambda: _in_store.add(texts.key))


def forget(vendor: str | None) -> None:
    """Know nothing of what was in the store before a reset of a vendor or of everything."""
    _in_store.clear()


def answer_of(check_id: str) -> str | None:
    """Return the text of an answer, or None if there is no such check."""
    kept = store().get("candid", "checks", check_id)
    if kept is None:
        return None
    told = kept["plan"]
    return _text(kept["doc"], told, None if told is None else _benefits(told["benefits"]))


def succeeded(check_id: str) -> bool:
    """Tell whether a check was made and came without an error."""
    with made.entries() as entries:
        return check_id in entries and entries[check_id].succeeded


# The key stands for the texts, so what was read once is right for ever.
@lru_cache(maxsize=500)
def _benefits(key: str) -> tuple[str, str]:
    kept = store().get("candid", "benefits", key)
    assert kept is not None  # noqa: S101 - kept before the check was
    return kept["raw"], kept["parsed"]


def existing(fingerprint: str, since: datetime) -> str | None:
    """Return the answer of the latest successful check of this question if it was begun after `since`."""
    latest = made.latest(fingerprint)
    if latest is None or latest[1].asked_at <= since:
        return None
    return answer_of(latest[0])


def _text(doc: Doc, told: Mapping[str, str] | None, benefits: tuple[str, str] | None) -> str:
    if told is not None and benefits is not None:
        response = together(told["raw"], benefits[0], **doc["response"])
        doc = doc | {"response": response, "parsed_response": together(told["parsed"], benefits[1])}
    return dump(doc)
