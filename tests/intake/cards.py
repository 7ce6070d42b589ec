"""Cards, photos and vendor answers for the tests of intake: drawn here, nobody's."""

import io
from typing import Any

from django.utils import timezone
from PIL import Image, ImageDraw

from clinic.models import Clinic, User
from intake.models import CardScan, FieldOutcome, Patient
from intake.services import cards
from intake.vendors.cardscan import wire

EMILY: dict[str, Any] = {"first_name": "Emily", "last_name": "Dickinson", "birth_date": "1986-03-15"}


def photo(width: int = 640, height: int = 400, mode: str = "RGB", **save: Any) -> bytes:
    """Return a picture with something and a few lines of print on it, as JPEG unless `format` says otherwise."""
    image = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(image)
    pen.rectangle((20, 20, width // 2, height // 3), fill="navy")
    size = min(height / 16, width / 26)
    for line in range(4, 10):
        pen.text((20, height * line // 11), "Member ID 128845682 of a made-up plan", "black", font_size=size)
    out = io.BytesIO()
    image.convert(mode).save(out, save.pop("format", "JPEG"), **save)
    return out.getvalue()


def score(value: str, text: str = "0.995", label: str = "0.99") -> dict[str, Any]:
    """Return a MatchScore as the vendor writes it."""
    return {"value": value, "scores": [text, label]}


def answer(state: str = "completed", **details: Any) -> dict[str, Any]:
    """Return a vendor card; without details a made-up UnitedHealthcare member's."""
    return {
        "card_id": "6f1c1b6e-58a3-4f6e-9d0a-3c3f6f0f9b11",
        "state": state,
        "created_at": "2026-11-20 15:02:11.120000+00:00",
        "deleted": False,
        "metadata": {"insurance_scan_version": "test-1", "payer_match_version": None},
        "images": {"front": {"url": "https://images.example/front?X-Amz-Signature=secret"}},
        "payer_match": {"message": "Payer Match is not enabled for this account"},
        "details": details
        or {
            "member_number": score("128845682", "0.998", "0.994"),
            "group_number": score("98755", "0.99", "0.97"),
            "member_name": score("emily dickinson", "0.61", "0.9"),
            "payer_name": score('unitedhealthcare"', "0.98", "0.99"),
            "payer_id": score("87726", "0.99", "0.99"),
            "rx_bin": score("610279"),
            "rx_pcn": score("9987"),
            "start_date": score("01/01/2026", "0.9", "0.97"),
            "dependent_names": [score("richard dickinson"), score("lavinia dickinson", "0.7", "0.9")],
        },
    }


def card_in_review(patient: Patient, clinic: Clinic, by: User, document: dict[str, Any] | None = None) -> CardScan:
    """Return a card whose fields were read, as they are after the vendor's answer."""
    card = cards.new_card(patient=patient, clinic=clinic, by=by)
    CardScan.objects.filter(pk=card.pk).update(status=CardScan.Status.PROCESSING)
    card.refresh_from_db()
    cards.receive_fields(card, wire.parse_card(document or answer()), now=timezone.now())
    return card


def value_of(card: CardScan, position: int = 0, name: str = "rx_bin", **columns: Any) -> FieldOutcome:
    """Return what became of a value of a card, accepted as it was read unless told otherwise."""
    kept = {"score": "0.99500", "accepted": True, "decided_at": timezone.now()} | columns
    return FieldOutcome.objects.create(clinic=card.clinic, card=card, name=name, position=position, **kept)
