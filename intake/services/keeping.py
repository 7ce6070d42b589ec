"""How long card photos are kept: a clinic's rule, the night's work, and the legal holds that stop both."""

from __future__ import annotations

import logging
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, time
from functools import partial

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from clinic.models import Clinic, User
from core import audit
from core.models import Command

from ..models import CardImage, CardScan, Coverage, Deletion, LegalHold, Patient, Retention
from . import cards, deletions, holds
from .rules import write_rule

logger = logging.getLogger("frontdesk.keeping")
BATCH = 200
Status = CardScan.Status


def rule_of(clinic: Clinic) -> Retention:
    """Return the clinic's rule; one that was never set keeps everything, has version 0 and is not saved."""
    rules = Retention.objects.filter(clinic=clinic).select_related("changed_by")
    return rules.first() or Retention(clinic=clinic, version=0)


@transaction.atomic
def set_rule(clinic: Clinic, *, months: int | None, is_also_at_vendor: bool, version: int, by: User) -> None:
    """Say after how many months photos are deleted; None keeps them.

    Raises core.models.EditedMeanwhile when somebody else said otherwise since `version`.
    """
    rule = rule_of(clinic)
    said = {"months": months, "is_also_at_vendor": is_also_at_vendor}
    write_rule(rule, version, **said, changed_at=timezone.now(), changed_by=by)
    audit.record(by, "intake.retention.set", rule, clinic=clinic, months=months, at_vendor=is_also_at_vendor)


