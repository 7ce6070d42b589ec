"""JSON from outside: exact, or refused."""

from decimal import Decimal

import pytest

from core import strict_json


def test_numbers_are_exact_and_text_is_whole() -> None:
    raw = '{"a": 10.10, "b": 3, "c": "\\ud83d\\ude00", "d": [null, true, {"a": 1e3}]}'
    assert strict_json.read(raw.encode()) == {
        "a": Decimal("10.10"),
        "b": 3,
        "c": "😀",
        "d": [None, True, {"a": Decimal("1e3")}],
    }


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b'{"code": null, "code": 2000}', "twice"),
        (b'{"data": [{"a": 1, "b": 2, "a": 1}]}', "twice"),
        (b'{"a": NaN}', "no number"),
        (b'{"a": -Infinity}', "no number"),
        (b'{"a": 1e99999999999999999999}', "too long"),
        (b"[" * 100_000, "too deep"),
        (b'{"a": "\\u0000"}', "character 0"),
        (b'{"\\ud800": 1}', "half a character"),
        (b'["\\udc00\\ud800"]', "half a character"),
    ],
)
def test_what_two_readers_could_take_differently_is_refused(raw: bytes, says: str) -> None:
    with pytest.raises(strict_json.OddJSON, match=says):
        strict_json.read(raw)


@pytest.mark.parametrize("raw", [b"", b"{", b"{'a': 1}", b"\xff", b'{"a": 1} x', b"9" * 5000, b'"\x00"'])
def test_what_is_no_json_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError):
        strict_json.read(raw)
