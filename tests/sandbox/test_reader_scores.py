"""The card reader: scores are chances, and how their curves are fitted."""

import random

import numpy as np
import pytest

from sandbox.cardscan.reader.calibration import CURVES, chance, kind_of, look_alikes, scores, signs
from tests.sandbox.reader_lines import line
from tests.sandbox.reader_scores import Evidence, chances, estranged, fit, left_out, trust

STEPS = [0.0, 0.3, 0.6, 0.9, 0.99, 1.0]


def told(field: str, value: str = "734120956", text: float = 0.97, label: float = 0.95, **more: float) -> float:
    return min(scores(field, value, text, label, **more))


@pytest.mark.parametrize("field", ["member_number", "member_name", "payer_name", "plan_name", "plan_details"])
def test_a_chance_rises_with_the_evidence(field: str) -> None:
    by_letters = [told(field, text=step, label=0.9) for step in STEPS]
    by_meaning = [told(field, text=0.9, label=step) for step in STEPS]
    assert by_letters == sorted(by_letters)
    assert by_meaning == sorted(by_meaning)
    assert 0 < by_letters[0] < by_letters[-1] < 1


def test_the_lower_score_is_the_chance_and_stands_where_the_doubt_is() -> None:
    letters, meaning = scores("member_number", "734120956", 0.7, 0.95)
    assert letters == chance("code", signs("member_number", "734120956", 0.7, 0.95)) < meaning
    letters, meaning = scores("plan_name", "gold", 0.99, 0.6)
    assert meaning == chance("plan", signs("plan_name", "gold", 0.99, 0.6)) < letters


def test_each_kind_of_value_has_a_curve_of_its_own() -> None:
    kinds = [kind_of(name) for name in ("payer_name", "rx_group", "member_name", "plan_name", "copays")]
    assert kinds == ["payer", "code", "person", "plan", "copay"]
    assert set(kinds) == set(CURVES)


@pytest.mark.parametrize(
    ("code", "number"), [("MER796173759", 0), ("734120956", 0), ("ASPR0D1", 3), ("HPHC", 0), ("7GT2-MR8-KV41", 2)]
)
def test_letters_that_may_be_digits_are_counted(code: str, number: int) -> None:
    assert look_alikes(code) == number


def test_doubt_costs_and_a_second_source_pays() -> None:
    sure = told("member_number")
    assert told("member_number", doubt=0.8) < sure < told("member_number", confirmed=True)
    assert told("rx_pcn", "ASPR0D1") < told("rx_pcn", "ASPRXDA")
    assert told("payer_id", "87726") > told("payer_id", "8772601")


def test_solid_evidence_is_told_from_weak() -> None:
    assert told("member_number", text=0.995, label=0.99) >= 0.95
    assert told("member_number", text=0.8, label=0.45) < 0.9
    assert told("payer_name", "northlight", label=0.6) < 0.9


def _rows(kind: str, evidence: float, right: int, wrong: int) -> list[Evidence]:
    field = {"code": "rx_pcn", "person": "member_name", "payer": "payer_name", "plan": "plan_name", "copay": "copays"}
    seen = signs(field[kind], "ADV", evidence, evidence)
    return [Evidence(f"family {number % 6}", kind, seen, number < right) for number in range(right + wrong)]


def _all_rows() -> list[Evidence]:
    return [row for kind in CURVES for row in (*_rows(kind, 0.98, 190, 10), *_rows(kind, 0.6, 60, 60))]


def test_curves_are_fitted_to_what_was_right() -> None:
    rows = _all_rows()
    right = np.array([row.right for row in rows], float)
    worth = trust(chances(rows, fit(rows)), right)
    assert worth.error < 0.03
    assert worth.wrong == 70 * len(CURVES)
    assert worth.sorts > 0.7


def test_families_left_out_are_judged_by_the_others() -> None:
    said, right = left_out(_all_rows())
    assert len(said) == len(right) == len(_all_rows())
    assert trust(said, right).sorts > 0.7


def test_curves_that_claim_too_much_show_as_an_error() -> None:
    rows = _all_rows()
    sure = {kind: (9.0, *[0.0] * 6) for kind in CURVES}
    worth = trust(chances(rows, sure), np.array([row.right for row in rows], float))
    assert worth.error > 0.15
    assert worth.sure_and_wrong == worth.wrong


def test_a_strange_card_keeps_its_values_and_loses_labels() -> None:
    lines = [line("Member ID: 734120956", 40, 40 * place) for place in range(1, 60)]
    strange = estranged(lines, random.Random(1))
    assert all(one.text.endswith("734120956") for one in strange)
    lost = sum("Member" not in one.text for one in strange)
    assert 1 <= lost <= 20
