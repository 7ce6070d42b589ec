"""How the benchmarks measure: the two sides in turn, the median of each."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One result: what was measured, the value, its unit, and the most it may be."""

    what: str
    value: float
    most: float
    unit: str = "x"
    note: str = ""

    @property
    def ok(self) -> bool:
        """Whether it is within its limit."""
        return self.value <= self.most

    @property
    def shown(self) -> str:
        """The value for people."""
        digits = 2 if self.unit == "x" else 1
        note = f"  ({self.note})" if self.note else ""
        return f"{self.value:.{digits}f} {self.unit} (at most {self.most:g} {self.unit}){note}"


def seconds(work: Callable[[], object]) -> float:
    """Return how long one run of `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def side_by_side(ours: Callable[[], object], theirs: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Return the median seconds of both, measured in turn so that a busy machine hurts both alike."""
    ours(), theirs()
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)
