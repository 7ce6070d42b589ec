"""What a rule says about a payment: which rule, how bad, where, and in one sentence what to do."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


class Level(enum.StrEnum):
    """An error blocks; a warning needs a written reason from the maker, and the checker sees both."""

    ERROR = "E"
    WARNING = "W"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or doubtful.

    `path` is the place in the JSON (`payments[3].payeeDetails.npiId`); `off_by` is in dollars, where an equation does
    not come out: what stands on the paper minus what it has to be.
    """

    rule: str
    level: Level
    path: str
    sentence: str
    off_by: Decimal | None = None

    @property
    def is_error(self) -> bool:
        """Whether it blocks."""
        return self.level is Level.ERROR


@dataclass(frozen=True, slots=True)
class Context:
    """What the rules need to know besides the payment: the day, and the settings named after these fields."""

    today: date
    remit_methods: frozenset[str] = field(default_factory=lambda: frozenset({"DATA"}))
    claim_adjustment_field: str = ""


def error(rule: str, path: str, sentence: str, off_by: Decimal | None = None) -> Finding:
    """Return a finding that blocks."""
    return Finding(rule, Level.ERROR, path, sentence, off_by)


def warning(rule: str, path: str, sentence: str, off_by: Decimal | None = None) -> Finding:
    """Return a finding that needs a reason."""
    return Finding(rule, Level.WARNING, path, sentence, off_by)
