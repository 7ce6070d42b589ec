"""The card reader: scores are chances, and how their curves are fitted."""

import pytest

from sandbox.cardscan.reader.calibration import CURVES, chance, kind_of, scores
from tests.sandbox.reader_scores import Evidence, error, fit, held_out_error


@pytest.mark.parametrize("kind", CURVES)
def test_a_chance_rises_with_the_evidence(kind: str) -> None:
    steps = [0.0, 0.3, 0.6, 0.9, 0.99, 1.0]
    by_letters = [chance(kind, step, 0.9) for step in steps]
    by_meaning = [chance(kind, 0.9, step) for step in steps]
    assert by_letters == sorted(by_letters)
    assert by_meaning == sorted(by_meaning)
    assert 0 < by_letters[0] < by_letters[-1] < 1


def test_the_lower_score_is_the_chance_and_stands_where_the_doubt_is() -> None:
    letters, meaning = scores("member_number", 0.7, 0.95)
    assert letters == chance("code", 0.7, 0.95) < meaning
    letters, meaning = scores("plan_name", 0.99, 0.6)
    assert meaning == chance("words", 0.99, 0.6) < letters


def test_words_and_codes_have_curves_of_their_own() -> None:
    assert (kind_of("payer_name"), kind_of("rx_group")) == ("words", "code")


def _rows(kind: str, evidence: float, right: int, wrong: int) -> list[Evidence]:
    return [Evidence(f"family {number % 6}", kind, evidence, 0.9, number < right) for number in range(right + wrong)]


def _all_rows() -> list[Evidence]:
    return [row for kind in CURVES for row in (*_rows(kind, 0.98, 190, 10), *_rows(kind, 0.6, 60, 60))]


def test_curves_are_fitted_to_what_was_right() -> None:
    curves = fit(_all_rows())
    for start, letters, meaning in curves.values():
        assert letters > 0
        assert meaning >= 0
        assert start > -9
    assert error(_all_rows(), curves) < 0.03
    assert held_out_error(_all_rows()) < 0.12


def test_curves_that_claim_too_much_show_as_an_error() -> None:
    sure = {kind: (6.0, 0.0, 0.0) for kind in CURVES}
    assert error(_all_rows(), sure) > 0.15
