"""A card over the API beside its reading: remarks to CardScan, earlier readings; and whether a patient is held."""

import pytest
from django.utils import timezone

from core.models import Command
from intake import images
from intake.handlers import flagging
from intake.models import CardImage, CardScan, Patient
from intake.services import cards, flags, keeping
from tests.conftest import Cast
from tests.intake.test_api import Api, send_photo


@pytest.fixture
def api(cast: Cast) -> Api:
    return Api(cast.alice, cast.clinic_a)


@pytest.fixture
def read(card: CardScan) -> CardScan:
    """A card that CardScan has."""
    CardScan.objects.filter(pk=card.pk).update(vendor_card_id="v-1")
    card.refresh_from_db()
    return card


def test_a_program_tells_cardscan_and_hears_what_became_of_it(api: Api, cast: Cast, read: CardScan) -> None:
    address = f"/card-scans/{read.code}/flags/"
    answer = api("POST", address, {"kind": "incorrect_elements", "message": "The group is 7, not 1."})
    assert answer.status_code == 201 and answer.json()["fate"] == "WAITING"
    command = Command.objects.get(kind=flags.FLAG)
    flagging.FlagCard().record(command, None, now=timezone.now())
    (told,) = Api(cast.bo, cast.clinic_a)("GET", address).json()
    assert (told["kind"], told["message"], told["fate"]) == ("incorrect_elements", "The group is 7, not 1.", "SENT")
    assert told["ended_at"] and read.flags.get().created_by == cast.alice


def test_what_cannot_be_told_is_refused(api: Api, cast: Cast, read: CardScan) -> None:
    address = f"/card-scans/{read.code}/flags/"
    for wrong in ({}, {"kind": "ugly"}, {"kind": "other", "message": "x" * 5000}, {"kind": "other", "message": "\x07"}):
        assert api("POST", address, wrong).status_code == 400, wrong
    assert Api(cast.bo, cast.clinic_a)("POST", address, {"kind": "other"}).status_code == 403
    assert Api(cast.charlie, cast.clinic_b)("POST", address, {"kind": "other"}).status_code == 404
    assert Api(cast.charlie, cast.clinic_b)("GET", address).status_code == 404
    CardScan.objects.filter(pk=read.pk).update(vendor_card_id="")
    assert api("POST", address, {"kind": "other"}).status_code == 409
    assert not read.flags.exists() and not Command.objects.filter(kind=flags.FLAG).exists()


def test_earlier_readings_are_listed_with_their_values(api: Api, cast: Cast, read: CardScan) -> None:
    second = cards.take_again(read, by=cast.alice, now=timezone.now())
    CardScan.objects.filter(pk=second.pk).update(status="REVIEW")
    second.refresh_from_db()
    third = cards.take_again(second, by=cast.alice, now=timezone.now())
    rows = Api(cast.bo, cast.clinic_a)("GET", f"/card-scans/{third.code}/earlier/").json()
    assert [row["code"] for row in rows] == [str(second.code), str(read.code)]
    assert [row["status"] for row in rows] == ["RETAKEN", "RETAKEN"] and rows[1]["fields"]["member_number"]["value"]
    cards.delete_card(CardScan.objects.get(pk=second.pk), by=cast.alice, now=timezone.now())
    rows = api("GET", f"/card-scans/{third.code}/earlier/").json()
    assert [row["code"] for row in rows] == [str(read.code)]
    assert Api(cast.charlie, cast.clinic_b)("GET", f"/card-scans/{third.code}/earlier/").status_code == 404


def test_a_program_sees_how_photos_were_turned_and_may_have_them_read_all_the_same(api: Api, emily: Patient) -> None:
    code = api("POST", "/card-scans/", {"patient": str(emily.code)}).json()["code"]
    assert send_photo(api, code).json()["turned"] == {}
    send_photo(api, code, side="back")
    CardImage.objects.filter(card__code=code, side="FRONT").update(turned=2)
    CardImage.objects.filter(card__code=code, side="BACK").update(turned=images.ON_SIDE)
    assert api("GET", f"/card-scans/{code}/").json()["turned"] == {"front": 2, "back": None}
    started = api("POST", f"/card-scans/{code}/start/")
    assert (started.status_code, started.json()["status"]) == (202, "QUEUED")


def test_a_program_sees_that_a_patient_is_held_and_not_why(api: Api, cast: Cast, emily: Patient) -> None:
    assert api("GET", f"/patients/{emily.code}/").json()["held"] is False
    keeping.set_hold(emily, "Letter of Hale & Park", clinic=cast.clinic_a, by=cast.ana, now=timezone.now())
    answer = api("GET", f"/patients/{emily.code}/")
    assert answer.json()["held"] is True and "Hale" not in answer.content.decode()
