"""What was believed, on some day, about the coverage of another day; gaps and overlaps between coverages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from ..models import Coverage, CoverageVersion, Patient

DAY = timedelta(days=1)
Priority, Status = Coverage.Priority, Coverage.Status
_LINE = [Priority.PRIMARY, Priority.SECONDARY, Priority.TERTIARY]


def believed(patient: Patient, *, at: datetime) -> list[Coverage]:
    """Return a patient's coverages as they were believed at a moment, in line; taken-out ones are not among them.

    The rows are to be read: they are what was kept then, and are never saved.
    """
    kept = CoverageVersion.objects.filter(coverage__patient=patient, since__lte=at).exclude(until__lte=at)
    found = [version.as_coverage() for version in kept.select_related("coverage")]
    there = [coverage for coverage in found if coverage.status != Status.REMOVED]
    return sorted(there, key=lambda coverage: (_LINE.index(Priority(coverage.priority)), -coverage.pk))


def holding(coverages: list[Coverage], day: date) -> list[Coverage]:
    """Return those that hold on a day by their dates; both ends are inclusive, a missing end is open."""
    return [coverage for coverage in coverages if coverage.is_valid_on(day)]


@dataclass(frozen=True)
class Stretch:
    """Days from `first` to `last`, both inclusive."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Bar:
    """A coverage on the line of time: where its bar begins and how wide it is, in thousandths of the window."""

    coverage: Coverage
    left: int
    width: int
    is_open_left: bool
    is_open_right: bool


@dataclass(frozen=True)
class Timeline:
    """Coverages side by side over a window of time, with the days nobody pays and those that two pay first."""

    window: Stretch
    day_at: int
    bars: list[Bar]
    gaps: list[Stretch]
    overlaps: list[Stretch]


def timeline(coverages: list[Coverage], day: date) -> Timeline:
    """Draw the coverages around a day: from half a year before the first known date to half a year after the last."""
    known = [when for one in coverages for when in (one.effective_date, one.termination_date) if when]
    around = timedelta(days=183)
    window = Stretch(min([day, *known]) - around, max([day, *known]) + around)
    parts = _parts(window, coverages)
    # Before the first known start and after the last known end nobody has said anything: that is no gap.
    said = [part for part in parts if known and min(known) <= part.first and part.last <= max(known)]
    return Timeline(
        window,
        _place(window, day),
        [_bar(window, coverage) for coverage in coverages],
        [part for part in said if not holding(coverages, part.first)],
        [part for part in parts if _primaries(coverages, part.first) > 1],
    )


def _parts(window: Stretch, coverages: list[Coverage]) -> list[Stretch]:
    """Return the window cut wherever a coverage begins or has just ended: within a part nothing changes."""
    begins = {one.effective_date for one in coverages if one.effective_date}
    ends = {one.termination_date + DAY for one in coverages if one.termination_date}
    cuts = sorted({window.first, window.last + DAY} | begins | ends)
    return [Stretch(first, following - DAY) for first, following in pairwise(cuts)]


def _primaries(coverages: list[Coverage], day: date) -> int:
    return sum(one.priority == Priority.PRIMARY for one in holding(coverages, day))


def _place(window: Stretch, day: date) -> int:
    return round(1000 * (day - window.first).days / window.days)


def _bar(window: Stretch, coverage: Coverage) -> Bar:
    first = coverage.effective_date or window.first
    last = coverage.termination_date or window.last
    left, right = _place(window, first), _place(window, last + DAY)
    return Bar(coverage, left, max(right - left, 4), coverage.effective_date is None, coverage.termination_date is None)
