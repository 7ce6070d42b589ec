"""The checks that a payment's format is put together from: each looks at one value and adds what is wrong to a list.

Rules V0 to V8; V0 is the shape itself: a member that is missing, unknown, or of the wrong JSON type.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from payments.rules.findings import Context, Finding, error, warning

Check = Callable[[Any, str, list[Finding], Context], None]

MOST_MONEY = Decimal("9999999999.99")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_DELIMITERS = re.compile(r"[*~:^>]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TYPE_NAMES = {bool: "true or false", str: "text", dict: "an object", list: "a list", type(None): "nothing"}


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an object: what its value has to be, and whether it has to be there."""

    check: Check
    required: bool = False


def needed(check: Check) -> Member:
    """Return a member that has to be there."""
    return Member(check, required=True)


def thing(members: Mapping[str, Member | Check]) -> Check:
    """Return a check for an object with these members and no others; a member that is null counts as not given."""
    known = {name: member if isinstance(member, Member) else Member(member) for name, member in members.items()}
    required = [name for name, member in known.items() if member.required]

    def check(value: Any, path: str, out: list[Finding], context: Context) -> None:
        if type(value) is not dict:
            out.append(_wrong_type(path, value, "an object"))
            return
        for name in required:
            if value.get(name) is None:
                out.append(error("V0", f"{path}.{name}", "This has to be given."))
        for name, given in value.items():
            member = known.get(name)
            if member is None:
                out.append(error("V0", f"{path}.{name}", "The payment format has no member of this name."))
            elif given is not None:
                member.check(given, f"{path}.{name}", out, context)

    return check


def many(each: Check, *, least: int = 0) -> Check:
    """Return a check for a list of at least `least` items."""

    def check(value: Any, path: str, out: list[Finding], context: Context) -> None:
        if type(value) is not list:
            out.append(_wrong_type(path, value, "a list"))
            return
        if len(value) < least:
            out.append(error("V0", path, f"At least {least} is needed here."))
        for place, item in enumerate(value):
            each(item, f"{path}[{place}]", out, context)

    return check


def text(most: int, *, least: int = 1, pattern: str = "", says: str = "", rule: str = "V2") -> Check:
    """Return a check for text of `least` to `most` characters, trimmed, printable, and matching `pattern` (V2)."""
    shape = re.compile(pattern) if pattern else None

    def check(value: Any, path: str, out: list[Finding], context: Context) -> None:
        if type(value) is not str:
            out.append(_wrong_type(path, value, "text"))
        elif _CONTROL.search(value) or _has_unseen(value):
            out.append(error("V2", path, "This holds a character that cannot be printed. Type it again."))
        elif value != value.strip():
            out.append(error("V2", path, "Remove the spaces before and after the text."))
        elif not least <= len(value) <= most:
            out.append(error("V2", path, f"This has {len(value)} characters; {_span(least, most)} are allowed."))
        elif shape is not None and not shape.fullmatch(value):
            out.append(error(rule, path, says))
        elif _DELIMITERS.search(value):
            out.append(warning("V2", path, "A remittance file uses * ~ : ^ > between its fields; this text holds one."))

    return check


def code(table: Collection[str], what: str, *, certain: bool = True, rule: str = "V5") -> Check:
    """Return a check for a code of `table` (V5); `certain=False` makes an unknown one a warning."""
    say = error if certain else warning

    def check(value: Any, path: str, out: list[Finding], context: Context) -> None:
        if type(value) is not str:
            out.append(_wrong_type(path, value, "text"))
        elif value not in table:
            out.append(say(rule, path, f"{_quoted(value)} is not a known {what}."))

    return check


def money(*, least: Decimal | None = None) -> Check:
    """Return a check for an amount of dollars with at most two places (V1); `least` in dollars."""

    def check(value: Any, path: str, out: list[Finding], context: Context) -> None:
        if not _is_plain_number(value, path, out):
            return
        amount = Decimal(value)
        if -amount.as_tuple().exponent > 2:  # type: ignore[operator]  # a finite number's exponent is an int
            out.append(error("V1", path, "An amount has at most two places after the point."))
        elif abs(amount) > MOST_MONEY:
            out.append(error("V1", path, f"An amount is at most {MOST_MONEY:,}."))
        elif least is not None and amount < least:
            out.append(error("V1", path, f"This amount is at least {least}."))

    return check


