"""The measure: what counts as right, how the figures are computed, and that held-out cards are not told."""

import pytest
from PIL import Image

from sandbox.cardscan.reader import ReadCard
from tests.cards.compare import Judged, judge, normal
from tests.cards.families import Face
from tests.cards.figures import Tally, count, table
from tests.cards.measure import main

PAGE = Image.new("RGB", (8, 8))


def face(also: dict[str, tuple[str, ...]] | None = None, **values: str) -> Face:
    return Face("made up", PAGE, None, values, frozenset({("office_visit", 25), ("emergency_room", 250)}), also or {})


def row(service: str, value: float, category: str = "copay") -> dict[str, object]:
    return {"service": service, "category": category, "value": value, "score": "0.80"}


def card(*copays: dict[str, object], **values: str) -> ReadCard:
    details = {name: {"value": value, "scores": ["0.95", "0.70"]} for name, value in values.items()}
    return ReadCard(True, 0.1, details, {"copays_deductibles": list(copays)}, {})


def only(field: str, rows: list[Judged]) -> Judged:
    return next(one for one in rows if one.field == field)


@pytest.mark.parametrize(
    ("field", "truth", "said", "right"),
    [
        ("member_number", "908 44 1275", "908441275", True),
        ("member_number", "W1234-01", "W123401", False),
        ("member_number", "0012", "12", False),
        ("member_name", "ROSA O'Brien-Diaz", "rosa obrien diaz", True),
        ("member_name", "ROSA DIAZ", "rosadiaz", False),
        ("member_name", "ROSA DIAZ", "diaz rosa", False),
        ("payer_name", "Pinnacle Life Insurance Company", "pinnacle life insurance", True),
        ("payer_name", "Pinnacle Life Insurance Company", "pinnacle life", False),
        ("plan_name", "Choice (HMO-POS)", "choice hmo pos", True),
        ("plan_name", "Choice 500", "choice", False),
    ],
)
def test_a_value_is_compared_strictly(field: str, truth: str, said: str, right: bool) -> None:
    assert (normal(field, truth) == normal(field, said)) is right
    assert only(field, judge(face(**{field: truth}), card(**{field: said}))).right is right


def test_what_is_not_printed_must_not_be_read_and_what_is_printed_must() -> None:
    rows = judge(face(payer_id="60054"), card(group_number="1188"))
    assert not only("group_number", rows).right
    assert not only("payer_id", rows).right
    assert only("rx_bin", rows).right


def test_another_reading_is_right_where_the_card_says_it_in_two_ways() -> None:
    rows = judge(
        face({"payer_name": ("Medicare Health Insurance",)}, payer_name="Medicare"),
        card(payer_name="medicare health insurance"),
    )
    assert only("payer_name", rows).right


def test_copays_are_pairs_of_service_and_amount() -> None:
    said = card(
        row("office_visit", 25),
        row("emergency_room", 25),
        row("prescription", 10),
        row("office_visit", 500, "deductible"),
    )
    copays = [one for one in judge(face(), said) if one.field == "copays"]
    assert sorted((one.truth, one.said, one.right) for one in copays) == [
        ("", "emergency_room 25", False),
        ("emergency_room 250", "", False),
        ("office_visit 25", "office_visit 25", True),
    ]


def test_the_rx_group_is_taken_from_the_fields_of_the_reader() -> None:
    said = ReadCard(True, 0.1, {}, {}, {"rx_group": {"value": "RX77", "scores": ["0.9", "0.8"]}})
    assert only("rx_group", judge(face(rx_group="RX77"), said)) == Judged("rx_group", "RX77", "RX77", True, 0.8)


def test_figures_are_what_they_should_be() -> None:
    rows = (
        Judged("payer_id", "1", "1", True, 0.95),
        Judged("payer_id", "2", "3", False, 0.95),
        Judged("payer_id", "4", "", False),
        Judged("payer_id", "", "5", False, 0.55),
        Judged("payer_id", "", "", True),
    )
    counted = count(Tally(rows, 5, 1))
    assert (counted.fields["payer_id"].precision, counted.fields["payer_id"].recall) == (1 / 3, 1 / 3)
    assert counted.fields["payer_id"].f1 == pytest.approx(1 / 3)
    assert counted.fields["rx_bin"].f1 == 1.0
    assert counted.worst == ("payer_id", pytest.approx(1 / 3))
    assert counted.calibration_error == pytest.approx((2 * abs(0.95 - 0.5) + abs(0.55 - 0)) / 3)
    assert counted.sure_and_wrong == 1
    assert "taken for no card 1" in table(counted)


@pytest.mark.parametrize("words", [["--misses"], ["--families", "a"]])
def test_of_held_out_families_only_figures_are_told(words: list[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--set", "held_out", *words])
