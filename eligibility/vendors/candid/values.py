"""Single values as they come from Candid: tolerant of what its sources disagree about, never guessing a number."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

_DATE = re.compile(r"^(\d{4})-?(\d{2})-?(\d{2})")
_RANGE = re.compile(r"^(\d{4}-?\d{2}-?\d{2})-(\d{4}-?\d{2}-?\d{2})$")


def mapping(value: Any) -> dict[str, Any]:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list; anything else is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: Any) -> str:
    """Return the value as trimmed text; "" for null, objects and lists."""
    if value is None or isinstance(value, bool | dict | list):
        return ""
    return str(value).strip()


def texts(value: Any) -> tuple[str, ...]:
    """Return a list's texts without the empty ones."""
    return tuple(filter(None, (text(item) for item in value))) if isinstance(value, list) else ()


def number(value: Any) -> Decimal | None:
    """Return a JSON number or a numeric string as Decimal; None for "$15", "N/A", booleans and not-a-number."""
    if value is None or isinstance(value, bool):
        return None
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def dollars(value: Any) -> Decimal | None:
    """Return an amount with two places, or None when it is no amount: negative, too big, or finer than a cent."""
    found = number(value)
    if found is None or not 0 <= found < 10_000_000 or found != round(found, 2):
        return None
    return found.quantize(Decimal("0.01"))


def count(value: Any) -> Decimal | None:
    """Return a quantity such as visits with at most two places, or None."""
    found = number(value)
    if found is None or not 0 <= found < 1_000_000 or found != round(found, 2):
        return None
    return found


def day(value: Any) -> date | None:
    """Return a day written as 2026-01-31, 20260131, a date-time or a range beginning so; None otherwise."""
    found = _DATE.match(text(value))
    if not found:
        return None
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None


def period(value: Any) -> tuple[date | None, date | None]:
    """Return both ends of `20260101-20261231`; a single day is an open period that begins then."""
    if found := _RANGE.match(text(value)):
        return day(found.group(1)), day(found.group(2))
    return day(value), None


def pick(document: dict[str, Any], *names: str) -> Any:
    """Return the first value that is there under one of the names, tried plainly and with the `?` of Candid's docs."""
    for name in names:
        for key in (name, f"{name}?"):
            if document.get(key) is not None:
                return document[key]
    return None
