"""Whom a card may mean when nothing decides: suggested with a reason, never chosen by itself."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from intake.models import CardScan, Patient, Payer
from intake.services.payer_suggestions import suggestions_for
from intake.services.payers import learn_alias, payer_from_choice
from tests.conftest import Cast
from tests.intake.cards import answer, card_in_review, score


def read(cast: Cast, emily: Patient, name: str, matches: list[dict[str, Any]]) -> CardScan:
    """Return a card that prints this payer and is taken by the reader for those."""
    document = answer(member_number=score("128845682"), payer_name=score(name))
    document["payer_match"] = {"matches": matches}
    return card_in_review(emily, cast.clinic_a, cast.alice, document)


def test_the_readers_matches_come_first_and_names_like_it_after(cast: Cast, emily: Patient) -> None:
    payer_from_choice("00621", "Blue Cross and Blue Shield of Illinois")
    payer_from_choice("84980", "Blue Cross and Blue Shield of Texas")
    payer_from_choice("60054", "Aetna")
    card = read(cast, emily, "Blue Cross Blue Shield", [])
    card.vendor_answer = {
        "payer_match": {"matches": [{"payer_id": "53120", "payer_name": "BCBS Florida", "score": "0.41"}]}
    }
    found = suggestions_for(card, "Blue Cross Blue Shield")
    assert (found[0].edi_payer_id, found[0].why) == ("53120", "CardScan takes the card for this payer, 41 % sure")
    assert {item.edi_payer_id for item in found[1:]} == {"00621", "84980"}
    assert {item.why for item in found[1:]} == {"Its name is like the printed one"}


def test_a_name_that_a_card_printed_before_counts(cast: Cast, emily: Patient) -> None:
    learn_alias(payer_from_choice("60054", "Aetna"), "Open Choice Network")
    card = read(cast, emily, "Open Choice Networks", [])
    assert card.payer is None
    assert [item.name for item in suggestions_for(card, "Open Choice Networks")] == ["Aetna"]


def test_nobody_is_suggested_where_the_payer_is_known(cast: Cast, emily: Patient) -> None:
    payer_from_choice("60054", "Aetna")
    assert suggestions_for(read(cast, emily, "Aetna", []), "Aetna") == []


@pytest.mark.parametrize(
    "document", [None, {}, {"payer_match": {"matches": "none"}}, {"payer_match": {"message": "off"}}]
)
def test_an_answer_without_matches_suggests_nobody(cast: Cast, emily: Patient, document: Any) -> None:
    card = read(cast, emily, "Wellcare", [])
    card.vendor_answer = document
    assert suggestions_for(card, "Wellcare") == []


def test_the_review_offers_them_and_searches_the_directory(desk: Client, cast: Cast, emily: Patient) -> None:
    payer_from_choice("84980", "Blue Cross and Blue Shield of Texas")
    payer_from_choice("00621", "Blue Cross and Blue Shield of Illinois")
    card = read(cast, emily, "Blue Cross Blue Shield", [])
    page = desk.get(reverse("card-review", args=[card.code])).content.decode()
    assert "Perhaps one of these" in page and "Its name is like the printed one" in page
    assert f"{reverse('payer-search')}?like=Blue%20Cross%20Blue%20Shield" in page
    card.refresh_from_db()
    assert card.payer is None and Payer.objects.count() == 2