def number(least: Decimal | None = None, most: Decimal | None = None) -> Check:
    """Return a check for a quantity, a weight or a share (V1)."""

    def check(value: Any, path: str, out: list[Finding], context: Context) -> None:
        if not _is_plain_number(value, path, out):
            return
        if least is not None and value < least:
            out.append(error("V1", path, f"This is at least {least}."))
        elif most is not None and value > most:
            out.append(error("V1", path, f"This is at most {most}."))

    return check


def whole(least: int = 0) -> Check:
    """Return a check for an integer that is not a boolean (V4)."""

    def check(value: Any, path: str, out: list[Finding], context: Context) -> None:
        if type(value) is not int:
            out.append(error("V4", path, f"A whole number is needed here, not {_named(value)}."))
        elif not least <= value <= 2_147_483_647:
            out.append(error("V4", path, f"This is at least {least} and at most 2,147,483,647."))

    return check


def day() -> Check:
    """Return a check for a real date written YYYY-MM-DD (V3)."""

    def check(value: Any, path: str, out: list[Finding], context: Context) -> None:
        if as_day(value) is None:
            out.append(error("V3", path, "A real date is needed here, written like 2026-01-31."))

    return check


def npi() -> Check:
    """Return a check for a ten-digit NPI with a right check digit (V7)."""

    def check(value: Any, path: str, out: list[Finding], context: Context) -> None:
        if not is_npi(value):
            out.append(error("V7", path, "This is no NPI: ten digits, the first 1 or 2, the last a check digit."))

    return check


def tax_id() -> Check:
    """Return a check for nine digits, hyphens aside, not all alike (V8)."""

    def check(value: Any, path: str, out: list[Finding], context: Context) -> None:
        digits = value.replace("-", "") if type(value) is str else ""
        if not re.fullmatch(r"[0-9]{9}", digits) or len(set(digits)) == 1:
            out.append(error("V8", path, "A tax id has nine digits, and not nine times the same."))

    return check


def as_day(value: Any) -> date | None:
    """Return the date written YYYY-MM-DD, or None when it is no such date."""
    if type(value) is not str or not _DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def is_npi(value: Any) -> bool:
    """Whether it is ten digits, starting with 1 or 2, that pass the Luhn test behind the prefix 80840 (V7)."""
    if type(value) is not str or not re.fullmatch(r"[12][0-9]{9}", value):
        return False
    total = 24
    for place, digit in enumerate(reversed(value)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled // 10 + doubled % 10
    return total % 10 == 0


def _is_plain_number(value: Any, path: str, out: list[Finding]) -> bool:
    """Whether it is an integer or a finite Decimal in plain digits; adds what is wrong."""
    if type(value) is int:
        return True
    if type(value) is not Decimal:
        out.append(error("V1", path, f"A number is needed here, not {_named(value)}."))
        return False
    if not value.is_finite() or "E" in str(value):
        out.append(error("V1", path, "Write the number in plain digits, such as 1250.00."))
        return False
    return True


def _has_unseen(value: str) -> bool:
    """Whether it holds a character that cannot be seen, or that turns the text around it (category Cf)."""
    return not value.isascii() and any(unicodedata.category(letter) == "Cf" for letter in value)


def _wrong_type(path: str, value: Any, wanted: str) -> Finding:
    return error("V0", path, f"{wanted.capitalize()} is needed here, not {_named(value)}.")


def _named(value: Any) -> str:
    return _TYPE_NAMES.get(type(value), "a number")


def _quoted(value: str) -> str:
    return f"“{value}”" if len(value) <= 6 and value.isalnum() else "This"


def _span(least: int, most: int) -> str:
    return f"up to {most}" if least <= 1 else f"{least}" if least == most else f"{least} to {most}"
