"""One OpenAPI document of everything the sandbox answers: each vendor's `openapi.yaml`, and the window's own.

A vendor's paths are relative to its mount. Every operation says with `x-shape` whether its shape is documented by the
vendor or ours.
"""

from __future__ import annotations

import functools
import sys
from pathlib import Path
from typing import Any

import yaml

from sandbox import NAME, VENDORS

Doc = dict[str, Any]

METHODS = ("get", "post", "put", "patch", "delete")
_HERE = Path(__file__).parent
_ABOUT = (
    "Four outside services, played on one machine: nothing here reaches a real vendor, a payer or a bank. "
    "`x-shape` says of every call whether its shape is documented by the vendor or our guess."
)


class Clash(Exception):
    """Two parts describe the same thing; the message names it."""


@functools.cache
def document() -> Doc:
    """Return the document, OpenAPI 3.1.

    Raises:
        Clash: two parts describe the same path or use the same name for a component.
    """
    whole: Doc = {
        "openapi": "3.1.0",
        "info": {"title": NAME, "version": "1", "description": _ABOUT},
        "servers": [{"url": "/"}],
        "paths": {},
        "components": {},
    }
    for vendor, prefix in (("", ""), *((vendor, f"/{vendor}") for vendor in VENDORS)):
        _add(whole, part(vendor), prefix, vendor or "window")
    return whole


def part(vendor: str) -> Doc:
    """Return what one vendor describes, or the window for ""; nothing if it has no file."""
    file = _HERE / vendor / "openapi.yaml"
    return yaml.safe_load(file.read_text()) if file.exists() else {}


def operations(doc: Doc) -> list[tuple[str, str, Doc]]:
    """Return (path, method, operation) of every operation of a document or a part."""
    return [
        (path, method, item[method])
        for path, item in doc.get("paths", {}).items()
        for method in METHODS
        if method in item
    ]


def _add(whole: Doc, described: Doc, prefix: str, tag: str) -> None:
    for _path, _method, operation in operations(described):
        operation["tags"] = [tag]
    merge(whole["paths"], {prefix + path: item for path, item in described.get("paths", {}).items()})
    for kind, named in described.get("components", {}).items():
        merge(whole["components"].setdefault(kind, {}), named)


BEGIN, END = "<!-- shapes -->\n", "<!-- /shapes -->"
_SHAPES = {"documented": "documented", "ours": "our guess"}


def shapes() -> str:
    """Return the table of what is documented by the vendors and what is our guess, as Markdown."""
    lines = ["", "| Call | Address | Shape |", "|---|---|---|"]
    for vendor in VENDORS:
        for path, method, operation in operations(part(vendor)):
            shape = _SHAPES[operation["x-shape"]]
            lines.append(f"| `{operation['operationId']}` | `{method.upper()} /{vendor}{path}` | {shape} |")
    return "\n".join(lines) + "\n\n"


def with_shapes(text: str) -> str:
    """Return a document with the table between its two marks made anew."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + shapes() + END + rest.partition(END)[2]


def merge(into: Doc, more: Doc) -> None:
    """Add names to others.

    Raises:
        Clash: a name is there already.
    """
    for name, value in more.items():
        if name in into:
            raise Clash(name)
        into[name] = value


if __name__ == "__main__":
    for _name in sys.argv[1:]:
        Path(_name).write_text(with_shapes(Path(_name).read_text()))
