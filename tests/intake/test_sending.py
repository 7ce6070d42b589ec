"""A photo goes to CardScan once, in one call or by its upload form, with the sandbox as the vendor."""

import importlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core import commands
from core.models import Command, CommandAttempt
from intake.models import CardImage, CardScan
from intake.vendors.cardscan.client import CardScanClient
from tests.intake.test_reading import begin, due_now, sides, until, vendor_cards
from tests.sandbox_process import SandboxProcess

__all__ = ["begin", "sides"]
pytestmark = [pytest.mark.real, pytest.mark.django_db]
Work = Callable[..., int]


@pytest.mark.parametrize("route", ["create", "direct_upload", "upload_url", "upload", "get"])
@pytest.mark.parametrize("fault", ["reset_after", "500_after", "502_html", "429", "truncated_json"])
def test_it_gets_through_an_unclear_answer_with_one_photo_at_the_vendor(
    sandbox: SandboxProcess, begin: Callable[..., CardScan], work: Work, settings: Any, route: str, fault: str
) -> None:
    """A question may be asked again; what must not happen is that the same photo is read as two cards."""
    settings.CARDSCAN_DIRECT_UPLOAD = route not in {"upload_url", "upload"}
    sandbox.fault("cardscan", route, fault)
    card = begin()

    def review() -> bool:
        due_now()
        return until(card, "REVIEW", "FAILED")()

    work(review)
    card.refresh_from_db()
    assert card.status == "REVIEW", card.problem
    received = [found for found in vendor_cards(sandbox, settings) if found["state"] != "pending"]
    assert [found["card_id"] for found in received] == [card.vendor_card_id]


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ways in which photos were sent, as often as it was tried."""
    tried: list[str] = []
    for way in ("directly", "by_form"):
        send = getattr(CardScanClient, f"_send_{way}")

        def noted(*args: Any, way: str = way, send: Callable[..., None] = send) -> None:
            tried.append(way)
            send(*args)

        monkeypatch.setattr(CardScanClient, f"_send_{way}", noted)
    return tried


@pytest.mark.parametrize("fault", ["413", "403"])
def test_what_is_not_taken_directly_goes_by_the_form(
    sandbox: SandboxProcess, begin: Callable[..., CardScan], work: Work, ways: list[str], fault: str
) -> None:
    sandbox.fault("cardscan", "direct_upload", fault, times=None)
    card = begin("FRONT", "BACK")
    work(until(card, "REVIEW", "FAILED"))
    card.refresh_from_db()
    assert (card.status, card.problem) == ("REVIEW", "")
    assert ways == ["directly", "by_form"] * 2


def test_what_fails_directly_goes_by_the_form_the_next_time(
    sandbox: SandboxProcess, begin: Callable[..., CardScan], work: Work, ways: list[str]
) -> None:
    sandbox.fault("cardscan", "direct_upload", "500_before", times=None)
    card = begin()

    def review() -> bool:
        due_now()
        return until(card, "REVIEW", "FAILED")()

    work(review)
    card.refresh_from_db()
    assert (card.status, ways) == ("REVIEW", ["directly", "by_form"])


@pytest.mark.parametrize("why", ["large", "not wanted"])
def test_a_photo_goes_by_the_form_at_once_where_it_is_too_large_or_that_is_wanted(
    sandbox: SandboxProcess,
    begin: Callable[..., CardScan],
    work: Work,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    ways: list[str],
    why: str,
) -> None:
    if why == "large":
        monkeypatch.setattr(importlib.import_module("intake.vendors.cardscan.client"), "LARGEST_DIRECT", 100)
    else:
        settings.CARDSCAN_DIRECT_UPLOAD = False
    card = begin()
    work(until(card, "REVIEW"))
    assert ways == ["by_form"]


def test_a_photo_takes_one_call_where_nothing_stands_against_it(
    sandbox: SandboxProcess, begin: Callable[..., CardScan], work: Work, ways: list[str]
) -> None:
    card = begin("FRONT", "BACK")
    work(until(card, "REVIEW"))
    assert ways == ["directly"] * 2


def test_it_sends_a_photo_once_after_a_lost_worker(
    sandbox: SandboxProcess, begin: Callable[..., CardScan], work: Work
) -> None:
    """The worker dies after the upload: its lease runs out, and the next one asks before it sends again."""
    card = begin()
    commands.run_due()
    command = Command.objects.get()
    handler = commands.handler_of(command)
    claimed = commands._claim(command.pk, timezone.now())
    assert claimed
    handler.call(claimed)  # the photo arrives; nothing is recorded
    sandbox.fault("cardscan", "direct_upload", "500_before")  # a second photo would not get through
    Command.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert commands.run(command.pk)
    front = CardImage.objects.get()
    assert front.sent_at and front.sends == 2
    assert CommandAttempt.objects.filter(outcome="LOST").count() == 1
    card.refresh_from_db()
    assert card.status == "PROCESSING"
    work(until(card, "REVIEW"))
