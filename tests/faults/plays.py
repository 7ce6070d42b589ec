"""The sixteen ways a vendor fails, as the sandbox plays them; some in more than one variant."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

from django.utils import timezone

REFUSED, REDIRECT = "refused", "redirect"
# Seconds after which a call is ended that would never end, and seconds by which the right answer is late.
SHORT, LATE = 0.7, 0.15


class Group(enum.Enum):
    """What a failure leaves behind, which is what the app's way depends on; a column of the page for people."""

    LATE = "It answers slowly, but in time"
    NO_CONNECTION = "It cannot be reached"
    UNDONE = "It failed and did nothing"
    DONE = "It did it, but its answer is lost or odd"
    WAIT = "It asks us to wait"


@dataclass(frozen=True)
class Play:
    """One failure.

    Args:
        family: one of the sixteen. kind: the sandbox's word for it, or REFUSED.
        options: for the sandbox; short: whether the call would not end but for its deadline.
        waits: the fewest and the most seconds until the next try.
    """

    name: str
    family: str
    group: Group
    kind: str
    options: dict[str, Any] = field(default_factory=dict)
    short: bool = False
    waits: tuple[float, float] = (0.5, 5)

    def told(self) -> dict[str, Any]:
        """Return the options as the sandbox is told them; a date is two minutes from now."""
        if self.options.get("retry_after") == "date":
            return {"retry_after": format_datetime(timezone.now() + timedelta(seconds=120), usegmt=True)}
        return self.options

    def __str__(self) -> str:
        return self.name


def _plain(name: str, group: Group, **more: Any) -> Play:
    return Play(name, name, group, name, **more)


def _asks_to_wait(name: str, header: str | None, at_least: float, at_most: float) -> Play:
    return Play(f"429_{name}", "429", Group.WAIT, "429", {"retry_after": header}, waits=(at_least, at_most))


PLAYS = (
    _plain(REFUSED, Group.NO_CONNECTION),
    _plain("reset_before", Group.UNDONE),
    _plain("reset_after", Group.DONE),
    Play("black_hole_before", "black_hole", Group.UNDONE, "black_hole_before", short=True),
    Play("black_hole_after", "black_hole", Group.DONE, "black_hole_after", short=True),
    _plain("slow_first_byte", Group.LATE, options={"seconds": LATE}),
    _plain("slow_drip", Group.DONE, options={"pause": 0.05}, short=True),
    _plain("500_before", Group.UNDONE),
    _plain("500_after", Group.DONE),
    _plain("502_html", Group.UNDONE),
    _asks_to_wait("seconds", "40", 40, 40),
    _asks_to_wait("date", "date", 119, 120),  # a date has whole seconds
    _asks_to_wait("absent", None, 0.5, 5),
    _asks_to_wait("negative", "-5", 0.5, 5),
    _asks_to_wait("huge", "99999999999999999999", 3600, 3600),
    _plain("truncated_json", Group.DONE),
    _plain("wrong_types", Group.DONE),
    _plain("200_error_body", Group.UNDONE),
    _plain("big_body", Group.DONE),
    _plain("duplicate_keys", Group.DONE),
    _plain(REDIRECT, Group.UNDONE),
)
SIXTEEN = tuple(dict.fromkeys(play.family for play in PLAYS))


def play(name: str) -> Play:
    """Return the failure of this name."""
    return next(found for found in PLAYS if found.name == name)
