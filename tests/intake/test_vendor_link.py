"""CardScan's own page takes the photos: a link for one card, the card that comes of it, and how it ends."""

import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.models import Clinic
from core import commands, hints, tidying
from core.http import Rejected
from core.models import Command
from intake.handlers import vendor_page
from intake.models import CardScan, Patient, VendorLink
from intake.services import cards, events, vendor_link
from intake.vendors import cardscan
from intake.vendors.cardscan.wire import Event
from tests.conftest import Cast
from tests.intake.cards import photo
from tests.intake.test_reading import sides
from tests.intake.writers import between
from tests.sandbox_process import SandboxProcess

__all__ = ["sides"]
pytestmark = [pytest.mark.real, pytest.mark.django_db]


@pytest.fixture
def draft(cast: Cast, emily: Patient) -> CardScan:
    Clinic.objects.filter(pk=cast.clinic_a.pk).update(uses_cardscan_page=True)
    cast.clinic_a.refresh_from_db()
    return cards.new_card(patient=emily, clinic=cast.clinic_a, by=cast.alice)


@pytest.fixture
def link(sandbox: SandboxProcess, cast: Cast, draft: CardScan) -> VendorLink:
    """A link that CardScan has made."""
    made = vendor_link.ask(draft, by=cast.alice, now=timezone.now())
    due_now()
    made.refresh_from_db()
    return made


def due_now() -> None:
    """Do what waits, without waiting."""
    Command.objects.filter(status="DUE").update(due_at=timezone.now())
    commands.run_due()


def scan_there(sandbox: SandboxProcess, address: str, photos: dict[str, bytes]) -> str:
    """Do what CardScan's page does on the phone that follows the link; return the card's id."""
    base = f"{sandbox.url}/cardscan/v1"
    token = address.partition("?token=")[2]
    opened = requests.get(f"{base}/validate-magic-link", {"token": token}, timeout=20).json()
    key = {"Authorization": f"Bearer {opened['Token']}"}
    wish = {"enable_backside_scan": "BACK" in photos}
    card = requests.post(f"{base}/cards", json=wish, headers=key, timeout=20).json()["card_id"]
    for side, jpeg in photos.items():
        where = f"{base}/cards/{card}/upload"
        how = {"orientation": side.lower(), "capture_type": "manual"}
        requests.post(where, params=how, data=jpeg, headers=key | {"Content-Type": "image/jpeg"}, timeout=20)
    return str(card)


def test_it_is_off_until_an_admin_turns_it_on(cast: Cast, emily: Patient, desk: Client) -> None:
    card = cards.new_card(patient=emily, clinic=cast.clinic_a, by=cast.alice)
    assert b"CardScan's page" not in desk.get(reverse("card-capture", args=[card.code])).content
    assert desk.post(reverse("card-vendor-link", args=[card.code])).status_code == 404
    admin = Client()
    admin.force_login(cast.ana)
    page = admin.get(reverse("settings-home"))
    form = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    assert form["uses_cardscan_page"] == ""
    admin.post(reverse("settings-home"), form | {"uses_cardscan_page": "on"})
    assert b"CardScan&#x27;s page" in desk.get(reverse("card-capture", args=[card.code])).content.replace(
        b"CardScan's", b"CardScan&#x27;s"
    )


def test_the_desk_shows_the_link_as_a_code_with_its_end(desk: Client, link: VendorLink, draft: CardScan) -> None:
    page = desk.get(reverse("card-capture", args=[draft.code])).content.decode()
    assert "data:image/svg+xml;base64," in page and link.address.replace("&", "&amp;") in page
    assert link.expires_at and timedelta(minutes=50) < link.expires_at - timezone.now() < timedelta(minutes=70)
    fragment = desk.get(reverse("card-vendor-link-status", args=[draft.code]), headers={"HX-Request": "true"})
    assert b"Waiting for a phone" in fragment.content


