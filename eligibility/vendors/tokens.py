"""Access tokens, fetched once per process and shared by its threads until shortly before they end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Token:
    """A bearer token, the moment on the monotonic clock at which it is not used any more, and what it allows."""

    bearer: str
    good_until: float
    organization: int | None = None
    clinics: frozenset[int] = frozenset()


class TokenCache:
    """Tokens by (host, client id). Minting one is rate limited, so only one thread asks and the others wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: dict[tuple[str, str], Token] = {}

    def get(self, key: tuple[str, str], fetch: Callable[[], Token]) -> Token:
        """Return a token that still lives, asking for one if needed. Raises whatever `fetch` raises."""
        with self._lock:
            token = self._tokens.get(key)
            if token is None or token.good_until <= time.monotonic():
                token = self._tokens[key] = fetch()
            return token

    def drop(self, key: tuple[str, str], token: Token) -> None:
        """Forget a token that the vendor refused, unless another thread has replaced it already."""
        with self._lock:
            if self._tokens.get(key) is token:
                del self._tokens[key]


def lives_until(seconds: float, margin: float) -> float:
    """Return when a token of this life (seconds) is to be replaced, `margin` seconds early, on the monotonic clock."""
    return time.monotonic() + max(seconds - margin, 0.0)
