"""Access tokens, fetched once per process and shared by its threads until shortly before they end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from core.http import VendorError


@dataclass(frozen=True)
class Token:
    """A bearer token, the moment on the monotonic clock at which it is not used any more, and what it allows."""

    bearer: str
    good_until: float
    organization: int | None = None
    clinics: frozenset[int] = frozenset()


class TokenCache:
    """Tokens by (host, client id). Minting one is rate limited, so only one thread asks and the others wait.

    When that one fails, those that waited fail like it. Each trying in its turn, against a vendor that does not answer,
    would keep the last of them longer than its command belongs to it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: dict[tuple[str, str], Token] = {}
        self._failures: dict[tuple[str, str], tuple[float, VendorError]] = {}

    def get(self, key: tuple[str, str], fetch: Callable[[], Token]) -> Token:
        """Return a token that still lives, asking for one if needed. Raises whatever `fetch` raises."""
        came = time.monotonic()
        with self._lock:
            token = self._tokens.get(key)
            if token is not None and token.good_until > time.monotonic():
                return token
            ended, failure = self._failures.get(key, (came, None))
            if failure is not None and ended > came:
                raise type(failure).because(failure, failure.why)
            return self._asked_for(key, fetch)

    def _asked_for(self, key: tuple[str, str], fetch: Callable[[], Token]) -> Token:
        try:
            token = self._tokens[key] = fetch()
        except VendorError as failure:
            self._failures[key] = (time.monotonic(), type(failure).because(failure, failure.why))
            raise
        return token

    def drop(self, key: tuple[str, str], token: Token) -> None:
        """Forget a token that the vendor refused, unless another thread has replaced it already."""
        with self._lock:
            if self._tokens.get(key) is token:
                del self._tokens[key]


def lives_until(seconds: float, margin: float) -> float:
    """Return when a token of this life (seconds) is to be replaced, `margin` seconds early, on the monotonic clock."""
    return time.monotonic() + max(seconds - margin, 0.0)
