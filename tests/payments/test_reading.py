"""Reading the vendor's JSON: both shapes, exact numbers, and the place of whatever cannot be read."""

from decimal import Decimal

import pytest

from payments import canonical
from payments.reading import Unreadable, read_payments
from tests.payments_data import dumps, make_batch, make_payment, make_request


def test_it_reads_a_batch_with_its_control_totals() -> None:
    made = make_batch(3)
    given = read_payments(dumps({"payments": made.payments, "totalAmount": made.total, "numberOfPayments": 3}))
    assert given.payments == made.payments
    assert (given.total_amount, given.count, given.is_single) == (made.total, 3, False)


def test_it_reads_a_single_payment_with_its_account_and_request_id() -> None:
    given = read_payments(dumps(make_request(1)))
    assert given.is_single
    assert (given.account_short_code, given.sub_account_short_code) == ("ACCT1", "SUBACCT1")
    assert given.client_request_id == "FDT-REQUEST-1"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_it_takes_a_byte_order_mark(encoding: str) -> None:
    assert read_payments(dumps({"payments": []}).decode().encode(encoding)).payments == []


def test_amounts_are_exact_decimals_and_are_written_down_as_given() -> None:
    raw = b'{"payments":[{"a":0.10,"b":1754.98,"c":9000,"d":12345678901234567.12}]}'
    payment = read_payments(raw).payments[0]
    assert payment["a"] == Decimal("0.10")
    assert not any(isinstance(value, float) for value in payment.values())
    assert canonical.to_bytes(payment) == b'{"a":0.10,"b":1754.98,"c":9000,"d":12345678901234567.12}'
    assert canonical.of_bytes(canonical.to_bytes(payment)) == payment


@pytest.mark.parametrize(
    ("raw", "path", "words"),
    [
        (b'{"payments":[{"x":{"amount":NaN}}]}', "payments[0].x.amount", "NaN"),
        (b'{"payments":[{}, {"amount":-Infinity}]}', "payments[1].amount", "NaN"),
        (b'{"payments":[{"d":{"amount":1,"amount":2}}]}', "payments[0].d", "“amount” stands twice"),
        (b'{"payments":[],"payments":[]}', "", "“payments” stands twice"),
        (b'{"payments":{}}', "payments", "list"),
        (b'{"payments":[],"totalAmount":"12"}', "totalAmount", "number"),
        (b'{"payments":[],"numberOfPayments":1.5}', "numberOfPayments", "whole number"),
        (b'{"payments":[],"clientRequestId":7}', "clientRequestId", "1 to 50"),
        (b'{"payments":[],"total":3}', "total", "not known"),
        (b'{"payments":[],"payment":{}}', "", "Both"),
        (b'{"claims":[]}', "", "Neither"),
        (b"[]", "", "one JSON object"),
        (b'{"payments":[\n{"a":01}]}', "", "Line 2"),
        (b"", "", "Line 1"),
        (b"\xff\xfe\xff", "", "UTF-8"),
        (b'{"a":"\xe9"}', "", "UTF-8"),
        (b'{"payments":[' + b"9" * 5000 + b"]}", "", "too long"),
        (b'{"payments":' + b"[" * 200_000, "", "nested too deep"),
    ],
)
def test_it_says_where_it_cannot_read(raw: bytes, path: str, words: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_payments(raw)
    assert refused.value.path == path
    assert words in refused.value.sentence


def test_it_reads_15_mb_at_once() -> None:
    payment = dumps(make_payment(1))
    count = 15_000_000 // len(payment) + 1
    raw = b'{"payments":[' + b",".join([payment] * count) + b"]}"
    assert len(raw) > 15_000_000
    assert len(read_payments(raw).payments) == count


def test_it_refuses_what_is_larger_than_it_takes() -> None:
    with pytest.raises(Unreadable, match="Split it"):
        read_payments(b" " * 30_000_001)


def test_the_hash_changes_with_any_payment_their_order_and_the_account() -> None:
    heading, hashes = ["ACCT1", "SUBACCT1", "batch"], ["a" * 64, "b" * 64]
    whole = canonical.content_hash(heading, hashes)
    assert whole != canonical.content_hash(heading, hashes[::-1])
    assert whole != canonical.content_hash(heading, hashes[:1])
    assert whole != canonical.content_hash(["ACCT2", "SUBACCT1", "batch"], hashes)
