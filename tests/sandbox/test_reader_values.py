"""The card reader: what ids, names and dates look like."""

import pytest

from sandbox.cardscan.reader.values import is_issuer_number, repair_digits, take, take_whole


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("member_number", "128845682", "128845682"),
        ("member_number", "W2048 17735", "W204817735"),
        ("member_number", "XYZ 123 456789", "XYZ123456789"),
        ("member_number", "908 44 1275", "908441275"),
        ("member_number", "ASU 000R90785", "ASU000R90785"),
        ("member_number", "S R9621417", "SR9621417"),
        ("member_number", "9999999-01 Group 12", "9999999-01"),
        ("member_number", "12O45678", "12045678"),
        ("group_number", "98755", "98755"),
        ("group_number", "0284410-021-00007", "0284410-021-00007"),
        ("group_number", "363527-0633", "363527-0633"),
        ("group_number", "CAL00412 Effective", "CAL00412"),
        ("payer_id", "87726", "87726"),
        ("payer_id", "SB580", "SB580"),
        ("rx_bin", "61O279", "610279"),
        ("rx_bin", "610279 PCN 9987", "610279"),
        ("rx_pcn", "03200000", "03200000"),
        ("rx_pcn", "ADV", "ADV"),
        ("member_name", "EMILY R DICKINSON", "EMILY R DICKINSON"),
        ("member_name", "DICKINSON, EMILY R", "EMILY R DICKINSON"),
        ("member_name", "01 AVA STONE", "AVA STONE"),
        ("member_name", "José O'Neil-Ibarra", "José O'Neil-Ibarra"),
        ("member_name", "JOHN KEEL, JR", "JOHN KEEL JR"),
        ("member_name", "ANNA KEEL, TIM KEEL", "ANNA KEEL"),
        ("start_date", "1/5/2026", "01/05/2026"),
        ("start_date", "2026-01-05", "01/05/2026"),
        ("medicare_medicaid_id", "7GT2-MR8-KV41", "7GT2-MR8-KV41"),
        ("plan_name", "Gold 1500 PPO", "Gold 1500 PPO"),
        ("member_gender", "F", "f"),
        ("plan_type", "PPO", "ppo"),
    ],
)
def test_it_takes_a_value_from_the_start_of_a_text(kind: str, text: str, value: str) -> None:
    taken = take(kind, text)
    assert taken is not None
    assert taken.value == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("member_number", "1-800-555-0142"),
        ("member_number", "911-80708-01"),
        ("member_number", "80840"),
        ("member_number", "01/01/2026"),
        ("member_number", "Services"),
        ("member_number", "TTY 711"),
        ("group_number", "Health Cooperative"),
        ("group_number", "363-527-0633"),
        ("payer_id", "9151225950"),
        ("rx_bin", "12345"),
        ("rx_bin", "RXHLTH"),
        ("rx_pcn", "RxGrp"),
        ("member_name", "Member Services"),
        ("member_name", "EMILY"),
        ("member_name", "12 Main Street"),
        ("plan_name", "of Benefits"),
        ("plan_name", "Call 800-555-0142"),
        ("start_date", "soon"),
    ],
)
def test_it_refuses_what_is_something_else(kind: str, text: str) -> None:
    assert take(kind, text) is None


def test_a_whole_text_must_be_the_value_and_nothing_more() -> None:
    assert take_whole("rx_bin", "610279") is not None
    assert take_whole("rx_bin", "610279 9987") is None


@pytest.mark.parametrize(("code", "is_issuer"), [("911-80708-01", True), ("9140461101", True), ("9140461102", False)])
def test_the_issuer_number_is_told_by_its_check_digit(code: str, is_issuer: bool) -> None:
    assert is_issuer_number(code) is is_issuer


@pytest.mark.parametrize(("read", "meant"), [("4Ø1", "401"), ("1O2", "102"), ("45l7", "4517"), ("ZO12", "ZO12")])
def test_letters_between_digits_are_digits(read: str, meant: str) -> None:
    assert repair_digits(read) == meant


@pytest.mark.parametrize(
    "text", ["00 JEROME JARAMILLO", "00JEROME JARAMILLO", "JEROME JARAMILLO 01", "JARAMILLO, JEROME"]
)
def test_a_name_in_a_numbered_list_is_the_name(text: str) -> None:
    taken = take("member_name", text)
    assert taken is not None
    assert taken.value == "JEROME JARAMILLO"
