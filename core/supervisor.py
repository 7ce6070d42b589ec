"""Starts the program's processes as children, prefixes their logs, and stops them all together."""

import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

GRACE = 60.0  # seconds a child gets to finish its work: longer than any call that moves money
FAREWELL = 5.0  # seconds that a part the others call gets at least, when they have used up the grace
STAYS_UP = 5.0  # seconds after which a first start counts as good
PAUSES = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds before a part is started again, longer each time
_PR_SET_PDEATHSIG = 1
_prctl = getattr(ctypes.CDLL(None), "prctl", None) if sys.platform == "linux" else None


def _end_with_parent() -> None:
    """Runs in the child: if the supervisor is killed, its children get SIGTERM instead of holding the ports."""
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(frozen=True)
class Part:
    """One process: what it is called in the log, its command line, and its own environment.

    The others call one that `serves` them, also while they finish their work: it is told to stop when they have ended.
    """

    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)
    serves: bool = False


class Stopped(Exception):
    """A child ended as soon as it was started; the sentence says which."""


class Supervisor:
    """Runs parts until somebody says stop. A part that does not stay up when it is first started ends everything; one
    that ran well and then died is started again, after a pause that grows while it keeps dying."""

    def __init__(self, parts: Sequence[Part], say: Callable[[str], None], *, pids: Path | None = None) -> None:
        """Start nothing yet. `pids` is a file that remembers the children, so that the next start can end what a
        killed supervisor left behind."""
        self.parts, self.say, self.pids = {part.name: part for part in parts}, say, pids
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.started: dict[str, float] = {}
        self.deaths: dict[str, int] = {}
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
        if self.pids is not None:
            self.pids.write_text("\n".join(str(child.pid) for child in self.children.values()), encoding="utf-8")
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
        """Look at every child, and start again what died. Raises Stopped when one does not stay up at first."""
        for name, child in list(self.children.items()):
            if child.poll() is None:
                continue
            ran = time.monotonic() - self.started[name]
            if ran < STAYS_UP and name not in self.deaths:
                raise Stopped(f"{name} ended with code {child.returncode}; everything is stopped. Its lines are above.")
            self._start_again(name, child, ran)

    def _start_again(self, name: str, child: "subprocess.Popen[bytes]", ran: float) -> None:
        deaths = 0 if ran > max(PAUSES) else self.deaths.get(name, 0)
        if ran < PAUSES[min(deaths, len(PAUSES) - 1)]:
            return  # not yet
        self.deaths[name] = deaths + 1
        self.say(f"{name:<10} ended with code {child.returncode} and is started again.")
        _end_group(child.pid)
        self._start(name)

    def stop(self) -> None:
        """End every child: politely, then, after a grace period, for certain, with whatever it started.

        All are told at once, but for those that serve the others: these come when the others have ended.
        """
        self.stopping.set()
        ends = time.monotonic() + GRACE
        self._end(ends, serves=False)
        self._end(max(ends, time.monotonic() + FAREWELL), serves=True)
        if self.pids is not None:
            self.pids.unlink(missing_ok=True)

    def _end(self, ends: float, *, serves: bool) -> None:
        children = [child for name, child in self.children.items() if self.parts[name].serves is serves]
        for child in children:
            if child.poll() is None:
                child.terminate()
        for child in children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.1, ends - time.monotonic()))
            _end_group(child.pid)
            child.wait()


def _end_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # nothing of it is left


class FolderInUse(Exception):
    """Another program of ours runs on the data folder; the sentence says which."""


def hold_folder(folder: Path, who: str) -> IO[str]:
    """Take the data folder for this process until the file that is returned is closed, at the latest at its end.

    Two programs on one folder would share the embedded database, the broker and the schedule, and the second would
    take the first one's children for leftovers. `who` is told to whoever comes second. Raises FolderInUse.
    """
    lock = (folder / "in-use").open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        other = lock.read().strip() or "another Frontdesk"
        lock.close()
        raise FolderInUse(
            f"The data folder is in use by {other}. Stop that one, or set DATA_DIR to another folder."
        ) from None
    lock.truncate(0)
    lock.write(who)
    lock.flush()
    return lock


def end_leftovers(pids: Path) -> None:
    """End what a supervisor that was killed left running: its children's process groups hold the ports.

    A group is only ended when a process of it still runs this very program, since numbers are used again.
    """
    if not pids.exists():
        return
    for line in pids.read_text(encoding="utf-8").split():
        if _is_ours(int(line)):
            _end_group(int(line))
    pids.unlink()


def _is_ours(group: int) -> bool:
    """Whether a process of the group runs from this program's environment (Linux; elsewhere: no)."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            stat = (process / "stat").read_text().rsplit(")", 1)[1].split()
            command = (process / "cmdline").read_bytes().decode("utf-8", "replace")
        except (OSError, IndexError):
            continue  # it has ended meanwhile
        if int(stat[2]) == group and str(Path(sys.executable).parent) in command:
            return True
    return False


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
