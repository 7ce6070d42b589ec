"""Starts the program's processes as children, prefixes their logs, and stops them all together."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

GRACE = 15.0  # seconds a child gets to finish its work
STAYS_UP = 5.0  # seconds after which a start counts as good
_PR_SET_PDEATHSIG = 1
_prctl = getattr(ctypes.CDLL(None), "prctl", None) if sys.platform == "linux" else None


def _end_with_parent() -> None:
    """Runs in the child: if the supervisor is killed, its children get SIGTERM instead of holding the ports."""
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(frozen=True)
class Part:
    """One process: what it is called in the log, its command line, and its own environment."""

    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)


class Stopped(Exception):
    """A child ended as soon as it was started; the sentence says which."""


class Supervisor:
    """Runs parts until somebody says stop. A part that ends soon after its start ends everything; one that ran well
    and then died is started again."""

    def __init__(self, parts: Sequence[Part], say: Callable[[str], None]) -> None:
        self.parts, self.say = {part.name: part for part in parts}, say
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.started: dict[str, float] = {}
        self.stopping = threading.Event()

    def start(self) -> None:
        """Start every part."""
        for name in self.parts:
            self._start(name)

    def _start(self, name: str) -> None:
        part = self.parts[name]
        child = subprocess.Popen(  # noqa: S603 (our own command lines)
            list(part.command),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **part.environment},
            start_new_session=True,
            preexec_fn=_end_with_parent,  # one system call and nothing else
        )
        self.children[name], self.started[name] = child, time.monotonic()
        threading.Thread(target=self._relay, args=(name, child), daemon=True).start()

    def _relay(self, name: str, child: "subprocess.Popen[bytes]") -> None:
        assert child.stdout is not None  # noqa: S101 (a pipe was asked for)
        for line in child.stdout:
            self.say(f"{name:<10} {line.decode('utf-8', 'replace').rstrip()}")

    def watch(self, *, poll: float = 0.2) -> None:
        """Wait until stop is asked for. Raises Stopped when a child ends soon after its start."""
        while not self.stopping.wait(poll):
            self.watch_once()

    def watch_once(self) -> None:
        """Look at every child, and start again what died. Raises Stopped when one does not stay up."""
        for name, child in list(self.children.items()):
            if child.poll() is None:
                continue
            if time.monotonic() - self.started[name] < STAYS_UP:
                raise Stopped(f"{name} ended with code {child.returncode}; everything is stopped. Its lines are above.")
            self.say(f"{name:<10} ended with code {child.returncode} and is started again.")
            _end_group(child)
            self._start(name)

    def stop(self) -> None:
        """End every child: politely, then, after a grace period, for certain, with whatever it started."""
        self.stopping.set()
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        ends = time.monotonic() + GRACE
        for child in self.children.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.1, ends - time.monotonic()))
            _end_group(child)
            child.wait()


def _end_group(child: "subprocess.Popen[bytes]") -> None:
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # nothing of it is left


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def python(*arguments: str) -> list[str]:
    """Return the command line of this very interpreter with the arguments."""
    return [sys.executable, *arguments]
