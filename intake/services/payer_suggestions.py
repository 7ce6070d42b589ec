"""Whom a card may mean when nothing decides: the reader's own matches and names like the printed one, with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import reduce
from operator import or_

from django.db.models import Q

from .. import fields
from ..models import CardScan, Payer, payer_name_key
from ..vendors.cardscan.wire import ranked_payers
from .payers import payer_by_id

MOST = 5
_MOST_NEAR = 60
_LIKE = 0.5  # names that share less than half of their letters, in their order, are no suggestion
_SHORTEST_WORD = 4
_COMMON = {"health", "insurance", "company", "plan", "plans", "life", "care", "group", "medical", "benefit", "benefits"}


@dataclass(frozen=True)
class Suggestion:
    """A payer that a card may mean, and why; one that is not here yet has no more than the reader says of it."""

    edi_payer_id: str
    name: str
    why: str


def suggestions_for(card: CardScan, printed_name: str) -> list[Suggestion]:
    """Return who may be meant, the likeliest first; nobody when a payer is recognised or chosen already."""
    if card.payer_id is not None:
        return []
    found: dict[str, Suggestion] = {}
    for suggestion in [*_of_the_reader(card), *_of_like_names(printed_name)]:
        found.setdefault(suggestion.edi_payer_id or payer_name_key(suggestion.name), suggestion)
    return list(found.values())[:MOST]


def _of_the_reader(card: CardScan) -> list[Suggestion]:
    """Return the clearinghouse's payers that the reader itself found for the card."""
    found = []
    for match in ranked_payers(card.vendor_answer)[:MOST]:
        known = payer_by_id(match.payer_id)
        sure = f", {round(match.score * 100)} % sure" if match.score is not None and 0 <= match.score <= 1 else ""
        number, name = (known.edi_payer_id, known.name) if known else (match.payer_id[:40], match.name[:120])
        found.append(Suggestion(number, name or number, f"CardScan takes the card for this payer{sure}"))
    return found


def _of_like_names(printed_name: str) -> list[Suggestion]:
    """Return the payers here that are called much like the printed name, or were by a card before."""
    words = [word for word in fields.fold(printed_name).split() if len(word) >= _SHORTEST_WORD]
    words = [word for word in words if word not in _COMMON] or words
    if not words:
        return []
    holds = reduce(or_, (Q(name_key__contains=word) | Q(aliases__name_key__contains=word) for word in words))
    rows = Payer.objects.listed().filter(holds).distinct().prefetch_related("aliases")[:_MOST_NEAR]
    ranked = sorted(((_likeness(payer, printed_name), payer) for payer in rows), key=lambda pair: -pair[0])
    return [
        Suggestion(payer.edi_payer_id, payer.name, "Its name is like the printed one")
        for likeness, payer in ranked
        if likeness >= _LIKE
    ]


def _likeness(payer: Payer, printed_name: str) -> float:
    """Return how much of the names is the same, 0 to 1; the best of the payer's own and the learned ones."""
    key = payer_name_key(printed_name)
    names = [payer.name_key, *(alias.name_key for alias in payer.aliases.all() if alias.weight)]
    return max(SequenceMatcher(None, key, name).ratio() for name in names)
