"""National provider identifiers: ten digits, the last one a check digit.

Candid takes any first digit (Stedi accepts whatever passes the check digit); claim payments take 1 or 2 alone, as CMS
gives them out, and look at that themselves.
"""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=1000)
def is_npi(text: str) -> bool:
    """Tell whether the text is an NPI by its check digit (Luhn over 80840 and the number; CMS)."""
    if len(text) != 10 or not (text.isascii() and text.isdigit()):
        return False
    total = 0
    for place, digit in enumerate(reversed(f"80840{text}")):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
