"""Money is exact or refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import NotMoney, money, show


@given(st.decimals(-9_999_999, 9_999_999, places=2))
def test_two_places_survive(amount):
    assert money(str(amount)) == amount
    assert money(str(amount)).as_tuple().exponent == -2


@pytest.mark.parametrize("value", [1.0, True, "1,000", "$5", "1.234", "NaN", "Infinity", "", None, "1e500", [1]])
def test_anything_else_is_refused(value):
    with pytest.raises(NotMoney):
        money(value)


@pytest.mark.parametrize(
    ("amount", "words"),
    [(Decimal("1234.5"), "$1,234.50"), (Decimal("-3"), "-$3.00"), (Decimal(0), "$0.00"), (None, "not stated")],
)
def test_it_is_shown_for_people(amount, words):
    assert show(amount) == words
