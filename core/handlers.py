"""How one kind of outside work is done: its policy, what may become of it, and the handlers by kind.

Apps register their handlers in `handlers.py`; `core.commands` runs them.
"""

import enum
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from core import http
from core.models import Command


class Policy(enum.Enum):
    """What may be repeated after an unclear end."""

    ASK_AGAIN = "a question: repeat after anything"
    KEYED = "the vendor refuses duplicates: the same bytes may go again, after a look"
    ONCE = "never repeated by the machine unless it was certainly not sent"


class NotWanted(Exception):
    """The work is no longer wanted: raised by a handler's claim(), which has the command cancelled with this sentence,
    and by its restart(), which leaves it as it was."""


@dataclass(frozen=True)
class Done:
    """The work is done."""


@dataclass(frozen=True)
class Later:
    """Nothing to record yet; look again at `at`. Not a failure."""

    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class Failed:
    """The work ended without success, for a reason a person can act on."""

    reason: str


@dataclass(frozen=True)
class Unclear:
    """Nobody knows whether it happened; a resolver or a person settles it."""

    reason: str


Next = Done | Later | Failed | Unclear


class Handler:
    """How one kind of command is done. Subclasses live in an app's handlers.py and are registered."""

    kind: ClassVar[str]
    label: ClassVar[str]
    vendor: ClassVar[str]
    policy: ClassVar[Policy] = Policy.ASK_AGAIN
    deadline: ClassVar[float] = 20.0
    tries: ClassVar[int] = 8

    def claim(self, command: Command, *, now: datetime) -> None:
        """Move the target on, inside the claiming transaction, and keep what call() needs in `command.at_hand`.

        Raises NotWanted to have the command cancelled instead; what was written then is not.
        """

    def call(self, command: Command) -> Any:
        """Talk to the vendor, outside any transaction, and return its answer."""
        raise NotImplementedError

    def record(self, command: Command, answer: Any, *, now: datetime) -> Next:
        """Write the answer, inside the recording transaction."""
        raise NotImplementedError

    def rejected(self, command: Command, error: http.Rejected, *, now: datetime) -> Next:
        """The vendor refused the request: say so on the target."""
        return Failed("The vendor refused the request.")

    def unclear(self, command: Command, *, reason: str, now: datetime) -> Next:
        """KEYED and ONCE: nobody knows whether it happened."""
        return Unclear(reason)

    def retrying(self, command: Command, *, reason: str, at: datetime, now: datetime) -> None:
        """A failed try will be repeated at `at`: show it on the target."""

    def gave_up(self, command: Command, *, reason: str, now: datetime) -> None:
        """No try is left: show it on the target."""

    def may_retry(self, command: Command) -> bool:
        """Whether a person may set a failed command going again from the Operations page."""
        return self.policy is Policy.ASK_AGAIN

    def restart(self, command: Command, *, now: datetime) -> None:
        """A person sets the failed command going again: show it on the target. Raises NotWanted where that moved on."""

    def backoff(self, failures: int) -> float:
        """Return the seconds to wait after this many failed tries in a row (full jitter, base 2 s, cap 300 s)."""
        return random.uniform(0.5, min(300.0, 2.0**failures))  # noqa: S311 (spreads load, guards nothing)


_handlers: dict[str, Handler] = {}
H = TypeVar("H", bound=type[Handler])


def register(handler: H) -> H:
    """Make the handler class known. Raises ValueError when its kind is taken."""
    if handler.kind in _handlers:
        raise ValueError(f"Two handlers for {handler.kind}.")
    _handlers[handler.kind] = handler()
    return handler


def handler_of(command: Command) -> Handler:
    """Return the handler of the command's kind."""
    return handler_of_kind(command.kind)


def handler_of_kind(kind: str) -> Handler:
    """Return the handler of a kind."""
    return _handlers[kind]


def handlers() -> Iterable[Handler]:
    """Return every registered handler."""
    return _handlers.values()


def kinds() -> tuple[str, ...]:
    """Return the kinds that have a handler."""
    return tuple(_handlers)


def is_known(kind: str) -> bool:
    """Whether a handler of the kind is registered."""
    return kind in _handlers
