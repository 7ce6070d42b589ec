"""Compare a reading with what a drawn card says, field by field and strictly.

Normalisation, the same for both sides:
- ids (member, group, payer id, BIN, PCN, Rx group): capitals, no spaces; hyphens and everything else count
- member name: lower case, no accents, dots, commas or apostrophes, a hyphen is a space; words and their order count
- payer and plan: lower-case letters and figures only; of a payer also without Inc, LLC, Co, Corp, Company, Ltd, The
- copays: pairs of service and amount, each pair on its own; drugs and "other" have no name in the vendor's list to tell
  them apart, so they are not compared
A value that the card does not print must not be read.
"""

import re
import unicodedata
from dataclasses import dataclass

from sandbox.cardscan.reader import ReadCard
from tests.cards.families import COPAYS, TEXT_FIELDS, Face

FIELDS = (*TEXT_FIELDS, "copays")
#: fields that the vendor has no key for; the reader tells them beside its details
_OURS = {"rx_group"}
_LEGAL = re.compile(r"\b(inc|llc|co|corp|company|ltd|the)\b")


@dataclass(frozen=True)
class Judged:
    """One value: what the card says, what was read (either may be missing), and the lower of the reading's scores."""

    field: str
    truth: str
    said: str
    right: bool
    score: float = 0.0


def judge(face: Face, card: ReadCard) -> list[Judged]:
    """Return every value that the card prints or the reader claims."""
    return [*(_judge_text(face, card, name) for name in TEXT_FIELDS), *_judge_copays(face, card)]


def normal(field: str, value: str) -> str:
    """Return a value in the form in which it is compared."""
    plain = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode().lower()
    if field == "member_name":
        return " ".join(re.sub(r"[.,']", "", plain).replace("-", " ").split())
    if field == "payer_name":
        plain = _LEGAL.sub("", plain)
    if field in ("payer_name", "plan_name"):
        return re.sub(r"[^a-z0-9]", "", plain)
    return re.sub(r"\s", "", plain)


def _judge_text(face: Face, card: ReadCard, name: str) -> Judged:
    truth, (said, score) = face.values.get(name, ""), _said(card, name)
    accepted = {normal(name, value) for value in (truth, *face.also.get(name, ()))}
    return Judged(name, truth, said, bool(truth) == bool(said) and normal(name, said) in accepted, score)


def _said(card: ReadCard, name: str) -> tuple[str, float]:
    found = (card.fields if name in _OURS else card.details).get(name)
    if not isinstance(found, dict) or not found.get("value"):
        return "", 0.0
    return str(found["value"]), min(float(score) for score in found["scores"])


def _judge_copays(face: Face, card: ReadCard) -> list[Judged]:
    said: dict[tuple[str, float], float] = {}
    rows = card.enriched.get("copays_deductibles", [])
    for row in rows if isinstance(rows, list) else []:
        if row["category"] == "copay" and row["service"] in COPAYS:
            said[row["service"], float(row["value"])] = float(row["score"])
    truth = {(kind, float(dollars)) for kind, dollars in face.copays}
    told = [
        Judged("copays", _pair(pair) if pair in truth else "", _pair(pair), pair in truth, s)
        for pair, s in said.items()
    ]
    return told + [Judged("copays", _pair(pair), "", False) for pair in truth - set(said)]


def _pair(pair: tuple[str, float]) -> str:
    return f"{pair[0]} {pair[1]:g}"
