"""Photos that a crash left behind are gone the next night; on disk here, in S3 below."""

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from core import tasks
from intake.models import CardImage, Patient
from intake.services import cards, sweep
from tests.conftest import Cast
from tests.intake.cards import photo
from tests.services import s3

DAY = 24 * 3600


def age(name: str, seconds: float) -> None:
    path = Path(default_storage.below.path(name))
    os.utime(path, (time.time() - seconds,) * 2)


@pytest.mark.django_db
def test_the_night_takes_what_no_row_names(cast: Cast, emily: Patient) -> None:
    card = cards.new_card(patient=emily, clinic=cast.clinic_a, by=cast.alice)
    kept = str(cards.put_photo(card, "FRONT", photo(), by=cast.alice).file.name)
    lost, young = (default_storage.save(f"cards/{name}.jpg", ContentFile(b"x")) for name in ("lost", "young"))
    age(kept, DAY)
    age(lost, DAY)
    tasks.tidy()
    assert [default_storage.exists(name) for name in (kept, lost, young)] == [True, False, True]
    assert sweep.sweep_photos() == 0


@pytest.mark.django_db
def test_a_clinic_without_photos_has_nothing_to_sweep() -> None:
    assert sweep.sweep_photos() == 0


@pytest.mark.real
@pytest.mark.django_db
def test_it_sweeps_s3(request: Any, settings: Any, cast: Cast, emily: Patient) -> None:
    with s3(request.config.rootpath / "deploy" / "s3.json") as url:
        settings.STORAGE_URL = url
        default_storage._below = None
        default_storage.ensure_bucket()
        assert sweep.sweep_photos() == 0
        card = cards.new_card(patient=emily, clinic=cast.clinic_a, by=cast.alice)
        kept = str(cards.put_photo(card, "FRONT", photo(), by=cast.alice).file.name)
        lost = default_storage.save("cards/lost.jpg", ContentFile(b"x"))
        assert sweep.sweep_photos() == 0
        assert sweep.sweep_photos(now=timezone.now() + timedelta(hours=2)) == 1
        assert (default_storage.exists(kept), default_storage.exists(lost)) == (True, False)
        assert CardImage.objects.get().file.name == kept
    default_storage._below = None