def test_the_card_made_there_becomes_this_one(
    sandbox: SandboxProcess,
    link: VendorLink,
    draft: CardScan,
    sides: dict[str, bytes],
    desk: Client,
    work: Callable[..., int],
) -> None:
    there = scan_there(sandbox, link.address, sides)
    work(lambda: CardScan.objects.filter(pk=draft.pk, status__in=("REVIEW", "FAILED")).exists())
    draft.refresh_from_db()
    link.refresh_from_db()
    assert (draft.status, draft.vendor_card_id, draft.has_back) == ("REVIEW", there, True)
    assert sum(bool(row.value) for row in draft.fields.all()) > 3
    assert {image.side for image in draft.images.all()} == {"FRONT", "BACK"}
    assert all(image.look and image.width and image.proof for image in draft.images.all())
    assert not link.session and not link.address and link.ended_at and link.used_at
    shown = desk.get(reverse("card-photo", args=[draft.code, "front"]))
    assert shown.status_code == 200 and shown["Content-Type"] == "image/jpeg"
    status = desk.get(reverse("card-vendor-link-status", args=[draft.code]))
    assert status["HX-Redirect"] == reverse("card-review", args=[draft.code])


def test_only_the_links_own_card_is_taken(
    sandbox: SandboxProcess, link: VendorLink, draft: CardScan, emily: Patient, cast: Cast, sides: dict[str, bytes]
) -> None:
    other = cards.new_card(patient=emily, clinic=cast.clinic_a, by=cast.alice)
    second = vendor_link.ask(other, by=cast.alice, now=timezone.now())
    due_now()
    second.refresh_from_db()
    assert second.user_id != link.user_id and second.address != link.address
    there = scan_there(sandbox, second.address, {"FRONT": sides["FRONT"]})
    work_until_read(there)
    due_now()
    draft.refresh_from_db()
    other.refresh_from_db()
    assert (draft.status, draft.vendor_card_id) == ("DRAFT", "")
    assert other.vendor_card_id == there


def work_until_read(there: str) -> None:
    ends = time.monotonic() + 60
    while cardscan.client().get_card(there).state not in {"completed", "enriched"} and time.monotonic() < ends:
        time.sleep(0.1)


def test_it_waits_for_a_phone_that_tries_again(
    sandbox: SandboxProcess, link: VendorLink, draft: CardScan, sides: dict[str, bytes], desk: Client
) -> None:
    sandbox.fault("cardscan", "process", "frontside_failed")
    scan_there(sandbox, link.address, {"FRONT": photo()})
    due_now()
    link.refresh_from_db()
    assert link.used_at and not link.ended_at
    page = desk.get(reverse("card-vendor-link-status", args=[draft.code])).content
    assert b"being photographed" in page
    there = scan_there(sandbox, link.address, {"FRONT": sides["FRONT"]})
    work_until_read(there)
    due_now()
    draft.refresh_from_db()
    assert draft.vendor_card_id == there


def test_a_link_that_nobody_used_ends_with_a_sentence(
    sandbox: SandboxProcess, link: VendorLink, draft: CardScan, desk: Client
) -> None:
    VendorLink.objects.update(expires_at=timezone.now() - timedelta(seconds=5))
    page = desk.get(reverse("card-vendor-link-status", args=[draft.code])).content
    assert b"time is over" in page and b"data:image" not in page
    VendorLink.objects.update(expires_at=timezone.now() - vendor_link.GRACE - timedelta(seconds=5))
    due_now()
    link.refresh_from_db()
    assert link.problem == vendor_link.UNUSED and not link.address
    assert vendor_link.UNUSED.encode() in desk.get(reverse("card-capture", args=[draft.code])).content
    assert Command.objects.get(kind=vendor_link.FIND).status == "DONE"


def test_cardscan_tells_a_late_phone_itself(sandbox: SandboxProcess, cast: Cast, draft: CardScan) -> None:
    sandbox.switch("cardscan", "magic_link_seconds", 0)
    made = vendor_link.ask(draft, by=cast.alice, now=timezone.now())
    due_now()
    made.refresh_from_db()
    token = made.address.partition("?token=")[2]
    answer = requests.get(f"{sandbox.url}/cardscan/v1/validate-magic-link", {"token": token}, timeout=20)
    assert answer.status_code == 410


