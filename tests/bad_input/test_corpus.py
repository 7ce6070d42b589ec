"""A part of the corpus through the real upload: each file is decided, and the next photo is always taken.

`python -m bench corpus` sends all 10,000.
"""

import json
from collections import Counter
from datetime import date

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image

from intake import images
from intake.models import CardImage
from intake.services import cards, patients
from tests.bad_input.corpus import HEAVY, NAMES, Upload, by_hand, corpus
from tests.bad_input.desk import NOT_SENT, Desk
from tests.bad_input.pictures import REFUSED, TAKEN, seeds, with_scans
from tests.conftest import Cast

SOME = 300


@pytest.fixture
def upload_desk(cast: Cast, settings: object, tmp_path: object) -> Desk:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    if hasattr(default_storage, "_below"):
        default_storage._below = None
    client = Client()
    client.force_login(cast.alice)
    emily = patients.register_patient(
        clinic=cast.clinic_a, by=cast.alice, first_name="Emily", last_name="Dickinson", birth_date=date(1986, 3, 15)
    )
    return Desk(client, cards.new_card(patient=emily, clinic=cast.clinic_a, by=cast.alice))


def test_every_file_is_decided_and_no_decoder_dies(upload_desk: Desk) -> None:
    found = Counter()
    for upload in corpus(SOME):
        if upload.what in HEAVY:
            continue
        decision = upload_desk.send(upload)
        assert decision.is_decided, (upload, decision.status)
        found["died"] += decision.died
        found["taken" if decision.is_taken else decision.sentence] += 1
    assert found["died"] == 0
    assert found["taken"] > 50 and len(found) >= 9, found


@pytest.mark.parametrize("kind", [*TAKEN, *REFUSED])
def test_ordinary_files_are_taken_or_refused_by_their_kind(upload_desk: Desk, kind: str) -> None:
    decision = upload_desk.send(Upload(kind, "front.jpg", seeds()[kind]))
    assert decision.is_taken == (kind in TAKEN), decision.sentence


@pytest.mark.parametrize("name", NAMES)
def test_names_change_nothing(upload_desk: Desk, name: str) -> None:
    decision = upload_desk.send(Upload("jpeg", name, seeds()["jpeg"]))
    assert decision.is_taken or decision.sentence == NOT_SENT
    for image in CardImage.objects.all():
        assert str(image.file.name).startswith("cards/") and len(str(image.file.name)) == 42


def test_what_is_kept_is_a_plain_jpeg_without_what_came_along(upload_desk: Desk) -> None:
    strange = [pair for pair in by_hand() if "comment" in pair[0] or "then" in pair[0] or "note" in pair[0]]
    taken = 0
    for what, data in strange:
        if upload_desk.send(Upload(what, "front.jpg", data)).is_taken:
            taken += 1
            with default_storage.open(str(CardImage.objects.get().file.name)) as file:
                kept = file.read()
            image = Image.open(default_storage.open(str(CardImage.objects.get().file.name)))
            assert image.format == "JPEG" and not image.getexif() and not image.info.get("comment")
            assert not any(word in kept for word in (b"script", b"php", b"PK\x05\x06", b"%PDF"))
    assert taken >= 6


def test_a_picture_that_takes_too_long_is_refused_and_the_next_is_taken() -> None:
    """Five thousand scans take many times the processor time that a photo may cost."""
    with pytest.raises(images.PhotoRefused) as refused:
        images.clean(with_scans((7000, 7000), 5000))
    slow = images.REFUSALS[images.worker.TOO_SLOW]
    assert str(refused.value) in {slow, images.DIED}  # the second where the machine has much else to do
    assert images.clean(seeds()["jpeg"]).width == 300


def test_the_corpus_is_the_same_at_every_run() -> None:
    def brief() -> str:
        return json.dumps([(one.what, one.name, len(one.data), sum(one.data[:500])) for one in corpus(SOME)])

    assert brief() == brief()
