"""Photos without a patient: kept one by one, offered in pairs, given to patients, swept."""

import io
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from core import tidying
from core.models import AuditEvent
from intake import images
from intake.models import CardScan, LoosePhoto, Patient
from intake.services import deletions, loose
from intake.services.sweep import sweep_photos
from tests.browser.conftest import saved
from tests.camera import ELLEN, PRIYA
from tests.conftest import Cast
from tests.intake.cards import photo

pytestmark = pytest.mark.django_db
QUEUE = "loose-photos"


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Front and back of two people's cards, as files."""
    files: list[bytes] = []
    for member in (ELLEN, PRIYA):
        files += [path.read_bytes() for path in saved(member, tmp_path_factory.mktemp("card"))]
    return files


def lot_of(cast: Cast, *photos: bytes) -> list[LoosePhoto]:
    lot = uuid.uuid4()
    return [
        loose.add_photo(data, clinic=cast.clinic_a, by=cast.alice, lot=lot, place=place)
        for place, data in enumerate(photos)
    ]


def piles() -> list[list[str]]:
    """Return the sides of each card that waits, in order."""
    found: dict[Any, list[str]] = {}
    for kept in LoosePhoto.objects.order_by("lot", "place"):
        found.setdefault(kept.pile, []).append(kept.side)
    return list(found.values())


def press(client: Client, name: str, pile: Any, **form: Any) -> Any:
    return client.post(reverse(name, args=[pile]), form, follow=True)


def test_the_night_keeps_a_photo_that_is_given_to_a_patient_meanwhile(cast: Cast, emily: Patient) -> None:
    (kept,) = lot_of(cast, photo())
    given: list[CardScan] = []

    def give(execute: Any, sql: str, *rest: Any) -> Any:
        """Give the photo to the patient between the night's two looks at the rows."""
        found = execute(sql, *rest)
        if not given and "file" in sql and sql.startswith("SELECT"):
            given.append(None)  # type: ignore[arg-type]
            given[0] = loose.assign(cast.clinic_a, kept.pile, emily, by=cast.alice, now=timezone.now())
        return found

    with connection.execute_wrapper(give):
        sweep_photos(now=timezone.now() + timedelta(hours=2))
    assert given and default_storage.exists(str(given[0].images.get().file.name))


def test_today_leads_to_them_while_some_wait(desk: Client, cast: Cast) -> None:
    assert b"Photos to assign" not in desk.get(reverse("today")).content
    lot_of(cast, photo())
    page = desk.get(reverse("today")).content.decode()
    assert "Photos to assign (1)" in page and reverse(QUEUE) in page
    reader = Client()
    reader.force_login(cast.ana)
    assert b"Photos to assign" not in reader.get(reverse("today")).content


def test_front_back_front_back_makes_two_cards(cast: Cast, sides: list[bytes]) -> None:
    lot_of(cast, *sides)
    assert piles() == [["FRONT", "BACK"], ["FRONT", "BACK"]]


def test_two_fronts_of_one_design_are_no_pair(cast: Cast, sides: list[bytes]) -> None:
    lot_of(cast, sides[0], sides[2])
    assert piles() == [["FRONT"], ["FRONT"]]


def test_photos_of_two_choices_are_no_pair(cast: Cast, sides: list[bytes]) -> None:
    lot_of(cast, sides[0])
    loose.add_photo(sides[1], clinic=cast.clinic_a, by=cast.alice, lot=uuid.uuid4(), place=1)
    assert piles() == [["FRONT"], ["FRONT"]]


def test_one_bad_photo_spoils_nothing(desk: Client, cast: Cast, sides: list[bytes]) -> None:
    files = [sides[0], b"%PDF-1.7 a letter", sides[2], sides[3]]
    sent = [SimpleUploadedFile(f"{number}.png", data) for number, data in enumerate(files)]
    answer = desk.post(reverse("loose-add"), {"lot": str(uuid.uuid4()), "photo": sent}, follow=True)
    assert "Photo 2: This is a PDF document." in answer.content.decode()
    assert piles() == [["FRONT"], ["FRONT", "BACK"]]