def months_before(day: date, months: int) -> date:
    """Return the day some calendar months earlier; of a shorter month its last day."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def due(clinic: Clinic, months: int, *, today: date) -> QuerySet[CardScan]:
    """Return the cards whose photos the rule no longer keeps, oldest first.

    The months count from the day the coverage made of the card ended, and not before the card was checked; without a
    coverage from the day the card was checked, or begun. A coverage that has not ended keeps the photos of its card,
    and so does a legal hold. What is being sent or read now is left alone.
    """
    last_day = months_before(today, months)
    moment = datetime.combine(last_day, time.min, tzinfo=clinic.zone)
    made = Coverage.objects.filter(card=OuterRef("pk")).exclude(status=Coverage.Status.REMOVED)
    holding = made.filter(Q(termination_date__isnull=True) | Q(termination_date__gte=last_day))
    rows = CardScan.objects.filter(clinic=clinic, created_at__lt=moment).exclude(status__in=CardScan.WORKING)
    rows = rows.filter(Q(confirmed_at__isnull=True) | Q(confirmed_at__lt=moment))
    rows = rows.filter(Exists(CardImage.objects.filter(card=OuterRef("pk")))).exclude(Exists(holding))
    return holds.without_held(rows).order_by("pk")


def tidy_photos(*, now: datetime | None = None) -> int:
    """Delete the photos that the clinics' rules no longer keep; return how many cards. Run every night.

    Each card is a transaction of its own, so a run that is cut off has lost nothing and the next one goes on. A card
    whose photos cannot be deleted is named in the log and keeps no other from being done.
    """
    now, count = now or timezone.now(), 0
    for rule in Retention.objects.exclude(months=None).select_related("clinic"):
        for card in _due_in_batches(rule, now):
            try:
                count += _photos_deleted(card, rule, now)
            except Exception as error:  # whatever a store or a damaged file makes of it; tomorrow it is tried again
                logger.error("the photos of %s could not be deleted: %s", card, type(error).__name__)
    return count


def _due_in_batches(rule: Retention, now: datetime) -> Iterator[CardScan]:
    """Yield what is due, looked up batch by batch: a card that could not be deleted is not looked at twice."""
    after = 0
    while True:
        wanted = due(rule.clinic, rule.months or 0, today=rule.clinic.today(now)).filter(pk__gt=after)
        batch = list(wanted.select_related("clinic")[:BATCH])
        if not batch:
            return
        yield from batch
        after = batch[-1].pk


@transaction.atomic
def _photos_deleted(card: CardScan, rule: Retention, now: datetime) -> bool:
    """Delete the photos of one card here, and the card at the vendor when the rule says so; the values stay."""
    months = rule.months or 0
    try:
        holds.require_free_card(card.pk)
    except holds.Held:
        return False
    still = due(rule.clinic, months, today=rule.clinic.today(now)).filter(pk=card.pk)
    fresh = still.select_for_update(of=("self",)).first()
    if fresh is None:
        return False
    images = list(fresh.images.all())
    files = deletions.files_of(images)
    there = fresh.vendor_card_id if rule.is_also_at_vendor else ""
    deletions.prove(
        Deletion.What.PHOTOS,
        clinic=card.clinic,
        by=None,
        now=now,
        card=fresh,
        vendor_card_id=there,
        files=files,
        rule_months=months,
    )
    for rows in (fresh.images, fresh.phone_links, fresh.vendor_links):
        rows.all().delete()
    if there:
        cards.delete_at_vendor(fresh, there, by=None)
    audit.record(None, "intake.card.photos_expired", fresh, clinic=card.clinic, photos=len(files), months=months)
    for entry in files:
        transaction.on_commit(partial(default_storage.delete, entry["file"]), robust=True)
    return True


def chase_vendor(*, now: datetime | None = None, patient: Patient | None = None) -> int:
    """Ask the vendor again for deletions that it has not confirmed and nobody is asking for: those a hold had stopped.

    Run every night, and for one patient when the hold is lifted. Returns how many are asked for. Those that were never
    asked for come first, then those asked for longest ago, so what the vendor keeps refusing keeps no other away.
    """
    told = deletions.unconfirmed().filter(card_code=OuterRef("code"), at__lt=now or timezone.now())
    rows = holds.without_held(CardScan.objects.exclude(vendor_card_id="")).filter(Exists(told))
    rows = rows.exclude(Command.open_of(cards.DELETE))
    before = Command.objects.filter(kind=cards.DELETE, target_pk=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    wanted = (rows.filter(patient=patient) if patient else rows).annotate(before=Subquery(before))
    asked = list(wanted.order_by(F("before").asc(nulls_first=True), "pk").select_related("clinic")[: deletions.AT_ONCE])
    for card in asked:
        with transaction.atomic():
            cards.delete_at_vendor(card, card.vendor_card_id, by=None)
    return len(asked)


def verify_nightly() -> None:
    """Look at what was deleted since the last night, here and at the vendor."""
    with transaction.atomic():
        deletions.begin_verifying(now=timezone.now())


@transaction.atomic
def set_hold(patient: Patient, reason: str, *, clinic: Clinic, by: User, now: datetime) -> LegalHold:
    """Hold everything of a patient from now on; one whom this clinic holds already keeps that hold.

    Each clinic holds for itself: it may not know that another one does. Raises MergedAway.
    """
    patient.hold()
    known = holds.hold_of(patient, clinic)
    if known:
        return known
    hold = LegalHold.objects.create(patient=patient, clinic=clinic, reason=reason, set_by=by, set_at=now)
    audit.record(by, "intake.hold.set", patient, clinic=clinic, hold=hold.pk)
    return hold


@transaction.atomic
def lift_holds(patient: Patient, *, clinic: Clinic, by: User, now: datetime) -> int:
    """Lift every hold of a patient that this clinic set, and return how many.

    Deletions that they had stopped at the vendor go on, unless another clinic's hold stops them still.
    """
    patient.hold()
    own = LegalHold.objects.filter(patient=patient, clinic=clinic, lifted_at=None)
    lifted = own.update(lifted_by=by, lifted_at=now)
    if lifted:
        audit.record(by, "intake.hold.lifted", patient, clinic=clinic, holds=lifted)
        chase_vendor(now=now, patient=patient)
    return lifted
