"""Comparing CardScan's cards with ours, with the sandbox as the vendor and its own client as the other program."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from cardscan_client import ApiClient, CardScanApi, Configuration, CreateCardRequest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import Command
from intake.models import CardScan, Finding, ListedCard, Patient, Stocktake
from intake.services import cards, stocktake
from intake.vendors import cardscan
from intake.vendors.cardscan import wire
from tests.conftest import Cast
from tests.intake.cards import photo
from tests.sandbox_process import SandboxProcess

Work = Callable[..., int]
PAGE = "stocktake"


@pytest.fixture
def admin(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.ana)
    return client


def elsewhere(sandbox: SandboxProcess, settings: Any, count: int) -> set[str]:
    """Have another program open cards at CardScan, by the vendor's own client; return their ids."""
    with_key = Configuration(host=f"{sandbox.url}/cardscan/v1", access_token=settings.CARDSCAN_API_KEY)
    api = CardScanApi(ApiClient(with_key))
    return {str(api.create_card(CreateCardRequest()).card_id) for _ in range(count)}


def compared(work: Work) -> Stocktake:
    """Compare; the sandbox's cards are as old as the clock there says."""
    taken = stocktake.begin(by=None, now=timezone.now() + 2 * stocktake.YOUNG)
    work(lambda: Stocktake.objects.filter(pk=taken.pk).exclude(finished_at=None).exists())
    taken.refresh_from_db()
    return taken


def opened_here(cast: Cast, emily: Patient, work: Work) -> CardScan:
    card = cards.new_card(patient=emily, clinic=cast.clinic_a, by=cast.alice)
    cards.put_photo(card, "FRONT", photo(), by=cast.alice)
    cards.use_anyway(card, "FRONT", by=cast.alice)
    cards.start_reading(card, by=cast.alice, now=timezone.now())
    work(lambda: CardScan.objects.filter(pk=card.pk, status__in=["REVIEW", "FAILED"]).exists())
    card.refresh_from_db()
    return card


@pytest.mark.real
@pytest.mark.django_db
def test_cards_of_another_program_are_found_and_deleted_there(
    sandbox: SandboxProcess, cast: Cast, emily: Patient, work: Work, admin: Client, settings: Any
) -> None:
    strange = elsewhere(sandbox, settings, 3)
    own = opened_here(cast, emily, work)
    taken = compared(work)
    assert taken.listed == 4
    assert {row.vendor_card_id for row in stocktake.strays(taken)} == strange
    assert not taken.findings.exclude(card=None).exists() and not ListedCard.objects.exists()
    page = admin.get(reverse(PAGE)).content.decode()
    assert all(vendor_id in page for vendor_id in strange) and own.vendor_card_id not in page
    told = admin.post(reverse("stocktake-delete"), follow=True).content.decode()
    assert "CardScan is told to delete 3 cards." in told
    work(lambda: not Command.objects.filter(kind=stocktake.DELETE, status__in=Command.OPEN).exists())
    assert Finding.objects.exclude(deleted_at=None).count() == 3
    assert {row.card_id for row in cardscan.client().list_cards().cards if not row.deleted} == {own.vendor_card_id}
    assert "3 deleted there since." in admin.get(reverse(PAGE)).content.decode()


@pytest.mark.real
@pytest.mark.django_db
def test_our_card_that_is_gone_there_is_named(
    sandbox: SandboxProcess, cast: Cast, emily: Patient, work: Work, admin: Client, settings: Any
) -> None:
    card = opened_here(cast, emily, work)
    where = f"{sandbox.url}/cardscan/v1/cards/{card.vendor_card_id}"
    requests.delete(where, headers={"Authorization": f"Bearer {settings.CARDSCAN_API_KEY}"}, timeout=10)
    taken = compared(work)
    assert [row.card for row in taken.findings.all()] == [card]
    assert "Emily Dickinson" in admin.get(reverse(PAGE)).content.decode()


@pytest.mark.real
@pytest.mark.django_db
def test_a_long_list_is_whole_and_without_doubles(sandbox: SandboxProcess, work: Work, settings: Any) -> None:
    key = {"Authorization": f"Bearer {settings.CARDSCAN_API_KEY}"}
    with requests.Session() as session:
        session.trust_env = False
        made = {
            session.post(f"{sandbox.url}/cardscan/v1/cards", json={}, headers=key, timeout=10).json()["card_id"]
            for _ in range(1040)
        }
    listed: list[str] = []
    page = cardscan.client().list_cards()
    while True:
        listed += [card.card_id for card in page.cards]
        if not page.next_cursor:
            break
        page = cardscan.client().list_cards(page.next_cursor)
    assert len(listed) == len(set(listed)) == 1040 and set(listed) == made
    taken = compared(work)
    assert taken.listed == 1040
    assert {row.vendor_card_id for row in stocktake.strays(taken)} == made


@pytest.mark.real
@pytest.mark.django_db
def test_a_young_card_may_still_be_on_its_way(sandbox: SandboxProcess, work: Work, settings: Any) -> None:
    elsewhere(sandbox, settings, 1)
    taken = stocktake.begin(by=None, now=timezone.now())
    work(lambda: Stocktake.objects.filter(pk=taken.pk).exclude(finished_at=None).exists())
    taken.refresh_from_db()
    assert taken.listed == 1 and stocktake.strays(taken) == []


@pytest.mark.real
@pytest.mark.django_db
def test_a_vendor_that_refuses_leaves_a_sentence(
    sandbox: SandboxProcess, work: Work, settings: Any, admin: Client
) -> None:
    settings.CARDSCAN_API_KEY = "sk_test_unknown"
    taken = stocktake.begin(by=None, now=timezone.now())
    work(lambda: Stocktake.objects.filter(pk=taken.pk).exclude(finished_at=None).exists())
    assert "CardScan refused to list its cards" in admin.get(reverse(PAGE)).content.decode()


@pytest.mark.django_db
def test_one_comparison_at_a_time(cast: Cast, admin: Client) -> None:
    assert admin.post(reverse("stocktake-begin")).url == reverse(PAGE)
    with pytest.raises(stocktake.UnderWay):
        stocktake.begin(by=cast.ana, now=timezone.now())
    stocktake.begin_nightly()
    assert Stocktake.objects.count() == 1
    assert "A comparison is under way" in admin.post(reverse("stocktake-begin"), follow=True).content.decode()


@pytest.mark.django_db
def test_a_cursor_that_does_not_move_ends_the_list() -> None:
    taken = Stocktake.objects.create(started_at=timezone.now())
    row = wire.ListedCard("a", "completed", False, None)
    assert not stocktake.keep_page(taken, wire.CardList([row], "same"), now=timezone.now())
    assert stocktake.keep_page(taken, wire.CardList([row], "same"), now=timezone.now())
    assert [finding.vendor_card_id for finding in stocktake.strays(taken)] == ["a"]


@pytest.mark.parametrize(
    "doc",
    [
        None,
        [],
        {"cards": None},
        {"cards": [{}]},
        {"cards": [], "response_metadata": {"next_cursor": 7}},
        {"cards": [], "response_metadata": {"next_cursor": "x" * 1001}},
    ],
)
def test_a_list_that_is_not_whole_is_no_answer(doc: Any) -> None:
    with pytest.raises(wire.Unreadable):
        wire.parse_list(doc)