def test_a_script_gets_the_reason_of_each(desk: Client, sides: list[bytes]) -> None:
    form = {"lot": str(uuid.uuid4()), "place": "0", "photo": SimpleUploadedFile("a.png", b"nothing")}
    assert desk.post(reverse("loose-add"), form).json()["refused"].startswith("This file is not a photo")
    form["photo"] = SimpleUploadedFile("a.png", sides[0])
    assert desk.post(reverse("loose-add"), form).json() == {"refused": ""}


@pytest.mark.parametrize("lot", ["", "x", "1" * 40])
def test_a_lot_that_is_none_is_404(desk: Client, lot: str) -> None:
    assert desk.post(reverse("loose-add"), {"lot": lot}).status_code == 404


def test_there_are_limits_in_sentences(cast: Cast, monkeypatch: Any) -> None:
    with pytest.raises(images.PhotoRefused, match="more than 40 photos"):
        loose.add_photo(photo(), clinic=cast.clinic_a, by=cast.alice, lot=uuid.uuid4(), place=loose.MOST_AT_ONCE)
    monkeypatch.setattr(loose, "MOST_WAITING", 1)
    lot_of(cast, photo())
    with pytest.raises(images.PhotoRefused, match="wait already"):
        lot_of(cast, photo())
    loose.add_photo(photo(), clinic=cast.clinic_b, by=cast.charlie, lot=uuid.uuid4(), place=0)


def test_pairs_are_swapped_taken_apart_and_put_together(desk: Client, cast: Cast, sides: list[bytes]) -> None:
    front, back = lot_of(cast, *sides[:2])
    press(desk, "loose-swap", front.pile)
    front.refresh_from_db(), back.refresh_from_db()
    assert (front.side, back.side, front.pile) == ("BACK", "FRONT", back.pile)
    press(desk, "loose-apart", front.pile)
    front.refresh_from_db(), back.refresh_from_db()
    assert (front.side, back.side) == ("FRONT", "FRONT") and front.pile != back.pile
    press(desk, "loose-together", front.pile, back=back.pile)
    back.refresh_from_db()
    assert (back.side, back.pile) == ("BACK", front.pile)
    again = press(desk, "loose-together", front.pile, back=front.pile)
    assert "given to a patient or deleted meanwhile" in again.content.decode()


def test_a_card_is_found_its_patient_and_read(desk: Client, cast: Cast, emily: Patient, sides: list[bytes]) -> None:
    front, _ = lot_of(cast, *sides[:2])
    found = press(desk, "loose-find", front.pile, q="dickinson").content.decode()
    assert "Emily Dickinson" in found and str(emily.code) in found
    page = press(desk, "loose-assign", front.pile, patient=emily.code).content.decode()
    card = CardScan.objects.get()
    assert "is being read" in page and "Emily Dickinson" in page
    assert (card.patient, card.status, card.has_back, card.images.count()) == (emily, "QUEUED", True, 2)
    assert not LoosePhoto.objects.exists()
    assert all(default_storage.exists(str(image.file.name)) for image in card.images.all())
    again = press(desk, "loose-assign", front.pile, patient=emily.code).content.decode()
    assert "given to a patient or deleted meanwhile" in again and CardScan.objects.count() == 1


def test_a_doubtful_photo_waits_for_a_look(desk: Client, cast: Cast, emily: Patient) -> None:
    (kept,) = lot_of(cast, photo(300, 200))
    page = press(desk, "loose-assign", kept.pile, patient=emily.code).content.decode()
    assert "Look at them before the card is read" in page
    assert (CardScan.objects.get().status, CardScan.objects.get().images.get().is_doubtful) == ("DRAFT", True)


