"""Odd JSON for tests that send a vendor whatever there is, and right documents with one place made odd."""

from __future__ import annotations

import copy
from typing import Any

import simplejson
from hypothesis import strategies as st

_NUMBERS = ["0", "-1", "1", "1.005", "1e400", "-1e-400", "1e99999999999999999999", "9" * 400, "9" * 5000, "NaN", "-0.0"]
_LONG = '"' + "A" * 3000 + '"'
_WORDS = ['""', '" "', '"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"', '"\\ud83d\\ude00"', _LONG, '"2026-02-30"']
_OTHERS = ["null", "true", "false", "[]", "{}", '{"": null}', "[" * 200 + "]" * 200, '[{"a": [{}]}]', "[[[]]]"]

# JSON texts, some of which no strict reader takes.
texts = st.one_of(
    st.sampled_from([*_NUMBERS, *_WORDS, *_OTHERS]),
    st.text(max_size=20).map(simplejson.dumps),
    st.integers().map(str),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
)
# Parts of an address. Starlette knows no address with a line end in it, and says so in plain text.
segments = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\n"), min_size=1, max_size=40)


def paths_of(document: Any) -> list[tuple[Any, ...]]:
    """Return the way to every value inside a document, and to the document itself."""
    found: list[tuple[Any, ...]] = [()]
    inside = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in inside:
        found.append((key,))
        if isinstance(value, dict | list):
            found += [(key, *path) for path in paths_of(value) if path]
    return found


def with_text(document: Any, path: tuple[Any, ...], text: str) -> bytes:
    """Return the JSON of a document with the value at `path` written as `text`."""
    mark = "@@odd@@"
    if not path:
        return text.encode(errors="replace")
    changed = copy.deepcopy(document)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = mark
    written = simplejson.dumps(changed, use_decimal=True)
    return written.replace(f'"{mark}"', text).encode(errors="replace")
