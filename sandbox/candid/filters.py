"""Candid's filter texts: `path|operator|value`, joined with commas, all of which must hold (docs/vendors/candid.md)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.candid.fields import BadRequest

_PATHS = ("eligibilityCheckId", "coverageId")
_PATIENT = "patient."


@dataclass(frozen=True)
class Filter:
    """One condition: the path in snake case, as in `patient.date_of_birth`."""

    path: str
    operator: str
    value: str


# Takes what a document has and what the filter says; dates are ISO text and have the order of time.
_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda has, wanted: has == wanted,
    "ieq": lambda has, wanted: has.casefold() == wanted.casefold(),
    "contains": lambda has, wanted: wanted.casefold() in has.casefold(),
    "gt": lambda has, wanted: has > wanted,
    "lt": lambda has, wanted: has < wanted,
    "in": lambda has, wanted: has in wanted.split(";"),
}


def parse(text: str) -> list[Filter]:
    """Return the conditions of a filter text; none for "".

    Raises:
        BadRequest: it is not in the grammar, or names a path or operator that this list does not have.
    """
    return [_one(part) for part in text.split(",")] if text.strip() else []


def fits(doc: dict[str, Any], wanted: Sequence[Filter]) -> bool:
    """Tell whether a document meets all conditions; what it does not have meets none."""
    return all(_holds(_value(doc, one.path), one) for one in wanted)


def _one(text: str) -> Filter:
    path, _, rest = text.strip().partition("|")
    operator, bar, value = rest.partition("|")
    if not bar or operator not in _OPERATORS:
        raise BadRequest("must be written as path|operator|value, joined with commas.", field="filters", status=400)
    if path not in _PATHS and not re.fullmatch(r"patient\.[a-zA-Z]+", path):
        known = ", ".join((*_PATHS, f"{_PATIENT}*"))
        raise BadRequest(f"{path} is not one of {known}.", field="filters", status=400)
    return Filter(re.sub(r"(?<=[a-z])([A-Z])", lambda found: f"_{found[1].lower()}", path), operator, value)


def _value(doc: dict[str, Any], path: str) -> Any:
    if path.startswith(_PATIENT):
        return doc["patient"].get(path.removeprefix(_PATIENT))
    return doc.get(path)


def _holds(has: Any, one: Filter) -> bool:
    return has is not None and _OPERATORS[one.operator](str(has), one.value)
