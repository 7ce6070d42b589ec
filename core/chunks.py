"""Many values in lists that one statement can carry."""

from collections.abc import Iterable, Iterator
from typing import Any

_CHUNK = 400


def chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield what is different among the items, in order, in lists that a statement can carry."""
    every = sorted(set(items))
    return (every[start : start + _CHUNK] for start in range(0, len(every), _CHUNK))
