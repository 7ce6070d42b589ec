"""Handing a card to a phone: one phone, once, for a while, and photos only go in."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core import settings as product
from core.models import AuditEvent
from intake import images
from intake.models import CardImage, CardScan, Patient, PhoneLink
from intake.services import cards, handoff
from tests.conftest import Cast
from tests.intake.cards import photo

HERE = {"host": "localhost"}  # where a code may be followed without TLS
DOOR, OPEN, CARD, DONE = (reverse(f"phone-{name}") for name in ("door", "open", "card", "done"))


@pytest.fixture(autouse=True)
def _no_limit_from_before() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def draft(cast: Cast, emily: Patient) -> CardScan:
    return cards.new_card(patient=emily, clinic=cast.clinic_a, by=cast.alice)


@pytest.fixture
def token(cast: Cast, draft: CardScan) -> str:
    return handoff.offer(draft, by=cast.alice, now=timezone.now())


def opened(token: str) -> Client:
    """Return a phone that has opened the link."""
    phone = Client()
    assert phone.post(OPEN, {"token": token}).url == CARD
    return phone


def send(phone: Client, data: bytes | None = None, side: str = "front", **options: Any) -> Any:
    upload = SimpleUploadedFile("IMG_0001.jpg", data or photo(), "image/jpeg")
    return phone.post(reverse("phone-photo", args=[side]), {"photo": upload}, **options)


def later(link: PhoneLink, **by: int) -> None:
    """Let time pass for a link."""
    PhoneLink.objects.filter(pk=link.pk).update(expires_at=link.expires_at - timedelta(**by))


def test_the_desk_shows_a_code_and_keeps_no_token(desk: Client, draft: CardScan) -> None:
    page = desk.post(reverse("card-phone", args=[draft.code]), headers=HERE).content.decode()
    (shown,) = re.findall(r"http://localhost/c/#([\w-]{43})", page)
    link = PhoneLink.objects.get()
    assert "data:image/svg+xml;base64," in page and "Waiting for a phone" in page
    assert shown not in str(PhoneLink.objects.values())
    assert link.token_fingerprint == handoff._of_token(shown)


def test_a_phone_sends_photos_that_the_desk_sees(desk: Client, draft: CardScan, token: str) -> None:
    phone = opened(token)
    assert send(phone).url == CARD
    assert "At the front desk" in phone.get(CARD).content.decode()
    assert send(phone, side="back").status_code == 302
    assert set(draft.images.values_list("side", flat=True)) == {"FRONT", "BACK"}
    told = desk.get(reverse("card-phone-status", args=[draft.code]), {"stamp": ""})
    assert told["HX-Trigger"] == "photos-changed" and "A phone is taking the photos" in told.content.decode()
    again = desk.get(reverse("card-phone-status", args=[draft.code]), {"stamp": draft.photo_stamp})
    assert "HX-Trigger" not in again
    assert (
        list(AuditEvent.objects.filter(action="intake.card.photographed").values_list("actor", flat=True)) == [None] * 2
    )


def test_the_phone_is_told_nothing_about_the_patient(token: str, draft: CardScan) -> None:
    phone = opened(token)
    send(phone)
    pages = [phone.get(DOOR), phone.get(CARD), send(phone, headers={"HX-Request": "true"}), phone.post(DONE)]
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200
        assert not [secret for secret in ("Emily", "Dickinson", "1986", str(draft.code)) if secret in text]


def test_looking_at_the_page_uses_nothing_up(token: str) -> None:
    scanner = Client()
    for _ in range(50):
        assert scanner.get(DOOR).status_code == scanner.head(DOOR).status_code == 200
        assert scanner.get(OPEN, {"token": token}).status_code == 405
    opened(token)


def test_a_link_opens_once(token: str) -> None:
    opened(token)
    second = Client().post(OPEN, {"token": token})
    assert second.status_code == 410 and "Ask the front desk for a new code." in second.content.decode()
    assert "capture" not in {name for name, cookie in second.cookies.items() if cookie.value}


@pytest.mark.parametrize("token", ["", "wrong", "\x00", "ÿ" * 5000])
def test_a_token_that_never_was_opens_nothing(db: None, token: str) -> None:
    assert Client().post(OPEN, {"token": token}).status_code == 410


def test_guessing_is_slowed_down_and_the_right_ones_are_not_counted(cast: Cast, emily: Patient, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = product.ACCOUNT_RATE_LIMITS  # the tests have none otherwise
    for _ in range(40):  # forty phones behind one address
        draft = cards.new_card(patient=emily, clinic=cast.clinic_a, by=cast.alice)
        opened(handoff.offer(draft, by=cast.alice, now=timezone.now()))
    codes = [Client().post(OPEN, {"token": f"guess {number}"}).status_code for number in range(32)]
    assert codes == [410] * 30 + [429] * 2
    draft = cards.new_card(patient=emily, clinic=cast.clinic_a, by=cast.alice)
    opened(handoff.offer(draft, by=cast.alice, now=timezone.now()))  # a good one works behind that address all the same


def test_a_wrong_token_writes_nothing(token: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        Client().post(OPEN, {"token": "x" * len(token)})
        Client().post(OPEN, {"token": "x" * 5000})
    statements = [query["sql"] for query in asked if "phonelink" in query["sql"]]
    assert len(statements) == 1 and statements[0].startswith("SELECT")


def test_an_offer_ends_after_ten_minutes(token: str) -> None:
    later(PhoneLink.objects.get(), minutes=10)
    assert Client().post(OPEN, {"token": token}).status_code == 410


def test_a_phones_time_ends_after_fifteen_minutes(token: str) -> None:
    phone = opened(token)
    later(PhoneLink.objects.get(), minutes=14)
    assert send(phone).status_code == 302
    later(PhoneLink.objects.get(), minutes=1)
    over = send(phone)
    assert over.status_code == 410 and CardImage.objects.count() == 1
    shown = send(phone, headers={"HX-Request": "true"})
    assert shown.status_code == 200 and "is over" in shown.content.decode()


@pytest.mark.parametrize("ending", ["revoked", "done", "new code", "read", "deleted"])
def test_whatever_ends_a_link_ends_the_phone(desk: Client, draft: CardScan, token: str, ending: str) -> None:
    phone = opened(token)
    assert send(phone).status_code == 302
    kept = CardImage.objects.count()
    if ending == "done":
        assert "You can close this page." in phone.post(DONE).content.decode()
    names = {"revoked": "card-phone-end", "new code": "card-phone", "read": "card-start", "deleted": "card-delete"}
    if ending in names:
        assert desk.post(reverse(names[ending], args=[draft.code]), headers=HERE).status_code in {200, 302}
    assert send(phone).status_code == 410
    assert phone.get(CARD).status_code == 410
    assert CardImage.objects.count() == (0 if ending == "deleted" else kept)


def test_a_phone_sends_so_many_photos_and_no_more(token: str) -> None:
    phone = opened(token)
    answers = [send(phone, b"not a photo").status_code for _ in range(handoff.MOST_PHOTOS + 1)]
    assert answers == [400] * handoff.MOST_PHOTOS + [410]


def test_a_refused_photo_is_explained_and_the_earlier_one_stays(token: str) -> None:
    phone = opened(token)
    send(phone)
    refused = send(phone, b"not a photo", headers={"HX-Request": "true"})
    assert refused.status_code == 200 and "not a photo we can read" in refused.content.decode()
    assert CardImage.objects.count() == 1


def test_no_photo_ever_comes_out(token: str) -> None:
    phone = opened(token)
    send(phone)
    assert phone.get(reverse("phone-photo", args=["front"])).status_code == 405
    assert phone.post(reverse("phone-photo", args=["inside"])).status_code == 404


def test_a_phones_cookie_opens_nothing_else(token: str, draft: CardScan, emily: Patient) -> None:
    phone = opened(token)
    for name, code in (("card-review", draft.code), ("card-capture", draft.code), ("patient-detail", emily.code)):
        assert phone.get(reverse(name, args=[code])).url.startswith("/accounts/login/")
    assert phone.get(reverse("card-photo", args=[draft.code, "front"])).status_code == 302


@pytest.mark.parametrize(
    ("public", "host", "told"),
    [
        ("", "localhost:8000", "http://localhost:8000/c/#"),
        ("", "desk.example", "An administrator sets PUBLIC_URL"),
        ("http://desk.example", "desk.example", "PUBLIC_URL is not an https address"),
        ("https://desk.example", "localhost:8000", "https://desk.example/c/#"),
    ],
)
def test_a_code_needs_a_safe_address(
    desk: Client, draft: CardScan, settings: Any, public: str, host: str, told: str
) -> None:
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = public, ["*"]
    refused = "#" not in told
    headers = {"host": host}
    page = desk.post(reverse("card-phone", args=[draft.code]), headers=headers).content.decode()
    shown = page if refused or not public else handoff.address(host, secure=False)[0] + "/c/#"
    assert told in shown and ("data:image/svg+xml" in page.partition("phone__code")[2]) is not refused
    assert PhoneLink.objects.exists() is not refused


def test_a_photo_that_comes_after_the_end_is_not_kept(token: str, draft: CardScan) -> None:
    opened(token)
    link = PhoneLink.objects.get()
    with pytest.raises(handoff.LinkEnded):  # it was on its way when the phone's time ended
        handoff.add_photo(link, "FRONT", photo(), now=link.expires_at)
    assert not CardImage.objects.exists()
    handoff.add_photo(link, "FRONT", photo(), now=timezone.now())
    assert CardImage.objects.count() == 1


def test_being_busy_costs_no_photo_of_the_phones(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(token)
    link = PhoneLink.objects.get()
    monkeypatch.setattr(images._cleaner, "_lock", Taken())
    with pytest.raises(images.PhotoRefused, match="Nothing was lost"):
        handoff.add_photo(link, "FRONT", photo(), now=timezone.now())
    link.refresh_from_db()
    assert link.photos == 0


class Taken:
    """A lock that somebody else holds all the time."""

    def acquire(self, timeout: float) -> bool:
        return False


def test_a_page_that_is_loaded_again_still_watches_and_can_take_the_code_back(
    desk: Client, draft: CardScan, token: str
) -> None:
    page = reverse("card-capture", args=[draft.code])
    shown = desk.get(page).content.decode()
    assert "Waiting for a phone" in shown and "Take the code back" in shown and 'hx-trigger="every 1s"' in shown
    desk.post(reverse("card-phone-end", args=[draft.code]), headers=HERE)
    assert "Take the code back" not in desk.get(page).content.decode()


def test_a_part_of_the_page_is_told_to_go_elsewhere_whole(desk: Client, draft: CardScan) -> None:
    CardScan.objects.filter(pk=draft.pk).update(status="QUEUED")
    answer = desk.post(reverse("card-phone", args=[draft.code]), headers=HERE | {"HX-Request": "true"})
    assert answer["HX-Redirect"] == reverse("card-review", args=[draft.code]) and not answer.content
