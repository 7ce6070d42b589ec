"""A card's way through CardScan, with the sandbox as the vendor: both sides, front alone, every failure."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from core import commands
from core.models import Command
from intake.handlers import reading as handlers
from intake.models import CardImage, CardScan, Patient
from intake.services import cards
from tests.cards.draw import draw_back, draw_front
from tests.cards.layouts import TUNED
from tests.conftest import Cast
from tests.intake.cards import photo
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.real, pytest.mark.django_db]
Work = Callable[..., int]
LAYOUT = TUNED[0]


def jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92)
    return out.getvalue()


@pytest.fixture(scope="module")
def sides() -> dict[str, bytes]:
    return {"FRONT": jpeg(draw_front(LAYOUT).front), "BACK": jpeg(draw_back(LAYOUT.member))}


@pytest.fixture
def begin(cast: Cast, emily: Patient, sides: dict[str, bytes]) -> Callable[..., CardScan]:
    def start(*which: str, **photos: bytes) -> CardScan:
        card = cards.new_card(patient=emily, clinic=cast.clinic_a, by=cast.alice)
        for side in which or ("FRONT",):
            cards.put_photo(card, side, photos.get(side, sides[side]), by=cast.alice)
        cards.start_reading(card, by=cast.alice, now=timezone.now())
        return card

    return start


def until(card: CardScan, *statuses: str) -> Callable[[], bool]:
    return lambda: CardScan.objects.filter(pk=card.pk, status__in=statuses).exists()


def vendor_cards(sandbox: SandboxProcess, settings: Any) -> list[dict[str, Any]]:
    import requests

    answer = requests.get(
        f"{sandbox.url}/cardscan/v1/cards", headers={"Authorization": f"Bearer {settings.CARDSCAN_API_KEY}"}, timeout=10
    )
    return answer.json()["cards"]


def due_now() -> None:
    """Bring whatever waits for its next try forward to now."""
    Command.objects.filter(status="DUE").update(due_at=timezone.now())


def test_it_reads_both_sides(
    sandbox: SandboxProcess, begin: Callable[..., CardScan], work: Work, settings: Any
) -> None:
    card = begin("FRONT", "BACK")
    work(until(card, "REVIEW", "FAILED"))
    card.refresh_from_db()
    member = LAYOUT.member
    read = {row.name: row.value for row in card.fields.all() if row.position == 0}
    assert read["member_number"] == member.member_number.upper()
    assert read["group_number"] == member.group_number.upper()
    assert card.status == "REVIEW" and all(image.sent_at for image in card.images.all())
    assert Command.objects.get(kind=cards.READ).status == "DONE"
    assert [found["card_id"] for found in vendor_cards(sandbox, settings)] == [card.vendor_card_id]
    assert card.vendor_answer["card_id"] == card.vendor_card_id and "images" not in card.vendor_answer
    row = card.fields.get(name="member_number")
    assert row.score and 0 < row.score <= 1


def test_it_reads_the_front_alone_and_shows_each_step(
    sandbox: SandboxProcess, begin: Callable[..., CardScan], work: Work, desk: Client
) -> None:
    card = begin()
    assert b"Waiting to be sent" in desk.get(reverse("card-review", args=[card.code])).content
    for status in ("UPLOADING", "PROCESSING"):
        due_now()
        assert commands.run_due() == 1
        card.refresh_from_db()
        assert card.status == status
    status_url = reverse("card-status", args=[card.code])
    assert b"Being read" in desk.get(status_url, headers={"HX-Request": "true"}).content
    page = desk.get(reverse("card-review", args=[card.code])).content.decode()
    asked = page.partition(f'hx-get="{status_url}')[2].partition('"')[0]
    assert desk.get(status_url + asked).status_code == 204
    CardScan.objects.filter(pk=card.pk).update(problem="CardScan does not answer.", retry_at=timezone.now())
    assert b"CardScan does not answer." in desk.get(status_url + asked).content
    work(until(card, "REVIEW"))
    assert desk.get(status_url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_it_holds_no_worker_while_it_waits(sandbox: SandboxProcess, begin: Callable[..., CardScan], work: Work) -> None:
    sandbox.fault("cardscan", "process", "stuck")
    card = begin()
    work(until(card, "PROCESSING"))
    due_now()
    commands.run_due()
    command = Command.objects.get()
    first = command.due_at - timezone.now()
    assert command.status == "DUE" and first <= timedelta(seconds=1)
    for waited, least, most in ((12, 0.6, 1.5), (40, 1, 2), (180, 12, 15)):
        CardImage.objects.update(sent_at=timezone.now() - timedelta(seconds=waited))
        CardScan.objects.update(started_at=timezone.now() - timedelta(seconds=waited))
        due_now()
        commands.run_due()
        command.refresh_from_db()
        assert timedelta(seconds=least) < command.due_at - timezone.now() <= timedelta(seconds=most)
    long_ago = timezone.now() - handlers.TOO_LONG - timedelta(seconds=1)
    CardImage.objects.update(sent_at=long_ago)
    CardScan.objects.update(started_at=long_ago)
    due_now()
    commands.run_due()
    card.refresh_from_db()
    assert (card.status, card.problem) == ("FAILED", handlers.NOT_FINISHED)


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ("frontside_failed", handlers._UNREAD["frontside_failed"]),
        ("error", handlers._UNREAD["RejectedCard"]),
        ("unknown", handlers.UNREAD),
    ],
)
def test_it_says_why_a_card_was_not_read(
    sandbox: SandboxProcess, begin: Callable[..., CardScan], work: Work, desk: Client, fault: str, problem: str
) -> None:
    sandbox.fault("cardscan", "process", fault)
    card = begin()
    work(until(card, "FAILED", "REVIEW"))
    card.refresh_from_db()
    assert (card.status, card.vendor_state, card.problem) == ("FAILED", fault, problem)
    page = desk.get(reverse("card-review", args=[card.code])).content.decode()
    assert problem in page and "Take the photos again" in page and "Type the card in" in page


def test_it_says_when_the_back_was_not_read(
    sandbox: SandboxProcess, begin: Callable[..., CardScan], work: Work
) -> None:
    sandbox.fault("cardscan", "process", "backside_failed")
    card = begin("FRONT", "BACK")
    work(until(card, "FAILED", "REVIEW"))
    card.refresh_from_db()
    assert (card.status, card.vendor_state) == ("FAILED", "backside_failed")
    assert "the back" in card.problem


def test_it_is_told_that_a_photo_shows_no_card(
    sandbox: SandboxProcess, begin: Callable[..., CardScan], work: Work
) -> None:
    card = begin("FRONT", FRONT=photo())
    work(until(card, "FAILED", "REVIEW"))
    card.refresh_from_db()
    assert (card.vendor_state, card.problem) == ("error", handlers._UNREAD["RejectedCard"])


def test_it_waits_for_a_vendor_that_is_down_and_goes_on(
    sandbox: SandboxProcess, begin: Callable[..., CardScan], work: Work, settings: Any, desk: Client
) -> None:
    settings.CARDSCAN_URL = "http://127.0.0.1:9/v1"
    card = begin()
    commands.run_due()
    card.refresh_from_db()
    assert card.status == "UPLOADING" and card.retry_at
    page = desk.get(reverse("card-review", args=[card.code])).content.decode()
    assert "CardScan does not answer." in page and "Next try at" in page and "Type the card in now" in page
    settings.CARDSCAN_URL = f"{sandbox.url}/cardscan/v1"
    due_now()
    work(until(card, "REVIEW"))
    card.refresh_from_db()
    assert (card.problem, card.retry_at) == ("", None)


def test_it_gives_up_with_a_reason_and_can_be_set_going_again(
    sandbox: SandboxProcess, begin: Callable[..., CardScan], work: Work, settings: Any, cast: Cast
) -> None:
    settings.CARDSCAN_URL = "http://127.0.0.1:9/v1"
    card = begin()
    for _ in range(handlers.ReadCard.tries):
        due_now()
        commands.run_due()
    card.refresh_from_db()
    assert (card.status, card.problem) == ("FAILED", handlers.NO_ANSWER)
    command = Command.objects.get()
    assert command.status == "FAILED"
    settings.CARDSCAN_URL = f"{sandbox.url}/cardscan/v1"
    assert commands.retry(command, by=cast.ana, now=timezone.now())
    work(until(card, "REVIEW"))


@pytest.mark.parametrize(("key", "problem"), [("", handlers.KEY_REFUSED), ("sk_test_unknown", handlers.KEY_REFUSED)])
def test_it_says_that_our_key_is_refused(
    sandbox: SandboxProcess, begin: Callable[..., CardScan], settings: Any, key: str, problem: str
) -> None:
    settings.CARDSCAN_API_KEY = key
    card = begin()
    commands.run_due()
    card.refresh_from_db()
    assert (card.status, card.problem) == ("FAILED", problem)


def test_it_deletes_the_card_at_the_vendor(
    sandbox: SandboxProcess, begin: Callable[..., CardScan], work: Work, desk: Client, settings: Any
) -> None:
    card = begin()
    work(until(card, "REVIEW"))
    desk.post(reverse("card-delete", args=[card.code]))
    work()
    card.refresh_from_db()
    assert (card.status, card.vendor_card_id, card.fields.count()) == ("DISCARDED", "", 0)
    assert all(found["deleted"] for found in vendor_cards(sandbox, settings))
    assert Command.objects.get(kind="intake.card.delete").status == "DONE"


def test_it_deletes_a_card_that_is_gone_already(
    sandbox: SandboxProcess, begin: Callable[..., CardScan], work: Work, cast: Cast
) -> None:
    from intake.vendors import cardscan

    card = begin()
    work(until(card, "REVIEW"))
    card.refresh_from_db()
    cardscan.client().delete_card(card.vendor_card_id)
    cards.delete_card(card, by=cast.alice, now=timezone.now())
    work()
    assert Command.objects.get(kind="intake.card.delete").status == "DONE"


def test_it_notices_a_card_deleted_at_the_vendor(
    sandbox: SandboxProcess, begin: Callable[..., CardScan], work: Work
) -> None:
    from intake.vendors import cardscan

    sandbox.fault("cardscan", "process", "stuck")
    card = begin()
    work(until(card, "PROCESSING"))
    card.refresh_from_db()
    cardscan.client().delete_card(card.vendor_card_id)
    due_now()
    commands.run_due()
    card.refresh_from_db()
    assert (card.status, card.problem) == ("FAILED", handlers.GONE)


def test_a_card_deleted_while_it_is_opened_leaves_nothing_at_the_vendor(
    sandbox: SandboxProcess, begin: Callable[..., CardScan], work: Work, cast: Cast, settings: Any
) -> None:
    card = begin()
    claimed = commands._claim(Command.objects.get().pk, timezone.now())
    assert claimed
    opened = commands.handler_of(claimed).call(claimed)
    card.refresh_from_db()
    cards.delete_card(card, by=cast.alice, now=timezone.now())
    from core import http

    commands._record(claimed, None, opened, http.Exchange())
    work()
    assert all(found["deleted"] for found in vendor_cards(sandbox, settings))


def test_a_late_answer_changes_nothing_for_a_card_typed_by_hand(
    sandbox: SandboxProcess, begin: Callable[..., CardScan], work: Work, cast: Cast
) -> None:
    card = begin()
    commands.run_due()
    command = Command.objects.get()
    claimed = commands._claim(command.pk, timezone.now())
    assert claimed
    answer = commands.handler_of(claimed).call(claimed)
    card.refresh_from_db()
    cards.type_by_hand(card, by=cast.alice, now=timezone.now())
    from core import http

    commands._record(claimed, None, answer, http.Exchange())
    command.refresh_from_db()
    card.refresh_from_db()
    assert (card.status, command.status) == ("REVIEW", "DONE")


# ---- the second pass: phones, addresses, copays


def test_phones_and_copays_come_by_themselves_a_little_later(
    sandbox: SandboxProcess, begin: Callable[..., CardScan], work: Work, cast: Cast
) -> None:
    sandbox.switch("cardscan", "enrich_seconds", 3600)
    card = begin("FRONT", "BACK")
    work(until(card, "REVIEW", "FAILED"))
    desk = Client()
    desk.force_login(cast.alice)
    page = reverse("card-review", args=[card.code])
    assert "/also/" in desk.get(page).content.decode()  # the page asks until the second pass is through
    sandbox.call("POST", "clock", {"advance_seconds": 3601})
    due_now()
    work(lambda: card.extras.exists())
    kinds = set(card.extras.values_list("kind", flat=True))
    assert {"PHONE", "AMOUNT"} <= kinds
    shown = desk.get(page).content.decode()
    assert "Also on the card" in shown and "Copay, office visit" in shown and "/also/" not in shown
    assert "Copay, office visit" in desk.get(reverse("card-also", args=[card.code])).content.decode()


def test_an_account_without_the_second_pass_costs_nothing(
    sandbox: SandboxProcess, begin: Callable[..., CardScan], work: Work
) -> None:
    sandbox.switch("cardscan", "enrich_seconds", 3600)
    card = begin()
    work(until(card, "REVIEW"))
    CardScan.objects.filter(pk=card.pk).update(read_at=timezone.now() - handlers.NOT_ENRICHED)
    due_now()
    work(lambda: not Command.objects.filter(kind=cards.ENRICH, status__in=Command.OPEN).exists())
    assert Command.objects.get(kind=cards.ENRICH).status == "DONE"
    assert not card.extras.exists() and until(card, "REVIEW")()


def test_a_deleted_card_is_not_looked_at_again(
    sandbox: SandboxProcess, begin: Callable[..., CardScan], work: Work, cast: Cast
) -> None:
    card = begin()
    work(until(card, "REVIEW"))
    card.refresh_from_db()
    cards.delete_card(card, by=cast.alice, now=timezone.now())
    assert Command.objects.get(kind=cards.ENRICH).status == "CANCELLED"