def test_a_photo_on_its_side_waits_until_somebody_says_which_way(desk: Client, cast: Cast, emily: Patient) -> None:
    (kept,) = lot_of(cast, photo())
    assert "lies on its side" not in desk.get(reverse(QUEUE)).content.decode()
    LoosePhoto.objects.update(turned=images.ON_SIDE)
    assert "lies on its side" in desk.get(reverse(QUEUE)).content.decode()
    page = press(desk, "loose-assign", kept.pile, patient=emily.code).content.decode()
    card = CardScan.objects.get()
    assert "Look at them before the card is read" in page
    assert (card.status, card.images.get().is_on_side) == ("DRAFT", True)
    asked = desk.get(reverse("card-capture", args=[card.code])).content.decode()
    assert "Turn it left" in asked and "Turn it right" in asked


def test_what_was_turned_by_itself_in_the_queue_is_known_on_the_card(
    cast: Cast, emily: Patient, sides: list[bytes]
) -> None:
    with Image.open(io.BytesIO(sides[0])) as card:
        out = io.BytesIO()
        card.rotate(90, expand=True).save(out, "PNG")
    (kept,) = lot_of(cast, out.getvalue())
    assert kept.turned == 1 and kept.width > kept.height
    card_scan = loose.assign(cast.clinic_a, kept.pile, emily, by=cast.alice, now=timezone.now())
    assert (card_scan.status, card_scan.images.get().turned) == ("QUEUED", 1)


def test_photos_go_when_they_are_thrown_away_or_after_three_days(
    desk: Client, cast: Cast, sides: list[bytes], django_capture_on_commit_callbacks: Any
) -> None:
    thrown, left = lot_of(cast, sides[0], sides[2])
    with django_capture_on_commit_callbacks(execute=True):
        press(desk, "loose-delete", thrown.pile)
    assert not default_storage.exists(str(thrown.file.name))
    with django_capture_on_commit_callbacks(execute=True):
        assert loose.sweep_loose() == 0
        assert loose.sweep_loose(now=timezone.now() + timedelta(days=loose.KEPT_DAYS, minutes=1)) == 1
    assert not default_storage.exists(str(left.file.name)) and not LoosePhoto.objects.exists()
    assert AuditEvent.objects.filter(action="intake.photo.thrown_away").count() == 2
    assert loose.sweep_loose in tidying._registered


def test_the_sweep_of_files_leaves_them(cast: Cast, sides: list[bytes]) -> None:
    (kept,) = lot_of(cast, sides[0])
    assert sweep_photos(now=timezone.now() + timedelta(hours=3)) == 0
    assert default_storage.exists(str(kept.file.name))


def test_the_queue_is_this_clinics_alone(desk: Client, other_desk: Client, cast: Cast, sides: list[bytes]) -> None:
    (kept,) = lot_of(cast, sides[0])
    assert str(kept.pile) in desk.get(reverse(QUEUE)).content.decode()
    assert str(kept.pile) not in other_desk.get(reverse(QUEUE)).content.decode()
    assert desk.get(reverse("loose-photo", args=[kept.code]))["Content-Type"] == "image/jpeg"
    assert other_desk.get(reverse("loose-photo", args=[kept.code])).status_code == 404
    assert "Photos to assign (1)" in desk.get(reverse("patient-list")).content.decode()


def test_another_clinics_patient_is_404(desk: Client, cast: Cast, sides: list[bytes]) -> None:
    (kept,) = lot_of(cast, sides[0])
    for patient in ("", "x", str(uuid.uuid4())):
        assert press(desk, "loose-assign", kept.pile, patient=patient).status_code == 404
    assert LoosePhoto.objects.exists()


def test_a_photo_given_to_a_patient_has_the_fingerprint_that_proves_its_deletion(cast: Cast, emily: Patient) -> None:
    (kept,) = lot_of(cast, photo())
    card = loose.assign(cast.clinic_a, kept.pile, emily, by=cast.alice, now=timezone.now())
    image = card.images.get()
    with default_storage.open(str(image.file.name)) as file:
        assert image.proof == deletions.proof_of(file.read())
