"""A photo goes to CardScan once, in one call or by its upload form, with the sandbox as the vendor."""

import importlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core import commands
from core.http import VendorSession
from core.models import Command, CommandAttempt
from intake.handlers.reading import KEY_REFUSED, VENDOR_SILENT, ReadCard
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


def test_what_the_vendor_finds_wrong_with_a_photo_may_have_arrived(
    sandbox: SandboxProcess,
    begin: Callable[..., CardScan],
    work: Work,
    ways: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importlib.import_module("intake.vendors.cardscan.client"), "NOT_THIS_WAY", frozenset())
    sandbox.fault("cardscan", "direct_upload", "413")
    card = begin()
    commands.run_due()
    commands.run_due()
    card.refresh_from_db()
    assert (card.problem, ways) == (VENDOR_SILENT, ["directly"])
    due_now()
    work(until(card, "REVIEW", "FAILED"))
    assert ways == ["directly", "by_form"]


def test_a_key_that_is_refused_is_not_tried_with_the_form(
    sandbox: SandboxProcess, begin: Callable[..., CardScan], work: Work, ways: list[str]
) -> None:
    sandbox.fault("cardscan", "direct_upload", "401")
    card = begin()
    work(until(card, "FAILED"))
    card.refresh_from_db()
    assert (card.problem, ways) == (KEY_REFUSED, ["directly"])


@pytest.mark.parametrize("fault", ["reset_after", "500_after", "500_before", "truncated_json"])
def test_a_back_whose_sending_ends_unclear_is_read_too(
    sandbox: SandboxProcess, begin: Callable[..., CardScan], work: Work, settings: Any, ways: list[str], fault: str
) -> None:
    card = begin("FRONT", "BACK")
    work(lambda: CardImage.objects.filter(card=card, side="FRONT", sent_at__isnull=False).exists())
    sandbox.fault("cardscan", "direct_upload", fault)

    def review() -> bool:
        due_now()
        return until(card, "REVIEW", "FAILED")()

    work(review)
    card.refresh_from_db()
    assert (card.status, card.problem) == ("REVIEW", "")
    assert ways[:2] == ["directly"] * 2 and all(image.sent_at for image in card.images.all())
    assert len([found for found in vendor_cards(sandbox, settings) if found["state"] != "pending"]) == 1


def test_the_longest_step_ends_within_the_lease(
    sandbox: SandboxProcess, begin: Callable[..., CardScan], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each call of a step may take its whole deadline, and the command must be ours still."""
    sandbox.fault("cardscan", "direct_upload", "413")
    begin()
    commands.run_due()
    CardImage.objects.update(sends=1)  # it was begun before, so the vendor is asked first
    asked: list[float] = []
    ask = VendorSession.ask

    def noted(self: VendorSession, *args: Any, total: float | None = None, **options: Any) -> Any:
        asked.append(total or self.total)
        return ask(self, *args, total=total, **options)

    monkeypatch.setattr(VendorSession, "ask", noted)
    commands.run_due()
    assert len(asked) == 4 and sum(asked) <= ReadCard.deadline


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