def test_a_session_that_is_over_is_opened_anew(
    sandbox: SandboxProcess, link: VendorLink, draft: CardScan, sides: dict[str, bytes]
) -> None:
    there = scan_there(sandbox, link.address, {"FRONT": sides["FRONT"]})
    work_until_read(there)
    VendorLink.objects.update(session="not.a.session")
    due_now()
    assert Command.objects.get(kind=vendor_link.FIND).status == "DUE"
    due_now()
    draft.refresh_from_db()
    assert draft.vendor_card_id == there


def test_a_link_taken_back_is_looked_for_no_more(
    sandbox: SandboxProcess, link: VendorLink, draft: CardScan, desk: Client, sides: dict[str, bytes]
) -> None:
    there = scan_there(sandbox, link.address, {"FRONT": sides["FRONT"]})
    work_until_read(there)
    assert desk.post(reverse("card-vendor-link-end", args=[draft.code])).status_code == 302
    due_now()
    draft.refresh_from_db()
    assert (draft.status, Command.objects.get(kind=vendor_link.FIND).status) == ("DRAFT", "CANCELLED")
    assert b"taken back" in desk.get(reverse("card-capture", args=[draft.code])).content


@pytest.mark.parametrize("end", ["card deleted", "link taken back"])
def test_a_card_that_comes_as_its_link_ends_is_left_there(
    sandbox: SandboxProcess, link: VendorLink, draft: CardScan, cast: Cast, sides: dict[str, bytes], end: str
) -> None:
    work_until_read(scan_there(sandbox, link.address, {"FRONT": sides["FRONT"]}))
    finding, command = vendor_page.FindCard(), Command.objects.get(kind=vendor_link.FIND)
    found, now = finding.call(command), timezone.now()
    ending = cards.delete_card if end == "card deleted" else vendor_link.end
    with between("intake_vendorlink", lambda: ending(CardScan.objects.get(pk=draft.pk), by=cast.alice, now=now)):
        assert isinstance(finding.record(command, found, now=now), commands.Done)
    draft.refresh_from_db()
    assert (draft.status, draft.vendor_card_id) == ("DISCARDED" if end == "card deleted" else "DRAFT", "")
    assert not Command.objects.filter(kind=cards.READ).exists()


def test_a_new_link_ends_the_one_before(link: VendorLink, draft: CardScan, cast: Cast) -> None:
    vendor_link.ask(draft, by=cast.alice, now=timezone.now())
    link.refresh_from_db()
    assert link.ended_at and not link.address
    due_now()
    assert VendorLink.objects.filter(ended_at=None).count() == 1


def test_the_panel_stays_under_the_hand_while_nothing_changes(link: VendorLink, draft: CardScan, desk: Client) -> None:
    page = desk.get(reverse("card-capture", args=[draft.code])).content.decode()
    where = reverse("card-vendor-link-status", args=[draft.code])
    asked = page.partition(f'hx-get="{where}')[2].partition('"')[0]
    assert desk.get(where + asked).status_code == 204
    VendorLink.objects.update(used_at=timezone.now())
    assert b"being photographed" in desk.get(where + asked).content


def test_what_lets_somebody_act_for_a_link_goes_with_its_time(link: VendorLink, draft: CardScan, cast: Cast) -> None:
    other = vendor_link.newest(draft)
    assert other and other.address and other.session
    assert vendor_link.forget_over() == 0
    cards.put_photo(draft, "FRONT", photo(), by=cast.alice)
    CardScan.objects.filter(pk=draft.pk).update(status="QUEUED")
    assert vendor_link.forget_over() == 1 and vendor_link.forget_over in tidying._registered
    link.refresh_from_db()
    assert (link.address, link.session) == ("", "") and link.ended_at


def test_a_vendor_that_stops_answering_is_said_as_it_is(sandbox: SandboxProcess, link: VendorLink) -> None:
    sandbox.fault("cardscan", "list", "500_before", times=None)
    for _ in range(8):
        due_now()
    link.refresh_from_db()
    assert link.problem == vendor_link.NOT_FOUND and vendor_link.NO_LINK != vendor_link.NOT_FOUND


