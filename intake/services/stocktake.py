"""Comparing the cards that CardScan keeps with ours: what is there and unknown here, what is here and gone there."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from clinic.models import Clinic, User
from core import audit, commands

from ..models import CardScan, Finding, ListedCard, Stocktake
from ..vendors.cardscan import wire
from . import deletions, holds

COMPARE, DELETE = "intake.cards.compare", "intake.stray.delete"
# A card opened there a moment ago may not have been written down here yet.
YOUNG = timedelta(minutes=15)
ENDLESS = "CardScan's list does not come to an end, so nothing was compared."


class UnderWay(Exception):
    """A comparison is being made already."""


class ListChanged(Exception):
    """What is to be deleted is not what was shown."""


def newest() -> Stocktake | None:
    """Return the comparison under way, else the last one."""
    return Stocktake.objects.filter(finished_at=None).first() or Stocktake.objects.first()


def shown() -> Stocktake | None:
    """Return the comparison whose findings are shown: the last that was made, and none while one is under way."""
    if Stocktake.objects.filter(finished_at=None).exists():
        return None
    return Stocktake.objects.filter(problem="").first()


@transaction.atomic
def begin(*, by: User | None, now: datetime, clinic: Clinic | None = None) -> Stocktake:
    """Begin a comparison, shown on the Operations page of `clinic`. Raises UnderWay.

    Comparisons that came to nothing go at once; the findings of the last one stay until this one has finished.
    """
    for earlier in Stocktake.objects.select_for_update().filter(Q(finished_at=None) | ~Q(problem="")):
        if commands.open_for(COMPARE, earlier):
            raise UnderWay
        earlier.delete()
    try:
        with transaction.atomic():
            stocktake = Stocktake.objects.create(started_by=by, started_at=now)
    except IntegrityError:
        raise UnderWay from None
    commands.create(COMPARE, stocktake, clinic=clinic, by=by)
    audit.record(by, "intake.stocktake.begun", stocktake)
    return stocktake


def begin_nightly() -> None:
    """Begin the night's comparison, unless one is under way."""
    try:
        begin(by=None, now=timezone.now())
    except UnderWay:
        return


def keep_page(stocktake: Stocktake, page: wire.CardList, *, now: datetime) -> bool:
    """Keep a page of the vendor's list; return whether it was the last and the comparison is finished.

    Called inside the recording transaction. A page that leads on and brings nothing new ends the comparison with a
    problem: a vendor whose list goes round in a circle would be asked for ever.
    """
    before = stocktake.cards.count()
    ListedCard.objects.bulk_create([_listed(stocktake, card) for card in page.cards], ignore_conflicts=True)
    if page.next_cursor and stocktake.cards.count() == before:
        _start_over(stocktake)
        fail(stocktake, ENDLESS, now=now)
        return True
    stocktake.cursor, stocktake.listed = page.next_cursor, stocktake.cards.filter(is_deleted=False).count()
    stocktake.save(update_fields=["cursor", "listed"])
    if not page.next_cursor:
        _finish(stocktake, now)
    return not page.next_cursor


def _listed(stocktake: Stocktake, card: wire.ListedCard) -> ListedCard:
    return ListedCard(
        stocktake=stocktake,
        vendor_card_id=card.card_id,
        state=card.state,
        made_at=card.made_at,
        is_deleted=card.deleted,
    )


def _start_over(stocktake: Stocktake) -> None:
    """Forget the list, so that another try begins at its beginning."""
    stocktake.cards.all().delete()
    stocktake.cursor, stocktake.listed = "", 0
    stocktake.save(update_fields=["cursor", "listed"])


def _finish(stocktake: Stocktake, now: datetime) -> None:
    """Keep what is on one side only, and forget the list and the findings of earlier comparisons."""
    known = CardScan.objects.exclude(vendor_card_id="").values("vendor_card_id")
    kept = stocktake.cards.filter(is_deleted=False)
    unknown = kept.exclude(vendor_card_id__in=known).exclude(made_at__gt=stocktake.started_at - YOUNG)
    there = kept.values("vendor_card_id")
    ours = CardScan.objects.exclude(vendor_card_id="").exclude(status=CardScan.Status.DISCARDED)
    gone = ours.filter(started_at__lt=stocktake.started_at - YOUNG).exclude(vendor_card_id__in=there)
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
    stocktake.finished_at = now
    stocktake.save(update_fields=["finished_at"])
    Stocktake.objects.exclude(pk=stocktake.pk).delete()
    audit.record(None, "intake.stocktake.finished", stocktake, listed=stocktake.listed, findings=len(findings))


def fail(stocktake: Stocktake, problem: str, *, now: datetime) -> None:
    """End a comparison that could not be made."""
    stocktake.problem, stocktake.finished_at = problem, now
    stocktake.save(update_fields=["problem", "finished_at"])


def strays(stocktake: Stocktake) -> list[Finding]:
    """Return what is at the vendor and nobody here knows, and is not deleted yet."""
    return list(stocktake.findings.filter(card=None, deleted_at=None))


@transaction.atomic
def delete_strays(code: str, *, seen: str, by: User, clinic: Clinic, only: str = "") -> int:
    """Have the vendor delete the cards that nobody here knows, or the one of the finding `only`; return how many.

    `code` and `seen` are the comparison and the number of cards that the form showed. A card that is known by now,
    because its opening was written down since, stays. Raises ListChanged, holds.Held.
    """
    holds.require_none()
    last = shown()
    stocktake = Stocktake.objects.select_for_update().filter(pk=last.pk).first() if last else None
    if stocktake is None or str(stocktake.code) != code:
        raise ListChanged
    wanted = strays(stocktake)
    if only:
        wanted = [stray for stray in wanted if str(stray.code) == only]
    if str(len(wanted)) != seen:
        raise ListChanged
    known = set(CardScan.objects.exclude(vendor_card_id="").values_list("vendor_card_id", flat=True))
    found = [stray for stray in wanted if stray.vendor_card_id not in known]
    begun = [stray for stray in found if not commands.open_for(DELETE, stray)]
    for stray in begun:
        there, now = stray.vendor_card_id, timezone.now()
        deletions.prove(deletions.What.STRAY, clinic=clinic, by=by, now=now, vendor_card_id=there)
        commands.create(DELETE, stray, clinic=clinic, by=by, request=stray.vendor_card_id.encode())
    audit.record(by, "intake.strays.deleted", stocktake, cards=len(begun))
    return len(begun)
