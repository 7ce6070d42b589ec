"""Telling CardScan that a reading is wrong: kept, sent, its fate shown; never a failure of the card."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core import commands
from core.models import AuditEvent, Command
from intake.models import CardFlag, CardScan
from intake.services import cards, flags
from intake.vendors import cardscan
from intake.vendors.cardscan import wire
from tests.conftest import Cast
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.real, pytest.mark.django_db]
Work = Callable[..., int]
WORDS = "The member id ends in 82, not 32."


@pytest.fixture
def there(card: CardScan, sandbox: SandboxProcess) -> CardScan:
    """Emily's card in review, with a card of CardScan behind it."""
    opened = cardscan.client().create_card(both_sides=False, reference=str(card.code))
    CardScan.objects.filter(pk=card.pk).update(vendor_card_id=opened.card_id)
    card.refresh_from_db()
    return card


def tell(client: Client, card: CardScan, kind: str = "incorrect_elements", message: str = WORDS) -> Any:
    return client.post(reverse("card-flag", args=[card.code]), {"kind": kind, "message": message}, follow=True)


def page_of(client: Client, card: CardScan) -> str:
    return client.get(reverse("card-review", args=[card.code])).content.decode()


def test_the_kinds_are_the_vendors() -> None:
    assert set(CardFlag.Kind.values) == set(wire.FLAG_TYPES)


def test_cardscan_is_told_and_the_page_says_so(desk: Client, there: CardScan, cast: Cast, work: Work) -> None:
    assert "On its way to CardScan" in tell(desk, there).content.decode()
    work()
    text = page_of(desk, there)
    assert "CardScan has it" in text and WORDS in text and "Something was read wrongly." in text and "Alice" in text
    assert (there.status, CardFlag.objects.get().fate) == ("REVIEW", "SENT")


def test_the_message_is_sealed_and_in_no_trail(desk: Client, there: CardScan) -> None:
    tell(desk, there)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT message FROM intake_cardflag")
        assert WORDS.encode() not in bytes(cursor.fetchone()[0])
    event = AuditEvent.objects.get(action="intake.card.flagged")
    assert event.facts == {"kind": "incorrect_elements"}
    assert Command.objects.get(kind=flags.FLAG).request is None


def test_a_vendor_that_takes_none_is_said_plainly(desk: Client, there: CardScan, work: Work) -> None:
    CardScan.objects.filter(pk=there.pk).update(vendor_card_id=str(there.code))  # 404: CardScan knows no such card
    tell(desk, there)
    work()
    there.refresh_from_db()
    text = page_of(desk, there)
    assert "CardScan did not take it" in text and "does not take remarks" in text and WORDS in text
    assert (there.status, there.problem) == ("REVIEW", "")


def test_a_key_that_is_refused_is_said_too(desk: Client, there: CardScan, work: Work, sandbox: SandboxProcess) -> None:
    tell(desk, there)
    sandbox.fault("cardscan", "flag", "401")
    work()
    assert "refuses our key" in page_of(desk, there)


def test_a_silent_vendor_loses_nothing(desk: Client, there: CardScan, work: Work, sandbox: SandboxProcess) -> None:
    tell(desk, there)
    sandbox.fault("cardscan", "flag", "500_before", times=2)
    for _ in range(4):
        work()
        Command.objects.filter(status="DUE").update(due_at=timezone.now())
    assert CardFlag.objects.get().fate == "SENT"


def test_deleting_the_card_takes_the_words_along(desk: Client, there: CardScan, cast: Cast) -> None:
    tell(desk, there)
    cards.delete_card(there, by=cast.alice, now=timezone.now())
    told = CardFlag.objects.get()
    assert (told.message, told.fate, told.reason) == ("", "LOST", flags.DELETED)
    assert commands.open_for(flags.FLAG, told) is None


def test_a_card_that_cardscan_never_read_has_nothing_to_tell(desk: Client, card: CardScan) -> None:
    assert "Tell CardScan" not in page_of(desk, card)
    assert "has no reading of this card" in tell(desk, card).content.decode()
    assert not CardFlag.objects.exists()


@pytest.mark.parametrize(("kind", "message"), [("rude", ""), ("other", "x" * 1001), ("other", "a\x00b")])
def test_what_cannot_be_sent_is_refused_beside_the_field(
    desk: Client, there: CardScan, kind: str, message: str
) -> None:
    answer = tell(desk, there, kind, message)
    assert answer.status_code == 400 and "field--error" in answer.content.decode()
    assert not CardFlag.objects.exists()
