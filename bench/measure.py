"""How the benchmarks measure: the two sides in turn, the median of each."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One result: what was measured, the value, its unit, and the most it may be; or, with `least`, the least."""

    what: str
    value: float
    most: float
    unit: str = "x"
    note: str = ""
    least: float | None = None

    @property
    def ok(self) -> bool:
        """Whether it is within its limit."""
        return self.value <= self.most if self.least is None else self.value >= self.least

    @property
    def verdict(self) -> str:
        """The outcome in four letters."""
        return "ok  " if self.ok else "OVER" if self.least is None else "LOW "

    @property
    def shown(self) -> str:
        """The value for people."""
        digits = {"x": 2, "": 3}.get(self.unit, 1)
        limit = f"at most {self.most:g}" if self.least is None else f"at least {self.least:g}"
        note = f"  ({self.note})" if self.note else ""
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.value:.{digits}f}{unit} ({limit}{unit}){note}"


def at_least(what: str, value: float, least: float, *, note: str = "") -> Figure:
    """Return a figure without a unit that has to reach `least`."""
    return Figure(what, value, least, "", note, least)


def seconds(work: Callable[[], object]) -> float:
    """Return how long one run of `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


class Undisturbed:
    """Measures work on a machine that others use too: again while somebody else had the processor, four times at most.

    How long a process was ready and waited for a processor is counted by the kernel (the second number of schedstat, in
    nanoseconds). Which run counts is decided by that alone, never by how long it took; nothing is taken off. Where the
    kernel does not count, as on macOS, the first run counts.
    """

    def __init__(self, *others: int) -> None:
        """Look at this process and at the others that do part of the work, by their ids."""
        self._paths = [path for who in ("self", *others) if (path := Path(f"/proc/{who}/schedstat")).exists()]

    def seconds(self, work: Callable[[], object]) -> float:
        """Return how long `work` took in the run in which it waited least, the first with next to no wait."""
        runs = []
        for _ in range(4):
            before = self._waited()
            took = seconds(work)
            runs.append((self._waited() - before, took))
            if runs[-1][0] < took / 20:
                break
        return min(runs)[1]

    def _waited(self) -> float:
        return sum(int(path.read_bytes().split()[1]) for path in self._paths) / 1e9


def side_by_side(
    ours: Callable[[], object],
    theirs: Callable[[], object],
    rounds: int,
    seconds: Callable[[Callable[[], object]], float] = seconds,
) -> tuple[float, float]:
    """Return the median seconds of both, measured in turn so that a busy machine hurts both alike."""
    ours(), theirs()
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)
