"""The stage on which a vendor fails: the sandbox as a process, the app's own worker, and a clock for both."""

from __future__ import annotations

import html
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.models import User
from core import commands
from core.models import Command, CommandAttempt
from tests.faults.plays import REDIRECT, REFUSED, SHORT, Play
from tests.sandbox_process import SandboxProcess

MOST_STEPS = 250


class Clock:
    """The time of the app, which stands still until it is moved, and that of the sandbox, moved with it.

    So nothing that waits is waited for, and a slow machine changes nothing.
    """

    def __init__(self, sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch) -> None:
        self._sandbox, self.now = sandbox, timezone.now()
        monkeypatch.setattr(timezone, "now", lambda: self.now)

    def forward_to(self, moment: datetime) -> None:
        """Let it be `moment`, unless it is later already."""
        self.forward((moment - self.now).total_seconds())

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        if seconds > 0:
            self.now += timedelta(seconds=seconds)
            self._sandbox.call("POST", "clock", {"advance_seconds": seconds})


class Stage:
    """Plays one failure on one route, and does the app's work as its worker would."""

    def __init__(self, sandbox: SandboxProcess, settings: Any, clock: Clock) -> None:
        """Every vendor is spoken to on its own port, which alone can refuse its connections."""
        self.sandbox, self.settings, self.clock = sandbox, settings, clock
        self.ports: dict[str, int] = sandbox.call("GET", "health")["ports"]
        at = {vendor: f"http://127.0.0.1:{port}/{vendor}" for vendor, port in self.ports.items()}
        settings.CARDSCAN_URL, settings.SPRY_URL = f"{at['cardscan']}/v1", at["spry"]
        settings.CANDID_API_URL = settings.CANDID_PRE_ENCOUNTER_URL = at["candid"]
        settings.PAYMENTS_BASE_URL = f"{at['payments']}/api/v1"

    @contextmanager
    def failing(
        self, vendor: str, route: str, play: Play, *, deadline: float, times: int | None = 1
    ) -> Iterator[Callable[[], bool]]:
        """Have the next calls of the route fail (`times` None: all of them); yields whether that is over.

        `deadline` is the call's own, in seconds: it is what ends a call that would never end.
        """
        with _elsewhere() as location:
            over = self._begin(vendor, route, play, times, location)
            self.settings.DEADLINE_SCALE = SHORT / deadline if play.short else 1.0
            try:
                yield over
            finally:
                self._end(vendor, play, times)

    def _end(self, vendor: str, play: Play, times: int | None) -> None:
        self.settings.DEADLINE_SCALE = 1.0
        if play.kind == REFUSED:
            self._refuse(vendor, seconds=0)
        elif times is None:
            self.sandbox.call("DELETE", f"faults?vendor={vendor}")

    def _begin(self, vendor: str, route: str, play: Play, times: int | None, location: str) -> Callable[[], bool]:
        if play.kind == REFUSED:
            self._refuse(vendor, seconds=3600)
            tried = _ended_tries()
            return lambda: _ended_tries() > tried
        options = play.told() | ({"location": location} if play.kind == REDIRECT else {})
        self.sandbox.fault(vendor, route, play.kind, times=times, **options)
        return lambda: all(rule["kind"] != play.kind for rule in self.sandbox.call("GET", "faults")["faults"])

    def _refuse(self, vendor: str, *, seconds: int) -> None:
        """Have the vendor's port refuse connections, or take them again (0), and see that it does."""
        self.sandbox.fault(vendor, "*", REFUSED, seconds=seconds)
        ends = time.monotonic() + 60
        while _refuses(self.ports[vendor]) != (seconds > 0):
            assert time.monotonic() < ends, "The port does not do as it was told."
            time.sleep(0.01)

    def meet(self, vendor: str, route: str, play: Play, *, deadline: float) -> None:
        """Do the app's work, one step after another, until the failure has been met, and no further."""
        with self.failing(vendor, route, play, deadline=deadline) as over:
            self.work(until=over)

    def work(self, until: Callable[[], bool] | None = None, seconds: float = 0) -> int:
        """Do what is due, and let the time come of what waits, until nothing waits any more or `until()` holds."""
        for step in range(MOST_STEPS):
            if until is not None and until():
                return step
            if not commands.run_due(limit=1) and not self._jump():
                assert until is None or until(), "The work did not come to the expected end."
                return step
        raise AssertionError(f"There is still work after {MOST_STEPS} steps.")

    def _jump(self) -> bool:
        """Let the time of the next command come; False when none waits."""
        waiting = Command.objects.filter(status=Command.Status.DUE).order_by("due_at").first()
        if waiting is not None:
            self.clock.forward_to(waiting.due_at)
        return waiting is not None


def next_try(moment: datetime | None, play: Play, *, never_before: float = 0.0) -> datetime:
    """Return the moment of the next try, which must lie as far ahead as the failure asks for."""
    assert moment is not None, "Nothing says when the next try is."
    at_least, at_most = (max(bound, never_before) for bound in play.waits)
    assert at_least <= (moment - timezone.now()).total_seconds() <= at_most
    return moment


def page(user: User, name: str, *args: object, **query: str) -> str:
    """Return the text of a page as this person sees it."""
    client = Client()
    client.force_login(user)
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return html.unescape(" ".join(answer.content.decode().split()))


def must_say(text: str, words: str) -> None:
    """One of the phrases that the table quotes is on the page; an ellipsis stands for anything."""
    phrases = re.findall("“(.+?)”", words)
    assert not phrases or any(all(part.strip() in text for part in phrase.split("…")) for phrase in phrases)


def _ended_tries() -> int:
    return CommandAttempt.objects.exclude(ended_at=None).count()


def _refuses(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 10).close()
    except ConnectionRefusedError:
        return True
    return False


@contextmanager
def _elsewhere() -> Iterator[str]:
    """Yield the address of somebody else's server, which nobody may come to: our keys would go along."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()
