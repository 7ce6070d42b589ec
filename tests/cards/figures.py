"""The figures of many comparisons: precision, recall and F1 of each field, and how much the scores can be trusted."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.cards.compare import FIELDS, Judged

BINS = 10
#: a wrong value with at least this score is a false reading: nobody would look twice
SURE = 0.9


@dataclass(frozen=True)
class Counts:
    """How often a field was right, claimed, and printed."""

    right: int = 0
    said: int = 0
    printed: int = 0

    @property
    def precision(self) -> float:
        """The share of claimed values that are right."""
        return self.right / self.said if self.said else 1.0

    @property
    def recall(self) -> float:
        """The share of printed values that were read right."""
        return self.right / self.printed if self.printed else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.right / (self.said + self.printed) if self.said + self.printed else 1.0


@dataclass(frozen=True)
class Bin:
    """The claimed values of one range of scores."""

    values: int
    mean_score: float
    share_right: float


@dataclass(frozen=True)
class Figures:
    """What was counted; it keeps no value, so nothing of a card can be told from it."""

    fields: dict[str, Counts]
    bins: tuple[Bin, ...]
    sure_and_wrong: int
    cards: int
    refused: int

    @property
    def f1(self) -> float:
        """The mean of the ten fields' F1: each field weighs the same, however many copays a card has."""
        return sum(counts.f1 for counts in self.fields.values()) / len(self.fields)

    @property
    def worst(self) -> tuple[str, float]:
        """The field with the lowest F1."""
        return min(((name, counts.f1) for name, counts in self.fields.items()), key=lambda pair: pair[1])

    @property
    def said(self) -> int:
        """How many values the reader claimed."""
        return sum(row.values for row in self.bins)

    @property
    def calibration_error(self) -> float:
        """The expected calibration error: the mean distance of score and share of right values, by number of values."""
        distances = (row.values * abs(row.mean_score - row.share_right) for row in self.bins)
        return sum(distances) / self.said if self.said else 0.0


@dataclass(frozen=True)
class Tally:
    """The comparisons of some cards; tallies can be added."""

    rows: tuple[Judged, ...] = ()
    cards: int = 0
    refused: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Return both together."""
        return Tally(self.rows + other.rows, self.cards + other.cards, self.refused + other.refused)


def count(tally: Tally) -> Figures:
    """Count comparisons."""
    rows = tally.rows
    claimed = [row for row in rows if row.said]
    return Figures(
        {name: _counts([row for row in rows if row.field == name]) for name in FIELDS},
        _bins(claimed),
        sum(1 for row in claimed if not row.right and row.score >= SURE),
        tally.cards,
        tally.refused,
    )


def _counts(rows: Sequence[Judged]) -> Counts:
    right = sum(1 for row in rows if row.said and row.right)
    return Counts(right, sum(1 for row in rows if row.said), sum(1 for row in rows if row.truth))


def _bins(claimed: Iterable[Judged]) -> tuple[Bin, ...]:
    sorted_in: dict[int, list[Judged]] = defaultdict(list)
    for row in claimed:
        sorted_in[min(BINS - 1, int(row.score * BINS))].append(row)
    return tuple(
        Bin(len(rows), sum(row.score for row in rows) / len(rows), sum(row.right for row in rows) / len(rows))
        for rows in (sorted_in[number] for number in range(BINS) if number in sorted_in)
    )


def table(figures: Figures) -> str:
    """Return the figures as lines of text."""
    lines = [f"{'field':<15}{'precision':>10}{'recall':>8}{'F1':>7}{'printed':>9}"]
    for name, counts in figures.fields.items():
        lines.append(f"{name:<15}{counts.precision:>10.3f}{counts.recall:>8.3f}{counts.f1:>7.3f}{counts.printed:>9}")
    name, lowest = figures.worst
    lines.append(f"F1, mean of the fields {figures.f1:.3f}; lowest {lowest:.3f} ({name})")
    lines.append(f"calibration error {figures.calibration_error:.3f} over {figures.said} values")
    lines.extend(f"  score {row.mean_score:.2f}: right {row.share_right:.2f} of {row.values}" for row in figures.bins)
    lines.append(f"wrong with a score of {SURE} or more: {figures.sure_and_wrong}")
    lines.append(f"cards {figures.cards}, taken for no card {figures.refused}")
    return "\n".join(lines)
