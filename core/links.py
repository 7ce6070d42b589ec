"""Addresses of many rows: the pattern is looked up once, and each row only puts its code in."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from django.urls import reverse

_ANY = UUID("00000000-0000-4000-8000-000000000000")


@lru_cache(maxsize=256)
def _around(name: str) -> tuple[str, str]:
    before, _, after = reverse(name, args=[_ANY]).partition(str(_ANY))
    return before, after


def link(name: str, code: UUID) -> str:
    """Return what `reverse(name, args=[code])` does, for a URL whose one argument is a row's code, much faster."""
    before, after = _around(name)
    return f"{before}{code}{after}"
