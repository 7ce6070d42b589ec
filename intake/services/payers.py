"""Payers: which one a card means, and what corrections teach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet

from ..models import CardScan, Payer, PayerAlias, payer_name_key

Match = CardScan.Match
# A part of a name decides only when it is long enough to mean one payer.
SHORTEST_PART = 6


@dataclass(frozen=True)
class PayerGuess:
    """The payer a card means and what it was recognised by; `payer` is None when the desk has to choose."""

    payer: Payer | None = None
    match: str = ""


def match_payer(printed_id: str, printed_name: str, known_ids: Sequence[str] = ()) -> PayerGuess:
    """Return the payer of a card: by payer id, then by a learned name, then by name.

    `printed_id` is as printed on the card, `known_ids` are the reader's clearinghouse matches, best first.
    """
    for edi_payer_id in [printed_id, *known_ids]:
        payer = (
            Payer.objects.filter(edi_payer_id__iexact=edi_payer_id.strip()).first() if edi_payer_id.strip() else None
        )
        if payer:
            return PayerGuess(payer, Match.PAYER_ID)
    key = payer_name_key(printed_name)
    if not key:
        return PayerGuess()
    alias = PayerAlias.objects.filter(name_key=key).select_related("payer").first()
    if alias:
        return PayerGuess(alias.payer, Match.ALIAS)
    payer = _by_name(key)
    return PayerGuess(payer, Match.NAME) if payer else PayerGuess()


def _by_name(key: str) -> Payer | None:
    """Return the payer whose name is this one, or the only one whose name contains it or is contained in it."""
    exact = list(Payer.objects.filter(name_key=key)[:2])
    if exact:
        return exact[0] if len(exact) == 1 else None
    if len(key) < SHORTEST_PART:
        return None
    near = [
        payer
        for payer in Payer.objects.only("pk", "name", "name_key", "edi_payer_id")
        if len(payer.name_key) >= SHORTEST_PART and (payer.name_key in key or key in payer.name_key)
    ]
    return near[0] if len(near) == 1 else None


NAMELESS = "Write the payer's name with letters or digits, as printed on the card."


class PayerNameless(Exception):
    """Neither a clearinghouse id nor a name with a letter or digit says which payer is meant."""


def names_a_payer(edi_payer_id: str, name: str) -> bool:
    """Return whether an id or a name with a letter or digit says which payer is meant."""
    return bool(edi_payer_id.strip() or payer_name_key(name))


@transaction.atomic
def payer_from_choice(edi_payer_id: str, name: str) -> Payer:
    """Return the payer of this clearinghouse id (or of this name, without an id), adding it when it is new.

    Raises PayerNameless.
    """
    if not names_a_payer(edi_payer_id, name):
        raise PayerNameless
    edi_payer_id, name = edi_payer_id.strip(), " ".join(name.split())[:120]
    if edi_payer_id:
        known = Payer.objects.filter(edi_payer_id__iexact=edi_payer_id).first()
        return (
            known or Payer.objects.get_or_create(edi_payer_id=edi_payer_id, defaults={"name": name or edi_payer_id})[0]
        )
    known = Payer.objects.filter(name_key=payer_name_key(name)).order_by("-edi_payer_id").first()
    return (
        known or Payer.objects.get_or_create(name_key=payer_name_key(name), edi_payer_id="", defaults={"name": name})[0]
    )


def learn_alias(payer: Payer, printed_name: str) -> None:
    """Remember that cards print this name for the payer; the newest correction wins."""
    key = payer_name_key(printed_name)
    if not key or key == payer.name_key:
        return
    PayerAlias.objects.update_or_create(name_key=key, defaults={"payer": payer, "name": printed_name.strip()[:120]})


def search_payers(text: str) -> QuerySet[Payer]:
    """Return payers by the beginning of their id or any part of their name or learned names."""
    key = payer_name_key(text)
    if not key:
        return Payer.objects.all()
    by_name = Q(name_key__contains=key) | Q(pk__in=PayerAlias.objects.filter(name_key__contains=key).values("payer"))
    return Payer.objects.filter(by_name | Q(edi_payer_id__istartswith=text.strip()))
