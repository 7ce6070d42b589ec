"""Seeded choices: everything that differs between two cards of one family comes out of a `Die`."""

import random
from collections.abc import Sequence
from typing import TypeVar

Choice = TypeVar("Choice")

#: issuers leave out the letters that look like figures
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


class Die:
    """A source of choices that gives the same ones for the same seed, on every machine."""

    def __init__(self, *seed: object) -> None:
        """Start from any values that name the card, such as the family and a number."""
        self._random = random.Random("/".join(str(part) for part in seed))

    def pick(self, *options: Choice) -> Choice:
        """Return one of the options."""
        return self._random.choice(options)

    def some(self, options: Sequence[Choice], count: int) -> list[Choice]:
        """Return `count` different options in random order."""
        return self._random.sample(list(options), count)

    def chance(self, share: float) -> bool:
        """Return true in `share` (0 to 1) of all cases."""
        return self._random.random() < share

    def between(self, low: float, high: float) -> float:
        """Return a number between two limits."""
        return self._random.uniform(low, high)

    def whole(self, low: int, high: int) -> int:
        """Return a whole number between two limits, both possible."""
        return self._random.randint(low, high)

    def code(self, pattern: str) -> str:
        """Return the pattern with `#` as a figure, `@` as a letter and `*` as either; the rest stays."""
        drawn = {"#": "0123456789", "@": LETTERS, "*": LETTERS + "0123456789"}
        return "".join(self._random.choice(drawn.get(sign, sign)) for sign in pattern)

    def like(self, code: str) -> str:
        """Return another code of the same shape: figures for figures, letters kept, leading zeros kept."""
        rest = code.lstrip("0")
        same = code[: len(code) - len(rest)] + rest[:1]
        return same + "".join(self._random.choice("0123456789") if sign.isdigit() else sign for sign in rest[1:])
