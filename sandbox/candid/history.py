"""The checks that were made: what was asked is kept small and apart from the long answers.

Four collections: `checks` (one small document for each check), `answers` (its answer, without the plan), `faces` (the
plans, which are long and the same for the same member) and `answered` (the latest successful check of each question).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.candid.faces import Faces, Texts, as_json
from sandbox.candid.questions import Question
from sandbox.state import dump, store

Doc = dict[str, Any]
# The plans that this process has kept already: they are long, and looking them up costs as much as writing.
_kept_faces: set[str] = set()


@dataclass(frozen=True)
class Check:
    """One check that is being made: its id, who asks for it and since when.

    Attributes:
        fingerprint: the same for the same question.
        batch_id: the batch it belongs to, or "".
    """

    check_id: str
    question: Question
    payer_id: str
    fingerprint: str
    asked_at: datetime
    batch_id: str = ""


@dataclass(frozen=True)
class Answer:
    """An answer: what is written in it, and what is told about the plan, which goes into two of its fields."""

    doc: Doc
    faces: Faces | None

    def text(self) -> str:
        """Return the JSON text."""
        return _text(self.doc, (self.faces.raw, self.faces.view) if self.faces else None)


def _text(doc: Doc, faces: tuple[Texts, Texts] | None) -> str:
    if faces is not None:
        raw, view = faces
        doc = doc | {"response": {**doc["response"], **as_json(raw)}, "parsed_response": as_json(view)}
    return dump(doc)


def keep(check: Check, answer: Answer, *, succeeded: bool) -> None:
    """Keep a check with its answer."""
    question, asked_at = check.question, check.asked_at.isoformat()
    asked = {
        "asked_at": asked_at,
        "payer_id": check.payer_id,
        "npi": question.npi,
        "member_id": question.subscriber.member_id,
        "day": question.date_of_service.isoformat(),
    }
    with store().transaction():
        store().put("candid", "checks", check.check_id, asked)
        faces = answer.faces
        if faces is not None and faces.key not in _kept_faces:
            store().put("candid", "faces", faces.key, {"raw": faces.raw, "view": faces.view})
        kept = {"doc": answer.doc, "faces": faces.key if faces else None}
        store().put("candid", "answers", check.check_id, kept)
        if succeeded and not _later(check.fingerprint, check.asked_at):
            latest = {"check_id": check.check_id, "asked_at": asked_at}
            store().put("candid", "answered", check.fingerprint, latest)
    if faces is not None:
        _kept_faces.add(faces.key)


def forget(vendor: str | None) -> None:
    """Forget what is known to be in the store, after a reset of a vendor or of everything."""
    _kept_faces.clear()


def _later(fingerprint: str, asked_at: datetime) -> bool:
    """Tell whether the question was asked again since: a check of a batch may be finished after that."""
    kept = store().get("candid", "answered", fingerprint)
    return kept is not None and datetime.fromisoformat(kept["asked_at"]) > asked_at


def answer_of(check_id: str) -> str | None:
    """Return the text of an answer, or None if there is no such check."""
    kept = store().get("candid", "answers", check_id)
    if kept is None:
        return None
    faces = store().get("candid", "faces", kept["faces"]) if kept["faces"] else None
    return _text(kept["doc"], (faces["raw"], faces["view"]) if faces else None)


def existing(fingerprint: str, since: datetime) -> str | None:
    """Return the answer of the latest successful check of this question if it was begun after `since`."""
    kept = store().get("candid", "answered", fingerprint)
    if kept is None or datetime.fromisoformat(kept["asked_at"]) <= since:
        return None
    return answer_of(kept["check_id"])


def asked() -> Iterator[tuple[str, Doc]]:
    """Return (check id, what was asked) of every check, oldest first."""
    return iter(store().items("candid", "checks"))
