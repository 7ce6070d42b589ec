"""The desk of clinic A with a patient, and the same of clinic B."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from intake.models import CardScan, Patient
from intake.services import patients, review
from tests.conftest import Cast
from tests.intake.cards import card_in_review


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Any) -> None:
    """Keep each test's photos in a folder of its own."""
    from django.core.files.storage import default_storage

    settings.MEDIA_ROOT = tmp_path / "media"
    if hasattr(default_storage, "_below"):
        default_storage._below = None


@pytest.fixture
def emily(cast: Cast) -> Patient:
    """A patient of clinic A."""
    return patients.register_patient(
        clinic=cast.clinic_a, by=cast.alice, first_name="Emily", last_name="Dickinson", birth_date=date(1986, 3, 15)
    )


@pytest.fixture
def desk(cast: Cast) -> Client:
    """Alice's browser."""
    client = Client()
    client.force_login(cast.alice)
    return client


@pytest.fixture
def other_desk(cast: Cast) -> Client:
    """Charlie's browser, in clinic B."""
    client = Client()
    client.force_login(cast.charlie)
    return client


@pytest.fixture
def admin(cast: Cast) -> Client:
    """Ana's browser, an admin of clinic A."""
    client = Client()
    client.force_login(cast.ana)
    return client


@pytest.fixture
def card(cast: Cast, emily: Patient) -> CardScan:
    """Emily's card, read and waiting for review."""
    return card_in_review(emily, cast.clinic_a, cast.alice)


@pytest.fixture
def checked(cast: Cast, card: CardScan) -> CardScan:
    """Emily's card with every field accepted as it was read."""
    from django.utils import timezone

    values = {(row.name, row.position): row.value for row in card.fields.all() if row.value}
    review.review_fields(card, values, by=cast.alice, version=card.version, now=timezone.now())
    return card
