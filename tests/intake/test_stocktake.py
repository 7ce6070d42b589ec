"""Comparing CardScan's cards with ours, with the sandbox as the vendor and its own client as the other program."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from cardscan_client import ApiClient, CardScanApi, Configuration, CreateCardRequest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core import commands
from core.models import Command
from core.operations import commands_of
from intake.handlers import deleting
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
    form = {"stocktake": taken.code, "count": 3}
    told = admin.post(reverse("stocktake-delete"), form, follow=True).content.decode()
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


def listed(name: str, *, deleted: bool = False) -> wire.ListedCard:
    return wire.ListedCard(name, "completed", deleted, None)


@pytest.mark.parametrize("cursors", [["same", "same"], ["one", "two", "one"]])
@pytest.mark.django_db
def test_a_list_without_an_end_is_a_problem(cursors: list[str], admin: Client) -> None:
    taken = Stocktake.objects.create(started_at=timezone.now())
    pages = [wire.CardList([listed(cursor)], cursor) for cursor in cursors]
    assert not any(stocktake.keep_page(taken, page, now=timezone.now()) for page in pages[:-1])
    assert stocktake.keep_page(taken, pages[-1], now=timezone.now())
    taken.refresh_from_db()
    assert taken.problem == stocktake.ENDLESS and taken.finished_at and not taken.findings.exists()
    assert taken.cursor == "" and not ListedCard.objects.exists()  # another try begins at the beginning
    assert "does not come to an end" in admin.get(reverse(PAGE)).content.decode()


@pytest.mark.django_db
def test_a_page_of_deleted_cards_leads_on() -> None:
    taken = Stocktake.objects.create(started_at=timezone.now())
    assert not stocktake.keep_page(taken, wire.CardList([listed("a", deleted=True)], "one"), now=timezone.now())
    assert stocktake.keep_page(taken, wire.CardList([listed("b")], ""), now=timezone.now())
    assert taken.listed == 1 and [row.vendor_card_id for row in stocktake.strays(taken)] == ["b"]


def with_strays(*names: str) -> Stocktake:
    """Make a finished comparison that found unknown cards."""
    taken = Stocktake.objects.create(started_at=timezone.now())
    stocktake.keep_page(taken, wire.CardList([listed(name) for name in names], ""), now=timezone.now())
    return taken


@pytest.mark.django_db
def test_findings_stay_until_the_next_comparison_has_finished(cast: Cast) -> None:
    before = with_strays("a")
    taken = stocktake.begin(by=cast.ana, now=timezone.now(), clinic=cast.clinic_a)
    assert stocktake.newest() == taken and stocktake.shown() is None
    stocktake.fail(taken, "It did not answer.", now=timezone.now())
    Command.objects.filter(kind=stocktake.COMPARE).update(status="FAILED")
    assert stocktake.newest() == taken and stocktake.shown() == before
    taken = stocktake.begin(by=cast.ana, now=timezone.now(), clinic=cast.clinic_a)
    assert set(Stocktake.objects.all()) == {before, taken}
    stocktake.keep_page(taken, wire.CardList([listed("b")], ""), now=timezone.now())
    assert list(Stocktake.objects.all()) == [taken] == [stocktake.shown()]


@pytest.mark.django_db
def test_a_failed_comparison_does_not_hide_what_the_last_one_found(admin: Client) -> None:
    with_strays("stray-a")
    stocktake.fail(stocktake.begin(by=None, now=timezone.now()), "It did not answer.", now=timezone.now())
    page = admin.get(reverse(PAGE)).content.decode()
    assert "It did not answer." in page and "stray-a" in page


@pytest.mark.django_db(transaction=True)
def test_a_card_is_deleted_although_its_finding_is_gone(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(deleting.cardscan, "client", lambda: SimpleNamespace(delete_card=asked.append))
    taken = with_strays("stray-a")
    stocktake.delete_strays(str(taken.code), seen="1", by=cast.ana, clinic=cast.clinic_a)
    with_strays()
    assert not Finding.objects.exists()
    command = Command.objects.get(kind=stocktake.DELETE)
    commands.run(command.pk)
    command.refresh_from_db()
    assert asked == ["stray-a"] and command.status == "DONE"


@pytest.mark.django_db(transaction=True)
def test_a_deletion_that_names_no_card_is_not_sent(cast: Cast) -> None:
    with transaction.atomic():
        command = commands.create(stocktake.DELETE, cast.clinic_a)
    assert not commands.run(command.pk)
    command.refresh_from_db()
    assert command.status == "CANCELLED"


@pytest.mark.django_db(transaction=True)
def test_work_for_a_comparison_that_is_gone_ends(cast: Cast) -> None:
    gone = stocktake.begin(by=cast.ana, now=timezone.now())
    command = Command.objects.get(kind=stocktake.COMPARE)
    gone.delete()
    handler, now = commands.handler_of(command), timezone.now()
    handler.gave_up(command, reason="", now=now)
    handler.restart(command, now=now)
    assert isinstance(handler.record(command, wire.CardList([], ""), now=now), commands.Failed)
    assert not handler.may_retry(command) and not commands.run(command.pk)
    command.refresh_from_db()
    assert command.status == "CANCELLED"


@pytest.mark.django_db
def test_a_failed_comparison_does_not_go_on_beside_another(cast: Cast) -> None:
    failed = stocktake.begin(by=cast.ana, now=timezone.now())
    command = Command.objects.get(kind=stocktake.COMPARE)
    stocktake.fail(failed, "It did not answer.", now=timezone.now())
    handler = commands.handler_of(command)
    assert handler.may_retry(command)
    Stocktake.objects.create(started_at=timezone.now())
    assert not handler.may_retry(command)
    handler.restart(command, now=timezone.now())
    failed.refresh_from_db()
    assert failed.finished_at


@pytest.mark.django_db
def test_operations_of_the_clinic_shows_the_work(cast: Cast, admin: Client) -> None:
    taken = with_strays("a")
    admin.post(reverse("stocktake-delete"), {"stocktake": taken.code, "count": 1})
    admin.post(reverse("stocktake-begin"))
    assert {row.kind for row in commands_of(cast.clinic_a.pk)} == {stocktake.DELETE, stocktake.COMPARE}


@pytest.mark.django_db
def test_one_stray_alone_is_deleted(admin: Client) -> None:
    taken = with_strays("a", "b", "c")
    chosen = Finding.objects.get(vendor_card_id="b")
    form = {"stocktake": taken.code, "count": 1, "only": chosen.code}
    assert f'name="only" value="{chosen.code}"' in admin.get(reverse(PAGE)).content.decode()
    told = admin.post(reverse("stocktake-delete"), form, follow=True).content.decode()
    assert "CardScan is told to delete 1 card." in told
    command = Command.objects.get(kind=stocktake.DELETE)
    assert command.target_pk == chosen.pk and bytes(command.request) == b"b"
    form["only"] = "00000000-0000-4000-8000-000000000000"
    told = admin.post(reverse("stocktake-delete"), form, follow=True).content.decode()
    assert "The list has changed since" in told and Command.objects.filter(kind=stocktake.DELETE).count() == 1


@pytest.mark.parametrize("wrong", [{"count": 1}, {"stocktake": "00000000-0000-4000-8000-000000000000"}, {"count": ""}])
@pytest.mark.django_db
def test_only_what_was_shown_is_deleted(admin: Client, wrong: dict[str, Any]) -> None:
    taken = with_strays("a", "b")
    page = admin.get(reverse(PAGE)).content.decode()
    assert f'name="stocktake" value="{taken.code}"' in page and 'name="count" value="2"' in page
    told = admin.post(reverse("stocktake-delete"), {"stocktake": taken.code, "count": 2} | wrong, follow=True)
    assert "The list has changed since; look at it again." in told.content.decode()
    assert not Command.objects.filter(kind=stocktake.DELETE).exists()


@pytest.mark.django_db
def test_a_card_is_as_old_as_its_sending(cast: Cast, emily: Patient) -> None:
    old, now = timezone.now() - timedelta(days=1), timezone.now()
    card = cards.new_card(patient=emily, clinic=cast.clinic_a, by=cast.alice)
    rows = CardScan.objects.filter(pk=card.pk)
    rows.update(vendor_card_id="mine", created_at=old, started_at=now)
    assert not with_strays().findings.exists()  # begun yesterday, sent a moment ago
    rows.update(started_at=old)
    assert [row.card for row in with_strays().findings.all()] == [card]


@pytest.mark.django_db
def test_two_that_begin_in_the_same_moment(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    stocktake.begin(by=cast.ana, now=timezone.now())
    none = Stocktake.objects.none()
    monkeypatch.setattr(Stocktake.objects, "select_for_update", lambda: none)  # the other one is not seen yet
    with pytest.raises(stocktake.UnderWay):
        stocktake.begin(by=cast.ana, now=timezone.now())
    assert Stocktake.objects.count() == 1


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
