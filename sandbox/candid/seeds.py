"""Numbers that differ from member to member and never change for one: drawn from the member id alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

Choice = TypeVar("Choice")


@dataclass(frozen=True)
class Seed:
    """A source of choices; the same text and the same question always give the same choice."""

    text: str

    def number(self, what: str, below: int) -> int:
        """Return a whole number from 0 up to, not including, `below`."""
        digest = hashlib.sha256(f"{self.text}|{what}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % below

    def pick(self, what: str, choices: Sequence[Choice]) -> Choice:
        """Return one of the choices."""
        return choices[self.number(what, len(choices))]

    def dollars(self, what: str, choices: Sequence[int]) -> Decimal:
        """Return one of the whole-dollar amounts."""
        return Decimal(self.pick(what, choices))

    def cents(self, what: str, most: Decimal) -> Decimal:
        """Return an amount from 0 to `most` dollars, to the cent."""
        return Decimal(self.number(what, int(most * 100) + 1)) / 100

    def share(self, what: str, whole: Decimal) -> Decimal:
        """Return how much of `whole` is used: nothing for one in five, all for one in five, else something between."""
        case = self.number(f"{what} case", 5)
        if case == 0:
            return Decimal(0)
        return whole if case == 1 else self.cents(what, whole)
