"""The lines of a card's review: each field with how far it can be believed, and the payer with its id as one line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from .. import fields
from ..models import CardExtra, CardField, CardScan
from ..services import review
from ..services.payer_suggestions import Suggestion, suggestions_for

PAYER = "payer"
_WIDTH = 22  # characters that one row of a line's control shows
BOTH_AGREE = "Barcode and text agree."
_NOT_THE_PATIENT = "This is not the name that the patient has here."
_FIRST, _UNREAD = -1.0, 2.0


@dataclass(frozen=True)
class Sources:
    """What text and barcode say of one value, in the words of the line."""

    text: str
    barcode: str
    agree: bool


@dataclass
class Line:
    """One line of the review: a field, or the payer with its id."""

    name: str
    position: int
    label: str
    value: str
    percent: int | None
    trust: fields.Trust
    is_done: bool
    error: str = ""
    rank: float = _UNREAD
    place: dict[str, Any] | None = None
    sources: Sources | None = None
    # Where nothing says who pays: who may be meant, and what the directory can be searched for.
    suggestions: list[Suggestion] = field(default_factory=list)
    printed_name: str = ""

    @property
    def key(self) -> str:
        """Return what the line's controls are called."""
        return f"{self.name}:{self.position}"

    @property
    def id(self) -> str:
        """Return where a link to the line leads."""
        return f"value-{self.name}-{self.position}"

    @property
    def rows(self) -> int:
        """Return how many rows its control needs to show the whole value."""
        return -(-len(self.value) // _WIDTH)

    @property
    def is_left(self) -> bool:
        """Return whether somebody still has to look at it: it was read, or it is needed and missing."""
        return not self.is_done and (bool(self.value) or self.name in {"member_number", PAYER})


def lines_of(card: CardScan) -> list[Line]:
    """Return the card's lines, the least certain first; what was not found on the card comes last."""
    rows = list(card.fields.all())
    lines = [_line(row) for row in rows if row.name not in fields.PAYER_FIELDS]
    if review.name_on_card(card).sentence:
        lines = [_not_the_patient(line) if line.name == "member_name" and line.value else line for line in lines]
    lines.append(_payer_line(card, [row for row in rows if row.name in fields.PAYER_FIELDS]))
    return sorted(lines, key=lambda line: (line.rank, _place(line.name), line.position))


def _place(name: str) -> int:
    """Return where a line stands among lines of equal certainty: in the order of fields.KINDS."""
    order = list(fields.KINDS)
    name = "payer_name" if name == PAYER else name
    return order.index(name) if name in order else len(order)


def _not_the_patient(line: Line) -> Line:
    """However clearly it was read: somebody else's name is looked at first."""
    trust = replace(line.trust, why=_NOT_THE_PATIENT)
    if not line.is_done:
        trust = fields.Trust("needs-you", "Check", _NOT_THE_PATIENT)
    return replace(line, trust=trust, rank=_FIRST)


def _line(row: CardField) -> Line:
    trust = fields.trust(_float(row.text_score), _float(row.label_score))
    if not (row.value or fields.is_read(row.name)):
        trust = fields.Trust("none", "Not read from cards")
    if row.is_reviewed:
        trust = fields.Trust("done", _did(row), row.rule)
    sources = _sources(row)
    if sources and not row.is_reviewed:
        trust = replace(trust, why=BOTH_AGREE) if sources.agree else fields.Trust("needs-you", "Check")
    if row.name in fields.DATES and row.current_value and not fields.usable_date(row.current_value):
        trust = fields.Trust("needs-you", "Check", "Not a full date, so it is left out unless you correct it.")
    score = row.score
    return Line(
        row.name,
        row.position,
        fields.label_of(row.name),
        row.current_value,
        None if score is None else int(score * 100),
        trust,
        row.is_reviewed,
        rank=_UNREAD if score is None else _FIRST if sources and not sources.agree else float(score),
        place=row.place,
        sources=sources if sources and not (sources.agree or row.is_reviewed) else None,
    )


def _sources(row: CardField) -> Sources | None:
    """Return what text and barcode say, if both say something."""
    if not row.sources:
        return None
    text, barcode = (str(row.sources[which]["value"]) for which in ("text", "barcode"))
    return Sources(text, barcode, fields.same_value(row.name, text, barcode))


def _did(row: CardField) -> str:
    """Return the word for what was done with a value."""
    if row.rule:
        return "By rule"
    if not row.is_corrected:
        return "Accepted"
    return "Corrected" if row.value else "Typed"


def _float(score: object) -> float | None:
    return None if score is None else float(score)  # type: ignore[arg-type]


def _payer_line(card: CardScan, rows: list[CardField]) -> Line:
    """Return the one line of the payer: who it is taken for and by what."""
    printed = {row.name: row.current_value for row in rows}
    words = " · ".join(filter(None, [printed.get("payer_name", ""), printed.get("payer_id", "")]))
    scores = [row.score for row in rows if row.score is not None]
    done = bool(rows) and bool(words or card.payer) and all(row.is_reviewed or not row.value for row in rows)
    done = done and (card.payer_match == CardScan.Match.PERSON or any(row.is_reviewed for row in rows))
    trust = _payer_trust(card, done)
    is_certain = card.payer_match in _CERTAIN
    score = None if is_certain or not scores else float(min(scores))
    return Line(
        PAYER,
        0,
        "Payer",
        card.payer.label if card.payer else words,
        None if score is None else int(score * 100),
        trust,
        done,
        rank=1.0 if is_certain else _UNREAD if score is None else score,
        suggestions=suggestions_for(card, printed.get("payer_name", "")),
        printed_name="" if card.payer else printed.get("payer_name", ""),
        place=next((row.place for row in sorted(rows, key=lambda row: row.name != "payer_name") if row.place), None),
    )


# What recognises a payer for sure, however faint its name was printed; a score of the text says nothing then.
_CERTAIN = frozenset({CardScan.Match.PAYER_ID, CardScan.Match.ALIAS, CardScan.Match.PERSON})


def _payer_trust(card: CardScan, is_done: bool) -> fields.Trust:
    """Return how sure the payer is, by what it was recognised by."""
    why = card.get_payer_match_display().capitalize()
    if is_done:
        return fields.Trust("done", "Accepted", why)
    if card.payer_match in _CERTAIN:
        return fields.Trust("done", "Clear", why)
    return fields.Trust("needs-you", "Check" if why else "Needed", why)


_MOST = 1_000_000  # dollars; more is no amount of a card
_AMOUNTS = {
    "copay": "Copay",
    "coinsurance": "Coinsurance",
    "deductible": "Deductible",
    "out_of_pocket_max": "Out-of-pocket maximum",
}


@dataclass(frozen=True)
class Also:
    """Something more that is printed on a card, in the desk's words."""

    what: str
    value: str


def also_on(extras: Iterable[CardExtra]) -> list[Also]:
    """Return phones, addresses and amounts of a card, as printed; there are none before the second pass."""
    return [_also(extra) for extra in extras]


def _also(extra: CardExtra) -> Also:
    words = extra.type.replace("_", " ")
    if extra.kind == CardExtra.Kind.AMOUNT:
        service = extra.label.replace("_", " ")
        return Also(f"{_AMOUNTS.get(extra.type, 'Amount')}, {service}", _amount(extra))
    return Also(words[:1].upper() + words[1:], extra.value)


def _amount(extra: CardExtra) -> str:
    """Return an amount with its unit: per cent of a coinsurance, else dollars; as printed when unclear."""
    try:
        number = Decimal(extra.value)
    except InvalidOperation:
        return extra.value
    if not number.is_finite() or not 0 <= number <= _MOST:
        return extra.value
    if extra.type == "coinsurance":
        return f"{number.normalize():f} %" if number == 0 or number >= 1 else f"{extra.value} (share or per cent?)"
    return f"${number:,.0f}" if number == number.to_integral_value() else f"${number:,.2f}"
