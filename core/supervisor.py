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
    """A child ended by itself; the sentence says which."""


class Supervisor:
    """Runs parts until one of them ends or somebody says stop."""

    def __init__(self, parts: Sequence[Part], say: Callable[[str], None]) -> None:
        self.parts, self.say = parts, say
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.stopping = threading.Event()

    def start(self) -> None:
        """Start every part."""
        for part in self.parts:
            child = subprocess.Popen(  # noqa: S603 (our own command lines)
                list(part.command),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **part.environment},
                start_new_session=True,
                preexec_fn=_end_with_parent,  # one system call, before any thread of ours runs
            )
            self.children[part.name] = child
        for name, child in self.children.items():
            threading.Thread(target=self._relay, args=(name, child), daemon=True).start()

    def _relay(self, name: str, child: "subprocess.Popen[bytes]") -> None:
        assert child.stdout is not None  # noqa: S101 (a pipe was asked for)
        for line in child.stdout:
            self.say(f"{name:<10} {line.decode('utf-8', 'replace').rstrip()}")

    def watch(self, *, poll: float = 0.2) -> None:
        """Wait until stop is asked for. Raises Stopped when a child ends by itself."""
        while not self.stopping.wait(poll):
            self.watch_once()

    def watch_once(self) -> None:
        """Look at every child. Raises Stopped when one has ended by itself."""
        for name, child in self.children.items():
            if child.poll() is not None:
                raise Stopped(f"{name} ended with code {child.returncode}; everything is stopped. Its lines are above.")

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
