"""What an answer's page leads to: back to Today, check in, a newer card; and what a call's page has at hand."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from eligibility.models import EligibilityCheck
from intake.models import CardScan
from intake.services import cards
from tests.conftest import Cast
from tests.intake.cards import photo

from . import make

pytestmark = pytest.mark.django_db
PRIMARY = "button--primary"


def page(client: Client, user: Any, name: str, *args: Any) -> str:
    client.force_login(user)
    return " ".join(client.get(reverse(name, args=args)).content.decode().split())


def actions(client: Client, user: Any, check: EligibilityCheck) -> list[tuple[str, bool]]:
    """The buttons at the page's head: words, and whether it is the one that stands out."""
    head = page(client, user, "check-detail", check.code).split('class="page-actions"')[1].split("page-content")[0]
    found = [part.split("<")[0] for part in head.split(">") if part.split("<")[0].strip()]
    classes = [part.split('"')[0] for part in head.split('class="') if part.startswith("button")]
    return [(words.strip(), PRIMARY in name) for words, name in zip(found, classes, strict=True)]


def test_an_active_answer_of_today_leads_to_the_check_in(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    visit = make.visit(cast.clinic_a, row.patient)
    check = make.answered(cast.clinic_a, row, make.ACTIVE)
    assert actions(client, cast.alice, check) == [
        ("Write down a call", False),
        ("Check again", False),
        ("Check in", True),
    ]
    back = f'?day={check.date_of_service.isoformat()}">Today</a>'
    assert back in page(client, cast.alice, "check-detail", check.code)
    EligibilityCheck.objects.filter(pk=check.pk).update(answer="CALL_PAYER")
    assert actions(client, cast.alice, check)[1:] == [("Check again", True), ("Check in", False)]
    client.post(reverse("appointment-move", args=[visit.code]), {"to": "ARRIVED"})
    assert actions(client, cast.alice, check) == [("Write down a call", False), ("Check again", True)]
    assert ("Check in", True) not in actions(client, cast.bo, check)


def test_an_inactive_answer_leads_to_a_newer_card(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    make.visit(cast.clinic_a, row.patient)
    check = make.answered(cast.clinic_a, row, make.INACTIVE)
    stands_out = [words for words, is_primary in actions(client, cast.alice, check) if is_primary]
    assert stands_out == ["Scan card"]
    assert ("Scan card", True) not in actions(client, cast.bo, check)


def test_a_plan_nothing_is_said_about_has_no_card(client: Client, cast: Cast) -> None:
    row = make.coverage(cast.clinic_a)
    unknown = make.answered(cast.clinic_a, row, make.rejected("75"))
    assert "The plan as the payer has it" not in page(client, cast.alice, "check-detail", unknown.code)
    stated = {"eligibility_status": "ACTIVE", "plan_metadata": {"plan_name": "Open Choice"}}
    known = make.answered(cast.clinic_a, row, {"response": None, "parsed_response": stated})
    assert "The plan as the payer has it" in page(client, cast.alice, "check-detail", known.code)


def test_the_card_is_at_hand_during_a_call(client: Client, cast: Cast, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    row = make.coverage(cast.clinic_a)
    card = cards.new_card(patient=row.patient, clinic=cast.clinic_a, by=cast.alice)
    cards.put_photo(card, "BACK", photo(), by=cast.alice)
    row.card = card
    row.save(update_fields=["card"])
    back = reverse("card-photo", args=[card.code, "back"])
    assert f'href="{back}"' in page(client, cast.alice, "capture-start", row.code)
    row.payer.phone = "800-555-0100"
    row.payer.save(update_fields=["phone"])
    assert 'href="tel:800-555-0100"' in page(client, cast.alice, "capture-start", row.code)
    CardScan.objects.filter(pk=card.pk).update(clinic=cast.clinic_b)
    assert back not in page(client, cast.alice, "capture-start", row.code)


def test_the_record_of_a_call_says_whose_name_it_is(client: Client, cast: Cast) -> None:
    row = make.coverage(
        cast.clinic_a, relationship="CHILD", subscriber_first_name="June", subscriber_last_name="Ashworth"
    )
    capture = make.finished(cast.clinic_a, row, cast.alice)
    said = page(client, cast.alice, "capture-detail", capture.code)
    assert "<dt>Subscriber&#x27;s first name</dt><dd>June</dd>" in said
    assert "<dt>First name</dt>" not in said
