"""Handlers that do what a test tells them to, and commands for them."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest
from django.db import transaction

from clinic.models import Organization
from core import commands, handlers
from core.commands import Failed, Handler, NotWanted, Policy, Unclear
from core.http import Rejected
from core.models import Command


class Scripted(Handler):
    """Does what the test tells it to; keeps what the engine told it."""

    label = "A test's work"
    vendor = "candid"
    tries = 3
    script: ClassVar[list[Any]] = []
    told: ClassVar[list[str]] = []
    breaks_at_claim: ClassVar[bool] = False

    def claim(self, command: Command, *, now: Any) -> None:
        self.told.append("claim")
        if self.breaks_at_claim:
            raise self.script.pop(0)
        if self.script and isinstance(self.script[0], NotWanted):
            raise self.script.pop(0)

    def call(self, command: Command) -> Any:
        self.told.append("call")
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        return step() if callable(step) else step

    def record(self, command: Command, answer: Any, *, now: Any) -> commands.Next:
        self.told.append("record")
        if answer == "broken":
            Organization.objects.create(name="half written")
            raise ZeroDivisionError
        if answer == "broken twice":
            self.script.append("and again")
            raise ZeroDivisionError
        return answer

    def rejected(self, command: Command, error: Rejected, *, now: Any) -> commands.Next:
        return Failed("Refused, and why.")

    def unclear(self, command: Command, *, reason: str, now: Any) -> commands.Next:
        self.told.append("unclear")
        if self.script == ["and again"]:
            raise ZeroDivisionError
        return Unclear(reason)

    def retrying(self, command: Command, *, reason: str, at: Any, now: Any) -> None:
        self.told.append("retrying")

    def gave_up(self, command: Command, *, reason: str, now: Any) -> None:
        self.told.append("gave up")

    def backoff(self, failures: int) -> float:
        return 10.0 * failures


class Asks(Scripted):
    kind = "test.ask"


class Keyed(Scripted):
    kind = "test.keyed"
    policy = Policy.KEYED


class Once(Scripted):
    kind = "test.once"
    policy = Policy.ONCE


@pytest.fixture(autouse=True, scope="module")
def _registered() -> Iterator[None]:
    for handler in (Asks, Keyed, Once):
        commands.register(handler)
    yield
    for handler in (Asks, Keyed, Once):
        del handlers._handlers[handler.kind]


@pytest.fixture
def make(db: None) -> Callable[..., Command]:
    """Make a command whose handler follows the script."""

    def make(kind: str = "test.ask", *script: Any) -> Command:
        Scripted.script[:] = script
        Scripted.told.clear()
        target = Organization.objects.create(name="Target")
        with transaction.atomic():
            return commands.create(kind, target, request=b"frozen")

    return make


def fresh(command: Command) -> Command:
    command.refresh_from_db()
    return command
