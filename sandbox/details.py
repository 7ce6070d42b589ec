"""Values that a person writes in one line, such as `seconds=5, detail="Closed, come again"`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_VALUE = r'"(?:[^"\\]|\\.)*"|[^,"]*'
_PAIR = re.compile(rf"\s*(?P<name>[\w.-]+)\s*=\s*(?P<value>{_VALUE})\s*(?:,|$)")
_ESCAPED = re.compile(r"\\(.)")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?")
_NULL = "null"


class Garbled(Exception):
    """A line cannot be read; the message says how it is written."""


def values_of(line: str) -> dict[str, Any]:
    """Return the values of a line: numbers, null and texts; what is in quotes is a text.

    Raises:
        Garbled: it is not written so, or says something twice.
    """
    return {name: value if is_quoted else _plain(value) for name, value, is_quoted in _pairs(line)}


def texts_of(line: str) -> dict[str, str]:
    """Return the values of a line as the texts they are.

    Raises:
        Garbled: as `values_of`.
    """
    return {name: value for name, value, _is_quoted in _pairs(line)}


def line_of(values: Mapping[str, Any]) -> str:
    """Return the line that stands for these values."""
    return ", ".join(f"{name}={_written(value)}" for name, value in values.items())


def line_of_texts(texts: Mapping[str, str]) -> str:
    """Return the line that stands for these texts; what looks like a number needs no quotes there."""
    return ", ".join(f"{name}={_quoted(text) if _needs_quotes(text) else text}" for name, text in texts.items())


def _pairs(line: str) -> list[tuple[str, str, bool]]:
    """Return (name, value, whether it was in quotes) of each pair."""
    found: list[tuple[str, str, bool]] = []
    at = 0
    while line[at:].strip():
        pair = _PAIR.match(line, at)
        if pair is None:
            raise Garbled('It is written name=value, with commas between; a value with a comma is in "quotes".')
        name, value = pair["name"], pair["value"].strip()
        if name in {before for before, _value, _is_quoted in found}:
            raise Garbled(f"{name} is there twice.")
        is_quoted = value.startswith('"')
        found.append((name, _ESCAPED.sub(r"\1", value[1:-1]) if is_quoted else value, is_quoted))
        at = pair.end()
    return found


def _plain(text: str) -> int | float | str | None:
    if text == _NULL:
        return None
    number = _NUMBER.fullmatch(text)
    return text if number is None else float(text) if number[1] else int(text)


def _written(value: Any) -> str:
    if value is None:
        return _NULL
    if not isinstance(value, str):
        return str(value)
    return _quoted(value) if _needs_quotes(value) or not isinstance(_plain(value), str) else value


def _needs_quotes(text: str) -> bool:
    return not text or text != text.strip() or any(mark in text for mark in ',"\\')


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