def test_a_card_that_has_photos_gets_no_link(draft: CardScan, cast: Cast) -> None:
    from intake.models import CardMovedOn

    cards.put_photo(draft, "FRONT", photo(), by=cast.alice)
    with pytest.raises(CardMovedOn):
        vendor_link.ask(draft, by=cast.alice, now=timezone.now())


def test_photos_taken_here_meanwhile_win(
    sandbox: SandboxProcess, link: VendorLink, draft: CardScan, cast: Cast, sides: dict[str, bytes]
) -> None:
    there = scan_there(sandbox, link.address, {"FRONT": sides["FRONT"]})
    work_until_read(there)
    cards.put_photo(draft, "FRONT", sides["FRONT"], by=cast.alice)
    due_now()
    draft.refresh_from_db()
    link.refresh_from_db()
    assert (draft.status, draft.vendor_card_id) == ("DRAFT", "")
    assert link.problem == vendor_link.PHOTOS_HERE


@pytest.mark.parametrize("route", ["access_token", "magic_link"])
def test_a_refusal_is_said_and_photos_go_on_here(
    sandbox: SandboxProcess, draft: CardScan, cast: Cast, desk: Client, route: str
) -> None:
    sandbox.fault("cardscan", route, "403")
    vendor_link.ask(draft, by=cast.alice, now=timezone.now())
    due_now()
    page = desk.get(reverse("card-capture", args=[draft.code])).content
    assert vendor_link.NO_LINK.encode() in page and b"Add the front first" in page


def test_a_webhook_of_the_links_user_is_looked_at_at_once(
    sandbox: SandboxProcess, link: VendorLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = Command.objects.get(kind=vendor_link.FIND)
    early: list[int] = []
    monkeypatch.setattr(hints, "send_on_commit", lambda pk, *, early=False, told=early: told.append(pk) if early else 0)
    event = Event(str(uuid.uuid4()), "completed", user_id=str(link.user_id))
    assert events.card_changed(event, now=timezone.now())
    assert early == [find.pk] and find.due_at > timezone.now()
    assert not events.card_changed(Event("x", "completed", user_id="us-east-1:not-ours"), now=timezone.now())


@pytest.mark.parametrize(
    "url",
    [
        "http://images.example/front",
        "https://images.example/front",
        "https://amazonaws.com.example/front",
        "https://u:p@bucket.s3.amazonaws.com/front",
        "https://bucket.s3.amazonaws.com:8443/front",
        "file:///etc/passwd",
        "http://169.254.169.254/latest/",
        "//bucket.s3.amazonaws.com/front",
        "",
    ],
)
def test_photos_are_fetched_from_cardscans_hosts_alone(url: str) -> None:
    client = cardscan.CardScanClient("https://sandbox.cardscan.ai/v1", "key")
    with pytest.raises(Rejected, match="none of its own"):
        client.fetch_photo(url)


def test_a_photo_that_cannot_be_had_costs_the_photo_alone(
    sandbox: SandboxProcess, link: VendorLink, draft: CardScan, sides: dict[str, bytes], work: Callable[..., int]
) -> None:
    there = scan_there(sandbox, link.address, {"FRONT": sides["FRONT"]})
    work_until_read(there)
    sandbox.fault("cardscan", "image", "403", times=None)
    for _ in range(12):
        due_now()
    draft.refresh_from_db()
    assert (draft.status, draft.images.count()) == ("REVIEW", 0)
    assert any(row.value for row in draft.fields.all())


def test_what_it_keeps_is_sealed_and_goes_with_the_card(link: VendorLink, draft: CardScan, cast: Cast) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select session, address from intake_vendorlink")
        kept: Any = cursor.fetchone()
    assert b"token=" not in bytes(kept[1] if isinstance(kept[1], bytes | memoryview) else str(kept[1]).encode())
    cards.delete_card(draft, by=cast.alice, now=timezone.now())
    assert not VendorLink.objects.exists()
