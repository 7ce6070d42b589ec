"""Payers: which one a card means, and what corrections teach.

What a printed name means is decided by the corrections that people made. Each one counts for the payer it chose and
against the others of the same name, and weights end at three: one slip changes nothing that was said twice, and a name
that has come to mean another payer is learned anew with two corrections in a row. At a tie the payer chosen more often
decides, then the one chosen last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Least
from django.utils import timezone

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
        payer = payer_by_id(edi_payer_id)
        if payer:
            return PayerGuess(payer, Match.PAYER_ID)
    key = payer_name_key(printed_name)
    if not key:
        return PayerGuess()
    payer = _by_alias(key)
    if payer:
        return PayerGuess(payer, Match.ALIAS)
    payer = _by_name(key)
    return PayerGuess(payer, Match.NAME) if payer else PayerGuess()


def payer_by_id(edi_payer_id: str) -> Payer | None:
    """Return the payer of a clearinghouse id, the one that is meant where it was merged into another."""
    wanted = edi_payer_id.strip()
    if not wanted:
        return None
    found = Payer.objects.filter(edi_payer_id__iexact=wanted).select_related("merged_into").first()
    return found.meant if found else None


def _by_alias(key: str) -> Payer | None:
    """Return the payer that corrections chose for a name; what is a payer's own name takes two to mean another."""
    alias = PayerAlias.objects.filter(name_key=key, weight__gt=0).select_related("payer__merged_into").first()
    if alias is None or (alias.weight == 1 and Payer.objects.listed().filter(name_key=key).exists()):
        return None
    return alias.payer.meant


def _by_name(key: str) -> Payer | None:
    """Return the payer whose name is this one, or the only one whose name contains it or is contained in it."""
    exact = {row.meant for row in Payer.objects.filter(name_key=key).select_related("merged_into")}
    if exact:
        return exact.pop() if len(exact) == 1 else None
    if len(key) < SHORTEST_PART:
        return None
    near = [
        payer
        for payer in Payer.objects.listed().only("pk", "name", "name_key", "edi_payer_id")
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
        return payer_by_id(edi_payer_id) or add_payer(edi_payer_id, name or edi_payer_id)[0]
    known = Payer.objects.filter(name_key=payer_name_key(name)).select_related("merged_into").order_by("-edi_payer_id")
    first = known.first()
    return first.meant if first else add_payer("", name)[0]


def add_payer(edi_payer_id: str, name: str, **columns: Any) -> tuple[Payer, bool]:
    """Add a payer unless somebody else does at this moment; return the one there is, and whether it is new.

    `columns` are Payer's others, for a new one.
    """
    found = {"edi_payer_id": edi_payer_id} if edi_payer_id else {"edi_payer_id": "", "name_key": payer_name_key(name)}
    return Payer.objects.get_or_create(**found, defaults={"name": name, **columns})


def hold_payers(which: Q) -> dict[int, Payer]:
    """Lock payers by their numbers, so that two who want the same ones wait for each other; return them as they are.

    Nobody merges or edits one of them meanwhile; what somebody else gives to one of them does not wait.
    """
    rows = Payer.objects.select_for_update(no_key=True).filter(which).order_by("pk")
    return {payer.pk: payer for payer in rows}


@transaction.atomic
def learn_alias(payer: Payer, printed_name: str) -> None:
    """Remember that a person chose this payer for a name that a card prints; see the top of this file."""
    key = payer_name_key(printed_name)
    if not key:
        return
    # All rows of the name in one order: two people who choose two payers for it change each other's.
    list(PayerAlias.objects.select_for_update().filter(name_key=key).order_by("pk").values_list("pk"))
    same = Q(payer=payer) | Q(payer__merged_into=payer) | Q(payer__merged=payer)  # one of two that are one is no other
    others = PayerAlias.objects.filter(name_key=key, weight__gt=0).exclude(same)
    others.update(weight=F("weight") - 1, against=F("against") + 1)
    if key != payer.name_key:
        _count(payer, printed_name, key, "taught")


@transaction.atomic
def alias_used(payer: Payer, printed_name: str) -> None:
    """Remember that a name was recognised by its alias and that the person left it so."""
    if PayerAlias.objects.filter(payer=payer, name_key=payer_name_key(printed_name)).exists():
        _count(payer, printed_name, payer_name_key(printed_name), "used")


def _count(payer: Payer, printed_name: str, key: str, column: str) -> None:
    """Raise a count of an alias, and its weight."""
    name, now = " ".join(printed_name.split())[:120], timezone.now()
    known = PayerAlias.objects.filter(payer=payer, name_key=key)
    heavier = Least(F("weight") + 1, PayerAlias.HEAVIEST)
    if not known.update(weight=heavier, last_at=now, **{column: F(column) + 1}):
        PayerAlias.objects.get_or_create(payer=payer, name_key=key, defaults={"name": name, "last_at": now})


def search_payers(text: str) -> QuerySet[Payer]:
    """Return payers by the beginning of their id or any part of their name or learned names."""
    key, listed = payer_name_key(text), Payer.objects.listed()
    if not key:
        return listed
    aliases = PayerAlias.objects.filter(name_key__contains=key).values("payer")
    return listed.filter(Q(name_key__contains=key) | Q(pk__in=aliases) | Q(edi_payer_id__istartswith=text.strip()))
