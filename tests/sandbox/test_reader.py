"""The card reader on pictures: drawn cards as scans and photos, both sides, and pictures that are no card."""

import io
import os
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from sandbox.cardscan.demo_card import DemoCard, draw_front
from sandbox.cardscan.demo_card import draw_back as draw_demo_back
from sandbox.cardscan.reader import ReadCard, put_together, read_card, read_side
from tests.cards.draw import draw_back
from tests.cards.draw import draw_front as draw
from tests.cards.first_look import FIRST_LOOK
from tests.cards.last_look import LAST_LOOK
from tests.cards.layouts import TUNED, Layout
from tests.cards.photo import as_bytes
from tests.cards.scenes import NOT_CARDS
from tests.cards.second_look import SECOND_LOOK
from tests.cards.truth import copays_of, dependents_of, field_count, value_of, wrong_fields

pytestmark = pytest.mark.real

LAYOUTS = {layout.name: layout for layout in (*TUNED, *FIRST_LOOK, *SECOND_LOOK, *LAST_LOOK)}
#: layout -> how it is photographed; one reading takes most of a second, so each kind of card is read once
READ_AS = {
    "ruled": "photo", "slashes": "scan", "numbered": "poor", "captions": "scan", "header_row": "small", "dark": "photo",
    "right_column": "scan", "no_name_label": "scan", "shouting": "scan", "phone_screen": "scan",
    "two_people": "photo", "big_name": "scan",
}  # fmt: skip
SAMPLES = os.environ.get("CARD_SAMPLES", "")


@cache
def read(name: str) -> tuple[Layout, ReadCard]:
    layout = LAYOUTS[name]
    return layout, read_card(as_bytes(draw(layout).front, READ_AS[name]))


@pytest.mark.parametrize("name", READ_AS)
def test_it_reads_a_drawn_front(name: str) -> None:
    layout, card = read(name)
    assert card.is_card
    assert card.seconds > 0
    wrong = wrong_fields(layout.read_as or layout.member, card)
    assert len(wrong) <= 1, wrong


def test_it_reads_nineteen_of_twenty_fields() -> None:
    wrong: Counter[str] = Counter()
    for name in READ_AS:
        layout, card = read(name)
        wrong.update(wrong_fields(layout.read_as or layout.member, card).keys())
    assert wrong.total() <= 0.05 * field_count() * len(READ_AS), wrong


def test_both_sides_agree_by_the_barcode() -> None:
    layout, _ = read("ruled")
    front = read_side(as_bytes(draw(layout).front))
    card = put_together(front, read_side(as_bytes(draw_back(layout.member), "poor")))
    assert wrong_fields(layout.member, card) == {}
    for name in ("member_number", "group_number", "rx_bin", "rx_pcn", "member_name"):
        assert min(map(float, card.details[name]["scores"])) >= 0.99, name
    assert card.enriched["processed_sides"] == "both"
    phones = {row["type"]: row["number"] for row in card.enriched["phone_numbers"]}
    assert phones["member_services_phone"] == layout.member.phone
    assert card.enriched["addresses"][0]["type"] == "medical_claims_address"


@pytest.mark.parametrize("turned", ["left", "down"])
def test_it_reads_a_photo_that_is_not_upright(turned: str) -> None:
    layout = LAYOUTS["one_line"]
    assert wrong_fields(layout.member, read_card(as_bytes(draw(layout).front, turned))) == {}


@pytest.mark.parametrize("scene", ["landscape", "prose", "blank", "fur", "driver licence"])
def test_it_refuses_what_is_no_card(scene: str) -> None:
    card = read_card(as_bytes(NOT_CARDS[scene]()))
    assert not card.is_card
    assert (card.details, card.enriched) == ({}, {})


def test_a_good_back_does_not_make_a_card_of_a_landscape() -> None:
    scene = read_side(as_bytes(NOT_CARDS["landscape"]()))
    assert not put_together(scene, read_side(as_bytes(draw_back(LAYOUTS["ruled"].member)))).is_card


def _png(picture: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def test_it_reads_the_card_of_the_demo() -> None:
    truth = DemoCard()
    card = read_card(_png(draw_front(truth)), _png(draw_demo_back(truth)))
    for name in ("member_number", "group_number", "payer_id", "rx_bin", "rx_pcn"):
        assert value_of(card, name) == getattr(truth, name)
    assert value_of(card, "plan_name") == truth.plan_name.lower()
    assert dependents_of(card) == [truth.dependent.lower()]
    assert copays_of(card)["office_visit"] == 25


if SAMPLES:  # a folder with sample cards that are not ours to keep here

    @pytest.mark.parametrize("sides", ["front", "both"])
    def test_it_reads_the_vendors_sample_card(sides: str) -> None:
        front, back = (Path(SAMPLES, f"uhc_{side}.png").read_bytes() for side in ("front", "back"))
        card = read_card(front, back if sides == "both" else None)
        expected = {
            "member_number": "128845682",
            "group_number": "98755",
            "payer_id": "87726",
            "member_name": "emily dickinson",
            "rx_bin": "610279",
            "rx_pcn": "9987",
            "plan_name": "unitedhealthcare choice plus",
            "payer_name": "unitedhealthcare",
        }
        assert {name: value_of(card, name) for name in expected} == expected
        assert dependents_of(card) == ["richard dickinson"]
        copays = {"office_visit": 25, "emergency_room": 300, "urgent_care": 150, "specialist_visit": 30}
        assert copays_of(card) == copays
