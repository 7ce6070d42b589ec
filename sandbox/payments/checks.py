"""Checks of single JSON values, put together to the shape of a request.

A check takes a value, the path that leads to it and the errors found so far, and adds to the errors.
Numbers arrive as int or Decimal (never float), so money stays exact.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.npi import is_npi
from sandbox.payments.problems import Errors

Check = Callable[[Any, str, Errors], None]

CENT = Decimal("0.01")
# The types of numbers as they arrive; true and false have one of their own.
_NUMBERS = (int, Decimal)
MOST_MONEY = Decimal("9999999999.99")
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def say(errors: Errors, path: str, words: str) -> None:
    """Add a sentence about the member at `path`."""
    errors.setdefault(path, []).append(words)


def text(most: int = 200, least: int = 1, pattern: str = "", *, clean: bool = False) -> Check:
    """Return a check of a string of `least` to `most` characters.

    `pattern`, when given, must match the whole string; `clean` refuses control characters and blanks at either end.
    """
    form = re.compile(pattern) if pattern else None

    def check(value: Any, path: str, errors: Errors) -> None:
        if not isinstance(value, str):
            say(errors, path, "Must be a string.")
        elif not least <= len(value) <= most:
            say(errors, path, f"Must have between {least} and {most} characters.")
        elif clean and (value != value.strip() or CONTROL.search(value)):
            say(errors, path, "Must not have control characters, or blanks at either end.")
        elif form and not form.fullmatch(value):
            say(errors, path, "Does not have the right form.")

    return check


def one_of(allowed: Collection[Any]) -> Check:
    """Return a check that the value is one of a list of codes; 1, 1.0 and true are not the same."""
    kinds = {type(code) for code in allowed}

    def check(value: Any, path: str, errors: Errors) -> None:
        if type(value) not in kinds or value not in allowed:
            say(errors, path, "Is not a code of this list.")

    return check


def integer(least: int = 0, most: int = 2_147_483_647) -> Check:
    """Return a check of a whole number from `least` to `most`; true and false are no numbers."""

    def check(value: Any, path: str, errors: Errors) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            say(errors, path, "Must be an integer.")
        elif not least <= value <= most:
            say(errors, path, f"Must be between {least} and {most}.")

    return check


def number(least: Decimal | None = None, most: Decimal | None = None) -> Check:
    """Return a check of a number from `least` to `most`, both included where given."""

    def check(value: Any, path: str, errors: Errors) -> None:
        if not _is_number(value):
            say(errors, path, "Must be a number.")
        elif (least is not None and value < least) or (most is not None and value > most):
            say(errors, path, f"Must be between {least} and {most}.")

    return check


def money(least: Decimal = -MOST_MONEY) -> Check:
    """Return a check of dollars from `least` to 9,999,999,999.99 with at most two decimal places."""

    def check(value: Any, path: str, errors: Errors) -> None:
        if not _is_number(value):
            say(errors, path, "Must be a number.")
        elif not least <= value <= MOST_MONEY:
            say(errors, path, f"Must be between {least} and {MOST_MONEY}.")
        elif isinstance(value, Decimal) and value != value.quantize(CENT):
            say(errors, path, "Must not have more than two decimal places.")

    return check


def day(value: Any, path: str, errors: Errors) -> None:
    """Check a calendar date written YYYY-MM-DD."""
    if not isinstance(value, str) or not ISO_DAY.fullmatch(value):
        return say(errors, path, "Must be a date written YYYY-MM-DD.")
    try:
        date.fromisoformat(value)
    except ValueError:
        say(errors, path, "Is not a day of the calendar.")


def npi(value: Any, path: str, errors: Errors) -> None:
    """Check a ten-digit NPI with its check digit."""
    if not isinstance(value, str) or not re.fullmatch(r"[12][0-9]{9}", value):
        return say(errors, path, "Must be ten digits, the first of them 1 or 2.")
    if not is_npi(value):
        say(errors, path, "The check digit is wrong.")


def tax_id(value: Any, path: str, errors: Errors) -> None:
    """Check a tax id: nine digits once hyphens are gone, not all the same."""
    digits = value.replace("-", "") if isinstance(value, str) else ""
    if not re.fullmatch(r"[0-9]{9}", digits) or len(set(digits)) == 1:
        say(errors, path, "Must be nine digits, not all the same.")


def many(item: Check, least: int = 0) -> Check:
    """Return a check of an array with at least `least` items, each of which passes `item`."""

    def check(value: Any, path: str, errors: Errors) -> None:
        if not isinstance(value, list):
            return say(errors, path, "Must be an array.")
        if len(value) < least:
            say(errors, path, f"Must have at least {least} item(s).")
        for place, entry in enumerate(value):
            item(entry, f"{path}[{place}]", errors)

    return check


def record(members: Mapping[str, Check], required: Collection[str] = (), *, closed: bool = False) -> Check:
    """Return a check of an object.

    `required` members must be there and not null; any other may be null or absent. `closed` refuses members that are
    not listed.
    """

    def check(value: Any, path: str, errors: Errors) -> None:
        if not isinstance(value, dict):
            return say(errors, path or "$", "Must be an object.")
        prefix = f"{path}." if path else ""
        for name in required:
            if value.get(name) is None:
                say(errors, prefix + name, "Is required.")
        for name, entry in value.items():
            member = members.get(name)
            if member is not None:
                if entry is not None:
                    member(entry, prefix + name, errors)
            elif closed:
                say(errors, prefix + name, "Is not a member of this object.")

    return check


def _is_number(value: Any) -> bool:
    return type(value) in _NUMBERS
