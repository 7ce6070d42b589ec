"""CardScan fails: the card waits with a reason, its photo goes there once, and nothing of it stays that was deleted."""

from __future__ import annotations

import io
import time
from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from clinic.models import User
from core.models import Command
from intake.handlers import reading as handlers
from intake.models import CardImage, CardScan
from intake.services import cards, patients
from intake.vendors import cardscan
from intake.vendors.cardscan.client import CardScanClient
from sandbox.cardscan.demo_card import DemoCard, draw_front
from tests.conftest import Cast
from tests.faults.plays import Group, Play
from tests.faults.stage import Stage, must_say, next_try, page
from tests.faults.table import Case, End, Lasting, cases, lasting
from tests.sandbox_process import SandboxProcess

pytestmark = [pytest.mark.real, pytest.mark.django_db]
Status = CardScan.Status
BY_FORM = ("upload_url", "upload")
ON_THE_WAY = ("create", "direct_upload", *BY_FORM)


@pytest.fixture(scope="module")
def photo() -> bytes:
    """The front of the sample card."""
    out = io.BytesIO()
    draw_front(DemoCard()).save(out, "JPEG", quality=92)
    return out.getvalue()


@pytest.fixture(scope="module")
def read_there(sandbox_process: SandboxProcess, photo: bytes) -> str:
    """A card that CardScan has read, for all tests that only fetch it."""
    sandbox_process.reset()
    vendor = CardScanClient(f"{sandbox_process.url}/cardscan/v1", "sk_test_cardscan_ai_sandbox_0001")
    card_id = vendor.create_card(both_sides=False, reference="read").card_id
    vendor.send_photo(card_id, "front", photo)
    ends = time.monotonic() + 180
    while (meaning := vendor.get_card(card_id).meaning) is cardscan.Meaning.WAIT and time.monotonic() < ends:
        time.sleep(0.05)
    assert meaning is cardscan.Meaning.READ, "The sandbox did not read the card."
    return card_id


@pytest.fixture
def card(cast: Cast, stage: Stage, photo: bytes, tmp_path: Any) -> CardScan:
    """Emily's card with the photo of its front; the sandbox takes photos and does not read them."""
    stage.settings.MEDIA_ROOT = tmp_path
    stage.sandbox.fault("cardscan", "process", "stuck", times=None)
    emily = patients.register_patient(
        clinic=cast.clinic_a, by=cast.alice, first_name="Emily", last_name="Dickinson", birth_date=date(1986, 3, 15)
    )
    made = cards.new_card(patient=emily, clinic=cast.clinic_a, by=cast.alice)
    cards.put_photo(made, "FRONT", photo, by=cast.alice)
    return made


def fresh(card: CardScan) -> CardScan:
    return CardScan.objects.select_related("clinic").get(pk=card.pk)


def there() -> dict[str, Any]:
    """Return the newest cards at CardScan by their id."""
    answer = cardscan.client()._ask("GET", "/cards", params={"limit": 50})
    return {found["card_id"]: found for found in answer.json()["cards"]}


def begin(scene: str, card: CardScan, by: User, request: pytest.FixtureRequest) -> None:
    """Bring the card to just before the call."""
    if scene == "delete":
        opened = cardscan.client().create_card(both_sides=False, reference="mistake").card_id
        CardScan.objects.filter(pk=card.pk).update(status=Status.FAILED, vendor_card_id=opened)
        cards.delete_card(fresh(card), by=by, now=timezone.now())
        return
    cards.start_reading(card, by=by, now=timezone.now())
    if scene == "get":
        there_already = request.getfixturevalue("read_there")
        CardScan.objects.filter(pk=card.pk).update(status=Status.PROCESSING, vendor_card_id=there_already)
        CardImage.objects.filter(card=card).update(sends=1, sent_at=timezone.now())


def is_through(scene: str, card: CardScan) -> bool:
    """Whether the call that failed has been made good."""
    found = fresh(card)
    if scene == "delete":
        return not found.vendor_card_id
    return found.status == (Status.REVIEW if scene == "get" else Status.PROCESSING)


def must_wait(case: Case, card: CardScan, by: User) -> None:
    """It waits: the page says so, with the next try, and offers what a person can do meanwhile."""
    command, found = Command.objects.get(status="DUE"), fresh(card)
    at = next_try(command.due_at, case.play)
    if case.route.scene == "delete":
        assert found.status == Status.DISCARDED and not found.images.exists()
        return
    assert (found.problem, found.retry_at) == (handlers.VENDOR_SILENT, at)
    text = page(by, "card-review", found.code)
    must_say(text, case.route.meanwhile)
    assert "Type the card in now" in text
    assert f"Next try at {at.astimezone(found.clinic.zone):%H:%M:%S}" in text


def must_be_there_once(case: Case, before: dict[str, Any], opened: str) -> None:
    """One photo of it arrived, and at most one card more was opened, empty, where the answer to opening it got lost."""
    new = [found for card_id, found in there().items() if card_id not in before]
    assert [found["card_id"] for found in new if found["state"] != "pending"] == [opened]
    orphans = 1 if case.route.scene == "create" and case.play.group is Group.DONE else 0
    assert len(new) == 1 + orphans


@pytest.mark.parametrize("case", cases("cardscan"), ids=str)
def test_a_card_gets_through(
    cast: Cast, stage: Stage, card: CardScan, request: pytest.FixtureRequest, case: Case
) -> None:
    before, scene = there(), case.route.scene
    stage.settings.CARDSCAN_DIRECT_UPLOAD = scene not in BY_FORM
    begin(scene, card, cast.alice, request)
    mistake = fresh(card).vendor_card_id
    stage.meet("cardscan", case.route.name, case.play, deadline=case.route.deadline)
    if case.end is End.AGAIN:
        must_wait(case, card, cast.alice)
    else:
        assert fresh(card).problem == ""
    stage.work(until=lambda: is_through(scene, card))
    found = fresh(card)
    assert (found.problem, found.retry_at) == ("", None)
    if scene in ON_THE_WAY:
        must_be_there_once(case, before, found.vendor_card_id)
    elif scene == "get":
        assert found.fields.filter(name="member_number").count() == 1
    else:
        gone = there().get(mistake)
        assert gone is None or gone["deleted"]
        assert not Command.objects.exclude(status="DONE").exists()


@pytest.mark.parametrize(("row", "play"), lasting("cardscan"), ids=str)
def test_a_card_that_is_not_read_is_left_to_a_person(
    cast: Cast, stage: Stage, card: CardScan, request: pytest.FixtureRequest, row: Lasting, play: Play
) -> None:
    begin(row.scene, card, cast.alice, request)
    with stage.failing("cardscan", row.route.name, play, deadline=row.route.deadline, times=None):
        stage.work()
    found = fresh(card)
    assert found.status == row.state and found.problem.startswith(row.sentence)
    text = page(cast.alice, "card-review", found.code)
    assert found.problem in text and "Take the photos again" in text and "Type the card in" in text
    stage.sandbox.fault("cardscan", "process", "stuck", times=None)
    again = cards.take_again(found, by=cast.alice, now=timezone.now())
    cards.start_reading(again, by=cast.alice, now=timezone.now())
    stage.work(until=lambda: is_through("create", again))
