"""One link of a card counts, whoever asks for another, takes it back or hears from CardScan at the same moment."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from core import commands
from core.models import AuditEvent, Command
from intake.handlers import vendor_page
from intake.models import CardScan, Patient, PhoneLink, VendorLink
from intake.services import cards, handoff, vendor_link
from tests.intake.test_lock_order import CARDS, emily, nobody_was_ended, own, people
from tests.intake.writers import at_once, crossing

__all__ = ["emily", "own", "people"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def card(own: dict[str, Any], emily: Patient) -> CardScan:
    return cards.new_card(patient=emily, **own)


def asked_for(card: CardScan, own: dict[str, Any]) -> tuple[VendorLink, Command]:
    """Return a link that CardScan is asked for."""
    link = VendorLink.objects.create(card=card, created_by=own["by"], created_at=timezone.now())
    with transaction.atomic():
        return link, commands.create(vendor_link.MAKE, link, clinic=own["clinic"])


def test_a_card_has_one_open_link_of_each_kind(own: dict[str, Any], card: CardScan) -> None:
    now = timezone.now()
    rows: list[models.Model] = [
        PhoneLink(card=card, token_fingerprint=str(n), created_by=own["by"], created_at=now, expires_at=now)
        for n in range(2)
    ]
    rows += [VendorLink(card=card, created_by=own["by"], created_at=now) for _ in range(2)]
    for first, second in (rows[:2], rows[2:]):
        first.save()
        with pytest.raises(IntegrityError), transaction.atomic():
            second.save()
        type(first)._base_manager.update(ended_at=now)
        second.save()


@pytest.mark.postgres_only
def test_of_many_who_hand_one_card_over_at_once_the_last_has_a_link(own: dict[str, Any], card: CardScan) -> None:
    def offer() -> str:
        return handoff.offer(card, by=own["by"], now=timezone.now())

    tokens = at_once(*[offer] * 4)
    nobody_was_ended(tokens)
    assert PhoneLink.objects.count() == 4
    open_one = PhoneLink.objects.get(ended_at=None)
    assert open_one.token_fingerprint in {handoff._of_token(token) for token in tokens}
    opened = 0
    for token in tokens:
        try:
            opened += bool(handoff.open_link(token, now=timezone.now() + timedelta(seconds=1)))
        except handoff.LinkEnded:
            continue
    assert opened == 1


def test_a_link_that_was_taken_back_has_no_problem(own: dict[str, Any], card: CardScan) -> None:
    link, command = asked_for(card, own)
    vendor_link.end(card, by=own["by"], now=timezone.now())
    with transaction.atomic():
        vendor_page.MakeLink().gave_up(command, reason="No answer.", now=timezone.now())
    link.refresh_from_db()
    assert link.ended_at and link.problem == ""


@pytest.mark.postgres_only
@pytest.mark.parametrize("is_taken_back", [True, False])
def test_taking_a_link_back_as_cardscan_does_not_answer(
    own: dict[str, Any], card: CardScan, is_taken_back: bool
) -> None:
    link, command = asked_for(card, own)

    def gave_up() -> None:
        with transaction.atomic():
            vendor_page.MakeLink().gave_up(command, reason="No answer.", now=timezone.now())

    def take_back() -> None:
        vendor_link.end(card, by=own["by"], now=timezone.now())

    first, second = (take_back, gave_up) if is_taken_back else (gave_up, take_back)
    nobody_was_ended(crossing(first, CARDS, second, CARDS, turns=True))
    link.refresh_from_db()
    assert link.problem == ("" if is_taken_back else vendor_link.NO_LINK)
    assert AuditEvent.objects.filter(action="intake.vendor_link.ended").exists() is is_taken_back
