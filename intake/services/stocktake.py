"""Comparing the cards that CardScan keeps with ours: what is there and unknown here, what is here and gone there."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from clinic.models import User
from core import audit, commands

from ..models import CardScan, Finding, ListedCard, Stocktake
from ..vendors.cardscan.wire import CardList

COMPARE, DELETE = "intake.cards.compare", "intake.stray.delete"
# A card opened there a moment ago may not have been written down here yet.
YOUNG = timedelta(minutes=15)


class UnderWay(Exception):
    """A comparison is being made already."""


def newest() -> Stocktake | None:
    """Return the last comparison, finished or not."""
    return Stocktake.objects.first()


@transaction.atomic
def begin(*, by: User | None, now: datetime) -> Stocktake:
    """Begin a comparison; the findings of earlier ones go. Raises UnderWay."""
    for earlier in Stocktake.objects.select_for_update():
        if commands.open_for(COMPARE, earlier):
            raise UnderWay
        earlier.delete()
    stocktake = Stocktake.objects.create(started_by=by, started_at=now)
    commands.create(COMPARE, stocktake, by=by)
    audit.record(by, "intake.stocktake.begun", stocktake)
    return stocktake


def begin_nightly() -> None:
    """Begin the night's comparison, unless one is under way."""
    try:
        begin(by=None, now=timezone.now())
    except UnderWay:
        return


def keep_page(stocktake: Stocktake, page: CardList, *, now: datetime) -> bool:
    """Keep a page of the vendor's list; return whether it was the last and the comparison is finished.

    Called inside the recording transaction. A page that leads back to itself ends the list: a vendor whose cursor
    does not move would be asked for ever.
    """
    rows = [
        ListedCard(stocktake=stocktake, vendor_card_id=card.card_id, state=card.state, made_at=card.made_at)
        for card in page.cards
        if not card.deleted
    ]
    ListedCard.objects.bulk_create(rows, ignore_conflicts=True)
    is_last = not page.next_cursor or page.next_cursor == stocktake.cursor
    stocktake.cursor, stocktake.listed = page.next_cursor, stocktake.cards.count()
    stocktake.save(update_fields=["cursor", "listed"])
    if is_last:
        _finish(stocktake, now)
    return is_last


def _finish(stocktake: Stocktake, now: datetime) -> None:
    """Keep what is on one side only, and forget the list."""
    known = CardScan.objects.exclude(vendor_card_id="").values("vendor_card_id")
    unknown = stocktake.cards.exclude(vendor_card_id__in=known).exclude(made_at__gt=stocktake.started_at - YOUNG)
    there = stocktake.cards.values("vendor_card_id")
    ours = CardScan.objects.exclude(vendor_card_id="").exclude(status=CardScan.Status.DISCARDED)
    gone = ours.filter(created_at__lt=stocktake.started_at - YOUNG).exclude(vendor_card_id__in=there)
    findings = [
        Finding(stocktake=stocktake, vendor_card_id=row.vendor_card_id, state=row.state, made_at=row.made_at)
        for row in unknown
    ]
    findings += [
        Finding(stocktake=stocktake, vendor_card_id=row.vendor_card_id, made_at=row.created_at, card=row)
        for row in gone.only("vendor_card_id", "created_at")
    ]
    Finding.objects.bulk_create(findings)
    stocktake.cards.all().delete()
    Stocktake.objects.filter(pk=stocktake.pk).update(finished_at=now)
    audit.record(None, "intake.stocktake.finished", stocktake, listed=stocktake.listed, findings=len(findings))


def fail(stocktake: Stocktake, problem: str, *, now: datetime) -> None:
    """End a comparison that could not be made."""
    Stocktake.objects.filter(pk=stocktake.pk).update(problem=problem, finished_at=now)


def strays(stocktake: Stocktake) -> list[Finding]:
    """Return what is at the vendor and nobody here knows, and is not deleted yet."""
    return list(stocktake.findings.filter(card=None, deleted_at=None))


@transaction.atomic
def delete_strays(stocktake: Stocktake, *, by: User) -> int:
    """Have the vendor delete every card that nobody here knows; return how many that are.

    A card that is known by now, because its opening was written down since, stays.
    """
    known = set(CardScan.objects.exclude(vendor_card_id="").values_list("vendor_card_id", flat=True))
    found = [stray for stray in strays(stocktake) if stray.vendor_card_id not in known]
    begun = [stray for stray in found if not commands.open_for(DELETE, stray)]
    for stray in begun:
        commands.create(DELETE, stray, by=by)
    audit.record(by, "intake.strays.deleted", stocktake, cards=len(begun))
    return len(begun)
