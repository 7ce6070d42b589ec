"""A card that is photographed again keeps its earlier readings, linked both ways."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent
from intake.models import CardMovedOn, CardScan, Patient
from intake.services import cards, readings
from intake.vendors.cardscan import wire
from tests.conftest import Cast
from tests.intake.cards import answer, card_in_review, photo, score


def read(card: CardScan, **details: object) -> CardScan:
    """Let a draft be read as the vendor's answer says."""
    CardScan.objects.filter(pk=card.pk).update(status="PROCESSING")
    card.refresh_from_db()
    cards.receive_fields(card, wire.parse_card(answer(**details)), now=timezone.now())
    return card


def again(card: CardScan, cast: Cast) -> CardScan:
    return cards.take_again(card, by=cast.alice, now=timezone.now())


def page_of(client: Client, card: CardScan) -> str:
    return client.get(reverse("card-review", args=[card.code])).content.decode()


def test_what_was_read_before_stays_and_each_names_the_other(desk: Client, card: CardScan, cast: Cast) -> None:
    fresh = read(again(card, cast), member_number=score("128845683"), group_number=score("98 755"))
    card.refresh_from_db()
    assert (card.status, fresh.earlier, card.fields.exists()) == ("RETAKEN", card, True)
    text = page_of(desk, fresh)
    assert "Earlier:" in text and "128845682" in text and "128845683" in text
    group = next(one for one in readings.others_of(fresh)[0].differences if one.label == "Member ID")
    assert (group.then, group.now) == ("128845682", "128845683")
    assert "Group number" not in {one.label for one in readings.others_of(fresh)[0].differences}
    assert "Later:" in page_of(desk, card) and "Use this reading after all" in page_of(desk, card)
    assert AuditEvent.objects.filter(action="intake.card.viewed", target_pk=card.pk).exists()


def test_one_can_go_back_to_the_earlier_reading(desk: Client, card: CardScan, cast: Cast) -> None:
    fresh = again(card, cast)
    cards.put_photo(fresh, "FRONT", photo(800, 500), by=cast.alice)
    desk.post(reverse("card-earlier", args=[card.code]))
    card.refresh_from_db(), fresh.refresh_from_db()
    assert (card.status, fresh.status, fresh.images.count()) == ("REVIEW", "DISCARDED", 0)


def test_a_newer_reading_is_put_aside_in_turn(desk: Client, card: CardScan, cast: Cast) -> None:
    fresh = read(again(card, cast))
    desk.post(reverse("card-earlier", args=[card.code]))
    fresh.refresh_from_db()
    assert fresh.status == "RETAKEN"
    with pytest.raises(CardMovedOn):
        cards.use_earlier(CardScan.objects.get(pk=card.pk), by=cast.alice, now=timezone.now())


def test_a_newer_one_that_is_being_read_or_was_confirmed_stays(desk: Client, card: CardScan, cast: Cast) -> None:
    fresh = again(card, cast)
    for status in ("PROCESSING", "CONFIRMED"):
        CardScan.objects.filter(pk=fresh.pk).update(status=status)
        answered = desk.post(reverse("card-earlier", args=[card.code]), follow=True)
        assert "no longer where you left it" in answered.content.decode()
        card.refresh_from_db()
        assert card.status == "RETAKEN"


def test_a_confirmed_card_stays_confirmed_when_it_is_taken_again(card: CardScan, cast: Cast) -> None:
    CardScan.objects.filter(pk=card.pk).update(status="CONFIRMED")
    fresh = again(CardScan.objects.get(pk=card.pk), cast)
    card.refresh_from_db()
    assert (card.status, fresh.earlier) == ("CONFIRMED", card)


def test_a_failed_one_gives_its_photos_and_is_named(desk: Client, card: CardScan, cast: Cast) -> None:
    CardScan.objects.filter(pk=card.pk).update(status="FAILED")
    card.refresh_from_db()
    fresh = read(again(card, cast))
    assert "Its values are deleted." in page_of(desk, fresh)


def test_another_card_of_the_patient_with_this_member_id_is_an_earlier_reading(
    desk: Client, card: CardScan, cast: Cast, emily: Patient
) -> None:
    other = card_in_review(emily, cast.clinic_a, cast.alice, answer(member_number=score("999")))
    same = card_in_review(emily, cast.clinic_a, cast.alice, answer(member_number=score("1288-45682")))
    assert [one.card for one in readings.others_of(same)] == [card]
    assert readings.others_of(other) == []


def test_two_who_take_a_card_again_at_once_make_one_new_card(card: CardScan, cast: Cast) -> None:
    second = CardScan.objects.get(pk=card.pk)
    again(card, cast)
    with pytest.raises(CardMovedOn):
        again(second, cast)
