"""Finding a payer: the clearinghouse's directory, and the payers known here when it does not answer."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q

from core.http import VendorError
from intake.models import Payer

from ..vendors.candid import FoundPayer, client

MOST = 20


@dataclass(frozen=True)
class PayerChoice:
    """A payer to pick from, with what the directory says about asking it ("" when it does not say)."""

    payer: Payer
    eligibility: str = ""


def payers_like(words: str) -> tuple[list[PayerChoice], bool]:
    """Return payers matching a name, number or alias, and whether the directory answered.

    What the directory names is kept as payers here, so that a coverage can point at one.
    """
    try:
        found = client().search_payers(words, page_size=MOST)
    except VendorError:
        here = Payer.objects.listed().exclude(edi_payer_id="")
        known = here.filter(Q(name__icontains=words) | Q(edi_payer_id__iexact=words))
        return [PayerChoice(payer) for payer in known[:MOST]], False
    return [PayerChoice(payer, item.eligibility) for item, payer in _kept(found)], True


def _kept(found: list[FoundPayer]) -> list[tuple[FoundPayer, Payer]]:
    numbers = {item.payer_id for item in found}
    rows = Payer.objects.filter(edi_payer_id__in=numbers).select_related("merged_into")
    known = {payer.edi_payer_id: payer for payer in rows}
    kept: dict[int, tuple[FoundPayer, Payer]] = {}
    for item in found:
        payer = _refreshed(known.get(item.payer_id), item).meant
        kept.setdefault(payer.pk, (item, payer))
    return list(kept.values())


def _refreshed(payer: Payer | None, item: FoundPayer) -> Payer:
    """Save what the directory says about a payer; what people here said stays: its name, and whether it answers."""
    supports = {"SUPPORTED": True, "ENROLLMENT_REQUIRED": True, "NOT_SUPPORTED": False}.get(item.eligibility)
    if payer is None:
        return _new(item, supports)
    if supports is not None and payer.supports_eligibility != supports and payer.eligibility_said_at is None:
        unsaid = Payer.objects.filter(pk=payer.pk, eligibility_said_at=None)  # an admin may have said so meanwhile
        unsaid.update(supports_eligibility=supports)
        payer.refresh_from_db(fields=["supports_eligibility"])
    return payer


def _new(item: FoundPayer, supports: bool | None) -> Payer:
    try:
        with transaction.atomic():
            return Payer.objects.create(
                name=item.name[:120], edi_payer_id=item.payer_id[:40], supports_eligibility=supports
            )
    except IntegrityError:  # another search kept it a moment ago
        return Payer.objects.get(edi_payer_id=item.payer_id[:40])
