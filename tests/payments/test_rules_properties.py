"""What must hold for every payment: balanced ones pass, and one cent moved anywhere is caught."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from payments import canonical
from payments.reading import read_payments
from payments.rules import Context, check_payments
from tests.payments_data import dumps, make_payment

CONTEXT = Context(today=date(2026, 11, 20))
COUNTED = {
    "amount",
    "totalChargeAmount",
    "paymentAmount",
    "patientResponsibilityAmount",
    "lineItemChargeAmount",
    "lineItemProviderPaymentAmount",
    "monetaryAmount",
}
payments = st.builds(
    make_payment,
    st.integers(0, 10**6),
    amount=st.one_of(st.none(), st.decimals("0.00", "9000000.00", places=2)),
    payment_date=st.just(date(2026, 11, 20)),
)
cents = st.decimals("-999.99", "999.99", places=2).filter(bool)


def places(value: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield every member that is part of an equation."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name in COUNTED and isinstance(item, Decimal):
                yield value, name
            yield from places(item)
    elif isinstance(value, list):
        for item in value:
            yield from places(item)


@settings(deadline=None, max_examples=60)
@given(payments)
def test_a_balanced_payment_always_passes(payment: dict[str, Any]) -> None:
    assert check_payments([payment], CONTEXT).errors == []


@settings(deadline=None, max_examples=120)
@given(payments, st.data(), cents)
def test_money_moved_anywhere_is_always_caught(payment: dict[str, Any], data: st.DataObject, cent: Decimal) -> None:
    changed = deepcopy(payment)
    document, name = data.draw(st.sampled_from(list(places(changed))))
    document[name] += cent
    assert check_payments([changed], CONTEXT).errors


@settings(deadline=None, max_examples=60)
@given(payments)
def test_nothing_is_lost_through_json_and_back(payment: dict[str, Any]) -> None:
    content = canonical.to_bytes(payment)
    assert read_payments(dumps({"payments": [payment]})).payments == [payment]
    assert canonical.to_bytes(canonical.of_bytes(content)) == content
