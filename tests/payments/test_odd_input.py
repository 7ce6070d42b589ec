"""Input that no payment has: numbers beyond reckoning, half characters, unseen ones. Each is told, none breaks."""

import re
import time
from datetime import date

import pytest

from payments.reading import Unreadable, read_payments
from payments.rules import Context, check_payments
from tests.payments_data import dumps, make_batch

CONTEXT = Context(today=date(2026, 11, 22), remit_methods=frozenset({"DATA"}), claim_adjustment_field="")


def given(pattern: str, instead: str) -> bytes:
    """Return a batch of two with one place of its text written anew."""
    return re.sub(pattern, lambda _: instead, dumps({"payments": make_batch(2).payments}).decode(), count=1).encode()


@pytest.mark.parametrize("number", ["1E+999999999", "1E999999999999999999999", "9" * 4000])
def test_an_amount_beyond_reckoning_is_told(number: str) -> None:
    try:
        checked = check_payments(read_payments(given(r'"amount":\s*[0-9.]+', f'"amount":{number}')).payments, CONTEXT)
    except Unreadable:
        return
    assert "V1" in {finding.rule for finding in checked.errors}


@pytest.mark.parametrize("number", ["1E+999999999", "1E999999999999999999999"])
def test_a_control_total_beyond_reckoning_is_told(number: str) -> None:
    with pytest.raises(Unreadable):
        read_payments(given(r"^\{", f'{{"totalAmount":{number},'))


@pytest.mark.parametrize("name", [r'"issuerReferenceId":"\udfff', r'"\ud800":1,"issuerReferenceId":"'])
def test_half_a_character_is_told_with_its_place(name: str) -> None:
    with pytest.raises(Unreadable) as told:
        read_payments(given(r'"issuerReferenceId":\s*"', name))
    assert told.value.path.startswith("payments[0].paymentDetails")


def test_a_whole_character_written_in_two_halves_is_read() -> None:
    assert read_payments(given(r'"issuerReferenceId":\s*"', r'"issuerReferenceId":"\ud83d\ude00')).payments


@pytest.mark.parametrize("letter", ["\u202e", "\u200b", "\u00ad"])
@pytest.mark.parametrize("member", ["issuerReferenceId", "name"])
def test_a_character_that_is_not_seen_is_an_error(letter: str, member: str) -> None:
    payments = read_payments(given(rf'"{member}":\s*"', f'"{member}":"A{letter}')).payments
    assert any(finding.rule == "V2" and member in finding.path for finding in check_payments(payments, CONTEXT).errors)


def test_many_members_are_looked_through_once() -> None:
    def seconds(count: int) -> float:
        members = ",".join(f'"k{n}":1' for n in range(count))
        began = time.process_time()  # the processor's, which other programs do not lengthen
        with pytest.raises(Unreadable):
            read_payments(f'{{"payments":[{{{members},"k{count - 1}":1}}]}}'.encode())
        return time.process_time() - began

    small, large = (min(seconds(count) for _ in range(5)) for count in (2_000, 16_000))
    assert large < 32 * small  # eight times as many; the square would be sixty-four
