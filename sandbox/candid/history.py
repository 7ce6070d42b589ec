"""The checks that were made.

Two collections: `checks` (what was asked, and its answer without the plan) and `faces` (the plans, which are long and
the same for the same member). What is looked for in them is known in memory, too; it is read once after a start.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sandbox.candid.faces import Faces, together
from sandbox.candid.questions import Question
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


@dataclass(frozen=True)
class Answer:
    """An answer: what is written in it, and what is told about the plan, which goes into two of its fields."""

    doc: Doc
    faces: Faces | None

    def text(self) -> str:
        """Return the JSON text."""
        return _text(self.doc, (self.faces.raw, self.faces.view) if self.faces else None)


class Known:
    """What this process knows to be in the store."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.lock = threading.Lock()
        self.faces: set[str] = set()
        self._checks: dict[str, Asked] | None = None
        self._latest: dict[str, str] = {}  # fingerprint to check id

    def checks(self) -> dict[str, Asked]:
        """Return every check by its id, oldest first."""
        with self.lock:
            if self._checks is None:
                self._checks = {}
                for check_id, kept in store().items("candid", "checks"):
                    self._add(check_id, _asked(kept["asked"]))
            return self._checks

    def latest(self, fingerprint: str) -> tuple[str, Asked] | None:
        """Return the latest successful check of a question, or None."""
        checks = self.checks()
        check_id = self._latest.get(fingerprint)
        return None if check_id is None else (check_id, checks[check_id])

    def learn(self, check_id: str, asked: Asked, faces: Faces | None) -> None:
        """Know one check more, with its plan; they are in the store for all to read."""
        with self.lock:
            if faces is not None:
                self.faces.add(faces.key)
            self._add(check_id, asked)

    def _add(self, check_id: str, asked: Asked) -> None:
        if self._checks is None:
            return  # before the first look none need be known
        self._checks[check_id] = asked
        before = self._checks.get(self._latest.get(asked.fingerprint, ""))
        # A check of a batch may be done after the same question was asked again.
        if asked.succeeded and (before is None or before.asked_at <= asked.asked_at):
            self._latest[asked.fingerprint] = check_id

    def forget(self, vendor: str | None) -> None:
        """Know nothing, after a reset of a vendor or of everything."""
        self.faces.clear()
        self._latest.clear()
        self._checks = None


known = Known()


def keep(check: Check, answer: Answer, *, succeeded: bool) -> None:
    """Keep a check with its answer."""
    question, faces = check.question, answer.faces
    asked = Asked(
        payer_id=check.payer_id,
        npi=question.npi,
        member_id=question.subscriber.member_id,
        day=question.date_of_service.isoformat(),
        fingerprint=check.fingerprint,
        asked_at=check.asked_at,
        succeeded=succeeded,
    )
    kept = {
        "asked": asked.__dict__ | {"asked_at": check.asked_at.isoformat()},
        "doc": answer.doc,
        "faces": faces.key if faces else None,
    }
    with store().transaction():
        if faces is not None and faces.key not in known.faces:
            store().put("candid", "faces", faces.key, {"raw": faces.raw, "view": faces.view})
        store().put("candid", "checks", check.check_id, kept)
        # What comes to nothing must not be known.
        store().afterwards(lambda: known.learn(check.check_id, asked, faces))


def answer_of(check_id: str) -> str | None:
    """Return the text of an answer, or None if there is no such check."""
    kept = store().get("candid", "checks", check_id)
    if kept is None:
        return None
    return _text(kept["doc"], _faces(kept["faces"]) if kept["faces"] else None)


def succeeded(check_id: str) -> bool:
    """Tell whether a check was made and came without an error."""
    kept = store().get("candid", "checks", check_id)
    return kept is not None and bool(kept["asked"]["succeeded"])


# The key stands for the texts, so what was read once is right for ever.
@lru_cache(maxsize=500)
def _faces(key: str) -> tuple[str, str]:
    kept = store().get("candid", "faces", key)
    assert kept is not None  # noqa: S101 - kept before the check was
    return kept["raw"], kept["view"]


def existing(fingerprint: str, since: datetime) -> str | None:
    """Return the answer of the latest successful check of this question if it was begun after `since`."""
    latest = known.latest(fingerprint)
    if latest is None or latest[1].asked_at <= since:
        return None
    return answer_of(latest[0])


def _asked(kept: Doc) -> Asked:
    return Asked(**kept | {"asked_at": datetime.fromisoformat(kept["asked_at"])})


def _text(doc: Doc, faces: tuple[str, str] | None) -> str:
    if faces is not None:
        raw, view = faces
        doc = doc | {"response": together(raw, **doc["response"]), "parsed_response": together(view)}
    return dump(doc)
