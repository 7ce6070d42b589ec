"""How rejections look on Candid's wire: keys that end in a question mark, unless a switch says otherwise."""

from __future__ import annotations

from typing import Any

from sandbox.candid import raw271
from sandbox.candid.aaa import Rejection
from sandbox.switches import switch

Doc = dict[str, Any]


def error(rejection: Rejection) -> Doc:
    """Return an entry of `errors` of a check: who says it, and what."""
    return {"source": rejection.source, "errorDetails": details(rejection)}


def details(rejection: Rejection) -> Doc:
    """Return the details alone, as insurance discovery and coordination of benefits show them."""
    spelling = switch("candid", "detail_keys", "question")
    plain = raw271.aaa_error(rejection)
    shown: Doc = {}
    if spelling in ("question", "both"):
        shown |= {f"{key}?": value for key, value in plain.items()}
    if spelling in ("plain", "both"):
        shown |= plain
    return shown
